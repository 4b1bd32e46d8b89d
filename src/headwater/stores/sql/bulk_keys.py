"""Renaming and deleting metrics and params of many runs, and what takes it back."""

from collections import defaultdict
from collections.abc import Iterable

import msgspec

from headwater.protocol.bulk import EditKeys, EditKeysResponse, KeyChange
from headwater.protocol.columns import KeyKind
from headwater.protocol.contexts import normal_metric_key
from headwater.protocol.errors import ResourceDoesNotExist
from headwater.stores.sql.connection import Connection
from headwater.stores.sql.key_edits import drop_metric, drop_param, move_metric, move_param, put_param, read_param
from headwater.stores.sql.moves import find_all_runs, refuse_archived
from headwater.stores.sql.rows import RunRow


def edit_keys(connection: Connection, request: EditKeys) -> EditKeysResponse:
    """Make the changes in their order; the answer takes them back in the other."""
    runs = find_all_runs(connection, [run_id for change in request.changes for run_id in change.run_ids])
    refuse_archived(runs.values())
    changed: set[str] = set()
    undo: list[KeyChange] = []
    points = 0
    for change in request.changes:
        some = [runs[run_id] for run_id in dict.fromkeys(change.run_ids)]
        if change.kind is KeyKind.PARAM:
            back = _change_param(connection, some, change, request.user_id)
        elif change.new_key:
            back = _rename_metric(connection, some, change, request.user_id)
        else:
            back = []
            dropped = {run.uuid: _drop_points(connection, run, change, request.user_id) for run in some}
            points += sum(dropped.values())
            changed.update(run_id for run_id, count in dropped.items() if count)
        changed.update(run_id for one in back for run_id in one.run_ids)
        undo = back + undo
    for run_id in changed:
        connection.touch(runs[run_id].id)
    return EditKeysResponse([run_id for run_id in runs if run_id in changed], points, undo)


def _drop_points(connection: Connection, run: RunRow, change: KeyChange, user_id: str) -> int:
    return drop_metric(connection, run, normal_metric_key(change.key), user_id)


def _rename_metric(connection: Connection, runs: Iterable[RunRow], change: KeyChange, user_id: str) -> list[KeyChange]:
    old, new = normal_metric_key(change.key), normal_metric_key(change.new_key)
    renamed = []
    for run in runs:
        try:
            points = move_metric(connection, run, old, new, user_id)
        except ResourceDoesNotExist:
            continue
        if points:
            renamed.append(run.uuid)
    return [KeyChange(renamed, change.kind, new, new_key=old)] if renamed else []


def _change_param(connection: Connection, runs: Iterable[RunRow], change: KeyChange, user_id: str) -> list[KeyChange]:
    before: dict[str | None, list[str]] = defaultdict(list)
    for run in runs:
        old = read_param(connection, run, change.key)
        if change.value is not None:
            put_param(connection, run, change.key, change.value, user_id)
        elif old is None or change.new_key == change.key:
            continue
        elif change.new_key:
            move_param(connection, run, change.key, change.new_key, user_id)
        else:
            drop_param(connection, run, change.key, user_id)
        if old != change.value:
            before[old].append(run.uuid)
    if change.new_key:
        renamed = [run_id for run_ids in before.values() for run_id in run_ids]
        return [KeyChange(renamed, change.kind, change.new_key, new_key=change.key)] if renamed else []
    back = KeyChange([], change.kind, change.key)
    return [msgspec.structs.replace(back, run_ids=run_ids, value=value) for value, run_ids in before.items()]
