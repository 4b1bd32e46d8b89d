"""The user name and password that go to the server come from the environment, else from MLflow's file."""

from pathlib import Path

import pytest

from headwater.config import PASSWORD, TOKEN, USERNAME, credentials

FILE = "[mlflow]\nmlflow_tracking_username = ann\nmlflow_tracking_password = s%cret\n"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    for setting in (USERNAME, PASSWORD, TOKEN):
        monkeypatch.delenv(setting.name, raising=False)
        monkeypatch.delenv(setting.mlflow_name, raising=False)
    (tmp_path / ".mlflow").mkdir()
    return tmp_path


def test_the_file_is_read_where_the_environment_says_nothing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = credentials()
    (home / ".mlflow" / "credentials").write_text(FILE)

    of_file = credentials()
    monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", "bob")
    of_variables = credentials()

    assert (nothing, of_file, of_variables) == (("", ""), ("ann", "s%cret"), ("bob", ""))


def test_a_token_in_the_environment_wins_over_the_file(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / ".mlflow" / "credentials").write_text(FILE)
    monkeypatch.setenv(TOKEN.name, "secret")

    assert credentials() == ("", "")


@pytest.mark.parametrize("text", ["no section", "[other]\na = b\n", "[mlflow]\n"])
def test_a_file_without_them_counts_for_nothing(home: Path, text: str) -> None:
    (home / ".mlflow" / "credentials").write_text(text)

    assert credentials() == ("", "")
