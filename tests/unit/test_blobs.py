"""Files kept under their digest: never half, never altered unnoticed."""

import hashlib
import os
import resource
import signal
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from headwater.protocol.errors import (
    DataLoss,
    InsufficientStorage,
    InvalidParameterValue,
    RangeNotSatisfiable,
)
from headwater.stores.artifacts import LocalBlobs


def _files(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


@pytest.mark.parametrize("fsync", [False, True])
def test_a_file_is_kept_at_its_digest_for_its_owner_only(tmp_path: Path, *, fsync: bool) -> None:
    blobs = LocalBlobs(tmp_path / "artifacts", fsync=fsync)

    digest, size = blobs.write([b"ab", b"", b"c"])

    path = blobs.path(digest)
    assert (digest, size) == (hashlib.sha256(b"abc").hexdigest(), 3)
    assert path == tmp_path / "artifacts" / digest[:2] / digest[2:]
    assert path.read_bytes() == b"abc"
    assert blobs.has(digest)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in (path.parent, blobs.root)} == {0o700}


def test_a_writer_that_fails_leaves_nothing(tmp_path: Path) -> None:
    blobs = LocalBlobs(tmp_path)

    def broken() -> Iterator[bytes]:
        yield b"half"
        raise ConnectionError("gone")

    with pytest.raises(ConnectionError):
        blobs.write(broken())

    assert _files(tmp_path) == []


def test_an_altered_file_is_noticed_by_a_whole_read_and_healed_by_writing_it_again(tmp_path: Path) -> None:
    blobs = LocalBlobs(tmp_path)
    digest, _ = blobs.write([b"right"])
    blobs.path(digest).write_bytes(b"wrong")

    with pytest.raises(DataLoss, match="altered on disk"):
        b"".join(blobs.read(digest))
    blobs.write([b"right"])

    assert b"".join(blobs.read(digest)) == b"right"


def test_a_cut_file_is_noticed(tmp_path: Path) -> None:
    blobs = LocalBlobs(tmp_path)
    digest, _ = blobs.write([b"0123456789"])
    os.truncate(blobs.path(digest), 4)

    with pytest.raises(DataLoss):
        b"".join(blobs.read(digest))


def test_a_full_disk_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    blobs = LocalBlobs(tmp_path)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, limits[1]))
    try:
        with pytest.raises(InsufficientStorage, match="cannot be written"):
            blobs.write([b"x" * (1 << 19)] * 4)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, ignored)

    assert _files(tmp_path) == []


def test_many_writers_of_the_same_bytes_keep_one_file(tmp_path: Path) -> None:
    blobs = LocalBlobs(tmp_path)

    with ThreadPoolExecutor(8) as pool:
        digests = set(pool.map(lambda _: blobs.write([b"same" * 1000])[0], range(40)))

    assert len(digests) == len(_files(tmp_path)) == 1


def test_a_long_file_is_read_in_chunks_of_a_mebibyte(tmp_path: Path) -> None:
    blobs = LocalBlobs(tmp_path)
    digest, size = blobs.write([b"x" * 700_000] * 5)

    lengths = [len(chunk) for chunk in blobs.read(digest)]

    assert sum(lengths) == size
    assert max(lengths) == 1 << 20


@pytest.mark.parametrize(("start", "length"), [(4, None), (-1, None), (0, -1)])
def test_a_range_outside_the_file_is_refused(tmp_path: Path, start: int, length: int | None) -> None:
    blobs = LocalBlobs(tmp_path)
    digest, _ = blobs.write([b"abc"])

    with pytest.raises(RangeNotSatisfiable):
        blobs.read(digest, start, length)


@pytest.mark.parametrize("digest", ["", "../../etc/passwd", "a" * 63, "A" * 64, "g" * 64])
def test_a_digest_that_is_none_reaches_no_file(tmp_path: Path, digest: str) -> None:
    with pytest.raises(InvalidParameterValue, match=r"^Invalid digest"):
        LocalBlobs(tmp_path).size(digest)


def test_what_a_killed_writer_left_is_removed_after_a_day(tmp_path: Path) -> None:
    blobs = LocalBlobs(tmp_path)
    blobs.write([b"first"])
    stale, fresh = tmp_path / "incoming" / "stale", tmp_path / "incoming" / "fresh"
    stale.write_bytes(b"half")
    fresh.write_bytes(b"half")
    os.utime(stale, (0, 0))

    blobs.write([b"second"])

    assert not stale.exists()
    assert fresh.exists()


def test_a_file_is_collected_unless_it_was_renewed(tmp_path: Path) -> None:
    blobs = LocalBlobs(tmp_path)
    old, renewed = blobs.write([b"old"])[0], blobs.write([b"renewed"])[0]
    for digest in (old, renewed):
        os.utime(blobs.path(digest), (1000, 1000))

    assert blobs.renew([renewed]) == {renewed: len(b"renewed")}
    assert blobs.discard(old, 2_000_000)
    assert not blobs.discard(renewed, 2_000_000)
    assert not blobs.discard(old, 2_000_000)
    assert not blobs.has(old)
    assert b"".join(blobs.read(renewed)) == b"renewed"
    assert blobs.renew([old]) == {}


def test_a_scan_tells_each_file_once_and_nothing_else(tmp_path: Path) -> None:
    blobs = LocalBlobs(tmp_path)
    digests = {blobs.write([bytes([number])])[0] for number in range(64)}
    (tmp_path / min(digests)[:2] / "stray").write_text("no file of ours")

    scanned = [blob for folder in range(256) for blob in blobs.scan(f"{folder:02x}")]

    assert sorted(blob.digest for blob in scanned) == sorted(digests)
    assert {blob.size for blob in scanned} == {1}


def test_files_renewed_while_they_are_collected_are_kept_or_reported_missing(tmp_path: Path) -> None:
    blobs = LocalBlobs(tmp_path)
    digests = [blobs.write([f"{number}".encode()])[0] for number in range(200)]
    for digest in digests:
        os.utime(blobs.path(digest), (1000, 1000))

    def renew(digest: str) -> bool:
        return digest in blobs.renew([digest])

    with ThreadPoolExecutor(4) as pool:
        collecting = [pool.submit(blobs.discard, digest, 2_000_000) for digest in digests]
        renewed = list(pool.map(renew, digests))
        collected = [job.result() for job in collecting]

    for digest, was_renewed, was_collected in zip(digests, renewed, collected, strict=True):
        assert blobs.has(digest) == (not was_collected)
        assert not (was_renewed and was_collected)
        assert was_renewed or was_collected


def test_a_file_that_a_killed_collector_put_aside_comes_back(tmp_path: Path) -> None:
    blobs = LocalBlobs(tmp_path)
    digest, again = blobs.write([b"named"])[0], blobs.write([b"uploaded again"])[0]
    for each in (digest, again):
        blobs.path(each).rename(tmp_path / "incoming" / f"collected-{each}-1-1")
    blobs.write([b"uploaded again"])

    scanned = {blob.digest for folder in {digest[:2], again[:2]} for blob in blobs.scan(folder)}

    assert scanned == {digest, again}
    assert list((tmp_path / "incoming").iterdir()) == []
