"""The narrow seam between the REST store and the network: one request in, one reply out."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from headwater.protocol.errors import TemporarilyUnavailable


class Unreachable(TemporarilyUnavailable):
    """No connection came about, so the server has seen nothing of the request."""


@dataclass(frozen=True, kw_only=True)
class HttpRequest:
    """One request; `target` is the path and query below the server's address.

    `timeout_s` is how long the answer may take, where that is longer than usual.
    """

    method: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | Iterable[bytes] | None = None
    timeout_s: float | None = None


@dataclass(frozen=True)
class HttpReply:
    """One reply; header names are in lower case, and `chunks` must be read to their end or be closed."""

    status: int
    headers: Mapping[str, str]
    chunks: Iterator[bytes]

    def read(self) -> bytes:
        """Return the whole body."""
        return b"".join(self.chunks)


@dataclass(frozen=True)
class Trust:
    """Whom to trust: files of certificates that the server's is checked against and of this client's own, or nobody.

    `is_blind` leaves the server's certificate unchecked.
    """

    ca_bundle: str = ""
    client_cert: str = ""
    is_blind: bool = False


class Transport(Protocol):
    """Carries requests to one server; may be called from any thread."""

    def send(self, request: HttpRequest) -> HttpReply:
        """Return the reply to `request`, whatever its status.

        Raises `Unreachable` if nothing was sent and `TemporarilyUnavailable` if no whole answer came, also while the
        chunks of the reply are read.
        """

    def close(self) -> None:
        """Close every connection."""
