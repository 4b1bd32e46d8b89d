"""A store whose artifact bytes are in Azure's emulator keeps the contract of bytes; skipped where it is missing."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from headwater.stores.interface import Store
from headwater.testing.azure import CONTAINER, azure_emulator, azure_server
from headwater.testing.contract_artifacts import BlobsContract
from headwater.testing.stores import rest_live_store


@pytest.fixture(scope="module")
def azure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Run the emulator, and put the variables that lead to it in force."""
    program = azure_emulator()
    if program is None:
        pytest.skip("needs Azure's emulator: npm install --global azurite")
    with (
        azure_server(program, tmp_path_factory.mktemp("azurite")) as variables,
        pytest.MonkeyPatch.context() as patch,
    ):
        for name, value in variables.items():
            patch.setenv(name, value)
        yield


@pytest.fixture
def store(tmp_path: Path, azure: None) -> Iterator[Store]:
    """Return a server's store whose bytes are in a container."""
    with rest_live_store(tmp_path, artifacts=f"az://{CONTAINER}/{uuid.uuid4().hex}") as opened:
        yield opened


class TestBlobs(BlobsContract):
    """Run over the stores of the fixture."""
