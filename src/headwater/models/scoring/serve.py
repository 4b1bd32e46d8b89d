"""Serving a model in this process until it is told to stop."""

import asyncio
import contextlib
import gc
import signal
import socket
import threading
from collections.abc import Callable, Iterator

import uvicorn

from headwater.models.scoring.app import ScoringApp
from headwater.models.scoring.deferring import imports_deferred
from headwater.models.scoring.following import identify
from headwater.models.scoring.metrics import Metrics
from headwater.models.scoring.model import load_served
from headwater.models.scoring.settings import ScoringSettings

_KEEP_ALIVE_S = 75
_SETTLE_S = 0.2  # in which who has just connected sends the request, before idle connections are closed
_BACKLOG = 2048


class ScoringServer(uvicorn.Server):
    """uvicorn around a model: SIGTERM and SIGINT let requests finish, SIGHUP loads the model anew."""

    def __init__(self, app: ScoringApp, settings: ScoringSettings, on_ready: Callable[[], None] | None = None) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                lifespan="on",
                ws="none",
                interface="asgi3",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                backlog=_BACKLOG,
                timeout_keep_alive=_KEEP_ALIVE_S,
                timeout_graceful_shutdown=int(settings.timeout_s) + 1,
            )
        )
        self._app = app
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say that we are ready."""
        await super().startup(sockets)
        if self._on_ready is not None:
            self._on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop accepting, and wait for the requests that are under way."""
        self._app.begin_stop()
        for server in self.servers:
            server.close()
        await asyncio.sleep(_SETTLE_S)
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Handle signals, and return normally after SIGINT and SIGTERM."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        handlers = {signal.SIGINT: self.handle_exit, signal.SIGTERM: self.handle_exit}
        previous = {number: signal.signal(number, handler) for number, handler in handlers.items()}
        hang_up = getattr(signal, "SIGHUP", None)
        if hang_up is not None:
            previous[hang_up] = signal.signal(hang_up, lambda *_: self._app.request_reload())
        try:
            yield
        finally:
            for number, handler in previous.items():
                signal.signal(number, handler)


def run(
    settings: ScoringSettings,
    bound: socket.socket,
    metrics: Metrics | None = None,
    on_ready: Callable[[], None] | None = None,
) -> None:
    """Load the model and serve it on a bound socket until SIGTERM or SIGINT; raise what `load_model` raises."""
    with _without_collector(), imports_deferred():
        identity = identify(settings.model_uri, settings.name)
        served = load_served(identity, allow_pickle=settings.allow_pickle)
    counters = metrics or Metrics()
    counters.count_load("loaded")

    app = ScoringApp(served, settings, counters)
    ScoringServer(app, settings, on_ready).run([bound])


@contextlib.contextmanager
def _without_collector() -> Iterator[None]:
    """Pause the garbage collector, for which a framework's modules are much to look through and nothing to collect.

    What is there afterwards is not looked through while requests are answered: it stays until another model is loaded.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
