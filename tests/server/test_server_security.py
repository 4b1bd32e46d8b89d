"""Host, Origin and content checks, and the headers of every answer."""

import http.client
import json
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.runs import GetRun
from headwater.server.settings import ServerSettings
from headwater.stores.interface import Store
from headwater.testing.servers import live_server
from server.caller import API, FILES, NATIVE, Answer, call, get
from server.conftest import Served

JSON = {"content-type": "application/json"}
ALLOWED_HOSTS = ["localhost", "localhost:5000", "LOCALHOST", "127.0.0.1:1", "[::1]", "[::1]:5000", "0.0.0.0:5000"]
PRIVATE_HOSTS = ["10.1.2.3", "172.16.0.1:80", "172.31.255.255", "192.168.1.9:5000", "[fd00::1]:5000", "[fc00::2]"]
FOREIGN_HOSTS = [
    "evil.com",
    "localhost.evil.com",
    "127.0.0.1.evil.com",
    "10.evil.com",
    "192.168.1.evil.com",
    "172.15.0.1",
    "172.32.0.1",
    "8.8.8.8",
    "169.254.169.254",
    "[2001:db8::1]",
    "localhost@evil.com",
    "evil.com#localhost",
    "localhost:evil",
    "localhost:5000:5000",
    "[::1",
    "2130706433",
    "",
]
FOREIGN_ORIGINS = [
    "null",
    "http://evil.com",
    "https://localhost.evil.com",
    "http://127.0.0.1.evil.com",
    "http://localhost@evil.com",
    "file://",
    "http://evil.com/localhost",
    "chrome-extension://localhost",
    "http://[::1",
]
LOCAL_ORIGINS = ["http://localhost:3000", "http://127.0.0.1", "https://localhost", "http://[::1]:8080"]


@pytest.fixture(scope="module")
def opened_url(served_store: Store) -> Iterator[str]:
    """Return a server that was told of other names and origins."""
    hosts = ("tracking.example.org", "*.lab.example.org", "named.example.org:8443")
    with live_server(served_store, allowed_hosts=hosts, allowed_origins=("https://pages.example.org",)) as url:
        yield url


def test_pages_may_send_to_scoring_servers_that_are_named_and_to_no_others(served: Served) -> None:
    with live_server(served.store, scoring_servers=("http://127.0.0.1:5001", "https://score.example.org")) as url:
        answer = get(url, "/", {"accept": "text/html"})

    connected = "connect-src 'self' http://127.0.0.1:5001 https://score.example.org;"
    assert connected in answer.headers["content-security-policy"]
    assert b'name="headwater-scoring" content="http://127.0.0.1:5001 https://score.example.org"' in answer.body
    plain = get(served.url, "/", {"accept": "text/html"})
    assert "connect-src" not in plain.headers["content-security-policy"]
    assert b"headwater-scoring" not in plain.body


@pytest.mark.parametrize(
    "origin", ["*", "127.0.0.1:5001", "https://a.b/path", "https://a.b; script-src *", "https://a b"]
)
def test_what_is_no_origin_of_a_scoring_server_is_refused(origin: str) -> None:
    with pytest.raises(InvalidParameterValue, match="of a scoring server"):
        ServerSettings(scoring_servers=(origin,))


@pytest.mark.parametrize("host", ALLOWED_HOSTS + PRIVATE_HOSTS)
def test_local_and_private_hosts_are_answered(served: Served, host: str) -> None:
    assert get(served.url, "runs/search", {"host": host}).status == 405


@pytest.mark.parametrize("host", FOREIGN_HOSTS)
@pytest.mark.parametrize(
    "path", ["/", f"{API}/runs/get", f"{FILES}/a", f"{NATIVE}/events", "/get-artifact", "/assets/a"]
)
def test_foreign_hosts_are_refused_everywhere(served: Served, host: str, path: str) -> None:
    answer = get(served.url, path, {"host": host, "x-forwarded-host": "localhost"})

    assert (answer.status, answer.body) == (403, b"Invalid Host header - possible DNS rebinding attack detected")
    assert answer.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize(
    "lines", [b"", b"Host: localhost\r\nHost: evil.com\r\n", b"Host: localhost\r\nHost: localhost\r\n"]
)
def test_a_missing_or_second_host_is_refused(served: Served, lines: bytes) -> None:
    address = urlsplit(served.url)
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        connection.sendall(b"GET /api/2.0/mlflow/runs/get HTTP/1.1\r\n" + lines + b"\r\n")
        answer = connection.recv(65536)

    assert answer.split()[1] in {b"400", b"403"}


@pytest.mark.parametrize("path", ["/health", "/version"])
def test_monitors_may_use_any_host(served: Served, path: str) -> None:
    assert get(served.url, path, {"host": "evil.com"}).status == 200


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("tracking.example.org", 404),
        ("Tracking.Example.org:8080", 404),
        ("a.lab.example.org", 404),
        ("named.example.org:8443", 404),
        ("named.example.org:1", 403),
        ("lab.example.org", 403),
        ("evil-lab.example.org", 403),
        ("tracking.example.org.evil.com", 403),
    ],
)
def test_allowed_hosts_are_answered_and_no_others(opened_url: str, host: str, status: int) -> None:
    assert get(opened_url, "nothing", {"host": host}).status == status


WRITES = [
    ("POST", f"{API}/runs/delete"),
    ("POST", f"{NATIVE}/runs/append"),
    ("POST", f"{NATIVE}/sweep"),
    ("POST", "/ajax-api/2.0/mlflow/upload-artifact"),
    ("PUT", f"{FILES}/1/a/artifacts/x"),
    ("DELETE", f"{FILES}/1/a/artifacts/x"),
    ("PATCH", f"{API}/runs/delete"),
    ("PUT", f"{NATIVE}/blobs/{'0' * 64}"),
    ("GET", f"{NATIVE}/events"),
]


@pytest.mark.parametrize("origin", FOREIGN_ORIGINS)
@pytest.mark.parametrize(("method", "path"), WRITES)
def test_foreign_pages_cannot_write_or_listen(served: Served, method: str, path: str, origin: str) -> None:
    body = json.dumps({"run_id": served.run_id})

    answer = call(served.url, method, path, body if method != "GET" else None, {**JSON, "origin": origin})

    assert (answer.status, answer.body) == (403, b"Cross-origin request blocked")
    assert served.store.runs.get(GetRun(run_id=served.run_id)).run.info.lifecycle_stage == "active"


@pytest.mark.parametrize("origin", FOREIGN_ORIGINS)
def test_foreign_pages_cannot_read_answers(served: Served, origin: str) -> None:
    answer = get(served.url, f"runs/get?run_id={served.run_id}", {"origin": origin})

    assert not [name for name in answer.headers if name.startswith("access-control")]
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.parametrize("origin", LOCAL_ORIGINS)
def test_local_pages_may_write_and_read(served: Served, origin: str) -> None:
    body = json.dumps({"run_id": served.run_id, "key": "a", "value": "b"})

    answer = call(served.url, "POST", f"{API}/runs/set-tag", body, {**JSON, "origin": origin})

    assert answer.status == 200
    assert answer.headers["access-control-allow-origin"] == origin


def test_our_own_page_may_write_under_every_name_it_is_reached_by(served: Served, opened_url: str) -> None:
    body = json.dumps({"run_id": served.run_id, "key": "a", "value": "b"})
    pairs = [("10.0.0.5:5000", "http://10.0.0.5:5000"), ("tracking.example.org", "https://tracking.example.org")]

    for host, origin in pairs:
        answer = call(opened_url, "POST", f"{API}/runs/set-tag", body, {**JSON, "host": host, "origin": origin})
        assert answer.status == 200, answer.body


def test_an_allowed_origin_may_write_and_read(served: Served, opened_url: str) -> None:
    body = json.dumps({"run_id": served.run_id, "key": "a", "value": "b"})
    origin = "https://pages.example.org"

    answer = call(opened_url, "POST", f"{API}/runs/set-tag", body, {**JSON, "origin": origin})

    assert (answer.status, answer.headers["access-control-allow-origin"]) == (200, origin)


def preflight(url: str, origin: str) -> Answer:
    headers = {"origin": origin, "access-control-request-method": "POST"}
    return call(url, "OPTIONS", f"{API}/runs/set-tag", headers=headers)


def test_a_preflight_tells_local_pages_what_is_allowed(served: Served) -> None:
    answer = preflight(served.url, "http://localhost:3000")

    assert answer.status == 200
    assert answer.headers["access-control-allow-origin"] == "http://localhost:3000"
    assert answer.headers["access-control-allow-methods"] == "GET, POST, PUT, DELETE, OPTIONS, PATCH"
    assert answer.headers["access-control-max-age"] == "600"
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize("origin", FOREIGN_ORIGINS)
def test_a_preflight_of_a_foreign_page_is_refused(served: Served, origin: str) -> None:
    answer = preflight(served.url, origin)

    assert (answer.status, answer.body) == (400, b"Disallowed CORS origin")
    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_only_pages_of_an_origin_that_was_named_act_with_the_cookies_of_the_reader(served_store: Store) -> None:
    with live_server(served_store, allowed_origins=("https://pages.example.org",)) as url:
        named, local = preflight(url, "https://pages.example.org"), preflight(url, "http://localhost:3000")

    assert named.headers["access-control-allow-credentials"] == "true"
    assert (local.status, "access-control-allow-credentials" in local.headers) == (200, False)


def test_a_wildcard_origin_never_comes_with_credentials(served_store: Store) -> None:
    with live_server(served_store, allowed_origins=("*",)) as url:
        answer = preflight(url, "https://anywhere.example.org")

    assert answer.status == 200
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize("path", ["/", "/health", f"{API}/runs/get", "/nothing", f"{FILES}/a/b", "/assets/none.js"])
def test_every_answer_carries_the_security_headers(served: Served, path: str) -> None:
    headers = get(served.url, path).headers

    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "SAMEORIGIN"
    assert headers["referrer-policy"] == "same-origin"
    policy = headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "unsafe-eval" not in policy
    assert "server" not in headers


def test_a_websocket_is_not_opened(served: Served) -> None:
    connection = http.client.HTTPConnection(urlsplit(served.url).netloc, timeout=10)
    headers = {
        "connection": "Upgrade",
        "upgrade": "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    connection.request("GET", f"{NATIVE}/nothing", headers=headers)

    assert connection.getresponse().status in {400, 404}
    connection.close()
