"""Requests over connections to addresses that were checked: no redirect, no proxy, no second look-up, no body."""

import threading
from typing import TYPE_CHECKING

from headwater.config import WEBHOOK_TIMEOUT_S
from headwater.protocol.errors import InvalidParameterValue
from headwater.stores.notices import Sent
from headwater.stores.outgoing.addresses import Resolve, choose_addresses, parse_url, resolve_host

if TYPE_CHECKING:
    from headwater.stores.outgoing.exchange import Exchange


class HttpSender:
    """Posts to addresses that users chose. Thread-safe.

    A host is looked up once for each request, all its addresses are checked, and the connection goes to one of these
    very addresses; certificates are checked against the host's name. Nothing of an answer is kept but its status.

    Args:
        resolve: looks a host up.
    """

    def __init__(self, resolve: Resolve = resolve_host) -> None:
        self._resolve = resolve
        self._lock = threading.Lock()
        self._open: set[Exchange] = set()
        self._closed = threading.Event()

    def check(self, url: str) -> None:
        """Raise `InvalidParameterValue` unless `url` may be sent to now."""
        target = parse_url(url)
        try:
            choose_addresses(target, self._resolve)
        except (OSError, UnicodeError) as error:
            raise InvalidParameterValue(
                f"The webhook's host '{target.host[:200]}' cannot be looked up: {_reason(error)}. Check the URL."
            ) from error

    def send(self, url: str, body: bytes, headers: dict[str, str]) -> Sent:
        """Post a body and say what came of it; it never raises and takes at most the setting's time."""
        try:
            target = parse_url(url)
            addresses = choose_addresses(target, self._resolve)
        except InvalidParameterValue as error:
            return Sent(error=error.message, is_refused=True)
        except (OSError, UnicodeError) as error:
            return Sent(error=f"The host cannot be looked up: {_reason(error)}.")
        from headwater.stores.outgoing.exchange import Exchange  # an HTTP client costs 20 ms: not before it is needed

        exchange = Exchange(target, float(WEBHOOK_TIMEOUT_S.get()))
        with self._lock:
            if self._closed.is_set():
                return Sent(is_cut_off=True)
            self._open.add(exchange)
        try:
            sent = exchange.run(addresses, body, headers)
        finally:
            with self._lock:
                self._open.discard(exchange)
        return Sent(is_cut_off=True) if self._closed.is_set() and sent.status is None else sent

    def close(self) -> None:
        """Cut off what is being sent, and refuse to send more."""
        with self._lock:
            self._closed.set()
            for exchange in self._open:
                exchange.cut_off()


def _reason(error: OSError | UnicodeError) -> str:
    return getattr(error, "strerror", None) or "its name has no address"
