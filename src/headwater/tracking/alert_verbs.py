"""The client's verbs about alerts and the rules that raise them."""

import os

from headwater.protocol.alerts import (
    Alert,
    AlertLevel,
    AlertRule,
    CreateAlertRule,
    DeleteAlertRule,
    ListAlertRules,
    ListAlerts,
)
from headwater.protocol.entity import find_member
from headwater.tracking.connected import Connected, PagedList
from headwater.tracking.operations import RunOperations


class AlertVerbs(Connected):
    """Raise alerts, read them, and let rules raise them."""

    def alert(
        self,
        run_id: str,
        title: str,
        text: str = "",
        level: AlertLevel | str = AlertLevel.INFO,
        *,
        synchronous: bool | None = None,
    ) -> RunOperations | None:
        """Raise an alert from a run; see `hw.alert`."""
        return self._writer(run_id).alert(title, text, level, synchronous=synchronous)

    def list_alerts(
        self,
        run_id: str | None = None,
        experiment_id: str | None = None,
        *,
        rule_id: str | None = None,
        max_results: int = 100,
        page_token: str | None = None,
    ) -> PagedList[Alert]:
        """Return alerts, of a run, an experiment or a rule, or of all, the newest first.

        Example:
            >>> [alert.title for alert in hw.Client().list_alerts(run_id)]
            ['Loss explodes']
        """
        request = ListAlerts(
            run_id or "", str(experiment_id or ""), rule_id or "", max_results=max_results, page_token=page_token or ""
        )
        page = self._settled().alerts.list(request)
        return PagedList(page.alerts, page.next_page_token or None)

    def create_alert_rule(
        self,
        name: str,
        condition: str,
        experiment_id: str | None = None,
        *,
        level: AlertLevel | str = AlertLevel.WARNING,
        interval_s: int = 3600,
        webhook_id: str | None = None,
    ) -> AlertRule:
        """Make a rule that raises an alert from every run its condition holds for, from now on, and return it.

        Args:
            name: the title of its alerts.
            condition: "metrics.loss > 10", "metrics.loss is nan", "any metric is nan", "run failed", or
                "run stalled 600" (no heartbeat for so many seconds).
            experiment_id: watch the runs of this experiment only.
            level: "info", "warning" or "error".
            interval_s: how long the rule then keeps quiet about the same run.
            webhook_id: the only webhook that is told; default: every one that wants `alert.raised`.

        Raises:
            InvalidParameterValue: the condition cannot be read.

        Example:
            >>> rule = hw.Client().create_alert_rule("diverged", "metrics.loss > 10", "1", level="error")
        """
        from headwater.tracking.context import user_name  # loaded by those who make rules only

        request = CreateAlertRule(
            name=name,
            condition=condition,
            experiment_id=str(experiment_id or ""),
            level=find_member(AlertLevel, level),
            interval_s=interval_s,
            webhook_id=webhook_id or "",
            user_id=user_name(),
            rule_id=os.urandom(16).hex(),
        )
        return self._settled().alerts.create_rule(request).rule

    def list_alert_rules(self, experiment_id: str | None = None) -> list[AlertRule]:
        """Return the rules by name: all, or those that watch an experiment."""
        return self._settled().alerts.list_rules(ListAlertRules(str(experiment_id or ""))).rules

    def delete_alert_rule(self, rule_id: str) -> None:
        """Delete a rule; one that is not there stays away, and the alerts that it raised stay."""
        self._settled().alerts.delete_rule(DeleteAlertRule(rule_id))
