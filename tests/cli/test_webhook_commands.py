"""The commands about webhooks and alerts, on a real SQLite store."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from headwater.cli._root import root
from headwater.config import WEBHOOK_PRIVATE_HOSTS
from headwater.protocol.alerts import AlertLevel, RaiseAlert
from headwater.protocol.runs import RunStatus, UpdateRun
from headwater.stores import open_store
from headwater.testing.receiver import Receiver, running_receiver
from headwater.testing.stores import make_run

Command = Callable[..., Result]


@pytest.fixture
def uri(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("HEADWATER_HOME", str(tmp_path / "home"))
    monkeypatch.setenv(WEBHOOK_PRIVATE_HOSTS.name, "127.0.0.1")
    monkeypatch.chdir(tmp_path)
    uri = f"sqlite:///{tmp_path / 'headwater.db'}"
    monkeypatch.setenv("HEADWATER_TRACKING_URI", uri)
    return uri


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with running_receiver() as running:
        yield running


@pytest.fixture
def command(uri: str) -> Command:
    """Return a function that runs one command and returns its result."""

    def run(*arguments: str, answer: str | None = None) -> Result:
        return CliRunner().invoke(root, arguments, prog_name="headwater", input=answer)

    return run


def read_table(result: Result) -> list[dict[str, str]]:
    assert result.exit_code == 0, result.stderr
    return list(csv.DictReader(io.StringIO(result.stdout), delimiter="\t"))


def start_and_end_a_run(uri: str, status: RunStatus = RunStatus.FAILED) -> str:
    store = open_store(uri)
    run_id = make_run(store, "0", name="base")
    store.runs.update(UpdateRun(run_id=run_id, status=status))
    store.close()
    return run_id


def test_a_webhook_lives_from_create_to_delete(command: Command, uri: str, receiver: Receiver) -> None:
    made = command("webhooks", "create", "ci", receiver.url, "-e", "run.failed", "-e", "model_version.created")
    webhook_id = made.stdout.strip()

    (listed,) = read_table(command("webhooks", "list"))
    start_and_end_a_run(uri)
    (waiting,) = read_table(command("webhooks", "log", webhook_id, "--status", "waiting"))
    delivered = command("webhooks", "deliver")
    (logged,) = read_table(command("webhooks", "log"))
    again = command("webhooks", "retry", logged["id"])
    twice = command("webhooks", "deliver")
    deleted = command("webhooks", "delete", webhook_id)

    assert (listed["id"], listed["name"], listed["status"]) == (webhook_id, "ci", "active")
    assert (listed["url"], listed["events"]) == (receiver.url, "model_version.created run.failed")
    assert (waiting["event"], waiting["attempts"], waiting["answer"]) == ("run.failed", "0", "")
    assert delivered.stdout == "1 delivered, 0 attempts failed, 0 wait for a later attempt.\n"
    assert (logged["status"], logged["answer"], logged["next"]) == ("delivered", "200", "")
    assert (again.exit_code, twice.stdout) == (0, delivered.stdout)
    assert receiver.take().body == receiver.take().body
    assert deleted.stdout == f"Deleted webhook '{webhook_id}'.\n"
    assert read_table(command("webhooks", "list")) == []


def test_the_secret_comes_from_stdin_and_is_shown_nowhere(command: Command, uri: str, receiver: Receiver) -> None:
    made = command(
        "webhooks", "create", "ci", receiver.url, "-e", "run.failed", "--secret", "--json", answer="s3cret\n"
    )
    webhook = json.loads(made.stdout)
    start_and_end_a_run(uri)
    command("webhooks", "deliver")

    shown = [made, command("webhooks", "list", "--json"), command("webhooks", "log", "--json")]

    assert "x-mlflow-signature" in receiver.take().headers
    assert "s3cret" not in "".join(result.output for result in shown)
    assert webhook["headwater_events"] == [{"entity": "RUN", "action": "FAILED"}]


def test_testing_a_webhook_says_what_came_of_it(command: Command, receiver: Receiver) -> None:
    webhook_id = command("webhooks", "create", "ci", receiver.url, "-e", "run.failed").stdout.strip()
    receiver.answer(204, 500)

    fine = command("webhooks", "test", webhook_id, "--event", "alert.raised")
    wrong = command("webhooks", "test", webhook_id, "--json")

    assert (fine.exit_code, fine.stdout) == (0, "Accepted with status 204.\n")
    assert (wrong.exit_code, wrong.stderr) == (1, "Error: The answer was 500.\n")
    assert json.loads(wrong.stdout)["response_status"] == 500
    assert [receiver.take().event for _ in range(2)] == ["alert.raised", "run.failed"]


def test_what_cannot_be_a_webhook_is_said(command: Command) -> None:
    no_event = command("webhooks", "create", "ci", "https://8.8.8.8/")
    no_such = command("webhooks", "create", "ci", "https://8.8.8.8/", "-e", "run.barked")
    private = command("webhooks", "create", "ci", "https://10.0.0.1/", "-e", "run.failed")

    assert (no_event.exit_code, no_such.exit_code, private.exit_code) == (2, 2, 1)
    assert "Give --event, such as --event model_version.created." in no_event.stderr
    assert "is not on the public internet" in private.stderr
    assert "alert.raised" in command("webhooks", "create", "--help").stdout


def test_the_alerts_of_a_run_are_listed(command: Command, uri: str) -> None:
    run_id = start_and_end_a_run(uri)
    store = open_store(uri)
    store.alerts.create(RaiseAlert(run_id, "Loss\nexplodes", "loss = 11", AlertLevel.ERROR, 1000))
    store.close()

    (shown,) = read_table(command("runs", "alerts", run_id))

    assert shown == {
        "time": "1970-01-01 00:00:01",
        "level": "error",
        "run": run_id,
        "title": "Loss explodes",
        "text": "loss = 11",
    }
    assert json.loads(command("runs", "alerts", "--run-id", run_id, "--json").stdout)[0]["title"] == "Loss\nexplodes"
    assert read_table(command("alerts", "list", "-x", "0")) == [shown]
    assert command("runs", "alerts", "0" * 32).exit_code == 1


def test_rules_are_made_listed_and_deleted(command: Command, uri: str) -> None:
    made = command("alerts", "create-rule", "failures", "run failed", "-x", "0", "--level", "ERROR", "--interval", "60")
    rule_id = made.stdout.strip()
    run_id = start_and_end_a_run(uri)

    (rule,) = read_table(command("alerts", "rules"))
    (alert,) = read_table(command("alerts", "list", "--rule", rule_id))
    deleted = command("alerts", "delete-rule", rule_id)

    assert (rule["id"], rule["condition"], rule["experiment"]) == (rule_id, "run failed", "0")
    assert (rule["level"], rule["quiet for"], rule["webhook"]) == ("error", "60 s", "all")
    assert (alert["run"], alert["title"], alert["level"]) == (run_id, "failures", "error")
    assert deleted.stdout == f"Deleted rule '{rule_id}'.\n"
    assert read_table(command("alerts", "rules")) == []
    assert command("alerts", "create-rule", "a", "run barked").exit_code == 1
