"""Asking a server of this machine for predictions."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import msgspec

from headwater.protocol.errors import ErrorBody, NotSupported, TemporarilyUnavailable, error_from_body
from headwater.stores.rest.network import NetworkTransport
from headwater.stores.rest.transport import HttpRequest, Trust

_TIMEOUT_S = 600.0
_LINES = "application/x-ndjson"


def post(url: str, body: bytes) -> dict[str, Any]:
    """Return the answer to a request of MLflow's scoring protocol; raise the error that the server answers."""
    with closing(_connect(url)) as transport:
        reply = transport.send(_request(body, "application/json"))
        answer = reply.read()
    if reply.status != 200:
        raise _read_error(reply.status, answer)
    found: dict[str, Any] = msgspec.json.decode(answer)
    return found


def post_stream(url: str, body: bytes) -> Iterator[Any]:
    """Yield the parts of the answer to a request as they come, each as a whole answer would be.

    Raises the error that the server answers, at the start or on the way, and `NotSupported` if it answers in one piece.
    """
    with closing(_connect(url)) as transport:
        reply = transport.send(_request(body, _LINES))
        if reply.status != 200:
            raise _read_error(reply.status, reply.read())
        if not reply.headers.get("content-type", "").startswith(_LINES):
            reply.read()
            raise NotSupported("The model does not answer in parts. Use predict.")
        for line in _lines(reply.chunks):
            part = msgspec.json.decode(line)
            if isinstance(part, dict) and part.keys() == {"error"}:
                raise _read_error(reply.status, msgspec.json.encode(part["error"]))
            yield part


def _connect(url: str) -> NetworkTransport:
    return NetworkTransport(url, headers={}, timeout_s=_TIMEOUT_S, trust=Trust())


def _request(body: bytes, accept: str) -> HttpRequest:
    headers = {"content-type": "application/json", "accept": f"{accept}; nan=null"}
    return HttpRequest(method="POST", target="/invocations", headers=headers, body=body)


def _lines(chunks: Iterator[bytes]) -> Iterator[bytes]:
    left = b""
    for chunk in chunks:
        *lines, left = (left + chunk).split(b"\n")
        yield from lines


def _read_error(status: int, answer: bytes) -> Exception:
    try:
        return error_from_body(msgspec.json.decode(answer, type=ErrorBody))
    except msgspec.DecodeError:
        text = " ".join(answer[:200].decode(errors="replace").split())
        return TemporarilyUnavailable(f"The server answered with status {status}: '{text}'. See its log.")
