"""What the source of a model version may be, and what `models:/` URIs say."""

import pytest

from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.model_names import ModelUri, parse_model_uri
from headwater.protocol.model_sources import check_source, local_path

RUN = "0123456789abcdef0123456789abcdef"
LOGGED = f"m-{RUN}"


@pytest.mark.parametrize(
    ("source", "run_id", "model_id"),
    [
        (f"runs:/{RUN}/model", RUN, ""),
        (f"runs:/{RUN}", RUN, ""),
        (f"mlflow-artifacts:/1/{RUN}/artifacts/model", RUN, ""),
        (f"mlflow-artifacts:/some/place/{RUN}/artifacts", RUN, ""),
        (f"mlflow-artifacts:/1/{RUN}/model", RUN, ""),
        (f"mlflow-artifacts:/1/models/{LOGGED}/artifacts", "", LOGGED),
        (f"mlflow-artifacts:/1/models/{LOGGED}/artifacts", RUN, LOGGED),
        (f"models:/{LOGGED}", "", LOGGED),
        (f"models:/{LOGGED}", RUN, LOGGED),
        ("s3://bucket/a..b/model", "", ""),
        ("gs://bucket/model", RUN, ""),
        ("dbfs:/model", "", ""),
    ],
)
def test_a_source_that_names_nobody_elses_files_is_allowed(source: str, run_id: str, model_id: str) -> None:
    check_source(source, run_id, model_id)


@pytest.mark.parametrize(
    ("source", "run_id", "model_id"),
    [
        (f"runs:/{RUN}/model", "", ""),
        (f"runs:/{RUN}/model", "f" * 32, ""),
        ("runs:/", RUN, ""),
        (f"mlflow-artifacts:/1/{RUN}/artifacts/model", "", ""),
        (f"mlflow-artifacts:/1/{RUN}/artifacts/model", "f" * 32, ""),
        (f"mlflow-artifacts:/1/{'f' * 32}/artifacts/{RUN}/artifacts", RUN, ""),
        ("mlflow-artifacts:/", RUN, ""),
        ("mlflow-artifacts:/artifacts/artifacts", RUN, ""),
        (f"mlflow-artifacts:/1/{RUN}/artifacts?x=/../../2", RUN, ""),
        (f"mlflow-artifacts:/1/{RUN}/artifacts#x", RUN, ""),
        (f"mlflow-artifacts:/1/models/{LOGGED}/artifacts", RUN, ""),
        (f"models:/{LOGGED}", RUN, ""),
        (f"mlflow-artifacts:/1%2F{'f' * 32}%2Fartifacts/{RUN}/artifacts", RUN, ""),
        (f"models:/{LOGGED}", "", f"m-{'f' * 32}"),
        ("models:/m/1/path", "", ""),
        ("models:/m/Production", "", ""),
        ("models:/m@champion", "", ""),
        ("models:/", "", ""),
        (f"mlflow-artifacts:/1/{RUN}/artifacts/../../x", RUN, ""),
        (f"runs:/{RUN}/%2e%2e/x", RUN, ""),
        (f"runs:/{RUN}/%252e%252e/x", RUN, ""),
        (f"runs:/{RUN}/..;/x", RUN, ""),
        (f"runs:/{RUN}/..\\x", RUN, ""),
        (f"runs:/{RUN}/x\t", RUN, ""),
        ("s3://bucket/../other", "", ""),
        ("s3://bucket/x?y=../other", "", ""),
        ("s3://bucket/．．/other", "", ""),
        ("http://169.254.169.254/latest", "", ""),
        ("HTTPS://host/model", "", ""),
        ("ftp://host/model", "", ""),
    ],
)
def test_a_source_of_others_or_one_that_climbs_out_is_refused(source: str, run_id: str, model_id: str) -> None:
    with pytest.raises(InvalidParameterValue, match=r"^Invalid model"):
        check_source(source, run_id, model_id)


@pytest.mark.parametrize(
    ("source", "path"),
    [
        ("/a/b", "/a/b"),
        ("a b", "a b"),
        ("file:///a%20b", "/a b"),
        ("file://localhost/a", "/a"),
        ("C:/models", "C:/models"),
        ("s3://b/a", None),
        ("runs:/x/y", None),
    ],
)
def test_paths_on_this_machine_are_told_from_uris(source: str, path: str | None) -> None:
    found = local_path(source)

    assert (None if found is None else str(found)) == path


def test_a_file_on_another_machine_is_refused() -> None:
    with pytest.raises(InvalidParameterValue, match="Name a file of this machine"):
        local_path("file://host/share/model")


@pytest.mark.parametrize(
    ("uri", "meaning"),
    [
        ("models:/m/1", ModelUri(name="m", version="1")),
        ("models:/m/1/a/b.txt", ModelUri(name="m", version="1", path="a/b.txt")),
        ("models:/m/production", ModelUri(name="m", stage="Production")),
        ("models:/m/Prod/a", ModelUri(name="m", stage="Prod", path="a")),
        ("models:/m/none/MLmodel", ModelUri(name="m", stage="None", path="MLmodel")),
        ("models:/m/Latest", ModelUri(name="m", alias="latest")),
        ("models:/m@champion", ModelUri(name="m", alias="champion")),
        ("models:/m@champion/a", ModelUri(name="m", alias="champion", path="a")),
        ("models:/m@LATEST", ModelUri(name="m", alias="latest")),
        ("models:/a@b@c", ModelUri(name="a@b", alias="c")),
        ("models:/a@b/1", ModelUri(name="a@b", version="1")),
        ("models:/a b%20é/1", ModelUri(name="a b%20é", version="1")),
        (f"models:/{LOGGED}", ModelUri(model_id=LOGGED)),
        (f"models:/{LOGGED}/MLmodel", ModelUri(model_id=LOGGED, path="MLmodel")),
        (f"models:/{LOGGED}/1", ModelUri(name=LOGGED, version="1")),
    ],
)
def test_a_model_uri_says_what_it_names(uri: str, meaning: ModelUri) -> None:
    assert parse_model_uri(uri) == meaning


@pytest.mark.parametrize(
    "uri",
    [
        "models:/",
        "models:/m",
        "models://m/1",
        "models:m/1",
        "models:/m/Pr.od",
        "models:/m/1.5",
        "models:/ /1",
        "models:/@a",
        "models:/m@",
        "runs:/x/y",
    ],
)
def test_a_uri_that_names_no_model_is_refused(uri: str) -> None:
    with pytest.raises(InvalidParameterValue, match=r"^Invalid model URI"):
        parse_model_uri(uri)
