"""One request and the beginning of its answer, over a connection to an address that was checked."""

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Sequence
from contextlib import suppress

from headwater.stores.notices import Sent
from headwater.stores.outgoing.addresses import Target, parse_address
from headwater.version import __version__

_FAILURES = (OSError, http.client.HTTPException, ValueError)  # a socket closed meanwhile raises ValueError, too


class Exchange:
    """One request and the beginning of its answer, cut off when its time is over, however slowly it proceeds."""

    def __init__(self, target: Target, timeout_s: float) -> None:
        self._target = target
        self._timeout_s = timeout_s
        self._deadline = time.monotonic() + timeout_s
        self._socket: socket.socket | None = None
        self._is_cut_off = False

    def run(self, addresses: Sequence[str], body: bytes, headers: dict[str, str]) -> Sent:
        """Return what came of it."""
        timer = threading.Timer(self._timeout_s, self.cut_off)
        timer.daemon = True
        timer.start()
        try:
            return self._exchange(addresses, body, headers)
        except _FAILURES as error:
            return Sent(error=self._explain(error))
        finally:
            timer.cancel()
            if self._socket is not None:
                self._socket.close()

    def cut_off(self) -> None:
        """End it now; whoever waits for the other side gets an error."""
        self._is_cut_off = True
        if self._socket is not None:
            with suppress(OSError):
                # Not SSLSocket's own method, which would pull its state away from under the thread that uses it.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def _exchange(self, addresses: Sequence[str], body: bytes, headers: dict[str, str]) -> Sent:
        connection = http.client.HTTPConnection(self._target.host, self._target.port)
        connection.sock = self._connect(addresses)
        fixed = {
            "Host": self._target.authority,
            "User-Agent": f"headwater/{__version__}",
            "Content-Type": "application/json",
            "Accept-Encoding": "identity",
            "Connection": "close",
        }
        connection.request("POST", self._target.path, body, fixed | headers)
        with connection.getresponse() as response:
            asked = response.headers.get("retry-after", "")
        if self._is_cut_off:
            raise TimeoutError  # what was read may be the beginning of an answer, ended by ourselves
        retry_after_s = int(asked) if asked.isdecimal() and len(asked) < 9 else None
        return Sent(response.status, _describe(response.status), retry_after_s)

    def _connect(self, addresses: Sequence[str]) -> socket.socket:
        """Return a connection to the first address that answers, in TLS if the scheme says so."""
        failure: OSError = OSError("it has no address")
        for address in addresses:
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            self._socket = socket.socket(family, socket.SOCK_STREAM)
            self._socket.settimeout(max(0.01, self._deadline - time.monotonic()))
            try:
                self._socket.connect((address, self._target.port))
            except OSError as error:
                failure = error
                self._socket.close()
                if self._is_cut_off:
                    break
                continue
            if parse_address(self._socket.getpeername()[0]) != parse_address(address):
                raise OSError("it was answered by another address than asked")
            if self._is_cut_off:
                raise TimeoutError  # before the connection was there to be cut off
            return self._socket if self._target.scheme == "http" else self._encrypt(self._socket)
        raise failure

    def _encrypt(self, plain: socket.socket) -> socket.socket:
        context = ssl.create_default_context()
        self._socket = encrypted = context.wrap_socket(
            plain, server_hostname=self._target.host, do_handshake_on_connect=False
        )
        if self._is_cut_off:
            raise TimeoutError
        encrypted.do_handshake()
        return encrypted

    def _explain(self, error: Exception) -> str:
        if self._is_cut_off or isinstance(error, TimeoutError):
            return f"No answer within {self._timeout_s:g} s."
        return f"No answer: {_reason(error)}."


def _describe(status: int) -> str:
    """Return what is wrong with an answer, in our words alone."""
    if 200 <= status < 300:
        return ""
    if 300 <= status < 400:
        return f"The answer was {status}, which leads elsewhere; redirects are not followed. Use the final address."
    return f"The answer was {status}."


def _reason(error: BaseException) -> str:
    """Return why, without what the other side sent."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not valid: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return "it does not speak TLS as we do"
    if isinstance(error, http.client.RemoteDisconnected):
        return "it closed the connection"
    if isinstance(error, OSError):
        return error.strerror or "it closed the connection"
    return "it does not speak HTTP"
