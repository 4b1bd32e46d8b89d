"""One live server over a SQLite file for the tests of this folder."""

from collections.abc import Iterator
from typing import NamedTuple

import pytest

from headwater.stores import open_store
from headwater.stores.interface import Store
from headwater.testing.servers import live_server
from server.caller import make_run


class Served(NamedTuple):
    """A server, the store behind it, and a run in it."""

    url: str
    store: Store
    experiment_id: str
    run_id: str


@pytest.fixture(scope="session")
def served_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Return a store in a SQLite file that all tests of this folder share."""
    folder = tmp_path_factory.mktemp("served")
    store = open_store(f"sqlite:///{folder / 'headwater.db'}")
    yield store
    store.close()


@pytest.fixture(scope="session")
def live_url(served_store: Store) -> Iterator[str]:
    """Return the URL of a server with the default settings."""
    with live_server(served_store) as url:
        yield url


@pytest.fixture
def served(live_url: str, served_store: Store, request: pytest.FixtureRequest) -> Served:
    """Return the shared server with a new experiment and run of this test's own."""
    experiment_id, run_id = make_run(served_store, request.node.nodeid)
    return Served(live_url, served_store, experiment_id, run_id)
