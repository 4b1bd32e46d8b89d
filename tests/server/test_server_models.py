"""Logged models, inputs and outputs through raw HTTP: what stands in the path, in the body and in the answers."""

import json
from urllib.parse import quote

import pytest

from headwater.protocol.artifacts import ArtifactFile, CommitArtifacts
from headwater.protocol.openapi import describe_api
from server.caller import API, Answer, call, get, post
from server.conftest import Served

AJAX = "/ajax-api/2.0/mlflow"


def make_model(served: Served, **fields: object) -> str:
    answer = post(served.url, "logged-models", {"experiment_id": served.experiment_id, "name": "m", **fields})
    return str(answer.json["model"]["info"]["model_id"])


def patch(served: Served, path: str, body: object) -> Answer:
    return call(served.url, "PATCH", f"{API}/logged-models/{path}", json.dumps(body))


def test_a_model_is_answered_in_the_words_of_the_protocol(served: Served) -> None:
    model_id = make_model(
        served, model_type="clf", sourceRunId=served.run_id, params=[{"key": "p", "value": "1"}], tags=[{"key": "t"}]
    )
    point = {"run_id": served.run_id, "key": "acc", "value": "NaN", "timestamp": 5, "model_id": model_id}
    post(served.url, "runs/log-metric", {**point, "dataset_name": "d", "dataset_digest": "x"})

    answer = get(served.url, f"logged-models/{model_id}").json["model"]

    times = {name: answer["info"].pop(name) for name in ("creation_timestamp_ms", "last_updated_timestamp_ms")}
    assert set(map(type, times.values())) == {int}
    assert answer["info"] == {
        "model_id": model_id,
        "experiment_id": served.experiment_id,
        "name": "m",
        "artifact_uri": f"mlflow-artifacts:/{served.experiment_id}/models/{model_id}/artifacts",
        "status": "LOGGED_MODEL_PENDING",
        "model_type": "clf",
        "source_run_id": served.run_id,
        "tags": [{"key": "t", "value": ""}],
    }
    metric = {"key": "acc", "value": "NaN", "timestamp": 5, "step": 0, "model_id": model_id, "run_id": served.run_id}
    assert answer["data"] == {
        "params": [{"key": "p", "value": "1"}],
        "metrics": [{**metric, "dataset_name": "d", "dataset_digest": "x"}],
    }
    plain = get(served.url, f"runs/get?run_id={served.run_id}").json["run"]["data"]["metrics"]
    assert plain == [{"key": "acc", "value": "NaN", "timestamp": 5, "step": 0}]


@pytest.mark.parametrize("body", [{}, {"model_id": "{}"}, {"modelId": "{}"}])
@pytest.mark.parametrize("status", ["LOGGED_MODEL_READY", 2, "2"])
def test_the_id_in_the_path_may_be_repeated_in_the_body(served: Served, body: dict[str, str], status: object) -> None:
    model_id = make_model(served)
    repeated = {key: text.format(model_id) for key, text in body.items()}

    answer = patch(served, model_id, {**repeated, "status": status})

    assert (answer.status, answer.json["model"]["info"]["status"]) == (200, "LOGGED_MODEL_READY")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"status": "READY"}, "Invalid value \"READY\" for parameter 'status' supplied: it must be one of "),
        ({}, "Missing value for required parameter 'status'."),
        ({"model_id": "m-other", "status": 2}, "The URL says '{}' for parameter 'model_id', but the body \"m-other\"."),
    ],
)
def test_a_wrong_body_is_a_400(served: Served, body: object, message: str) -> None:
    model_id = make_model(served)

    answer = patch(served, model_id, body)

    assert (answer.status, answer.json["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
    assert answer.message.startswith(message.format(model_id))


@pytest.mark.parametrize("spell", [str, lambda key: quote(key, safe=""), lambda key: quote(key, safe="/")])
def test_a_tag_is_removed_by_its_name_in_the_path(served: Served, spell: object) -> None:
    assert callable(spell)
    model_id, key = make_model(served), "a/b.c"
    patch(served, f"{model_id}/tags", {"tags": [{"key": key, "value": "1"}, {"key": "kept", "value": "2"}]})

    gone = call(served.url, "DELETE", f"{API}/logged-models/{model_id}/tags/{spell(key)}?tag_key=kept")
    again = call(served.url, "DELETE", f"{AJAX}/logged-models/{model_id}/tags/{spell(key)}")

    assert (gone.status, gone.json) == (200, {})
    assert (again.status, again.message) == (404, f"No tag with key '{key}' found for model with ID '{model_id}'.")
    assert get(served.url, f"logged-models/{model_id}").json["model"]["info"]["tags"] == [{"key": "kept", "value": "2"}]


def test_a_deleted_model_is_seen_with_allow_deleted_only(served: Served) -> None:
    model_id = make_model(served)
    for _ in range(2):
        assert call(served.url, "DELETE", f"{API}/logged-models/{model_id}").json == {}

    hidden, shown = (get(served.url, f"logged-models/{model_id}{query}") for query in ("", "?allow_deleted=true"))

    assert (hidden.status, hidden.message) == (404, f"Logged model with ID '{model_id}' not found.")
    assert (shown.status, shown.json["model"]["info"]["model_id"]) == (200, model_id)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "logged-models/search", 405),
        ("GET", "logged-models/m-1/tags", 405),
        ("POST", "logged-models/m-1", 405),
        ("GET", "logged-models/m-1/nothing", 404),
        ("GET", "logged-models/", 404),
        ("PATCH", "logged-models/m-1/tags/", 404),
        ("GET", "logged-models/m-1/artifacts", 404),
        ("GET", "logged-models/m%2F1", 404),
    ],
)
def test_other_paths_and_methods_are_answered_in_json(served: Served, method: str, path: str, status: int) -> None:
    answer = call(served.url, method, f"{API}/{path}")

    assert answer.status == status
    assert answer.json["error_code"] == {404: "ENDPOINT_NOT_FOUND", 405: "METHOD_NOT_ALLOWED"}[status]
    if status == 405:
        assert method not in answer.headers["allow"]


def test_options_names_the_methods_of_a_path_with_an_id(served: Served) -> None:
    answer = call(served.url, "OPTIONS", f"{API}/logged-models/m-1")

    assert answer.headers["allow"] == "DELETE, GET, HEAD, OPTIONS, PATCH"


def test_files_of_a_model_are_listed_and_downloaded(served: Served) -> None:
    model_id = make_model(served)
    digest, size = served.store.blobs.write([b"flavors: {}"])
    root = f"{served.experiment_id}/models/{model_id}/artifacts"
    files = [ArtifactFile(path, digest, size) for path in ("MLmodel", "data/w.bin")]
    served.store.artifacts.commit(CommitArtifacts(root, files))
    download = f"{AJAX}/logged-models/{model_id}/artifacts/files"

    listing = get(served.url, f"logged-models/{model_id}/artifacts/directories?artifact_directory_path=data").json
    file = get(served.url, f"{download}?artifact_file_path=MLmodel")
    proxied = get(served.url, f"/api/2.0/mlflow-artifacts/artifacts/{root}/data/w.bin")

    assert listing["files"] == [{"path": "data/w.bin", "is_dir": False, "file_size": 11}]
    assert (file.body, file.headers["content-disposition"]) == (b"flavors: {}", "attachment; filename=MLmodel")
    assert file.headers["content-type"].startswith("text/plain")
    assert proxied.body == file.body
    for query, status, message in (
        ("", 400, "Request must specify artifact_file_path."),
        ("?artifact_file_path=data", 400, "Artifact path refers to a directory, not a file: 'data'"),
        ("?artifact_file_path=none", 404, "No such artifact: 'none'"),
        ("?artifact_file_path=../x", 400, "Invalid path '../x'."),
    ):
        answer = get(served.url, download + query)
        assert answer.status == status
        assert answer.message.startswith(message)


def test_inputs_and_outputs_are_part_of_the_run(served: Served) -> None:
    dataset = {"name": "wine", "digest": "abc", "source_type": "local", "source": "wine.csv"}
    tags = [{"key": "mlflow.data.context", "value": "training"}]
    empty = get(served.url, f"runs/get?run_id={served.run_id}").json["run"]

    post(served.url, "runs/log-inputs", {"run_id": served.run_id, "datasets": [{"dataset": dataset, "tags": tags}]})
    post(served.url, "runs/outputs", {"run_id": served.run_id, "models": [{"model_id": "m-1", "step": "3"}]})

    run = get(served.url, f"runs/get?run_id={served.run_id}").json["run"]
    assert (empty["inputs"], empty["outputs"]) == ({}, {})
    assert run["inputs"] == {"dataset_inputs": [{"dataset": dataset, "tags": tags}]}
    assert run["outputs"] == {"model_outputs": [{"model_id": "m-1", "step": 3}]}
    asked = {"experiment_ids": [served.experiment_id]}
    summary = {"experiment_id": served.experiment_id, "name": "wine", "digest": "abc", "context": "training"}
    assert post(served.url, f"{AJAX}/experiments/search-datasets", asked).json == {"dataset_summaries": [summary]}
    assert post(served.url, "experiments/search-datasets", asked).status == 404


def test_the_description_says_what_stands_in_the_path() -> None:
    paths = describe_api("0")["paths"]

    removal = paths[f"{API}/logged-models/{{model_id}}/tags/{{tag_key}}"]["delete"]
    finalizing = paths[f"{API}/logged-models/{{model_id}}"]["patch"]

    assert [(item["name"], item["in"], item["required"]) for item in removal["parameters"]] == [
        ("model_id", "path", True),
        ("tag_key", "path", True),
    ]
    assert "requestBody" not in removal
    body = finalizing["requestBody"]["content"]["application/json"]["schema"]
    assert (list(body["properties"]), body["required"]) == (["status"], ["status"])
