"""A receiver of webhooks and other requests on a real socket, which answers, or does not, as a test tells it to."""

import queue
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

import msgspec

_TAKE_TIMEOUT_S = 20.0
_DRIP_S = 0.05


class Received(NamedTuple):
    """One request: its path, its headers with names in lower case, and its body."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def message(self) -> dict[str, Any]:
        """Return what the body says."""
        return msgspec.json.decode(self.body, type=dict[str, Any])

    @property
    def event(self) -> str:
        """Return the event, such as `model_version.created`."""
        return f"{self.message['entity']}.{self.message['action']}"


class Receiver:
    """Keeps the requests that came, and answers each by the next of `answers`, with 200 when there is none left.

    An answer is a status, or a status with a header, or one of: "hang" (never answer), "close" (without an answer),
    "drip" (a header that never ends, byte by byte), "nonsense" (no HTTP).
    """

    def __init__(self) -> None:
        self.answers: queue.SimpleQueue[int | str | tuple[int, str, str]] = queue.SimpleQueue()
        self.url = ""
        self.count = 0
        self._received: queue.SimpleQueue[Received] = queue.SimpleQueue()
        self.is_over = threading.Event()

    def answer(self, *answers: int | str | tuple[int, str, str]) -> None:
        """Answer the next requests so."""
        for answer in answers:
            self.answers.put(answer)

    def keep(self, received: Received) -> None:
        """Keep a request."""
        self.count += 1
        self._received.put(received)

    def take(self) -> Received:
        """Return the next request, waiting for it if it has not come yet."""
        return self._received.get(timeout=_TAKE_TIMEOUT_S)

    def take_all(self) -> list[Received]:
        """Return the requests that came and have not been taken."""
        found = []
        with suppress(queue.Empty):
            while True:
                found.append(self._received.get_nowait())
        return found


@contextmanager
def running_receiver(tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """Run a receiver on a free port of this machine."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            _handle(self, receiver)

        def do_GET(self) -> None:
            _handle(self, receiver)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = _Server(("127.0.0.1", 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    scheme = "http" if tls is None else "https"
    receiver.url = f"{scheme}://127.0.0.1:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, name="headwater-receiver")
    thread.start()
    try:
        yield receiver
    finally:
        receiver.is_over.set()
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *_: object) -> None:
        """Say nothing: tests break connections on purpose."""


def _handle(handler: BaseHTTPRequestHandler, receiver: Receiver) -> None:
    body = _read_body(handler)
    headers = {name.lower(): value for name, value in handler.headers.items()}
    handler.close_connection = True
    try:
        answer = receiver.answers.get_nowait()
    except queue.Empty:
        answer = 200
    receiver.keep(Received(handler.path, headers, body))
    match answer:
        case "hang":
            receiver.is_over.wait()
        case "drip":
            with suppress(OSError):
                handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
                while not receiver.is_over.wait(_DRIP_S):
                    handler.wfile.write(b"a")
        case "nonsense":
            handler.wfile.write(b"I speak no HTTP\r\n\r\n")
        case "close":
            pass
        case int(status):
            _reply(handler, status)
        case (int(status), str(name), str(value)):
            _reply(handler, status, (name, value))


def _read_body(handler: BaseHTTPRequestHandler) -> bytes:
    if handler.headers.get("transfer-encoding") != "chunked":
        length = int(handler.headers.get("content-length", "0"))
        body = handler.rfile.read(length)
        if len(body) < length:
            raise ConnectionResetError("The sender was gone before its request was whole, which then is none.")
        return body
    body = b""
    while size := int(handler.rfile.readline(), 16):
        body += handler.rfile.read(size)
        handler.rfile.readline()
    handler.rfile.readline()
    return body


def _reply(handler: BaseHTTPRequestHandler, status: int, *headers: tuple[str, str]) -> None:
    handler.send_response(status)
    for name, value in headers:
        handler.send_header(name, value)
    content = b"the receiver's own words"
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    handler.wfile.write(content)
