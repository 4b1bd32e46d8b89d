"""Answers in parts: each part goes out as the model yields it, and the model waits for whoever reads slowly.

A stream has a thread of its own from its first part to its last, because what a model holds meanwhile may belong to its
thread. It is asked for one part at a time, and only once the part before has been taken.
"""

import asyncio
import logging
import queue
import threading
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import msgspec

from headwater.models.scoring.http import Headers, Receive, Reply, Send
from headwater.models.scoring.lanes import Failure
from headwater.protocol.errors import BadRequest, DeadlineExceeded, HeadwaterError, RequestLimitExceeded

_logger = logging.getLogger(__name__)
_END = object()


class StreamForm(Enum):
    """How parts are written, by the content type that a request accepts: server-sent events, or a line of JSON each."""

    EVENTS = "text/event-stream"
    LINES = "application/x-ndjson"

    def write(self, body: bytes) -> bytes:
        """Return one part, which is JSON."""
        return b"data: " + body + b"\n\n" if self is StreamForm.EVENTS else body + b"\n"

    def write_error(self, error: HeadwaterError) -> bytes:
        """Return what ends a stream that failed: the body that a failed request has, marked as an error."""
        body = msgspec.json.encode(error.body())
        return b"event: error\n" + self.write(body) if self is StreamForm.EVENTS else b'{"error":' + body + b"}\n"

    def write_end(self, *, is_chat: bool) -> bytes:
        """Return what ends a stream that is complete: the end of the body says so by itself, but events also do."""
        if self is StreamForm.LINES:
            return b""
        return self.write(b"[DONE]") if is_chat else b"event: end\ndata: {}\n\n"


def choose_form(accept: str, *, is_asked: bool) -> StreamForm | None:
    """Return how a request wants its answer streamed, None if it wants it in one piece.

    Args:
        accept: the header.
        is_asked: whether its body says `"stream": true`.
    """
    kinds = {kind.partition(";")[0].strip().lower() for kind in accept.split(",")}
    if kinds & {StreamForm.LINES.value, "application/jsonl"}:
        return StreamForm.LINES
    return StreamForm.EVENTS if is_asked or StreamForm.EVENTS.value in kinds else None


class Streams:
    """Begins streams, at most so many at once. For the event loop alone."""

    def __init__(self, *, most: int, timeout_s: float) -> None:
        self._most = most
        self._timeout_s = timeout_s
        self._running: set[_Parts] = set()

    async def begin(
        self, make: Callable[[], Iterator[bytes]], form: StreamForm, receive: Receive, *, is_chat: bool
    ) -> "StreamReply":
        """Return the reply to a request once the model has yielded the first part.

        Raises `RequestLimitExceeded` if too many streams run, `DeadlineExceeded` if the part takes too long, and what
        the model raises before it.
        """
        if len(self._running) >= self._most:
            raise RequestLimitExceeded(f"{self._most} answers are streamed already. Try again in a second.")
        parts = _Parts(make, self._timeout_s, self._running.discard)
        self._running.add(parts)
        gone = asyncio.create_task(_wait_until_gone(receive))
        is_begun = False
        try:
            first = await parts.next(gone)
            is_begun = True
        except _ClientGone:
            raise BadRequest("The client went away before the first part.") from None
        finally:
            if not is_begun:
                gone.cancel()
                parts.close()
        headers: Headers = [(b"cache-control", b"no-cache"), (b"x-accel-buffering", b"no")]
        end = form.write_end(is_chat=is_chat)
        begun = _Begun(first, parts, gone, form, self._timeout_s)
        return StreamReply(200, end, form.value.encode(), headers, begun=begun)


@dataclass(slots=True)
class StreamReply(Reply):
    """What a request is answered with in parts; `body` is what follows the last one."""

    begun: "_Begun" = field(kw_only=True)

    async def send(self, send: Send, extra: Headers) -> None:
        """Send it, with more headers; return early if the client goes away, which ends the model's generator."""
        headers = [(b"content-type", self.content_type), *self.headers, *extra]
        async with aclosing(self.begun.chunks()) as chunks:
            await send({"type": "http.response.start", "status": self.status, "headers": headers})
            try:
                async for chunk in chunks:
                    async with asyncio.timeout(self.begun.timeout_s):
                        await send({"type": "http.response.body", "body": chunk, "more_body": True})
            except TimeoutError:
                _logger.warning("A client read nothing for %g s; its stream was ended.", self.begun.timeout_s)
                return
        await send({"type": "http.response.body", "body": b"" if self.begun.has_failed else self.body})


class _ClientGone(Exception):
    """Nobody reads the answer any more."""


class _Parts:
    """A generator in a thread of its own, asked for one part at a time."""

    def __init__(
        self, make: Callable[[], Iterator[bytes]], timeout_s: float, on_end: Callable[["_Parts"], None]
    ) -> None:
        self._make = make
        self._timeout_s = timeout_s
        self._on_end = on_end
        self._loop = asyncio.get_running_loop()
        self._asked: queue.SimpleQueue[asyncio.Future[Any] | None] = queue.SimpleQueue()
        threading.Thread(target=self._run, name="headwater-stream", daemon=True).start()

    async def next(self, gone: "asyncio.Task[None]") -> Any:
        """Return the next part, or the mark of the end; raise what the model raises, or `_ClientGone`."""
        future: asyncio.Future[Any] = self._loop.create_future()
        self._asked.put(future)
        await asyncio.wait({future, gone}, timeout=self._timeout_s, return_when=asyncio.FIRST_COMPLETED)
        if gone.done():
            raise _ClientGone
        if not future.done():
            raise DeadlineExceeded(f"The model yielded nothing for {self._timeout_s:g} s. Send less, or try later.")
        outcome = future.result()
        if isinstance(outcome, Failure):
            raise outcome.error
        return outcome

    def close(self) -> None:
        """End the generator as soon as it is not at work."""
        self._asked.put(None)

    def _run(self) -> None:
        parts = None
        try:
            while (future := self._asked.get()) is not None:
                try:
                    parts = self._make() if parts is None else parts
                    outcome = next(parts, _END)
                except Exception as error:  # noqa: BLE001 - told to the client
                    outcome = Failure(error)
                self._call(_settle, future, outcome)
        finally:
            self._end(parts)

    def _end(self, parts: Iterator[bytes] | None) -> None:
        try:
            if parts is not None:
                parts.close()  # type: ignore[attr-defined]  # a generator
        except Exception:
            _logger.exception("The model failed when its stream was ended.")
        self._call(self._on_end, self)

    def _call(self, call: Callable[..., None], *arguments: Any) -> None:
        try:
            self._loop.call_soon_threadsafe(call, *arguments)
        except RuntimeError:
            _logger.debug("The server stopped before a stream ended.")


class _Begun:
    """A stream whose first part is there."""

    def __init__(
        self, first: Any, parts: _Parts, gone: "asyncio.Task[None]", form: StreamForm, timeout_s: float
    ) -> None:
        self.timeout_s = timeout_s
        self.has_failed = False
        self._first = first
        self._parts = parts
        self._gone = gone
        self._form = form

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """Yield what is written: the parts, and the error that the model raised, if any."""
        part = self._first
        try:
            while part is not _END:
                yield self._form.write(part)
                part = await self._parts.next(self._gone)
        except _ClientGone:
            _logger.debug("A client went away from its stream.")
        except Exception as error:  # noqa: BLE001 - told to the client, and logged
            self.has_failed = True
            yield self._form.write_error(_as_told(error))
        finally:
            self._gone.cancel()
            self._parts.close()


def _as_told(error: Exception) -> HeadwaterError:
    _logger.warning("A stream failed: %s", error, exc_info=error.__cause__ or error)
    if isinstance(error, HeadwaterError):
        return error
    return HeadwaterError("The server failed while it streamed. Its log says why.")


async def _wait_until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _settle(future: "asyncio.Future[Any]", outcome: Any) -> None:
    if not future.done():
        future.set_result(outcome)
