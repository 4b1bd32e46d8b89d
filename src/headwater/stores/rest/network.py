"""The transport over real sockets: kept-alive connections of urllib3, dropped in a forked child."""

import os
from collections.abc import Iterator, Mapping

import urllib3
from urllib3.exceptions import ConnectTimeoutError, HTTPError, InsecureRequestWarning, NewConnectionError, SSLError

from headwater.protocol.errors import TemporarilyUnavailable
from headwater.stores.rest.transport import HttpReply, HttpRequest, Trust, Unreachable

_CHUNK_BYTES = 256 * 1024  # what a broken answer can cost: urllib3 hands over whole chunks only
_CONNECTIONS = 16
_CONNECT_TIMEOUT_S = 5.0


class NetworkTransport:
    """Talks HTTP/1.1 to the server at `url`, which holds no credentials."""

    def __init__(self, url: str, *, headers: Mapping[str, str], timeout_s: float, trust: Trust) -> None:
        self._url = url
        self._headers = dict(headers)
        self._timeout = urllib3.Timeout(connect=min(_CONNECT_TIMEOUT_S, timeout_s), read=timeout_s)
        self._trust = trust
        self._pool = self._make_pool()
        self._process_id = os.getpid()

    def send(self, request: HttpRequest) -> HttpReply:
        """See `Transport.send`."""
        if os.getpid() != self._process_id:
            self._pool = self._make_pool()
            self._process_id = os.getpid()
        try:
            response = self._pool.request(
                request.method,
                self._url + request.target,
                body=request.body,
                headers={**self._headers, **request.headers},
                preload_content=False,
                redirect=False,
                retries=False,
                timeout=self._timeout if request.timeout_s is None else request.timeout_s,
            )
        except (NewConnectionError, ConnectTimeoutError, SSLError) as error:
            raise Unreachable(f"Cannot reach the server at '{self._url}': {_reason(error)}. Is it running?") from error
        except HTTPError as error:
            raise self._broken(error) from error
        headers = {name.lower(): value for name, value in response.headers.items()}
        return HttpReply(response.status, headers, self._chunks(response))

    def close(self) -> None:
        """See `Transport.close`."""
        self._pool.clear()

    def _make_pool(self) -> urllib3.PoolManager:
        if self._trust.is_blind:
            urllib3.disable_warnings(InsecureRequestWarning)  # which was asked for, and would come with every request
        return urllib3.PoolManager(
            maxsize=_CONNECTIONS,
            timeout=self._timeout,
            ca_certs=self._trust.ca_bundle or None,
            cert_file=self._trust.client_cert or None,
            cert_reqs="CERT_NONE" if self._trust.is_blind else "CERT_REQUIRED",
        )

    def _chunks(self, response: urllib3.BaseHTTPResponse) -> Iterator[bytes]:
        is_complete = False
        try:
            yield from response.stream(_CHUNK_BYTES, decode_content=True)
            is_complete = True
        except HTTPError as error:
            raise self._broken(error) from error
        finally:
            if not is_complete:
                response.close()
            response.release_conn()

    def _broken(self, error: HTTPError) -> TemporarilyUnavailable:
        return TemporarilyUnavailable(f"No whole answer from the server at '{self._url}': {_reason(error)}.")


def _reason(error: BaseException) -> str:
    """Return the innermost cause in the system's words, without addresses of Python objects."""
    cause = error.__cause__ or error.__context__
    while cause is not None and not isinstance(cause, OSError):
        cause = cause.__cause__ or cause.__context__
    if isinstance(cause, OSError) and cause.strerror:
        return cause.strerror
    text = str(error.args[-1] if error.args else error)
    return text.rpartition(">: ")[2].rpartition("): ")[2]
