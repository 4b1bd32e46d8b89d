"""The registry from Python: registering, promoting and following `models:/` URIs, with runs here or elsewhere."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import headwater as hw
from headwater.protocol.runs import CreateRun
from headwater.stores import open_store
from headwater.testing.servers import live_server
from headwater.tracking.session import current_session
from unit.tracking_places import own_place


@pytest.fixture(autouse=True)
def uri(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with own_place(tmp_path, monkeypatch) as place:
        yield place


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """Return the URL of a server of its own."""
    store = open_store(f"sqlite:///{tmp_path / 'server' / 'headwater.db'}")
    with live_server(store) as url:
        yield url
    store.close()


def log_model(weights: str = "1") -> str:
    """Log a model's files in a new run and return the run's id."""
    with hw.start_run() as run:
        hw.log_text("flavors: {}", "model/MLmodel")
        hw.log_text(weights, "model/data/weights")
    return run.info.run_id


def test_a_model_is_registered_with_its_run(capsys: pytest.CaptureFixture[str]) -> None:
    run_id = log_model()

    first = hw.register_model(f"runs:/{run_id}/model", "churn", tags={"n": 1})
    second = hw.register_model(f"runs:/{run_id}/model", "churn")

    assert (first.name, first.version, first.status, first.current_stage) == ("churn", "1", "READY", "None")
    assert (first.run_id, first.tags) == (run_id, {"n": "1"})
    assert first.source == f"mlflow-artifacts:/0/{run_id}/artifacts/model"
    assert second.version == "2"
    assert first.uri == "models:/churn/1"
    assert capsys.readouterr().err.splitlines() == [
        "Successfully registered model 'churn'.",
        "Created version '1' of model 'churn'.",
        "Registered model 'churn' already exists. Creating a new version of this model...",
        "Created version '2' of model 'churn'.",
    ]


def test_a_version_of_a_logged_model_is_made_of_its_uri_alone() -> None:
    with hw.start_run() as run:
        model = hw.initialize_logged_model("forest")
    client = hw.Client()
    client.create_registered_model("churn")

    version = client.create_model_version("churn", model.model_uri, run.info.run_id)

    assert (version.source, version.model_id) == (model.model_uri, model.model_id)


def test_what_is_no_model_is_not_registered_and_leaves_no_model_behind(tmp_path: Path) -> None:
    run_id = log_model()

    for model_uri, error in (
        (f"runs:/{run_id}/nothing", hw.ResourceDoesNotExist),
        (f"runs:/{'f' * 32}/model", hw.ResourceDoesNotExist),
        ("http://host/model", hw.InvalidParameterValue),
        (f"{tmp_path}/../model", hw.InvalidParameterValue),
        ("models:/none", hw.InvalidParameterValue),
    ):
        with pytest.raises(error):
            hw.register_model(model_uri, "churn")

    assert hw.search_registered_models() == []


def test_a_folder_of_this_machine_is_registered_where_it_is(tmp_path: Path) -> None:
    (tmp_path / "my model").mkdir()
    (tmp_path / "my model" / "MLmodel").write_text("flavors: {}")

    version = hw.register_model("my model", "local")

    assert version.source == str(tmp_path / "my model")
    assert hw.artifacts.download_artifacts("models:/local/1") == str(tmp_path / "my model")
    assert hw.artifacts.load_text("models:/local/latest/MLmodel") == "flavors: {}"
    copied = hw.artifacts.download_artifacts("models:/local/1", dst_path=tmp_path / "copy")
    assert (Path(copied) / "MLmodel").read_text() == "flavors: {}"
    assert [file.path for file in hw.artifacts.list_artifacts("models:/local/1")] == ["MLmodel"]


def test_a_run_may_have_any_id() -> None:
    """Even one that stands elsewhere in the URI, too."""
    store = current_session().store(hw.get_tracking_uri())
    store.runs.create(CreateRun("0", run_id="r"))
    client = hw.Client()
    client.log_text("r", "flavors: {}", "r/MLmodel")
    client.create_registered_model("m")

    client.create_model_version("m", "runs:/r/r")

    assert hw.register_model("runs:/r/r", "m").source == "mlflow-artifacts:/0/r/artifacts/r"
    assert (
        hw.artifacts.load_text("models:/m/1/MLmodel") == hw.artifacts.load_text("models:/m/2/MLmodel") == "flavors: {}"
    )


def promote(name: str) -> hw.Client:
    """Make version 1 the champion and put version 2 into production."""
    client = hw.Client()
    client.set_registered_model_alias(name, "champion", "1")
    client.transition_model_version_stage(name, "2", "Production")
    return client


@pytest.mark.parametrize(
    ("model_uri", "weights"),
    [
        ("models:/m/1", "one"),
        ("models:/m/2", "two"),
        ("models:/m@champion", "one"),
        ("models:/m/production", "two"),
        ("models:/m/latest", "three"),
        ("models:/m@latest", "three"),
        ("models:/copy/1", "one"),
    ],
)
def test_every_kind_of_uri_leads_to_the_files(model_uri: str, weights: str, tmp_path: Path) -> None:
    for text in ("one", "two", "three"):
        hw.register_model(f"runs:/{log_model(text)}/model", "m")
    promote("m").copy_model_version("models:/m@champion", "copy")

    whole = Path(hw.artifacts.download_artifacts(model_uri, dst_path=tmp_path / "out"))

    assert whole == tmp_path / "out"
    assert (whole / "data" / "weights").read_text() == weights
    assert hw.artifacts.load_text(f"{model_uri}/data/weights") == weights
    assert [(file.path, file.is_dir) for file in hw.artifacts.list_artifacts(model_uri)] == [
        ("MLmodel", False),
        ("data", True),
    ]
    assert [file.path for file in hw.artifacts.list_artifacts(f"{model_uri}/data")] == ["data/weights"]


@pytest.mark.parametrize(
    ("model_uri", "error", "message"),
    [
        ("models:/m", hw.InvalidParameterValue, "Invalid model URI 'models:/m'"),
        ("models:/m/9", hw.ResourceDoesNotExist, r"\(name=m, version=9\) not found"),
        ("models:/none/1", hw.ResourceDoesNotExist, "name=none not found"),
        ("models:/m@none", hw.InvalidParameterValue, "alias none not found"),
        ("models:/m/staging", hw.ResourceDoesNotExist, "No version of model 'm' is in the stage 'Staging'"),
        ("models:/m/1/none", hw.ResourceDoesNotExist, "No artifact 'none'"),
        (f"models:/m-{'0' * 32}", hw.ResourceDoesNotExist, "m-0000"),
    ],
)
def test_a_uri_that_leads_nowhere_says_why(model_uri: str, error: type[hw.HeadwaterError], message: str) -> None:
    hw.register_model(f"runs:/{log_model()}/model", "m")

    with pytest.raises(error, match=message):
        hw.artifacts.download_artifacts(model_uri)


def test_the_client_has_every_verb_of_a_models_life() -> None:
    client = hw.Client()
    made = client.create_registered_model("m", tags={"a": 1, "b": True}, description="what")
    assert (made.name, made.tags, made.description, made.aliases) == ("m", {"a": "1", "b": "True"}, "what", {})

    client.set_registered_model_tag("m", "c", 3)
    client.delete_registered_model_tag("m", "a")
    client.update_registered_model("m", "new")
    renamed = client.rename_registered_model("m", "n")
    for number in range(3):
        client.create_model_version("n", f"s3://b/{number}", tags={"n": number}, description="d", run_link="http://x")
    promote("n")

    found = client.get_registered_model("n")
    assert (renamed.name, found.description, found.tags) == ("n", "new", {"b": "True", "c": "3"})
    assert found.aliases == {"champion": "1"}
    assert {version.current_stage: version.version for version in found.latest_versions} == {
        "None": "3",
        "Production": "2",
    }
    assert [version.version for version in client.get_latest_versions("n", ["Production"])] == ["2"]
    client.delete_registered_model_alias("n", "champion")
    assert client.get_registered_model("n").aliases == {}
    client.delete_registered_model("n")
    with pytest.raises(hw.ResourceDoesNotExist):
        client.get_registered_model("n")


def test_the_client_has_every_verb_of_a_versions_life() -> None:
    client = hw.Client()
    client.create_registered_model("m")
    made = client.create_model_version("m", "s3://b/1", model_id="m-1", description="first")
    assert (made.description, made.model_id, made.run_id, made.tags) == ("first", "m-1", "", {})
    client.create_model_version("m", "s3://b/2")
    client.transition_model_version_stage("m", "1", "Staging")
    client.transition_model_version_stage("m", "2", "Staging", archive_existing_versions=True)

    client.set_model_version_tag("m", "1", "a", 1)
    client.set_model_version_tag("m", key="b", value="x", stage="staging")
    hw.set_model_version_tag("m", "2", "c", "y")
    client.delete_model_version_tag("m", key="b", stage="Staging")
    client.update_model_version("m", "2", "second")

    first, second = client.get_model_version("m", "1"), client.get_model_version("m", "2")
    assert (first.current_stage, first.tags) == ("Archived", {"a": "1"})
    assert (second.current_stage, second.tags, second.description) == ("Staging", {"c": "y"}, "second")
    assert client.get_model_version_download_uri("m", "2") == "s3://b/2"
    assert client.get_model_version_stages("m", "2") == ["None", "Staging", "Production", "Archived"]
    client.set_registered_model_alias("m", "a", "2")
    assert client.get_model_version_by_alias("m", "a").aliases == ["a"]
    client.delete_model_version("m", "2")
    assert [version.version for version in client.search_model_versions("name = 'm'")] == ["1"]


def test_a_tag_needs_a_version_or_a_stage() -> None:
    client = hw.Client()
    client.create_registered_model("m")

    with pytest.raises(hw.InvalidParameterValue, match="Exactly one"):
        client.set_model_version_tag("m", key="a", value="b")
    with pytest.raises(hw.InvalidParameterValue, match="Exactly one"):
        client.set_model_version_tag("m", "1", "a", "b", stage="Staging")
    with pytest.raises(hw.InvalidParameterValue, match="Exactly one"):
        client.delete_model_version_tag("m", key="a")
    with pytest.raises(hw.InvalidParameterValue, match="Invalid Model Version stage: Prod"):
        client.set_model_version_tag("m", key="a", value="b", stage="Prod")


def test_searches_page_by_themselves() -> None:
    client = hw.Client()
    for number in range(5):
        client.create_registered_model(f"m{number}")
        client.create_model_version(f"m{number}", "s3://b/x")

    page = client.search_registered_models(max_results=2, order_by=["name DESC"])
    rest = client.search_registered_models(max_results=3, order_by=["name DESC"], page_token=page.token)

    assert [model.name for model in [*page, *rest]] == ["m4", "m3", "m2", "m1", "m0"]
    assert rest.token is None
    assert len(hw.search_registered_models(max_results=4)) == 4
    assert len(hw.search_registered_models()) == 5
    assert [version.name for version in hw.search_model_versions(filter_string="name < 'm2'", order_by=["name"])] == [
        "m0",
        "m1",
    ]
    assert hw.search_model_versions(max_results=3, order_by=["name"])[-1].name == "m2"


def test_the_registry_is_where_runs_are_unless_it_is_said(uri: str, tmp_path: Path, server: str) -> None:
    assert hw.get_registry_uri() == uri

    hw.set_registry_uri(server)
    assert (hw.get_registry_uri(), hw.get_tracking_uri()) == (server, uri)
    assert hw.Client().registry_uri == server
    assert hw.Client(registry_uri=uri).registry_uri == uri

    hw.set_registry_uri("")
    assert hw.get_registry_uri() == uri


@pytest.mark.parametrize("direction", ["registry on the server", "runs on the server"])
def test_runs_and_registry_may_be_in_two_places(uri: str, server: str, direction: str) -> None:
    tracking, registry = (uri, server) if direction == "registry on the server" else (server, uri)
    hw.set_tracking_uri(tracking)
    hw.set_registry_uri(registry)

    version = hw.register_model(f"runs:/{log_model('far')}/model", "m")

    assert hw.artifacts.load_text("models:/m/1/data/weights") == "far"
    assert [model.name for model in hw.search_registered_models()] == ["m"]
    assert hw.Client(tracking, tracking).search_registered_models() == []
    assert hw.Client(registry, registry).get_model_version("m", version.version).source == version.source


def test_files_that_only_the_registrys_server_has_are_found_there(uri: str, server: str) -> None:
    hw.set_tracking_uri(server)
    hw.register_model(f"runs:/{log_model('there')}/model", "m")

    hw.set_tracking_uri(uri)
    hw.set_registry_uri(server)

    assert hw.artifacts.load_text("models:/m/1/data/weights") == "there"


def test_models_and_versions_print_as_a_person_reads_them() -> None:
    client = hw.Client()
    client.create_registered_model("m")
    for _ in range(2):
        client.create_model_version("m", "s3://b/x")
    promote("m")

    assert repr(client.get_registered_model("m")) == "<RegisteredModel 'm' @champion=1>"
    assert repr(client.get_model_version("m", "1")) == "<ModelVersion 'm' 1 @champion>"
    assert repr(client.get_model_version("m", "2")) == "<ModelVersion 'm' 2 Production>"


@pytest.mark.parametrize("elsewhere", [False, True], ids=["one store", "two stores"])
def test_a_logged_model_is_registered_by_its_id_or_by_the_name_in_its_run(server: str, elsewhere: bool) -> None:  # noqa: FBT001 - a parameter of the test
    if elsewhere:
        hw.set_registry_uri(server)
    client = hw.Client()
    run_id = client.create_run("0").info.run_id
    model = client.create_logged_model("0", "echo", source_run_id=run_id)
    client.log_model_artifacts(model.model_id, _folder_of_model())
    client.finalize_logged_model(model.model_id, "READY")

    by_id = hw.register_model(model.model_uri, "m")
    by_name = hw.register_model(f"runs:/{run_id}/echo", "m")

    for version in (by_id, by_name):
        assert (version.source, version.run_id, version.model_id) == (model.model_uri, run_id, model.model_id)
        assert hw.artifacts.load_text(f"{version.uri}/data/weights") == "logged"
    assert hw.artifacts.load_text(f"{model.model_uri}/data/weights") == "logged"
    assert [file.path for file in hw.artifacts.list_artifacts("models:/m/1")] == ["MLmodel", "data"]
    assert [file.path for file in hw.artifacts.list_artifacts(model.model_uri)] == ["MLmodel", "data"]


def _folder_of_model() -> Path:
    folder = Path("logged")
    (folder / "data").mkdir(parents=True)
    (folder / "MLmodel").write_text("flavors: {}")
    (folder / "data" / "weights").write_text("logged")
    return folder


def test_what_mlflow_knows_of_versions_on_databricks_alone_is_none() -> None:
    client = hw.Client()
    client.create_registered_model("m")
    version = client.create_model_version("m", "s3://bucket/model")

    found = [getattr(version, name) for name in ("metrics", "params", "deployment_job_state")]

    assert found == [None, None, None]
