"""Files of a bucket are collected unless they are young or were renewed."""

import time

import pytest

from headwater.stores.artifacts.cloud_blobs import CloudBlobs


def test_an_old_file_is_collected_unless_it_was_renewed(monkeypatch: pytest.MonkeyPatch) -> None:
    blobs = CloudBlobs("memory://bucket/folder")
    old, renewed = blobs.write([b"old"])[0], blobs.write([b"renewed"])[0]
    scanned = [blob for folder in {old[:2], renewed[:2]} for blob in blobs.scan(folder)]
    written_ms = max(blob.modified_ms for blob in scanned)
    clock = time.time_ns
    while clock() // 1_000_000 <= written_ms:
        pass

    young = blobs.discard(old, written_ms)
    monkeypatch.setattr(time, "time_ns", lambda: clock() + 3_600_000_000_000)
    sizes = blobs.renew([renewed, "0" * 64])
    collected = [blobs.discard(digest, written_ms) for digest in (old, renewed, "0" * 64)]

    assert {(blob.digest, blob.size) for blob in scanned} == {(old, 3), (renewed, 7)}
    assert sizes == {renewed: 7}
    assert (young, collected) == (False, [True, False, False])
    assert blobs.sizes([old, renewed]) == {renewed: 7}
