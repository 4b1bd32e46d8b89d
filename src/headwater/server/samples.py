"""Sample data for an empty server: made in the background by the server itself, and removed without a trace."""

import logging
import threading
from collections.abc import Callable
from functools import partial
from typing import Literal

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from headwater.protocol.endpoint import NATIVE_BASE, Permission
from headwater.protocol.errors import HeadwaterError, ResourceConflict
from headwater.server.bodies import json_response
from headwater.server.routes import Handler, Route
from headwater.server.workers import Workers
from headwater.stores.interface import Store

_logger = logging.getLogger(__name__)

SAMPLES_PATH = f"{NATIVE_BASE[0]}/samples"
_JOIN_S = 2.0


class SamplesResponse(msgspec.Struct, frozen=True):
    """Whether there are sample data, and how many runs of how many are made while they are being loaded."""

    state: Literal["none", "loading", "loaded", "removing", "failed"]
    done: int = 0
    total: int = 0
    message: str = ""


class Samples:
    """The handlers of sample data, and the thread that makes or removes them. One thing is done at a time."""

    def __init__(self, store: Store, workers: Workers) -> None:
        self._store = store
        self._workers = workers
        self._lock = threading.Lock()
        self._is_over = threading.Event()
        self._thread: threading.Thread | None = None
        self._now = SamplesResponse("none")

    def routes(self) -> list[Route]:
        """Return the routes: what there is for everybody, changes for whoever may delete for good."""
        return [
            Route(path=SAMPLES_PATH, methods=("GET",), permission=Permission.READ, handler=self._handler(self._read)),
            Route(
                path=f"{SAMPLES_PATH}/load",
                methods=("POST",),
                permission=Permission.ADMIN,
                handler=self._handler(self._load),
            ),
            Route(
                path=f"{SAMPLES_PATH}/remove",
                methods=("POST",),
                permission=Permission.ADMIN,
                handler=self._handler(self._remove),
            ),
        ]

    def stop(self) -> None:
        """Begin no further run, and wait a moment for the one that is being made."""
        self._is_over.set()
        if self._thread is not None:
            self._thread.join(_JOIN_S)

    def _handler(self, answer: Callable[[], SamplesResponse]) -> Handler:
        async def handle(_request: Request, _rest: str) -> Response:
            return json_response(msgspec.json.encode(await self._workers.run(answer)))

        return handle

    def _read(self) -> SamplesResponse:
        from headwater.server.sample_runs import find_samples

        with self._lock:
            if self._is_busy() or self._now.state == "failed":
                return self._now
        return SamplesResponse("loaded" if find_samples(self._store) else "none")

    def _load(self) -> SamplesResponse:
        from headwater.server.sample_runs import TOTAL, find_samples, load_samples

        if find_samples(self._store):
            raise ResourceConflict("The sample data are here already. Remove them before you load them again.")
        work = partial(load_samples, self._store, self._note_run, self._is_over.is_set)
        return self._begin(SamplesResponse("loading", 0, TOTAL), work)

    def _remove(self) -> SamplesResponse:
        from headwater.server.sample_runs import remove_samples

        return self._begin(SamplesResponse("removing"), partial(remove_samples, self._store))

    def _begin(self, state: SamplesResponse, work: Callable[[], None]) -> SamplesResponse:
        with self._lock:
            if self._is_busy():
                raise ResourceConflict(f"The sample data are in state '{self._now.state}'. Wait a moment.")
            self._now = state
            self._thread = threading.Thread(target=self._run, args=(work,), name="headwater-samples", daemon=True)
            self._thread.start()
        return state

    def _is_busy(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def _note_run(self) -> None:
        self._now = msgspec.structs.replace(self._now, done=self._now.done + 1)

    def _run(self, work: Callable[[], None]) -> None:
        try:
            work()
            self._now = SamplesResponse("none")
        except HeadwaterError as error:
            self._now = SamplesResponse("failed", message=str(error))
        except Exception:
            _logger.exception("Sample data could not be %s.", self._now.state)
            self._now = SamplesResponse("failed", message="The server failed on the sample data. Its log says why.")
