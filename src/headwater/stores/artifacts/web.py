"""Files below a web address."""

from collections.abc import Iterable, Iterator
from typing import Literal, NoReturn
from urllib.parse import quote

import urllib3
from urllib3.exceptions import HTTPError

from headwater.protocol.artifacts import FileInfo
from headwater.protocol.errors import NotSupported, ResourceDoesNotExist, TemporarilyUnavailable
from headwater.stores.found import FoundFile

_CHUNK_BYTES = 1 << 20


class WebLocation:
    """Files below a web address, to be read only."""

    def __init__(self, uri: str) -> None:
        self.uri = uri.partition("?")[0].rstrip("/")
        self._pool = urllib3.PoolManager(timeout=urllib3.Timeout(connect=5, read=60), retries=urllib3.Retry(3))

    def list_folder(self, _path: str) -> NoReturn:
        """Raise `NotSupported`: web addresses have no folders."""
        raise NotSupported(f"'{self.uri}' cannot be listed. Name one file.")

    def walk(self, path: str) -> list[FileInfo]:
        """Return nothing, because nothing is below a file; raise `NotSupported` for the address itself."""
        return [] if path else self.list_folder(path)

    def find(self, path: str) -> FoundFile:
        """Return a file's size, -1 if the server does not say, and its ETag."""
        response = self._request("HEAD", path, {})
        response.close()
        size = response.headers.get("content-length", "")
        return FoundFile(int(size) if size.isdecimal() else -1, response.headers.get("etag", ""))

    def read(self, path: str, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        """Yield chunks of at most 1 MiB."""
        headers = {"accept-encoding": "identity"}
        if start or length is not None:
            headers["range"] = f"bytes={start}-{'' if length is None else start + length - 1}"
        response = self._request("GET", path, headers)
        try:
            if "range" in headers and response.status != 206:
                raise NotSupported(f"'{self.uri}' does not send parts of files. Read it from its beginning.")
            yield from response.stream(_CHUNK_BYTES)
        except HTTPError as error:
            raise TemporarilyUnavailable(f"'{self.uri}/{path}' broke off. Try again.") from error
        finally:
            response.close()

    def write(self, _path: str, _chunks: Iterable[bytes]) -> NoReturn:
        """Raise `NotSupported`: web addresses are read only."""
        raise NotSupported(f"'{self.uri}' cannot be written. Use an experiment with another artifact location.")

    def sign(self, _method: Literal["GET", "PUT"], _path: str, _expires_s: int) -> NoReturn:
        """Raise `NotSupported`: the address itself is all there is."""
        raise NotSupported(f"'{self.uri}' has no signed URLs.")

    def _request(self, method: str, path: str, headers: dict[str, str]) -> urllib3.BaseHTTPResponse:
        url = f"{self.uri}/{quote(path)}" if path else self.uri
        try:
            response = self._pool.request(method, url, headers=headers, preload_content=False)
        except HTTPError as error:
            raise TemporarilyUnavailable(f"'{url}' cannot be reached. Check the address.") from error
        if response.status in {200, 206}:
            return response
        response.close()
        if response.status in {403, 404, 410}:
            raise ResourceDoesNotExist(f"There is no file at '{url}' (status {response.status}).")
        raise TemporarilyUnavailable(f"'{url}' answers with status {response.status}. Try again later.")
