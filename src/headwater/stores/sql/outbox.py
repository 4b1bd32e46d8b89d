"""The outbox: an event is written in the transaction that makes it happen, once for each webhook that wants it."""

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from headwater.protocol.webhook_events import WebhookEvent
from headwater.stores.sql.clock import now_ms
from headwater.stores.sql.connection import Connection

_FIND_LISTENERS = (
    "SELECT w.id FROM webhook_event e JOIN webhook w ON w.id = e.webhook_id "
    "WHERE e.event = ? AND w.status = 'ACTIVE' ORDER BY w.creation_time, w.id"
)
_INSERT = "INSERT INTO delivery (uuid, webhook_id, event, time, body, next_time) VALUES (?, ?, ?, ?, ?, ?)"


def record_event(connection: Connection, event: str, data: Mapping[str, Any], text: str = "") -> None:
    """Let every active webhook that wants `event` be told of it once this transaction is committed.

    Args:
        connection: a write's.
        event: such as `model_version.created`.
        data: what the event is about, in plain words and numbers.
        text: all of it in one sentence for people, where programs of MLflow do not read along.
    """
    queue_event(connection, find_listeners(connection, event), event, data, text)


def find_listeners(connection: Connection, event: str) -> list[str]:
    """Return the active webhooks that want to be told of an event."""
    return [row[0] for row in connection.all(_FIND_LISTENERS, (event,))]


def queue_event(
    connection: Connection, webhook_ids: list[str], event: str, data: Mapping[str, Any], text: str = ""
) -> None:
    """Let these webhooks be told of an event, whether they want it or not."""
    if not webhook_ids:
        return
    now = now_ms()
    body = spell_body(WebhookEvent.from_str(event), data, now, text).decode()
    connection.many(_INSERT, [(str(uuid.uuid4()), webhook_id, event, now, body, now) for webhook_id in webhook_ids])


def spell_body(event: WebhookEvent, data: Mapping[str, Any], time_ms: int, text: str = "") -> bytes:
    """Return what is sent: MLflow's words, and ours for people where there is a `text`."""
    message: dict[str, Any] = {
        "entity": event.entity.lower(),
        "action": event.action.lower(),
        "timestamp": datetime.fromtimestamp(time_ms / 1000, UTC).isoformat(timespec="milliseconds"),
        "data": data,
    }
    return msgspec.json.encode(message | ({"text": text} if text else {}))
