"""Alerts of a program, and the client's verbs about alerts, rules and webhooks."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import headwater as hw
from faults.programs import run_program
from headwater.config import WEBHOOK_PRIVATE_HOSTS
from headwater.entities import WebhookAction, WebhookEntity
from headwater.testing.receiver import Receiver, running_receiver
from unit.tracking_places import own_place


@pytest.fixture
def uri(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with own_place(tmp_path, monkeypatch) as place:
        yield place


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    monkeypatch.setenv(WEBHOOK_PRIVATE_HOSTS.name, "127.0.0.1")
    with running_receiver() as running:
        yield running


def titles(run_id: str) -> list[str]:
    return [alert.title for alert in reversed(hw.Client().list_alerts(run_id))]


def test_an_alert_is_kept_with_the_run_and_printed(uri: str, capsys: pytest.CaptureFixture[str]) -> None:
    with hw.start_run() as run:
        hw.alert("Loss explodes", "loss = 11\nlr = 0.1", "error")
        hw.alert("Half way", level=hw.AlertLevel.INFO)

    newest, oldest = hw.Client().list_alerts(run.info.run_id)
    assert (oldest.title, oldest.text, oldest.level) == ("Loss explodes", "loss = 11\nlr = 0.1", hw.AlertLevel.ERROR)
    assert newest.time >= oldest.time > 1_600_000_000_000
    lines = capsys.readouterr().err.splitlines()
    assert "headwater: [error] Loss explodes: loss = 11 lr = 0.1" in lines
    assert "headwater: [info] Half way" in lines


def test_an_alert_in_a_loop_is_raised_once_in_its_interval(uri: str) -> None:
    with hw.start_run() as run:
        for step in range(100):
            hw.alert("Loss explodes", f"step {step}", interval_s=600)
        hw.alert("Something else", interval_s=600)
        hw.alert("Loss explodes", "again, without an interval")

    assert titles(run.info.run_id) == ["Loss explodes", "Something else", "Loss explodes"]


def test_an_alert_starts_a_run_or_belongs_to_another(uri: str) -> None:
    hw.alert("from nowhere")
    active = hw.active_run()
    assert active is not None
    hw.end_run()
    client = hw.Client()
    other = client.create_run("0").info.run_id
    hw.alert("about another", run_id=other)
    client.alert(other, "by the client", level="warning")

    assert titles(active.info.run_id) == ["from nowhere"]
    assert titles(other) == ["about another", "by the client"]
    assert client.list_alerts(experiment_id="0", max_results=1).token is not None


def test_a_synchronous_alert_waits_for_the_store(uri: str) -> None:
    with hw.start_run() as run:
        hw.alert("waited for", synchronous=True)
        operation = hw.alert("to be waited for", synchronous=False)
        assert operation is not None
        operation.wait()

        assert titles(run.info.run_id) == ["waited for", "to be waited for"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("", "text"), "Missing value for required parameter 'title'"),
        (("x" * 201,), "'title' exceeds the maximum length of 200 characters"),
        (("a", "x" * 10_001), "'text' exceeds the maximum length of 10000 characters"),
        (("a", "b", "fatal"), "Invalid AlertLevel 'fatal'. Use one of INFO, WARNING, ERROR."),
        (("a", "b\0"), "'text' must not contain a NUL character"),
    ],
)
def test_a_wrong_alert_raises_at_once(uri: str, arguments: tuple[str, ...], message: str) -> None:
    with hw.start_run() as run, pytest.raises(hw.InvalidParameterValue, match=message):
        hw.alert(*arguments)

    assert titles(run.info.run_id) == []


def test_alerts_of_a_program_that_is_killed_are_shipped_later(uri: str, tmp_path: Path) -> None:
    code = (
        "import signal\n"
        "with hw.start_run():\n"
        "    hw.alert('Out of memory', 'soon', 'error')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = run_program(tmp_path, "http://127.0.0.1:9", code)

    hw.sync_journals(tracking_uri=uri)

    assert "headwater: [error] Out of memory: soon" in done.stderr
    assert [alert.title for alert in hw.Client().list_alerts()] == ["Out of memory"]


def test_rules_are_made_listed_and_deleted(uri: str) -> None:
    client = hw.Client()
    rule = client.create_alert_rule("diverged", "metrics.loss > 10", "0", level="error", interval_s=60)
    with hw.start_run() as run:
        hw.log_metric("loss", 11, step=3)

    (alert,) = client.list_alerts(rule_id=rule.rule_id)
    assert (alert.run_id, alert.title, alert.text) == (
        run.info.run_id,
        "diverged",
        "metrics.loss > 10: loss = 11 at step 3",
    )
    assert (rule.level, rule.interval_s, bool(rule.user_id)) == (hw.AlertLevel.ERROR, 60, True)
    assert client.list_alert_rules() == client.list_alert_rules("0") == [rule]
    client.delete_alert_rule(rule.rule_id)
    assert client.list_alert_rules() == []
    with pytest.raises(hw.InvalidParameterValue, match=r"Write 'metrics\.loss > 10', 'metrics\.loss is nan'"):
        client.create_alert_rule("a", "params.lr > 1")


def test_webhooks_are_made_read_changed_tested_and_deleted(uri: str, receiver: Receiver) -> None:
    client = hw.Client()
    created = hw.WebhookEvent(WebhookEntity.MODEL_VERSION, WebhookAction.CREATED)
    made = client.create_webhook("ci", receiver.url, [created, "run.failed"], "for CI", secret="s3cret")

    assert [str(event) for event in made.events] == ["model_version.created", "run.failed"]
    assert (made.name, made.description, made.status.is_active(), made.secret) == ("ci", "for CI", True, None)
    assert client.get_webhook(made.webhook_id) == made
    assert client.list_webhooks() == [made]
    changed = client.update_webhook(made.webhook_id, events=["alert.raised"], status="disabled")
    assert (changed.events, changed.description) == ([hw.WebhookEvent.from_str("alert.raised")], "for CI")
    assert changed.status is hw.WebhookStatus.DISABLED
    assert client.test_webhook(made.webhook_id, "run.failed") == hw.WebhookTestResult(True, 200)
    assert receiver.take().event == "run.failed"
    client.delete_webhook(made.webhook_id)
    assert client.list_webhooks() == []
    with pytest.raises(hw.ResourceDoesNotExist):
        client.get_webhook(made.webhook_id)


def test_the_log_of_deliveries_is_read_and_a_delivery_retried(uri: str, receiver: Receiver) -> None:
    client = hw.Client()
    webhook = client.create_webhook("ci", receiver.url, ["registered_model.created"])
    client.create_registered_model("churn")

    (delivery,) = client.list_webhook_deliveries(webhook.webhook_id, "waiting")
    client.retry_webhook_delivery(delivery.delivery_id)

    assert (delivery.event, delivery.attempts) == ("registered_model.created", 0)
    assert client.list_webhook_deliveries(status="failed") == []


@pytest.mark.parametrize(
    ("events", "message"),
    [
        ("run.failed", r"Invalid events 'run.failed'. Give a list, such as \['run.failed'\]."),
        (["failed"], "Invalid event 'failed'. Write <entity>.<action>"),
        (
            ["registered_model.set"],
            r"Invalid action 'set' for entity 'registered_model'\. Valid actions are",
        ),
        (["dog.barked"], "Invalid WebhookEntity 'dog'."),
        ([], "Missing value for required parameter 'events'"),
    ],
)
def test_events_that_do_not_exist_are_refused(uri: str, events: list[str], message: str) -> None:
    with pytest.raises(hw.InvalidParameterValue, match=message):
        hw.Client().create_webhook("a", "https://8.8.8.8/", events)
