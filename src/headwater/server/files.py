"""Sending one stored file: types, names, byte ranges and validators, in constant memory."""

import asyncio
import mimetypes
import re
import unicodedata
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from pathlib import PurePosixPath
from typing import NamedTuple
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from headwater.protocol.errors import HeadwaterError, RangeNotSatisfiable
from headwater.server.bodies import error_response
from headwater.server.workers import Workers

_TEXT_SUFFIXES = frozenset(
    {"txt", "log", "err", "cfg", "conf", "cnf", "cf", "ini", "properties", "prop", "hocon", "toml", "yaml", "yml"}
    | {"xml", "json", "js", "py", "py3", "csv", "tsv", "md", "rst", "ipynb"}
)
_TEXT_NAMES = frozenset({"MLmodel", "MLproject"})
_FILE_POLICY = "sandbox; default-src 'none'"
_PAGE_POLICIES = {
    "page": "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:",
    "scripts": (
        "sandbox allow-scripts allow-downloads; default-src https: data: blob: 'unsafe-inline' 'unsafe-eval'; "
        "form-action 'none'; base-uri 'none'"
    ),
}
"""How an HTML file is shown in a frame instead of being saved: as it is, or with its scripts. It has no origin, so that
they reach nothing of ours."""

_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})", re.ASCII)


class ByteRange(NamedTuple):
    """The part of a file to send; `is_partial` says that the client asked for a part."""

    start: int
    length: int
    is_partial: bool


def media_type(path: str) -> str:
    """Return the type a file is sent with; whatever a reader may want to see as text is plain text."""
    name = PurePosixPath(path).name
    if name in _TEXT_NAMES or name.rpartition(".")[2].lower() in _TEXT_SUFFIXES:
        return "text/plain; charset=utf-8"
    return mimetypes.guess_type(name, strict=False)[0] or "application/octet-stream"


def content_disposition(path: str) -> str:
    """Return the header that makes a browser save the file; a name beyond ASCII also as RFC 5987 spells it."""
    name = PurePosixPath(path).name
    folded = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", folded) or "file"
    quoted = plain if re.fullmatch(r"[A-Za-z0-9._-]+", plain) else f'"{plain}"'
    if plain == name:
        return f"attachment; filename={quoted}"
    return f"attachment; filename={quoted}; filename*=UTF-8''{quote(name, safe='')}"


def parse_range(header: str, size: int) -> ByteRange:
    """Return the one range that `header` asks for; anything but one range means the whole file.

    Raises `RangeNotSatisfiable` when it lies outside.
    """
    match = _RANGE.fullmatch(header.strip())
    if match is None or match[0] == "bytes=-":
        return ByteRange(0, size, is_partial=False)
    first, last = match.groups()
    if not first:
        start, end = max(0, size - int(last)), size
    else:
        start, end = int(first), min(size, int(last) + 1) if last else size
    if first and last and int(last) < int(first):
        return ByteRange(0, size, is_partial=False)
    if start >= end:
        raise RangeNotSatisfiable(f"The range '{header[:80]}' lies outside the file of {size} bytes.")
    return ByteRange(start, end - start, is_partial=True)


class SentFile(NamedTuple):
    """A file to send: the name it is saved under, its size in bytes, what changes when its bytes do, and its bytes.

    `read` returns the chunks from a byte on; None as the length means up to the end.
    """

    path: str
    size: int
    etag: str
    read: Callable[[int, int | None], Iterator[bytes]]


async def file_response(request: Request, workers: Workers, file: SentFile) -> Response:
    """Return the answer that streams `file`, or the part of it that the request asks for.

    With `show=page` or `show=scripts` in the query, a browser shows an HTML file instead of saving it.
    """
    etag = f'"{file.etag}"'
    headers = {
        "accept-ranges": "bytes",
        "cache-control": "no-cache",
        "content-disposition": content_disposition(file.path),
        "content-security-policy": _FILE_POLICY,
        "etag": etag,
    }
    policy = _PAGE_POLICIES.get(request.query_params.get("show", ""))
    if policy is not None and media_type(file.path) == "text/html":
        headers["content-security-policy"] = f"{policy}; frame-ancestors 'self'"
        headers["content-disposition"] = "inline"
    if etag in request.headers.get("if-none-match", ""):
        return Response(None, 304, headers)
    wanted = request.headers.get("range", "") if request.headers.get("if-range", etag) == etag else ""
    try:
        part = parse_range(wanted, file.size)
    except RangeNotSatisfiable as error:
        response = error_response(error)
        response.headers["content-range"] = f"bytes */{file.size}"
        return response
    headers["content-length"] = str(part.length)
    if part.is_partial:
        headers["content-range"] = f"bytes {part.start}-{part.start + part.length - 1}/{file.size}"
    status = 206 if part.is_partial else 200
    if request.method == "HEAD":
        return Response(None, status, headers, media_type(file.path))

    def begin() -> tuple[bytes, Iterator[bytes]]:
        chunks = file.read(part.start, part.length if part.is_partial else None)
        return next(chunks, b""), chunks

    first, chunks = await workers.run(begin)
    return StreamingResponse(_send(first, chunks, workers, part.length), status, headers, media_type(file.path))


async def _send(first: bytes, chunks: Iterator[bytes], workers: Workers, length: int) -> AsyncIterator[bytes]:
    sent = 0
    chunk = first
    while chunk:
        sent += len(chunk)
        following = asyncio.ensure_future(workers.run(partial(next, chunks, b"")))  # is read while this one is sent
        try:
            yield chunk
        except BaseException:
            following.cancel()
            raise
        chunk = await following
    if sent != length:
        raise HeadwaterError(f"A stored file ended after {sent} of {length} bytes.")
