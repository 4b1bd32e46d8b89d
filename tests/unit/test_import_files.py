"""Reading folders that MLflow's file store wrote, damaged ones and hostile ones too."""

import math
import shutil
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from headwater.interop.copying import Artifacts
from headwater.interop.load import Choices, import_source
from headwater.interop.opening import open_mlflow
from headwater.interop.report import Report
from headwater.interop.to_mlflow import MlflowWriter
from headwater.protocol.artifacts import GetTree
from headwater.protocol.errors import InvalidParameterValue, NotSupported
from headwater.protocol.metrics import GetHistory
from headwater.protocol.registered_models import CreateRegisteredModel
from headwater.protocol.runs import RunStatus
from headwater.stores import open_store
from headwater.stores.interface import Store
from headwater.testing.progress import NoProgress
from headwater.testing.stores import expect_error, get_run

EXPERIMENT = "123456789012345678"
RUNS = [letter * 32 for letter in "abc"]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Yield a new store."""
    with closing(open_store(f"sqlite:///{tmp_path / 'store' / 'headwater.db'}")) as opened:
        yield opened


@pytest.fixture
def mlruns(tmp_path: Path) -> Path:
    """Return a folder with one experiment of three runs, each with a metric, a param, a tag and an artifact."""
    root = tmp_path / "mlruns"
    experiment = root / EXPERIMENT
    experiment.mkdir(parents=True)
    (experiment / "meta.yaml").write_text(
        f"artifact_location: file:///elsewhere/mlruns/{EXPERIMENT}\nexperiment_id: '{EXPERIMENT}'\nname: old\n"
        "lifecycle_stage: active\ncreation_time: 5\nlast_update_time: 6\n"
    )
    for run_id in RUNS:
        folder = experiment / run_id
        for name in ("metrics", "params", "tags", "artifacts"):
            (folder / name).mkdir(parents=True)
        (folder / "meta.yaml").write_text(
            f"artifact_uri: file:///elsewhere/mlruns/{EXPERIMENT}/{run_id}/artifacts\nend_time: 9\n"
            f"experiment_id: '{EXPERIMENT}'\nlifecycle_stage: active\nrun_id: {run_id}\nrun_name: n\nstart_time: 7\n"
            "status: 3\nuser_id: ada\n"
        )
        (folder / "metrics" / "loss").write_text("1 0.5 0\n2 nan 1\n3 -inf 2\n3 -inf 2\n")
        (folder / "params" / "rate").write_text("0.1")
        (folder / "tags" / "note").write_text("two\nlines\n")
        (folder / "artifacts" / "model.bin").write_bytes(b"weights")
    return root


def bring(
    source: Path | str,
    store: Store | None,
    *,
    moved: dict[str, str] | None = None,
    artifacts: Artifacts = Artifacts.AUTO,
    experiments: Sequence[str] = (),
) -> Report:
    """Import everything."""
    report = Report(str(source), is_dry=store is None)
    with closing(open_mlflow(str(source), report.add_problem, moved=moved)) as opened:
        import_source(opened, store, report, NoProgress(), Choices(experiments=experiments, artifacts=artifacts))
    return report


def test_a_folder_is_read_with_the_artifacts_beside_its_runs(mlruns: Path, store: Store) -> None:
    report = bring(mlruns, store)

    run = get_run(store, RUNS[0])
    history = store.metrics.get_history(GetHistory("loss", RUNS[0])).metrics
    tree = store.artifacts.get_tree(GetTree(f"{EXPERIMENT}/{RUNS[0]}/artifacts")).files
    assert report.is_complete
    assert (run.info.experiment_id, run.info.status, run.info.end_time) == (EXPERIMENT, RunStatus.FINISHED, 9)
    assert run.info.artifact_uri == f"mlflow-artifacts:/{EXPERIMENT}/{RUNS[0]}/artifacts"
    assert [(m.timestamp, repr(m.value), m.step) for m in history] == [(1, "0.5", 0), (2, "nan", 1), (3, "-inf", 2)]
    assert run.data.tags[0].value == "two\nlines\n"
    assert [(file.path, file.size) for file in tree] == [("model.bin", 7)]
    assert report.experiments[0].source.points == 9


def test_what_is_damaged_is_told_and_the_rest_is_imported(mlruns: Path, store: Store) -> None:
    first, second, third = (mlruns / EXPERIMENT / run_id for run_id in RUNS)
    (first / "meta.yaml").unlink()
    (second / "metrics" / "loss").write_text("1 0.5 0\n2 0.25 1\nrubbish\n3 0.1 99999999999999999999\n4 0.12")
    (second / "params" / "rate").write_bytes(b"\xff\xfe")
    (third / "tags" / "odd*key").write_text("x")
    (third / "tags" / ("k" * 251)).write_text("x")
    (third / "metrics" / "early").write_text("-5 1.0 0\n6 2.0 1\n")
    torn = mlruns / "223456789012345678"
    torn.mkdir()
    (torn / "meta.yaml").write_text("name: [unclosed")
    shutil.copytree(mlruns / EXPERIMENT, mlruns / "323456789012345678", ignore=shutil.ignore_patterns("[abc]*"))
    (mlruns / "323456789012345678" / "meta.yaml").write_text(
        'artifact_location: x\nexperiment_id: "323456789012345678"\nname: "a\\0b"\nlifecycle_stage: active\n'
    )

    report = bring(mlruns, store)

    told = "\n".join(report.problems)
    history = store.metrics.get_history(GetHistory("loss", RUNS[1])).metrics
    assert not report.is_complete
    assert f"run '{first}' is left out: its meta.yaml cannot be used (it is missing)" in told
    assert f"experiment '{torn}' is left out" in told
    assert "Line 3 of" in told
    assert "Line 4 of" in told
    assert f"'{second / 'params' / 'rate'}' is left out" in told
    assert f"The tag '{'k' * 251}'" in told
    assert "Experiment 'a\0b' is left out: 'name' must not contain a NUL character" in told
    assert "1 points of metric 'early'" in told
    assert len(report.problems) == 8
    assert report.differences == []
    assert [(m.timestamp, m.value) for m in history] == [(1, 0.5), (2, 0.25), (4, 0.12)]
    last = get_run(store, RUNS[2]).data
    assert [m.key for m in last.metrics] == ["early", "loss"]
    assert [tag.key for tag in last.tags] == ["note", "odd*key"]


def test_all_shapes_of_lines_are_points(mlruns: Path, store: Store) -> None:
    path = mlruns / EXPERIMENT / RUNS[0] / "metrics" / "loss"
    path.write_text("1 0.5\n2 0.25 7\n3 1e-300 8 wine abc123\n")

    report = bring(mlruns, store)

    history = store.metrics.get_history(GetHistory("loss", RUNS[0])).metrics
    assert report.is_complete
    assert [(m.timestamp, m.value, m.step) for m in history] == [(1, 0.5, 0), (2, 0.25, 7), (3, 1e-300, 8)]


def test_new_runs_and_points_are_added_by_the_next_import(mlruns: Path, store: Store) -> None:
    late = mlruns.parent / "late"
    shutil.move(mlruns / EXPERIMENT / RUNS[2], late)
    bring(mlruns, store)
    shutil.move(late, mlruns / EXPERIMENT / RUNS[2])
    with (mlruns / EXPERIMENT / RUNS[0] / "metrics" / "loss").open("a") as file:
        file.write("9 7.0 9\n")

    report = bring(mlruns, store)

    assert report.is_complete
    assert report.experiments[0].new_runs == 1
    assert get_run(store, RUNS[0]).data.metrics[0].value == 7.0


def test_an_alteration_in_the_store_is_told_as_a_difference(mlruns: Path, store: Store) -> None:
    bring(mlruns, store)
    (mlruns / EXPERIMENT / RUNS[0] / "metrics" / "loss").write_text("1 0.5 0\n")

    report = bring(mlruns, store)

    assert len(report.differences) == 1
    assert report.differences[0].startswith(f"Run '{RUNS[0]}': metric 'loss' is 1 points with digest")
    assert report.experiments[0].source.checksum != report.experiments[0].store.checksum


def test_a_dry_run_counts_and_writes_nothing(mlruns: Path) -> None:
    report = bring(mlruns, None)

    found = report.experiments[0]
    assert (found.source.runs, found.source.points, found.source.files, found.store.runs) == (3, 9, 3, 0)


def test_artifacts_of_another_machine_are_found_where_they_were_moved(mlruns: Path, store: Store) -> None:
    for run_id in RUNS:
        target = mlruns.parent / "disk" / EXPERIMENT / run_id / "artifacts"
        target.parent.mkdir(parents=True)
        shutil.move(mlruns / EXPERIMENT / run_id / "artifacts", target)

    report = bring(mlruns, store, moved={"file:///elsewhere/mlruns": str(mlruns.parent / "disk")})

    assert report.is_complete
    assert report.experiments[0].store.files == 3


def test_no_link_and_no_uri_brings_files_from_outside(mlruns: Path, store: Store) -> None:
    secret = mlruns.parent / "secret.txt"
    secret.write_text("key")
    first, second = (mlruns / EXPERIMENT / run_id for run_id in RUNS[:2])
    (first / "artifacts" / "link").symlink_to(secret)
    shutil.rmtree(second / "artifacts")
    meta = (second / "meta.yaml").read_text()
    (second / "meta.yaml").write_text(
        meta.replace(f"file:///elsewhere/mlruns/{EXPERIMENT}/{RUNS[1]}/artifacts", "/etc")
    )

    report = bring(mlruns, store)

    assert len(report.problems) == 2
    assert "is a link to" in report.problems[0]
    assert "'/etc' is not a folder of their own" in report.problems[1]
    assert report.experiments[0].store.files == 2


def test_artifacts_in_a_bucket_stay_there(mlruns: Path, store: Store) -> None:
    meta = mlruns / EXPERIMENT / RUNS[0] / "meta.yaml"
    uri = f"s3://bucket/{EXPERIMENT}/{RUNS[0]}/artifacts"
    meta.write_text(meta.read_text().replace(f"file:///elsewhere/mlruns/{EXPERIMENT}/{RUNS[0]}/artifacts", uri))

    report = bring(mlruns, store)

    assert report.is_complete
    assert get_run(store, RUNS[0]).info.artifact_uri == uri
    assert report.notes == ["1 runs and models keep the artifact URIs they have; no file was copied."]


def test_what_is_no_store_is_refused_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file.db").write_bytes(b"")
    with expect_error(InvalidParameterValue, f"'{tmp_path}' is no MLflow folder…"):
        bring(tmp_path, None)
    with expect_error(InvalidParameterValue, f"'{tmp_path / 'file.db'}' is a file. For an MLflow database write…"):
        bring(tmp_path / "file.db", None)
    with expect_error(InvalidParameterValue, "There is no database…"):
        bring(f"sqlite:///{tmp_path / 'absent.db'}", None)
    with expect_error(InvalidParameterValue, "'sqlite:///…"):
        bring(f"sqlite:///{tmp_path / 'file.db'}", None)
    with expect_error(NotSupported, "An MLflow database at 'mysql:' cannot be read…"):
        bring("mysql://host/db", None)


def test_keys_that_folders_cannot_hold_are_told_by_the_export(mlruns: Path, store: Store, tmp_path: Path) -> None:
    metrics = mlruns / EXPERIMENT / RUNS[0] / "metrics"
    (metrics / "x").write_text("1 1.0 0\n")
    bring(mlruns, store)
    (metrics / "x").unlink()
    (metrics / "x").mkdir()
    (metrics / "x" / "y").write_text("1 2.0 0\n")
    bring(mlruns, store)
    problems: list[str] = []

    writer = MlflowWriter(tmp_path / "out", artifacts=True, problem=problems.append)
    writer.write(store)

    assert (writer.runs, writer.points) == (3, 10)
    assert len(problems) == 1
    assert problems[0].startswith("'x/y' in ")
    assert math.isnan(float((tmp_path / "out" / EXPERIMENT / RUNS[0] / "metrics" / "loss").read_text().split()[4]))


def test_models_that_folders_cannot_hold_are_told_by_the_export(store: Store, tmp_path: Path) -> None:
    for name in ("100 %", "é" * 128, "kept"):
        store.registered_models.create(CreateRegisteredModel(name))
    problems: list[str] = []

    MlflowWriter(tmp_path / "out", artifacts=True, problem=problems.append).write(store)

    assert [path.name for path in (tmp_path / "out" / "models").iterdir()] == ["kept"]
    assert len(problems) == 2
    assert "Registered model '100 %' is left out: MLflow's folders hold no model of this name." in problems
