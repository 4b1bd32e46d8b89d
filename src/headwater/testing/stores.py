"""Fresh stores for tests, and what most tests put into them first."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from headwater.protocol.errors import HeadwaterError
from headwater.protocol.experiments import CreateExperiment
from headwater.protocol.runs import CreateRun, GetRun, Run, RunTag
from headwater.stores import open_store
from headwater.stores.interface import Store
from headwater.testing.postgres import create_database, drop_database
from headwater.testing.servers import in_process_store, live_server


@contextmanager
def sqlite_store(folder: Path, **options: Any) -> Iterator[Store]:
    """Yield a new store in a SQLite file below `folder`; `options` are those of `open_store`."""
    store = open_store(f"sqlite:///{folder / 'headwater.db'}", **options)
    try:
        yield store
    finally:
        store.close()


@contextmanager
def postgresql_store(admin_url: str, folder: Path) -> Iterator[Store]:
    """Yield a new store in a database of its own on a PostgreSQL, its artifacts below `folder`."""
    url = create_database(admin_url)
    store = open_store(url, artifacts=folder / "artifacts")
    try:
        yield store
    finally:
        store.close()
        drop_database(admin_url, url)


@contextmanager
def rest_in_process_store(folder: Path) -> Iterator[Store]:
    """Yield a REST store around a new SQLite store, without a socket between them."""
    with sqlite_store(folder) as inner, in_process_store(inner, opens_users=True) as store:
        yield store


@contextmanager
def rest_live_store(folder: Path, **options: Any) -> Iterator[Store]:
    """Yield a REST store that talks over a socket to a server around a new SQLite store."""
    with sqlite_store(folder, **options) as inner, live_server(inner, opens_users=True) as url:
        store = open_store(url)
        try:
            yield store
        finally:
            store.close()


def make_experiment(store: Store) -> str:
    """Create an experiment with a name of its own and return its id."""
    return store.experiments.create(CreateExperiment(f"experiment {uuid.uuid4().hex}")).experiment_id


def make_run(store: Store, experiment_id: str = "", *, name: str = "", start_time: int = 1000) -> str:
    """Create a run, in a new experiment unless one is given, and return its id."""
    experiment_id = experiment_id or make_experiment(store)
    return store.runs.create(
        CreateRun(experiment_id=experiment_id, run_name=name, start_time=start_time, user_id="ada")
    ).run.info.run_id


def get_run(store: Store, run_id: str) -> Run:
    """Return a run as the store has it."""
    return store.runs.get(GetRun(run_id=run_id)).run


def get_tags(store: Store, run_id: str) -> dict[str, str]:
    """Return a run's tags."""
    return as_dict(get_run(store, run_id).data.tags)


def as_dict(tags: list[RunTag]) -> dict[str, str]:
    """Return tags by their keys."""
    return {tag.key: tag.value for tag in tags}


@contextmanager
def expect_error(kind: type[HeadwaterError], message: str) -> Iterator[None]:
    """Fail unless the block raises exactly `kind` with this message; one that ends in `…` is only its beginning."""
    with pytest.raises(HeadwaterError) as raised:
        yield
    error = raised.value
    begins = message.endswith("…") and error.message.startswith(message[:-1])
    assert type(error) is kind, f"{type(error).__name__}: {error.message}"
    assert begins or error.message == message, error.message
