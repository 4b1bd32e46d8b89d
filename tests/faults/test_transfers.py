"""Large files over connections that break, and memory that does not grow with a file."""

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from headwater.protocol.artifacts import ArtifactFile, StartUpload
from headwater.protocol.errors import DataLoss, TemporarilyUnavailable
from headwater.stores import open_store
from headwater.stores.artifacts import LocalBlobs
from headwater.stores.interface import Store
from headwater.stores.rest import RestStore
from headwater.testing.cutting_proxy import CuttingProxy, cutting_proxy
from headwater.testing.servers import live_server

MIB = 1 << 20


@pytest.fixture
def inner(tmp_path: Path) -> Iterator[Store]:
    """Return the store behind the server."""
    store = open_store(f"sqlite:///{tmp_path / 'headwater.db'}")
    yield store
    store.close()


@pytest.fixture
def proxy(inner: Store) -> Iterator[CuttingProxy]:
    """Return a proxy before a server of `inner`."""
    with live_server(inner, stall_s=5) as url, cutting_proxy(url) as running:
        yield running


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Return a file of 40 MiB."""
    path = tmp_path / "source.bin"
    path.write_bytes(os.urandom(40 * MIB))
    return path


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_an_upload_goes_on_where_each_cut_left_it(inner: Store, proxy: CuttingProxy, source: Path) -> None:
    proxy.cut_after = 12 * MIB
    remote = RestStore(proxy.url, retries=20)

    remote.blobs.write_file(source, _digest(source))

    remote.close()
    assert proxy.cuts >= 3
    assert proxy.carried < 100 * MIB  # sent whole each time it would never end
    assert inner.blobs.size(_digest(source)) == 40 * MIB


def test_a_download_goes_on_where_each_cut_left_it(
    inner: Store, proxy: CuttingProxy, source: Path, tmp_path: Path
) -> None:
    digest, size = inner.blobs.write([source.read_bytes()])
    proxy.cut_after = 12 * MIB
    remote = RestStore(proxy.url, retries=20)

    remote.blobs.read_file(ArtifactFile("x", digest, size), tmp_path / "target")

    remote.close()
    assert proxy.cuts >= 3
    assert proxy.carried < 60 * MIB
    assert _digest(tmp_path / "target") == digest


def test_a_later_program_finishes_a_download(inner: Store, proxy: CuttingProxy, source: Path, tmp_path: Path) -> None:
    digest, size = inner.blobs.write([source.read_bytes()])
    file, target = ArtifactFile("x", digest, size), tmp_path / "target"
    proxy.cut_after = 12 * MIB
    first = RestStore(proxy.url, retries=0)
    with pytest.raises(TemporarilyUnavailable):
        first.blobs.read_file(file, target)
    first.close()
    arrived = target.stat().st_size
    proxy.cut_after = proxy.carried = 0

    second = RestStore(proxy.url)
    second.blobs.read_file(file, target)

    second.close()
    assert arrived > 8 * MIB
    assert proxy.carried < 40 * MIB - arrived + MIB
    assert _digest(target) == digest


def test_what_is_not_the_beginning_of_the_file_is_noticed(inner: Store, proxy: CuttingProxy, tmp_path: Path) -> None:
    digest, size = inner.blobs.write([b"right" * 100])
    (tmp_path / "target").write_bytes(b"wrong")
    remote = RestStore(proxy.url)

    with pytest.raises(DataLoss):
        remote.blobs.read_file(ArtifactFile("x", digest, size), tmp_path / "target")

    remote.close()
    assert not (tmp_path / "target").exists()


def test_a_broken_upload_is_continued_by_another_process_of_the_server(tmp_path: Path) -> None:
    data = os.urandom(3 * MIB)
    digest = hashlib.sha256(data).hexdigest()
    blobs = LocalBlobs(tmp_path)

    def broken() -> Iterator[bytes]:
        yield data[: 2 * MIB]
        raise ConnectionError("cut")

    with pytest.raises(ConnectionError):
        blobs.write(broken(), digest)
    again = LocalBlobs(tmp_path)
    received = again.received(digest)
    with pytest.raises(DataLoss):
        again.write([b"other bytes"], digest, received)
    with pytest.raises(TemporarilyUnavailable):
        again.write([data[2 * MIB :]], digest, 2 * MIB)
    with pytest.raises(ConnectionError):
        again.write(broken(), digest)

    assert received == 2 * MIB
    assert again.write([data[2 * MIB :]], digest, 2 * MIB) == (digest, 3 * MIB)
    assert list((tmp_path / "incoming").iterdir()) == []


def test_two_writers_of_one_file_do_not_mix(tmp_path: Path) -> None:
    data = os.urandom(4 * MIB)
    digest = hashlib.sha256(data).hexdigest()
    blobs = LocalBlobs(tmp_path)

    def write(length: int) -> tuple[str, int]:
        return blobs.write((data[start : start + length] for start in range(0, len(data), length)), digest)

    with ThreadPoolExecutor(8) as pool:
        results = set(pool.map(write, [1000 * count for count in range(40, 80)]))

    assert results == {(digest, len(data))}
    assert b"".join(blobs.read(digest)) == data
    assert list((tmp_path / "incoming").iterdir()) == []


PROGRAM = """
import re, sys
from pathlib import Path
from headwater.protocol.artifacts import ArtifactFile
from headwater.stores import open_store
uri, source, digest, target = sys.argv[1:]
store = open_store(uri, artifacts=None if uri.startswith("http") else sys.stdin.read().strip() or None)
store.blobs.write_file(Path(source), digest)
store.blobs.read_file(ArtifactFile("x", digest, Path(source).stat().st_size), Path(target))
# The peak of this program; getrusage would tell that of the one that started it, if it was greater.
print(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
"""


@pytest.mark.slow
@pytest.mark.parametrize(("place", "size"), [("server", 300), ("bucket", 200)])
def test_a_large_file_passes_in_constant_memory(
    place: str, size: int, tmp_path: Path, inner: Store, request: pytest.FixtureRequest
) -> None:
    block = os.urandom(MIB)
    source = tmp_path / "source.bin"
    with source.open("wb") as file:
        for number in range(size):
            file.write(number.to_bytes(4, "big") + block[4:])
    with source.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()

    def run(uri: str, artifacts: str) -> int:
        command = [sys.executable, "-c", PROGRAM, uri, str(source), digest, str(tmp_path / "target")]
        done = subprocess.run(command, input=artifacts, capture_output=True, text=True, check=True)
        return int(done.stdout) // 1024

    if place == "bucket":
        megabytes = run(f"sqlite:///{tmp_path / 'cloud.db'}", request.getfixturevalue("s3_uri"))
    else:
        with live_server(inner) as url:
            megabytes = run(url, "")

    assert megabytes < 160
    assert (tmp_path / "target").stat().st_size == size * MIB


def test_a_thousand_equal_files_are_stored_once(tmp_path: Path) -> None:
    blobs = LocalBlobs(tmp_path / "blobs")
    digest = hashlib.sha256(b"same" * 1000).hexdigest()
    for number in range(1000):
        copy = tmp_path / "copy"
        copy.write_bytes(b"same" * 1000)
        blobs.write_file(copy, digest)
        assert not blobs.adopt(copy, digest)  # too small to be worth a second name
        assert number or blobs.has(digest)

    files = [path for path in (tmp_path / "blobs").rglob("*") if path.is_file()]

    assert [path.stat().st_size for path in files] == [4000]


def test_a_server_says_how_much_it_has_of_an_upload(inner: Store, proxy: CuttingProxy, source: Path) -> None:
    proxy.cut_after = 12 * MIB
    remote = RestStore(proxy.url, retries=0)
    with pytest.raises(TemporarilyUnavailable):
        remote.blobs.write_file(source, _digest(source))
    proxy.cut_after = 0

    deadline = time.monotonic() + 30
    plan = remote.artifacts.start_upload(StartUpload(_digest(source), 40 * MIB))
    while not plan.received and time.monotonic() < deadline:  # the server has not noticed the cut yet
        plan = remote.artifacts.start_upload(StartUpload(_digest(source), 40 * MIB))

    remote.close()
    assert 8 * MIB < plan.received < 13 * MIB
    assert plan.parts == []
