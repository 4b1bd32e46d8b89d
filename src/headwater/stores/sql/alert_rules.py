"""Rules about runs: looked at by the writes that could make their condition true, and by the sweep."""

import logging
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from headwater.protocol.alert_conditions import (
    Condition,
    MetricBeyond,
    MetricNotFinite,
    RunFailed,
    RunStalled,
    parse_condition,
)
from headwater.protocol.alerts import MAX_TEXT, AlertLevel, AlertNote, AlertRule
from headwater.protocol.errors import InvalidParameterValue
from headwater.stores.sql.alert_rows import raise_alert
from headwater.stores.sql.clock import now_ms
from headwater.stores.sql.connection import Connection
from headwater.stores.sql.rows import RunRow

RULE_COLUMNS = (
    "id, name, condition, COALESCE(CAST(exp_id AS TEXT), ''), level, interval_s, webhook_id, user_id, creation_time"
)
FRESH_S = 2.0
"""How long this process believes to know the rules that others made or deleted."""

ALERTS_AN_HOUR = 100
"""So many alerts one rule raises in an hour, over all runs."""

_logger = logging.getLogger(__name__)

_HOUR_MS = 3_600_000
_COMMITTED_MS = 10_000  # an alert older than this is no part of a transaction that may yet be undone
_REMEMBERED = 10_000
_FIND_LAST = "SELECT max(received) FROM alert WHERE rule_id = ? AND received > ? AND run_id = ?"
_COUNT_RECENT = "SELECT count(*) FROM alert WHERE rule_id = ? AND received > ?"


@dataclass(frozen=True, slots=True)
class WatchedRule:
    """A rule with its condition read."""

    rule: AlertRule
    condition: Condition

    def covers(self, exp_id: int) -> bool:
        """Return whether the rule is about an experiment."""
        return self.rule.experiment_id in {"", str(exp_id)}


@dataclass
class KnownRules:
    """What one process knows of a database's rules, and until when (in milliseconds) each is quiet about a run."""

    rules: tuple[WatchedRule, ...] = ()
    of_metrics: tuple[WatchedRule, ...] = ()
    read_at: float = float("-inf")
    quiet: dict[tuple[str, int], int] = field(default_factory=dict)

    def forget(self) -> None:
        """Read the rules again when they are needed next."""
        self.read_at = float("-inf")


def known_rules(connection: Connection) -> KnownRules:
    """Return the rules, as they were at most two seconds ago."""
    known = connection.companion(KnownRules)
    if time.monotonic() - known.read_at > FRESH_S:
        rows = connection.all(f"SELECT {RULE_COLUMNS} FROM alert_rule ORDER BY id")  # noqa: S608 - constant columns
        watched = list(_read_conditions(map(rule_from_row, rows)))
        known.of_metrics = tuple(w for w in watched if isinstance(w.condition, MetricBeyond | MetricNotFinite))
        known.rules = tuple(watched)
        known.read_at = time.monotonic()
    return known


def _read_conditions(rules: Iterable[AlertRule]) -> Iterator[WatchedRule]:
    for rule in rules:
        try:
            yield WatchedRule(rule, parse_condition(rule.condition))
        except InvalidParameterValue as error:  # a newer version made it; what is logged must be kept all the same
            _logger.warning("The alert rule '%s' is left out: %s", rule.name, error)


def rule_from_row(row: tuple[object, ...]) -> AlertRule:
    """Return the rule that a row of `RULE_COLUMNS` holds."""
    rule_id, name, condition, experiment_id, level, *rest = row
    return AlertRule(rule_id, name, condition, experiment_id, AlertLevel(str(level)), *rest)  # type: ignore[arg-type]  # as the database typed them


def check_failed(connection: Connection, run: RunRow, *, is_lost: bool = False) -> None:
    """Raise the alerts of rules about runs that fail, as this one does."""
    found = "its client fell silent" if is_lost else "it ended as FAILED"
    for watched in known_rules(connection).rules:
        if isinstance(watched.condition, RunFailed) and watched.covers(run.exp_id):
            raise_found(connection, run, watched.rule, found)


def raise_found(connection: Connection, run: RunRow, rule: AlertRule, found: str) -> None:
    """Raise a rule's alert unless it raised one for this run within its interval, or too many for all runs."""
    now, interval_ms = now_ms(), rule.interval_s * 1000
    ((last,),) = connection.all(_FIND_LAST, (rule.rule_id, now - interval_ms, run.id))
    if last is not None:
        if now - last > _COMMITTED_MS:
            _remember_quiet(connection, (rule.rule_id, run.id), last + interval_ms)
        return
    ((count,),) = connection.all(_COUNT_RECENT, (rule.rule_id, now - _HOUR_MS))
    exists = connection.one("SELECT 1 FROM alert_rule WHERE id = ?", (rule.rule_id,))
    if exists is not None and count < ALERTS_AN_HOUR:
        note = AlertNote(rule.name, f"{rule.condition}: {found}"[:MAX_TEXT], rule.level)
        raise_alert(connection, run, note, rule)


def raise_stalled(connection: Connection, run: RunRow, rule: AlertRule, silent_ms: int) -> None:
    """Raise the alert of a rule about stalled runs."""
    raise_found(connection, run, rule, f"no heartbeat for {silent_ms // 1000} s")


def stalled_rules(connection: Connection) -> list[tuple[AlertRule, int]]:
    """Return the rules about stalled runs, each with the seconds of silence."""
    rules = known_rules(connection).rules
    return [(w.rule, w.condition.after_s) for w in rules if isinstance(w.condition, RunStalled)]


def _remember_quiet(connection: Connection, key: tuple[str, int], until: int) -> None:
    quiet = connection.companion(KnownRules).quiet
    if len(quiet) >= _REMEMBERED:
        quiet.clear()
    quiet[key] = until
