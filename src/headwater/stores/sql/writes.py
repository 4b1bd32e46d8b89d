"""What a write does to a run: made of these pieces by the verbs, and by a client's journal."""

import math
import re
import uuid
from collections.abc import Sequence

from headwater.loading import loading
from headwater.protocol.edits import EditAction
from headwater.protocol.errors import InvalidParameterValue, ResourceAlreadyExists, ResourceDoesNotExist
from headwater.protocol.metrics import Metric
from headwater.protocol.names import MAX_PARAM_VALUE, MAX_RUN_TAG_VALUE, RUN_NAME_TAG
from headwater.protocol.run_names import make_run_name
from headwater.protocol.runs import CreateRun, Param, RunStatus, RunTag, UpdateRun
from headwater.stores.sql.clock import now_ms
from headwater.stores.sql.connection import Connection, marks
from headwater.stores.sql.event_words import note_run_ended
from headwater.stores.sql.experiments import find_active_experiment
from headwater.stores.sql.rows import RunRow

_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", re.ASCII)
_UPSERT_TAG = (
    "INSERT INTO tag (exp_id, key_id, run_id, value) VALUES (?, ?, ?, ?) "
    "ON CONFLICT (run_id, key_id) DO UPDATE SET value = excluded.value"
)
_HAS_POINTS = "SELECT 1 FROM latest WHERE run_id = ? LIMIT 1"


def insert_run(connection: Connection, request: CreateRun) -> RunRow:
    """Create a run that is RUNNING, in an active experiment."""
    exp_id = find_active_experiment(connection, request.experiment_id)
    run_id = request.run_id or uuid.uuid4().hex
    if connection.one("SELECT 1 FROM run WHERE uuid = ?", (run_id,)) is not None:
        raise ResourceAlreadyExists(f"Run with id={run_id} already exists. Leave out the id to get a new one.")
    tags = {tag.key: tag.value for tag in request.tags}
    tags[RUN_NAME_TAG] = name = request.run_name or tags.get(RUN_NAME_TAG) or make_run_name()
    row = connection.one("SELECT artifact_location FROM experiment WHERE id = ?", (exp_id,))
    assert row is not None, "the experiment was found in this transaction"
    location = append_path(row[0], f"{run_id}/artifacts")
    row_id = connection.insert(
        "INSERT INTO run (uuid, exp_id, name, user_id, status, start_time, artifact_uri, changed) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, 0) RETURNING id",
        (run_id, exp_id, name, request.user_id, RunStatus.RUNNING, request.start_time, location),
    )
    run = RunRow(row_id, run_id, exp_id, deleted=False)
    write_tags(connection, run, [RunTag(key, value) for key, value in tags.items()])
    return run


def write_params(connection: Connection, run: RunRow, params: Sequence[Param]) -> list[tuple[Param, str]]:
    """Write params that are new, and return those that are there with another value, each with that value."""
    if not params:
        return []
    values = {param.key: param.value[:MAX_PARAM_VALUE] for param in params}
    ids = connection.key_ids(values)
    rows = connection.all(
        f"SELECT key_id, value FROM param WHERE run_id = ? AND key_id IN ({marks(ids)})",  # noqa: S608 - marks
        (run.id, *ids.values()),
    )
    stored: dict[int, str] = dict(rows)
    connection.many(
        "INSERT INTO param (exp_id, key_id, run_id, value, num) VALUES (?, ?, ?, ?, ?)",
        [
            (run.exp_id, ids[key], run.id, value, parse_number(value))
            for key, value in values.items()
            if ids[key] not in stored
        ],
    )
    connection.touch(run.id)
    return [
        (Param(key, value), stored[ids[key]]) for key, value in values.items() if stored.get(ids[key], value) != value
    ]


def revise_params(connection: Connection, run: RunRow, changed: Sequence[tuple[Param, str]], user_id: str) -> None:
    """Give params that are there a new value, and keep the old one as an edit."""
    ids = connection.key_ids({param.key for param, _ in changed})
    connection.many(
        "UPDATE param SET value = ?, num = ? WHERE run_id = ? AND key_id = ?",
        [(param.value, parse_number(param.value), run.id, ids[param.key]) for param, _ in changed],
    )
    for param, old in changed:
        note_edit(connection, run, EditAction.SET_PARAM, user_id, key=param.key, old=old, new=param.value)


def note_edit(
    connection: Connection,
    run: RunRow,
    action: EditAction,
    user_id: str,
    *,
    key: str = "",
    old: str | None = None,
    new: str | None = None,
) -> None:
    """Keep who changed what of a run, and let its watchers know."""
    connection.execute(
        "INSERT INTO edit (run_id, time, user_id, action, key, old, new) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (run.id, now_ms(), user_id, action, key, old, new),
    )
    connection.touch(run.id)


def write_tags(connection: Connection, run: RunRow, tags: Sequence[RunTag]) -> None:
    """Set tags, of a repeated key the last; the tag that holds the run's name renames the run, unless it is empty."""
    values = {tag.key: tag.value[:MAX_RUN_TAG_VALUE] for tag in tags if tag.value or tag.key != RUN_NAME_TAG}
    if not values:
        return
    ids = connection.key_ids(values)
    connection.many(_UPSERT_TAG, [(run.exp_id, ids[key], run.id, value) for key, value in values.items()])
    if RUN_NAME_TAG in values:
        connection.execute("UPDATE run SET name = ? WHERE id = ?", (values[RUN_NAME_TAG], run.id))
    connection.touch(run.id)


def remove_tag(connection: Connection, run: RunRow, key: str) -> None:
    """Remove a tag; raise `ResourceDoesNotExist` if the run has none of this key."""
    key_id = connection.find_key_ids([key]).get(key)
    removed = connection.execute("DELETE FROM tag WHERE run_id = ? AND key_id = ?", (run.id, key_id))
    if not removed:
        raise ResourceDoesNotExist(f"No tag with name: {key} in run with id {run.uuid}")
    connection.touch(run.id)


def write_metrics(connection: Connection, run: RunRow, metrics: Sequence[Metric]) -> None:
    """Write points."""
    if not metrics:
        return
    with loading():
        from headwater.stores.sql.incoming_points import insert_metrics  # and numpy

    insert_metrics(connection, run, metrics)
    connection.touch(run.id)


def apply_update(connection: Connection, run: RunRow, update: UpdateRun) -> None:
    """Change status, end time and name as far as they are given; the points of a run that ends are sealed."""
    if update.run_name:
        write_tags(connection, run, [RunTag(RUN_NAME_TAG, update.run_name)])
        connection.execute("UPDATE run SET name = ? WHERE id = ?", (update.run_name, run.id))
    if update.end_time is not None:
        connection.execute("UPDATE run SET end_time = ? WHERE id = ?", (update.end_time, run.id))
    if update.status is not None:
        changed = connection.execute(
            "UPDATE run SET status = ? WHERE id = ? AND status <> ?", (update.status, run.id, update.status)
        )
        connection.execute("UPDATE run SET lost = 0 WHERE id = ? AND lost = 1", (run.id,))
        if update.status.is_terminated() and connection.one(_HAS_POINTS, (run.id,)) is not None:
            with loading():
                from headwater.stores.sql.points import seal_run  # and numpy

            seal_run(connection, run.id)
        if changed:
            note_run_ended(connection, run.id, update.status)
        if changed and update.status is RunStatus.FAILED:
            with loading():
                from headwater.stores.sql.alert_rules import check_failed

            check_failed(connection, run)
    connection.touch(run.id)


def move_run(connection: Connection, run: RunRow, *, deleted: bool) -> None:
    """Move a run to the trash or out of it; nothing changes if it is there already."""
    if run.deleted != deleted:
        connection.execute(
            "UPDATE run SET deleted = ?, deleted_time = ? WHERE id = ?",
            (int(deleted), now_ms() if deleted else None, run.id),
        )
        connection.touch(run.id)


def refuse_changed_params(run: RunRow, changed: Sequence[tuple[Param, str]]) -> None:
    """Raise `InvalidParameterValue` if any param was there with another value."""
    if changed:
        listed = [{"key": param.key, "old_value": old, "new_value": param.value} for param, old in changed]
        raise InvalidParameterValue(
            f"Changing param values is not allowed. Params were already logged='{listed}' for run ID='{run.uuid}'."
        )


def describe_changed_param(run: RunRow, param: Param, old: str) -> str:
    """Return the message for one param that was there with another value."""
    return (
        f"Changing param values is not allowed. Param with key='{param.key}' was already logged with value='{old}' "
        f"for run ID='{run.uuid}'. Attempted logging new value '{param.value}'."
    )


def parse_number(text: str) -> float | None:
    """Return the finite number that `text` spells, or None."""
    stripped = text.strip()
    if not _NUMBER.fullmatch(stripped):
        return None
    number = float(stripped)
    return number if math.isfinite(number) else None


def append_path(location: str, path: str) -> str:
    """Return the URI of a path below an artifact location, which may end with a query."""
    base, mark, query = location.partition("?")
    return f"{base.rstrip('/')}/{path}{mark}{query}"
