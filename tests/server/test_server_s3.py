"""A server whose artifact bytes are in a real S3 server: uploads in parts and downloads past it, by signed URLs."""

import hashlib
import http.client
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from headwater.config import AwsSettings
from headwater.protocol.artifacts import ArtifactFile, FinishUpload, StartUpload, UploadedPart
from headwater.protocol.errors import InvalidParameterValue, TemporarilyUnavailable
from headwater.protocol.experiments import CreateExperiment
from headwater.stores import open_store
from headwater.stores.artifacts.signing import S3Signer
from headwater.stores.rest import RestStore
from headwater.testing.servers import live_server
from headwater.testing.stores import make_run
from server.caller import FILES, call, get, post
from server.caller import make_run as make_named_run
from server.conftest import Served

MIB = 1 << 20
BASE = "/api/2.0/mlflow-artifacts"


@pytest.fixture
def served_s3(tmp_path: Path, s3_uri: str, request: pytest.FixtureRequest) -> Iterator[Served]:
    """Return a server over a bucket, with a run."""
    store = open_store(f"sqlite:///{tmp_path / 'headwater.db'}", artifacts=s3_uri, artifact_locations=[s3_uri])
    with live_server(store) as url:
        yield Served(url, store, *make_named_run(store, request.node.name))
    store.close()


def _put(url: str, data: bytes) -> str:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=30)
    connection.request("PUT", f"{parts.path}?{parts.query}", data)
    response = connection.getresponse()
    response.read()
    connection.close()
    assert response.status == 200
    return response.headers["etag"]


def _download(url: str) -> bytes:
    parts = urlsplit(url)
    return call(url, "GET", f"{parts.path}?{parts.query}").body


def _upload(served: Served, folder: str, parts: list[bytes]) -> tuple[str, list[dict[str, object]]]:
    created = post(served.url, f"{BASE}/mpu/create/{folder}", {"path": "big.bin", "num_parts": len(parts)}).json
    sent = [
        {"part_number": part["part_number"], "etag": _put(part["url"], data), "url": part["url"]}
        for part, data in zip(created["credentials"], parts, strict=True)
    ]
    return created["upload_id"], sent


def test_a_file_sent_in_parts_past_the_server_is_an_artifact_like_any_other(served_s3: Served) -> None:
    folder = f"{served_s3.experiment_id}/{served_s3.run_id}/artifacts"
    parts = [os.urandom(5 * MIB), os.urandom(5 * MIB), b"end"]

    upload_id, sent = _upload(served_s3, folder, parts)
    body = {"path": "big.bin", "upload_id": upload_id, "parts": sent}
    completed = post(served_s3.url, f"{BASE}/mpu/complete/{folder}", body)

    assert (completed.status, completed.body) == (200, b"{}")
    answer = get(served_s3.url, f"{FILES}/{folder}/big.bin")
    assert answer.body == b"".join(parts)
    assert answer.headers["etag"] == f'"{hashlib.sha256(b"".join(parts)).hexdigest()}"'
    signed = get(served_s3.url, f"{BASE}/presigned/{folder}/big.bin").json
    assert signed["file_size"] == len(answer.body)
    assert _download(signed["url"]) == answer.body


def test_an_upload_that_is_aborted_or_lacks_a_part_leaves_no_artifact(served_s3: Served) -> None:
    folder = f"{served_s3.experiment_id}/{served_s3.run_id}/artifacts"
    upload_id, sent = _upload(served_s3, folder, [os.urandom(5 * MIB), b"end"])
    wrong = [{**sent[0], "etag": '"0123456789abcdef0123456789abcdef"'}, sent[1]]

    refused = post(
        served_s3.url, f"{BASE}/mpu/complete/{folder}", {"path": "a", "upload_id": upload_id, "parts": wrong}
    )
    aborted = post(served_s3.url, f"{BASE}/mpu/abort/{folder}", {"path": "big.bin", "upload_id": upload_id})

    assert refused.status == 400
    assert (aborted.status, aborted.body) == (200, b"{}")
    assert get(served_s3.url, f"{FILES}/{folder}/big.bin").status == 404


@pytest.mark.parametrize("upload_id", ["x", "../../secret.x", "0" * 32 + ".", "0" * 31 + "G.abc"])
def test_an_upload_id_of_somebodys_making_is_refused(served_s3: Served, upload_id: str) -> None:
    for step in ("complete", "abort"):
        answer = post(served_s3.url, f"{BASE}/mpu/{step}/1", {"path": "a", "upload_id": upload_id, "parts": []})

        assert (answer.status, answer.json["error_code"]) == (400, "INVALID_PARAMETER_VALUE")


@pytest.mark.parametrize("path", ["..", "../", "x/..", "%2e%2e", "a/../../.."])
def test_a_path_in_parts_never_leaves_its_root(served_s3: Served, path: str) -> None:
    created = post(served_s3.url, f"{BASE}/mpu/create/{path}", {"path": "x", "num_parts": 1})
    named = post(served_s3.url, f"{BASE}/mpu/create/1", {"path": path, "num_parts": 1})
    signed = get(served_s3.url, f"{BASE}/presigned/{path}")

    assert [created.status, named.status, signed.status] == [400, 400, 400]


def test_a_local_store_has_no_parts_and_no_signed_urls(served: Served) -> None:
    multipart = "Multipart upload is not supported for the current artifact repository"
    for step in ("create", "complete", "abort"):
        answer = post(served.url, f"{BASE}/mpu/{step}/1", {"path": "a", "num_parts": 1})
        assert (answer.status, answer.json["error_code"], answer.message) == (501, "NOT_IMPLEMENTED", multipart)
    assert get(served.url, f"{BASE}/presigned/1/a").status == 501


def test_our_client_sends_and_reads_large_files_past_the_server(served_s3: Served, tmp_path: Path) -> None:
    source = tmp_path / "source.bin"
    source.write_bytes(os.urandom(33 * MIB))
    digest = hashlib.sha256(source.read_bytes()).hexdigest()
    file = ArtifactFile("x", digest, 33 * MIB)
    remote = RestStore(served_s3.url)
    told: list[int] = []

    plan = remote.artifacts.start_upload(StartUpload(digest, file.size))
    remote.blobs.write_file(source, digest, on_bytes=told.append)
    remote.blobs.read_file(file, tmp_path / "target")

    remote.close()
    assert [part.part_number for part in plan.parts] == [1, 2, 3]
    assert sum(told) == file.size
    assert served_s3.store.blobs.size(digest) == file.size
    assert (tmp_path / "target").read_bytes() == source.read_bytes()


def test_parts_that_are_other_bytes_than_announced_are_refused(served_s3: Served) -> None:
    digest = hashlib.sha256(b"announced").hexdigest()
    remote = RestStore(served_s3.url)
    plan = remote.artifacts.start_upload(StartUpload(digest, 20 * MIB))
    parts = [UploadedPart(part.part_number, _put(part.url, bytes(6 * MIB))) for part in plan.parts]

    with pytest.raises(InvalidParameterValue, match="not the file announced"):
        remote.artifacts.finish_upload(FinishUpload(digest, plan.upload_id, parts))

    remote.close()
    assert served_s3.store.blobs.sizes([digest]) == {}


def test_signed_urls_are_given_for_runs_whose_location_is_a_bucket(served_s3: Served, s3_uri: str) -> None:
    experiment = served_s3.store.experiments.create(CreateExperiment("direct", f"{s3_uri}/direct")).experiment_id
    run_id = make_run(served_s3.store, experiment)

    put = post(served_s3.url, "artifacts/presigned-upload-url", {"run_id": run_id, "path": "a/é b.txt"}).json
    _put(put["presigned_url"], b"direct")
    got = post(served_s3.url, "artifacts/presigned-download-url", {"run_id": run_id, "path": "a/é b.txt"}).json

    assert got["file_size"] == 6
    assert _download(got["presigned_url"]) == b"direct"
    assert get(served_s3.url, f"/get-artifact?run_id={run_id}&path=a/%C3%A9%20b.txt").body == b"direct"


def test_signed_urls_are_refused_for_other_places(served: Served) -> None:
    local = served.store.experiments.create(CreateExperiment("local folder", "/srv/x")).experiment_id

    def refused(**body: object) -> tuple[int, str]:
        answer = post(served.url, "artifacts/presigned-upload-url", body)
        return answer.status, answer.message[:39]

    assert refused(run_id=served.run_id, path="a") == (
        400,
        "Presigned upload is not supported for p",
    )
    assert refused(run_id=make_run(served.store, local), path="a")[0] == 501
    assert refused(path="a") == (400, "Exactly one of run_id and model_id must")
    assert refused(run_id="a", model_id="b", path="a") == (400, "Exactly one of run_id and model_id must")
    assert refused(run_id=served.run_id, path="../a")[0] == 400


def test_a_signature_is_what_amazon_documents() -> None:
    """The example of "Authenticating Requests: Using Query Parameters (AWS Signature Version 4)"."""
    settings = AwsSettings(
        endpoint="https://examplebucket.s3.amazonaws.com",
        region="us-east-1",
        key_id="AKIAIOSFODNN7EXAMPLE",
        secret="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        token="",
    )
    signer = S3Signer(settings, "")

    url = signer.presign("GET", "test.txt", {}, expires_s=86400, now=datetime(2013, 5, 24, tzinfo=UTC))

    assert url.endswith("X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404")


def test_the_server_says_what_it_can(served: Served, served_s3: Served) -> None:
    here, there = (get(server.url, "/api/3.0/mlflow/server-info").json for server in (served, served_s3))

    for name in ("multipart_uploads_enabled", "multipart_downloads_enabled"):
        assert (here[name], there[name]) == (False, True)


def test_a_bucket_that_is_not_there_is_told(s3_uri: str, tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'headwater.db'}", artifacts="s3://not-there/x")

    for size in (10, 17 * MIB):
        with pytest.raises(TemporarilyUnavailable, match="There is no bucket 's3://not-there/x'"):
            store.blobs.write([bytes(size)])

    store.close()


def test_keys_stay_secret(served_s3: Served) -> None:
    assert "test-secret" not in repr(AwsSettings(endpoint="", region="", key_id="k", secret="test-secret", token="t"))
    answer = get(served_s3.url, f"{BASE}/presigned/1/none")

    assert answer.status == 404
    assert b"test-secret" not in answer.body
