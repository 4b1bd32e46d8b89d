"""Write a store with the real mlflow client: everything that an import must bring; run in an environment of its own.

Arguments: the tracking URI, and a file that takes what the client answers about it, as JSON.
"""

import json
import math
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import mlflow
from mlflow.entities import Metric, Param, RunTag, ViewType
from mlflow.tracking import MlflowClient

OLD = int(mlflow.__version__.split(".")[0]) < 2
HAS_REGISTRY = not OLD or sys.argv[1].startswith("sqlite")
HAS_MODELS = hasattr(MlflowClient, "create_logged_model")


def write(client: MlflowClient, folder: Path) -> None:
    first = client.create_experiment("first", tags={"team": "vision", "long": "x" * 3000})
    second = client.create_experiment("zweites / ünïcode")
    deleted = client.create_experiment("gone")
    write_rich_run(client, first, folder)
    write_lifecycles(client, first)
    run = client.create_run(second, tags={"mlflow.runName": "in second"})
    client.log_metric(run.info.run_id, "m", 1.0, 5, 1)
    client.set_terminated(run.info.run_id, "FAILED", 9)
    run = client.create_run(deleted, start_time=7)
    client.log_param(run.info.run_id, "kept", "yes")
    client.delete_experiment(deleted)
    if HAS_REGISTRY:
        write_registry(client, first)
    if HAS_MODELS:
        write_models(client, first)
        write_trace(first)


def write_rich_run(client: MlflowClient, experiment_id: str, folder: Path) -> None:
    run_id = client.create_run(experiment_id, start_time=1_600_000_000_123, tags={"mlflow.runName": "rich"}).info.run_id
    values = [0.1, -0.0, math.nan, 1e-300, 5e-324, 1.7976931348623155e308, 123456789.123456789]
    values += [math.inf, -math.inf]
    points = [Metric("loss", value, 1_600_000_000_000 + index, index // 2) for index, value in enumerate(values)]
    points += [Metric("loss", 3.5, 1, -5), Metric("val/acc", 1.0, 1, 2**40), Metric("odd key.: 1-_", 2, 3, 4)]
    points += [Metric("many", index / 7, index * 3, index) for index in range(900)]
    params = [
        Param("rate", "0.1"),
        Param("a/b", "ü\n line"),
        Param("empty", ""),
        Param("long", "p" * (400 if OLD else 6000)),
    ]
    tags = [RunTag("note", "# Title\n\ntext"), RunTag("mlflow.note.content", "about"), RunTag("dir/tag", "1")]
    for point in [point for point in points if OLD and ":" in point.key]:
        points.remove(point)
    client.log_batch(run_id, points, params, tags)
    (folder / "deep" / "er").mkdir(parents=True, exist_ok=True)
    (folder / "deep" / "er" / "ü.txt").write_text("hello", encoding="utf-8")
    (folder / "deep" / "empty.bin").write_bytes(b"")
    (folder / "deep" / "data.bin").write_bytes(bytes(range(256)) * 1000)
    client.log_artifacts(run_id, str(folder / "deep"), "files")
    client.log_text(run_id, "top", "top.txt")
    if not OLD:
        log_datasets(client, run_id)
    client.set_terminated(run_id, "FINISHED", 1_600_000_009_999)


def log_datasets(client: MlflowClient, run_id: str) -> None:
    from mlflow.entities import Dataset, DatasetInput, InputTag

    wine = Dataset("wine", "abc123", "local", '{"uri": "wine.csv"}', '{"mlflow_colspec": []}', '{"num_rows": 3}')
    bare = Dataset("bare", "0", "code", "{}")
    tags = [InputTag("mlflow.data.context", "training"), InputTag("also", "this")]
    client.log_inputs(run_id, [DatasetInput(wine, tags), DatasetInput(bare, [])])


def write_registry(client: MlflowClient, experiment_id: str) -> None:
    run = client.create_run(experiment_id, tags={"mlflow.runName": "registered"})
    client.log_text(run.info.run_id, "weights", "model/weights.txt")
    client.create_registered_model("wine model", {"team": "a"}, "about wine")
    for number in range(4):
        source = f"{run.info.artifact_uri}/model"
        version = client.create_model_version("wine model", source, run.info.run_id, {"n": str(number)})
        client.update_model_version("wine model", version.version, f"number {number}")
    client.transition_model_version_stage("wine model", "1", "Production")
    client.delete_model_version("wine model", "3")
    client.delete_model_version("wine model", "4")
    if hasattr(client, "set_registered_model_alias"):
        client.set_registered_model_alias("wine model", "champion", "2")
    client.create_registered_model("empty")


def write_models(client: MlflowClient, experiment_id: str) -> None:
    import numpy as np
    from mlflow.entities import Dataset, DatasetInput, LoggedModelInput
    from sklearn.linear_model import LogisticRegression

    with mlflow.start_run(experiment_id=experiment_id, run_name="training") as run:
        model = LogisticRegression().fit(np.arange(10.0).reshape(-1, 1), np.arange(10) > 4)
        info = mlflow.sklearn.log_model(
            model,
            name="classifier",
            params={"depth": 3, "long": "p" * 3000},
            tags={"team": "a"},
            pip_requirements=["scikit-learn"],
            registered_model_name="classifier",
        )
        for step, value in enumerate([0.5, 1e-300, math.inf, -math.inf, math.nan]):
            key = "undefined" if math.isnan(value) else "acc"
            client.log_metric(run.info.run_id, key, value, 1000 + step, step, model_id=info.model_id)
        wine = {"dataset_name": "wine", "dataset_digest": "abc"}
        client.log_metric(run.info.run_id, "acc", 0.75, 2000, 0, model_id=info.model_id, **wine)
    using = client.create_run(experiment_id, tags={"mlflow.runName": "using"})
    data = DatasetInput(Dataset("wine", "abc", "local", "{}"), [])
    client.log_inputs(using.info.run_id, [data], [LoggedModelInput(info.model_id)])
    client.set_logged_model_tags(info.model_id, {"mlflow.note.content": "ü\n", "dir/tag": "1"})
    failed = client.create_logged_model(experiment_id, "failed", model_type="agent")
    client.finalize_logged_model(failed.model_id, "FAILED")
    client.create_logged_model(experiment_id, "pending")
    client.delete_logged_model(client.create_logged_model(experiment_id, "deleted").model_id)


def write_trace(experiment_id: str) -> None:
    mlflow.set_experiment(experiment_id=experiment_id)
    with mlflow.start_span("answer") as span:
        span.set_inputs({"question": "why"})
    mlflow.flush_trace_async_logging()


def write_lifecycles(client: MlflowClient, experiment_id: str) -> None:
    running = client.create_run(experiment_id, tags={"mlflow.runName": "running"}).info.run_id
    client.log_metric(running, "m", 0.5, 10, 0)
    killed = client.create_run(experiment_id).info.run_id
    client.set_terminated(killed, "KILLED")
    trashed = client.create_run(experiment_id).info.run_id
    client.log_metric(trashed, "m", 0.25, 10, 0)
    client.delete_run(trashed)


def describe(client: MlflowClient) -> dict[str, Any]:
    """Return everything as the client sees it."""
    experiments = [*client.search_experiments(view_type=ViewType.ALL)]
    return {
        **(describe_registry(client) if HAS_REGISTRY else {"models": [], "versions": []}),
        "experiments": {
            found.experiment_id: {
                "name": found.name,
                "stage": found.lifecycle_stage,
                "created": found.creation_time,
                "updated": found.last_update_time,
                "tags": dict(found.tags),
            }
            for found in experiments
        },
        "runs": {
            run.info.run_id: describe_run(client, run)
            for found in experiments
            for run in client.search_runs([found.experiment_id], run_view_type=ViewType.ALL)
        },
        "logged": {
            model.model_id: describe_model(client, model)
            for found in (experiments if HAS_MODELS else [])
            for model in client.search_logged_models([found.experiment_id])
        },
    }


def describe_registry(client: MlflowClient) -> dict[str, Any]:
    models = client.search_registered_models()
    return {
        "models": sorted(
            [
                [
                    found.name,
                    found.description or "",
                    dict(found.tags),
                    {alias: str(version) for alias, version in getattr(found, "aliases", {}).items()},
                    times(found),
                ]
                for found in models
            ],
            key=str,
        ),
        "versions": sorted(
            [
                found.name,
                str(found.version),
                found.current_stage,
                found.source,
                found.run_id,
                times(found),
                dict(found.tags),
            ]
            for model in models
            for found in client.search_model_versions(f"name = '{model.name}'")
        ),
    }


def times(found: Any) -> list[int]:
    return [found.creation_timestamp, found.last_updated_timestamp]


def describe_run(client: MlflowClient, run: Any) -> dict[str, Any]:
    info = run.info
    if HAS_MODELS:
        run = client.get_run(info.run_id)  # a search leaves inputs out
    return {
        "experiment": info.experiment_id,
        "name": getattr(info, "run_name", "") or run.data.tags.get("mlflow.runName", ""),
        "user": info.user_id,
        "status": info.status,
        "start": info.start_time,
        "end": info.end_time,
        "stage": info.lifecycle_stage,
        "params": dict(run.data.params),
        "tags": dict(run.data.tags),
        "points": {
            key: sorted([m.step, m.timestamp, repr(m.value)] for m in client.get_metric_history(info.run_id, key))
            for key in run.data.metrics
        },
        "files": sorted(walk(lambda path: client.list_artifacts(info.run_id, path), None)),
        "models": [
            sorted(found.model_id for found in run.inputs.model_inputs),
            sorted([found.model_id, found.step] for found in run.outputs.model_outputs),
        ]
        if HAS_MODELS
        else [[], []],
        "datasets": sorted(describe_dataset(entry) for entry in (run.inputs.dataset_inputs if not OLD else [])),
    }


def describe_model(client: MlflowClient, model: Any) -> dict[str, Any]:
    return {
        "experiment": model.experiment_id,
        "name": model.name,
        "type": model.model_type or "",
        "status": f"LOGGED_MODEL_{'UPLOAD_' if model.status.value == 'FAILED' else ''}{model.status.value}",
        "run": model.source_run_id or "",
        "times": [model.creation_timestamp, model.last_updated_timestamp],
        "params": dict(model.params),
        "tags": dict(model.tags),
        "points": sorted(
            [m.key, m.step, m.timestamp, repr(m.value), m.dataset_name or "", m.dataset_digest or "", m.run_id]
            for m in model.metrics or []
        ),
        "files": sorted(walk(lambda path: client.list_logged_model_artifacts(model.model_id, path), None)),
    }


def describe_dataset(entry: Any) -> list[Any]:
    found = entry.dataset
    texts = [found.name, found.digest, found.source_type, found.source, found.schema or "", found.profile or ""]
    return [*texts, sorted([tag.key, tag.value] for tag in entry.tags)]


def walk(list_folder: "Callable[[str | None], list[Any]]", path: "str | None") -> Iterator[list[Any]]:
    for file in list_folder(path):
        if file.is_dir:
            yield from walk(list_folder, file.path)
        else:
            yield [file.path, file.file_size or 0]


if __name__ == "__main__":
    mlflow.set_tracking_uri(sys.argv[1])
    writer = MlflowClient()
    if "--read" not in sys.argv:
        write(writer, Path.cwd())
    Path(sys.argv[2]).write_text(json.dumps(describe(writer)), encoding="utf-8")
