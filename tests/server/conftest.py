"""One live server over a SQLite file for the tests of this folder."""

from collections.abc import Iterator
from typing import NamedTuple

import pytest

from headwater.protocol.roles import Level
from headwater.protocol.users import CreateUser
from headwater.stores import open_store
from headwater.stores.interface import Store
from headwater.testing.servers import live_server
from server.access_team import Team
from server.access_world import bearer, make_hidden_things, make_token
from server.caller import make_run, post


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


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    """Return the server."""
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('team') / 'h.db'}")
    hidden = make_hidden_things(store)
    for name in ("ann", "bob"):
        store.users.create(CreateUser(name))
    ann, bob = (bearer(make_token(store, name)) for name in ("ann", "bob"))
    settings = {"authentication": True, "default_level": Level.NO_PERMISSIONS, "poll_s": 0.02, "heartbeat_s": 0.05}
    with live_server(store, **settings) as url:
        experiment_id = post(url, "experiments/create", {"name": "of ann"}, ann).json["experiment_id"]
        run = post(url, "runs/create", {"experiment_id": experiment_id}, ann).json["run"]["info"]
        post(url, "registered-models/create", {"name": "anns"}, ann)
        own = {"experiment_id": experiment_id, "run_id": run["run_id"], "name": "anns"}
        yield Team(url, store, hidden, own, ann, bob)
    store.close()
