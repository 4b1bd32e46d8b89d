"""Renaming, revising and deleting a metric or param of a run; every change is noted.

Every function is called inside a write that has locked the run.
"""

from headwater.protocol.edits import EditAction
from headwater.protocol.errors import ResourceAlreadyExists, ResourceDoesNotExist
from headwater.protocol.names import MAX_PARAM_VALUE
from headwater.protocol.runs import Param
from headwater.stores.sql.connection import Connection
from headwater.stores.sql.history import delete_metric, rename_metric
from headwater.stores.sql.rows import RunRow
from headwater.stores.sql.writes import note_edit, revise_params, write_params


def drop_metric(connection: Connection, run: RunRow, key: str, user_id: str) -> int:
    """Drop all points of a metric and return how many there were."""
    dropped = delete_metric(connection, run, key)
    if dropped:
        note_edit(connection, run, EditAction.DELETE_METRIC, user_id, key=key, old=str(dropped))
    return dropped


def move_metric(connection: Connection, run: RunRow, old: str, new: str, user_id: str) -> int:
    """Give a metric another name and return how many points it has; 0 if that was done before."""
    try:
        moved = rename_metric(connection, run, old, new)
    except ResourceDoesNotExist:
        if _was_renamed(connection, run, EditAction.RENAME_METRIC, old, new):
            return 0
        raise
    if moved:
        note_edit(connection, run, EditAction.RENAME_METRIC, user_id, key=new, old=old, new=new)
    return moved


def read_param(connection: Connection, run: RunRow, key: str) -> str | None:
    """Return the value of a param, None if there is none."""
    key_id = connection.find_key_ids([key]).get(key, 0)
    row = connection.one("SELECT value FROM param WHERE run_id = ? AND key_id = ?", (run.id, key_id))
    return row[0] if row else None


def put_param(connection: Connection, run: RunRow, key: str, value: str, user_id: str) -> str | None:
    """Give a param a value and return the one before."""
    old = read_param(connection, run, key)
    changed = write_params(connection, run, [Param(key, value)])
    if old is None:
        note_edit(connection, run, EditAction.SET_PARAM, user_id, key=key, new=value[:MAX_PARAM_VALUE])
    revise_params(connection, run, changed, user_id)
    return old


def drop_param(connection: Connection, run: RunRow, key: str, user_id: str) -> str | None:
    """Drop a param and return the value that it had."""
    old = read_param(connection, run, key)
    if old is not None:
        _delete_param(connection, run, key)
        note_edit(connection, run, EditAction.DELETE_PARAM, user_id, key=key, old=old)
    return old


def move_param(connection: Connection, run: RunRow, old: str, new: str, user_id: str) -> None:
    """Give a param another name; nothing changes if that was done before."""
    value, taken = read_param(connection, run, old), read_param(connection, run, new)
    if value is None:
        if _was_renamed(connection, run, EditAction.RENAME_PARAM, old, new):
            return
        raise ResourceDoesNotExist(f"No param '{old}' in run '{run.uuid}'. See its params for the exact name.")
    if old == new:
        return
    if taken is not None:
        raise ResourceAlreadyExists(f"Run '{run.uuid}' has a param '{new}' already. Delete or rename it first.")
    _delete_param(connection, run, old)
    write_params(connection, run, [Param(new, value)])
    note_edit(connection, run, EditAction.RENAME_PARAM, user_id, key=new, old=old, new=new)


def _was_renamed(connection: Connection, run: RunRow, action: EditAction, old: str, new: str) -> bool:
    """Return whether a key was renamed so before, which makes the same request once more no error."""
    sql = "SELECT 1 FROM edit WHERE run_id = ? AND action = ? AND old = ? AND new = ? LIMIT 1"
    return connection.one(sql, (run.id, action, old, new)) is not None


def _delete_param(connection: Connection, run: RunRow, key: str) -> None:
    key_id = connection.find_key_ids([key])[key]
    connection.execute("DELETE FROM param WHERE run_id = ? AND key_id = ?", (run.id, key_id))
