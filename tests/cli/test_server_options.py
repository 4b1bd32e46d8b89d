"""What `headwater server` may be told, as a process, and `headwater db upgrade`."""

import os
import sqlite3
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from cli.test_processes import call, started
from headwater.cli._env_file import read_env_file
from headwater.cli._root import root
from headwater.cli._serve import find_mlflow
from headwater.config import default_tracking_uri
from headwater.protocol.users import ListUsers
from headwater.stores import open_store

UPGRADES = Path(__file__).parents[1] / "upgrade"


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HEADWATER_HOME", str(tmp_path / "home"))


def run(*arguments: str) -> Result:
    return CliRunner().invoke(root, list(arguments), prog_name="headwater")


def test_mlflows_options_of_a_server_are_understood(tmp_path: Path) -> None:
    (tmp_path / "server.env").write_text("MLFLOW_BACKEND_STORE_URI=sqlite:///told.db\nMLFLOW_PORT='0'\n")
    options = ["--env-file", "server.env", "--no-serve-artifacts", "--workers", "4", "--x-frame-options", "deny"]
    metrics = ["--expose-prometheus", str(tmp_path / "metrics"), "--registry-store-uri", "sqlite:///told.db"]

    with started(tmp_path, "server", *options, *metrics) as (_, address):
        found = call(address, "/api/2.0/mlflow/experiments/search?max_results=5")["experiments"]
        with urllib.request.urlopen(f"{address}/metrics", timeout=10) as answer:
            frame, text = answer.headers["x-frame-options"], answer.read().decode()

    assert [each["artifact_location"] for each in found] == [str(tmp_path / "mlruns" / "0")]
    assert frame == "DENY"
    assert 'endpoint="/api/2.0/mlflow/experiments/search"' in text
    assert 'headwater_server_store_bytes{file="database"} 0' not in text


@pytest.mark.parametrize(
    ("options", "status"),
    [
        (["--host", "0.0.0.0"], 401),
        (["--host", "0.0.0.0", "--no-auth"], 200),
        ([], 200),
        (["--auth"], 401),
        (["--app-name", "basic-auth"], 401),
    ],
)
def test_a_server_asks_who_one_is_unless_it_listens_on_loopback(
    tmp_path: Path, options: list[str], status: int
) -> None:
    with started(tmp_path, "server", "--port", "0", *options) as (_, address):
        answered = 200
        try:
            call(address, "/api/2.0/mlflow/experiments/search?max_results=5")
        except urllib.error.HTTPError as error:
            answered = error.code
            error.close()

    assert answered == status


def test_the_administrator_of_the_settings_signs_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_AUTH_ADMIN_USERNAME", "chief")
    monkeypatch.setenv("HEADWATER_ADMIN_PASSWORD", "the words of the chief")
    monkeypatch.setenv("HEADWATER_AUTH", "1")
    monkeypatch.setenv("HEADWATER_USERNAME", "chief")
    monkeypatch.setenv("HEADWATER_PASSWORD", "the words of the chief")

    with started(tmp_path, "server", "--port", "0") as (_, address), closing(open_store(address)) as remote:
        assert [user.username for user in remote.users.list(ListUsers()).users] == ["chief"]


def test_variables_that_are_set_win_over_those_of_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "own.env").write_text("# mine\nHEADWATER_TRACKING_URI=sqlite:///file.db\nexport OTHER_OF_FILE=a b\n")
    monkeypatch.setenv("HEADWATER_TRACKING_URI", f"sqlite:///{tmp_path / 'set.db'}")
    monkeypatch.setenv("OTHER_OF_FILE", "")
    monkeypatch.delenv("OTHER_OF_FILE")

    done = run("--env-file", "own.env", "experiments", "create", "mine")

    assert done.exit_code == 0, done.output
    assert (tmp_path / "set.db").exists()
    assert not (tmp_path / "file.db").exists()
    assert os.environ["OTHER_OF_FILE"] == "a b"


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("A=b c", "b c"),
        ("export A = b # why", "b"),
        ("A=b#c", "b#c"),
        ("A='b # \\n'", "b # \\n"),
        ('A="b \\"c\\"\\n" # why', 'b "c"\n'),
        ("A=", ""),
        ("A= # why", ""),
        ("A=it's", "it's"),
    ],
)
def test_a_line_of_a_file_of_variables_is_read(tmp_path: Path, line: str, value: str) -> None:
    (tmp_path / "one.env").write_text(f"\n# first\n{line}\n")

    assert read_env_file(str(tmp_path / "one.env")) == {"A": value}


@pytest.mark.parametrize("line", ["no equals sign", "1A=b", "=b", "A='b", 'A="b" c', "A B=c"])
def test_a_line_that_is_no_variable_is_named(tmp_path: Path, line: str) -> None:
    (tmp_path / "one.env").write_text(f"OK=1\n{line}\n")

    done = run("--env-file", "one.env", "doctor")

    assert done.exit_code == click.UsageError.exit_code
    assert "Line 2 of 'one.env'" in done.output


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--artifacts-only", "--no-serve-artifacts"], "nothing would be left"),
        (["--registry-store-uri", "sqlite:///models.db"], "Start a server for each"),
        (["--backend-store-uri", "postgresql://a/b", "--no-serve-artifacts"], "Give --default-artifact-root"),
        (["--x-frame-options", "ALLOW"], "'ALLOW'"),
        (["--workers", "0"], "0 is not in the range"),
        (["--default-permission", "ALL"], "'ALL'"),
        (["--app-name", "other"], "'other'"),
        (["--env-file", "missing.env"], "missing.env"),
    ],
)
def test_options_that_cannot_be_had_are_usage_errors(options: list[str], complaint: str) -> None:
    done = run("server", "--port", "0", *options)

    assert done.exit_code == click.UsageError.exit_code
    assert complaint in " ".join(done.output.replace("│", " ").split())


@pytest.mark.parametrize("roles", ["vision", "vision=", "=vision"])
def test_groups_that_stand_for_nothing_stop_the_start(monkeypatch: pytest.MonkeyPatch, roles: str) -> None:
    monkeypatch.setenv("HEADWATER_OIDC_ROLES", f"ops=ops, {roles}")

    done = run("server", "--port", "0")

    assert done.exit_code == 1
    assert f"HEADWATER_OIDC_ROLES has '{roles}'. Write group=role" in done.output


def test_database_is_upgraded_and_told_of(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "old.db")) as connection:
        connection.executescript((UPGRADES / "schema-6.sql").read_text())

    done = run("db", "upgrade", "sqlite:///old.db")
    again = run("db", "upgrade", "sqlite:///old.db")

    open_store(f"sqlite:///{tmp_path / 'old.db'}").close()
    assert (done.exit_code, again.exit_code) == (0, 0), done.output
    assert "from schema 6 to" in done.output
    assert "old.db.backup-6" in done.output
    assert (tmp_path / "old.db.backup-6").exists()
    assert "already" in again.output


def test_a_database_is_made_if_there_is_none(tmp_path: Path) -> None:
    done = run("db", "upgrade", f"sqlite:///{tmp_path / 'new.db'}")

    assert done.exit_code == 0
    assert f"Made 'sqlite:///{tmp_path / 'new.db'}' with schema" in done.output


def test_an_address_of_a_server_is_no_database() -> None:
    done = run("db", "upgrade", "http://localhost:5000")

    assert done.exit_code == 1
    assert "'http://localhost:5000' is no database" in done.output


def test_runs_of_mlflow_beside_a_new_store_are_noticed(tmp_path: Path) -> None:
    store_uri = default_tracking_uri()
    nothing = find_mlflow(store_uri)
    (tmp_path / "mlruns" / "0").mkdir(parents=True)
    (tmp_path / "mlruns" / "0" / "meta.yaml").touch()
    folder, elsewhere = find_mlflow(store_uri), find_mlflow("sqlite:///other.db")
    (tmp_path / "mlflow.db").touch()
    database = find_mlflow(store_uri)
    open_store(store_uri).close()

    assert (nothing, folder, elsewhere, database) == ("", "mlruns", "", "sqlite:///mlflow.db")
    assert find_mlflow(store_uri) == ""
