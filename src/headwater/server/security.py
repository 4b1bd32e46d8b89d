"""Who may talk to the server from a browser: the Host, Origin and content type of a request, and our headers.

A page of another site can make a browser send requests here. The Host check stops DNS rebinding, the Origin check and
the content types stop cross-site writes, and no answer lets another site read it unless its origin was allowed.
"""

import ipaddress
import re
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from headwater.server.events import EVENTS_PATH
from headwater.server.settings import ServerSettings

_HOST = re.compile(r"(?P<name>\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::[0-9]{1,5})?", re.ASCII)
_LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "::1", "0.0.0.0"})  # noqa: S104 - a name to compare with
_PRIVATE_NETWORKS = tuple(
    ipaddress.ip_network(network)
    for network in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
)
_HOST_EXEMPT = frozenset({"/health", "/version"})
_READING_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' blob: data:; "
    "frame-src 'self' blob:; frame-ancestors 'self'; base-uri 'self'; object-src 'none'; form-action 'self'"
)
SECURITY_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"SAMEORIGIN"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"vary", b"Origin"),
)
_POLICY_HEADER = (b"content-security-policy", CONTENT_SECURITY_POLICY.encode())


class Gate:
    """Decides from its headers whether a request may go on."""

    def __init__(self, settings: ServerSettings) -> None:
        self._hosts = tuple(host.lower() for host in settings.allowed_hosts)
        self._origins = tuple(origin.lower().rstrip("/") for origin in settings.allowed_origins)

    def refuse(self, request: Request, path: str) -> Response | None:
        """Return the answer to a request that must not go on, or None."""
        if path not in _HOST_EXEMPT and not self._is_host_allowed(request.headers.getlist("host")):
            return PlainTextResponse("Invalid Host header - possible DNS rebinding attack detected", 403)
        origin = request.headers.get("origin")
        if origin is None:
            return None
        if request.method == "OPTIONS" and "access-control-request-method" in request.headers:
            return self._answer_preflight(request, origin)
        checked = request.method not in _READING_METHODS or path == EVENTS_PATH
        if checked and not self._is_origin_allowed(origin, request.headers.get("host", "")):
            return PlainTextResponse("Cross-origin request blocked", 403)
        return None

    def add_headers(self, request: Request, response: Response) -> None:
        """Add the headers that every answer carries."""
        headers = response.raw_headers
        headers.extend(SECURITY_HEADERS)
        if "content-security-policy" not in response.headers:
            headers.append(_POLICY_HEADER)
        origin = request.headers.get("origin")
        if origin is not None and self._is_origin_foreign_but_allowed(origin):
            headers.append((b"access-control-allow-origin", origin.encode("latin-1")))
            if "*" not in self._origins:
                headers.append((b"access-control-allow-credentials", b"true"))

    def _is_host_allowed(self, hosts: list[str]) -> bool:
        if len(hosts) != 1:
            return False
        match = _HOST.fullmatch(hosts[0])
        if match is None:
            return False
        name = match["name"].strip("[]").lower()
        if name in _LOCAL_NAMES or _is_private_address(name):
            return True
        return any(_matches(name, hosts[0].lower(), allowed) for allowed in self._hosts)

    def _is_origin_allowed(self, origin: str, host: str) -> bool:
        return self._is_origin_foreign_but_allowed(origin) or _authority(origin) == _authority(f"http://{host}")

    def _is_origin_foreign_but_allowed(self, origin: str) -> bool:
        lowered = origin.lower()
        if "*" in self._origins or lowered in self._origins:
            return True
        authority = _authority(lowered)
        return authority is not None and authority[0] in _LOCAL_NAMES

    def _answer_preflight(self, request: Request, origin: str) -> Response:
        if not self._is_origin_allowed(origin, request.headers.get("host", "")):
            return PlainTextResponse("Disallowed CORS origin", 400)
        headers = {
            "access-control-allow-methods": "GET, POST, PUT, DELETE, OPTIONS, PATCH",
            "access-control-allow-headers": "authorization, content-type, content-encoding, range, x-requested-with",
            "access-control-max-age": "600",
        }
        return PlainTextResponse("OK", 200, headers)


def _is_private_address(name: str) -> bool:
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    return any(address in network for network in _PRIVATE_NETWORKS)


def _matches(name: str, host: str, allowed: str) -> bool:
    if allowed == "*" or allowed in {name, host}:
        return True
    return allowed.startswith("*.") and name.endswith(allowed[1:])


def _authority(origin: str) -> tuple[str, int] | None:
    """Return an origin's host and port; None for `null` and for what is not an http(s) origin.

    The scheme is left out because a proxy in front may speak https for us; both default ports count as one.
    """
    try:
        parts = urlsplit(origin.lower())
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/"):
        return None
    return parts.hostname, 80 if port in {None, 443} else port or 0
