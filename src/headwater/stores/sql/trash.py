"""Deleting for good: rows of the trash, bytes that nothing names, and the room that both took."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.trash import (
    CollectBlobs,
    CollectBlobsResponse,
    Compact,
    CompactResponse,
    ListTrash,
    ListTrashResponse,
    PurgeTrash,
    PurgeTrashResponse,
)
from headwater.stores.interface import HeldBlobs
from headwater.stores.sql.clock import now_ms
from headwater.stores.sql.connection import Connection, chunks, marks
from headwater.stores.sql.database import Database
from headwater.stores.sql.live_logs import LiveLogs
from headwater.stores.sql.purge import (
    find_lonely,
    purge_experiment,
    purge_models,
    purge_runs,
    read_files_of_experiment,
    read_files_of_models,
)

_DEFAULT_EXPERIMENT = 0
_ROWS_A_WRITE = 20
_FOLDERS = 256
_FOLDERS_A_CALL = 8

_COUNT_POINTS = """
SELECT COALESCE((SELECT SUM(n) FROM block WHERE run_id IN ({runs})), 0)
  + COALESCE((SELECT SUM(n) FROM hot WHERE run_id IN ({runs})), 0)
"""


class SqlTrash:
    """What is in the trash of one database and its blobs; safe while other processes write. Thread-safe."""

    def __init__(self, database: Database, blobs: HeldBlobs, live_logs: LiveLogs) -> None:
        self._database = database
        self._blobs = blobs
        self._live_logs = live_logs

    def list(self, request: ListTrash) -> ListTrashResponse:
        """Sum up what can be deleted for good."""
        request.check()
        with self._database.read() as connection:
            found = _find(connection, request)
            points = sum(_count_points(connection, chunk) for chunk in chunks(list(found.runs)))
            files = [file for exp_id in found.experiments for file in read_files_of_experiment(connection, exp_id)]
            for chunk in chunks(list(found.models)):
                files += read_files_of_models(connection, f"id IN ({marks(chunk)})", *chunk)
            lonely = find_lonely(connection, set(found.runs.values()), files)
        return ListTrashResponse(
            experiment_ids=[str(exp_id) for exp_id in found.experiments],
            run_ids=list(found.runs.values()),
            model_ids=list(found.models.values()),
            unknown=found.unknown,
            points=points,
            files=len(lonely),
            bytes=sum(lonely.values()),
        )

    def purge(self, request: PurgeTrash) -> PurgeTrashResponse:
        """Delete runs, then models, then experiments, for good."""
        request.check()
        with self._database.read() as connection:
            found = _find(connection, request)
        runs = _purge(self._database, purge_runs, list(found.runs)[: request.limit])
        self._live_logs.forget_runs(runs)
        models = _purge(self._database, purge_models, list(found.models)[: request.limit - len(runs)])
        remaining = len(found.runs) - len(runs) + len(found.models) - len(models)
        if request.limit < len(found.runs) + len(found.models):
            return PurgeTrashResponse(runs, models, [], remaining + len(found.experiments))
        gone = [
            exp_id for exp_id in found.experiments if self._database.write(partial(purge_experiment, exp_id=exp_id))
        ]
        return PurgeTrashResponse(runs, models, [str(exp_id) for exp_id in gone], 0)

    def collect_blobs(self, request: CollectBlobs) -> CollectBlobsResponse:
        """Delete bytes that nothing names."""
        request.check()
        start = int(request.cursor or 0)
        end = min(start + _FOLDERS_A_CALL, _FOLDERS)
        before = now_ms() - request.grace_ms
        files = size = 0
        if start == 0 and not request.dry_run:
            self._blobs.forget_unfinished(before)
        for folder in range(start, end):
            held = {blob.digest: blob for blob in self._blobs.scan(f"{folder:02x}") if blob.modified_ms <= before}
            for digest in self._unnamed(list(held)):
                if self._blobs.discard(digest, before, dry_run=request.dry_run):
                    files, size = files + 1, size + held[digest].size
        return CollectBlobsResponse(files, size, end / _FOLDERS, str(end) if end < _FOLDERS else "")

    def compact(self, request: Compact) -> CompactResponse:  # noqa: ARG002 - every verb has a request
        """Give the room of deleted rows back to the disk."""
        freed, remaining = self._database.compact()
        return CompactResponse(freed, remaining)

    def _unnamed(self, digests: Sequence[str]) -> Iterator[str]:
        for chunk in chunks(digests):
            with self._database.read() as connection:
                sql = f"SELECT DISTINCT digest FROM artifact WHERE digest IN ({marks(chunk)})"  # noqa: S608 - marks
                named = {row[0] for row in connection.all(sql, chunk)}
            yield from (digest for digest in chunk if digest not in named)


def _purge(
    database: Database, purge: Callable[[Sequence[int], Connection], list[str]], row_ids: Sequence[int]
) -> list[str]:
    """Delete rows, a few in a transaction, and return the names of what was deleted."""
    purged: list[str] = []
    for chunk in chunks(row_ids, _ROWS_A_WRITE):
        purged += database.write(partial(purge, chunk))
    return purged


class _Found(NamedTuple):
    """What a request selects: row ids with the names of runs and models, experiments, and ids that do not exist."""

    runs: dict[int, str]
    models: dict[int, str]
    experiments: list[int]
    unknown: list[str]


def _find(connection: Connection, request: ListTrash) -> _Found:
    return _Found(
        _find_in_trash(connection, "run", request, request.run_ids),
        _find_in_trash(connection, "logged_model", request, request.model_ids),
        _find_experiments(connection, request),
        _check_named(connection, request),
    )


def _check_named(connection: Connection, request: ListTrash) -> list[str]:
    """Return the ids that do not exist; raise `InvalidParameterValue` for one that is not in the trash."""
    experiments = [str(int(experiment_id)) for experiment_id in request.experiment_ids]
    if str(_DEFAULT_EXPERIMENT) in experiments:
        raise InvalidParameterValue("The default experiment '0' cannot be deleted for good. Name its runs.")
    unknown: list[str] = []
    for what, table, column, names in (
        ("Experiment", "experiment", "CAST(id AS TEXT)", experiments),
        ("Run", "run", "uuid", request.run_ids),
        ("Logged model", "logged_model", "uuid", request.model_ids),
    ):
        known: dict[str, int] = {}
        for chunk in chunks(names):
            sql = f"SELECT {column}, deleted FROM {table} WHERE {column} IN ({marks(chunk)})"  # noqa: S608 - constants and marks
            known.update(connection.all(sql, chunk))
        for name in names:
            _check_deleted(what, name, known.get(name, 1))
        unknown += [name for name in dict.fromkeys(names) if name not in known]
    return unknown


def _check_deleted(what: str, name: str, deleted: int) -> None:
    if not deleted:
        raise InvalidParameterValue(f"{what} '{name}' is not in the trash. Delete it first, then collect the trash.")


def _find_in_trash(connection: Connection, table: str, request: ListTrash, names: Sequence[str]) -> dict[int, str]:
    """Return the rows of a table to delete, row id and name, the oldest in the trash first."""
    before = now_ms() - request.older_than_ms
    base = f"SELECT id, uuid, deleted_time FROM {table} WHERE deleted = 1 AND deleted_time <= ?"  # noqa: S608 - constants
    if not (request.experiment_ids or request.run_ids or request.model_ids):
        rows = connection.all(base, (before,))
    else:
        rows = []
        for chunk in chunks([int(experiment_id) for experiment_id in request.experiment_ids]):
            rows += connection.all(f"{base} AND exp_id IN ({marks(chunk)})", (before, *chunk))
        for some in chunks(names):
            rows += connection.all(f"{base} AND uuid IN ({marks(some)})", (before, *some))
    return {row[0]: row[1] for row in sorted(rows, key=lambda row: (row[2], row[0]))}


def _find_experiments(connection: Connection, request: ListTrash) -> list[int]:
    """Return the experiments to delete: those that hold no run which must stay."""
    if (request.run_ids or request.model_ids) and not request.experiment_ids:
        return []
    before = now_ms() - request.older_than_ms
    rows = connection.all(
        "SELECT id FROM experiment WHERE deleted = 1 AND id <> ? AND last_update_time <= ? AND NOT EXISTS "
        "(SELECT 1 FROM run WHERE run.exp_id = experiment.id AND (deleted = 0 OR deleted_time > ?)) ORDER BY id",
        (_DEFAULT_EXPERIMENT, before, before),
    )
    wanted = {int(experiment_id) for experiment_id in request.experiment_ids}
    return [row[0] for row in rows if not wanted or row[0] in wanted]


def _count_points(connection: Connection, run_ids: Sequence[int]) -> int:
    counted: int = connection.all(_COUNT_POINTS.format(runs=marks(run_ids)), (*run_ids, *run_ids))[0][0]
    return int(counted)
