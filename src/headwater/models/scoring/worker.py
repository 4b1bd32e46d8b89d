"""One of several processes that serve a model: `main` with the orders as its argument."""

import logging
import os
import signal
import socket
import sys
import threading

import msgspec

from headwater.models.scoring.metrics import Metrics
from headwater.models.scoring.serve import run
from headwater.models.scoring.workers import WATCHED, WorkerOrders
from headwater.protocol.errors import HeadwaterError


def main() -> None:
    """Serve as the orders say, until SIGTERM or until the process that gave them ends."""
    orders = msgspec.json.decode(sys.argv[1], type=WorkerOrders)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, WATCHED)
    logging.basicConfig(format="%(levelname)s: %(message)s", level=logging.INFO if orders.settings.access_log else None)
    threading.Thread(target=_end_with_parent, args=(orders.life,), name="headwater-life", daemon=True).start()
    metrics = Metrics(orders.counters, orders.number, orders.settings.workers)
    try:
        with socket.socket(fileno=orders.listener) as bound:
            run(orders.settings, bound, metrics, lambda: _say_ready(orders.ready))
    except HeadwaterError as error:
        sys.exit(f"Error: {error.message}")


def _end_with_parent(life: int) -> None:
    os.read(life, 1)
    os.kill(os.getpid(), signal.SIGTERM)


def _say_ready(ready: int) -> None:
    os.write(ready, b".")
