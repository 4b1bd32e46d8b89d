"""A killed program loses nothing that a log call acknowledged, and nothing is stored twice."""

import random
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from faults.programs import start_program
from headwater.protocol.metrics import GetHistory
from headwater.stores import open_store
from headwater.stores.interface import Store
from headwater.testing.servers import live_server
from headwater.tracking.shipper import sync_journals

LOOP = """
run = hw.start_run()
os.write(1, run.info.run_id.encode() + b"\\n")
for step in range(1_000_000):
    hw.log_metric("loss", step / 2, step=step)
    os.write(1, b"%d\\n" % step)
"""


@pytest.fixture(params=["sqlite", "server"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, Store]]:
    uri = f"sqlite:///{tmp_path / 'headwater.db'}"
    store = open_store(uri)
    try:
        if request.param == "sqlite":
            yield uri, store
        else:
            with live_server(store) as url:
                yield url, store
    finally:
        store.close()


def log_until_killed(folder: Path, uri: str, seconds: float) -> tuple[str, int]:
    """Return the run and the last step that the program acknowledged before SIGKILL."""
    with start_program(folder, uri, LOOP) as process:
        assert process.stdout is not None
        run_id = process.stdout.readline().strip()
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(timeout=seconds)
        process.kill()
        steps = [int(line) for line in process.stdout.read().splitlines(keepends=True) if line.endswith("\n")]
    return run_id, steps[-1]


def read_steps(store: Store, run_id: str) -> list[int]:
    return [point.step for point in store.metrics.get_history(GetHistory("loss", run_id=run_id)).metrics]


@pytest.mark.slow
@pytest.mark.timeout(0)
def test_kill_at_any_instant_loses_and_doubles_nothing(place: tuple[str, Store], tmp_path: Path, kills: int) -> None:
    uri, store = place
    chance = random.Random(7)

    for _ in range(kills):
        run_id, last = log_until_killed(tmp_path, uri, chance.uniform(0.05, 0.8))
        report = sync_journals(tmp_path / "home" / "journal")

        steps = read_steps(store, run_id)
        assert steps == list(range(len(steps)))
        assert last + 1 <= len(steps) <= last + 2, "the point being acknowledged may be there too"
        assert not report.problems
    assert not list((tmp_path / "home" / "journal").iterdir())


def test_sync_leaves_the_journal_of_a_live_program_alone_and_repeats_nothing(tmp_path: Path) -> None:
    uri = f"sqlite:///{tmp_path / 'headwater.db'}"
    code = LOOP.replace("range(1_000_000)", "range(100)") + "\ntime.sleep(60)"
    with start_program(tmp_path, uri, code) as process:
        assert process.stdout is not None
        run_id = process.stdout.readline().strip()
        for _ in range(100):
            process.stdout.readline()

        report = sync_journals(tmp_path / "home" / "journal")
        process.kill()
        process.stdout.read()

    assert report.live == 1
    sync_journals(tmp_path / "home" / "journal")
    assert not sync_journals(tmp_path / "home" / "journal")
    store = open_store(uri)
    assert read_steps(store, run_id) == list(range(100))
    store.close()
