"""A store whose artifact bytes are in a real S3 server keeps the contract of artifacts."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from headwater.stores.interface import Store
from headwater.testing.contract_artifacts import ArtifactsContract
from headwater.testing.stores import rest_live_store


@pytest.fixture
def store(tmp_path: Path, s3_uri: str) -> Iterator[Store]:
    """Return a server's store whose bytes are in a bucket."""
    with rest_live_store(tmp_path, artifacts=s3_uri) as opened:
        yield opened


class TestArtifacts(ArtifactsContract):
    """Run over the stores of the fixture."""
