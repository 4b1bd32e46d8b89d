"""kill -9 in the middle of an import: started again, it brings the rest, and nothing twice."""

import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from faults.programs import wait_for
from headwater.interop.load import Choices, import_source
from headwater.interop.opening import open_mlflow
from headwater.interop.report import Report
from headwater.protocol.imports import SummarizeRuns
from headwater.stores import open_store
from headwater.testing.progress import NoProgress

RUNS, POINTS = 400, 300

_IMPORT = """
import sys
from headwater.interop.load import Choices, import_source
from headwater.interop.opening import open_mlflow
from headwater.interop.report import Report
from headwater.stores import open_store

class Told:
    def begin(self, experiment, runs): print("begin", flush=True)
    def advance(self, runs, points): print("batch", flush=True)

report = Report("source")
import_source(open_mlflow(sys.argv[1], report.add_problem), open_store(sys.argv[2]), report, Told(), Choices())
"""


@pytest.fixture
def mlruns(tmp_path: Path) -> Path:
    """Return a folder of many runs with one metric and one artifact each."""
    root = tmp_path / "mlruns"
    for number in range(RUNS):
        folder = root / "7" / f"{number:032x}"
        for name in ("metrics", "artifacts"):
            (folder / name).mkdir(parents=True)
        (folder / "meta.yaml").write_text("status: 3\nstart_time: 7\nuser_id: ada\n")
        (folder / "metrics" / "m").write_text("".join(f"{step} {step / 7!r} {step}\n" for step in range(POINTS)))
        (folder / "artifacts" / "a.txt").write_text(str(number))
    (root / "7" / "meta.yaml").write_text("name: killed\n")
    return root


@pytest.mark.parametrize("lines", [1, 2, 4])
def test_a_killed_import_is_finished_by_the_next(mlruns: Path, tmp_path: Path, lines: int) -> None:
    uri = f"sqlite:///{tmp_path / 'headwater.db'}"
    child = subprocess.Popen(
        [sys.executable, "-c", _IMPORT, str(mlruns), uri], stdout=subprocess.PIPE, text=True, cwd=tmp_path
    )
    assert child.stdout is not None

    for _ in range(lines):
        assert child.stdout.readline()
    child.send_signal(signal.SIGKILL)
    wait_for(lambda: child.poll() is not None)
    child.stdout.close()

    with closing(open_store(uri)) as store:
        report = Report("source")
        with closing(open_mlflow(str(mlruns), report.add_problem)) as source:
            import_source(source, store, report, NoProgress(), Choices())
        summaries = store.imports.summarize(SummarizeRuns([f"{number:032x}" for number in range(RUNS)])).runs
    found = report.experiments[0]
    assert child.returncode == -signal.SIGKILL
    assert report.is_complete
    assert found.new_runs < RUNS or lines == 1
    assert found.source == found.store
    assert (found.store.runs, found.store.points, found.store.files) == (RUNS, RUNS * POINTS, RUNS)
    assert {summary.series[0].count for summary in summaries} == {POINTS}
