"""The model registry over raw HTTP: methods, fields that are there or not, sources on disk, and files of versions."""

import json
import uuid

import pytest

from headwater.protocol.artifacts import ArtifactFile, CommitArtifacts
from headwater.protocol.experiments import CreateExperiment
from headwater.protocol.model_versions import CreateModelVersion
from headwater.protocol.registered_models import CreateRegisteredModel
from headwater.protocol.runs import CreateRun
from headwater.stores.interface import Store
from server.caller import API, Answer, call, get, post
from server.conftest import Served


@pytest.fixture
def name(served: Served) -> str:
    """Return the name of a new model of this test's own."""
    name = f"model-{uuid.uuid4().hex}"
    served.store.registered_models.create(CreateRegisteredModel(name))
    return name


def delete(served: Served, target: str, body: object) -> Answer:
    return call(served.url, "DELETE", f"{API}/{target}", json.dumps(body))


def keep_file(store: Store, root: str, path: str, data: bytes) -> None:
    digest, size = store.blobs.write([data])
    store.artifacts.commit(CommitArtifacts(root, [ArtifactFile(path, digest, size)]))


def test_a_new_model_has_the_fields_that_clients_expect(served: Served) -> None:
    answer = post(served.url, "registered-models/create", {"name": "fields"}).json["registered_model"]

    assert set(answer) == {"name", "creation_timestamp", "last_updated_timestamp"}


def test_a_new_version_has_the_fields_that_clients_expect(served: Served, name: str) -> None:
    answer = post(served.url, "model-versions/create", {"name": name, "source": "s3://b/x"}).json["model_version"]

    assert answer == {
        "name": name,
        "version": "1",
        "creation_timestamp": answer["creation_timestamp"],
        "last_updated_timestamp": answer["creation_timestamp"],
        "current_stage": "None",
        "description": "",
        "source": "s3://b/x",
        "run_id": "",
        "status": "READY",
        "run_link": "",
    }


def test_updates_are_patches_and_need_no_content_type(served: Served, name: str) -> None:
    body = json.dumps({"name": name, "description": "d"})

    answer = call(served.url, "PATCH", f"{API}/registered-models/update", body)

    assert answer.json["registered_model"]["description"] == "d"
    assert post(served.url, "registered-models/update", body).status == 405


def test_deletions_read_their_body_and_not_their_query(served: Served, name: str) -> None:
    in_query = call(served.url, "DELETE", f"{API}/registered-models/delete?name=x")
    in_body = delete(served, "registered-models/delete", {"name": name})

    assert in_query.status == 400
    assert in_query.message.startswith("Missing value for required parameter 'name'.")
    assert (in_body.status, in_body.json) == (200, {})
    assert delete(served, "registered-models/delete", {"name": name}).status == 404


def test_one_path_sets_gets_and_removes_an_alias(served: Served, name: str) -> None:
    post(served.url, "model-versions/create", {"name": name, "source": "s3://b/x"})
    alias = {"name": name, "alias": "champion"}

    made = post(served.url, "registered-models/alias", {**alias, "version": "1"})
    found = get(served.url, f"registered-models/alias?name={name}&alias=champion")
    gone = delete(served, "registered-models/alias", alias)
    missing = get(served.url, f"registered-models/alias?name={name}&alias=champion")

    assert (made.status, gone.status) == (200, 200)
    assert found.json["model_version"]["aliases"] == ["champion"]
    assert (missing.status, missing.json["error_code"]) == (400, "INVALID_PARAMETER_VALUE")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_latest_versions_are_asked_for_either_way(served: Served, name: str, method: str) -> None:
    post(served.url, "model-versions/create", {"name": name, "source": "s3://b/x"})
    target = f"{API}/registered-models/get-latest-versions"

    if method == "GET":
        answer = get(served.url, f"{target}?name={name}&stages=none&stages=Staging")
    else:
        answer = post(served.url, target, {"name": name, "stages": ["none", "Staging"]})

    assert [version["version"] for version in answer.json["model_versions"]] == ["1"]


def test_wrong_types_are_refused_by_name(served: Served, name: str) -> None:
    answer = post(served.url, "registered-models/alias", {"name": name, "alias": "a", "version": 1})

    assert answer.status == 400
    assert answer.message.startswith(
        "Invalid value 1 for parameter 'version' supplied:  Hint: Value was of type 'int'."
    )


@pytest.mark.parametrize("source", ["/etc", "file:///etc", "etc", "file:/etc/passwd", "FILE:///etc", "C:/x", "./x"])
def test_no_version_is_made_of_the_servers_own_files(served: Served, name: str, source: str) -> None:
    body = {"name": name, "source": source, "run_id": served.run_id}

    for request in (body, {**body, "run_id": ""}):
        answer = post(served.url, "model-versions/create", request)
        assert (answer.status, answer.json["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
        assert answer.message.startswith(f"Invalid model version source: '{source}'.")


def test_a_path_inside_the_artifacts_of_the_run_is_allowed(served: Served, name: str) -> None:
    experiment_id = served.store.experiments.create(CreateExperiment(f"on disk {name}", "file:///data/1")).experiment_id
    run_id = served.store.runs.create(CreateRun(experiment_id)).run.info.run_id
    root = f"/data/1/{run_id}/artifacts"

    def status(source: str, run: str = run_id) -> int:
        return post(served.url, "model-versions/create", {"name": name, "source": source, "run_id": run}).status

    assert status(f"{root}/model") == 200
    assert status(f"file://{root}/model") == 200
    assert status(f"file://localhost{root}") == 200
    assert status(f"file://elsewhere{root}") == 400
    assert status(f"{root}-2/model") == 400
    assert status(f"{root}/../../x") == 400
    assert status(f"file://{root}/%2e%2e/x") == 400
    assert status(f"{root}/model", served.run_id) == 400
    assert status(f"{root}/model", "f" * 32) == 404


def test_a_prompt_has_a_word_for_a_source(served: Served, name: str) -> None:
    tags = [{"key": "mlflow.prompt.is_prompt", "value": "true"}]

    def status(source: str) -> int:
        return post(served.url, "model-versions/create", {"name": name, "source": source, "tags": tags}).status

    assert status("dummy-source") == 200
    assert status("/etc") == 400


@pytest.mark.parametrize("kind", ["runs", "artifacts", "copy"])
def test_a_file_of_a_version_is_downloaded(served: Served, name: str, kind: str) -> None:
    root = f"{served.experiment_id}/{served.run_id}/artifacts"
    keep_file(served.store, root, "model/code/a b.py", b"print()")
    source = f"mlflow-artifacts:/{root}/model" if kind == "artifacts" else f"runs:/{served.run_id}/model"
    served.store.model_versions.create(CreateModelVersion(name, source, served.run_id))
    if kind == "copy":
        served.store.model_versions.create(CreateModelVersion(name, f"models:/{name}/1"))
    version = "2" if kind == "copy" else "1"

    answer = get(served.url, f"/model-versions/get-artifact?name={name}&version={version}&path=code/a%20b.py")

    assert (answer.status, answer.body) == (200, b"print()")
    assert answer.headers["content-disposition"] == 'attachment; filename="a b.py"'


@pytest.mark.parametrize(
    ("query", "status", "message"),
    [
        ("name={name}&version=1", 400, "Request must specify path."),
        ("version=1&path=a", 400, "Missing value for required parameter 'name'."),
        ("name={name}&version=x&path=a", 400, "Parameter 'version' must be an integer, got 'x'."),
        ("name={name}&version=3&path=a", 404, "Model Version (name={name}, version=3) not found"),
        ("name={name}&version=1&path=a", 404, "No such artifact: 'a'"),
        ("name={name}&version=1&path=../a", 400, "Invalid path '../a'."),
        ("name={name}&version=1&path=code", 400, "Artifact path refers to a directory, not a file: 'code'"),
        ("name={name}&version=2&path=a", 501, "The artifacts of version '2' of '{name}' are kept at 's3://b/x'"),
    ],
)
def test_what_is_no_file_of_a_version_is_not_downloaded(
    served: Served, name: str, query: str, status: int, message: str
) -> None:
    keep_file(served.store, f"{served.experiment_id}/{served.run_id}/artifacts", "model/code/a.py", b"")
    source = f"runs:/{served.run_id}/model"
    served.store.model_versions.create(CreateModelVersion(name, source, served.run_id))
    served.store.model_versions.create(CreateModelVersion(name, "s3://b/x"))

    answer = get(served.url, f"/model-versions/get-artifact?{query.format(name=name)}")

    assert answer.status == status
    assert answer.message.startswith(message.format(name=name))
