"""Rows of webhooks and of their deliveries: finding, and turning rows into what goes on the wire."""

from collections.abc import Sequence
from typing import Any

import msgspec

from headwater.protocol.errors import ResourceDoesNotExist
from headwater.protocol.webhook_events import OURS, WebhookEvent
from headwater.protocol.webhooks import (
    CreateWebhook,
    Delivery,
    DeliveryStatus,
    UpdateWebhook,
    Webhook,
    WebhookStatus,
)
from headwater.stores.sql.connection import Connection, chunks, marks

_COLUMNS = "id, name, description, url, status, creation_time, last_update_time"
_DELIVERY_COLUMNS = (
    "uuid, webhook_id, event, status, time, attempts, last_time, next_time, response_status, error, body"
)
_FIND_THEIRS = (
    "SELECT 1 FROM webhook_event e WHERE e.webhook_id = webhook.id "
    "AND e.event NOT LIKE 'run.%' AND e.event NOT LIKE 'alert.%'"
)
_INSERT_EVENT = "INSERT INTO webhook_event (event, webhook_id, position) VALUES (?, ?, ?)"


def insert_webhook(connection: Connection, webhook_id: str, request: CreateWebhook, now: int) -> None:
    """Keep a new webhook."""
    connection.execute(
        "INSERT INTO webhook (id, name, description, url, secret, status, creation_time, last_update_time) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (webhook_id, request.name, request.description, request.url, request.secret, request.status, now, now),
    )
    _insert_events(connection, webhook_id, request.events)


def update_webhook(connection: Connection, request: UpdateWebhook, now: int) -> None:
    """Change what is given of a webhook; raise `ResourceDoesNotExist` if there is none."""
    given: dict[str, object] = {"last_update_time": now, "paused_until": 0}
    given |= {name: value for name in ("name", "url") if (value := getattr(request, name))}
    given |= {
        name: value for name in ("description", "secret", "status") if (value := getattr(request, name)) is not None
    }
    columns = ", ".join(f"{name} = ?" for name in given)
    if not connection.execute(f"UPDATE webhook SET {columns} WHERE id = ?", (*given.values(), request.webhook_id)):  # noqa: S608 - our names
        raise no_webhook(request.webhook_id)
    if request.events:
        connection.execute("DELETE FROM webhook_event WHERE webhook_id = ?", (request.webhook_id,))
        _insert_events(connection, request.webhook_id, request.events)


def load_webhook(connection: Connection, webhook_id: str) -> Webhook:
    """Return a webhook; raise `ResourceDoesNotExist` if there is none."""
    rows = connection.all(f"SELECT {_COLUMNS} FROM webhook WHERE id = ?", (webhook_id,))  # noqa: S608 - constant columns
    if not rows:
        raise no_webhook(webhook_id)
    return _with_events(connection, rows)[0]


def load_webhooks(connection: Connection, limit: int, offset: int, *, with_ours: bool) -> list[Webhook]:
    """Return webhooks, the newest first; those that want events of ours alone only if asked to."""
    where = "" if with_ours else f" WHERE EXISTS ({_FIND_THEIRS})"
    query = f"SELECT {_COLUMNS} FROM webhook{where} ORDER BY creation_time DESC, id DESC LIMIT ? OFFSET ?"  # noqa: S608 - constants
    return _with_events(connection, connection.all(query, (limit, offset)))


def load_deliveries(
    connection: Connection, webhook_id: str, status: DeliveryStatus | None, limit: int, offset: int
) -> list[Delivery]:
    """Return deliveries, the newest first."""
    conditions = {"webhook_id": webhook_id, "status": status}
    given = {name: value for name, value in conditions.items() if value}
    where = "".join(f" AND {name} = ?" for name in given)
    rows = connection.all(
        f"SELECT {_DELIVERY_COLUMNS} FROM delivery WHERE 1 = 1{where} ORDER BY id DESC LIMIT ? OFFSET ?",  # noqa: S608 - our names
        (*given.values(), limit, offset),
    )
    return [_delivery(row) for row in rows]


def no_webhook(webhook_id: str) -> ResourceDoesNotExist:
    """Return the error for a webhook that is not there."""
    return ResourceDoesNotExist(f"Webhook with ID '{webhook_id[:100]}' not found. It may have been deleted.")


def _insert_events(connection: Connection, webhook_id: str, events: Sequence[WebhookEvent]) -> None:
    names = list(dict.fromkeys(map(str, events)))
    connection.many(_INSERT_EVENT, [(name, webhook_id, position) for position, name in enumerate(names)])


def _with_events(connection: Connection, rows: Sequence[tuple[Any, ...]]) -> list[Webhook]:
    events: dict[str, list[WebhookEvent]] = {row[0]: [] for row in rows}
    for chunk in chunks(list(events)):
        query = f"SELECT webhook_id, event FROM webhook_event WHERE webhook_id IN ({marks(chunk)}) ORDER BY position"  # noqa: S608 - marks
        for webhook_id, event in connection.all(query, chunk):
            events[webhook_id].append(WebhookEvent.from_str(event))
    return [_webhook(row, events[row[0]]) for row in rows]


def _webhook(row: tuple[Any, ...], events: list[WebhookEvent]) -> Webhook:
    webhook_id, name, description, url, status, created, updated = row
    return Webhook(
        webhook_id=webhook_id,
        name=name,
        description=description or msgspec.UNSET,
        url=url,
        events=[event for event in events if event.entity not in OURS],
        status=WebhookStatus(status),
        creation_timestamp=created,
        last_updated_timestamp=updated,
        headwater_events=[event for event in events if event.entity in OURS],
    )


def _delivery(row: tuple[Any, ...]) -> Delivery:
    uuid, webhook_id, event, status, time, attempts, last_time, next_time, response_status, error, body = row
    return Delivery(
        delivery_id=uuid,
        webhook_id=webhook_id,
        event=event,
        status=DeliveryStatus(status),
        creation_time=time,
        attempts=attempts,
        last_attempt_time=last_time,
        next_attempt_time=next_time,
        response_status=response_status,
        error_message=error,
        body=body,
    )
