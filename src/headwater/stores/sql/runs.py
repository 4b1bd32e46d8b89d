"""Runs in the database."""

from headwater.loading import loading
from headwater.protocol.endpoint import Empty
from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.families import Family, GetFamily
from headwater.protocol.journals import Append, AppendResponse, GetJournal
from headwater.protocol.paging import decode_page_token, encode_page_token
from headwater.protocol.runs import (
    CreateRun,
    DeleteRun,
    DeleteTag,
    GetRun,
    LogBatch,
    LogMetric,
    LogParam,
    Param,
    RestoreRun,
    RunInfo,
    RunResponse,
    RunTag,
    SearchRuns,
    SearchRunsResponse,
    SetTag,
    UpdateRun,
    UpdateRunResponse,
)
from headwater.stores.sql.append import apply_append, read_journal
from headwater.stores.sql.connection import Connection
from headwater.stores.sql.database import Database
from headwater.stores.sql.event_words import note_run_created
from headwater.stores.sql.families import load_family
from headwater.stores.sql.model_metrics import write_model_metrics
from headwater.stores.sql.rows import find_run, load_info, load_runs
from headwater.stores.sql.writes import (
    apply_update,
    describe_changed_param,
    insert_run,
    move_run,
    refuse_changed_params,
    remove_tag,
    write_metrics,
    write_params,
    write_tags,
)


class SqlRuns:
    """Runs, their params, tags, points and status, in a database. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, request: CreateRun) -> RunResponse:
        """Create a run that is RUNNING."""
        request.check()

        def work(connection: Connection) -> RunResponse:
            run = insert_run(connection, request)
            note_run_created(connection, run.id)
            return RunResponse(load_runs(connection, [run.id])[0])

        return self._database.write(work)

    def get(self, request: GetRun) -> RunResponse:
        """Return a run, deleted or not."""
        request.check()
        with self._database.read() as connection:
            run = find_run(connection, request.run, active=False)
            return RunResponse(load_runs(connection, [run.id])[0])

    def get_family(self, request: GetFamily) -> Family:
        """Return the ancestors and descendants of a run."""
        request.check()
        with self._database.read() as connection:
            return load_family(connection, find_run(connection, request.run_id, active=False))

    def update(self, request: UpdateRun) -> UpdateRunResponse:
        """Change status, end time or name."""
        request.check()

        def work(connection: Connection) -> RunInfo:
            run = find_run(connection, request.run, active=True)
            apply_update(connection, run, request)
            return load_info(connection, run.id)

        return UpdateRunResponse(self._database.write(work))

    def delete(self, request: DeleteRun) -> Empty:
        """Move a run to the trash."""
        request.check()
        return self._move(request.run_id, deleted=True)

    def restore(self, request: RestoreRun) -> Empty:
        """Take a run out of the trash."""
        request.check()
        return self._move(request.run_id, deleted=False)

    def search(self, request: SearchRuns) -> SearchRunsResponse:
        """Return one page of the runs that match."""
        request.check()
        offset = decode_page_token(request.page_token)
        if not request.experiment_ids:
            return SearchRunsResponse()
        with loading():
            from headwater.stores.sql.search import select_runs

        with self._database.read() as connection:
            ids = select_runs(
                connection,
                experiment_ids=[int(experiment_id) for experiment_id in request.experiment_ids],
                filter=request.filter,
                order_by=request.order_by,
                view=request.run_view_type,
                limit=request.max_results + 1,
                offset=offset,
            )
            runs = load_runs(connection, ids[: request.max_results])
        more = len(ids) > request.max_results
        return SearchRunsResponse(runs, encode_page_token(offset + request.max_results) if more else "")

    def set_tag(self, request: SetTag) -> Empty:
        """Set or replace one tag."""
        request.check()

        def work(connection: Connection) -> None:
            run = find_run(connection, request.run, active=True)
            write_tags(connection, run, [RunTag(request.key, request.value)])

        self._database.write(work)
        return Empty()

    def delete_tag(self, request: DeleteTag) -> Empty:
        """Remove one tag; it must be there."""
        request.check()
        self._database.write(
            lambda connection: remove_tag(connection, find_run(connection, request.run, active=True), request.key)
        )
        return Empty()

    def log_param(self, request: LogParam) -> Empty:
        """Log one param, which must be new or have the value that it has."""
        request.check()

        def work(connection: Connection) -> None:
            run = find_run(connection, request.run, active=True)
            for param, old in write_params(connection, run, [Param(request.key, request.value)]):
                raise InvalidParameterValue(describe_changed_param(run, param, old))

        self._database.write(work)
        return Empty()

    def log_metric(self, request: LogMetric) -> Empty:
        """Log one point."""
        request.check()
        point = request.point

        def work(connection: Connection) -> None:
            run = find_run(connection, request.run, active=True)
            write_metrics(connection, run, [point])
            if point.model_id:
                write_model_metrics(connection, run, [point])

        self._database.write(work)
        return Empty()

    def log_batch(self, request: LogBatch) -> Empty:
        """Log points, params and tags: all of them, or none if one cannot be."""
        request.check()

        def work(connection: Connection) -> None:
            run = find_run(connection, request.run_id, active=True)
            refuse_changed_params(run, write_params(connection, run, request.params))
            write_metrics(connection, run, request.metrics)
            write_model_metrics(connection, run, request.model_metrics)
            write_tags(connection, run, request.tags)

        self._database.write(work)
        return Empty()

    def append(self, request: Append) -> AppendResponse:
        """Apply a stretch of a client's journal, exactly once."""
        request.check()
        return self._database.write(lambda connection: apply_append(connection, request))

    def get_journal(self, request: GetJournal) -> AppendResponse:
        """Return how far a journal has been stored."""
        request.check()
        with self._database.read() as connection:
            return AppendResponse(read_journal(connection, request.journal_id))

    def _move(self, run_id: str, *, deleted: bool) -> Empty:
        self._database.write(
            lambda connection: move_run(connection, find_run(connection, run_id, active=False), deleted=deleted)
        )
        return Empty()
