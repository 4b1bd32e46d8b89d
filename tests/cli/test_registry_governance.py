"""The commands that promote, roll back, compare, trace and audit models, on a real SQLite store."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from headwater.cli._options import current_user
from headwater.cli._root import root
from headwater.protocol.artifacts import ArtifactFile, CommitArtifacts
from headwater.protocol.runs import CreateRun, LogMetric
from headwater.stores import open_store
from headwater.testing.servers import live_server

Command = Callable[..., Result]


@pytest.fixture
def uri(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("HEADWATER_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    uri = f"sqlite:///{tmp_path / 'models.db'}"
    monkeypatch.setenv("HEADWATER_TRACKING_URI", uri)
    return uri


@pytest.fixture
def registry(uri: str) -> Command:
    """Return a function that runs one command of the registry and returns its result."""

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(root, ["registry", *arguments], prog_name="headwater")

    return run


def make_versions(uri: str, registry: Command, *accuracies: float) -> None:
    """Make versions of the model m, each of a run of its own with files."""
    registry("create", "m")
    store = open_store(uri)
    for accuracy in accuracies:
        run_id = store.runs.create(CreateRun(experiment_id="0", start_time=1)).run.info.run_id
        store.runs.log_metric(LogMetric(run_id=run_id, key="accuracy", value=accuracy, timestamp=1))
        for name, text in (("MLmodel", "flavors: {}\n"), ("requirements.txt", f"numpy=={accuracy}\n")):
            digest, size = store.blobs.write([text.encode()])
            root_path = f"0/{run_id}/artifacts/model"
            store.artifacts.commit(CommitArtifacts(root_path, [ArtifactFile(name, digest, size)]))
        registry("create", "m", f"runs:/{run_id}/model")
    store.close()


def test_a_version_is_promoted_past_a_gate_and_rolled_back(uri: str, registry: Command, tmp_path: Path) -> None:
    make_versions(uri, registry, 0.8, 0.7, 0.9)
    policy = tmp_path / "policy.yaml"
    policy.write_text("gates:\n- alias: champion\n  reason: true\n  metrics:\n  - {metric: accuracy, beats: higher}\n")

    shown = registry("policy", "m", "--set", str(policy), "--reason", "safer")
    first = registry("promote", "m", "1", "--alias", "champion", "--reason", "first")
    checked = registry("promote", "m", "2", "--alias", "champion", "--check")
    refused = registry("promote", "m", "2", "--alias", "champion", "--reason", "why not")
    better = registry("promote", "m", "3", "--alias", "champion", "--reason", "better")
    back = registry("rollback", "m", "--alias", "champion", "--reason", "alarm")

    assert json.loads(shown.stdout)["gates"][0]["alias"] == "champion"
    assert first.stdout == "Version 1 of model 'm' is @champion.\n"
    assert (checked.exit_code, refused.exit_code) == (1, 1)
    assert [line.partition("\t")[0] for line in checked.stdout.splitlines()] == ["missing", "missing"]
    assert "higher than that of version 1, 0.8, (it is 0.7)" in refused.stderr
    assert better.stdout == "Version 3 of model 'm' is @champion.\n"
    assert back.stdout == "Version 1 of model 'm' is @champion again, instead of version 3.\n"


def test_a_stage_is_entered_and_given_back(uri: str, registry: Command) -> None:
    make_versions(uri, registry, 0.8, 0.7)

    registry("promote", "m", "1", "--stage", "production")
    second = registry("promote", "m", "2", "--stage", "Production")
    stages = [json.loads(registry("get", "m", number, "--json").stdout)["current_stage"] for number in ("1", "2")]
    back = registry("rollback", "m", "--stage", "Production", "--version", "2")

    assert second.stdout == "Version 2 of model 'm' is Production.\n"
    assert stages == ["Archived", "Production"]
    assert back.stdout == "Version 1 of model 'm' is Production again, instead of version 2.\n"
    assert registry("rollback", "m", "--stage", "Production", "--version", "2").exit_code == 1
    assert "Give either an alias or a stage" in registry("promote", "m", "1").stderr


def test_a_version_is_approved(uri: str, registry: Command, tmp_path: Path) -> None:
    make_versions(uri, registry, 0.8)
    policy = tmp_path / "policy.json"
    roles = {"roles": {"boss": [current_user()]}}
    policy.write_text(json.dumps(roles | {"gates": [{"stage": "Production", "approvals": [{"role": "boss"}]}]}))
    registry("policy", "m", "--set", str(policy))

    before = registry("promote", "m", "1", "--stage", "Production")
    approved = registry("approve", "m", "1", "--role", "boss", "--reason", "checked")
    after = registry("promote", "m", "1", "--stage", "Production")

    assert (before.exit_code, after.exit_code) == (1, 0)
    assert approved.stdout == f"'{current_user()}' approves version 1 of model 'm'.\n"
    assert "no longer approves" in registry("approve", "m", "1", "--role", "boss", "--withdraw").stdout
    assert registry("approve", "m", "1", "--role", "none").exit_code == 1


def test_a_policy_is_set_shown_and_removed(registry: Command, tmp_path: Path) -> None:
    registry("create", "m")
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_text('{"stages": ["QA"]}')
    bad.write_text('{"stages": "QA"}')

    registry("policy", "--set", str(good))

    assert json.loads(registry("policy", "m").stdout) == {"stages": ["QA"]}
    assert "no policy of its own" in registry("policy", "m").stderr
    assert "is no policy: Expected `array`" in registry("policy", "m", "--set", str(bad)).stderr
    assert registry("policy", "--set", str(good), "--remove").exit_code == 2
    assert json.loads(registry("policy", "--remove").stdout) == {}


def test_the_history_is_for_people_and_for_programs(uri: str, registry: Command) -> None:
    make_versions(uri, registry, 0.8)
    registry("alias", "m", "champion", "1", "--reason", "first")
    registry("tag", "m", "1", "--tag", "a=b")
    registry("delete", "m", "--yes", "--reason", "over")

    table = list(csv.DictReader(io.StringIO(registry("history", "m").stdout), delimiter="\t"))
    lines = [json.loads(line) for line in registry("history", "m", "--output", "jsonl").stdout.splitlines()]
    rows = list(csv.DictReader(io.StringIO(registry("history", "m", "--output", "csv").stdout)))
    newest = registry("history", "--newest-first", "--max-results", "1", "--output", "jsonl").stdout

    actions = ["create_model", "create_version", "set_alias", "set_version_tag", "delete_model"]
    assert [row["action"] for row in table] == [line["action"] for line in lines] == [row["action"] for row in rows]
    assert [row["action"] for row in table] == actions
    assert {row["user"] for row in table} == {current_user()}
    assert (table[2]["key"], table[2]["to"], table[2]["reason"]) == ("champion", "1", "first")
    assert json.loads(newest)["reason"] == "over"
    assert len(registry("history", "m", "1").stdout.splitlines()) == 1 + 3


def test_two_versions_are_compared(uri: str, registry: Command) -> None:
    make_versions(uri, registry, 0.5, 0.75)
    registry("alias", "m", "champion", "1")

    shown = registry("diff", "m", "@champion", "2").stdout
    found = json.loads(registry("diff", "m", "1", "models:/m/latest", "--json").stdout)

    assert shown.splitlines() == [
        "signature\tunknown",
        "metric accuracy  0.5 → 0.75 (+0.25)",
        "requirement numpy  ==0.5 → ==0.75",
        *[line for line in shown.splitlines() if line.startswith("file requirements.txt  ")],
        *[line for line in shown.splitlines() if line.startswith("lineage run  ")],
    ]
    assert [entry["key"] for entry in found["lineage"]] == ["run"]
    assert (found["old"], found["new"]) == ("models:/m/1", "models:/m/2")
    assert found["metrics"] == [{"key": "accuracy", "old": 0.5, "new": 0.75, "change": 0.25}]


def test_a_folder_is_pinned_when_it_becomes_a_version(uri: str, registry: Command, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "MLmodel").write_text("flavors: {}\n")
    registry("create", "m")
    registry("create", "m", str(tmp_path / "mine"))
    download = ["models", "download", "models:/m/1", "--output", str(tmp_path / "out")]

    before = CliRunner().invoke(root, download)
    (tmp_path / "mine" / "MLmodel").write_text("flavors: {x: 1}\n")
    after = CliRunner().invoke(root, download)

    assert (before.exit_code, after.exit_code) == (0, 1)
    assert "'MLmodel' has other bytes" in after.stderr
    assert "not pinned" in registry("create", "m", "s3://bucket/none").stderr


def test_a_lineage_is_shown(uri: str, registry: Command) -> None:
    make_versions(uri, registry, 0.5)
    registry("alias", "m", "champion", "1")

    table = list(csv.DictReader(io.StringIO(registry("lineage", "models:/m@champion").stdout), delimiter="\t"))
    graph = json.loads(registry("lineage", "models:/m/1", "--json").stdout)

    assert [row["how"] for row in table] == ["registered_as", "needed_by", "named"]
    assert table[2]["to"] == "alias @champion"
    assert graph["root"] == "models:/m/1"
    assert registry("lineage", "models:/none/1").exit_code == 1


def test_a_version_is_copied_here_and_to_a_server(uri: str, registry: Command, tmp_path: Path) -> None:
    make_versions(uri, registry, 0.5)
    there = open_store(f"sqlite:///{tmp_path / 'there.db'}", artifacts=tmp_path / "there")

    here = registry("copy", "models:/m/1", "prod")
    with live_server(there) as url:
        sent = registry("copy", "models:/m/1", "prod", "--to", url)
        shown = registry("lineage", "models:/prod/1", "--registry-uri", url)

    assert here.stdout == "Created version 1 of model 'prod'.\n"
    assert sent.stdout == f"Created version 1 of model 'prod' at {url}.\n"
    assert "copied_to" in shown.stdout
    there.close()


def test_a_promotion_is_asked_for_commented_on_and_decided(uri: str, registry: Command) -> None:
    make_versions(uri, registry, 0.8)

    asked = registry("request", "m", "1", "--alias", "champion", "--reason", "better recall")
    said = registry("comment", "m", "1", "Which data?")
    waiting = registry("requests", "m")
    silent = registry("decide", "m", "1", "reject")
    approved = registry("decide", "m", "1", "approve")
    decided = registry("decide", "m", "1", "withdraw")

    assert asked.stdout == "1\n"
    assert asked.stderr == "Version 1 of model 'm' is to become '@champion'. Now others approve or reject it.\n"
    assert said.stdout == "The comment on request 1 of model 'm' is kept.\n"
    titles, row = (line.split("\t") for line in waiting.stdout.splitlines())
    assert titles[:6] == ["number", "model", "version", "for", "status", "by"]
    assert row[:6] == ["1", "m", "1", "@champion", "open", current_user()]
    assert row[7:] == ["better recall", "1", ""]
    assert (silent.exit_code, "Say why" in silent.stderr) == (1, True)
    assert approved.stdout == "Request 1 that version 1 of model 'm' becomes '@champion' is approved.\n"
    assert "already" in decided.stderr
    assert registry("requests").stdout.count("\n") == 1
    found = json.loads(registry("requests", "--all", "--json").stdout)
    assert [(request["status"], request["comments"][0]["text"]) for request in found] == [("APPROVED", "Which data?")]
