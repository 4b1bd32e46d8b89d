"""Housekeeping that a server does once in a while: lost runs, resting points, statistics."""

import logging
import time

from headwater.stores.sql.clock import now_ms
from headwater.stores.sql.connection import Connection, Dialect, chunks
from headwater.stores.sql.database import Database
from headwater.stores.sql.points import seal_run

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

_logger = logging.getLogger(__name__)


class Sweeper:
    """Sweeps one database. Thread-safe; several servers may sweep the same database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._optimized = float("-inf")

    def sweep(self, silence_ms: int) -> None:
        """Mark runs as lost whose client has been silent for `silence_ms`, and seal the points of runs that rest."""
        now = now_ms()
        self._mark_lost(now - silence_ms)
        self._seal_resting(now - _REST_MS)
        self._optimize()

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
    return True


def _refresh_statistics(connection: Connection) -> None:
    connection.execute("PRAGMA analysis_limit = 1000")
    connection.execute("PRAGMA optimize = 0x10002")
