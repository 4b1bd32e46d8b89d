"""Signing in and out, tokens, passwords, the first administrator, and whoever tries to get in otherwise."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from headwater.protocol.errors import NotSupported
from headwater.protocol.users import CreateToken, CreateUser, ListUsers
from headwater.server.access.access import Access
from headwater.server.settings import ServerSettings
from headwater.stores import open_store
from headwater.stores.interface import Store
from headwater.testing.servers import live_server
from server.access_client import ME, PASSWORD, cookie, sign_in, to_json, who
from server.access_world import ADMIN_PASSWORD, basic, bearer, make_token
from server.caller import API, NATIVE, call, get, post

BROWSER = {"x-requested-with": "headwater"}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Return a store with an administrator and a user."""
    store = open_store(f"sqlite:///{tmp_path / 'h.db'}")
    store.users.create(CreateUser("root", ADMIN_PASSWORD, is_admin=True))
    store.users.create(CreateUser("ann", PASSWORD))
    yield store
    store.close()


@pytest.fixture
def url(store: Store) -> Iterator[str]:
    """Return a server that knows its users."""
    with live_server(store, authentication=True) as url:
        yield url


@pytest.fixture(scope="module")
def shared_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return a server with one user, for tests that change nothing."""
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('shared') / 'h.db'}")
    store.users.create(CreateUser("ann", PASSWORD))
    with live_server(store, authentication=True) as url:
        yield url
    store.close()


def test_a_session_is_a_cookie_that_no_script_reads(url: str) -> None:
    answer = sign_in(url)

    assert (answer.status, answer.json["user"]["username"], answer.headers["cache-control"]) == (200, "ann", "no-store")
    parts = {part.strip().lower() for part in answer.headers["set-cookie"].split(";")[1:]}
    assert {"httponly", "samesite=lax", "path=/"} <= parts
    assert "secure" not in parts
    assert who(url, cookie(answer)) == "ann"
    assert get(url, "experiments/get?experiment_id=0", cookie(answer)).status == 200
    assert "hws_" not in answer.body.decode()


def test_a_cookie_is_secure_behind_a_proxy_that_speaks_https(url: str) -> None:
    assert "secure" in sign_in(url, headers={"x-forwarded-proto": "https"}).headers["set-cookie"].lower()


def test_the_word_of_a_proxy_that_is_not_trusted_is_not_taken(store: Store) -> None:
    with live_server(store, authentication=True, trusted_proxies=()) as url:
        answer = sign_in(url, headers={"x-forwarded-proto": "https"})

    assert "secure" not in answer.headers["set-cookie"].lower()


def test_a_cookie_stands_for_the_prefix_of_the_server_only(store: Store) -> None:
    with live_server(store, authentication=True, prefix="/lab") as url:
        answer = call(
            url, "POST", f"/lab{NATIVE}/session/open", f'{{"username":"ann","password":"{PASSWORD}"}}',
            {"content-type": "application/json"},
        )  # fmt: skip

    assert "path=/lab;" in answer.headers["set-cookie"].lower() + ";"


def test_signing_out_ends_the_session_at_once(url: str) -> None:
    session = cookie(sign_in(url))

    answer = post(url, f"{NATIVE}/session/close", {}, session)

    assert (answer.status, 'headwater_session=""' in answer.headers["set-cookie"]) == (200, True)
    assert who(url, session) == ""
    assert get(url, "experiments/get?experiment_id=0", session).status == 401


def test_signing_in_makes_a_new_session_and_ends_the_one_that_the_browser_had(url: str) -> None:
    before = cookie(sign_in(url, "root", ADMIN_PASSWORD))

    after = cookie(sign_in(url, headers=before))

    assert after != before
    assert (who(url, before), who(url, after)) == ("", "ann")


def test_a_session_that_somebody_made_up_is_none(url: str) -> None:
    planted = {"cookie": "headwater_session=hws_planted"}

    assert who(url, planted) == ""
    assert cookie(sign_in(url, headers=planted)) != planted
    assert get(url, "experiments/get?experiment_id=0", planted).status == 401


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data", ""])
@pytest.mark.parametrize("path", ["session/open", "session/close", "session/setup"])
def test_a_form_of_another_site_signs_nobody_in_or_out(shared_url: str, kind: str, path: str) -> None:
    body = f'{{"username":"ann","password":"{PASSWORD}"}}'
    answer = call(shared_url, "POST", f"{NATIVE}/{path}", body, {"content-type": kind} if kind else {})

    assert (answer.status, "set-cookie" in answer.headers) == (400, False)


def test_a_page_of_another_site_is_refused(url: str) -> None:
    answer = sign_in(url, headers={"origin": "https://evil.example"})

    assert (answer.status, "set-cookie" in answer.headers) == (403, False)


def test_wrong_passwords_and_unknown_users_are_answered_in_the_same_words(url: str) -> None:
    wrong, unknown = sign_in(url, password="not her password"), sign_in(url, "nobody", "not her password")

    assert (wrong.status, wrong.body) == (unknown.status, unknown.body)
    assert (wrong.status, wrong.json["error_code"]) == (401, "UNAUTHENTICATED")


@pytest.mark.parametrize("password", ["", "x", "x" * 1024, "x" * 50_000, "pass\0word", "\U0001f600" * 20])
@pytest.mark.parametrize("username", ["ann", "", "x" * 5000, "a:b", "'; DROP TABLE user_account; --"])
def test_odd_names_and_passwords_are_refused_and_break_nothing(url: str, username: str, password: str) -> None:
    assert sign_in(url, username, password).status in {400, 401}


def test_guessing_is_slowed_and_says_how_long(url: str) -> None:
    answers = [sign_in(url, password=f"guess number {number}") for number in range(7)]

    assert [answer.status for answer in answers[:5]] == [401] * 5
    assert answers[-1].status == 429
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert sign_in(url).status == 429, "not even the right password helps whoever guesses"
    assert sign_in(url, "root", ADMIN_PASSWORD).status == 200, "others sign in as before"


def test_who_signed_in_before_is_not_shut_out_by_who_guesses(store: Store) -> None:
    elsewhere = {"x-forwarded-for": "203.0.113.9"}
    with live_server(store, authentication=True) as url:
        assert sign_in(url).status == 200
        guesses = [sign_in(url, password=f"guess {number} of many", headers=elsewhere).status for number in range(7)]

        assert guesses[-1] == 429
        assert sign_in(url).status == 200


def test_basic_takes_a_password_or_a_token_and_bearer_a_token(store: Store, url: str) -> None:
    token = make_token(store, "ann")

    assert who(url, basic("ann", PASSWORD)) == "ann"
    assert who(url, basic("ann", token)) == "ann"
    assert who(url, bearer(token)) == "ann"
    assert who(url, basic("root", token)) == "", "a token stands for one user"
    assert who(url, bearer(PASSWORD)) == ""


@pytest.mark.parametrize(
    "header",
    ["Basic", "Basic !", "Basic YW5u", "Bearer", "Bearer x", "Digest x", "basic " + "A" * 20_000, "Negotiate", "x"],
)
def test_headers_that_say_nothing_are_refused(shared_url: str, header: str) -> None:
    answer = get(shared_url, "experiments/get?experiment_id=0", {"authorization": header})

    assert (answer.status, answer.json["error_code"]) == (401, "UNAUTHENTICATED")


def test_a_wrong_header_is_not_made_good_by_a_session(url: str) -> None:
    session = cookie(sign_in(url))

    assert get(url, "experiments/get?experiment_id=0", {**session, **bearer("hwt_wrong")}).status == 401


def test_programs_are_asked_for_a_password_and_pages_are_not(url: str) -> None:
    for headers in (BROWSER, {"user-agent": "Mozilla/5.0 (X11)"}, {"sec-fetch-mode": "cors"}):
        assert "www-authenticate" not in get(url, "experiments/get?experiment_id=0", headers).headers
    assert get(url, "experiments/get?experiment_id=0").headers["www-authenticate"] == 'Basic realm="headwater"'


def test_pages_and_monitors_are_open_and_data_is_not(store: Store) -> None:
    with live_server(store, authentication=True, exposes_metrics=True) as url:
        for path in ("/", "/experiments/0", "/health", "/version", f"{NATIVE}/openapi.json", ME):
            assert get(url, path, {"accept": "text/html"}).status == 200, path
        for path in ("/metrics", "/get-artifact?run_id=a&path=b", f"{NATIVE}/events"):
            assert get(url, path).status == 401, path
        assert get(url, "/metrics", basic("ann", PASSWORD)).status == 200


@pytest.mark.parametrize(
    ("method", "target", "extra"),
    [
        ("HEAD", f"{API}/experiments/get?experiment_id=0", {}),
        ("GET", f"{API}/experiments/get?experiment_id=0", {"x-http-method-override": "OPTIONS"}),
        ("GET", "/ajax-api/2.0/mlflow/experiments/get?experiment_id=0", {}),
        ("GET", "/%61pi/2.0/mlflow/experiments/get?experiment_id=0", {}),
        ("POST", f"{API}/experiments/search", {"x-http-method-override": "GET", "content-type": "application/json"}),
        ("GET", f"{API}/experiments/get?experiment_id=0", {"x-original-url": "/health", "x-rewrite-url": "/health"}),
        ("GET", f"{API}/experiments/get?experiment_id=0&x=/health", {}),
        ("GET", f"{NATIVE}/changes", {"accept": "text/html"}),
    ],
)
def test_no_spelling_of_a_request_gets_around_the_question(
    shared_url: str, method: str, target: str, extra: dict[str, str]
) -> None:
    answer = call(shared_url, method, target, b"{}" if method == "POST" else None, extra)

    assert answer.status == 401


@pytest.mark.parametrize(
    "target",
    [
        f"/{API}/experiments/get?experiment_id=0",
        f"{API}/experiments/get/?experiment_id=0",
        f"{API}//experiments/get?experiment_id=0",
        f"/assets/..{API}/experiments/get?experiment_id=0",
        f"{API}/experiments/get;x?experiment_id=0",
        f"{API}/experiments/GET?experiment_id=0",
    ],
)
def test_paths_that_almost_name_a_verb_name_nothing(shared_url: str, target: str) -> None:
    answer = call(shared_url, "GET", target)

    assert answer.status in {400, 401, 404}
    assert b"experiment_id" not in answer.body


def test_options_tell_methods_and_nothing_else(url: str) -> None:
    answer = call(url, "OPTIONS", f"{API}/experiments/get?experiment_id=0")

    assert (answer.status, answer.body) == (204, b"")


def test_a_disabled_user_is_out_at_once_in_every_way(store: Store, url: str) -> None:
    ways = [cookie(sign_in(url)), basic("ann", PASSWORD), bearer(make_token(store, "ann"))]
    assert [who(url, way) for way in ways] == ["ann"] * 3
    root = basic("root", ADMIN_PASSWORD)

    assert post(url, f"{NATIVE}/users/set-active", {"username": "ann", "is_active": False}, root).status == 200

    assert [who(url, way) for way in ways] == [""] * 3
    assert sign_in(url).status == 401


def test_changing_a_password_needs_the_old_one_and_ends_sessions(url: str) -> None:
    session, new = cookie(sign_in(url)), "another password of ann"
    wanted = {"username": "ann", "password": new}
    change = f"{API}/users/update-password"

    def ask(extra: dict[str, str]) -> int:
        headers = {**session, "content-type": "application/json"}
        return call(url, "PATCH", change, to_json({**wanted, **extra}), headers).status

    assert [ask({}), ask({"current_password": "a wrong one of hers"})] == [403, 403]
    assert who(url, basic("ann", PASSWORD)) == "ann"
    assert ask({"current_password": PASSWORD}) == 200
    assert (who(url, session), who(url, basic("ann", PASSWORD)), who(url, basic("ann", new))) == ("", "", "ann")


def test_administrators_set_passwords_of_others_without_knowing_them(url: str) -> None:
    wanted = {"username": "ann", "password": "a password that root chose"}
    headers = {**basic("root", ADMIN_PASSWORD), "content-type": "application/json"}

    assert call(url, "PATCH", f"{API}/users/update-password", to_json(wanted), headers).status == 200
    assert who(url, basic("ann", "a password that root chose")) == "ann"


def test_nobody_becomes_an_administrator_by_the_way(store: Store, url: str) -> None:
    ann = basic("ann", PASSWORD)
    new = "another password of ann"
    me = {"username": "ann", "password": new, "current_password": PASSWORD, "is_admin": True}
    json_of_ann = {**ann, "content-type": "application/json"}

    eve = {"username": "eve", "password": "a password of eve", "is_admin": True}
    raised = to_json({"username": "ann", "is_admin": True})
    token = {"name": "t", "is_admin": True}

    assert post(url, "users/create", eve, ann).status == 403
    assert call(url, "PATCH", f"{API}/users/update-admin", raised, json_of_ann).status == 403
    assert call(url, "PATCH", f"{API}/users/update-password", to_json(me), json_of_ann).status == 200
    assert post(url, f"{NATIVE}/tokens/create", token, basic("ann", new)).status == 200
    assert [user.username for user in store.users.list(ListUsers()).users if user.is_admin] == ["root"]


def test_tokens_are_made_listed_and_revoked_for_oneself_alone(store: Store, url: str) -> None:
    ann = basic("ann", PASSWORD)
    made = post(url, f"{NATIVE}/tokens/create", {"name": "mine"}, ann).json
    others = post(url, f"{NATIVE}/tokens/create", {"name": "hers", "username": "root"}, ann)
    token_of_root = store.users.create_token(CreateToken("t", "root")).token.token_id

    listed = get(url, f"{NATIVE}/tokens/list", ann)
    stolen = post(url, f"{NATIVE}/tokens/revoke", {"token_id": token_of_root}, ann)

    assert (others.status, get(url, f"{NATIVE}/tokens/list?username=root", ann).status) == (403, 403)
    assert [token["name"] for token in listed.json["tokens"]] == ["mine"]
    assert made["secret"] not in listed.body.decode()
    assert stolen.status in {403, 404}
    assert post(url, f"{NATIVE}/tokens/revoke", {"token_id": token_of_root, "username": "root"}, ann).status == 403
    assert who(url, bearer(made["secret"])) == "ann"
    assert post(url, f"{NATIVE}/tokens/revoke", {"token_id": made["token"]["token_id"]}, ann).status == 200
    assert who(url, bearer(made["secret"])) == ""


def test_users_see_themselves_and_nobody_else(url: str) -> None:
    ann = basic("ann", PASSWORD)

    assert get(url, "users/get?username=ann", ann).json["user"]["username"] == "ann"
    assert get(url, "users/get?username=root", ann).status == 403
    assert get(url, "users/get?username=ghost", ann).status == 403
    assert get(url, "users/list", ann).status == 403


def test_no_secret_is_logged(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    token = make_token(store, "ann")
    with caplog.at_level(logging.DEBUG), live_server(store, authentication=True) as url:
        get(url, "experiments/get?experiment_id=0", bearer(token))
        get(url, "experiments/get?experiment_id=0", basic(token, "x"))
        sign_in(url, password="a password that is wrong")
        sign_in(url)

    assert token not in caplog.text
    assert PASSWORD not in caplog.text
    assert "a password that is wrong" not in caplog.text
    assert "Sign-in as 'ann'" in caplog.text


def test_a_token_in_a_url_counts_for_nothing(store: Store, url: str) -> None:
    token = make_token(store, "ann")

    assert get(url, f"experiments/get?experiment_id=0&token={token}&access_token={token}").status == 401


def test_without_users_everything_is_open_and_says_so(store: Store) -> None:
    with live_server(store) as url:
        assert get(url, ME).json == {"authentication": False}
        assert get(url, "experiments/get?experiment_id=0").status == 200
        assert sign_in(url).json["error_code"] == "FEATURE_DISABLED"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("users/create", {"username": "eve", "password": "correct horse battery", "is_admin": True}),
        (f"{NATIVE}/tokens/create", {"name": "later", "username": "root"}),
        (f"{NATIVE}/roles/create", {"name": "mine"}),
    ],
)
def test_without_users_nobody_prepares_rights_for_the_day_when_the_server_asks(
    store: Store, path: str, body: dict[str, object]
) -> None:
    with live_server(store) as url:
        refused = post(url, path, body)

    assert (refused.status, refused.json["error_code"]) == (400, "FEATURE_DISABLED")
    assert [user.username for user in store.users.list(ListUsers()).users] == ["ann", "root"]


def test_a_server_of_another_server_knows_no_users() -> None:
    remote = open_store("http://localhost:1")

    with pytest.raises(NotSupported):
        Access(remote, ServerSettings())
    remote.close()
