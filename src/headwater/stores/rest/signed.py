"""Bytes to and from an object store by the URLs that a server signed."""

from collections.abc import Iterator

import urllib3
from urllib3.exceptions import ConnectTimeoutError, HTTPError, InsecureRequestWarning, NewConnectionError, SSLError

from headwater.config import S3_IGNORE_TLS
from headwater.protocol.artifacts import SignedPart, SignedUrl
from headwater.protocol.errors import InvalidParameterValue, TemporarilyUnavailable
from headwater.stores.rest.transport import Unreachable

_CHUNK_BYTES = 1 << 20
_TIMEOUT = urllib3.Timeout(connect=5, read=60)


class SignedTransport:
    """Carries bytes past the server; sends none of the server's credentials. May be used from any thread."""

    def __init__(self) -> None:
        if S3_IGNORE_TLS.is_on():
            urllib3.disable_warnings(InsecureRequestWarning)  # which was asked for, and would come with every request
        trust = "CERT_NONE" if S3_IGNORE_TLS.is_on() else "CERT_REQUIRED"
        self._pool = urllib3.PoolManager(maxsize=8, timeout=_TIMEOUT, retries=False, cert_reqs=trust)

    def put(self, part: SignedPart, chunks: Iterator[bytes], length: int) -> str:
        """Send one part of `length` bytes and return its ETag."""
        headers = {**part.headers, "content-length": str(length)}
        response = self._request("PUT", part.url, headers, chunks)
        response.drain_conn()
        response.release_conn()
        return response.headers.get("etag", "")

    def get(self, signed: SignedUrl, start: int) -> Iterator[bytes]:
        """Yield an object from a byte on."""
        headers = {**signed.headers, "accept-encoding": "identity"}
        if start:
            headers["range"] = f"bytes={start}-"
        response = self._request("GET", signed.url, headers)
        try:
            if start and response.status != 206:
                raise TemporarilyUnavailable("The object store does not send parts of files.")
            yield from response.stream(_CHUNK_BYTES)
        except HTTPError as error:
            raise TemporarilyUnavailable("The object store's answer broke off. Try again.") from error
        finally:
            response.close()

    def _request(
        self, method: str, url: str, headers: dict[str, str], body: Iterator[bytes] | None = None
    ) -> urllib3.BaseHTTPResponse:
        try:
            response = self._pool.request(method, url, body=body, headers=headers, preload_content=False)
        except (NewConnectionError, ConnectTimeoutError, SSLError) as error:
            raise Unreachable("The object store that the server names cannot be reached from here.") from error
        except HTTPError as error:
            raise TemporarilyUnavailable("The connection to the object store broke off. Try again.") from error
        if response.status in {200, 201, 206}:
            return response
        response.close()
        if response.status in {400, 403, 404}:  # expired, or finished by somebody else
            raise InvalidParameterValue(f"The object store refuses a signed URL with status {response.status}.")
        raise TemporarilyUnavailable(f"The object store answers with status {response.status}. Try again later.")
