"""Several processes that serve one model on one socket, watched by a process that does nothing else."""

import logging
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable

import msgspec

from headwater.models.isolated.command import same_command
from headwater.models.scoring.metrics import shared_memory_file
from headwater.models.scoring.settings import ScoringSettings
from headwater.protocol.errors import HeadwaterError

_logger = logging.getLogger(__name__)

WATCHED = frozenset({signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP})
_PAUSE_S = 1.0


class WorkerOrders(msgspec.Struct, frozen=True):
    """What a worker is told on its command line.

    Attributes:
        settings: of the server.
        number: of the worker, from 0.
        listener: descriptor of the bound socket.
        counters: descriptor of the memory that all workers count in.
        life: descriptor of a pipe that ends when the watching process does.
        ready: descriptor of a pipe to write one byte to when the worker answers.
    """

    settings: ScoringSettings
    number: int
    listener: int
    counters: int
    life: int
    ready: int

    @property
    def descriptors(self) -> tuple[int, ...]:
        """Return what the worker inherits."""
        return (self.listener, self.counters, self.life, self.ready)


class Supervisor:
    """Starts workers, starts those again that end by themselves, and passes signals on.

    Raises `HeadwaterError` if a worker ends before any has answered: its message says why.
    """

    def __init__(self, settings: ScoringSettings, bound: socket.socket, on_ready: Callable[[], None] | None) -> None:
        self._settings = settings
        self._bound = bound
        self._on_ready = on_ready
        self._counters = shared_memory_file(settings.workers)
        self._life_reader, self._life_writer = os.pipe()
        self._ready_reader, self._ready_writer = os.pipe()
        self._workers: dict[int, subprocess.Popen[bytes]] = {}
        self._has_answered = False
        self._is_stopping = False

    def run(self) -> None:
        """Serve until SIGTERM or SIGINT; a second one ends the workers at once."""
        previous = signal.pthread_sigmask(signal.SIG_BLOCK, WATCHED)
        try:
            for number in range(self._settings.workers):
                self._start(number)
            threading.Thread(target=self._wait_until_ready, name="headwater-ready", daemon=True).start()
            while self._workers:
                self._handle(signal.Signals(signal.sigwait(WATCHED)))
        finally:
            self._kill()
            signal.pthread_sigmask(signal.SIG_SETMASK, previous)
            for descriptor in (self._counters, self._life_reader, self._life_writer, self._ready_writer):
                os.close(descriptor)

    def _start(self, number: int) -> None:
        orders = WorkerOrders(
            settings=self._settings,
            number=number,
            listener=self._bound.fileno(),
            counters=self._counters,
            life=self._life_reader,
            ready=self._ready_writer,
        )
        command = same_command("headwater.models.scoring.worker", msgspec.json.encode(orders).decode())
        self._workers[number] = subprocess.Popen(command, pass_fds=orders.descriptors, start_new_session=True)

    def _wait_until_ready(self) -> None:
        """Say that we are ready once each worker has said so."""
        for _ in range(self._settings.workers):
            if not os.read(self._ready_reader, 1):
                return
            self._has_answered = True
        if self._on_ready is not None:
            self._on_ready()

    def _handle(self, number: signal.Signals) -> None:
        if number is signal.SIGCHLD:
            self._replace_ended()
        elif number is signal.SIGHUP:
            self._send(number)
        else:
            self._send(signal.SIGKILL if self._is_stopping else signal.SIGTERM)
            self._is_stopping = True

    def _replace_ended(self) -> None:
        for number, worker in list(self._workers.items()):
            status = worker.poll()
            if status is None:
                continue
            del self._workers[number]
            if self._is_stopping:
                continue
            if not self._has_answered:
                raise HeadwaterError(f"A worker ended with status {status} before it answered. Its message is above.")
            _logger.warning("Worker %d ended with status %d; another one takes its place.", number, status)
            time.sleep(_PAUSE_S)
            self._start(number)

    def _send(self, number: signal.Signals) -> None:
        for worker in self._workers.values():
            worker.send_signal(number)

    def _kill(self) -> None:
        for worker in self._workers.values():
            worker.kill()
            worker.wait()
