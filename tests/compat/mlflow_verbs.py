"""What the real `mlflow` client does with our server, verb by verb; runs inside the client's own environment.

Each function `check_…` uses the client as its documentation says and asserts what it must see. The program prints one
JSON object: the functions' names, with an empty text or the traceback.
"""

import base64
import json
import math
import os
import struct
import sys
import tempfile
import uuid
from collections.abc import Callable
from pathlib import Path

import matplotlib
import mlflow
import mlflow.pyfunc
import numpy as np
import requests
from mlflow.entities import Metric, Param, RunTag, ViewType
from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient
from reporting import report_checks  # type: ignore[import-not-found]  # beside it

matplotlib.use("Agg")


def unique(stem: str) -> str:
    return f"{stem}-{uuid.uuid4().hex[:8]}"


def refusal(work: Callable[[], object]) -> MlflowException:
    try:
        work()
    except MlflowException as error:
        return error
    raise AssertionError("the client accepted it")


def new_run() -> str:
    client = MlflowClient()
    run_id: str = client.create_run(client.create_experiment(unique("runs"))).info.run_id
    return run_id


def check_set_experiment_creates_and_finds_it() -> None:
    name = unique("set")

    created = mlflow.set_experiment(name)

    assert mlflow.set_experiment(name).experiment_id == created.experiment_id
    assert mlflow.set_experiment(experiment_id=created.experiment_id).name == name
    assert mlflow.get_experiment_by_name(name).lifecycle_stage == "active"
    assert created.artifact_location.startswith("mlflow-artifacts:/")


def check_default_experiment_is_there() -> None:
    default = mlflow.get_experiment("0")

    assert default.name == "Default"


def check_unknown_experiments_are_not_found() -> None:
    assert mlflow.get_experiment_by_name(unique("absent")) is None
    assert refusal(lambda: mlflow.get_experiment("987654321")).error_code == "RESOURCE_DOES_NOT_EXIST"


def check_experiment_lives_through_create_rename_delete_restore() -> None:
    client, name = MlflowClient(), unique("life")
    experiment_id = client.create_experiment(name, tags={"team": "vision"})
    assert client.get_experiment(experiment_id).tags == {"team": "vision"}
    assert refusal(lambda: client.create_experiment(name)).error_code == "RESOURCE_ALREADY_EXISTS"

    client.rename_experiment(experiment_id, name + "-2")
    assert client.get_experiment(experiment_id).name == name + "-2"

    client.delete_experiment(experiment_id)
    assert client.get_experiment(experiment_id).lifecycle_stage == "deleted"
    assert "deleted" in str(refusal(lambda: mlflow.set_experiment(name + "-2")))

    client.restore_experiment(experiment_id)
    assert client.get_experiment(experiment_id).lifecycle_stage == "active"


def check_experiment_tags() -> None:
    client = MlflowClient()
    experiment = mlflow.set_experiment(unique("tags"))

    client.set_experiment_tag(experiment.experiment_id, "a", "1")
    mlflow.set_experiment_tag("b", "é")
    mlflow.set_experiment_tags({"b": "2", "c": 3})

    assert client.get_experiment(experiment.experiment_id).tags == {"a": "1", "b": "2", "c": "3"}
    if hasattr(client, "delete_experiment_tag"):
        client.delete_experiment_tag(experiment.experiment_id, "a")
        assert client.get_experiment(experiment.experiment_id).tags == {"b": "2", "c": "3"}


def check_search_experiments_filters_orders_and_pages() -> None:
    client, stem = MlflowClient(), unique("search")
    ids = [client.create_experiment(f"{stem}-{n}", tags={"n": str(n)}) for n in range(5)]
    client.delete_experiment(ids[0])
    these = f"name LIKE '{stem}-%'"

    found = mlflow.search_experiments(filter_string=these, order_by=["name DESC"])
    tagged = mlflow.search_experiments(filter_string=f"{these} AND tags.n = '3'")
    trash = mlflow.search_experiments(view_type=ViewType.DELETED_ONLY, filter_string=these)
    page = client.search_experiments(filter_string=these, order_by=["name ASC"], max_results=3)
    rest = client.search_experiments(filter_string=these, order_by=["name ASC"], max_results=3, page_token=page.token)

    assert [experiment.experiment_id for experiment in found] == ids[:0:-1]
    assert [experiment.experiment_id for experiment in tagged] == [ids[3]]
    assert [experiment.experiment_id for experiment in trash] == [ids[0]]
    assert [experiment.experiment_id for experiment in [*page, *rest]] == ids[1:]
    assert not rest.token


def check_start_run_logs_everything_and_ends() -> None:
    mlflow.set_experiment(unique("fluent"))

    with mlflow.start_run(run_name="first", tags={"t": "1"}, description="what for") as run:
        assert mlflow.active_run().info.run_id == run.info.run_id
        mlflow.log_param("depth", 3)
        mlflow.log_params({"rate": 0.1, "name": "ü", "empty": ""})
        mlflow.log_metric("loss", 0.5)
        mlflow.log_metric("loss", 0.25, step=1)
        mlflow.log_metrics({"loss": 0.125, "accuracy": np.float32(0.5)}, step=2)
        mlflow.set_tag("stage", "test")
        mlflow.set_tags({"gone": 1, "kept": 2})
        mlflow.delete_tag("gone")
        assert mlflow.get_run(run.info.run_id).info.status == "RUNNING"

    stored = mlflow.get_run(run.info.run_id)
    assert stored.info.status == "FINISHED"
    assert stored.info.end_time >= stored.info.start_time
    assert stored.info.run_name == "first"
    assert stored.data.params == {"depth": "3", "rate": "0.1", "name": "ü", "empty": ""}
    assert stored.data.metrics == {"loss": 0.125, "accuracy": 0.5}
    assert (
        stored.data.tags.items()
        >= {
            "t": "1",
            "stage": "test",
            "kept": "2",
            "mlflow.note.content": "what for",
            "mlflow.runName": "first",
        }.items()
    )
    assert "gone" not in stored.data.tags
    assert mlflow.last_active_run().info.run_id == run.info.run_id


def check_failed_run_is_failed() -> None:
    mlflow.set_experiment(unique("failed"))

    try:
        with mlflow.start_run() as run:
            raise ZeroDivisionError
    except ZeroDivisionError:
        pass

    assert mlflow.get_run(run.info.run_id).info.status == "FAILED"


def check_nested_runs_know_their_parent() -> None:
    mlflow.set_experiment(unique("nested"))

    with mlflow.start_run() as parent, mlflow.start_run(nested=True) as child:
        pass

    assert mlflow.get_run(child.info.run_id).data.tags["mlflow.parentRunId"] == parent.info.run_id
    assert mlflow.get_parent_run(child.info.run_id).info.run_id == parent.info.run_id
    children = mlflow.search_runs(
        filter_string=f"tags.mlflow.parentRunId = '{parent.info.run_id}'", output_format="list"
    )
    assert [run.info.run_id for run in children] == [child.info.run_id]


def check_resumed_run_continues() -> None:
    mlflow.set_experiment(unique("resumed"))
    with mlflow.start_run() as run:
        mlflow.log_metric("m", 1, step=0)

    with mlflow.start_run(run_id=run.info.run_id):
        assert mlflow.get_run(run.info.run_id).info.status == "RUNNING"
        mlflow.log_metric("m", 2, step=1)

    assert [point.value for point in MlflowClient().get_metric_history(run.info.run_id, "m")] == [1, 2]
    assert mlflow.get_run(run.info.run_id).info.status == "FINISHED"


def check_numbers_that_are_not_finite() -> None:
    run_id = new_run()

    for key, value in {"nan": math.nan, "inf": math.inf, "minus": -math.inf, "tiny": 5e-324, "huge": 1.7e308}.items():
        MlflowClient().log_metric(run_id, key, value)

    stored = mlflow.get_run(run_id).data.metrics
    assert math.isnan(stored.pop("nan"))
    assert stored == {"inf": math.inf, "minus": -math.inf, "tiny": 5e-324, "huge": 1.7e308}
    assert math.isnan(MlflowClient().get_metric_history(run_id, "nan")[0].value)


def check_metric_history_keeps_every_point() -> None:
    client, run_id = MlflowClient(), new_run()

    client.log_metric(run_id, "m", 3.0, timestamp=3000, step=-5)
    client.log_metric(run_id, "m", 1.0, timestamp=1000, step=7)
    client.log_metric(run_id, "m", 2.0, timestamp=2000, step=7)

    points = [(point.timestamp, point.step, point.value) for point in client.get_metric_history(run_id, "m")]
    assert points == [(1000, 7, 1.0), (2000, 7, 2.0), (3000, -5, 3.0)]
    assert mlflow.get_run(run_id).data.metrics["m"] == 2.0
    assert client.get_metric_history(run_id, "absent") == []


def check_metric_history_is_paged_through() -> None:
    client, run_id = MlflowClient(), new_run()
    for start in range(0, 26_000, 1000):
        client.log_batch(
            run_id, metrics=[Metric("m", step / 7, 1000 + step, step) for step in range(start, start + 1000)]
        )

    history = client.get_metric_history(run_id, "m")

    assert [point.value for point in history] == [step / 7 for step in range(26_000)]


def check_log_batch() -> None:
    client, run_id = MlflowClient(), new_run()

    client.log_batch(
        run_id,
        metrics=[Metric("a", 1.5, 1000, 0), Metric("a", 2.5, 2000, 1), Metric("b/c d", -1.0, 1000, 0)],
        params=[Param("p", "1"), Param("q.r", "2")],
        tags=[RunTag("t", "3")],
    )

    stored = mlflow.get_run(run_id).data
    assert stored.metrics == {"a": 2.5, "b/c d": -1.0}
    assert stored.params == {"p": "1", "q.r": "2"}
    assert stored.tags["t"] == "3"


def check_params_cannot_change() -> None:
    client, run_id = MlflowClient(), new_run()
    client.log_param(run_id, "p", "1")
    client.log_param(run_id, "p", "1")

    error = refusal(lambda: client.log_param(run_id, "p", "2"))

    assert error.error_code == "INVALID_PARAMETER_VALUE"
    assert mlflow.get_run(run_id).data.params == {"p": "1"}


def check_refusals_name_the_reason() -> None:
    client, run_id = MlflowClient(), new_run()

    assert refusal(lambda: client.log_metric("0" * 32, "m", 1)).error_code == "RESOURCE_DOES_NOT_EXIST"
    assert refusal(lambda: client.log_metric(run_id, "bad\nname", 1)).error_code == "INVALID_PARAMETER_VALUE"
    assert refusal(lambda: client.search_runs(["0"], "metrics.loss <")).error_code == "INVALID_PARAMETER_VALUE"
    assert refusal(lambda: client.delete_tag(run_id, "absent")).error_code == "RESOURCE_DOES_NOT_EXIST"


def check_terminating_updating_and_renaming_a_run() -> None:
    client, run_id = MlflowClient(), new_run()

    client.set_terminated(run_id, "KILLED", end_time=12345)
    assert (mlflow.get_run(run_id).info.status, mlflow.get_run(run_id).info.end_time) == ("KILLED", 12345)

    client.update_run(run_id, status="RUNNING", name="renamed")
    stored = mlflow.get_run(run_id)
    assert (stored.info.status, stored.info.run_name) == ("RUNNING", "renamed")
    assert stored.data.tags["mlflow.runName"] == "renamed"


def check_deleted_runs_come_back() -> None:
    client, run_id = MlflowClient(), new_run()
    experiment_id = client.get_run(run_id).info.experiment_id

    client.delete_run(run_id)
    assert client.get_run(run_id).info.lifecycle_stage == "deleted"
    assert client.search_runs([experiment_id]) == []
    assert [run.info.run_id for run in client.search_runs([experiment_id], run_view_type=ViewType.DELETED_ONLY)] == [
        run_id
    ]
    refusal(lambda: client.log_param(run_id, "p", "1"))

    client.restore_run(run_id)
    assert [run.info.run_id for run in client.search_runs([experiment_id])] == [run_id]


def check_search_runs_filters_orders_and_pages() -> None:
    client = MlflowClient()
    experiment_id = client.create_experiment(unique("search"))
    ids = []
    for n in range(12):
        run = client.create_run(experiment_id, start_time=1000 + n, run_name=f"run {n}", tags={"parity": str(n % 2)})
        client.log_batch(
            run.info.run_id, metrics=[Metric("loss", 1 / (n + 1), 1, 0)], params=[Param("n", str(n)), Param("p q", "x")]
        )
        ids.append(run.info.run_id)

    def find(text: str, **options: object) -> list[int]:
        return [ids.index(run.info.run_id) for run in client.search_runs([experiment_id], text, **options)]

    assert find("") == list(range(11, -1, -1))
    assert find("metrics.loss < 0.2", order_by=["metrics.loss DESC"]) == [5, 6, 7, 8, 9, 10, 11]
    assert find("tags.parity = '1' and params.n != '3'", order_by=["attributes.start_time ASC"]) == [1, 5, 7, 9, 11]
    assert find("params.`p q` = 'x' AND attributes.run_name LIKE 'run 1%'") == [11, 10, 1]
    assert find(f"attributes.run_id IN ('{ids[2]}', '{ids[4]}')") == [4, 2]
    assert find("attributes.status = 'FINISHED'") == []
    assert find("params.n ILIKE '1%'", order_by=["params.n ASC"]) == [1, 10, 11]

    pages, token = [], None
    while True:
        page = client.search_runs([experiment_id], order_by=["metrics.loss ASC"], max_results=5, page_token=token)
        pages.append([ids.index(run.info.run_id) for run in page])
        token = page.token
        if not token:
            break
    assert pages == [[11, 10, 9, 8, 7], [6, 5, 4, 3, 2], [1, 0]]

    frame = mlflow.search_runs([experiment_id], filter_string="metrics.loss > 0.3", order_by=["start_time ASC"])
    assert list(frame["metrics.loss"]) == [1.0, 0.5, 1 / 3]
    assert list(frame["params.n"]) == ["0", "1", "2"]
    assert list(frame["status"]) == ["RUNNING"] * 3


def check_artifacts_upload_list_and_download() -> None:
    mlflow.set_experiment(unique("artifacts"))
    with tempfile.TemporaryDirectory() as folder:
        one, tree = Path(folder, "one.bin"), Path(folder, "tree")
        one.write_bytes(bytes(range(256)) * 1000)
        (tree / "deep").mkdir(parents=True)
        (tree / "a b ü.txt").write_text("name", encoding="utf-8")
        (tree / "deep" / "empty").write_bytes(b"")

        with mlflow.start_run() as run:
            mlflow.log_artifact(str(one))
            mlflow.log_artifact(str(one), "sub/folder")
            mlflow.log_artifacts(str(tree), "tree")
            mlflow.log_text("text ü", "notes/a.txt")
            mlflow.log_dict({"k": [1, None]}, "notes/a.json")
            mlflow.log_dict({"k": 1}, "notes/a.yaml")

        run_id, client = run.info.run_id, MlflowClient()
        assert [(item.path, item.is_dir) for item in client.list_artifacts(run_id)] == [
            ("notes", True),
            ("one.bin", False),
            ("sub", True),
            ("tree", True),
        ]
        assert [(item.path, item.file_size) for item in client.list_artifacts(run_id, "sub/folder")] == [
            ("sub/folder/one.bin", 256_000)
        ]
        assert [item.path for item in client.list_artifacts(run_id, "tree")] == ["tree/a b ü.txt", "tree/deep"]
        assert client.list_artifacts(run_id, "absent") == []

        target = Path(folder, "down")
        target.mkdir()
        local = mlflow.artifacts.download_artifacts(
            run_id=run_id, artifact_path="sub/folder/one.bin", dst_path=str(target)
        )
        assert Path(local).read_bytes() == one.read_bytes()
        local = client.download_artifacts(run_id, "tree", str(target))
        assert Path(local, "a b ü.txt").read_text(encoding="utf-8") == "name"
        assert Path(local, "deep", "empty").read_bytes() == b""
        assert mlflow.artifacts.load_text(f"runs:/{run_id}/notes/a.txt") == "text ü"
        assert mlflow.artifacts.load_dict(f"runs:/{run_id}/notes/a.json") == {"k": [1, None]}
        assert mlflow.artifacts.download_artifacts(run_id=run_id, dst_path=str(target))
        assert mlflow.get_run(run_id).info.artifact_uri.endswith(f"/{run_id}/artifacts")


def check_figures_and_images() -> None:
    from matplotlib.figure import Figure

    mlflow.set_experiment(unique("figures"))
    figure = Figure()
    figure.subplots().plot([1, 2])

    with mlflow.start_run() as run:
        mlflow.log_figure(figure, "plot.png")
        mlflow.log_image(np.zeros((4, 4, 3), dtype=np.uint8), "black.png")
        for step in range(2):
            mlflow.log_image(np.full((4, 4), step / 2), key="map", step=step, synchronous=True)

    client = MlflowClient()
    assert {item.path for item in client.list_artifacts(run.info.run_id)} == {"black.png", "images", "plot.png"}
    assert len(client.list_artifacts(run.info.run_id, "images")) == 4
    assert mlflow.artifacts.load_image(f"runs:/{run.info.run_id}/black.png").size == (4, 4)


def check_tables() -> None:
    mlflow.set_experiment(unique("tables"))

    with mlflow.start_run():
        mlflow.log_table({"a": [1, 2], "b": ["x", "y"]}, "t.json")
        mlflow.log_table({"a": [3], "b": ["z"]}, "t.json")

    assert mlflow.load_table("t.json")["a"].tolist() == [1, 2, 3]


def check_datasets_are_inputs_of_runs() -> None:
    mlflow.set_experiment(unique("inputs"))
    data = mlflow.data.from_numpy(np.zeros((3, 2)), name="zeros")

    with mlflow.start_run() as run:
        mlflow.log_input(data, context="training")

    (entry,) = mlflow.get_run(run.info.run_id).inputs.dataset_inputs
    assert (entry.dataset.name, entry.dataset.digest) == ("zeros", data.digest)
    assert [(tag.key, tag.value) for tag in entry.tags] == [("mlflow.data.context", "training")]
    assert len(mlflow.search_runs(filter_string="dataset.name = 'zeros' AND dataset.context = 'training'")) == 1


def check_a_model_among_artifacts_is_logged_and_loaded_back() -> None:
    mlflow.set_experiment(unique("models"))

    class Echo(mlflow.pyfunc.PythonModel):  # type: ignore[misc]  # mlflow is not installed here
        def predict(self, context: object, model_input: object, params: object = None) -> object:
            return model_input

    with mlflow.start_run() as run:
        mlflow.pyfunc.log_model("echo", python_model=Echo(), pip_requirements=["cloudpickle"])

    assert mlflow.pyfunc.load_model(f"runs:/{run.info.run_id}/echo").predict([1, 2]) == [1, 2]


def check_asynchronous_logging() -> None:
    mlflow.set_experiment(unique("async"))

    with mlflow.start_run() as run:
        mlflow.log_metric("m", 1.0, synchronous=False)
        mlflow.log_params({"p": 1}, synchronous=False)
        mlflow.set_tag("t", "x", synchronous=False)
        mlflow.flush_async_logging()

    stored = mlflow.get_run(run.info.run_id).data
    assert (stored.metrics, stored.params, stored.tags["t"]) == ({"m": 1.0}, {"p": "1"}, "x")


def native(path: str, **body: object) -> None:
    """Call one of the server's own verbs, as its own client does."""
    address = f"{os.environ['MLFLOW_TRACKING_URI']}/api/headwater/1/{path}"
    headers = {"content-type": "application/json"}
    requests.post(address, data=json.dumps(body), headers=headers, timeout=30).raise_for_status()


def log_in_context(run_id: str, split: str, values: list[float]) -> None:
    columns = {
        "key_index": struct.pack(f"<{len(values)}i", *[0] * len(values)),
        "steps": struct.pack(f"<{len(values)}q", *range(len(values))),
        "timestamps": struct.pack(f"<{len(values)}q", *range(1, len(values) + 1)),
        "values": struct.pack(f"<{len(values)}d", *values),
    }
    native(
        "runs/append",
        journal_id=uuid.uuid4().hex,
        run_id=run_id,
        first_seq=1,
        last_seq=1,
        keys=[f'loss{{split="{split}"}}'],
        **{name: base64.b64encode(column).decode() for name, column in columns.items()},
    )


def check_metrics_in_contexts_are_one_metric_here() -> None:
    client, run_id = MlflowClient(), new_run()

    log_in_context(run_id, "train", [0.3, 0.2])
    log_in_context(run_id, "val", [0.5, 0.4])
    client.log_metric(run_id, "loss", 0.1, timestamp=9, step=9)

    assert client.get_run(run_id).data.metrics == {"loss": 0.1}
    history = sorted((point.step, point.value) for point in client.get_metric_history(run_id, "loss"))
    assert history == [(0, 0.3), (0, 0.5), (1, 0.2), (1, 0.4), (9, 0.1)]
    experiment_id = client.get_run(run_id).info.experiment_id
    found = client.search_runs([experiment_id], 'metrics.`loss{split="val"}` < 0.45')
    assert [run.info.run_id for run in found] == [run_id]


def check_edited_runs_are_ordinary_runs_here() -> None:
    client, run_id, target = MlflowClient(), new_run(), mlflow.create_experiment(unique("target"))
    client.log_param(run_id, "lr", "0.1")
    client.log_metric(run_id, "old", 1.0, step=1)
    client.log_metric(run_id, "old", 2.0, step=2)
    client.log_text(run_id, "hello", "notes/a.txt")

    native("runs/move", run_ids=[run_id], experiment_id=target)
    native("runs/set-param", run_id=run_id, key="lr", value="0.2")
    native("runs/rename-metric", run_id=run_id, key="old", new_key="new")
    native("runs/rewind", run_id=run_id, step=1)
    client.log_text(run_id, "later", "notes/b.txt")

    run = client.search_runs([target])[0]
    assert (run.info.run_id, run.data.params, run.data.metrics) == (run_id, {"lr": "0.2"}, {"new": 1.0})
    assert [file.path for file in client.list_artifacts(run_id, "notes")] == ["notes/a.txt", "notes/b.txt"]
    assert mlflow.artifacts.load_text(f"{run.info.artifact_uri}/notes/a.txt") == "hello"
    assert "Changing param values is not allowed" in str(refusal(lambda: client.log_param(run_id, "lr", "0.1")))


def check_ended_run_prints_the_page_of_the_run() -> None:
    experiment = mlflow.set_experiment(unique("url"))

    with mlflow.start_run(run_name="seen") as run:
        pass

    sys.stderr.write(f"URL {experiment.experiment_id} {run.info.run_id}\n")


if __name__ == "__main__":
    report_checks(globals())
