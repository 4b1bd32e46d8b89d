"""Running a script of cases with the real mlflow and with us, in one environment, to compare what is logged."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

import headwater
from compat.client_process import CACHE, HERE
from headwater.stores import open_store
from headwater.testing.environments import environment_python
from headwater.testing.servers import live_server

SOURCE = Path(headwater.__file__).parents[1]
Logged: TypeAlias = dict[str, list[dict[str, Any]]]
"""The runs of each case."""


@contextmanager
def log_with_both(
    client: str, script: Path, folder: Path, *, by_pip: bool = False, **variables: str
) -> Iterator[tuple[Logged, Logged]]:
    """Yield what we logged to a database, and what mlflow logged to our server, which runs meanwhile."""
    python = environment_python(HERE / "clients" / f"{client}.txt", CACHE, by_pip=by_pip)
    ours, theirs = folder / "ours", folder / "theirs"
    ours.mkdir()
    theirs.mkdir()
    own = {"HEADWATER_TRACKING_URI": f"sqlite:///{ours / 'runs.db'}", **variables}
    mine = _log_with(python, script, "headwater", ours, own)
    store = open_store(f"sqlite:///{theirs / 'runs.db'}")
    with live_server(store) as url:
        yield mine, _log_with(python, script, "mlflow", theirs, {"MLFLOW_TRACKING_URI": url, **variables})
    store.close()


def _log_with(python: Path, script: Path, name: str, folder: Path, variables: dict[str, str]) -> Logged:
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "PYTHONPATH": str(SOURCE),
        "HEADWATER_HOME": str(folder / "home"),
        "OMP_NUM_THREADS": "1",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
        "GIT_PYTHON_REFRESH": "quiet",
        "MPLBACKEND": "agg",
        **variables,
    }
    done = subprocess.run(
        [str(python), str(script), name],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=400,
    )
    assert done.returncode == 0, done.stderr
    found: Logged = json.loads(done.stdout.splitlines()[-1])
    return found
