"""The commands about users, tokens, roles and grants, on a real SQLite store."""

import csv
import io
import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from headwater.cli._root import root
from headwater.protocol.experiments import CreateExperiment
from headwater.protocol.registered_models import CreateRegisteredModel
from headwater.stores import open_store
from headwater.stores.access import SecretKind
from headwater.stores.sql import SqlStore

PASSWORD = "correct horse battery"

Command = Callable[..., Result]


@pytest.fixture
def uri(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("HEADWATER_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    uri = f"sqlite:///{tmp_path / 'headwater.db'}"
    monkeypatch.setenv("HEADWATER_TRACKING_URI", uri)
    return uri


@pytest.fixture
def command(uri: str) -> Command:
    """Return a function that runs one command and returns its result."""

    def run(*arguments: str, answer: str | None = None) -> Result:
        return CliRunner().invoke(root, arguments, prog_name="headwater", input=answer)

    return run


def read_table(result: Result) -> list[dict[str, str]]:
    assert result.exit_code == 0, result.stderr
    return list(csv.DictReader(io.StringIO(result.stdout), delimiter="\t"))


def test_users_live_through_their_commands(command: Command) -> None:
    ada = command("users", "create", "ada", "--password-stdin", answer=PASSWORD + "\n")
    ci = command("users", "create", "ci", "--no-password", "--admin")
    command("users", "set-admin", "ada")
    command("users", "set-admin", "ci", "--off")
    command("users", "disable", "ci")

    users = read_table(command("users", "list"))

    assert (ada.stdout, ci.stdout) == ("ada\n", "ci\n")
    assert "headwater users set-admin 'ada'" in ada.stderr
    assert ci.stderr == ""
    assert [(user["name"], user["administrator"], user["disabled"]) for user in users] == [
        ("ada", "yes", ""),
        ("ci", "", "yes"),
    ]
    assert command("users", "enable", "ci").stdout == "'ci' can sign in again.\n"
    assert command("users", "delete", "ci").stdout == "Deleted user 'ci'.\n"
    assert [user["username"] for user in json.loads(command("users", "list", "--json").stdout)] == ["ada"]
    last = command("users", "delete", "ada")
    assert (last.exit_code, "'ada' is the last active administrator." in last.stderr) == (1, True)


def test_a_password_comes_from_standard_input_and_is_never_shown(command: Command, uri: str) -> None:
    command("users", "create", "ada", "--password-stdin", answer=PASSWORD)
    short = command("users", "create", "bob", "--password-stdin", answer="sesame-sesame"[:9])
    unasked = command("users", "create", "bob", answer=PASSWORD)
    wrong = command("users", "set-password", "ada", "--current", "--password-stdin", answer="wrong\nanother long one\n")
    changed = command(
        "users", "set-password", "ada", "--current", "--password-stdin", answer=f"{PASSWORD}\nanother long one\n"
    )

    assert (short.exit_code, "sesame" in short.output) == (1, False)
    assert (unasked.exit_code, "--password-stdin" in unasked.stderr) == (2, True)
    assert (wrong.exit_code, "The current password is wrong." in wrong.stderr) == (1, True)
    assert changed.stdout == "Changed the password of 'ada'.\n"
    with closing(open_store(uri)) as store:
        assert isinstance(store, SqlStore)
        assert store.credentials.find_password("ada", PASSWORD) is None
        assert store.credentials.find_password("ada", "another long one") is not None


def test_the_secret_of_a_token_is_all_that_is_printed(command: Command, uri: str) -> None:
    command("users", "create", "ci", "--no-password")
    made = command("tokens", "create", "nightly", "--user", "ci", "--days", "30")
    (token,) = read_table(command("tokens", "list", "--user", "ci"))
    with closing(open_store(uri)) as store:
        assert isinstance(store, SqlStore)
        user = store.credentials.find_secret(made.stdout.strip(), SecretKind.TOKEN)

    assert user is not None
    assert user.username == "ci"
    assert token["name"] == "nightly"
    assert made.stdout.startswith(token["begins"])
    assert token["ends"] > token["made"]
    assert command("tokens", "revoke", token["id"], "--user", "ci").stdout == f"Revoked token '{token['id']}'.\n"
    nobody = command("tokens", "list")
    assert (nobody.exit_code, "a database does not know who you are" in nobody.stderr) == (2, True)


def test_a_token_is_narrowed(command: Command, uri: str) -> None:
    with closing(open_store(uri)) as store:
        experiment_id = store.experiments.create(CreateExperiment("wine")).experiment_id
        store.registered_models.create(CreateRegisteredModel("churn"))
    command("users", "create", "ci", "--no-password")

    command("tokens", "create", "look", "--user", "ci", "--level", "read")
    command("tokens", "create", "some", "--user", "ci", "--level", "edit", "--experiment", "wine", "--model", "churn")
    command("tokens", "create", "registry", "--user", "ci", "--all-models")
    unknown = command("tokens", "create", "none", "--user", "ci", "--experiment", "beer")

    tokens = {token["name"]: token["may"] for token in read_table(command("tokens", "list", "--user", "ci"))}
    some = f"edit: experiments {experiment_id}; models churn"
    assert tokens == {"look": "read", "some": some, "registry": "all: all models"}
    assert (unknown.exit_code, "beer" in unknown.stderr) == (1, True)


def test_rights_are_given_and_taken_back(command: Command, uri: str) -> None:
    with closing(open_store(uri)) as store:
        experiment_id = store.experiments.create(CreateExperiment("wine")).experiment_id
        store.registered_models.create(CreateRegisteredModel("churn"))
    command("users", "create", "ada", "--no-password", "--admin")
    command("roles", "create", "audit", "--description", "who looks")
    command("roles", "assign", "audit", "ada")
    command("grants", "set", "read", "--role", "audit", "--all-models")
    command("grants", "set", "EDIT", "--user", "ada", "--experiment", "wine")
    command("grants", "set", "manage", "--role", "audit", "--experiment", experiment_id)

    roles = read_table(command("roles", "list"))
    grants = command("grants", "list", "--experiment", "wine")
    command("grants", "revoke", "--user", "ada", "--experiment", "wine")
    command("roles", "withdraw", "audit", "ada")

    assert roles == [
        {
            "name": "audit",
            "users": "ada",
            "allows": f"MANAGE experiment {experiment_id}, READ all models",
            "description": "who looks",
        }
    ]
    assert read_table(grants) == [
        {"user": "ada", "role": "", "level": "EDIT"},
        {"user": "", "role": "audit", "level": "MANAGE"},
    ]
    assert "Everybody else: READ" in grants.stderr
    assert [grant["role"] for grant in read_table(command("grants", "list", "--experiment", "wine"))] == ["audit"]
    assert read_table(command("roles", "list"))[0]["users"] == ""
    assert command("roles", "delete", "audit").stdout == "Deleted role 'audit'.\n"
    for wrong in (["--user", "ada"], ["--experiment", "wine", "--all-models", "--user", "ada"], ["--all-models"]):
        assert command("grants", "set", "READ", *wrong).exit_code != 0
