"""Signing in through a real OpenID Connect provider, and every answer of one that proves nothing."""

import base64
import hashlib
import http.client
import io
import json
import threading
import warnings
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit, urlunsplit

import pytest
import werkzeug.serving

from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.roles import CreateRole
from headwater.protocol.users import CreateUser, GetUser, SetActive
from headwater.server.access.access import Access
from headwater.server.access.identity_routes import RETURN_PATH, START_PATH
from headwater.server.settings import OidcSettings, ServerSettings
from headwater.stores import open_store
from headwater.stores.interface import Store
from headwater.testing.servers import live_server
from server.caller import NATIVE, Answer, call, get, post

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import oidc_provider_mock  # type: ignore[import-untyped]  # it has no types

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the provider's own libraries


class ProviderServer(NamedTuple):
    """The provider: its address, the forms that its token endpoint was sent, and what changes its answers."""

    url: str
    forms: list[dict[str, str]]
    changes: dict[str, Callable[[bytes], bytes]]


@pytest.fixture(scope="module")
def provider() -> Iterator[ProviderServer]:
    """Return a provider in a thread."""
    forms: list[dict[str, str]] = []
    changes: dict[str, Callable[[bytes], bytes]] = {}
    people = [
        oidc_provider_mock.User(sub="1", claims={"email": "Ann@Example.com", "email_verified": True}),
        oidc_provider_mock.User(sub="2", claims={"email": "eve@evil.example", "email_verified": True}),
        oidc_provider_mock.User(sub="3", claims={"email": "root", "email_verified": True}),
        oidc_provider_mock.User(sub="4", claims={"email": "ann@example.com", "email_verified": False}),
        oidc_provider_mock.User(sub="5", claims={}),
    ]
    app = oidc_provider_mock.app(require_nonce=True, user_claims=people)
    app.debug = False
    inner = app.wsgi_app

    def watched(environ: dict[str, Any], start: Callable[..., Any]) -> Any:
        path = environ["PATH_INFO"]
        if path == "/oauth2/token":
            body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
            forms.append(dict(parse_qsl(body.decode())))
            environ["wsgi.input"] = io.BytesIO(body)
        if path not in changes:
            return inner(environ, start)
        held: list[Any] = []
        parts = inner(environ, lambda status, headers, *_: held.append((status, headers)))
        data = changes[path](b"".join(parts))
        ((status, headers),) = held
        kept = [(name, value) for name, value in headers if name.lower() != "content-length"]
        start(status, [*kept, ("content-length", str(len(data)))])
        return [data]

    server = werkzeug.serving.make_server("localhost", 0, watched, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield ProviderServer(f"http://localhost:{server.server_port}", forms, changes)
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def store(tmp_path: Any) -> Iterator[Store]:
    """Return a store with an administrator who has a password."""
    store = open_store(f"sqlite:///{tmp_path / 'h.db'}")
    store.users.create(CreateUser("root", "an administrator's own words", is_admin=True))
    yield store
    store.close()


@pytest.fixture
def url(store: Store, provider: ProviderServer) -> Iterator[str]:
    """Return a server whose people sign in at the provider."""
    with live_server(store, authentication=True, oidc=settings(provider)) as url:
        yield url
    provider.changes.clear()


def settings(provider: ProviderServer, **more: Any) -> OidcSettings:
    """Return the settings for a provider."""
    return OidcSettings(issuer=provider.url, client_id="headwater", client_secret="s3 & cret", **more)


class Browser:
    """Follows redirects one at a time and keeps the cookies of the server."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.cookies: dict[str, str] = {}

    def get(self, target: str) -> Answer:
        """Get a page of the server."""
        held = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=30)
        connection.request("GET", target, headers={"cookie": held} if held else {})
        response = connection.getresponse()
        for line in response.headers.get_all("set-cookie") or []:
            name, _, value = line.partition(";")[0].partition("=")
            if value.strip('"'):
                self.cookies[name] = value
            else:
                self.cookies.pop(name, None)
        answer = Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        connection.close()
        return answer

    def begin(self, target: str = "") -> str:
        """Return where the server sends the browser."""
        answer = self.get(f"{START_PATH}?{urlencode({'next': target})}" if target else START_PATH)
        assert answer.status == 303, answer.body
        return answer.headers["location"]

    def back(self, location: str) -> Answer:
        """Go where the provider sends the browser."""
        parts = urlsplit(location)
        return self.get(urlunsplit(("", "", parts.path, parts.query, "")))


def consent(location: str, sub: str) -> str:
    """Sign in at the provider as somebody, and return where it sends the browser."""
    parts = urlsplit(location)
    answer = call(
        f"http://{parts.netloc}", "POST", f"{parts.path}?{parts.query}", urlencode({"sub": sub}),
        {"content-type": "application/x-www-form-urlencoded"},
    )  # fmt: skip
    assert answer.status == 302, answer.body
    return answer.headers["location"]


def test_somebody_signs_in_and_is_a_user_from_then_on(store: Store, url: str, provider: ProviderServer) -> None:
    browser = Browser(url)
    location = browser.begin("/experiments/0?tab=charts")
    asked = parse_qs(urlsplit(location).query)

    answer = browser.back(consent(location, "1"))

    assert (answer.status, answer.headers["location"]) == (303, "/experiments/0?tab=charts")
    me = browser.get(f"{NATIVE}/me").json
    assert (me["user"]["username"], me["user"]["source"], me["user"].get("is_admin", False)) == (
        "ann@example.com",
        "oidc",
        False,
    )
    assert browser.get(f"{NATIVE}/home/read").status == 405
    assert browser.cookies.keys() == {"headwater_session"}
    verifier = provider.forms[-1]["code_verifier"]
    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    assert (asked["code_challenge"], asked["code_challenge_method"]) == ([digest], ["S256"])
    assert asked["redirect_uri"] == [f"{url}{RETURN_PATH}"]

    again = Browser(url)
    again.back(consent(again.begin(), "1"))
    assert again.get(f"{NATIVE}/me").json["user"]["id"] == me["user"]["id"]


def test_the_sign_in_page_learns_of_the_provider(store: Store, provider: ProviderServer) -> None:
    with live_server(store, authentication=True, oidc=settings(provider, label="Example Inc.")) as url:
        assert get(url, f"{NATIVE}/me").json["providers"] == [{"name": "oidc", "label": "Example Inc."}]


@pytest.mark.parametrize(
    "target", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:x", "/a\nb"]
)
def test_nobody_is_sent_elsewhere_afterwards(url: str, target: str) -> None:
    browser = Browser(url)

    assert browser.back(consent(browser.begin(target), "1")).headers["location"] == "/"


def test_a_provider_takes_over_nobody(store: Store, url: str) -> None:
    browser = Browser(url)

    answer = browser.back(consent(browser.begin(), "3"))

    assert (answer.status, browser.cookies) == (403, {})
    assert store.users.get(GetUser("root")).user.source == "password"


@pytest.mark.parametrize(("sub", "reason"), [("4", "not verified"), ("5", "does not say &#x27;email&#x27;")])
def test_an_address_that_proves_nothing_is_refused(url: str, sub: str, reason: str) -> None:
    browser = Browser(url)

    answer = browser.back(consent(browser.begin(), sub))

    assert (answer.status, reason in answer.body.decode(), browser.cookies) == (403, True, {})


def test_only_those_who_may_sign_in(store: Store, provider: ProviderServer) -> None:
    with live_server(store, authentication=True, oidc=settings(provider, allowed_users=("*@example.com",))) as url:
        ann, eve = Browser(url), Browser(url)

        assert ann.back(consent(ann.begin(), "1")).status == 303
        assert eve.back(consent(eve.begin(), "2")).status == 403


def test_groups_of_the_provider_give_and_take_roles(
    store: Store, provider: ProviderServer, caplog: pytest.LogCaptureFixture
) -> None:
    store.roles.create(CreateRole("ours"))
    mapped = settings(
        provider,
        groups_claim="realm.groups",
        roles=(("/vision", "vision"), ("/cv", "vision"), ("/ops", "ours")),
        admin_groups=("/ops",),
    )

    def sign_in(url: str, *groups: str, status: int = 303) -> dict[str, Any]:
        told = json.dumps({"realm": {"groups": groups}})[1:-1] if groups else '"x": 0'
        provider.changes["/userinfo"] = lambda data: data.replace(b'"email":', f'{told}, "email":'.encode(), 1)
        browser = Browser(url)
        assert browser.back(consent(browser.begin(), "1")).status == status
        user: dict[str, Any] = browser.get(f"{NATIVE}/me").json.get("user", {})
        return user

    with live_server(store, authentication=True, oidc=mapped) as url:
        first, second, third = sign_in(url, "/cv", "/other"), sign_in(url, "/vision", "/ops"), sign_in(url)

    allowed = settings(provider, allowed_groups=("/vision",), groups_claim="realm.groups")
    with live_server(store, authentication=True, oidc=allowed) as url:
        assert sign_in(url, "/cv", status=403) == {}
        assert sign_in(url, "/vision")["username"] == "ann@example.com"

    provider.changes.clear()
    assert (first["roles"], first.get("is_admin", False)) == (["vision"], False)
    assert (second["roles"], second["is_admin"]) == (["ours", "vision"], True)
    assert (third.get("roles", []), third.get("is_admin", False)) == ([], False)
    assert "does not say 'realm.groups' of 'ann@example.com'" in caplog.text


def test_who_is_disabled_stays_out(store: Store, url: str) -> None:
    browser = Browser(url)
    browser.back(consent(browser.begin(), "1"))
    store.users.set_active(SetActive("ann@example.com", is_active=False))

    again = Browser(url)

    assert (again.back(consent(again.begin(), "1")).status, again.cookies) == (403, {})


def test_who_signs_in_there_has_no_password_here(url: str) -> None:
    browser = Browser(url)
    browser.back(consent(browser.begin(), "1"))

    for password in ("", "oidc", "ann@example.com"):
        body = {"username": "ann@example.com", "password": password}
        assert post(url, f"{NATIVE}/session/open", body).status in {400, 401}


def test_an_answer_to_another_browser_is_refused(url: str) -> None:
    victim, attacker = Browser(url), Browser(url)
    answer_of_attacker = consent(attacker.begin(), "2")
    victim.begin()

    assert (victim.back(answer_of_attacker).status, victim.cookies) == (400, {})
    assert Browser(url).back(answer_of_attacker).status == 400


def test_an_answer_counts_once(url: str) -> None:
    browser = Browser(url)
    location = browser.begin()
    attempt = dict(browser.cookies)
    answer = consent(location, "1")
    browser.back(answer)

    again = Browser(url)
    again.cookies = attempt

    assert (again.back(answer).status, "headwater_session" in again.cookies) == (400, False)


@pytest.mark.parametrize("cookie", ["", "x", "x.y", "e30=.00"])
def test_a_cookie_that_the_server_did_not_write_is_refused(url: str, cookie: str) -> None:
    browser = Browser(url)
    answer = consent(browser.begin(), "1")
    browser.cookies = {"headwater_oidc": cookie}

    assert browser.back(answer).status == 400


def test_a_refusal_of_the_provider_is_told_as_text(url: str) -> None:
    browser = Browser(url)
    state = parse_qs(urlsplit(browser.begin()).query)["state"][0]
    refusal = urlencode({"state": state, "error": "access_denied", "error_description": "<b>No</b>"})

    answer = browser.get(f"{RETURN_PATH}?{refusal}")

    assert (answer.status, browser.cookies) == (403, {})
    assert b"refused: &lt;b&gt;No&lt;/b&gt;" in answer.body
    assert b'href="/login"' in answer.body


def _replace(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    return lambda data: data.replace(old, new)


def _without_signature(data: bytes) -> bytes:
    token = _token(data)
    return data.replace(token, token.rpartition(b".")[0] + b".")


def _unsigned(data: bytes) -> bytes:
    token = _token(data)
    head = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').rstrip(b"=")
    return data.replace(token, head + b"." + token.split(b".")[1] + b".")


def _for_another(data: bytes) -> bytes:
    token = _token(data)
    head, body, signature = token.split(b".")
    claims = base64.urlsafe_b64decode(body + b"==").replace(b"Ann@", b"Eve@")
    return data.replace(token, head + b"." + base64.urlsafe_b64encode(claims).rstrip(b"=") + b"." + signature)


def _token(data: bytes) -> bytes:
    return data.partition(b'"id_token"')[2].split(b'"')[1]


@pytest.mark.parametrize(
    ("path", "change"),
    [
        ("/oauth2/token", _without_signature),
        ("/oauth2/token", _unsigned),
        ("/oauth2/token", _for_another),
        ("/oauth2/token", lambda data: b"[]"),
        ("/oauth2/token", lambda data: b"{}"),
        ("/oauth2/token", lambda data: b"not JSON"),
        ("/jwks", lambda data: b'{"keys": []}'),
        ("/jwks", lambda data: b"{}"),
    ],
)
def test_a_proof_that_does_not_hold_is_refused(
    url: str, provider: ProviderServer, path: str, change: Callable[[bytes], bytes]
) -> None:
    browser = Browser(url)
    answer = consent(browser.begin(), "1")
    provider.changes[path] = change

    returned = browser.back(answer)

    assert (returned.status, "headwater_session" in browser.cookies) == (400, False), returned.body


def test_a_provider_that_is_another_than_it_should_be_is_refused(url: str, provider: ProviderServer) -> None:
    provider.changes["/.well-known/openid-configuration"] = _replace(
        f'"issuer": "{provider.url}"'.encode(), b'"issuer": "https://evil.example"'
    )

    answer = get(url, START_PATH)

    assert (answer.status, b"evil.example" in answer.body) == (400, True)


def test_a_provider_that_is_not_there_is_told(store: Store) -> None:
    nowhere = OidcSettings(issuer="http://localhost:9", client_id="headwater")
    with live_server(store, authentication=True, oidc=nowhere) as url:
        answer = get(url, START_PATH)

    assert (answer.status, b"does not answer" in answer.body) == (503, True)


@pytest.mark.parametrize("issuer", ["http://accounts.example.com", "ftp://localhost", "accounts.example.com"])
def test_an_unsafe_issuer_stops_the_start(store: Store, issuer: str) -> None:
    unsafe = ServerSettings(oidc=OidcSettings(issuer=issuer, client_id="headwater"))

    with pytest.raises(InvalidParameterValue, match="https"):
        Access(store, unsafe)


def test_the_secret_is_shown_nowhere(provider: ProviderServer) -> None:
    assert "s3 & cret" not in repr(ServerSettings(oidc=settings(provider)))
