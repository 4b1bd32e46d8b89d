"""Asking a server of this machine for predictions."""

from typing import Any

import msgspec

from headwater.protocol.errors import ErrorBody, TemporarilyUnavailable, error_from_body
from headwater.stores.rest.network import NetworkTransport
from headwater.stores.rest.transport import HttpRequest, Trust

_TIMEOUT_S = 600.0


def post(url: str, body: bytes) -> dict[str, Any]:
    """Return the answer to a request of MLflow's scoring protocol; raise the error that the server answers."""
    transport = NetworkTransport(url, headers={}, timeout_s=_TIMEOUT_S, trust=Trust())
    try:
        headers = {"content-type": "application/json", "accept": "application/json; nan=null"}
        reply = transport.send(HttpRequest(method="POST", target="/invocations", headers=headers, body=body))
        answer = reply.read()
    finally:
        transport.close()
    if reply.status != 200:
        raise _read_error(reply.status, answer)
    found: dict[str, Any] = msgspec.json.decode(answer)
    return found


def _read_error(status: int, answer: bytes) -> Exception:
    try:
        return error_from_body(msgspec.json.decode(answer, type=ErrorBody))
    except msgspec.DecodeError:
        text = " ".join(answer[:200].decode(errors="replace").split())
        return TemporarilyUnavailable(f"The server answered with status {status}: '{text}'. See its log.")
