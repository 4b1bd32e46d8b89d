"""Small JSON documents from an address that the operator chose: an identity provider."""

from typing import Any
from urllib.parse import urlencode, urlsplit

import msgspec
import urllib3
from urllib3.exceptions import HTTPError

from headwater.protocol.errors import InvalidParameterValue, TemporarilyUnavailable
from headwater.version import __version__

_LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
_MOST_BYTES = 1 << 20


class JsonClient:
    """Reads JSON objects over https, or http on this machine; follows no redirect. Thread-safe."""

    def __init__(self, *, timeout_s: float = 10.0) -> None:
        timeout = urllib3.Timeout(connect=timeout_s / 2, read=timeout_s)
        self._pool = urllib3.PoolManager(timeout=timeout, headers={"user-agent": f"headwater/{__version__}"})

    def get(self, url: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
        """Return the object at a URL; raises as `post` does."""
        return self._ask("GET", url, None, headers or {})

    def post(self, url: str, form: dict[str, str], headers: dict[str, str] | None = None) -> dict[str, Any]:
        """Return what a form is answered with.

        Raises `TemporarilyUnavailable` if there is no answer, `InvalidParameterValue` if it is a refusal or no object.
        """
        kind = {"content-type": "application/x-www-form-urlencoded"}
        return self._ask("POST", url, urlencode(form).encode(), kind | (headers or {}))

    def _ask(self, method: str, url: str, body: bytes | None, headers: dict[str, str]) -> dict[str, Any]:
        check_secure(url)
        address = url.partition("?")[0]
        try:
            response = self._pool.request(
                method,
                url,
                body=body,
                headers={"accept": "application/json", **headers},
                redirect=False,
                retries=False,
                preload_content=False,
            )
            data = response.read(_MOST_BYTES)
            response.close()
        except HTTPError as error:
            raise TemporarilyUnavailable(f"'{address}' does not answer: {error}. Try again later.") from error
        if response.status != 200:
            raise InvalidParameterValue(f"'{address}' answered {response.status}: {_find_error(data)}")
        try:
            return msgspec.json.decode(data, type=dict[str, Any])
        except msgspec.MsgspecError as error:
            raise InvalidParameterValue(f"'{address}' did not answer with a JSON object: {error}.") from error


def check_secure(url: str) -> None:
    """Raise `InvalidParameterValue` for an address over which others could answer."""
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOCAL_HOSTS):
        raise InvalidParameterValue(f"'{url.partition('?')[0][:200]}' is not safe to ask. Use an https:// address.")


def _find_error(data: bytes) -> str:
    """Return what a provider says about an error, as RFC 6749 spells it."""
    try:
        said = msgspec.json.decode(data, type=dict[str, Any])
    except msgspec.MsgspecError:
        return "no reason was given."
    parts = [str(said[name])[:300] for name in ("error", "error_description") if said.get(name)]
    return ", ".join(parts) or "no reason was given."
