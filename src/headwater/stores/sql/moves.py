"""Runs that move to another experiment, and runs that are made of others."""

import uuid
from collections.abc import Iterable, Sequence

from headwater.protocol.edits import CopyRun, EditAction, MoveRuns
from headwater.protocol.errors import InvalidParameterValue, ResourceAlreadyExists, ResourceDoesNotExist
from headwater.protocol.names import RUN_NAME_TAG
from headwater.protocol.runs import CreateRun, RunStatus, RunTag
from headwater.stores.sql.artifacts import copy_tree
from headwater.stores.sql.clock import now_ms
from headwater.stores.sql.connection import Connection, Dialect, chunks, marks
from headwater.stores.sql.event_words import note_run_created
from headwater.stores.sql.experiments import find_active_experiment
from headwater.stores.sql.history import copy_history
from headwater.stores.sql.inputs import copy_inputs, move_inputs
from headwater.stores.sql.rows import RunRow, find_run, load_info
from headwater.stores.sql.run_pages import PARENT_TAG
from headwater.stores.sql.writes import insert_run

ORIGIN_TAG, ORIGIN_STEP_TAG = "headwater.origin", "headwater.originStep"

_KEYED_TABLES = ("latest", "param", "tag")
_ANYWHERE = "tag.exp_id IN (SELECT id FROM experiment)"  # the index of values begins with the experiment
_OF_ARTIFACTS = {"mlflow.log-model.history", "mlflow.loggedArtifacts", "mlflow.loggedImages"}
_NOT_COPIED = {PARENT_TAG, RUN_NAME_TAG, ORIGIN_TAG, ORIGIN_STEP_TAG, "headwater.rejected"}


def move_runs(connection: Connection, request: MoveRuns) -> list[str]:
    """Move runs to an experiment and return the ids of those that were elsewhere."""
    exp_id = find_active_experiment(connection, request.experiment_id)
    runs = find_all_runs(connection, request.run_ids)
    if request.children:
        runs |= _lock_runs(connection, find_descendants(connection, runs))
    moving = [run for run in runs.values() if run.exp_id != exp_id]
    now = now_ms()
    for chunk in chunks([run.id for run in moving]):
        connection.execute(f"UPDATE run SET exp_id = ? WHERE id IN ({marks(chunk)})", (exp_id, *chunk))  # noqa: S608 - marks
        for table in _KEYED_TABLES:
            sql = f"UPDATE {table} SET exp_id = ? WHERE run_id IN ({marks(chunk)})"  # noqa: S608 - constants and marks
            connection.execute(sql, (exp_id, *chunk))
        move_inputs(connection, chunk, exp_id)
    for some in chunks([run.uuid for run in moving]):
        sql = f"UPDATE logged_model SET exp_id = ? WHERE source_run_id IN ({marks(some)})"  # noqa: S608 - marks
        connection.execute(sql, (exp_id, *some))
    connection.many(
        "INSERT INTO edit (run_id, time, user_id, action, key, old, new) VALUES (?, ?, ?, ?, '', ?, ?)",
        [(run.id, now, request.user_id, EditAction.MOVE, str(run.exp_id), str(exp_id)) for run in moving],
    )
    for run in moving:
        connection.touch(run.id)
    return [run.uuid for run in moving]


def copy_run(connection: Connection, request: CopyRun) -> int:
    """Make a run of another and return its row's id; one made by the same request before is found again."""
    source = find_run(connection, request.run_id, active=False)
    new_run_id = request.new_run_id or uuid.uuid4().hex
    made = connection.one("SELECT id FROM run WHERE uuid = ?", (new_run_id,))
    if made is not None:
        if _read_tags(connection, made[0]).get(ORIGIN_TAG) != source.uuid:
            raise ResourceAlreadyExists(f"Run with id={new_run_id} already exists. Leave out the id to get a new one.")
        return int(made[0])
    info = load_info(connection, source.id)
    tags = _read_tags(connection, source.id)
    left_out = _NOT_COPIED if request.artifacts else _NOT_COPIED | _OF_ARTIFACTS
    tags = {key: value for key, value in tags.items() if key not in left_out} | _origin_tags(request)
    target = insert_run(
        connection,
        CreateRun(
            experiment_id=request.experiment_id or info.experiment_id,
            user_id=request.user_id or info.user_id,
            run_name=request.run_name or f"{info.run_name}-{'fork' if request.history else 'copy'}",
            start_time=request.start_time or now_ms(),
            tags=[RunTag(key, value) for key, value in tags.items()],
            run_id=new_run_id,
        ),
    )
    connection.execute("UPDATE run SET status = ? WHERE id = ?", (RunStatus.SCHEDULED, target.id))
    connection.execute(
        "INSERT INTO param (exp_id, key_id, run_id, value, num) "
        "SELECT CAST(? AS BIGINT), key_id, CAST(? AS BIGINT), value, num FROM param WHERE run_id = ?",
        (target.exp_id, target.id, source.id),
    )
    copy_inputs(connection, source, target)
    if request.history:
        copy_history(connection, source, target, request.step)
    if request.artifacts:
        copy_tree(connection, source.uuid, target.uuid)
    note_run_created(connection, target.id)
    return target.id


def _origin_tags(request: CopyRun) -> dict[str, str]:
    tags = {ORIGIN_TAG: request.run_id}
    if request.history:
        tags[PARENT_TAG] = request.run_id
    if request.step is not None:
        tags[ORIGIN_STEP_TAG] = str(request.step)
    return tags


def _read_tags(connection: Connection, run_id: int) -> dict[str, str]:
    rows = connection.all("SELECT key_id, value FROM tag WHERE run_id = ?", (run_id,))
    names = connection.key_names({row[0] for row in rows})
    return {names[key_id]: value for key_id, value in rows}


def find_all_runs(connection: Connection, run_ids: Sequence[str]) -> dict[str, RunRow]:
    """Return the runs, kept from other servers' writes; raise `ResourceDoesNotExist` if there is one less."""
    runs = _lock_runs(connection, run_ids)
    if absent := next((run_id for run_id in run_ids if run_id not in runs), None):
        raise ResourceDoesNotExist(f"Run with id={absent} not found")
    return runs


def refuse_archived(runs: Iterable[RunRow]) -> None:
    """Raise `InvalidParameterValue` if a run is in the trash."""
    archived = next((run for run in runs if run.deleted), None)
    if archived is not None:
        raise InvalidParameterValue(
            f"The run {archived.uuid} must be in the 'active' state. Current state is deleted. Restore it first."
        )


def _lock_runs(connection: Connection, run_ids: Iterable[str]) -> dict[str, RunRow]:
    """Return the runs that exist, kept from other servers' writes; always in one order, so that none waits for ever."""
    lock = " ORDER BY id FOR NO KEY UPDATE" if connection.dialect is Dialect.POSTGRESQL else " ORDER BY id"
    found: dict[str, RunRow] = {}
    for chunk in chunks(sorted(set(run_ids))):
        sql = f"SELECT id, uuid, exp_id, deleted FROM run WHERE uuid IN ({marks(chunk)}){lock}"  # noqa: S608 - marks
        found.update(
            (run_id, RunRow(row_id, run_id, exp_id, deleted=bool(deleted)))
            for row_id, run_id, exp_id, deleted in connection.all(sql, chunk)
        )
    return found


def find_descendants(connection: Connection, run_ids: Iterable[str]) -> set[str]:
    """Return the ids of the runs' children, theirs, and so on, in whichever experiment they are."""
    key_id = connection.find_key_ids([PARENT_TAG]).get(PARENT_TAG)
    known = set(run_ids)
    found: set[str] = set()
    generation: Sequence[str] = list(known)
    while generation and key_id is not None:
        children: set[str] = set()
        for chunk in chunks(generation):
            where = f"tag.key_id = ? AND tag.value IN ({marks(chunk)})"
            sql = f"SELECT run.uuid FROM tag JOIN run ON run.id = tag.run_id WHERE {_ANYWHERE} AND {where}"  # noqa: S608 - marks
            children.update(row[0] for row in connection.all(sql, (key_id, *chunk)))
        generation = sorted(children - known - found)
        found.update(generation)
    return found
