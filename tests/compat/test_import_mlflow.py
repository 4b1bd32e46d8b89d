"""Stores that the real mlflow wrote (1.30, 2.x, 3.x; files, SQLite, a server) are here as they were after an import."""

import json
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

import headwater as hw
from headwater.interop.load import Choices, import_source
from headwater.interop.opening import open_mlflow
from headwater.interop.report import Report
from headwater.interop.to_mlflow import MlflowWriter
from headwater.protocol.artifacts import GetTree
from headwater.protocol.experiments import SearchExperiments, ViewType
from headwater.protocol.logged_models import LoggedModel, SearchLoggedModels
from headwater.protocol.metrics import GetHistory
from headwater.protocol.model_versions import SearchModelVersions
from headwater.protocol.registered_models import SearchRegisteredModels
from headwater.protocol.runs import Run, SearchRuns
from headwater.protocol.trash import ListTrash
from headwater.stores import open_store
from headwater.stores.interface import Store
from headwater.testing.environments import environment_python
from headwater.testing.postgres import create_empty_database
from headwater.testing.progress import NoProgress

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
CACHE = ROOT / ".cache" / "environments"
SCRIPT = HERE / "mlflow_writes.py"
ENVIRONMENTS = {
    "3": ROOT / "benchmarks" / "peers" / "mlflow.txt",
    "2": HERE / "writers" / "mlflow-2.txt",
    "1": HERE / "writers" / "mlflow-1.txt",
}
START_DEADLINE_S = 120

pytestmark = [pytest.mark.compat, pytest.mark.slow]


@pytest.fixture(scope="module", params=["3-files", "3-sqlite", "3-postgresql", "2-sqlite", "1-files", "1-sqlite"])
def written(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, Any]]:
    """Return what to import, and what the client that wrote it answers about it."""
    version, kind = request.param.split("-")
    folder = tmp_path_factory.mktemp(request.param)
    source = str(folder / "mlruns") if kind == "files" else f"sqlite:///{folder / 'mlflow.db'}"
    if kind == "postgresql":
        source = create_empty_database(request.getfixturevalue("postgres_url"))
    return source, run_client(version, source, folder)


def test_everything_is_here_as_it_was(written: tuple[str, dict[str, Any]], tmp_path: Path) -> None:
    source, told = written

    with closing(open_store(f"sqlite:///{tmp_path / 'headwater.db'}")) as store:
        report = bring(source, store)
        found = describe(store)
        trash = store.trash.list(ListTrash()).model_ids

    assert (report.problems, report.differences) == ([], [])
    assert report.notes == (["Not imported: 1 trace, and what belongs to it."] if told["logged"] else [])
    assert len(trash) == (1 if told["logged"] else 0)
    assert (found["models"], found["versions"]) == (told["models"], told["versions"])
    assert found["experiments"] == told["experiments"]
    assert sum(len(model["points"]) for model in found["logged"].values()) == (6 if told["logged"] else 0)
    if source.endswith("mlruns"):
        assert latest(found["logged"]) == told["logged"]
    else:
        assert found["logged"] == {model_id: with_nan(model) for model_id, model in told["logged"].items()}
    assert sorted(found["runs"]) == sorted(told["runs"])
    for run_id, run in told["runs"].items():
        assert found["runs"][run_id] == run


def test_models_predict_under_the_uris_that_they_had(written: tuple[str, dict[str, Any]], tmp_path: Path) -> None:
    source, told = written
    uri = f"sqlite:///{tmp_path / 'headwater.db'}"
    uris = [f"models:/{model_id}" for model_id, model in told["logged"].items() if model["name"] == "classifier"]
    uris += ["models:/classifier/1"] * len(uris)
    with closing(open_store(uri)) as store:
        bring(source, store)
    hw.set_tracking_uri(uri)

    answers = [hw.pyfunc.load_model(uri).predict(np.array([[0.0], [9.0]])).tolist() for uri in uris]
    model = hw.sklearn.load_model(uris[0]) if uris else None

    assert answers == [[False, True]] * len(uris)
    assert (model is not None) == bool(told["logged"])
    assert len(uris) == (2 if told["logged"] else 0)


def test_importing_twice_changes_nothing(written: tuple[str, dict[str, Any]], tmp_path: Path) -> None:
    source, _ = written
    with closing(open_store(f"sqlite:///{tmp_path / 'headwater.db'}")) as store:
        bring(source, store)
        first = describe(store)

        again = bring(source, store)

        assert repr(describe(store)) == repr(first)
        assert [found.new_runs for found in again.experiments] == [0] * len(again.experiments)
        assert again.is_complete


def test_the_reference_serves_it_and_reads_what_is_exported(tmp_path: Path) -> None:
    told = run_client("3", f"sqlite:///{tmp_path / 'mlflow.db'}", tmp_path)
    problems: list[str] = []

    with reference_server(tmp_path) as url, closing(open_store(f"sqlite:///{tmp_path / 'headwater.db'}")) as store:
        report = bring(url, store)
        found = describe(store)
        MlflowWriter(tmp_path / "exported", artifacts=True, problem=problems.append).write(store)
    migrated = f"sqlite:///{tmp_path / 'migrated.db'}"
    run_mlflow(tmp_path, "migrate-filestore", "--source", str(tmp_path / "exported"), "--target", migrated)
    read = run_client("3", migrated, tmp_path, "--read")

    assert (report.problems, report.differences, problems) == ([], [], [])
    assert report.notes[0] == "Not imported: 1 trace, and what belongs to it."
    assert found == told
    assert read == told
    assert len(read["logged"]) == 3


def bring(source: str, store: Store) -> Report:
    """Import into the store."""
    report = Report(source)
    with closing(open_mlflow(source, report.add_problem)) as opened:
        import_source(opened, store, report, NoProgress(), Choices())
    return report


def run_client(version: str, uri: str, folder: Path, *options: str) -> dict[str, Any]:
    """Write a store with the real client and return what it answers, infinite values in our spelling."""
    python = environment_python(ENVIRONMENTS[version], CACHE)
    done = subprocess.run(
        [str(python), "-W", "ignore", str(SCRIPT), uri, str(folder / "told.json"), *options],
        cwd=folder,
        env=variables(folder),
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )
    assert done.returncode == 0, done.stderr
    text = (folder / "told.json").read_text(encoding="utf-8")
    told: dict[str, Any] = json.loads(text.replace("1.7976931348623157e+308", "inf"))
    for run in told["runs"].values():
        for points in run["points"].values():
            points.sort()
    for model in told["logged"].values():
        model["points"].sort()
    return told


def run_mlflow(folder: Path, *arguments: str) -> None:
    """Run the reference's command."""
    python = environment_python(ENVIRONMENTS["3"], CACHE)
    command = [str(python), "-m", "mlflow", *arguments]
    done = subprocess.run(command, cwd=folder, env=variables(folder), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def latest(models: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the models with the last point of each metric and dataset, which is what MLflow answers from folders."""
    answer = {}
    for model_id, model in models.items():
        last = {(key, *dataset): [key, *point, *dataset] for key, *point, dataset in map(_split, model["points"])}
        answer[model_id] = {**model, "points": sorted(last.values())}
    return answer


def _split(point: list[Any]) -> tuple[Any, ...]:
    key, step, time, value, *dataset = point
    return (key, step, time, value, dataset)


def with_nan(model: dict[str, Any]) -> dict[str, Any]:
    """Return a model with the NaN that MLflow's databases keep as 0 for a model, and as it is for the model's run."""
    points = [
        [key, step, time, "nan" if key == "undefined" else value, *dataset]
        for key, step, time, value, *dataset in model["points"]
    ]
    return {**model, "points": points}


def variables(folder: Path) -> dict[str, str]:
    """Return an environment that keeps the client inside a folder and quiet."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "MLFLOW_ALLOW_FILE_STORE": "true",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        "GIT_PYTHON_REFRESH": "quiet",
    }


@contextmanager
def reference_server(folder: Path) -> Iterator[str]:
    """Serve the database in the folder by the reference."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    python = environment_python(ENVIRONMENTS["3"], CACHE)
    command = [str(python), "-m", "mlflow", "server", "--port", str(port), "--workers", "1"]
    command += ["--backend-store-uri", f"sqlite:///{folder / 'mlflow.db'}"]
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, env=variables(folder), stdout=log, stderr=log)
    try:
        url = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + START_DEADLINE_S
        while not _answers(url):
            assert process.poll() is None, (folder / "server.log").read_text()
            assert time.monotonic() < deadline, "the reference's server does not answer"
        yield url
    finally:
        process.terminate()
        process.wait(30)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/health", timeout=5):
            return True
    except (OSError, urllib.error.URLError):
        return False


def describe(store: Store) -> dict[str, Any]:
    """Return everything in the store in the words of the script that wrote the source."""
    found = store.experiments.search(SearchExperiments(max_results=1000, view_type=ViewType.ALL)).experiments
    experiments = {
        experiment.experiment_id: {
            "name": experiment.name,
            "stage": str(experiment.lifecycle_stage),
            "created": experiment.creation_time,
            "updated": experiment.last_update_time,
            "tags": {tag.key: tag.value for tag in experiment.tags},
        }
        for experiment in found
    }
    runs = store.runs.search(SearchRuns(list(experiments), run_view_type=ViewType.ALL)).runs
    return {
        **describe_registry(store),
        "experiments": experiments,
        "runs": {run.info.run_id: describe_run(store, run) for run in runs},
        "logged": {
            model.info.model_id: describe_model(store, model)
            for model in store.logged_models.search(SearchLoggedModels(list(experiments))).models
        },
    }


def describe_registry(store: Store) -> dict[str, Any]:
    """Return the registered models in the words of the script."""
    models = store.registered_models.search(SearchRegisteredModels()).registered_models
    versions = store.model_versions.search(SearchModelVersions()).model_versions
    return {
        "models": sorted(
            [
                [
                    model.name,
                    model.description or "",
                    {tag.key: tag.value for tag in model.tags},
                    {alias.alias: alias.version for alias in model.aliases},
                    [model.creation_timestamp, model.last_updated_timestamp],
                ]
                for model in models
            ],
            key=str,
        ),
        "versions": sorted(
            [
                version.name,
                version.version,
                version.current_stage,
                version.source,
                version.run_id,
                [version.creation_timestamp, version.last_updated_timestamp],
                {tag.key: tag.value for tag in version.tags},
            ]
            for version in versions
        ),
    }


def describe_model(store: Store, model: LoggedModel) -> dict[str, Any]:
    """Return a logged model in the words of the script."""
    info = model.info
    tree = store.artifacts.get_tree(GetTree(f"{info.experiment_id}/models/{info.model_id}/artifacts")).files
    return {
        "experiment": info.experiment_id,
        "name": info.name,
        "type": info.model_type,
        "status": str(info.status),
        "run": info.source_run_id,
        "times": [info.creation_timestamp_ms, info.last_updated_timestamp_ms],
        "params": {param.key: param.value for param in model.data.params},
        "tags": {tag.key: tag.value for tag in info.tags},
        "points": sorted(
            [m.key, m.step, m.timestamp, repr(m.value), m.dataset_name, m.dataset_digest, m.run_id]
            for m in model.data.metrics
        ),
        "files": sorted([file.path, file.size] for file in tree),
    }


def describe_run(store: Store, run: Run) -> dict[str, Any]:
    """Return a run in the words of the script."""
    info = run.info
    tree = store.artifacts.get_tree(GetTree(f"{info.experiment_id}/{info.run_id}/artifacts")).files
    histories = {
        metric.key: store.metrics.get_history(GetHistory(metric.key, info.run_id)).metrics
        for metric in run.data.metrics
    }
    return {
        "experiment": info.experiment_id,
        "name": info.run_name,
        "user": info.user_id,
        "status": str(info.status),
        "start": info.start_time,
        "end": info.end_time,
        "stage": str(info.lifecycle_stage),
        "params": {param.key: param.value for param in run.data.params},
        "tags": {tag.key: tag.value for tag in run.data.tags},
        "points": {
            key: sorted([point.step, point.timestamp, repr(point.value)] for point in points)
            for key, points in histories.items()
        },
        "files": sorted([file.path, file.size] for file in tree),
        "models": [
            sorted(found.model_id for found in run.inputs.model_inputs),
            sorted([found.model_id, found.step] for found in run.outputs.model_outputs),
        ],
        "datasets": sorted(
            [*msgspec.structs.astuple(entry.dataset), sorted([tag.key, tag.value] for tag in entry.tags)]
            for entry in run.inputs.dataset_inputs
        ),
    }
