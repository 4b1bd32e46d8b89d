"""Many runs and series at once, and what changed."""

from headwater.protocol.columns import (
    ChangedRun,
    Changes,
    ChangesResponse,
    ListKeys,
    ListKeysResponse,
    QueryRuns,
    QueryRunsResponse,
    QuerySeries,
    Series,
    SeriesHeader,
    Sweep,
)
from headwater.protocol.endpoint import Empty
from headwater.stores.sql.charts import read_lines
from headwater.stores.sql.charts_against import read_against
from headwater.stores.sql.connection import Connection
from headwater.stores.sql.database import Database
from headwater.stores.sql.keys import list_keys
from headwater.stores.sql.run_columns import query_runs
from headwater.stores.sql.series import find_runs
from headwater.stores.sql.sweep import Sweeper

_MAX_CHANGES = 1000
_LIST_CHANGES = "SELECT exp_id, uuid, changed FROM run WHERE changed > ? ORDER BY changed LIMIT ?"


class SqlColumns:
    """Reads columns; satisfies `headwater.stores.interface.Columns`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._sweeper = Sweeper(database)

    def query_runs(self, request: QueryRuns) -> QueryRunsResponse:
        """See `QueryRuns`."""
        request.check()
        with self._database.read() as connection:
            return query_runs(connection, request)

    def list_keys(self, request: ListKeys) -> ListKeysResponse:
        """See `ListKeys`."""
        request.check()
        with self._database.read() as connection:
            return list_keys(connection, request)

    def query_series(self, request: QuerySeries) -> Series:
        """See `QuerySeries`."""
        request.check()
        with self._database.read() as connection:
            return _query_series(connection, request)

    def changes(self, request: Changes) -> ChangesResponse:
        """See `Changes`."""
        with self._database.read() as connection:
            cursor: int = connection.all("SELECT value FROM change_cursor")[0][0]
            if request.since <= 0:
                return ChangesResponse(cursor, [])
            rows = connection.all(_LIST_CHANGES, (min(request.since, cursor), _MAX_CHANGES + 1))
        if len(rows) > _MAX_CHANGES:
            # The runs of one commit share a cursor value: those of the last come whole with the next answer. A single
            # commit of more runs than that (a deleted experiment) is told by its first ones.
            last = rows[-1][2]
            whole = [row for row in rows if row[2] < last]
            cursor, rows = (last - 1, whole) if whole else (last, rows[:_MAX_CHANGES])
        return ChangesResponse(cursor, [ChangedRun(str(exp_id), uuid) for exp_id, uuid, _ in rows])

    def sweep(self, request: Sweep) -> Empty:
        """See `Sweep`."""
        request.check()
        self._sweeper.sweep(request.silence_ms)
        return Empty()


def _query_series(connection: Connection, request: QuerySeries) -> Series:
    run_ids, key_ids = find_runs(connection, request.run_ids), connection.find_key_ids(request.keys)
    read = read_against if request.x_key else read_lines
    lines = read(connection, list(run_ids.values()), list(key_ids.values()), request)
    headers: list[SeriesHeader] = []
    data: list[bytes] = []
    for run_id in dict.fromkeys(request.run_ids):
        for key in dict.fromkeys(request.keys):
            line = lines.get((run_ids.get(run_id, 0), key_ids.get(key, 0)))
            if line is not None:
                headers.append(SeriesHeader(run_id, key, line.count, line.points, line.raw))
                data.append(line.columns)
    return Series(headers, b"".join(data))
