"""What commands print on a terminal."""

import os
import pty
import subprocess
import sys
from pathlib import Path

from headwater.protocol.experiments import CreateExperiment
from headwater.stores import open_store


def on_terminal(folder: Path, *words: str) -> str:
    """Return what a command shows on a terminal of this folder, in a zone nine hours before UTC."""
    ours, theirs = pty.openpty()
    variables = {**os.environ, "HEADWATER_TRACKING_URI": f"sqlite:///{folder / 'headwater.db'}", "TZ": "UTC+9"}
    done = subprocess.run(
        [sys.executable, "-m", "headwater", *words],
        stdout=theirs,
        stderr=theirs,
        stdin=subprocess.DEVNULL,
        env=variables,
        check=False,
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # all is read
            break
        shown += piece
    os.close(ours)
    assert done.returncode == 0, shown
    return shown.decode()


def test_times_are_by_the_clock_of_the_machine_and_nothing_is_said_to_be_nothing(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'headwater.db'}")
    store.experiments.create(CreateExperiment("churn"))
    store.database.write(  # type: ignore[attr-defined]  # it is a SqlStore
        lambda connection: connection.execute("UPDATE experiment SET creation_time = 1767225600000")
    )
    store.close()

    assert "2025-12-31 15:00:00" in on_terminal(tmp_path, "experiments", "get", "churn")
    assert on_terminal(tmp_path, "runs", "list", "churn").strip() == "There are none."
