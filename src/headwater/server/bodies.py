"""Reading request bodies within limits, and the shapes of our answers."""

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from headwater.protocol.errors import (
    HeadwaterError,
    InvalidParameterValue,
    RequestTooLarge,
    TemporarilyUnavailable,
)

JSON_TYPE = "application/json"
MSGPACK_TYPES = frozenset({"application/msgpack", "application/x-msgpack", "application/vnd.msgpack"})
_COMPRESS_FROM_BYTES = 1024
_COMPRESSION_LEVEL = 1


def content_type(request: Request) -> str:
    """Return the media type of the body without its parameters, in lower case."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def body_chunks(request: Request, stall_s: float) -> AsyncIterator[bytes]:
    """Yield the body as it arrives; raise if the client leaves or pauses longer than `stall_s`."""
    more = True
    while more:
        try:
            async with asyncio.timeout(stall_s):
                message = await request.receive()
        except TimeoutError as error:
            raise TemporarilyUnavailable(f"The request body paused for more than {stall_s:g} s. Try again.") from error
        if message["type"] == "http.disconnect":
            raise InvalidParameterValue("The request body ended early. Send it again.")
        if chunk := message.get("body", b""):
            yield chunk
        more = message.get("more_body", False)


async def read_body(request: Request, limit: int, stall_s: float) -> bytes:
    """Return the whole body, unpacked if it is gzip; raise `RequestTooLarge` beyond `limit` bytes."""
    declared = request.headers.get("content-length", "0")
    if declared.isdigit() and int(declared) > limit:
        raise _too_large(limit)
    chunks = []
    size = 0
    async for chunk in body_chunks(request, stall_s):
        size += len(chunk)
        if size > limit:
            raise _too_large(limit)
        chunks.append(chunk)
    body = b"".join(chunks)
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding == "gzip":
        return _gunzip(body, limit)
    if encoding != "identity":
        raise InvalidParameterValue(f"Content-Encoding '{encoding[:40]}' is not accepted. Send 'gzip' or none.")
    return body


def _gunzip(body: bytes, limit: int) -> bytes:
    unpacker = zlib.decompressobj(wbits=31)
    try:
        unpacked = unpacker.decompress(body, limit)
    except zlib.error as error:
        raise InvalidParameterValue(f"The gzip body is damaged: {error}.") from error
    if unpacker.unconsumed_tail:
        raise _too_large(limit)
    if not unpacker.eof or unpacker.unused_data:
        raise InvalidParameterValue("The gzip body is not one complete member. Send it again.")
    return unpacked


def _too_large(limit: int) -> RequestTooLarge:
    return RequestTooLarge(f"The request body is longer than {limit} bytes. Split it into several requests.")


def accepts_gzip(request: Request) -> bool:
    """Return whether the client takes gzip."""
    offers = request.headers.get("accept-encoding", "").lower().replace(" ", "").split(",")
    return any(offer == "gzip" or (offer.startswith("gzip;q=") and offer[7:].strip("0.")) for offer in offers)


def compress(body: bytes) -> bytes | None:
    """Return `body` as gzip, or None if it is too short to be worth it."""
    if len(body) < _COMPRESS_FROM_BYTES:
        return None
    return gzip.compress(body, _COMPRESSION_LEVEL, mtime=0)


def json_response(body: bytes, *, gzipped: bool = False, status: int = 200) -> Response:
    """Return an answer whose body is JSON, as it is or already compressed."""
    headers = {"cache-control": "no-cache"}
    if gzipped:
        headers |= {"content-encoding": "gzip", "vary": "Accept-Encoding"}
    return Response(body, status, headers, JSON_TYPE)


def error_response(error: HeadwaterError) -> Response:
    """Return the answer that carries `error` to the client."""
    response = json_response(msgspec.json.encode(error.body()), status=error.http_status)
    if error.http_status in {429, 503}:
        response.headers["retry-after"] = str(error.json_kwargs.get("retry_after_s", 1))
    if error.http_status == 413:
        response.headers["connection"] = "close"
    return response
