"""How objects are written to S3, and whom of its servers is trusted, as the environment says."""

import json
import ssl
from contextlib import closing
from pathlib import Path
from typing import Any

import boto3
import pytest

from faults.test_client_tls import make_certificate
from headwater.protocol.errors import InvalidParameterValue, NotSupported, ResourceDoesNotExist, TemporarilyUnavailable
from headwater.stores import open_location, open_store
from headwater.stores.artifacts.bucket import Bucket
from headwater.testing.receiver import running_receiver

OPTIONS = {
    "ServerSideEncryption": "AES256",
    "StorageClass": "STANDARD_IA",
    "ContentType": "text/x-log",
    "CacheControl": "no-store",
    "Metadata": {"team": "vision"},
}


@pytest.fixture
def written(s3_uri: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return a place in a bucket, whose objects are written with options."""
    monkeypatch.setenv("MLFLOW_S3_UPLOAD_EXTRA_ARGS", json.dumps(OPTIONS))
    return s3_uri


def describe(uri: str, key: str) -> dict[str, Any]:
    """Return what the server says of an object."""
    bucket, _, folder = uri.removeprefix("s3://").partition("/")
    client = boto3.client("s3")
    with closing(client):
        found: dict[str, Any] = client.head_object(Bucket=bucket, Key=f"{folder}/{key}".lstrip("/"))
    return found


@pytest.mark.parametrize("size", [5, 17 << 20])
def test_objects_are_written_with_the_options_that_are_set(written: str, size: int) -> None:
    open_location(f"{written}/runs").write("a.log", [b"x" * size])

    found = describe(written, "runs/a.log")

    assert found["ContentLength"] == size
    assert found["ServerSideEncryption"] == "AES256"
    assert found["StorageClass"] == "STANDARD_IA"
    assert (found["ContentType"], found["CacheControl"]) == ("text/x-log", "no-store")
    assert found["Metadata"] == {"team": "vision"}


def test_no_signed_url_writes_without_the_options(written: str, tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'runs.db'}", artifacts=written)
    with closing(store):
        assert store.blobs.direct is not None
        assert not store.blobs.direct.takes_parts
        with pytest.raises(NotSupported, match="Send the file itself"):
            open_location(written).sign("PUT", "a", 60)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{", "Give a JSON object"),
        ("[]", "Give a JSON object"),
        ('{"ACL": "public-read"}', "'ACL' in HEADWATER_S3_UPLOAD_EXTRA_ARGS cannot be given"),
        ('{"Metadata": "a"}', "'Metadata' in"),
    ],
)
def test_options_that_cannot_be_given_are_refused(monkeypatch: pytest.MonkeyPatch, text: str, complaint: str) -> None:
    monkeypatch.setenv("MLFLOW_S3_UPLOAD_EXTRA_ARGS", text)

    with pytest.raises(InvalidParameterValue, match=complaint):
        Bucket("s3://bucket/folder")


def test_a_certificate_is_checked_unless_told_otherwise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(make_certificate(tmp_path / "own.pem"))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    with running_receiver(tls) as receiver:
        monkeypatch.setenv("AWS_ENDPOINT_URL", receiver.url.removesuffix("/hook"))
        receiver.answer(404, 404)

        with pytest.raises(TemporarilyUnavailable):
            Bucket("s3://bucket").delete("a")
        refused = receiver.count
        monkeypatch.setenv("MLFLOW_S3_IGNORE_TLS", "true")
        with pytest.raises(ResourceDoesNotExist):
            b"".join(Bucket("s3://bucket").read("a"))

    assert refused == 0
    assert receiver.take().path == "/bucket/a"
