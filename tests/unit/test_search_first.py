"""A first page found by the bound of an order is the page that sorting everything gives, ties and all."""

import random
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest

from headwater.protocol.experiments import ViewType
from headwater.stores.sql.connection import Connection
from headwater.stores.sql.database import Database
from headwater.stores.sql.search import select_runs


class _Run(NamedTuple):
    id: int
    uuid: str
    exp_id: int
    start_time: int
    deleted: int
    acc: float | None
    has_acc: bool
    lr: str


def _make_runs() -> list[_Run]:
    rng = random.Random(3)
    return [
        _Run(
            id=number,
            uuid=f"{rng.getrandbits(128):032x}",
            exp_id=rng.choice((1, 1, 2, 3)),
            start_time=rng.randrange(900),
            deleted=int(rng.random() < 0.1),
            acc=None if rng.random() < 0.1 else float(rng.randrange(60)),
            has_acc=rng.random() < 0.9,
            lr=rng.choice(("0.1", "0.01", "rare", "0.03")) if rng.random() < 0.3 else "0.1",
        )
        for number in range(1, 4001)
    ]


_RUNS = _make_runs()


def _fill(connection: Connection) -> None:
    connection.many(
        "INSERT INTO experiment (id, name, artifact_location, creation_time, last_update_time) VALUES (?, ?, '', 1, 1)",
        [(number, f"experiment {number}") for number in (1, 2, 3)],
    )
    keys = connection.key_ids(["acc", "lr"])
    connection.many(
        "INSERT INTO run (id, uuid, exp_id, name, status, start_time, artifact_uri, deleted, changed) "
        "VALUES (?, ?, ?, '', 'RUNNING', ?, '', ?, 1)",
        [(*run[:4], run.deleted) for run in _RUNS],
    )
    connection.many(
        "INSERT INTO latest (exp_id, key_id, run_id, step, time, value) VALUES (?, ?, ?, 1, 1, ?)",
        [(run.exp_id, keys["acc"], run.id, run.acc) for run in _RUNS if run.has_acc],
    )
    connection.many(
        "INSERT INTO param (exp_id, key_id, run_id, value) VALUES (?, ?, ?, ?)",
        [(run.exp_id, keys["lr"], run.id, run.lr) for run in _RUNS],
    )
    connection.execute("ANALYZE")


@pytest.fixture
def database(database_uri: str) -> Iterator[Database]:
    """Return a database of 4,000 runs, many with the same metric or start time."""
    opened = Database(database_uri)
    opened.write(_fill)
    yield opened
    opened.close()


def _by_acc(run: _Run, sign: int) -> tuple[object, ...]:
    stage = 2 if not run.has_acc else 1 if run.acc is None else 0
    return (stage, sign * (run.acc or 0) if stage == 0 else 0, -run.start_time, run.uuid)


_ORDERS: dict[str, Callable[[_Run], tuple[object, ...]]] = {
    "": lambda run: (-run.start_time, run.uuid),
    "metrics.acc DESC": lambda run: _by_acc(run, -1),
    "metrics.acc": lambda run: _by_acc(run, 1),
    "start_time ASC": lambda run: (run.start_time, run.uuid),
    "params.lr": lambda run: (run.lr, -run.start_time, run.uuid),
}


def _has(run: _Run, low: float) -> bool:
    return run.has_acc and run.acc is not None and run.acc > low


_FILTERS: dict[str, Callable[[_Run], bool]] = {
    "": lambda run: True,
    "params.lr = '0.1'": lambda run: run.lr == "0.1",
    "params.lr = 'rare'": lambda run: run.lr == "rare",
    "metrics.acc > 30 AND params.lr != '0.1'": lambda run: _has(run, 30) and run.lr != "0.1",
    "metrics.acc > 57 OR params.lr = '0.01'": lambda run: _has(run, 57) or run.lr == "0.01",
    "NOT metrics.acc IS NULL AND start_time > 400": lambda run: run.has_acc and run.start_time > 400,
}
_SHOWN = {ViewType.ACTIVE_ONLY: {0}, ViewType.DELETED_ONLY: {1}, ViewType.ALL: {0, 1}}


@pytest.mark.parametrize("experiments", [[1], [3, 1, 2]], ids=["one", "three"])
def test_a_first_page_is_the_beginning_of_the_whole_order(database: Database, experiments: list[int]) -> None:
    """For every filter, order, view and size."""
    for text, matches in _FILTERS.items():
        for order, key in _ORDERS.items():
            for view, shown in _SHOWN.items():
                found = [run for run in _RUNS if run.exp_id in experiments and run.deleted in shown and matches(run)]
                expected = [run.id for run in sorted(found, key=key)]
                for limit, offset in ((1, 0), (50, 0), (50, 120), (700, 0)):
                    with database.read() as connection:
                        page = select_runs(
                            connection,
                            experiment_ids=experiments,
                            filter=text,
                            order_by=[order] if order else [],
                            view=view,
                            limit=limit,
                            offset=offset,
                        )
                    assert page == expected[offset : offset + limit], (text, order, view, limit, offset)
