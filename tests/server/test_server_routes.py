"""Routing, transport rules and limits, through raw HTTP."""

import dataclasses
import gzip
import json
import socket
from urllib.parse import urlsplit

import msgspec
import pytest

from headwater.protocol.endpoint import Permission
from headwater.protocol.errors import HeadwaterError
from headwater.protocol.experiments import GetExperiment
from headwater.protocol.journals import Append
from headwater.protocol.metrics import Metric
from headwater.protocol.runs import GetRun, LogBatch
from headwater.protocol.table import ENDPOINTS
from headwater.server.access.sessions import SESSION_PATHS
from headwater.server.app import create_app
from headwater.server.guards import ABOUT_USERS
from headwater.server.routes import Route, RouteTable, derive_routes
from headwater.server.settings import ServerSettings
from headwater.server.workers import Workers
from headwater.stores.interface import Store
from headwater.testing.servers import live_server
from server.caller import API, NATIVE, call, get, post
from server.conftest import Served

PUBLIC = {"/health", "/version", f"{NATIVE}/openapi.json", *SESSION_PATHS}
JSON = {"content-type": "application/json"}


def test_every_route_names_a_permission_or_is_public_on_purpose(served_store: Store) -> None:
    app = create_app(served_store, ServerSettings())

    assert {route.path for route in app.table.routes if route.permission is None} == PUBLIC
    for route in app.table.routes:
        assert route.permission is not Permission.READ or {"GET", "POST"}.issuperset(route.methods)
    app.close()


def test_an_endpoint_without_a_permission_stops_the_start(served_store: Store) -> None:
    broken = dataclasses.replace(ENDPOINTS[0], permission="")  # type: ignore[arg-type]  # the mistake in question
    workers = Workers("none", threads=1, waiting=0)

    with pytest.raises(HeadwaterError, match="names no permission"):
        RouteTable(derive_routes([broken], served_store, workers, ServerSettings()))
    workers.close()


def test_two_routes_of_one_path_stop_the_start(served_store: Store) -> None:
    app = create_app(served_store, ServerSettings())
    route = app.table.routes[0]
    app.close()

    with pytest.raises(HeadwaterError, match="Two routes answer"):
        RouteTable([route, Route(path=route.path, methods=route.methods, permission=None, handler=route.handler)])


@pytest.mark.parametrize("url", sorted({url for endpoint in ENDPOINTS for url in endpoint.urls}))
def test_every_path_of_the_table_is_served_and_answers_json(served: Served, url: str) -> None:
    endpoint = next(endpoint for endpoint in ENDPOINTS if url in endpoint.urls)
    method = endpoint.methods[0]

    answer = call(served.url, method, url, b"{}" if method == "POST" else None, JSON)

    assert answer.status in {200, 400}, answer.body
    if answer.status == 400:
        refusals = {"INVALID_PARAMETER_VALUE"}
        if endpoint.resource in ABOUT_USERS:
            refusals.add("FEATURE_DISABLED")  # this server asks nobody who they are
        assert answer.json["error_code"] in refusals


def test_both_base_paths_give_the_same_answer(served: Served) -> None:
    answers = [get(served.url, f"{base}/runs/get?run_id={served.run_id}") for base in (API, "/ajax-api/2.0/mlflow")]

    assert answers[0].json == answers[1].json
    assert answers[0].json["run"]["info"]["run_id"] == served.run_id


@pytest.mark.parametrize(
    "path",
    [
        f"{API}/experiments/get/",
        f"{API}/experiments/list",
        f"{API}/",
        "/api/2.0/preview/mlflow/runs/get",
        "//api/2.0/mlflow/runs/get",
        "/API/2.0/mlflow/runs/get",
        f"{NATIVE}/nothing",
        "/nothing",
    ],
)
def test_an_unknown_path_is_a_404_in_json(served: Served, path: str) -> None:
    answer = get(served.url, path)

    assert (answer.status, answer.json["error_code"]) == (404, "ENDPOINT_NOT_FOUND")


@pytest.mark.parametrize(("method", "path"), [("DELETE", "runs/get"), ("GET", "runs/create"), ("PUT", "runs/search")])
def test_a_wrong_method_is_a_405_that_names_the_right_ones(served: Served, method: str, path: str) -> None:
    answer = call(served.url, method, f"{API}/{path}", headers={"X-HTTP-Method-Override": "POST", **JSON})

    assert (answer.status, answer.json["error_code"]) == (405, "METHOD_NOT_ALLOWED")
    assert method not in answer.headers["allow"]


def test_head_answers_like_get_without_a_body(served: Served) -> None:
    target = f"{API}/runs/get?run_id={served.run_id}"

    answer = call(served.url, "HEAD", target)

    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["content-length"] == str(len(get(served.url, target).body))


def test_options_names_the_methods(served: Served) -> None:
    answer = call(served.url, "OPTIONS", f"{API}/experiments/search")

    assert (answer.status, answer.headers["allow"]) == (204, "GET, HEAD, OPTIONS, POST")


@pytest.mark.parametrize(
    "kind", ["application/json", "application/json; charset=utf-8", "Application/JSON;charset=UTF-8"]
)
def test_json_is_accepted_with_any_parameters(served: Served, kind: str) -> None:
    answer = post(served.url, "runs/search", {"experiment_ids": []}, {"content-type": kind})

    assert (answer.status, answer.body) == (200, b"{}")


def test_a_post_without_a_content_type_is_refused(served: Served) -> None:
    answer = call(served.url, "POST", f"{API}/runs/search", b"{}")

    assert (answer.status, answer.message) == (400, "Bad Request. Content-Type header is missing.")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_what_a_form_can_send_is_refused(served: Served, kind: str) -> None:
    answer = post(served.url, "runs/delete", {"run_id": served.run_id}, {"content-type": kind})

    assert (answer.status, answer.message) == (
        400,
        "Bad Request. Content-Type must be one of ['application/json'].",
    )
    assert served.store.runs.get(GetRun(run_id=served.run_id)).run.info.lifecycle_stage == "active"


@pytest.mark.parametrize("body", ['{"run_id": ', "[]", "1", '{"run_id": "a"} x', "[" * 100_000, "\0"])
def test_a_malformed_body_is_a_400(served: Served, body: str) -> None:
    answer = post(served.url, "runs/search", body)

    assert (answer.status, answer.json["error_code"]) == (400, "INVALID_PARAMETER_VALUE")


def test_messagepack_is_accepted_from_our_own_client(served: Served) -> None:
    append = Append("j" + served.run_id, served.run_id, 1, 1)

    answer = call(
        served.url,
        "POST",
        f"{NATIVE}/runs/append",
        msgspec.msgpack.encode(append),
        {"content-type": "application/msgpack"},
    )

    assert (answer.status, answer.json) == (200, {"last_seq": 1})


def test_a_gzip_body_is_unpacked(served: Served) -> None:
    body = gzip.compress(json.dumps({"run_id": served.run_id, "key": "packed", "value": "1"}).encode())

    answer = call(served.url, "POST", f"{API}/runs/set-tag", body, {**JSON, "content-encoding": "gzip"})

    assert answer.status == 200
    tags = served.store.runs.get(GetRun(run_id=served.run_id)).run.data.tags
    assert ("packed", "1") in {(tag.key, tag.value) for tag in tags}


@pytest.mark.parametrize(
    ("encoding", "body", "status"),
    [
        ("gzip", b"not gzip", 400),
        ("gzip", gzip.compress(b"{}")[:-4], 400),
        ("gzip", gzip.compress(b"{}") + b"more", 400),
        ("gzip", gzip.compress(b" " * 100_000_000, 9), 413),
        ("br", b"{}", 400),
        ("deflate", b"{}", 400),
    ],
    ids=["no gzip", "cut", "followed by more", "a bomb", "br", "deflate"],
)
def test_a_bad_packed_body_is_refused_without_harm(served: Served, encoding: str, body: bytes, status: int) -> None:
    answer = call(served.url, "POST", f"{API}/runs/search", body, {**JSON, "content-encoding": encoding})

    assert answer.status == status


def test_a_long_answer_is_packed_for_who_accepts_it(served: Served) -> None:
    batch = LogBatch(served.run_id, [Metric(f"key{index}", 1.0, index) for index in range(100)])
    served.store.runs.log_batch(batch)
    target = f"{API}/runs/get?run_id={served.run_id}"

    plain = get(served.url, target)
    packed = get(served.url, target, {"accept-encoding": "br;q=1.0, gzip;q=0.8"})
    refused = get(served.url, target, {"accept-encoding": "gzip;q=0, identity"})

    assert "content-encoding" not in plain.headers | refused.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body == refused.body


def test_a_declared_length_beyond_the_limit_is_refused_before_the_body_arrives(served: Served) -> None:
    address = urlsplit(served.url)
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        head = f"POST {API}/runs/search HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        connection.sendall(f"{head}Content-Length: 10000000000\r\n\r\n".encode())
        answer = connection.recv(65536)

    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"REQUEST_TOO_LARGE" in answer


def test_an_endless_chunked_body_is_cut_off(served_store: Store) -> None:
    with live_server(served_store, max_body_bytes=100_000) as url:
        answer = call_chunked(url, [b" " * 10_000] * 50)

    assert answer.startswith(b"HTTP/1.1 413 ")


def test_a_stalling_body_does_not_hold_the_server_for_ever(served_store: Store) -> None:
    with live_server(served_store, stall_s=0.2) as url:
        address = urlsplit(url)
        with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
            head = f"POST {API}/runs/search HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            connection.sendall(f"{head}Content-Length: 100\r\n\r\n{{".encode())
            answer = connection.recv(65536)

    assert answer.startswith(b"HTTP/1.1 503 ")


def test_a_prefix_is_accepted_and_may_be_left_out(served_store: Store, served: Served) -> None:
    with live_server(served_store, prefix="/hw") as url:
        base = url.removesuffix("/hw")
        answers = [get(base, f"{prefix}{API}/experiments/get?experiment_id=0") for prefix in ("/hw", "")]

    assert url.endswith("/hw")
    assert answers[0].body == answers[1].body
    assert answers[0].status == 200
    assert served.store.experiments.get(GetExperiment("0")).experiment.name == "Default"


def call_chunked(url: str, chunks: list[bytes]) -> bytes:
    """Send a chunked body until the server answers, and return the answer's beginning."""
    address = urlsplit(url)
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        head = f"POST {API}/runs/search HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        connection.sendall(f"{head}Transfer-Encoding: chunked\r\n\r\n".encode())
        try:
            for chunk in chunks:
                connection.sendall(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n")
            connection.sendall(b"0\r\n\r\n")
        except (BrokenPipeError, ConnectionResetError):
            pass  # the server has answered and hung up
        return connection.recv(65536)
