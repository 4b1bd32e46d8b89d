"""The REST store against servers that fail in every way."""

import hashlib
import http.server
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

import pytest

from headwater.protocol.errors import (
    DataLoss,
    EndpointNotFound,
    HeadwaterError,
    InvalidParameterValue,
    PermissionDenied,
    RequestLimitExceeded,
    ResourceAlreadyExists,
    TemporarilyUnavailable,
    Unauthenticated,
)
from headwater.protocol.experiments import CreateExperiment
from headwater.protocol.metrics import Metric
from headwater.protocol.runs import CreateRun, GetRun, LogBatch, LogMetric, SearchRuns
from headwater.stores.rest import RestStore, Unreachable
from server.conftest import Served

EMPTY = b"{}"
BUSY = b'{"error_code": "TEMPORARILY_UNAVAILABLE", "message": "busy"}'
POINT = LogMetric(run_id="r", key="k", value=1.0, timestamp=1)


class Seen(NamedTuple):
    """One request that a scripted server saw."""

    method: str
    target: str
    headers: dict[str, str]


class Reply(NamedTuple):
    """One answer of a scripted server; `length` is what it declares, fewer bytes break off."""

    status: int = 200
    body: bytes = EMPTY
    headers: tuple[tuple[str, str], ...] = ()
    length: int | None = None


@contextmanager
def scripted_server(*replies: Reply | None) -> Iterator[tuple[str, list[Seen]]]:
    """Serve `replies` one after another, the last one for ever; None hangs up without an answer."""
    seen: list[Seen] = []
    script = list(replies)

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", "0")))
            seen.append(Seen(self.command, self.path, {k.lower(): v for k, v in self.headers.items()}))
            reply = script.pop(0) if len(script) > 1 else script[0]
            if reply is None:
                self.close_connection = True
                return
            self.send_response(reply.status)
            for name, value in reply.headers:
                self.send_header(name, value)
            self.send_header("content-length", str(len(reply.body) if reply.length is None else reply.length))
            self.end_headers()
            self.wfile.write(reply.body)
            self.close_connection = reply.length is not None

        do_GET = do_POST = do_PUT = do_HEAD = answer  # noqa: N815 - the names that http.server looks for

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the inherited name
            """Keep quiet."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", seen
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def store_at(url: str, *, retries: int = 2, timeout_s: float = 5) -> Iterator[RestStore]:
    """Yield a store that is closed in the end."""
    store = RestStore(url, retries=retries, timeout_s=timeout_s)
    try:
        yield store
    finally:
        store.close()


@pytest.mark.parametrize(
    "failure",
    [
        Reply(503, BUSY),
        Reply(503, b"<html>Service Unavailable</html>"),
        Reply(502, b"Bad Gateway"),
        Reply(504, b""),
        Reply(429, b'{"error_code": "REQUEST_LIMIT_EXCEEDED", "message": "slow down"}', (("retry-after", "0"),)),
        Reply(200, b"<html>Welcome to this hotel</html>"),
        Reply(200, b"{", length=100),
        None,
    ],
)
def test_a_failure_that_passes_is_survived(failure: Reply | None) -> None:
    with scripted_server(failure, failure, Reply()) as (url, seen), store_at(url) as store:
        store.runs.log_metric(POINT)

    assert len(seen) == 3


@pytest.mark.parametrize("failure", [Reply(502, b"Bad Gateway"), Reply(200, b"<html>"), None])
@pytest.mark.parametrize(
    "create",
    [
        lambda store: store.experiments.create(CreateExperiment("n")),
        lambda store: store.runs.create(CreateRun(experiment_id="1")),
    ],
)
def test_what_would_be_created_twice_is_sent_once(failure: Reply | None, create: Callable[[RestStore], object]) -> None:
    with scripted_server(failure) as (url, seen), store_at(url) as store, pytest.raises(TemporarilyUnavailable):
        create(store)

    assert len(seen) == 1


def test_creating_is_repeated_where_the_server_says_that_nothing_happened() -> None:
    done = Reply(200, b'{"experiment_id": "7"}')
    with scripted_server(Reply(503, BUSY, (("retry-after", "0"),)), done) as (url, _), store_at(url) as store:
        assert store.experiments.create(CreateExperiment("n")).experiment_id == "7"


def test_a_run_whose_id_the_client_made_is_created_again() -> None:
    again = CreateRun(experiment_id="1", run_id="a" * 32)
    failure = pytest.raises(TemporarilyUnavailable)
    with scripted_server(None) as (url, seen), store_at(url, retries=1) as store, failure:
        store.runs.create(again)

    assert len(seen) == 2


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply(400, b'{"error_code": "RESOURCE_ALREADY_EXISTS", "message": "taken"}'), ResourceAlreadyExists),
        (Reply(400, b'{"error_code": "NEVER_HEARD_OF", "message": "what"}'), HeadwaterError),
        (Reply(500, b'{"error_code": "INTERNAL_ERROR", "message": "oops"}'), HeadwaterError),
        (Reply(401, b"Who are you?"), Unauthenticated),
        (Reply(403, b"Invalid Host header"), PermissionDenied),
        (Reply(404, b"<html>nginx</html>"), EndpointNotFound),
    ],
)
def test_a_lasting_failure_is_raised_at_once(reply: Reply, error: type[HeadwaterError]) -> None:
    with scripted_server(reply) as (url, seen), store_at(url) as store, pytest.raises(error) as caught:
        store.runs.log_metric(POINT)

    assert type(caught.value) is error
    assert len(seen) == 1


def test_a_proxys_page_is_quoted_in_the_error() -> None:
    page = Reply(502, b"<html>\n  <b>no upstream</b>")
    with (
        scripted_server(page) as (url, _),
        store_at(url, retries=0) as store,
        pytest.raises(TemporarilyUnavailable, match=f"'{url}' answered with status 502: '<html> <b>no upstream</b>'"),
    ):
        store.runs.log_metric(POINT)


def test_a_redirect_is_not_followed_but_named() -> None:
    reply = Reply(301, b"", (("location", "https://other.example.org/"),))
    failure = pytest.raises(HeadwaterError, match=r"redirects to 'https://other\.example\.org/'")
    with scripted_server(reply) as (url, _), store_at(url, retries=0) as store, failure:
        store.runs.get(GetRun(run_id="r"))


def test_a_refused_connection_names_the_address_without_the_password() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    with store_at(f"http://ann:secret@127.0.0.1:{port}", retries=1) as store, pytest.raises(Unreachable) as caught:
        store.runs.create(CreateRun(experiment_id="1"))

    assert f"'http://127.0.0.1:{port}': Connection refused" in caught.value.message
    assert "secret" not in str(caught.value)


def test_a_name_that_does_not_resolve_is_an_unreachable_server() -> None:
    with store_at("http://nobody.invalid", retries=0) as store, pytest.raises(Unreachable, match=r"nobody\.invalid"):
        store.runs.log_metric(POINT)


def test_a_server_that_accepts_and_never_answers_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with store_at(url, retries=0, timeout_s=0.2) as store, pytest.raises(TemporarilyUnavailable, match="No whole"):
            store.runs.log_metric(POINT)


@pytest.mark.parametrize("url", ["ftp://host", "http://", "localhost:5000", "http://user:secret@"])
def test_an_address_that_is_none_is_refused_without_the_password(url: str) -> None:
    with pytest.raises(InvalidParameterValue, match="not the address of a server") as caught:
        RestStore(url)

    assert "secret" not in str(caught.value)


def test_credentials_of_the_address_and_of_the_settings_are_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    with scripted_server(Reply()) as (url, seen):
        with store_at(url.replace("//", "//ann:p%40ss@")) as store:
            store.runs.log_metric(POINT)
        monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", "abc")
        with store_at(url) as store:
            store.runs.log_metric(POINT)
        monkeypatch.setenv("HEADWATER_USERNAME", "bob")
        monkeypatch.setenv("HEADWATER_PASSWORD", "x")
        with store_at(url) as store:
            store.runs.log_metric(POINT)

    sent = [request.headers["authorization"] for request in seen]
    assert sent == ["Basic YW5uOnBAc3M=", "Bearer abc", "Basic Ym9iOng="]


def test_a_prefix_of_the_address_is_kept() -> None:
    with scripted_server(Reply()) as (url, seen), store_at(url + "/team/") as store:
        store.runs.log_metric(POINT)

    assert seen[0].target == "/team/api/2.0/mlflow/runs/log-metric"


def test_a_broken_download_continues_where_it_ended() -> None:
    content = os.urandom(1_000_000)
    digest = hashlib.sha256(content).hexdigest()
    whole_chunks = 256 * 1024
    rest = Reply(206, content[whole_chunks:])
    with scripted_server(Reply(200, content[:400_000], length=1_000_000), rest) as (url, seen), store_at(url) as store:
        received = b"".join(store.blobs.read(digest))

    assert received == content
    assert seen[1].headers["range"] == f"bytes={whole_chunks}-"


def test_a_download_of_other_bytes_is_noticed() -> None:
    with scripted_server(Reply(200, b"other")) as (url, _), store_at(url) as store, pytest.raises(DataLoss):
        list(store.blobs.read("0" * 64))


def test_a_parallel_crowd_shares_one_store(served: Served) -> None:
    with store_at(served.url) as store:

        def log(number: int) -> None:
            for step in range(20):
                store.runs.log_batch(LogBatch(served.run_id, [Metric(f"k{number}", step, step, step)]))

        threads = [threading.Thread(target=log, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        run = store.runs.search(SearchRuns([served.experiment_id])).runs[0]

    assert [(metric.key, metric.value) for metric in run.data.metrics] == [(f"k{number}", 19.0) for number in range(8)]


def test_a_forked_child_opens_connections_of_its_own(served: Served) -> None:
    with store_at(served.url) as store:
        store.runs.get(GetRun(run_id=served.run_id))
        child = os.fork()
        if child == 0:
            found = store.runs.get(GetRun(run_id=served.run_id)).run.info.run_id == served.run_id
            os._exit(0 if found else 1)
        for _ in range(20):
            assert store.runs.get(GetRun(run_id=served.run_id)).run.info.run_id == served.run_id

        assert os.waitpid(child, 0)[1] == 0


def test_limits_are_raised_after_the_last_attempt() -> None:
    limited = Reply(429, b'{"error_code": "REQUEST_LIMIT_EXCEEDED", "message": "slow"}', (("retry-after", "0"),))
    with scripted_server(limited) as (url, seen), store_at(url) as store, pytest.raises(RequestLimitExceeded):
        store.runs.log_metric(POINT)

    assert len(seen) == 3


def test_an_argument_that_cannot_be_written_is_refused_before_it_is_sent() -> None:
    with store_at("http://127.0.0.1:1") as store, pytest.raises(InvalidParameterValue, match="cannot be sent"):
        store.runs.get(GetRun(run_id=object()))  # type: ignore[arg-type]  # what a careless program does
