"""Signing in to a real server from the command line, and out again."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from headwater.cli._root import root
from headwater.config import PASSWORD, TOKEN, USERNAME
from headwater.protocol.errors import Unauthenticated
from headwater.protocol.users import CreateToken, CreateUser, GetCurrentUser, ListTokens, SetActive
from headwater.stores import open_store
from headwater.stores.interface import Store
from headwater.stores.rest.logins import find_login
from headwater.testing.servers import live_server

WORDS = "correct horse battery"

Command = Callable[..., Result]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """Return the store behind the server, with a user who may sign in."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("HEADWATER_HOME", str(tmp_path / "home"))
    for setting in (USERNAME, PASSWORD, TOKEN):
        monkeypatch.delenv(setting.name, raising=False)
        monkeypatch.delenv(setting.mlflow_name, raising=False)
    with closing(open_store(f"sqlite:///{tmp_path / 'h.db'}")) as opened:
        opened.users.create(CreateUser("ada", WORDS))
        yield opened


@pytest.fixture
def url(store: Store) -> Iterator[str]:
    """Return the address of a server that asks who one is."""
    with live_server(store, authentication=True) as address:
        yield address


@pytest.fixture
def command() -> Command:
    """Return a function that runs one command and returns its result."""

    def run(*arguments: str, answer: str | None = None) -> Result:
        return CliRunner().invoke(root, arguments, prog_name="headwater", input=answer)

    return run


def _who(url: str) -> str:
    with closing(open_store(url)) as remote:
        return remote.users.get_current(GetCurrentUser()).user.username


def test_a_login_signs_in_every_program_until_logout(store: Store, url: str, command: Command) -> None:
    login = command("login", url, "-u", "ada", "--password-stdin", answer=WORDS)
    name = _who(url)
    (token,) = store.users.list_tokens(ListTokens("ada")).tokens
    tokens = command("tokens", "list", "--tracking-uri", url)
    logout = command("logout", url)
    refused = command("tokens", "list", "--tracking-uri", url)

    assert login.stdout == f"Signed in to '{url}' as 'ada'.\n"
    assert name == "ada"
    assert token.name.startswith("headwater login on ")
    assert token.expires - token.creation_time == 90 * 86_400_000
    assert token.token_id in tokens.stdout
    assert logout.stdout == f"Signed out of '{url}'.\n"
    assert store.users.list_tokens(ListTokens("ada")).tokens == []
    assert refused.stderr.endswith(f"For all programs on this machine: headwater login {url}\n")
    with pytest.raises(Unauthenticated):
        _who(url)
    assert command("logout", url).exit_code == 1


def test_a_wrong_password_keeps_nothing(store: Store, url: str, command: Command) -> None:
    login = command("login", url, "-u", "ada", "--password-stdin", answer="wrong, but long")

    assert login.exit_code == 1
    assert "wrong, but long" not in login.output
    assert find_login(url) is None
    assert store.users.list_tokens(ListTokens("ada")).tokens == []


def test_a_token_signs_in_who_has_no_password(store: Store, url: str, command: Command) -> None:
    secret = store.users.create_token(CreateToken("mine", "ada")).secret

    login = command("login", url, "--token-stdin", answer=secret + "\n")
    nonsense = command("login", url, "--token-stdin", answer="hwt_nonsense\n")

    assert login.stdout == f"Signed in to '{url}' as 'ada'.\n"
    assert secret not in login.output
    assert nonsense.exit_code == 1
    assert _who(url) == "ada"


def test_logout_forgets_also_where_the_server_refuses(store: Store, url: str, command: Command) -> None:
    command("login", url, "-u", "ada", "--password-stdin", answer=WORDS)
    store.users.set_active(SetActive("ada", is_active=False))

    logout = command("logout", url)

    assert (logout.exit_code, find_login(url)) == (0, None)
