"""What every store does with alerts. Subclass in a test module that has the fixtures `store` and `receiver`."""

import struct
import uuid

import pytest

from headwater.protocol.alerts import (
    Alert,
    AlertLevel,
    AlertNote,
    AlertRule,
    CreateAlertRule,
    DeleteAlertRule,
    ListAlertRules,
    ListAlerts,
    RaiseAlert,
)
from headwater.protocol.columns import Sweep
from headwater.protocol.errors import InvalidParameterValue, ResourceDoesNotExist
from headwater.protocol.journals import Append
from headwater.protocol.metrics import Metric
from headwater.protocol.runs import CreateRun, DeleteRun, LogBatch, LogMetric, RunStatus, UpdateRun
from headwater.protocol.trash import PurgeTrash
from headwater.protocol.webhooks import (
    ListDeliveries,
)
from headwater.stores.interface import Store
from headwater.testing.contract_webhooks import make_webhook, take_events
from headwater.testing.receiver import Receiver
from headwater.testing.stores import expect_error, make_experiment, make_run


def log(store: Store, run_id: str, *values: float, key: str = "loss") -> None:
    """Log values at steps 0, 1, …"""
    points = [Metric(key, value, 1, step) for step, value in enumerate(values)]
    store.runs.log_batch(LogBatch(run_id, metrics=points))


def make_rule(store: Store, condition: str, experiment_id: str = "", *, interval_s: int = 3600) -> AlertRule:
    """Make a rule of the name "rule"."""
    return store.alerts.create_rule(
        CreateAlertRule("rule", condition, experiment_id, AlertLevel.ERROR, interval_s)
    ).rule


def texts(store: Store, run_id: str) -> list[str]:
    """Return the texts of a run's alerts, the oldest first."""
    return [alert.text for alert in reversed(store.alerts.list(ListAlerts(run_id)).alerts)]


class AlertsContract:
    """Alerts stay with their run, and reach webhooks."""

    def test_an_alert_stays_with_its_run(self, store: Store) -> None:
        """And is found by it, by its experiment, and among all."""
        experiment_id = make_experiment(store)
        run_id = make_run(store, experiment_id, name="diverging")

        made = store.alerts.create(RaiseAlert(run_id, "Loss explodes", "loss = é", AlertLevel.ERROR, 1234)).alert

        assert made == Alert(
            made.alert_id, run_id, experiment_id, "diverging", 1234, AlertLevel.ERROR, "Loss explodes", "loss = é", ""
        )
        for request in (ListAlerts(run_id), ListAlerts(experiment_id=experiment_id), ListAlerts()):
            assert store.alerts.list(request).alerts == [made]
        assert store.alerts.list(ListAlerts(make_run(store))).alerts == []

    def test_alerts_are_listed_by_pages_the_newest_first(self, store: Store) -> None:
        """Each once."""
        run_id = make_run(store)
        ids = [store.alerts.create(RaiseAlert(run_id, str(n))).alert.alert_id for n in range(5)]

        found: list[Alert] = []
        token = ""
        while token or not found:
            page = store.alerts.list(ListAlerts(run_id, max_results=2, page_token=token))
            found += page.alerts
            token = page.next_page_token

        assert [alert.alert_id for alert in found] == ids[::-1]

    def test_a_clients_alerts_are_stored_once(self, store: Store) -> None:
        """Though its journal is sent twice; what cannot be kept is rejected alone."""
        run_id, journal_id = uuid.uuid4().hex, uuid.uuid4().hex
        create = CreateRun(make_experiment(store), run_id=run_id)
        notes = [AlertNote("a", "first", AlertLevel.WARNING, 5), AlertNote("x" * 201), AlertNote("b")]
        request = Append(journal_id, run_id, 1, 3, create=create, alerts=notes)

        rejected = store.runs.append(request).rejected
        store.runs.append(request)

        alerts = store.alerts.list(ListAlerts(run_id)).alerts
        assert [(alert.title, alert.text, alert.level) for alert in alerts] == [
            ("b", "", AlertLevel.INFO),
            ("a", "first", AlertLevel.WARNING),
        ]
        assert alerts[1].time == 5 < alerts[0].time
        assert [rejection.message for rejection in rejected] == ["'title' exceeds the maximum length of 200 characters"]

    def test_a_webhook_is_told_of_alerts(self, store: Store, receiver: Receiver) -> None:
        """In words for programs, and in one sentence for people."""
        make_webhook(store, receiver, ["alert.raised"])
        run_id = make_run(store, name="diverging")
        made = store.alerts.create(RaiseAlert(run_id, "Loss explodes", "loss = 11", AlertLevel.ERROR)).alert

        (request,) = take_events(store, receiver, 1)

        assert request.event == "alert.raised"
        assert request.message["text"] == (
            f"[error] Loss explodes: loss = 11 (run 'diverging' of experiment {made.experiment_id})"
        )
        data = request.message["data"]
        assert (data["run_id"], data["level"], data["title"]) == (run_id, "error", "Loss explodes")
        assert (data["alert_id"], data["time"]) == (made.alert_id, made.time)

    def test_alerts_without_end_are_kept_but_not_sent(self, store: Store, receiver: Receiver) -> None:
        """A program that alerts in a loop floods nobody."""
        webhook = make_webhook(store, receiver, ["alert.raised"])
        run_id = make_run(store)
        notes = [
            AlertNote(str(n), time=1 + n) for n in range(150)
        ]  # of long ago, as from a journal of a program offline

        store.runs.append(Append(uuid.uuid4().hex, run_id, 1, 150, alerts=notes))

        assert len(store.alerts.list(ListAlerts(run_id, max_results=1000)).alerts) == 150
        queued = store.webhooks.list_deliveries(ListDeliveries(webhook.webhook_id, max_results=1000)).deliveries
        assert len(queued) == 100

    def test_alerts_go_for_good_with_their_run(self, store: Store) -> None:
        """When the trash is emptied; a deleted run raises none."""
        run_id = make_run(store)
        store.alerts.create(RaiseAlert(run_id, "a"))
        store.runs.delete(DeleteRun(run_id))
        with pytest.raises(InvalidParameterValue):
            store.alerts.create(RaiseAlert(run_id, "b"))

        store.trash.purge(PurgeTrash())

        assert store.alerts.list(ListAlerts()).alerts == []
        with pytest.raises(ResourceDoesNotExist):
            store.alerts.list(ListAlerts(run_id))

    def test_nonsense_is_refused(self, store: Store) -> None:
        """With what to do about it."""
        run_id = make_run(store)
        with expect_error(InvalidParameterValue, "Missing value for required parameter 'title'.…"):
            store.alerts.create(RaiseAlert(run_id, ""))
        with expect_error(InvalidParameterValue, "'text' exceeds the maximum length of 10000 characters"):
            store.alerts.create(RaiseAlert(run_id, "a", "x" * 10_001))
        with pytest.raises(ResourceDoesNotExist):
            store.alerts.create(RaiseAlert(uuid.uuid4().hex, "a"))


class AlertRulesContract:
    """A rule raises an alert from every run that its condition holds for, and then keeps quiet for a while."""

    @pytest.mark.parametrize(
        ("condition", "text"),
        [
            ("metrics.loss > 10", "metrics.loss > 10: loss = 11.5 at step 2"),
            ("metrics.loss >= 11.5", "metrics.loss >= 11.5: loss = 11.5 at step 2"),
            ("metrics.loss < 0", "metrics.loss < 0: loss = -1 at step 4"),
            ("metrics.loss <= -1", "metrics.loss <= -1: loss = -1 at step 4"),
            ("metrics.loss = 5", "metrics.loss = 5: loss = 5 at step 1"),
            ("metrics.loss != 1", "metrics.loss != 1: loss = 5 at step 1"),
            ("metrics.loss IS NaN", "metrics.loss IS NaN: loss = nan at step 3"),
            ("metrics.loss is nan", "metrics.loss is nan: loss = nan at step 3"),
            ("any metric is nan", "any metric is nan: loss = nan at step 3"),
            ("metrics.other > 0", ""),
        ],
    )
    def test_a_rule_about_a_metric_sees_every_point(self, store: Store, condition: str, text: str) -> None:
        """Not the latest only."""
        make_rule(store, condition)
        run_id = make_run(store)

        log(store, run_id, 1, 5, 11.5, float("nan"), -1, 1)

        assert texts(store, run_id) == ([text] if text else [])

    def test_a_rule_sees_single_points_journals_and_contexts(self, store: Store) -> None:
        """However points come in; a metric's name stands for its points in every context."""
        make_rule(store, "metrics.loss > 10", interval_s=0)
        single, journal = make_run(store), make_run(store)

        store.runs.log_metric(LogMetric(run_id=single, key="loss", value=11, timestamp=1, step=7))
        store.runs.append(
            Append(
                uuid.uuid4().hex,
                journal,
                1,
                4,
                keys=["acc", "loss", 'loss{split="val"}'],
                key_index=struct.pack("<4i", 0, 1, 2, 1),
                steps=struct.pack("<4q", 0, 1, 2, 3),
                timestamps=struct.pack("<4q", 1, 1, 1, 1),
                values=struct.pack("<4d", 99, 1, 12, 13),
            )
        )

        assert texts(store, single) == ["metrics.loss > 10: loss = 11 at step 7"]
        assert texts(store, journal) == ['metrics.loss > 10: loss{split="val"} = 12 at step 2']

    def test_infinity_counts_as_no_number(self, store: Store) -> None:
        """Training has diverged either way."""
        make_rule(store, "metrics.`val loss` is nan")
        run_id = make_run(store)

        log(store, run_id, 1, float("-inf"), key="val loss")

        assert texts(store, run_id) == ["metrics.`val loss` is nan: val loss = -inf at step 1"]

    def test_a_rule_that_keeps_matching_does_not_repeat_itself(self, store: Store) -> None:
        """Within its interval, for the same run; another run is another matter."""
        rule = make_rule(store, "metrics.loss > 10")
        eager = make_rule(store, "metrics.loss > 100", interval_s=0)
        run_id, other = make_run(store), make_run(store)

        for _ in range(5):
            log(store, run_id, 11)
        log(store, other, 12)
        for _ in range(3):
            log(store, run_id, 101)

        by_rule = [alert.run_id for alert in store.alerts.list(ListAlerts(rule_id=rule.rule_id)).alerts]
        assert by_rule == [other, run_id]
        assert len(store.alerts.list(ListAlerts(rule_id=eager.rule_id)).alerts) == 3

    def test_a_rule_raises_a_hundred_alerts_an_hour_at_most(self, store: Store) -> None:
        """Over all runs: whoever breaks everything is told so often enough."""
        rule = make_rule(store, "run failed", interval_s=0)
        run_id = make_run(store)

        for _ in range(105):
            store.runs.update(UpdateRun(run_id=run_id, status=RunStatus.FAILED))
            store.runs.update(UpdateRun(run_id=run_id, status=RunStatus.RUNNING))

        assert len(store.alerts.list(ListAlerts(rule_id=rule.rule_id, max_results=1000)).alerts) == 100

    def test_a_rule_watches_its_experiment_only(self, store: Store) -> None:
        """If it names one."""
        watched, other = make_experiment(store), make_experiment(store)
        rule = make_rule(store, "metrics.loss > 10", watched)
        runs = [make_run(store, watched), make_run(store, other)]

        for run_id in runs:
            log(store, run_id, 11)

        (alert,) = store.alerts.list(ListAlerts()).alerts
        assert (alert.run_id, alert.title, alert.level, alert.rule_id) == (
            runs[0],
            "rule",
            AlertLevel.ERROR,
            rule.rule_id,
        )

    def test_a_rule_about_failed_runs(self, store: Store) -> None:
        """Whether a client says that they failed, or falls silent."""
        make_rule(store, "run failed")
        failed, finished, silent = make_run(store), make_run(store), make_run(store)

        store.runs.update(UpdateRun(run_id=failed, status=RunStatus.FAILED))
        store.runs.update(UpdateRun(run_id=finished, status=RunStatus.FINISHED))
        store.runs.append(Append(uuid.uuid4().hex, silent, 1, 0, heartbeat=True))
        _sweep_until_lost(store, silent)

        assert texts(store, failed) == ["run failed: it ended as FAILED"]
        assert texts(store, finished) == []
        assert texts(store, silent) == ["run failed: its client fell silent"]

    def test_a_rule_may_tell_one_webhook_only(self, store: Store, receiver: Receiver) -> None:
        """Whether or not that wants to be told of alerts; the rule is named."""
        chosen = make_webhook(store, receiver, ["prompt.created"])
        make_webhook(store, receiver, ["alert.raised"])
        rule = store.alerts.create_rule(CreateAlertRule("rule", "metrics.loss > 10", webhook_id=chosen.webhook_id)).rule
        log(store, make_run(store), 11)

        (request,) = take_events(store, receiver, 1)

        deliveries = store.webhooks.list_deliveries(ListDeliveries()).deliveries
        assert [delivery.webhook_id for delivery in deliveries] == [chosen.webhook_id]
        data = request.message["data"]
        assert (data["rule_id"], data["condition"]) == (rule.rule_id, "metrics.loss > 10")

    def test_rules_are_listed_and_deleted(self, store: Store) -> None:
        """What a rule raised stays when it goes; making it again under its id is no other rule."""
        experiment_id = make_experiment(store)
        request = CreateAlertRule("b", "run failed", experiment_id, user_id="ada", rule_id=uuid.uuid4().hex)
        first = store.alerts.create_rule(request).rule
        again = store.alerts.create_rule(request).rule
        everywhere = store.alerts.create_rule(CreateAlertRule("a", " metrics.loss > 10 ")).rule
        run_id = make_run(store)
        log(store, run_id, 11)

        for _ in range(2):
            store.alerts.delete_rule(DeleteAlertRule(everywhere.rule_id))
        log(store, make_run(store), 11)

        assert first == again
        assert (first.experiment_id, first.user_id, first.interval_s) == (experiment_id, "ada", 3600)
        assert store.alerts.list_rules(ListAlertRules()).rules == [first]
        assert store.alerts.list_rules(ListAlertRules(make_experiment(store))).rules == []
        assert [alert.run_id for alert in store.alerts.list(ListAlerts()).alerts] == [run_id]

    @pytest.mark.parametrize(
        "condition",
        [
            "params.lr > 1",
            "METRICS.loss > 1",
            "metrics.loss",
            "loss > 1",
            "metrics.a > 1 OR metrics.b > 1",
            "run stalled 1",
            "run ended",
        ],
    )
    def test_a_condition_that_says_nothing_is_refused(self, store: Store, condition: str) -> None:
        """With what it may say, or what is wrong in it."""
        with pytest.raises(InvalidParameterValue):
            store.alerts.create_rule(CreateAlertRule("a", condition))

    def test_nonsense_is_refused(self, store: Store) -> None:
        """With what to do about it."""
        with expect_error(ResourceDoesNotExist, "No Experiment with id=987654 exists"):
            make_rule(store, "run failed", "987654")
        with expect_error(ResourceDoesNotExist, "Webhook with ID 'gone' not found.…"):
            store.alerts.create_rule(CreateAlertRule("a", "run failed", webhook_id="gone"))
        with expect_error(InvalidParameterValue, "Invalid interval_s '-1'…"):
            make_rule(store, "run failed", interval_s=-1)


def _sweep_until_lost(store: Store, run_id: str) -> None:
    """Sweep as if nobody had to wait for a lapse of heartbeats, until the clock has moved on by a millisecond."""
    for _ in range(2000):
        store.columns.sweep(Sweep(silence_ms=0))
        if texts(store, run_id):
            return
    raise AssertionError(f"the run '{run_id}' was not lost")
