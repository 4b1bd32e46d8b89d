"""Rolling an alias or a stage back to the version that had it before, as the log tells."""

from headwater.protocol.errors import InvalidParameterValue, ResourceConflict
from headwater.protocol.governance import RegistryAction, RollBack, RollBackResponse
from headwater.protocol.model_names import ARCHIVED
from headwater.stores.sql.clock import now_ms
from headwater.stores.sql.connection import Connection
from headwater.stores.sql.policies import load_policy
from headwater.stores.sql.promotion import find_alias, find_stage, move_stage, point_alias
from headwater.stores.sql.registry_log import record
from headwater.stores.sql.registry_rows import VersionRow, find_model, touch_model

_ALIAS_MOVES = """
SELECT e.old, e.new, c.action FROM registry_event e LEFT JOIN registry_event c ON c.id = e.cause_id
WHERE e.model_id = ? AND e.action IN (?, ?) AND e.key = ? ORDER BY e.id
"""
_STAGE_MOVES = """
SELECT id, action, version, old FROM registry_event
WHERE model_id = ? AND ((action = ? AND new = ? AND cause_id = 0) OR (action = ? AND key = ?)) ORDER BY id
"""


def roll_back(connection: Connection, request: RollBack) -> RollBackResponse:
    """Give an alias or a stage back; raise `InvalidParameterValue` if no version had it before."""
    model_id = find_model(connection, request.name)
    if request.alias:
        return _roll_back_alias(connection, model_id, request)
    return _roll_back_stage(connection, model_id, request)


def _roll_back_alias(connection: Connection, model_id: int, request: RollBack) -> RollBackResponse:
    current = find_alias(connection, model_id, request.alias)
    old = "" if current is None else str(current)
    _check_expected(request, old)
    before = _find_before(connection, model_id, request.alias)
    if before is None:
        raise InvalidParameterValue(
            f"No other version of model '{request.name}' that is still there had the alias '{request.alias}' before. "
            "Set the alias to the version that you want."
        )
    cause_id = _record(connection, model_id, request, f"@{request.alias}", old, before.number)
    point_alias(connection, before, request.name, request.alias, request, cause_id=cause_id)
    return RollBackResponse(old, str(before.number))


def _find_before(connection: Connection, model_id: int, alias: str) -> VersionRow | None:
    """Return the version that had an alias before the one that has it now; what was rolled back does not count."""
    moves = (RegistryAction.SET_ALIAS.value, RegistryAction.DELETE_ALIAS.value)
    stack: list[str | None] = []
    for old, new, cause in connection.all(_ALIAS_MOVES, (model_id, *moves, alias)):
        if cause == RegistryAction.ROLL_BACK.value:
            while stack and stack[-1] != new:
                stack.pop()
        elif old is not None and (not stack or stack[-1] != old):
            stack.append(old)  # from before the log began
        if not stack or stack[-1] != new:
            stack.append(new)
    for number in reversed(stack[:-1]):
        if number is not None and number != stack[-1] and (found := _find(connection, model_id, int(number))):
            return found
    return None


def _roll_back_stage(connection: Connection, model_id: int, request: RollBack) -> RollBackResponse:
    stage = load_policy(connection, model_id).find_stage(request.stage)
    entered: list[tuple[int, int, str]] = []
    moves = (RegistryAction.MOVE_STAGE.value, stage, RegistryAction.ROLL_BACK.value, stage)
    for event_id, action, number, old in connection.all(_STAGE_MOVES, (model_id, *moves)):
        if action == RegistryAction.MOVE_STAGE.value:
            entered.append((event_id, number, old))
        else:
            entered = [move for move in entered if str(move[1]) != old]
    for index, (event_id, number, old) in reversed(list(enumerate(entered))):
        version = _find(connection, model_id, number)
        if version is not None and find_stage(connection, version) == stage:
            back = _find_replaced(connection, version, stage, event_id, [move[1] for move in entered[:index]])
            return _undo_stage(connection, version, request, stage, old, back)
    raise InvalidParameterValue(
        f"No version of model '{request.name}' that entered the stage '{stage}' is still there. "
        "Move the version that you want."
    )


def _find_replaced(
    connection: Connection, version: VersionRow, stage: str, event_id: int, earlier: list[int]
) -> list[VersionRow]:
    """Return what comes back to a stage when a version leaves it: what was archived for it, else who was there before.

    Nobody needs to come back to a stage that others are in.
    """
    moved = (event_id, RegistryAction.MOVE_STAGE.value)
    archived = connection.all("SELECT version FROM registry_event WHERE cause_id = ? AND action = ?", moved)
    found = [_find(connection, version.model_id, row[0]) for row in archived]
    back = [other for other in found if other is not None and find_stage(connection, other) == ARCHIVED]
    others = connection.one(
        "SELECT 1 FROM model_version WHERE model_id = ? AND stage = ? AND id <> ?",
        (version.model_id, stage, version.id),
    )
    if back or others is not None:
        return back
    before = (_find(connection, version.model_id, number) for number in reversed(earlier) if number != version.number)
    return [other for other in before if other is not None][:1]


def _undo_stage(
    connection: Connection, version: VersionRow, request: RollBack, stage: str, old: str, back: list[VersionRow]
) -> RollBackResponse:
    """Take a version out of a stage again, and bring others back."""
    _check_expected(request, str(version.number))
    rows = connection.all(
        "SELECT version FROM model_version WHERE model_id = ? AND stage = ? AND id <> ?",
        (version.model_id, stage, version.id),
    )
    heir = max([*(row[0] for row in rows), *(other.number for other in back)], default=None)
    if heir is None:
        raise InvalidParameterValue(
            f"No other version of model '{request.name}' was in the stage '{stage}' before version {version.number}. "
            "Move the version that you want."
        )
    stages = load_policy(connection, version.model_id).all_stages
    cause_id, now = _record(connection, version.model_id, request, stage, str(version.number), heir), now_ms()
    move_stage(connection, version, request.name, old if old in stages else ARCHIVED, now, request, cause_id=cause_id)
    for other in back:
        move_stage(connection, other, request.name, stage, now, request, cause_id=cause_id)
    touch_model(connection, version.model_id, now)
    return RollBackResponse(str(version.number), str(heir))


def _check_expected(request: RollBack, current: str) -> None:
    if request.version and str(int(request.version)) != current:
        target = f"@{request.alias}" if request.alias else request.stage
        raise ResourceConflict(
            f"Version '{current}' of model '{request.name}' is '{target}', not version {request.version}. "
            "Look again before you roll back."
        )


def _record(connection: Connection, model_id: int, request: RollBack, target: str, old: str, new: int) -> int:
    return record(
        connection,
        model_id,
        request.name,
        RegistryAction.ROLL_BACK,
        request,
        version=new,
        key=target,
        old=old or None,
        new=str(new),
    )


def _find(connection: Connection, model_id: int, number: int) -> VersionRow | None:
    row = connection.one("SELECT id FROM model_version WHERE model_id = ? AND version = ?", (model_id, number))
    return VersionRow(row[0], model_id, number) if row else None
