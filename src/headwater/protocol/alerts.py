"""Alerts: what a run, or a rule about runs, tells people at once."""

import enum

import msgspec

from headwater.protocol.endpoint import NATIVE_BASE, Empty, Endpoint, Permission
from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.names import (
    check_experiment_id,
    check_length,
    check_max_results,
    check_no_nul,
    check_run_id,
    check_timestamp,
    require,
)

MAX_TITLE = 200
MAX_TEXT = 10_000
MAX_CONDITION = 1000
MAX_RULE_NAME = 200
MAX_INTERVAL_S = 366 * 86_400
MAX_LISTED = 1000
DEFAULT_LISTED = 100


class AlertLevel(enum.StrEnum):
    """How much an alert matters."""

    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"


class AlertNote(msgspec.Struct, frozen=True):
    """What a run tells: its program's words."""

    title: str
    text: str = ""
    level: AlertLevel = AlertLevel.INFO
    time: int = 0

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the texts are short enough and the time is possible."""
        for label, text, limit in (("title", require("title", self.title), MAX_TITLE), ("text", self.text, MAX_TEXT)):
            check_no_nul(label, text)
            check_length(label, text, limit)
        check_timestamp("time", self.time)


class Alert(msgspec.Struct, frozen=True):
    """An alert as it is kept; `rule_id` is empty for one that the run's program raised."""

    alert_id: int
    run_id: str
    experiment_id: str
    run_name: str
    time: int
    level: AlertLevel
    title: str
    text: str
    rule_id: str


class RaiseAlert(msgspec.Struct, frozen=True, omit_defaults=True):
    """Raise an alert from a run; a time of 0 means now."""

    run_id: str
    title: str
    text: str = ""
    level: AlertLevel = AlertLevel.INFO
    time: int = 0

    @property
    def note(self) -> AlertNote:
        """Return what is told."""
        return AlertNote(self.title, self.text, self.level, self.time)

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the run is named and the texts are short enough."""
        check_run_id(self.run_id)
        self.note.check()


class AlertResponse(msgspec.Struct, frozen=True):
    """The alert raised."""

    alert: Alert


class ListAlerts(msgspec.Struct, frozen=True, omit_defaults=True):
    """List alerts, of a run, an experiment or a rule, or of all, the newest first."""

    run_id: str = ""
    experiment_id: str = ""
    rule_id: str = ""
    max_results: int = DEFAULT_LISTED
    page_token: str = ""

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the ids and the page's size are possible."""
        if self.run_id:
            check_run_id(self.run_id)
        if self.experiment_id:
            check_experiment_id(self.experiment_id)
        check_no_nul("rule_id", self.rule_id)
        check_max_results(self.max_results, MAX_LISTED)


class ListAlertsResponse(msgspec.Struct, frozen=True, omit_defaults=True):
    """One page of alerts."""

    alerts: list[Alert] = []
    next_page_token: str = ""


class AlertRule(msgspec.Struct, frozen=True):
    """A rule: whenever `condition` holds for a run, an alert is raised, once in `interval_s` for each run.

    `experiment_id` is empty for a rule about all experiments; `webhook_id` for one whose alerts go to every webhook
    that is told of alerts.
    """

    rule_id: str
    name: str
    condition: str
    experiment_id: str
    level: AlertLevel
    interval_s: int
    webhook_id: str
    user_id: str
    creation_time: int


class CreateAlertRule(msgspec.Struct, frozen=True, omit_defaults=True):
    """Make a rule, unless there is one with this `rule_id`; see `alert_conditions` for what a condition may say."""

    name: str
    condition: str
    experiment_id: str = ""
    level: AlertLevel = AlertLevel.WARNING
    interval_s: int = 3600
    webhook_id: str = ""
    user_id: str = ""
    rule_id: str = ""

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless texts, ids and interval are allowed; the store reads the condition."""
        check_length("name", require("name", self.name), MAX_RULE_NAME)
        check_length("condition", require("condition", self.condition), MAX_CONDITION)
        for label in ("name", "condition", "webhook_id", "user_id"):
            check_no_nul(label, getattr(self, label))
        if self.experiment_id:
            check_experiment_id(self.experiment_id)
        if self.rule_id:
            check_run_id(self.rule_id)
        if not 0 <= self.interval_s <= MAX_INTERVAL_S:
            raise InvalidParameterValue(f"Invalid interval_s '{self.interval_s}': 0 to {MAX_INTERVAL_S} seconds.")


class AlertRuleResponse(msgspec.Struct, frozen=True):
    """The rule made."""

    rule: AlertRule


class ListAlertRules(msgspec.Struct, frozen=True, omit_defaults=True):
    """List the rules that watch an experiment, those about all experiments among them; without one, every rule."""

    experiment_id: str = ""

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the experiment is possible."""
        if self.experiment_id:
            check_experiment_id(self.experiment_id)


class ListAlertRulesResponse(msgspec.Struct, frozen=True):
    """The rules, by name."""

    rules: list[AlertRule]


class DeleteAlertRule(msgspec.Struct, frozen=True):
    """Delete a rule; its alerts stay. None is no error."""

    rule_id: str

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the rule is named."""
        check_no_nul("rule_id", require("rule_id", self.rule_id))


RAISE = Endpoint(
    resource="alerts",
    verb="create",
    methods=("POST",),
    path="alerts/create",
    request=RaiseAlert,
    response=AlertResponse,
    permission=Permission.EDIT,
    bases=NATIVE_BASE,
)
LIST = Endpoint(
    resource="alerts",
    verb="list",
    methods=("GET",),
    path="alerts/list",
    request=ListAlerts,
    response=ListAlertsResponse,
    permission=Permission.READ,
    bases=NATIVE_BASE,
)
CREATE_RULE = Endpoint(
    resource="alerts",
    verb="create_rule",
    methods=("POST",),
    path="alert-rules/create",
    request=CreateAlertRule,
    response=AlertRuleResponse,
    permission=Permission.EDIT,
    bases=NATIVE_BASE,
)
LIST_RULES = Endpoint(
    resource="alerts",
    verb="list_rules",
    methods=("GET",),
    path="alert-rules/list",
    request=ListAlertRules,
    response=ListAlertRulesResponse,
    permission=Permission.READ,
    bases=NATIVE_BASE,
)
DELETE_RULE = Endpoint(
    resource="alerts",
    verb="delete_rule",
    methods=("POST",),
    path="alert-rules/delete",
    request=DeleteAlertRule,
    response=Empty,
    permission=Permission.EDIT,
    bases=NATIVE_BASE,
)

ENDPOINTS = (RAISE, LIST, CREATE_RULE, LIST_RULES, DELETE_RULE)
