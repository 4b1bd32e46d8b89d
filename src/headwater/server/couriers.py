"""The threads of a server that send what webhooks are told."""

import logging
import threading

from headwater.protocol.webhooks import Deliver
from headwater.stores.interface import Store

_logger = logging.getLogger(__name__)

_JOIN_S = 1.0
_CALL_S = 2.0


class Couriers:
    """Ask the store again and again to send what is due, so that one address that hangs does not hold up the others.

    The threads do not keep a stopping process: what they are sending then is sent again by the next one.
    """

    def __init__(self, store: Store, *, threads: int, poll_s: float) -> None:
        self._store = store
        self._poll_s = poll_s
        self._is_over = threading.Event()
        self.waiting = 0  # deliveries that were not sent yet when it was looked last
        self._threads = [
            threading.Thread(target=self._run, name=f"headwater-courier-{number}", daemon=True)
            for number in range(threads)
        ]

    def start(self) -> None:
        """Start the threads."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Begin no more, and wait a moment for what is being sent."""
        self._is_over.set()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(_JOIN_S / len(self._threads))

    def _run(self) -> None:
        is_busy = False
        while not self._is_over.wait(0 if is_busy else self._poll_s):
            is_busy = False
            try:
                done = self._store.webhooks.deliver(Deliver(max_s=_CALL_S))
                self.waiting = done.waiting
                is_busy = done.delivered + done.failed > 0
            except Exception:
                if not self._is_over.is_set():
                    _logger.exception("Sending to webhooks failed; the next try is in %s s.", self._poll_s)
