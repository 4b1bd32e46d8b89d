"""A store whose artifact bytes are in a bucket keeps the contract of bytes, by Google's and Azure's interfaces too."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from headwater.stores.interface import Store
from headwater.testing.contract_artifacts import BlobsContract
from headwater.testing.stores import rest_live_store


@pytest.fixture
def store(tmp_path: Path, bucket_uri: str) -> Iterator[Store]:
    """Return a server's store whose bytes are in a bucket, once of each provider."""
    with rest_live_store(tmp_path, artifacts=bucket_uri) as opened:
        yield opened


class TestBlobs(BlobsContract):
    """Run over the stores of the fixture."""
