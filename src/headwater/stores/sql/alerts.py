"""Alerts and their rules in the database."""

import uuid

from headwater.protocol.alert_conditions import parse_condition
from headwater.protocol.alerts import (
    AlertResponse,
    AlertRule,
    AlertRuleResponse,
    CreateAlertRule,
    DeleteAlertRule,
    ListAlertRules,
    ListAlertRulesResponse,
    ListAlerts,
    ListAlertsResponse,
    RaiseAlert,
)
from headwater.protocol.endpoint import Empty
from headwater.protocol.errors import RequestLimitExceeded
from headwater.protocol.paging import decode_page_token, encode_page_token
from headwater.stores.sql.alert_rows import load_alerts, raise_alert
from headwater.stores.sql.alert_rules import RULE_COLUMNS, KnownRules, rule_from_row
from headwater.stores.sql.clock import now_ms
from headwater.stores.sql.connection import Connection
from headwater.stores.sql.database import Database
from headwater.stores.sql.experiments import find_active_experiment
from headwater.stores.sql.rows import find_run
from headwater.stores.sql.webhook_rows import load_webhook

MAX_RULES = 1000


class SqlAlerts:
    """Alerts and their rules. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, request: RaiseAlert) -> AlertResponse:
        """Raise an alert from a run."""
        request.check()

        def work(connection: Connection) -> AlertResponse:
            run = find_run(connection, request.run_id, active=True)
            return AlertResponse(raise_alert(connection, run, request.note))

        return self._database.write(work)

    def list(self, request: ListAlerts) -> ListAlertsResponse:
        """Return one page of alerts, the newest first."""
        request.check()
        offset, limit = decode_page_token(request.page_token), request.max_results
        conditions: dict[str, object] = {}
        if request.experiment_id:
            conditions["r.exp_id = ?"] = int(request.experiment_id)
        if request.rule_id:
            conditions["a.rule_id = ?"] = request.rule_id
        with self._database.read() as connection:
            if request.run_id:
                conditions["a.run_id = ?"] = find_run(connection, request.run_id, active=False).id
            where = " AND ".join(conditions) or "1 = 1"
            found = load_alerts(connection, where, list(conditions.values()), limit=limit + 1, offset=offset)
        return ListAlertsResponse(found[:limit], encode_page_token(offset + limit) if len(found) > limit else "")

    def create_rule(self, request: CreateAlertRule) -> AlertRuleResponse:
        """Make a rule that holds for what is written from now on."""
        request.check()
        parse_condition(request.condition)
        rule_id = request.rule_id or uuid.uuid4().hex

        def work(connection: Connection) -> AlertRuleResponse:
            if not _load_rules(connection, "id = ?", rule_id):
                _insert_rule(connection, rule_id, request)
            return AlertRuleResponse(_load_rules(connection, "id = ?", rule_id)[0])

        made = self._database.write(work)
        self._forget_known()
        return made

    def list_rules(self, request: ListAlertRules) -> ListAlertRulesResponse:
        """Return the rules, by name."""
        request.check()
        with self._database.read() as connection:
            if request.experiment_id:
                covering = "exp_id IS NULL OR exp_id = ?"
                return ListAlertRulesResponse(_load_rules(connection, covering, int(request.experiment_id)))
            return ListAlertRulesResponse(_load_rules(connection, "1 = 1"))

    def delete_rule(self, request: DeleteAlertRule) -> Empty:
        """Delete a rule; its alerts stay."""
        request.check()
        self._database.write(
            lambda connection: connection.execute("DELETE FROM alert_rule WHERE id = ?", (request.rule_id,))
        )
        self._forget_known()
        return Empty()

    def _forget_known(self) -> None:
        with self._database.read() as connection:
            connection.companion(KnownRules).forget()


def _insert_rule(connection: Connection, rule_id: str, request: CreateAlertRule) -> None:
    exp_id = find_active_experiment(connection, request.experiment_id) if request.experiment_id else None
    if request.webhook_id:
        load_webhook(connection, request.webhook_id)
    ((count,),) = connection.all("SELECT count(*) FROM alert_rule")
    if count >= MAX_RULES:
        raise RequestLimitExceeded(f"There are '{count}' alert rules already. Delete some.")
    connection.execute(
        "INSERT INTO alert_rule (id, name, condition, exp_id, level, interval_s, webhook_id, user_id, creation_time) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            rule_id,
            request.name,
            request.condition.strip(),
            exp_id,
            request.level,
            request.interval_s,
            request.webhook_id,
            request.user_id,
            now_ms(),
        ),
    )


def _load_rules(connection: Connection, where: str, *params: object) -> list[AlertRule]:
    rows = connection.all(f"SELECT {RULE_COLUMNS} FROM alert_rule WHERE {where} ORDER BY name, id", params)  # noqa: S608 - constants
    return [rule_from_row(row) for row in rows]
