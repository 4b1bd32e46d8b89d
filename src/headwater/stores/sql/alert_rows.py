"""Alerts in the database: raising one, and reading what was raised."""

from collections.abc import Sequence
from typing import Any

from headwater.protocol.alerts import Alert, AlertLevel, AlertNote, AlertRule
from headwater.protocol.errors import InvalidParameterValue
from headwater.stores.sql.clock import now_ms
from headwater.stores.sql.connection import Connection
from headwater.stores.sql.outbox import find_listeners, queue_event
from headwater.stores.sql.rows import RunRow

MAX_ALERTS_OF_A_RUN = 10_000
SENT_AN_HOUR = 100
"""So many alerts of one run's program are sent to webhooks in an hour; the rest is kept only."""

RAISED = "alert.raised"

_HOUR_MS = 3_600_000
_COLUMNS = "a.id, r.uuid, CAST(r.exp_id AS TEXT), r.name, a.time, a.level, a.title, a.text, a.rule_id"
_INSERT = (
    "INSERT INTO alert (run_id, time, received, level, title, text, rule_id) VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id"
)


def raise_alert(connection: Connection, run: RunRow, note: AlertNote, rule: AlertRule | None = None) -> Alert:
    """Keep an alert of a run, its program's or a rule's, and let webhooks be told; call it inside a write.

    Raises `InvalidParameterValue` if the run has too many.
    """
    is_sent = rule is not None or _may_send(connection, run)
    now = now_ms()
    row = (run.id, note.time or now, now, note.level, note.title, note.text, rule.rule_id if rule else "")
    (alert,) = load_alerts(connection, "a.id = ?", [connection.insert(_INSERT, row)])
    connection.touch(run.id)
    if is_sent:
        _tell(connection, alert, rule)
    return alert


def load_alerts(
    connection: Connection, where: str, params: Sequence[object], *, limit: int = 1, offset: int = 0
) -> list[Alert]:
    """Return alerts that a condition written by us holds for, the newest first."""
    rows = connection.all(
        f"SELECT {_COLUMNS} FROM alert a JOIN run r ON r.id = a.run_id WHERE {where} ORDER BY a.id DESC "  # noqa: S608 - constants
        "LIMIT ? OFFSET ?",
        (*params, limit, offset),
    )
    return [
        Alert(alert_id, run_id, experiment_id, run_name, time, AlertLevel(level), title, text, rule_id)
        for alert_id, run_id, experiment_id, run_name, time, level, title, text, rule_id in rows
    ]


def _may_send(connection: Connection, run: RunRow) -> bool:
    """Return whether another alert of a run's program may be sent; raise if not even kept."""
    if connection.one("SELECT 1 FROM alert WHERE run_id = ? LIMIT 1 OFFSET ?", (run.id, MAX_ALERTS_OF_A_RUN - 1)):
        raise InvalidParameterValue(f"The run '{run.uuid}' has '{MAX_ALERTS_OF_A_RUN}' alerts. Raise fewer.")
    row = connection.one(
        "SELECT count(*) FROM alert WHERE run_id = ? AND rule_id = '' AND received > ?", (run.id, now_ms() - _HOUR_MS)
    )
    return row is not None and row[0] < SENT_AN_HOUR


def _tell(connection: Connection, alert: Alert, rule: AlertRule | None) -> None:
    if rule is not None and rule.webhook_id:
        chosen = connection.all("SELECT id FROM webhook WHERE id = ? AND status = 'ACTIVE'", (rule.webhook_id,))
        listeners = [row[0] for row in chosen]
    else:
        listeners = find_listeners(connection, RAISED)
    data: dict[str, Any] = {
        "alert_id": alert.alert_id,
        "run_id": alert.run_id,
        "run_name": alert.run_name,
        "experiment_id": alert.experiment_id,
        "time": alert.time,
        "level": alert.level.lower(),
        "title": alert.title,
        "text": alert.text,
    }
    if rule is not None:
        data |= {"rule_id": rule.rule_id, "condition": rule.condition}
    queue_event(connection, listeners, RAISED, data, describe_alert(alert))


def describe_alert(alert: Alert) -> str:
    """Return an alert as one sentence for people."""
    rest = f": {alert.text}" if alert.text else ""
    return f"[{alert.level.lower()}] {alert.title}{rest} (run '{alert.run_name}' of experiment {alert.experiment_id})"
