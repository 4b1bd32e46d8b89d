"""Live updates: server-sent events that name the runs that changed, and the logs that grew.

One task asks the store for changes, and only while somebody listens.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from functools import partial

import msgspec
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from headwater.protocol.columns import ChangedRun, Changes, ChangesResponse
from headwater.protocol.endpoint import NATIVE_BASE, Permission
from headwater.protocol.errors import HeadwaterError, RequestLimitExceeded, Unauthenticated
from headwater.protocol.logs import MAX_MEASURED, LogSize, MeasureLogs
from headwater.server.access.access import Access
from headwater.server.access.caller import Caller, find_caller
from headwater.server.routes import Route, query_pairs
from headwater.server.settings import ServerSettings
from headwater.server.workers import Workers
from headwater.stores.interface import Store

_logger = logging.getLogger(__name__)

EVENTS_PATH = f"{NATIVE_BASE[0]}/events"


class _ChangeEvent(msgspec.Struct, frozen=True):
    runs: list[ChangedRun]


class _LogEvent(msgspec.Struct, frozen=True):
    logs: list[LogSize]


class _Listener:
    """One stream: which runs it wants, whose logs, who listens, and what it has not been told yet."""

    def __init__(
        self,
        experiment_ids: frozenset[str],
        run_ids: frozenset[str],
        log_run_ids: frozenset[str],
        caller: Caller | None,
    ) -> None:
        self.caller = caller
        self._experiment_ids = experiment_ids
        self._run_ids = run_ids
        self.log_run_ids = log_run_ids
        self._pending: dict[str, ChangedRun] = {}
        self._sizes: dict[str, LogSize] = {}
        self._grown: dict[str, LogSize] = {}
        self.woken = asyncio.Event()

    def offer(self, runs: list[ChangedRun]) -> None:
        """Take note of the runs that this stream wants, and whose experiment its caller may see."""
        if self.caller is not None:
            runs = [run for run in runs if self.caller.reads(run.experiment_id)]
        wants_all = not self._experiment_ids and not self._run_ids
        for run in runs:
            if wants_all or run.run_id in self._run_ids or run.experiment_id in self._experiment_ids:
                self._pending[run.run_id] = run
        if self._pending:
            self.woken.set()

    def offer_logs(self, logs: list[LogSize]) -> None:
        """Take note of the logs that this stream wants and that have another size than it knows."""
        for log in logs:
            if log.run_id in self.log_run_ids and self._sizes.get(log.run_id) != log:
                self._sizes[log.run_id] = self._grown[log.run_id] = log
                self.woken.set()

    def take(self) -> bytes:
        """Return the events that are to be told now."""
        runs, logs = list(self._pending.values()), list(self._grown.values())
        self._pending.clear()
        self._grown.clear()
        self.woken.clear()
        changed = _write_event("change", _ChangeEvent(runs)) if runs else b""
        return changed + (_write_event("log", _LogEvent(logs)) if logs else b"")


class Events:
    """The event streams of one server."""

    def __init__(self, store: Store, workers: Workers, settings: ServerSettings, access: Access | None = None) -> None:
        self._access = access
        self._store = store
        self._workers = workers
        self._settings = settings
        self._listeners: set[_Listener] = set()
        self._poller: asyncio.Task[None] | None = None
        self._is_closed = False

    @property
    def listeners(self) -> int:
        """Return how many streams are open."""
        return len(self._listeners)

    def routes(self) -> list[Route]:
        """Return the route of the event stream."""
        return [Route(path=EVENTS_PATH, methods=("GET",), permission=Permission.READ, handler=self._handle)]

    def close(self) -> None:
        """End every stream, so that the server can stop."""
        self._is_closed = True
        for listener in self._listeners:
            listener.woken.set()
        if self._poller is not None:
            self._poller.cancel()

    async def _handle(self, request: Request, _rest: str) -> Response:
        if len(self._listeners) >= self._settings.listeners:
            raise RequestLimitExceeded(f"'{len(self._listeners)}' event streams are open already. Close some.")
        query = dict(query_pairs(request))
        listener = _Listener(
            _split(query.get("experiment_ids", "")),
            _split(query.get("run_ids", "")),
            _split(query.get("log_run_ids", "")),
            find_caller(request),
        )
        MeasureLogs(list(listener.log_run_ids)).check()
        headers = {"cache-control": "no-cache", "x-accel-buffering": "no"}
        if request.method == "HEAD":
            return Response(None, 200, headers, "text/event-stream")
        cursor = await self._changes(0)
        self._listeners.add(listener)
        if self._poller is None or self._poller.done():
            self._poller = asyncio.create_task(self._poll(cursor.cursor))
        return StreamingResponse(self._stream(listener), 200, headers, "text/event-stream")

    async def _stream(self, listener: _Listener) -> AsyncIterator[bytes]:
        try:
            yield b"retry: 2000\n\n"
            renewed = time.monotonic()
            while not self._is_closed:
                if time.monotonic() - renewed >= self._settings.heartbeat_s:
                    renewed = time.monotonic()
                    if not await self._renew(listener):
                        return
                try:
                    await asyncio.wait_for(listener.woken.wait(), self._settings.heartbeat_s)
                except TimeoutError:
                    yield b": still here\n\n"
                    continue
                if events := listener.take():
                    yield events
        finally:
            self._listeners.discard(listener)

    async def _renew(self, listener: _Listener) -> bool:
        """Look again at what the caller may see; return whether they may still listen."""
        if self._access is None or listener.caller is None:
            return True
        try:
            listener.caller = await self._access.renew(listener.caller)
        except Unauthenticated:
            return False
        return True

    async def _poll(self, cursor: int) -> None:
        while self._listeners:
            await asyncio.sleep(self._settings.poll_s)
            try:
                changes = await self._changes(cursor)
                cursor = changes.cursor
                for listener in self._listeners:
                    listener.offer(changes.runs)
                await self._tell_logs()
            except HeadwaterError:
                _logger.warning("Live updates pause: the store cannot say what changed.", exc_info=True)

    async def _tell_logs(self) -> None:
        wanted = sorted(frozenset().union(*(listener.log_run_ids for listener in self._listeners)))
        for start in range(0, len(wanted), MAX_MEASURED):
            asked = MeasureLogs(wanted[start : start + MAX_MEASURED])
            measured = await self._workers.run(partial(self._store.logs.measure, asked))
            for listener in self._listeners:
                listener.offer_logs(measured.logs)

    async def _changes(self, cursor: int) -> ChangesResponse:
        return await self._workers.run(partial(self._store.columns.changes, Changes(cursor)))


def _write_event(name: str, data: msgspec.Struct) -> bytes:
    return f"event: {name}\ndata: ".encode() + msgspec.json.encode(data) + b"\n\n"


def _split(text: str) -> frozenset[str]:
    return frozenset(part for part in text.split(",") if part)
