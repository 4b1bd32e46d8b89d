"""One change of many runs, in the database."""

from collections import defaultdict

from headwater.protocol.bulk import (
    ArchiveRuns,
    EditKeys,
    EditKeysResponse,
    RunsChanged,
    TagChange,
    TagRuns,
    TagRunsResponse,
    UnarchiveRuns,
)
from headwater.protocol.names import MAX_RUN_TAG_VALUE, RUN_NAME_TAG
from headwater.stores.sql.bulk_keys import edit_keys
from headwater.stores.sql.clock import now_ms
from headwater.stores.sql.connection import Connection, chunks, marks
from headwater.stores.sql.database import Database
from headwater.stores.sql.moves import find_all_runs, refuse_archived
from headwater.stores.sql.rows import RunRow

_UPSERT = (
    "INSERT INTO tag (exp_id, key_id, run_id, value) VALUES (?, ?, ?, ?) "
    "ON CONFLICT (run_id, key_id) DO UPDATE SET value = excluded.value"
)


class SqlBulk:
    """Changes of many runs; every verb is one transaction. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def archive(self, request: ArchiveRuns) -> RunsChanged:
        """Move runs to the trash."""
        request.check()
        return RunsChanged(self._database.write(lambda connection: _move(connection, request.run_ids, deleted=True)))

    def unarchive(self, request: UnarchiveRuns) -> RunsChanged:
        """Take runs out of the trash."""
        request.check()
        return RunsChanged(self._database.write(lambda connection: _move(connection, request.run_ids, deleted=False)))

    def tag(self, request: TagRuns) -> TagRunsResponse:
        """Change tags of runs."""
        request.check()
        return TagRunsResponse(self._database.write(lambda connection: _tag(connection, request)))

    def edit_keys(self, request: EditKeys) -> EditKeysResponse:
        """Rename or delete metrics and params of runs."""
        request.check()
        return self._database.write(lambda connection: edit_keys(connection, request))


def _move(connection: Connection, run_ids: list[str], *, deleted: bool) -> list[str]:
    runs = find_all_runs(connection, run_ids)
    moving = [run for run in runs.values() if run.deleted != deleted]
    for chunk in chunks([run.id for run in moving]):
        connection.execute(
            f"UPDATE run SET deleted = ?, deleted_time = ? WHERE id IN ({marks(chunk)})",  # noqa: S608 - marks
            (int(deleted), now_ms() if deleted else None, *chunk),
        )
    for run in moving:
        connection.touch(run.id)
    return [run.uuid for run in moving]


def _tag(connection: Connection, request: TagRuns) -> list[TagChange]:
    """Make the changes and return what takes them back, in the order that does."""
    runs = find_all_runs(connection, [run_id for change in request.changes for run_id in change.run_ids])
    refuse_archived(runs.values())
    undo: list[TagChange] = []
    for change in request.changes:
        undo = _change_tag(connection, [runs[run_id] for run_id in dict.fromkeys(change.run_ids)], change) + undo
    for run in runs.values():
        connection.touch(run.id)
    return undo


def _change_tag(connection: Connection, runs: list[RunRow], change: TagChange) -> list[TagChange]:
    key_id = connection.key_ids([change.key])[change.key]
    before: dict[int, str] = {}
    for chunk in chunks([run.id for run in runs]):
        sql = f"SELECT run_id, value FROM tag WHERE key_id = ? AND run_id IN ({marks(chunk)})"  # noqa: S608 - marks
        before.update(connection.all(sql, (key_id, *chunk)))
    value = None if change.value is None else change.value[:MAX_RUN_TAG_VALUE]
    if value is None:
        for chunk in chunks(list(before)):
            sql = f"DELETE FROM tag WHERE key_id = ? AND run_id IN ({marks(chunk)})"  # noqa: S608 - marks
            connection.execute(sql, (key_id, *chunk))
    else:
        connection.many(_UPSERT, [(run.exp_id, key_id, run.id, value) for run in runs])
        if change.key == RUN_NAME_TAG:
            connection.many("UPDATE run SET name = ? WHERE id = ?", [(value, run.id) for run in runs])
    of_value: dict[str | None, list[str]] = defaultdict(list)
    for run in runs:
        if before.get(run.id) != value:
            of_value[before.get(run.id)].append(run.uuid)
    return [TagChange(run_ids, change.key, old) for old, run_ids in of_value.items()]
