"""What the real tensorboardX and wandb wrote is here after an import, also from files that were cut off."""

import json
import math
import os
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from headwater.interop.from_tensorboard import TensorboardSource
from headwater.interop.from_wandb import WandbSource
from headwater.interop.load import Choices, import_source
from headwater.interop.report import Report
from headwater.protocol.artifacts import GetTree
from headwater.protocol.experiments import GetExperimentByName
from headwater.protocol.metrics import GetHistory
from headwater.protocol.runs import Run, RunStatus, SearchRuns
from headwater.stores import open_store
from headwater.stores.interface import Store
from headwater.testing.environments import environment_python
from headwater.testing.progress import NoProgress

HERE = Path(__file__).parent
CACHE = HERE.parents[1] / ".cache" / "environments"

pytestmark = [pytest.mark.compat, pytest.mark.slow]


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of event files."""
    return _write("tensorboard", tmp_path_factory.mktemp("tensorboard")) / "runs"


@pytest.fixture(scope="module")
def wandb(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder `wandb` of offline runs."""
    return _write("wandb", tmp_path_factory.mktemp("wandb")) / "wandb"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Yield a new store."""
    with closing(open_store(f"sqlite:///{tmp_path / 'headwater.db'}")) as opened:
        yield opened


def test_scalars_texts_images_and_hparams_of_tensorboard(events: Path, store: Store) -> None:
    report = _bring_events(events, store)

    runs = _runs(store, "board")
    run = runs["rate=0.1"]
    losses = store.metrics.get_history(GetHistory("loss/train", run.info.run_id)).metrics
    specials = {m.key: m.value for m in run.data.metrics}
    root = f"{run.info.experiment_id}/{run.info.run_id}/artifacts"
    files = {file.path: file.size for file in store.artifacts.get_tree(GetTree(root)).files}
    assert report.is_complete
    assert sorted(runs) == ["rate=0.01", "rate=0.01/hparams", "rate=0.1", "rate=0.1/hparams"]
    assert len(losses) == 50
    assert [(m.step, m.timestamp) for m in losses[:3]] == [
        (0, 1_700_000_000_000),
        (1, 1_700_000_000_250),
        (2, 1_700_000_000_500),
    ]
    assert math.isclose(losses[1].value, 0.05, rel_tol=1e-6)
    assert math.isnan(specials["special/nan"])
    assert specials["special/inf"] == math.inf
    assert files["text/notes/text_summary/1.txt"] == len("some *text*")
    assert [path.split("+")[:5] for path in files if path.startswith("images/")] == [
        ["images/samples~x", "step", "2", "timestamp", "1700000000000"]
    ]
    params = {param.key: param.value for param in runs["rate=0.01/hparams"].data.params}
    assert {key: json.loads(text) if key != "name" else text for key, text in params.items()} == {
        "rate": 0.01,
        "layers": 3,
        "name": "small",
        "bias": True,
    }


def test_an_event_file_that_was_cut_off_is_read_up_to_there(events: Path, store: Store, tmp_path: Path) -> None:
    (tmp_path / "cut").mkdir()
    whole = next((events / "rate=0.1").glob("*tfevents*")).read_bytes()
    (tmp_path / "cut" / "events.out.tfevents.1").write_bytes(whole[:1500])
    damaged = bytearray(whole)
    damaged[700] ^= 1
    (tmp_path / "cut" / "b").mkdir()
    (tmp_path / "cut" / "b" / "events.out.tfevents.2").write_bytes(bytes(damaged))

    report = _bring_events(tmp_path / "cut", store)

    counts = [len(run.data.metrics) for run in _runs(store, "board").values()]
    assert len(report.problems) == 2
    told = "\n".join(report.problems)
    assert "the file ends in the middle of a record" in told
    assert "a record is damaged" in told
    assert report.differences == []
    assert counts == [1, 1]


def test_offline_runs_of_wandb(wandb: Path, store: Store) -> None:
    report = _bring_wandb(wandb, store)
    again = _bring_wandb(wandb, store)

    run = _runs(store, "demo")["mine"]
    losses = store.metrics.get_history(GetHistory("loss", run.info.run_id)).metrics
    latest = {m.key: (m.step, m.value) for m in run.data.metrics}
    tags = {tag.key: tag.value for tag in run.data.tags}
    root = f"{run.info.experiment_id}/{run.info.run_id}/artifacts"
    assert report.is_complete
    assert [found.new_runs for found in again.experiments] == [0, 0]
    assert (run.info.status, _runs(store, "other")["bad"].info.status) == (RunStatus.FINISHED, RunStatus.FAILED)
    assert [(m.step, m.value) for m in losses] == [(step, 1 / (step + 1)) for step in range(300)]
    assert losses[0].timestamp >= run.info.start_time > 1_700_000_000_000
    assert latest["late"] == (1000, math.inf)
    assert math.isnan(latest["lost"][1])
    assert latest["nested.x"] == (299, 299.0)
    assert latest["best"][1] == 0.5
    assert {param.key: param.value for param in run.data.params} == {
        "rate": "0.1",
        "layers": "[1,2]",
        "nested.a": "1",
        "nested.b": "x",
    }
    assert (tags["wandb.tags"], tags["mlflow.note.content"], tags["wandb.group"]) == ('["t1","t2"]', "a note", "g")
    assert tags["wandb.summary.word"] == "hello"
    assert "model.txt" in [file.path for file in store.artifacts.get_tree(GetTree(root)).files]


def test_images_of_wandb_are_steps_of_an_image_and_no_media_become_metrics(wandb: Path, store: Store) -> None:
    _bring_wandb(wandb, store)

    run = _runs(store, "demo")["mine"]
    root = f"{run.info.experiment_id}/{run.info.run_id}/artifacts"
    paths = [file.path for file in store.artifacts.get_tree(GetTree(root)).files]
    steps = [path.split("+")[:3] for path in paths if path.startswith("images/")]
    told = {m.key for m in run.data.metrics} | {tag.key for tag in run.data.tags}
    assert steps == [["images/one", "step", "400"], *[["images/two", "step", "400"]] * 2]
    assert all(path.endswith(".png") for path in paths if path.startswith("images/"))
    assert [path.partition("rows_")[0] for path in paths if path.startswith("media/")] == ["media/table/"]
    assert {tag.key: tag.value for tag in run.data.tags}["mlflow.loggedImages"] == "True"
    assert not [
        name for name in told if name.rpartition(".summary.")[2].partition(".")[0] in {"one", "two", "spread", "rows"}
    ]


def test_a_wandb_file_that_was_cut_off_is_read_up_to_there(wandb: Path, store: Store, tmp_path: Path) -> None:
    path = max(wandb.glob("*run-*/run-*.wandb"), key=lambda path: path.stat().st_size)
    folder = tmp_path / "offline-run-1"
    folder.mkdir()
    (folder / "run-abc123.wandb").write_bytes(path.read_bytes()[:20_000])

    report = _bring_wandb(tmp_path, store)

    run = _runs(store, "demo")["mine"]
    steps = [m.step for m in store.metrics.get_history(GetHistory("loss", run.info.run_id)).metrics]
    assert len(report.problems) == 1
    assert "the file ends in the middle of a record" in report.problems[0]
    assert run.info.status is RunStatus.FAILED
    assert steps == list(range(len(steps)))
    assert 20 < len(steps) < 300


def _bring_events(folder: Path, store: Store) -> Report:
    report = Report(str(folder))
    import_source(TensorboardSource(folder, "board", report.add_problem), store, report, NoProgress(), Choices())
    return report


def _bring_wandb(folder: Path, store: Store) -> Report:
    report = Report(str(folder))
    import_source(WandbSource(folder, report.add_problem), store, report, NoProgress(), Choices())
    return report


def _runs(store: Store, experiment: str) -> dict[str, Run]:
    experiment_id = store.experiments.get_by_name(GetExperimentByName(experiment)).experiment.experiment_id
    return {run.info.run_name: run for run in store.runs.search(SearchRuns([experiment_id])).runs}


def _write(logger: str, folder: Path) -> Path:
    python = environment_python(HERE / "writers" / "loggers.txt", CACHE)
    done = subprocess.run(
        [str(python), str(HERE / "loggers_write.py"), logger],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), "WANDB_SILENT": "true"},
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )
    assert done.returncode == 0, done.stderr
    return folder
