"""Edits of runs in the database."""

from collections.abc import Callable
from typing import TypeVar

from headwater.protocol.contexts import normal_metric_key
from headwater.protocol.edits import (
    CopyRun,
    DeleteMetric,
    DeleteParam,
    Edit,
    EditAction,
    EditedPoints,
    ListEdits,
    ListEditsResponse,
    MoveRuns,
    MoveRunsResponse,
    RenameMetric,
    RenameParam,
    RewindRun,
    SetParam,
)
from headwater.protocol.endpoint import Empty
from headwater.protocol.errors import ResourceAlreadyExists, ResourceDoesNotExist
from headwater.protocol.names import MAX_PARAM_VALUE
from headwater.protocol.runs import Param, RunResponse
from headwater.stores.sql.connection import Connection
from headwater.stores.sql.database import Database
from headwater.stores.sql.history import delete_metric, rename_metric, rewind
from headwater.stores.sql.moves import copy_run, move_runs
from headwater.stores.sql.rows import RunRow, find_run, load_runs
from headwater.stores.sql.writes import note_edit, revise_params, write_params

_T = TypeVar("_T")


class SqlEdits:
    """What a person changes of runs after the fact; every verb is one transaction. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def move_runs(self, request: MoveRuns) -> MoveRunsResponse:
        """Move runs to another experiment."""
        request.check()
        return MoveRunsResponse(self._database.write(lambda connection: move_runs(connection, request)))

    def copy_run(self, request: CopyRun) -> RunResponse:
        """Make a new run of another."""
        request.check()
        return self._database.write(
            lambda connection: RunResponse(load_runs(connection, [copy_run(connection, request)])[0])
        )

    def rewind_run(self, request: RewindRun) -> EditedPoints:
        """Drop every point after a step."""
        request.check()

        def work(connection: Connection, run: RunRow) -> int:
            dropped = rewind(connection, run, request.step)
            note_edit(connection, run, EditAction.REWIND, request.user_id, new=str(request.step))
            return dropped

        return EditedPoints(self._edit(request.run_id, work))

    def delete_metric(self, request: DeleteMetric) -> EditedPoints:
        """Drop all points of a metric."""
        request.check()
        key = normal_metric_key(request.key)

        def work(connection: Connection, run: RunRow) -> int:
            dropped = delete_metric(connection, run, key)
            if dropped:
                note_edit(connection, run, EditAction.DELETE_METRIC, request.user_id, key=key, old=str(dropped))
            return dropped

        return EditedPoints(self._edit(request.run_id, work))

    def rename_metric(self, request: RenameMetric) -> EditedPoints:
        """Give a metric another name."""
        request.check()
        old, new = normal_metric_key(request.key), normal_metric_key(request.new_key)

        def work(connection: Connection, run: RunRow) -> int:
            try:
                moved = rename_metric(connection, run, old, new)
            except ResourceDoesNotExist:
                if _was_renamed(connection, run, EditAction.RENAME_METRIC, old, new):
                    return 0
                raise
            if moved:
                note_edit(connection, run, EditAction.RENAME_METRIC, request.user_id, key=new, old=old, new=new)
            return moved

        return EditedPoints(self._edit(request.run_id, work))

    def set_param(self, request: SetParam) -> Empty:
        """Give a param a value, whatever it had."""
        request.check()

        def work(connection: Connection, run: RunRow) -> None:
            is_new = _read_param(connection, run, request.key) is None
            changed = write_params(connection, run, [Param(request.key, request.value)])
            if is_new:
                kept = request.value[:MAX_PARAM_VALUE]
                note_edit(connection, run, EditAction.SET_PARAM, request.user_id, key=request.key, new=kept)
            revise_params(connection, run, changed, request.user_id)

        self._edit(request.run_id, work)
        return Empty()

    def delete_param(self, request: DeleteParam) -> Empty:
        """Drop a param."""
        request.check()

        def work(connection: Connection, run: RunRow) -> None:
            old = _read_param(connection, run, request.key)
            if old is not None:
                _drop_param(connection, run, request.key)
                note_edit(connection, run, EditAction.DELETE_PARAM, request.user_id, key=request.key, old=old)

        self._edit(request.run_id, work)
        return Empty()

    def rename_param(self, request: RenameParam) -> Empty:
        """Give a param another name."""
        request.check()
        old, new = request.key, request.new_key

        def work(connection: Connection, run: RunRow) -> None:
            value, taken = _read_param(connection, run, old), _read_param(connection, run, new)
            if value is None:
                if _was_renamed(connection, run, EditAction.RENAME_PARAM, old, new):
                    return
                raise ResourceDoesNotExist(f"No param '{old}' in run '{run.uuid}'. See its params for the exact name.")
            if old == new:
                return
            if taken is not None:
                raise ResourceAlreadyExists(f"Run '{run.uuid}' has a param '{new}' already. Delete or rename it first.")
            _drop_param(connection, run, old)
            write_params(connection, run, [Param(new, value)])
            note_edit(connection, run, EditAction.RENAME_PARAM, request.user_id, key=new, old=old, new=new)

        self._edit(request.run_id, work)
        return Empty()

    def list(self, request: ListEdits) -> ListEditsResponse:
        """Return the edits of a run."""
        request.check()
        with self._database.read() as connection:
            run = find_run(connection, request.run_id, active=False)
            rows = connection.all(
                "SELECT action, time, user_id, key, old, new FROM edit WHERE run_id = ? ORDER BY id", (run.id,)
            )
        edits = [Edit(EditAction(action), *rest) for action, *rest in rows]
        return ListEditsResponse([edit for edit in edits if request.key in {"", edit.key}])

    def _edit(self, run_id: str, work: Callable[[Connection, RunRow], _T]) -> _T:
        """Do `work` to an active run in one transaction."""
        return self._database.write(lambda connection: work(connection, find_run(connection, run_id, active=True)))


def _was_renamed(connection: Connection, run: RunRow, action: EditAction, old: str, new: str) -> bool:
    """Return whether this very edit was made before, so that repeating it is no error."""
    sql = "SELECT 1 FROM edit WHERE run_id = ? AND action = ? AND old = ? AND new = ? LIMIT 1"
    return connection.one(sql, (run.id, action, old, new)) is not None


def _read_param(connection: Connection, run: RunRow, key: str) -> str | None:
    key_id = connection.find_key_ids([key]).get(key, 0)
    row = connection.one("SELECT value FROM param WHERE run_id = ? AND key_id = ?", (run.id, key_id))
    return row[0] if row else None


def _drop_param(connection: Connection, run: RunRow, key: str) -> None:
    key_id = connection.find_key_ids([key])[key]
    connection.execute("DELETE FROM param WHERE run_id = ? AND key_id = ?", (run.id, key_id))
