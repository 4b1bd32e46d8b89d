"""The little of HTTP that the scoring server needs, straight on ASGI: reading a body, and an answer."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from headwater.protocol.errors import BadRequest, DeadlineExceeded, RequestTooLarge, UnsupportedMediaType

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
Headers: TypeAlias = list[tuple[bytes, bytes]]

_MOST_DISCARDED = 1 << 30
_DISCARD_S = 10.0
_PAUSE_S = 1.0

JSON = b"application/json"
TEXT = b"text/plain; charset=utf-8"


@dataclass(slots=True)
class Reply:
    """What a request is answered with."""

    status: int
    body: bytes
    content_type: bytes = JSON
    headers: Headers = field(default_factory=list)

    async def send(self, send: Send, extra: Headers) -> None:
        """Send it, with more headers."""
        headers = [
            (b"content-type", self.content_type),
            (b"content-length", b"%d" % len(self.body)),
            *self.headers,
            *extra,
        ]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body})


def header(scope: Scope, name: bytes) -> str:
    """Return a header of a request, "" without it."""
    for key, value in scope["headers"]:
        if key == name:
            return str(value, "latin-1")
    return ""


async def read_body(scope: Scope, receive: Receive, limit: int, timeout_s: float) -> bytes:
    """Return the body of a request.

    Raises `RequestTooLarge` beyond `limit` bytes, `DeadlineExceeded` if it does not arrive in time.
    """
    length = header(scope, b"content-length")
    if length.isdigit() and int(length) > limit:
        if header(scope, b"expect").lower() != "100-continue":  # else it has not been sent yet
            await _discard(receive)
        raise _too_large(limit)
    encoding = header(scope, b"content-encoding")
    if encoding and encoding != "identity":
        raise UnsupportedMediaType(f"Content-Encoding '{encoding[:40]}' is not accepted. Send the body as it is.")
    message = await receive()
    if not message.get("more_body") and message["type"] == "http.request":
        body: bytes = message.get("body", b"")
        if len(body) > limit:
            raise _too_large(limit)
        return body
    try:
        async with asyncio.timeout(timeout_s):
            return await _read_rest(message, receive, limit)
    except TimeoutError:
        raise DeadlineExceeded(f"The request body did not arrive within {timeout_s:g} s. Send it again.") from None


async def _read_rest(message: Message, receive: Receive, limit: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while True:
        if message["type"] == "http.disconnect":
            raise BadRequest("The request body ended early. Send it again.")
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            if message.get("more_body"):
                await _discard(receive)
            raise _too_large(limit)
        chunks.append(chunk)
        if not message.get("more_body"):
            return b"".join(chunks)
        message = await receive()


async def _discard(receive: Receive) -> None:
    """Read what is left of a body, within limits: most clients look at an answer only when they have sent it all."""
    size = 0
    try:
        async with asyncio.timeout(_DISCARD_S):
            while size < _MOST_DISCARDED:
                message = await asyncio.wait_for(receive(), _PAUSE_S)
                size += len(message.get("body", b""))
                if not message.get("more_body"):
                    return
    except TimeoutError:
        return


def _too_large(limit: int) -> RequestTooLarge:
    return RequestTooLarge(f"The request body is longer than {limit} bytes. Split it into several requests.")
