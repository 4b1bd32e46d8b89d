"""A server whose artifact bytes are in a bucket of each provider: large files, signed URLs, plain places, the trash."""

import hashlib
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from headwater.protocol.artifacts import (
    ArtifactFile,
    CommitArtifacts,
    FileInfo,
    FindMissing,
    PresignDownload,
    PresignUpload,
    SignDownload,
)
from headwater.protocol.errors import DataLoss, NotSupported, ResourceDoesNotExist, TemporarilyUnavailable
from headwater.protocol.experiments import CreateExperiment
from headwater.protocol.trash import CollectBlobs, CollectBlobsResponse
from headwater.stores import open_location, open_store
from headwater.stores.artifacts.bucket import Bucket
from headwater.stores.artifacts.cloud_blobs import CloudBlobs
from headwater.stores.interface import Store
from headwater.stores.rest import RestStore
from headwater.testing.servers import live_server
from headwater.testing.stores import make_run
from server.caller import Answer, call

MIB = 1 << 20
HOUR_NS = 3_600_000_000_000


@dataclass
class Bucketed:
    """A server over a bucket: a client's store, the server's own, and where its bytes are."""

    remote: RestStore
    inner: Store
    uri: str


@pytest.fixture
def bucketed(tmp_path: Path, bucket_uri: str) -> Iterator[Bucketed]:
    """Return a server whose bytes are in a bucket, once of each provider."""
    inner = open_store(f"sqlite:///{tmp_path / 'headwater.db'}", artifacts=bucket_uri, artifact_locations=[bucket_uri])
    with live_server(inner) as url:
        remote = RestStore(url, retries=0)
        yield Bucketed(remote, inner, bucket_uri)
        remote.close()
    inner.close()


def test_a_large_file_travels_both_ways_and_a_broken_download_goes_on(bucketed: Bucketed, tmp_path: Path) -> None:
    source, target = tmp_path / "source.bin", tmp_path / "target.bin"
    data = os.urandom(17 * MIB + 1)  # more than one part
    source.write_bytes(data)
    file = ArtifactFile("x", hashlib.sha256(data).hexdigest(), len(data))
    sent: list[int] = []
    received: list[int] = []

    bucketed.remote.blobs.write_file(source, file.digest, on_bytes=sent.append)
    target.write_bytes(data[: 5 * MIB])
    bucketed.remote.blobs.read_file(file, target, on_bytes=received.append)

    assert (sum(sent), sum(received), received[0]) == (len(data), len(data), 5 * MIB)
    assert target.read_bytes() == data
    assert b"".join(bucketed.inner.blobs.read(file.digest, 16 * MIB, MIB)) == data[16 * MIB : 17 * MIB]
    assert [item.key for item in Bucket(bucketed.uri).list_below("")] == [f"{file.digest[:2]}/{file.digest[2:]}"]


def test_a_large_file_that_is_not_what_was_announced_leaves_nothing(bucketed: Bucketed) -> None:
    wrong = hashlib.sha256(b"announced").hexdigest()

    with pytest.raises(DataLoss):
        bucketed.inner.blobs.write([os.urandom(MIB)] * 17, wrong)

    assert list(Bucket(bucketed.uri).list_below("")) == []


def test_a_held_file_is_read_past_the_server_by_a_signed_url(bucketed: Bucketed) -> None:
    digest, _ = bucketed.inner.blobs.write([b"signed bytes"])

    url = bucketed.remote.artifacts.sign_download(SignDownload(digest)).url
    answer = _follow("GET", url, headers={"range": "bytes=0-5"})
    other = _follow("GET", url.replace(digest[2:], "0" * 62))

    assert (answer.status, answer.body) == (206, b"signed")
    assert other.status in {401, 403, 404}


def test_an_experiments_own_folder_of_a_bucket_is_written_listed_and_read(bucketed: Bucketed) -> None:
    location = open_location(f"{bucketed.uri}/own")
    for path in ("b.txt", "sub/é 1.txt", "sub/deep/c%2F.txt", "empty"):
        location.write(path, [path.encode()] if path != "empty" else [])

    top, below = location.list_folder(""), location.walk("sub")

    assert top == [FileInfo("b.txt", False, 5), FileInfo("empty", False), FileInfo("sub", True)]
    assert {file.path: file.file_size for file in below} == {"sub/é 1.txt": 12, "sub/deep/c%2F.txt": 17}
    assert b"".join(location.read("sub/deep/c%2F.txt", 4, 4)) == b"deep"
    assert location.find("b.txt").size == 5
    with pytest.raises(ResourceDoesNotExist):
        location.find("sub")


def test_files_of_an_experiments_own_folder_are_written_and_read_by_signed_urls(bucketed: Bucketed) -> None:
    experiment = bucketed.inner.experiments.create(CreateExperiment("own", f"{bucketed.uri}/own")).experiment_id
    run_id = make_run(bucketed.inner, experiment)

    is_azure = bucketed.uri.startswith("az:")
    path = "a/b.txt" if is_azure else "a/é b.txt"

    put = bucketed.remote.artifacts.presign_upload(PresignUpload(run_id=run_id, path=path))
    written = _follow("PUT", put.presigned_url, b"direct", put.headers)
    got = bucketed.remote.artifacts.presign_download(PresignDownload(run_id=run_id, path=path))
    read = _follow("GET", got.presigned_url)

    assert written.status in {200, 201}
    assert (got.file_size, read.status, read.body) == (6, 200, b"direct")
    if is_azure:
        with pytest.raises(NotSupported, match="Azure has no signed URL for 'a/é b"):
            bucketed.inner.artifacts.presign_upload(PresignUpload(run_id=run_id, path="a/é b.txt"))
    if not bucketed.uri.startswith("s3:"):  # whose test server verifies no signature
        assert _follow("PUT", got.presigned_url, b"other", put.headers).status in {401, 403}


def test_what_nothing_names_is_collected_once_it_is_old(bucketed: Bucketed, monkeypatch: pytest.MonkeyPatch) -> None:
    bucket, blobs = Bucket(bucketed.uri), bucketed.inner.blobs
    named, _ = blobs.write([b"named"])
    blobs.write([b"lonely"])
    bucketed.remote.artifacts.commit(CommitArtifacts("1/models", [ArtifactFile("a", named, 5)]))
    bucket.put("incoming/0123456789abcdef0123456789abcdef", b"broken off")

    at_once = _collect_all(bucketed.remote)
    clock = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: clock() + 25 * HOUR_NS)
    counted = _collect_all(bucketed.remote, dry_run=True)
    held = len(list(bucket.list_below("")))
    collected = _collect_all(bucketed.remote)

    assert (at_once, counted, collected) == ((0, 0), (1, 6), (1, 6))
    assert held == 3
    assert [item.key for item in bucket.list_below("")] == [f"{named[:2]}/{named[2:]}"]
    assert b"".join(blobs.read(named)) == b"named"


def test_a_writer_and_a_collector_of_one_file_hear_of_each_other(
    bucketed: Bucketed, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket, blobs = Bucket(bucketed.uri), CloudBlobs(bucketed.uri)
    digest, _ = blobs.write([b"both want it"])
    written_ms = bucket.find(f"{digest[:2]}/{digest[2:]}").modified_ms
    bucket.put(f"collecting/{digest}", b"")

    with pytest.raises(TemporarilyUnavailable, match=f"'{digest}' is being collected"):
        bucketed.remote.artifacts.find_missing(FindMissing([digest]))
    clock = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: clock() + 25 * HOUR_NS)  # now that collector was killed long ago
    missing = bucketed.remote.artifacts.find_missing(FindMissing([digest])).digests
    while bucket.find(f"renewed/{digest}").modified_ms <= written_ms:  # a bucket's clock has seconds
        bucketed.remote.artifacts.find_missing(FindMissing([digest]))

    assert missing == []
    assert not blobs.discard(digest, written_ms)
    assert not blobs.discard(digest, written_ms, dry_run=True)
    assert blobs.sizes([digest]) == {digest: 12}


def _follow(method: str, url: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Answer:
    """Send a request to a signed URL."""
    return call(url, method, url.partition(urlsplit(url).netloc)[2], body, headers)


def _collect_all(store: Store, *, dry_run: bool = False) -> tuple[int, int]:
    answers = [CollectBlobsResponse(0, 0, 0, "0")]
    while answers[-1].cursor:
        answers.append(store.trash.collect_blobs(CollectBlobs(answers[-1].cursor, 0, dry_run)))
    return sum(answer.files for answer in answers), sum(answer.bytes for answer in answers)
