"""Experiments in the database."""

from collections.abc import Sequence

from headwater.loading import loading
from headwater.protocol.endpoint import Empty
from headwater.protocol.errors import InvalidParameterValue, ResourceAlreadyExists, ResourceDoesNotExist
from headwater.protocol.experiments import (
    CreateExperiment,
    CreateExperimentResponse,
    DeleteExperiment,
    DeleteExperimentTag,
    Experiment,
    ExperimentTag,
    GetExperiment,
    GetExperimentByName,
    GetExperimentResponse,
    LifecycleStage,
    RestoreExperiment,
    SearchExperiments,
    SearchExperimentsResponse,
    SetExperimentTag,
    UpdateExperiment,
    check_artifact_location,
)
from headwater.protocol.model_sources import append_path
from headwater.protocol.names import check_experiment_id
from headwater.protocol.paging import decode_page_token, encode_page_token
from headwater.stores.sql.clock import now_ms
from headwater.stores.sql.connection import Connection, Dialect, chunks, marks
from headwater.stores.sql.database import Database

OWN_ARTIFACTS = "mlflow-artifacts:/"
_COLUMNS = "id, name, artifact_location, deleted, creation_time, last_update_time"
_UPSERT_TAG = (
    "INSERT INTO experiment_tag (exp_id, key, value) VALUES (?, ?, ?) "
    "ON CONFLICT (exp_id, key) DO UPDATE SET value = excluded.value"
)


class SqlExperiments:
    """Experiments and their tags, in a database. Thread-safe.

    Args:
        database: the database.
        artifact_root: where experiments keep artifacts that choose no place of their own; empty: with the store.
    """

    def __init__(self, database: Database, artifact_root: str = "") -> None:
        self._database = database
        self._root = artifact_root or OWN_ARTIFACTS
        if artifact_root:
            check_artifact_location(artifact_root)
            database.write(self._move_default)

    def create(self, request: CreateExperiment) -> CreateExperimentResponse:
        """Create an experiment; its name must be new even among the deleted ones."""
        request.check()

        def work(connection: Connection) -> int:
            _check_name_is_free(connection, request.name)
            now = now_ms()
            exp_id = connection.insert(
                "INSERT INTO experiment (name, artifact_location, creation_time, last_update_time) "
                "VALUES (?, ?, ?, ?) RETURNING id",
                (request.name, request.artifact_location, now, now),
            )
            if not request.artifact_location:
                location = append_path(self._root, str(exp_id))
                connection.execute("UPDATE experiment SET artifact_location = ? WHERE id = ?", (location, exp_id))
            tags = {tag.key: tag.value for tag in request.tags}
            connection.many(_UPSERT_TAG, [(exp_id, key, value) for key, value in tags.items()])
            return exp_id

        return CreateExperimentResponse(str(self._database.write(work)))

    def _move_default(self, connection: Connection) -> None:
        """Let the experiment that every database begins with keep artifacts at the root, if it has none yet."""
        connection.execute(
            "UPDATE experiment SET artifact_location = ? WHERE id = 0 AND artifact_location = ? "
            "AND NOT EXISTS (SELECT 1 FROM run WHERE exp_id = 0) "
            "AND NOT EXISTS (SELECT 1 FROM logged_model WHERE exp_id = 0)",
            (append_path(self._root, "0"), append_path(OWN_ARTIFACTS, "0")),
        )

    def get(self, request: GetExperiment) -> GetExperimentResponse:
        """Return an experiment, deleted or not."""
        request.check()
        with self._database.read() as connection:
            found = load_experiments(connection, [int(request.experiment_id)])
        if not found:
            raise unknown_experiment(request.experiment_id)
        return GetExperimentResponse(found[0])

    def get_by_name(self, request: GetExperimentByName) -> GetExperimentResponse:
        """Return an experiment by its name, deleted or not."""
        request.check()
        with self._database.read() as connection:
            row = connection.one("SELECT id FROM experiment WHERE name = ?", (request.experiment_name,))
            found = load_experiments(connection, [row[0]]) if row else []
        if not found:
            raise ResourceDoesNotExist(f"Could not find experiment with name '{request.experiment_name}'")
        return GetExperimentResponse(found[0])

    def search(self, request: SearchExperiments) -> SearchExperimentsResponse:
        """Return one page of the experiments that match."""
        request.check()
        with loading():
            from headwater.stores.sql.search import select_experiments

        offset = decode_page_token(request.page_token)
        with self._database.read() as connection:
            ids = select_experiments(
                connection,
                filter=request.filter,
                order_by=request.order_by,
                view=request.view_type,
                limit=request.max_results + 1,
                offset=offset,
            )
            found = load_experiments(connection, ids[: request.max_results])
        more = len(ids) > request.max_results
        token = encode_page_token(offset + request.max_results) if more else ""
        return SearchExperimentsResponse(found, token)

    def update(self, request: UpdateExperiment) -> Empty:
        """Rename an active experiment."""
        request.check()

        def work(connection: Connection) -> None:
            exp_id = find_experiment(connection, request.experiment_id)
            row = connection.one("SELECT name, deleted FROM experiment WHERE id = ?", (exp_id,))
            if row is None or row[1]:
                raise InvalidParameterValue("Cannot rename a non-active experiment.")
            if row[0] != request.new_name:
                _check_name_is_free(connection, request.new_name)
            connection.execute(
                "UPDATE experiment SET name = ?, last_update_time = ? WHERE id = ?",
                (request.new_name, now_ms(), exp_id),
            )

        self._database.write(work)
        return Empty()

    def delete(self, request: DeleteExperiment) -> Empty:
        """Move an active experiment and all its runs to the trash."""
        request.check()
        self._database.write(lambda connection: _move(connection, request.experiment_id, deleted=True))
        return Empty()

    def restore(self, request: RestoreExperiment) -> Empty:
        """Take a deleted experiment and all its runs out of the trash."""
        request.check()
        self._database.write(lambda connection: _move(connection, request.experiment_id, deleted=False))
        return Empty()

    def set_tag(self, request: SetExperimentTag) -> Empty:
        """Set or replace one tag of an active experiment."""
        request.check()

        def work(connection: Connection) -> None:
            exp_id = find_active_experiment(connection, request.experiment_id)
            connection.execute(_UPSERT_TAG, (exp_id, request.key, request.value))
            connection.execute("UPDATE experiment SET last_update_time = ? WHERE id = ?", (now_ms(), exp_id))

        self._database.write(work)
        return Empty()

    def delete_tag(self, request: DeleteExperimentTag) -> Empty:
        """Remove one tag of an active experiment; it must be there."""
        request.check()

        def work(connection: Connection) -> None:
            exp_id = find_active_experiment(connection, request.experiment_id)
            removed = connection.execute(
                "DELETE FROM experiment_tag WHERE exp_id = ? AND key = ?", (exp_id, request.key)
            )
            if not removed:
                raise ResourceDoesNotExist(
                    f"No tag with name: {request.key} in experiment with id {request.experiment_id}"
                )
            connection.execute("UPDATE experiment SET last_update_time = ? WHERE id = ?", (now_ms(), exp_id))

        self._database.write(work)
        return Empty()


def unknown_experiment(experiment_id: str) -> ResourceDoesNotExist:
    """Return the error for an experiment id that nothing has."""
    return ResourceDoesNotExist(f"No Experiment with id={experiment_id} exists")


def find_experiment(connection: Connection, experiment_id: str) -> int:
    """Return the row id of an experiment, deleted or not; inside a write, keep other servers from changing it."""
    return _find(connection, experiment_id)[0]


def find_active_experiment(connection: Connection, experiment_id: str) -> int:
    """Return the row id of an experiment that is not in the trash."""
    exp_id, deleted = _find(connection, experiment_id)
    if deleted:
        raise InvalidParameterValue(
            f"The experiment {experiment_id} must be in the 'active' state. Current state is deleted."
        )
    return exp_id


def _find(connection: Connection, experiment_id: str) -> tuple[int, bool]:
    lock = " FOR NO KEY UPDATE" if connection.writable and connection.dialect is Dialect.POSTGRESQL else ""
    row = connection.one(
        f"SELECT id, deleted FROM experiment WHERE id = ?{lock}",  # noqa: S608 - two constants
        (check_experiment_id(experiment_id),),
    )
    if row is None:
        raise unknown_experiment(experiment_id)
    return row[0], bool(row[1])


def _check_name_is_free(connection: Connection, name: str) -> None:
    row = connection.one("SELECT deleted FROM experiment WHERE name = ?", (name,))
    if row is not None:
        advice = "It is deleted: restore it, or delete it for good." if row[0] else "Choose another name."
        raise ResourceAlreadyExists(f"Experiment(name={name}) already exists. {advice}")


def _move(connection: Connection, experiment_id: str, *, deleted: bool) -> None:
    exp_id, is_deleted = _find(connection, experiment_id)
    if is_deleted == deleted:
        state = "deleted" if deleted else "active"
        raise ResourceDoesNotExist(f"No Experiment with id={experiment_id} exists: it is {state} already.")
    now = now_ms()
    connection.execute(
        "UPDATE experiment SET deleted = ?, last_update_time = ? WHERE id = ?", (int(deleted), now, exp_id)
    )
    runs = connection.all("SELECT id FROM run WHERE exp_id = ? AND deleted <> ?", (exp_id, int(deleted)))
    for chunk in chunks([row[0] for row in runs]):
        connection.execute(
            f"UPDATE run SET deleted = ?, deleted_time = ? WHERE id IN ({marks(chunk)})",  # noqa: S608 - marks
            (int(deleted), now if deleted else None, *chunk),
        )
        for run_id in chunk:
            connection.touch(run_id)


def load_experiments(connection: Connection, ids: Sequence[int]) -> list[Experiment]:
    """Return experiments by their row ids, in that order; ids that do not exist are left out."""
    found: dict[int, Experiment] = {}
    for chunk in chunks(ids):
        among = f"IN ({marks(chunk)})"
        tags: dict[int, list[ExperimentTag]] = {exp_id: [] for exp_id in chunk}
        query = f"SELECT exp_id, key, value FROM experiment_tag WHERE exp_id {among}"  # noqa: S608 - marks
        for exp_id, key, value in connection.all(query, chunk):
            tags[exp_id].append(ExperimentTag(key, value))
        rows = connection.all(f"SELECT {_COLUMNS} FROM experiment WHERE id {among}", chunk)  # noqa: S608 - marks
        for exp_id, name, location, deleted, created, updated in rows:
            stage = LifecycleStage.DELETED if deleted else LifecycleStage.ACTIVE
            ordered = sorted(tags[exp_id], key=lambda tag: tag.key)
            found[exp_id] = Experiment(str(exp_id), name, location, stage, updated, created, ordered)
    return [found[exp_id] for exp_id in ids if exp_id in found]
