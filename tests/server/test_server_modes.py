"""Servers that leave a part to others: artifacts alone, no artifacts, artifacts at a root, and no workspaces."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.experiments import CreateExperiment, GetExperiment
from headwater.protocol.logged_models import CreateLoggedModel
from headwater.protocol.runs import CreateRun
from headwater.server.settings import ServerSettings
from headwater.stores import open_store
from headwater.stores.interface import Store
from headwater.testing.servers import live_server
from server.caller import FILES, NATIVE, call, get, post

WORKSPACES = "/api/3.0/mlflow/workspaces"


@pytest.fixture(scope="module")
def artifacts_url(served_store: Store) -> Iterator[str]:
    """Return a server of artifacts only."""
    with live_server(served_store, only_artifacts=True) as url:
        yield url


@pytest.fixture(scope="module")
def runs_url(served_store: Store) -> Iterator[str]:
    """Return a server that serves no artifacts, and shows its pages in no frame."""
    with live_server(served_store, serves_artifacts=False, frame_options="DENY") as url:
        yield url


def test_a_server_of_artifacts_keeps_and_gives_files(artifacts_url: str) -> None:
    kept = call(artifacts_url, "PUT", f"{FILES}/7/only/artifacts/a.txt", b"text")
    listed = get(artifacts_url, "/api/2.0/mlflow-artifacts/artifacts?path=7/only/artifacts")

    assert kept.status == 200
    assert get(artifacts_url, f"{FILES}/7/only/artifacts/a.txt").body == b"text"
    assert listed.json == {"files": [{"path": "a.txt", "is_dir": False, "file_size": 4}]}
    assert get(artifacts_url, "/health").status == 200
    assert get(artifacts_url, "/api/3.0/mlflow/server-info").json["store_type"] == "SqlStore"


@pytest.mark.parametrize(
    "path", ["/api/2.0/mlflow/runs/get?run_id=1", "/get-artifact?run_id=1&path=a", f"{NATIVE}/events", "/", "/models"]
)
def test_a_server_of_artifacts_answers_nothing_else(artifacts_url: str, path: str) -> None:
    answer = get(artifacts_url, path, {"accept": "text/html"})

    assert answer.status == 503
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.body.decode().startswith(
        f"Endpoint: {path.partition('?')[0]} disabled due to the mlflow server running"
    )
    assert "--artifacts-only" in answer.body.decode()


@pytest.mark.parametrize("path", [f"{FILES}/1/a", f"{NATIVE}/blobs/{'0' * 64}", f"{NATIVE}/artifacts/tree?path=1"])
def test_a_server_without_artifacts_gives_no_files(runs_url: str, path: str) -> None:
    answer = get(runs_url, path)

    assert answer.status == 503
    assert "--no-serve-artifacts" in answer.body.decode()
    assert get(runs_url, "experiments/get?experiment_id=0").status == 200
    assert not get(runs_url, "/api/3.0/mlflow/server-info").json["multipart_downloads_enabled"]


def test_a_server_that_serves_neither_is_refused() -> None:
    with pytest.raises(InvalidParameterValue, match="must serve artifacts"):
        ServerSettings(only_artifacts=True, serves_artifacts=False)


def test_pages_are_shown_in_the_frames_that_were_chosen(served_store: Store, runs_url: str) -> None:
    denied = get(runs_url, "/health").headers
    with live_server(served_store, frame_options="NONE") as url:
        free = get(url, "/health").headers

    assert denied["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in denied["content-security-policy"]
    assert "x-frame-options" not in free
    assert "frame-ancestors" not in free["content-security-policy"]
    with pytest.raises(InvalidParameterValue, match="'ALLOW' for X-Frame-Options"):
        ServerSettings(frame_options="ALLOW")


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", [WORKSPACES, f"{WORKSPACES}/team", WORKSPACES.replace("/api", "/ajax-api")])
def test_workspaces_are_said_to_be_disabled(live_url: str, method: str, path: str) -> None:
    answer = call(live_url, method, path)

    assert answer.status == 503
    assert f"Endpoint: {path} disabled because the server is running without workspaces support" in answer.body.decode()


def test_a_request_for_a_workspace_is_refused_without_a_retry(live_url: str) -> None:
    answer = get(live_url, "experiments/get?experiment_id=0", {"X-MLFLOW-WORKSPACE": "team"})

    assert answer.status == 400
    assert answer.json["error_code"] == "FEATURE_DISABLED"
    assert "no workspaces, so there is none called 'team'" in answer.message


def test_a_client_in_a_workspace_is_told_that_there_are_none(live_url: str) -> None:
    answer = get(live_url, "/api/3.0/mlflow/server-info", {"X-MLFLOW-WORKSPACE": "team"})

    assert answer.status == 200
    assert answer.json["workspaces_enabled"] is False


def test_experiments_keep_artifacts_at_the_default_root(tmp_path: Path) -> None:
    root = tmp_path / "files"
    store = open_store(f"sqlite:///{tmp_path / 'runs.db'}", artifact_root=str(root))
    try:
        with live_server(store, serves_artifacts=False) as url:
            made = post(url, "experiments/create", {"name": "new"}).json["experiment_id"]
            own = store.experiments.create(CreateExperiment("own", "s3://bucket/x")).experiment_id
            run = store.runs.create(CreateRun(made, start_time=1)).run.info
            model = store.logged_models.create(CreateLoggedModel(experiment_id=made, name="m")).model.info
            file = root / made / run.run_id / "artifacts" / "a.txt"
            file.parent.mkdir(parents=True)
            file.write_text("text")

            locations = [
                store.experiments.get(GetExperiment(each)).experiment.artifact_location for each in ("0", made, own)
            ]
            listed = get(url, f"artifacts/list?run_id={run.run_id}").json
            seen = get(url, f"/get-artifact?run_id={run.run_id}&path=a.txt").body
    finally:
        store.close()

    assert locations == [f"{root}/0", f"{root}/{made}", "s3://bucket/x"]
    assert run.artifact_uri == f"{root}/{made}/{run.run_id}/artifacts"
    assert model.artifact_uri == f"{root}/{made}/models/{model.model_id}/artifacts"
    assert [item["path"] for item in listed["files"]] == ["a.txt"]
    assert seen == b"text"


def test_the_first_experiment_keeps_its_place_once_it_has_runs(tmp_path: Path) -> None:
    uri = f"sqlite:///{tmp_path / 'runs.db'}"
    store = open_store(uri)
    store.runs.create(CreateRun("0", start_time=1))
    store.close()

    reopened = open_store(uri, artifact_root="gs://bucket")
    location = reopened.experiments.get(GetExperiment("0")).experiment.artifact_location
    reopened.close()

    assert location == "mlflow-artifacts:/0"


def test_a_default_root_that_no_experiment_may_have_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidParameterValue, match="'runs:/a'"):
        open_store(f"sqlite:///{tmp_path / 'runs.db'}", artifact_root="runs:/a")


def test_prometheus_reads_requests_times_queues_and_sizes(served_store: Store, tmp_path: Path) -> None:
    file = tmp_path / "runs.db"
    file.write_bytes(b"0123456789")
    with live_server(served_store, exposes_metrics=True, store_uri=f"sqlite:///{file}") as url:
        get(url, "experiments/get?experiment_id=0")
        get(url, "experiments/get?experiment_id=0")
        get(url, "runs/get?run_id=" + "0" * 32)
        get(url, f"{FILES}/secret/name.txt")
        get(url, "/nowhere/at/all")
        call(url, "PROPFIND", "/api/2.0/mlflow/runs/get")

        page = get(url, "/metrics")

    lines = page.body.decode().splitlines()
    total = "headwater_server_requests_total"
    experiments = '{endpoint="/api/2.0/mlflow/experiments/get",method="GET",status="200"}'
    assert page.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert f"{total}{experiments} 2" in lines
    assert f'{total}{{endpoint="/api/2.0/mlflow/runs/get",method="GET",status="404"}} 1' in lines
    assert f'{total}{{endpoint="/api/2.0/mlflow-artifacts/artifacts/",method="GET",status="404"}} 1' in lines
    assert f'{total}{{endpoint="unknown",method="other",status="405"}} 1' in lines
    assert 'headwater_server_request_seconds_count{endpoint="/api/2.0/mlflow/experiments/get"} 2' in lines
    assert 'headwater_server_queue{queue="requests"} 0' in lines
    assert 'headwater_server_queue{queue="webhook deliveries"} 0' in lines
    assert 'headwater_server_store_bytes{file="database"} 10' in lines
    assert 'headwater_server_store_bytes{file="journal"} 0' in lines
    assert not any("secret" in line for line in lines)
    assert all(len(line.rsplit(" ", 1)) == 2 for line in lines if not line.startswith("#"))


def test_metrics_are_told_only_if_they_were_asked_for(live_url: str) -> None:
    assert get(live_url, "/metrics", {"accept": "text/plain"}).status == 404


def test_graphql_and_telemetry_are_not_there(live_url: str) -> None:
    asked = post(live_url, "/graphql", {"query": "{ mlflowGetRun { run } }"})
    telemetry = get(live_url, "/ajax-api/3.0/mlflow/ui-telemetry")

    assert (asked.status, telemetry.status) == (404, 404)
    assert json.loads(telemetry.body)["error_code"] == "ENDPOINT_NOT_FOUND"
