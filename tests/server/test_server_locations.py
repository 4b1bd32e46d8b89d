"""Experiments that chose an artifact location of their own: what the server serves, and what it never touches."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from headwater.protocol.artifacts import FileInfo, ListArtifacts
from headwater.protocol.errors import HeadwaterError, InvalidParameterValue, NotSupported
from headwater.protocol.experiments import CreateExperiment
from headwater.stores import open_location, open_store
from headwater.stores.artifacts import ServedLocations
from headwater.stores.artifacts.bucket import parse_address
from headwater.stores.interface import Store
from headwater.testing.servers import live_server
from headwater.testing.stores import make_run
from server.caller import call, get


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Return a store that serves buckets and the folder `shared`."""
    (tmp_path / "shared").mkdir()
    locations = ["s3://", "gs://", "az://", f"file://{tmp_path}/shared/"]
    opened = open_store(f"sqlite:///{tmp_path / 'headwater.db'}", artifact_locations=locations)
    yield opened
    opened.close()


@pytest.fixture
def url(store: Store) -> Iterator[str]:
    """Return a server of that store."""
    with live_server(store) as address:
        yield address


def _run_at(store: Store, location: str) -> str:
    return make_run(store, store.experiments.create(CreateExperiment(f"at {location}", location)).experiment_id)


def test_a_bucket_is_listed_and_served(store: Store, url: str, s3_uri: str) -> None:
    run_id = _run_at(store, f"{s3_uri}/own")
    location = open_location(f"{s3_uri}/own/{run_id}/artifacts")
    location.write("model/MLmodel", [b"flavors:", b" {}"])
    location.write("data.csv", [b"a,b\n1,2\n"])
    location.write("empty", [])

    assert store.artifacts.list(ListArtifacts(run_id)).files == [
        FileInfo("data.csv", False, 8),
        FileInfo("empty", False),
        FileInfo("model", True),
    ]
    assert store.artifacts.list(ListArtifacts(run_id, path="model")).files == [FileInfo("model/MLmodel", False, 11)]
    whole = get(url, f"/get-artifact?run_id={run_id}&path=model/MLmodel")
    part = get(url, f"/get-artifact?run_id={run_id}&path=model/MLmodel", {"range": "bytes=2-4"})
    assert (whole.status, whole.body, whole.headers["content-type"]) == (
        200,
        b"flavors: {}",
        "text/plain; charset=utf-8",
    )
    assert (part.status, part.body, part.headers["content-range"]) == (206, b"avo", "bytes 2-4/11")
    assert get(url, f"/get-artifact?run_id={run_id}&path=data.csv", {"if-none-match": whole.headers["etag"]}).status
    table = get(url, f"/api/headwater/1/artifacts/preview-table?run_id={run_id}&path=data.csv").json
    assert table == {"columns": ["a", "b"], "rows": [["1", "2"]], "more": False}
    missing = get(url, f"/get-artifact?run_id={run_id}&path=none")
    assert (missing.status, missing.json["error_code"]) == (404, "RESOURCE_DOES_NOT_EXIST")
    put = call(url, "POST", f"/ajax-api/2.0/mlflow/upload-artifact?run_uuid={run_id}&path=up.txt", b"up")
    assert put.status == 200
    assert b"".join(location.read("up.txt")) == b"up"


def test_a_folder_that_the_operator_named_is_served(store: Store, url: str, tmp_path: Path) -> None:
    run_id = _run_at(store, f"{tmp_path}/shared/a")
    folder = tmp_path / "shared" / "a" / run_id / "artifacts"
    (folder / "sub").mkdir(parents=True)
    (folder / "sub" / "x.txt").write_text("served")

    assert store.artifacts.list(ListArtifacts(run_id)).files == [FileInfo("sub", True)]
    assert get(url, f"/get-artifact?run_id={run_id}&path=sub/x.txt").body == b"served"


def test_a_link_in_a_served_folder_leads_nowhere(store: Store, url: str, tmp_path: Path) -> None:
    run_id = _run_at(store, f"{tmp_path}/shared/a")
    folder = tmp_path / "shared" / "a" / run_id / "artifacts"
    folder.mkdir(parents=True)
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "key").write_text("secret")
    (folder / "file").symlink_to(tmp_path / "secret" / "key")
    (folder / "folder").symlink_to(tmp_path / "secret")
    os.mkfifo(folder / "fifo")

    assert store.artifacts.list(ListArtifacts(run_id)).files == []
    assert store.artifacts.list(ListArtifacts(run_id, path="folder")).files == []
    for path in ("file", "folder/key", "fifo"):
        assert get(url, f"/get-artifact?run_id={run_id}&path={path}").status == 404
    put = call(url, "POST", f"/ajax-api/2.0/mlflow/upload-artifact?run_uuid={run_id}&path=folder/new", b"x")
    assert put.status == 404
    assert not (tmp_path / "secret" / "new").exists()


@pytest.mark.parametrize(
    "location",
    [
        "/etc",
        "//etc",
        "file:///etc",
        "file:/etc",
        "FILE:///etc",
        "file://localhost/etc",
        "file://host/etc",
        "etc",
        "../../etc",
        "{shared}/../",
        "file://{shared}/../",
        "file://{shared}/%2e%2e/",
        "{shared}/link",
        "{shared}x",
        "C:\\x",
        "memory://x",
        "hdfs://namenode/x",
        "dbfs:/x",
    ],
)
def test_no_other_folder_is_read_or_written(store: Store, url: str, tmp_path: Path, location: str) -> None:
    (tmp_path / "secret").mkdir()
    (tmp_path / "shared" / "link").symlink_to(tmp_path / "secret")
    run_id = _run_at(store, location.format(shared=f"{tmp_path}/shared"))
    (tmp_path / "secret" / run_id / "artifacts").mkdir(parents=True)
    (tmp_path / "secret" / run_id / "artifacts" / "passwd").write_text("secret")

    listed = store.artifacts.list(ListArtifacts(run_id))
    got = get(url, f"/get-artifact?run_id={run_id}&path=passwd")
    put = call(url, "POST", f"/ajax-api/2.0/mlflow/upload-artifact?run_uuid={run_id}&path=new", b"x")

    assert listed.files == []
    assert (got.status, put.status) == ((404, 404) if "link" in location else (501, 501))
    assert not (tmp_path / "secret" / run_id / "artifacts" / "new").exists()


def test_no_bucket_is_read_or_written_unless_the_operator_named_it(
    tmp_path: Path, s3_uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[tuple[int, int, int]] = []
    messages: list[str] = []
    for setting in ("", f"s3://another-bucket/,{s3_uri}/team/", f"{s3_uri}/"):
        monkeypatch.setenv("HEADWATER_ARTIFACT_LOCATIONS", setting)
        store = open_store(f"sqlite:///{tmp_path / 'named.db'}")
        run_id = _run_at(store, f"{s3_uri}/teamless/{len(said)}")
        with live_server(store) as address:
            put = call(address, "POST", f"/ajax-api/2.0/mlflow/upload-artifact?run_uuid={run_id}&path=new", b"x")
            got = get(address, f"/get-artifact?run_id={run_id}&path=new")
        messages += [] if put.status == 200 else [put.message]
        said.append((put.status, got.status, len(store.artifacts.list(ListArtifacts(run_id)).files)))
        store.close()

    assert said == [(501, 501, 0), (501, 501, 0), (200, 200, 1)]
    assert "let its operator name the place in HEADWATER_ARTIFACT_LOCATIONS" in messages[0]


def test_a_location_is_decoded_once(store: Store, url: str, tmp_path: Path) -> None:
    run_id = _run_at(store, f"file://{tmp_path}/shared/%252e%252e/x")

    put = call(url, "POST", f"/ajax-api/2.0/mlflow/upload-artifact?run_uuid={run_id}&path=new", b"x")

    assert put.status == 200
    assert (tmp_path / "shared" / "%2e%2e" / "x" / run_id / "artifacts" / "new").read_bytes() == b"x"


@pytest.mark.parametrize("scheme", ["http", "HTTPS", "ftp", "sftp", "gopher", "dict", "ldap", "jar", "data"])
def test_an_address_that_names_a_host_is_no_location(store: Store, scheme: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        address = f"{scheme}://127.0.0.1:{listener.getsockname()[1]}/latest/meta-data"

        with pytest.raises(InvalidParameterValue, match="names a host"):
            store.experiments.create(CreateExperiment("probe", address))
        with pytest.raises(NotSupported):
            store.locations.open(address)

        with pytest.raises(BlockingIOError):
            listener.accept()


@pytest.mark.parametrize(
    "uri",
    [
        "s3://127.0.0.1:80/x",
        "s3://169.254.169.254:80@bucket/x",
        "s3://user:password@host/x",
        "s3:///x",
        "s3://a b/x",
        "s3://[::1]/x",
        "gs://a/../b@c/x",
        "az://c@evil.example.com/x",
        "abfss://c@acc.dfs.core.windows.net.evil.com/x",
    ],
)
def test_a_bucket_is_not_a_host(store: Store, uri: str) -> None:
    with pytest.raises(HeadwaterError) as raised:
        store.locations.open(uri)

    assert raised.value.http_status in {400, 501}


def test_a_bucket_is_spelled_in_several_ways() -> None:
    assert parse_address("s3a://bucket/a%20b/?endpoint=http://evil") == ("s3", "", "bucket", "a b")
    assert parse_address("abfss://box@account.dfs.core.windows.net/x/y") == ("az", "account", "box", "x/y")
    assert parse_address("gs://bucket") == ("gs", "", "bucket", "")


@pytest.mark.parametrize(
    ("prefix", "inside", "outside"),
    [
        ("s3://team/", ["s3://team/x", "S3://team/x", "s3a://team/x"], ["s3://team2/x", "s3://other/team/"]),
        ("s3://team/a", ["s3://team/a", "s3://team/a/b"], ["s3://team/ab", "s3://team/a/../b", "s3://team/%2e%2e/b"]),
        ("gs://", ["gs://any/x"], ["s3://any/x", "gs://"]),
    ],
)
def test_buckets_are_narrowed_to_what_the_operator_named(prefix: str, inside: list[str], outside: list[str]) -> None:
    served = ServedLocations([prefix])

    assert [served.open(uri).uri.partition("://")[0] for uri in inside] == [prefix.partition("://")[0]] * len(inside)
    for uri in outside:
        with pytest.raises(HeadwaterError):
            served.open(uri)
