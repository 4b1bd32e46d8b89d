"""What the real `mlflow` client does with our model registry; see `mlflow_verbs`."""

import json
import os
import tempfile
from functools import partial
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import mlflow
import mlflow.pyfunc
from mlflow.tracking import MlflowClient
from mlflow_verbs import new_run, refusal, unique  # type: ignore[import-not-found]  # beside it
from reporting import report_checks  # type: ignore[import-not-found]


def new_model(*, versions: int = 0) -> str:
    client = MlflowClient()
    name: str = unique("model")
    client.create_registered_model(name)
    for number in range(versions):
        client.create_model_version(name, f"s3://bucket/{number + 1}")
    return name


def run_with_model() -> str:
    """Log the files of a model into a new run, as clients of any version do."""
    run_id: str = new_run()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "MLmodel").write_text(f"artifact_path: model\nflavors: {{}}\nrun_id: {run_id}\n")
        (Path(folder) / "weights.txt").write_text("1 2 3")
        MlflowClient().log_artifacts(run_id, folder, "model")
    return run_id


def check_registered_model_lives_through_create_rename_update_delete() -> None:
    client, name = MlflowClient(), unique("life")
    made = client.create_registered_model(name, tags={"team": "vision", "n": 1}, description="what **for**")
    assert made.tags == {"team": "vision", "n": "1"}
    assert made.description == "what **for**"
    assert made.creation_timestamp == made.last_updated_timestamp
    assert refusal(lambda: client.create_registered_model(name)).error_code == "RESOURCE_ALREADY_EXISTS"

    client.rename_registered_model(name, name + "-2")
    assert refusal(lambda: client.get_registered_model(name)).error_code == "RESOURCE_DOES_NOT_EXIST"
    assert client.update_registered_model(name + "-2", "new").description == "new"
    assert client.get_registered_model(name + "-2").tags == {"team": "vision", "n": "1"}

    client.delete_registered_model(name + "-2")
    assert refusal(lambda: client.delete_registered_model(name + "-2")).error_code == "RESOURCE_DOES_NOT_EXIST"


def check_registered_model_tags() -> None:
    client, name = MlflowClient(), new_model()

    client.set_registered_model_tag(name, "a", "1")
    client.set_registered_model_tag(name, "a", "é")
    client.set_registered_model_tag(name, "b", "2")
    client.delete_registered_model_tag(name, "b")
    client.delete_registered_model_tag(name, "never")

    assert client.get_registered_model(name).tags == {"a": "é"}


def check_model_versions_are_numbered_and_read() -> None:
    client, name, run_id = MlflowClient(), new_model(), new_run()

    first = client.create_model_version(name, "s3://b/1", tags={"t": 1}, description="first", run_link="http://x")
    second = client.create_model_version(name, f"runs:/{run_id}/model", run_id)
    client.delete_model_version(name, second.version)
    third = client.create_model_version(name, "s3://b/3")

    assert [str(version.version) for version in (first, second, third)] == ["1", "2", "3"]
    found = client.get_model_version(name, "1")
    assert (found.source, found.status, found.current_stage) == ("s3://b/1", "READY", "None")
    assert (found.tags, found.description, found.run_link) == ({"t": "1"}, "first", "http://x")
    assert second.run_id == run_id
    assert client.get_model_version_download_uri(name, "3") == "s3://b/3"
    assert refusal(lambda: client.get_model_version(name, "2")).error_code == "RESOURCE_DOES_NOT_EXIST"
    assert client.update_model_version(name, "3", "third").description == "third"


def check_model_version_tags() -> None:
    client, name = MlflowClient(), new_model(versions=1)
    client.transition_model_version_stage(name, "1", "Staging")

    client.set_model_version_tag(name, "1", "a", "1")
    client.set_model_version_tag(name, key="b", value="2", stage="Staging")
    client.set_model_version_tag(name, "1", "c", "3")
    client.delete_model_version_tag(name, "1", "c")

    assert client.get_model_version(name, "1").tags == {"a": "1", "b": "2"}


def check_stages_move_archive_and_tell_the_latest() -> None:
    client, name = MlflowClient(), new_model(versions=3)

    moved = client.transition_model_version_stage(name=name, version="1", stage="production")
    client.transition_model_version_stage(name, "2", "Production", archive_existing_versions=True)

    assert moved.current_stage == "Production"
    latest = {version.current_stage: str(version.version) for version in client.get_latest_versions(name)}
    assert latest == {"Archived": "1", "Production": "2", "None": "3"}
    assert [str(version.version) for version in client.get_latest_versions(name, ["Production"])] == ["2"]
    stages = {version.current_stage: version.version for version in client.get_registered_model(name).latest_versions}
    assert {stage: str(version) for stage, version in stages.items()} == latest
    assert refusal(lambda: client.transition_model_version_stage(name, "1", "Bogus"))
    assert (
        refusal(
            lambda: client.transition_model_version_stage(name, "1", "None", archive_existing_versions=True)
        ).error_code
        == "INVALID_PARAMETER_VALUE"
    )
    assert "Staging" in client.get_model_version_stages(name, "1")


def check_aliases_point_move_and_go() -> None:
    client, name = MlflowClient(), new_model(versions=2)

    client.set_registered_model_alias(name, "champion", "1")
    client.set_registered_model_alias(name, "champion", "2")
    client.set_registered_model_alias(name, "challenger", "1")

    assert client.get_registered_model(name).aliases == {"champion": "2", "challenger": "1"}
    assert str(client.get_model_version_by_alias(name, "champion").version) == "2"
    assert client.get_model_version(name, "1").aliases == ["challenger"]
    client.delete_registered_model_alias(name, "challenger")
    assert (
        refusal(lambda: client.get_model_version_by_alias(name, "challenger")).error_code == "INVALID_PARAMETER_VALUE"
    )
    assert refusal(lambda: client.set_registered_model_alias(name, "latest", "1"))
    assert refusal(lambda: client.set_registered_model_alias(name, "x", "9")).error_code == "RESOURCE_DOES_NOT_EXIST"
    client.delete_model_version(name, "2")
    assert client.get_registered_model(name).aliases == {}


def check_search_registered_models_filters_orders_and_pages() -> None:
    client, stem = MlflowClient(), unique("search")
    for number in range(5):
        client.create_registered_model(f"{stem}-{number}", tags={"n": str(number)})
    these = f"name LIKE '{stem}-%'"

    found = mlflow.search_registered_models(filter_string=these, order_by=["name DESC"])
    tagged = mlflow.search_registered_models(filter_string=f"{these} AND tags.n = '3'")
    page = client.search_registered_models(these, max_results=3)
    rest = client.search_registered_models(these, max_results=3, page_token=page.token)

    assert [model.name for model in found] == [f"{stem}-{number}" for number in (4, 3, 2, 1, 0)]
    assert [(model.name, model.tags) for model in tagged] == [(f"{stem}-3", {"n": "3"})]
    assert [model.name for model in [*page, *rest]] == [f"{stem}-{number}" for number in range(5)]
    assert not rest.token


def check_search_model_versions_filters_and_orders() -> None:
    client, name, run_id = MlflowClient(), new_model(versions=2), new_run()
    client.create_model_version(name, f"runs:/{run_id}/model", run_id, tags={"t": "x"})

    def numbers(text: str, **options: object) -> list[str]:
        return [str(version.version) for version in client.search_model_versions(text, **options)]

    assert numbers(f"name = '{name}'", order_by=["version_number ASC"]) == ["1", "2", "3"]
    assert numbers(f"run_id = '{run_id}'") == ["3"]
    assert numbers(f"name = '{name}' AND source_path LIKE 's3://%'") == ["2", "1"]
    assert numbers(f"name = '{name}' AND tags.t = 'x'") == ["3"]
    assert numbers(f"name = '{name}' AND version_number > 1", max_results=1) == ["3"]
    assert len(mlflow.search_model_versions(filter_string=f"name = '{name}'")) == 3


def check_register_model_takes_the_files_of_a_run() -> None:
    client, name, run_id = MlflowClient(), unique("registered"), run_with_model()

    first = mlflow.register_model(f"runs:/{run_id}/model", name, tags={"t": "1"})
    second = mlflow.register_model(f"runs:/{run_id}/model", name)
    client.set_registered_model_alias(name, "champion", "1")
    client.transition_model_version_stage(name, "2", "Production")

    assert (str(first.version), str(second.version)) == ("1", "2")
    assert (first.run_id, first.status, first.tags) == (run_id, "READY", {"t": "1"})
    for uri in ("1", "Production", "production", "latest"):
        folder = mlflow.artifacts.download_artifacts(f"models:/{name}/{uri}")
        assert (Path(folder) / "weights.txt").read_text() == "1 2 3"
    folder = mlflow.artifacts.download_artifacts(f"models:/{name}@champion")
    assert (Path(folder) / "MLmodel").exists()


class Echo(mlflow.pyfunc.PythonModel):  # type: ignore[misc]  # mlflow is not installed here
    """A model that returns what it is given."""

    def predict(self, context: object, model_input: object, params: object = None) -> object:
        """Return the input."""
        return model_input


def check_a_model_is_registered_while_it_is_logged_and_loaded_by_every_uri() -> None:
    client, name = MlflowClient(), unique("logged")
    mlflow.set_experiment(unique("logged"))
    for _ in range(2):
        with mlflow.start_run() as run:
            mlflow.pyfunc.log_model(
                "echo", python_model=Echo(), pip_requirements=["cloudpickle"], registered_model_name=name
            )
    client.set_registered_model_alias(name, "champion", "1")
    client.transition_model_version_stage(name, "2", "Production")

    assert client.get_model_version(name, "2").run_id == run.info.run_id
    for uri in (
        f"models:/{name}/1",
        f"models:/{name}@champion",
        f"models:/{name}/production",
        f"models:/{name}/latest",
    ):
        assert mlflow.pyfunc.load_model(uri).predict([1, 2]) == [1, 2]


def check_copy_model_version_promotes_across_models() -> None:
    client, name, target, run_id = MlflowClient(), unique("staging"), unique("production"), run_with_model()
    mlflow.register_model(f"runs:/{run_id}/model", name, tags={"t": "1"})

    copied = client.copy_model_version(f"models:/{name}/1", target)
    again = client.copy_model_version(f"models:/{target}/1", target)
    client.delete_registered_model(name)

    assert (copied.name, str(copied.version), copied.run_id) == (target, "1", run_id)
    assert copied.source == f"models:/{name}/1"
    assert str(again.version) == "2"
    for version in (1, 2):
        folder = mlflow.artifacts.download_artifacts(f"models:/{target}/{version}")
        assert (Path(folder) / "weights.txt").read_text() == "1 2 3"


def native(verb: str, path: str, **fields: object) -> dict[str, object]:
    """Ask the server what MLflow's client has no verb for."""
    url = f"{os.environ['MLFLOW_TRACKING_URI']}/api/headwater/1/registry/{path}"
    query = "?" + urlencode({key: str(value) for key, value in fields.items()}) if verb == "GET" else ""
    body = None if verb == "GET" else json.dumps(fields).encode()
    request = Request(url + query, body, {"Content-Type": "application/json"}, method=verb)
    with urlopen(request, timeout=30) as answer:
        found: dict[str, object] = json.load(answer)
    return found


def check_a_closed_gate_refuses_an_alias_and_a_stage_with_the_reason() -> None:
    client, name = MlflowClient(), new_model(versions=2)
    tags = [{"key": "validated", "value": "yes"}]
    gates = [{"alias": "champion", "tags": tags}, {"stage": "Production", "tags": tags}]
    native("POST", "policy", name=name, policy={"gates": gates}, user_id="ada")

    for attempt in (
        partial(client.set_registered_model_alias, name, "champion", "1"),
        partial(client.transition_model_version_stage, name, "1", "Production"),
    ):
        error = refusal(attempt)
        assert error.error_code == "PERMISSION_DENIED"
        assert error.get_http_status_code() == 403
        assert "its tag 'validated' is 'yes'" in str(error)
        assert "may not become" in str(error)
    client.set_registered_model_alias(name, "challenger", "1")
    client.set_model_version_tag(name, "1", "validated", "yes")
    client.set_registered_model_alias(name, "champion", "1")
    assert client.transition_model_version_stage(name, "1", "Production").current_stage == "Production"

    events = native("GET", "events", name=name)["events"]
    assert isinstance(events, list)
    assert [event["action"] for event in events if event.get("key") == "@champion"] == ["refuse"]


def check_the_user_of_the_clients_credentials_is_in_the_log() -> None:
    name = new_model()
    os.environ["MLFLOW_TRACKING_USERNAME"], os.environ["MLFLOW_TRACKING_PASSWORD"] = "grace", "secret"
    try:
        MlflowClient().set_registered_model_tag(name, "a", "1")
    finally:
        del os.environ["MLFLOW_TRACKING_USERNAME"], os.environ["MLFLOW_TRACKING_PASSWORD"]

    events = native("GET", "events", name=name)["events"]
    assert isinstance(events, list)
    assert [(event["action"], event.get("user_id", "")) for event in events] == [
        ("create_model", ""),
        ("set_model_tag", "grace"),
    ]


def check_stages_of_a_policy_are_entered_and_loaded_from() -> None:
    client, name, run_id = MlflowClient(), unique("staged"), run_with_model()
    mlflow.register_model(f"runs:/{run_id}/model", name)
    native("POST", "policy", name=name, policy={"stages": ["QA", "Live"]})

    moved = client.transition_model_version_stage(name, "1", "live")

    assert moved.current_stage == "Live"
    assert [str(version.version) for version in client.get_latest_versions(name, ["Live"])] == ["1"]
    folder = mlflow.artifacts.download_artifacts(f"models:/{name}/Live")
    assert (Path(folder) / "weights.txt").read_text() == "1 2 3"
    assert "QA" in str(refusal(lambda: client.transition_model_version_stage(name, "1", "Production")))


def check_a_version_whose_files_were_overwritten_is_not_downloaded() -> None:
    client, name, run_id = MlflowClient(), unique("changed"), run_with_model()
    mlflow.register_model(f"runs:/{run_id}/model", name)
    mlflow.artifacts.download_artifacts(f"models:/{name}/1")
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "weights.txt").write_text("evil")
        client.log_artifacts(run_id, folder, "model")

    error = refusal(lambda: mlflow.artifacts.download_artifacts(f"models:/{name}/1"))

    assert "'weights.txt' has other bytes" in str(error)


def check_sources_of_others_are_refused() -> None:
    client, name, run_id = MlflowClient(), new_model(), new_run()

    for source in ("/etc", "file:///etc", f"runs:/{new_run()}/model", "s3://b/../x", "http://host/x"):
        error = refusal(partial(client.create_model_version, name, source, run_id))
        assert error.error_code == "INVALID_PARAMETER_VALUE"


if __name__ == "__main__":
    report_checks(globals())
