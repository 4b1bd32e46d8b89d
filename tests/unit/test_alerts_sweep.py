"""Rules about stalled runs are looked at by the sweep; what a process knows of rules is never older than it says."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from headwater.protocol.alerts import CreateAlertRule, ListAlerts
from headwater.protocol.columns import Sweep
from headwater.protocol.journals import Append
from headwater.protocol.runs import CreateRun, RunStatus
from headwater.stores import open_store
from headwater.stores.artifacts import LocalBlobs, ServedLocations
from headwater.stores.outgoing import HttpSender
from headwater.stores.sql import SqlStore
from headwater.stores.sql.alert_rules import FRESH_S, known_rules
from headwater.testing.contract_alerts import log, make_rule, texts
from headwater.testing.stores import get_run, make_experiment, make_run

LONG_MS = 86_400_000


def open_sql_store(uri: str, folder: Path) -> SqlStore:
    return SqlStore(uri, LocalBlobs(folder / "artifacts"), ServedLocations([]), folder / "live-logs", HttpSender)


@pytest.fixture
def store(database_uri: str, tmp_path: Path) -> Iterator[SqlStore]:
    made = open_sql_store(database_uri, tmp_path)
    yield made
    made.close()


def start_silent(store: SqlStore, seconds: int, experiment_id: str = "") -> str:
    """Create a run whose client has sent a heartbeat, so many seconds ago, and nothing since."""
    run_id = uuid.uuid4().hex
    create = CreateRun(experiment_id or make_experiment(store), run_id=run_id)
    store.runs.append(Append(uuid.uuid4().hex, run_id, 1, 1, create=create, heartbeat=True))
    query = "UPDATE run SET heartbeat = heartbeat - ? WHERE uuid = ?"
    store.database.write(lambda connection: connection.execute(query, (seconds * 1000, run_id)))
    return run_id


def test_a_run_is_stalled_after_its_silence_and_told_of_once(store: SqlStore) -> None:
    make_rule(store, "run stalled 40 s")
    stalled, alive, foreign = start_silent(store, 50), start_silent(store, 30), make_run(store)

    for _ in range(3):
        store.columns.sweep(Sweep(silence_ms=LONG_MS))

    assert texts(store, stalled) == ["run stalled 40 s: no heartbeat for 50 s"]
    assert texts(store, alive) == texts(store, foreign) == []


def test_a_run_that_is_lost_by_then_is_stalled_all_the_same(store: SqlStore) -> None:
    make_rule(store, "run stalled 600")
    run_id = start_silent(store, 400)
    store.columns.sweep(Sweep())
    assert get_run(store, run_id).info.status == RunStatus.FAILED
    assert texts(store, run_id) == []

    store.database.write(lambda connection: connection.execute("UPDATE run SET heartbeat = heartbeat - 300000"))
    for _ in range(2):
        store.columns.sweep(Sweep())

    assert texts(store, run_id) == ["run stalled 600: no heartbeat for 700 s"]


def test_a_run_lost_long_ago_is_no_news(store: SqlStore) -> None:
    run_id = start_silent(store, 7200)
    store.columns.sweep(Sweep())
    make_rule(store, "run stalled 600")

    store.columns.sweep(Sweep())

    assert texts(store, run_id) == []


def test_a_rule_about_stalled_runs_watches_its_experiment_only(store: SqlStore) -> None:
    watched = make_experiment(store)
    rule = make_rule(store, "run stalled 40", watched)
    stalled, _ = start_silent(store, 50, watched), start_silent(store, 50)

    store.columns.sweep(Sweep(silence_ms=LONG_MS))

    assert [alert.run_id for alert in store.alerts.list(ListAlerts(rule_id=rule.rule_id)).alerts] == [stalled]


def test_another_process_knows_a_new_rule_when_what_it_knows_is_no_longer_fresh(
    store: SqlStore, database_uri: str, tmp_path: Path
) -> None:
    other = open_sql_store(database_uri, tmp_path)
    run_id = make_run(other)
    log(other, run_id, 11)
    make_rule(store, "metrics.loss > 10")
    with other.database.read() as connection:
        known_rules(connection).read_at -= FRESH_S

    log(other, run_id, 12)

    assert texts(other, run_id) == ["metrics.loss > 10: loss = 12 at step 0"]
    other.close()


def test_a_rule_that_a_newer_version_made_does_not_keep_anybody_from_logging(store: SqlStore) -> None:
    make_rule(store, "metrics.loss > 10")
    run_id = make_run(store)
    query = "UPDATE alert_rule SET condition = 'metrics.loss sounds strange'"
    store.database.write(lambda connection: connection.execute(query))
    with store.database.read() as connection:
        known_rules(connection).forget()

    log(store, run_id, 11)

    assert texts(store, run_id) == []


def test_a_rule_is_made_by_any_process_and_is_the_same_in_all(database_uri: str, tmp_path: Path) -> None:
    first, second = (open_store(database_uri, artifacts=tmp_path / "artifacts") for _ in range(2))
    request = CreateAlertRule("rule", "run failed", rule_id=uuid.uuid4().hex)

    assert first.alerts.create_rule(request) == second.alerts.create_rule(request)
    first.close()
    second.close()
