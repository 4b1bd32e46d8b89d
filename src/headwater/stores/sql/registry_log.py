"""The log of the registry: every change is written down inside the transaction that makes it, and never changed."""

from headwater.protocol.attributed import Attributed
from headwater.protocol.governance import ListEvents, ListEventsResponse, RegistryAction, RegistryEvent
from headwater.stores.sql.clock import now_ms
from headwater.stores.sql.connection import Connection, marks
from headwater.stores.sql.event_words import note_alias, note_model_tag, note_version_tag

_INSERT = """
INSERT INTO registry_event (model_id, time, action, name, user_id, version, key, old, new, reason, cause_id)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id
"""
_COLUMNS = "id, time, action, name, user_id, version, key, old, new, reason, cause_id"
_BEARERS = (
    "SELECT id FROM registered_model WHERE name = ? "
    "UNION SELECT model_id FROM registry_event WHERE name = ? AND action = ?"
)

REGISTRY = 0
"""Stands in the log for the registry as a whole."""


def record(
    connection: Connection,
    model_id: int,
    name: str,
    action: RegistryAction,
    who: Attributed,
    *,
    version: int | None = None,
    key: str = "",
    old: str | None = None,
    new: str | None = None,
    cause_id: int = 0,
) -> int:
    """Write down what this transaction does, and return the event's id.

    This is the one place that every change of the registry passes, before it is committed.
    """
    row = (model_id, now_ms(), action.value, name, who.user_id, version, key, old, new, who.reason, cause_id)
    event_id = connection.insert(_INSERT, row)
    _tell_webhooks(connection, model_id, name, action, version, key, new, is_part=cause_id > 0)
    return event_id


def _tell_webhooks(
    connection: Connection,
    model_id: int,
    name: str,
    action: RegistryAction,
    version: int | None,
    key: str,
    new: str | None,
    *,
    is_part: bool,
) -> None:
    """Tell of tags and aliases; of models and versions it is told once they have their tags, which are `is_part`."""
    match action:
        case RegistryAction.SET_ALIAS | RegistryAction.DELETE_ALIAS:
            note_alias(connection, model_id, name, key, new)
        case RegistryAction.SET_MODEL_TAG | RegistryAction.DELETE_MODEL_TAG if not is_part:
            note_model_tag(connection, model_id, name, key, new)
        case RegistryAction.SET_VERSION_TAG | RegistryAction.DELETE_VERSION_TAG if not is_part:
            note_version_tag(connection, model_id, name, str(version), key, new)
        case _:
            return


def list_events(connection: Connection, request: ListEvents) -> ListEventsResponse:
    """Return one page of the log of the models that have, or had when they were deleted, the name asked for."""
    conditions, params = [], list[object]()
    if request.name:
        conditions.append(f"model_id IN ({_BEARERS})")
        params += [request.name, request.name, RegistryAction.DELETE_MODEL.value]
    if request.version:
        conditions.append("version = ?")
        params.append(int(request.version))
    if request.actions:
        conditions.append(f"action IN ({marks(request.actions)})")
        params += [action.value for action in request.actions]
    if request.page_token:
        conditions.append("id < ?" if request.newest_first else "id > ?")
        params.append(int(request.page_token))
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    order = "id DESC" if request.newest_first else "id"
    rows = connection.all(
        f"SELECT {_COLUMNS} FROM registry_event {where} ORDER BY {order} LIMIT ?",  # noqa: S608 - constants
        (*params, request.max_results + 1),
    )
    events = [_event(*row) for row in rows[: request.max_results]]
    more = len(rows) > request.max_results
    return ListEventsResponse(events, str(events[-1].event_id) if more else "")


def _event(
    event_id: int,
    time: int,
    action: str,
    name: str,
    user_id: str,
    version: int | None,
    key: str,
    old: str | None,
    new: str | None,
    reason: str,
    cause_id: int,
) -> RegistryEvent:
    return RegistryEvent(
        event_id=event_id,
        time=time,
        action=RegistryAction(action),
        name=name,
        user_id=user_id,
        version="" if version is None else str(version),
        key=key,
        old=old,
        new=new,
        reason=reason,
        cause_id=cause_id,
    )
