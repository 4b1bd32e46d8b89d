"""Housekeeping that a server does once in a while: lost runs, resting points, statistics."""

import logging
import time

from headwater.protocol.alerts import AlertRule
from headwater.protocol.runs import RunStatus
from headwater.stores.sql.alert_rules import check_failed, raise_stalled, stalled_rules
from headwater.stores.sql.clock import now_ms
from headwater.stores.sql.connection import Connection, Dialect, chunks
from headwater.stores.sql.database import Database
from headwater.stores.sql.event_words import note_run_ended
from headwater.stores.sql.points import seal_run
from headwater.stores.sql.rows import RunRow, find_run

_REST_MS = 60_000
_RUNS_A_WRITE = 20
_OPTIMIZE_EVERY_S = 300.0

_FIND_SILENT = """
SELECT id FROM run WHERE heartbeat IS NOT NULL AND heartbeat < ? AND end_time IS NULL AND status = 'RUNNING'
"""
_FIND_RESTING = "SELECT id FROM run WHERE hot_points > 0 AND hot_since < ?"
_MARK_LOST = """
UPDATE run SET status = 'FAILED', lost = 1, end_time = heartbeat
WHERE id = ? AND heartbeat < ? AND end_time IS NULL AND status = 'RUNNING'
"""

_FIND_STALLED = """
SELECT uuid, heartbeat FROM run
WHERE heartbeat IS NOT NULL AND heartbeat < ? AND end_time IS NULL AND status = 'RUNNING' AND deleted = 0
AND exp_id = COALESCE(CAST(? AS BIGINT), exp_id)
"""
_FIND_LOST = """
SELECT uuid, heartbeat FROM run
WHERE lost = 1 AND heartbeat < ? AND heartbeat > ? AND deleted = 0 AND exp_id = COALESCE(CAST(? AS BIGINT), exp_id)
"""
_OLD = "next_time IS NULL AND last_time < ?"
_HOUR_MS = 3_600_000
KEPT_MS = 30 * 24 * _HOUR_MS
"""How long the log of deliveries is kept."""

_logger = logging.getLogger(__name__)


class Sweeper:
    """Sweeps one database. Thread-safe; several servers may sweep the same database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._optimized = float("-inf")

    def sweep(self, silence_ms: int) -> None:
        """Mark runs as lost whose client has been silent for `silence_ms`, and seal the points of runs that rest."""
        now = now_ms()
        self._alert_of_stalled(now)
        self._mark_lost(now - silence_ms)
        self._seal_resting(now - _REST_MS)
        self._forget_deliveries(now - KEPT_MS)
        self._optimize()

    def _alert_of_stalled(self, now: int) -> None:
        with self._database.read() as connection:
            found = [(rule, now - after_s * 1000) for rule, after_s in stalled_rules(connection)]
            silent = [(rule, row) for rule, before in found for row in _find_stalled(connection, rule, before)]
        for rule, (run_id, heartbeat) in silent:

            def work(
                connection: Connection, rule: AlertRule = rule, run_id: str = run_id, beat: int = heartbeat
            ) -> None:
                raise_stalled(connection, find_run(connection, run_id, active=False), rule, now - beat)

            self._database.write(work)

    def _forget_deliveries(self, before: int) -> None:
        """Forget the log of deliveries that are over for long."""
        with self._database.read() as connection:
            old = connection.one(f"SELECT 1 FROM delivery WHERE {_OLD} LIMIT 1", (before,))  # noqa: S608 - a constant
        if old is not None:
            self._database.write(lambda connection: connection.execute(f"DELETE FROM delivery WHERE {_OLD}", (before,)))  # noqa: S608 - a constant

    def _mark_lost(self, before: int) -> None:
        for chunk in self._find(_FIND_SILENT, before):

            def work(connection: Connection, run_ids: tuple[int, ...] = chunk) -> list[int]:
                return [run_id for run_id in run_ids if _mark_one(connection, run_id, before)]

            for run_id in self._database.write(work):
                _logger.info("run row %d is lost: its client fell silent", run_id)

    def _seal_resting(self, before: int) -> None:
        for chunk in self._find(_FIND_RESTING, before):

            def work(connection: Connection, run_ids: tuple[int, ...] = chunk) -> None:
                for run_id in run_ids:
                    seal_run(connection, run_id, merge_all=False)

            self._database.write(work)

    def _find(self, sql: str, before: int) -> list[tuple[int, ...]]:
        with self._database.read() as connection:
            run_ids = [row[0] for row in connection.all(sql, (before,))]
        return [tuple(chunk) for chunk in chunks(sorted(run_ids), _RUNS_A_WRITE)]

    def _optimize(self) -> None:
        """Refresh the planner's statistics; PostgreSQL does so by itself."""
        if self._database.dialect is not Dialect.SQLITE or time.monotonic() < self._optimized + _OPTIMIZE_EVERY_S:
            return
        self._optimized = time.monotonic()
        self._database.write(_refresh_statistics)


def _mark_one(connection: Connection, run_id: int, before: int) -> bool:
    if not connection.execute(_MARK_LOST, (run_id, before)):
        return False
    connection.touch(run_id)
    seal_run(connection, run_id)
    note_run_ended(connection, run_id, RunStatus.FAILED, is_lost=True)
    row = connection.one("SELECT uuid, exp_id, deleted FROM run WHERE id = ?", (run_id,))
    assert row is not None, "it was updated in this transaction"
    check_failed(connection, RunRow(run_id, row[0], row[1], bool(row[2])), is_lost=True)
    return True


def _find_stalled(connection: Connection, rule: AlertRule, before: int) -> list[tuple[str, int]]:
    """Return the runs that a rule finds silent since before then, open ones and those lost within the hour since."""
    exp_id = int(rule.experiment_id) if rule.experiment_id else None
    rows = [
        *connection.all(_FIND_STALLED, (before, exp_id)),
        *connection.all(_FIND_LOST, (before, before - _HOUR_MS, exp_id)),
    ]
    return [(run_id, heartbeat) for run_id, heartbeat in rows]


def _refresh_statistics(connection: Connection) -> None:
    connection.execute("PRAGMA analysis_limit = 1000")
    connection.execute("PRAGMA optimize = 0x10002")
