"""The first administrator of a server: made with a code that it tells, or from settings."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.users import ListUsers
from headwater.server.access.access import Access
from headwater.server.serve import open_access
from headwater.server.settings import ServerSettings
from headwater.stores import open_store
from headwater.stores.interface import Store
from headwater.testing.servers import live_server
from server.access_client import ME, cookie, who
from server.caller import NATIVE, Answer, get, post


@pytest.fixture
def empty_store(tmp_path: Path) -> Iterator[Store]:
    """Return a store without users."""
    store = open_store(f"sqlite:///{tmp_path / 'empty.db'}")
    yield store
    store.close()


def test_the_first_administrator_is_made_with_the_code_that_the_server_tells(
    empty_store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    access = open_access(empty_store, ServerSettings(), "http://localhost:5000")
    code = access.setup.code
    access.close()

    assert f"Open http://localhost:5000/setup and enter the code {code}" in caplog.text
    assert len(code.replace("-", "")) == 8


def test_setting_up_needs_the_code_and_happens_once(empty_store: Store) -> None:
    with live_server(empty_store, authentication=True) as url:
        new = {"username": "first", "password": "the first password"}

        def set_up(code: str) -> Answer:
            return post(url, f"{NATIVE}/session/setup", {"code": code, **new})

        assert get(url, ME).json["setup_needed"] is True
        assert get(url, "experiments/get?experiment_id=0").status == 401
        guesses = [set_up(f"AAAA-AAA{letter}").status for letter in "BCDEFGH"]
        assert guesses[:5] == [403] * 5
        assert guesses[-1] == 429
        assert empty_store.users.list(ListUsers()).users == []


def test_whoever_sets_up_is_signed_in_as_administrator(empty_store: Store) -> None:
    settings = ServerSettings(port=0, authentication=True)
    access = Access(empty_store, settings)
    with live_server(empty_store, access=access) as url:
        body = {"code": access.setup.code.lower(), "username": "first", "password": "the first password"}
        weak = post(url, f"{NATIVE}/session/setup", {**body, "password": "password1234"})
        made = post(url, f"{NATIVE}/session/setup", body)
        again = post(url, f"{NATIVE}/session/setup", {**body, "username": "second"})

        assert (weak.status, made.status, again.status) == (400, 200, 409)
        assert made.json["user"]["is_admin"] is True
        assert who(url, cookie(made)) == "first"
        assert get(url, ME).json == {"authentication": True, "default": "READ"}


@pytest.mark.parametrize("password", ["short", "password1234", "aaaaaaaaaaaa", "administrator"])
def test_an_administrator_of_the_settings_needs_a_password_that_is_one(empty_store: Store, password: str) -> None:
    settings = ServerSettings(admin_username="admin", admin_password=password)

    with pytest.raises(InvalidParameterValue):
        open_access(empty_store, settings, "http://localhost")
    assert password not in repr(settings)


def test_the_administrator_of_the_settings_is_made_where_there_is_no_user(empty_store: Store) -> None:
    for name in ("chief", "second"):
        settings = ServerSettings(admin_username=name, admin_password="the chief's password")
        open_access(empty_store, settings, "http://localhost").close()

    assert [(user.username, user.is_admin) for user in empty_store.users.list(ListUsers()).users] == [("chief", True)]
