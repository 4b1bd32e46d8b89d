"""How to sign in to a server is kept in a file that only its owner can read, and is sent to that server only."""

from pathlib import Path

import pytest

from headwater.config import PASSWORD, TOKEN, USERNAME
from headwater.stores.rest.client import Client
from headwater.stores.rest.logins import Login, find_login, forget_login, is_in_clear, save_login

URL = "https://example.org/mlflow"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a home of this machine's user that is new."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("HEADWATER_HOME", str(tmp_path / ".headwater"))
    for setting in (USERNAME, PASSWORD, TOKEN):
        monkeypatch.delenv(setting.name, raising=False)
        monkeypatch.delenv(setting.mlflow_name, raising=False)
    return tmp_path / ".headwater"


def _sent(url: str, credentials: tuple[str, str] | None = None) -> str:
    return Client(url, credentials=credentials)._headers.get("authorization", "")


def test_a_login_is_kept_until_it_is_forgotten(home: Path) -> None:
    before = find_login(URL)
    save_login(URL, Login("hwt_1", "1", "ada"))
    save_login("http://localhost:5000", Login("hwt_2"))
    kept = find_login(URL)
    forget_login(URL)

    assert (before, kept, find_login(URL)) == (None, Login("hwt_1", "1", "ada"), None)
    assert find_login("http://localhost:5000") == Login("hwt_2")
    assert (home / "logins.json").stat().st_mode & 0o777 == 0o600
    assert [file.name for file in home.iterdir()] == ["logins.json"]


def test_a_login_is_for_one_server(home: Path) -> None:
    save_login(URL, Login("hwt_1"))
    same = ("https://example.org:443/mlflow/", "https://EXAMPLE.org/mlflow", "https://ada@example.org/mlflow")
    others = ("http://example.org/mlflow", "https://example.org:8443/mlflow", "https://example.org")

    assert [find_login(url) for url in same] == [Login("hwt_1")] * 3
    assert [find_login(url) for url in others] == [None] * 3


@pytest.mark.parametrize("text", ["", "nonsense", "[]", '{"https://example.org:443/mlflow": 1}'])
def test_a_file_that_is_damaged_counts_for_nothing(home: Path, text: str) -> None:
    home.mkdir()
    (home / "logins.json").write_text(text)

    assert find_login(URL) is None
    save_login(URL, Login("hwt_1"))
    assert find_login(URL) == Login("hwt_1")


def test_a_client_sends_what_is_nearest(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home.parent / ".mlflow").mkdir()
    (home.parent / ".mlflow" / "credentials").write_text(
        "[mlflow]\nmlflow_tracking_username = a\nmlflow_tracking_password = b\n"
    )
    of_mlflow = _sent(URL)
    save_login(URL, Login("hwt_1"))
    of_login = _sent(URL)
    of_other = _sent("https://elsewhere.org")
    monkeypatch.setenv(TOKEN.name, "hwt_2")
    of_environment = _sent(URL)
    of_address = _sent("https://c:d@example.org/mlflow")

    assert of_mlflow == of_other == "Basic YTpi"
    assert (of_login, of_environment, of_address) == ("Bearer hwt_1", "Bearer hwt_2", "Basic Yzpk")
    assert (_sent(URL, ("e", "f")), _sent(URL, ("", "hwt_3"))) == ("Basic ZTpm", "Bearer hwt_3")


def test_what_can_be_read_on_the_way_is_known() -> None:
    urls = ("http://example.org", "https://example.org", "http://localhost:5000", "http://127.0.0.1", "http://[::1]:1")

    assert [is_in_clear(url) for url in urls] == [True, False, False, False, False]
