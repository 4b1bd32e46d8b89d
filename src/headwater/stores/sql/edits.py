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
from headwater.protocol.runs import RunResponse
from headwater.stores.sql.connection import Connection
from headwater.stores.sql.database import Database
from headwater.stores.sql.history import rewind
from headwater.stores.sql.key_edits import drop_metric, drop_param, move_metric, move_param, put_param
from headwater.stores.sql.moves import copy_run, move_runs
from headwater.stores.sql.rows import RunRow, find_run, load_runs
from headwater.stores.sql.writes import note_edit

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
        return EditedPoints(
            self._edit(request.run_id, lambda connection, run: drop_metric(connection, run, key, request.user_id))
        )

    def rename_metric(self, request: RenameMetric) -> EditedPoints:
        """Give a metric another name."""
        request.check()
        old, new = normal_metric_key(request.key), normal_metric_key(request.new_key)
        return EditedPoints(
            self._edit(request.run_id, lambda connection, run: move_metric(connection, run, old, new, request.user_id))
        )

    def set_param(self, request: SetParam) -> Empty:
        """Give a param a value, whatever it had."""
        request.check()
        key, value, user_id = request.key, request.value, request.user_id
        self._edit(request.run_id, lambda connection, run: put_param(connection, run, key, value, user_id))
        return Empty()

    def delete_param(self, request: DeleteParam) -> Empty:
        """Drop a param."""
        request.check()
        self._edit(request.run_id, lambda connection, run: drop_param(connection, run, request.key, request.user_id))
        return Empty()

    def rename_param(self, request: RenameParam) -> Empty:
        """Give a param another name."""
        request.check()
        old, new, user_id = request.key, request.new_key, request.user_id
        self._edit(request.run_id, lambda connection, run: move_param(connection, run, old, new, user_id))
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
