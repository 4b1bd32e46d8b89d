"""Who may talk to the server from a browser: the Host, Origin and content type of a request, and our headers.

A page of another site can make a browser send requests here. The Host check stops DNS rebinding, the Origin check and
the content types stop cross-site writes, and no answer lets another site read it unless its origin was allowed.
"""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from headwater.protocol.hosts import HostRules
from headwater.server.events import EVENTS_PATH
from headwater.server.settings import ServerSettings

_HOST_EXEMPT = frozenset({"/health", "/version"})
_READING_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

_CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' blob: data:; "
    "frame-src 'self' blob:; base-uri 'self'; object-src 'none'; form-action 'self'"
)
_FRAME_ANCESTORS = {"SAMEORIGIN": "; frame-ancestors 'self'", "DENY": "; frame-ancestors 'none'", "NONE": ""}
_SECURITY_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"vary", b"Origin"),
)


class Gate:
    """Decides from its headers whether a request may go on."""

    def __init__(self, settings: ServerSettings) -> None:
        self._rules = HostRules(settings.allowed_hosts, settings.allowed_origins)
        called = " ".join(("; connect-src 'self'", *settings.scoring_servers)) if settings.scoring_servers else ""
        policy = _CONTENT_SECURITY_POLICY + called + _FRAME_ANCESTORS[settings.frame_options]
        self._policy_header = (b"content-security-policy", policy.encode())
        self._headers: tuple[tuple[bytes, bytes], ...] = _SECURITY_HEADERS
        if settings.frame_options != "NONE":
            self._headers = (*_SECURITY_HEADERS, (b"x-frame-options", settings.frame_options.encode()))

    def refuse(self, request: Request, path: str) -> Response | None:
        """Return the answer to a request that must not go on, or None."""
        if path not in _HOST_EXEMPT and not self._rules.is_host_allowed(request.headers.getlist("host")):
            return PlainTextResponse("Invalid Host header - possible DNS rebinding attack detected", 403)
        origin = request.headers.get("origin")
        if origin is None:
            return None
        if request.method == "OPTIONS" and "access-control-request-method" in request.headers:
            return self._answer_preflight(request, origin)
        checked = request.method not in _READING_METHODS or path == EVENTS_PATH
        if checked and not self._rules.is_origin_allowed(origin, request.headers.get("host", "")):
            return PlainTextResponse("Cross-origin request blocked", 403)
        return None

    def add_headers(self, request: Request, response: Response) -> None:
        """Add the headers that every answer carries."""
        headers = response.raw_headers
        headers.extend(self._headers)
        if "content-security-policy" not in response.headers:
            headers.append(self._policy_header)
        origin = request.headers.get("origin")
        if origin is not None and self._rules.is_origin_foreign_but_allowed(origin):
            headers.append((b"access-control-allow-origin", origin.encode("latin-1")))
            if self._rules.is_origin_trusted(origin):
                headers.append((b"access-control-allow-credentials", b"true"))

    def _answer_preflight(self, request: Request, origin: str) -> Response:
        if not self._rules.is_origin_allowed(origin, request.headers.get("host", "")):
            return PlainTextResponse("Disallowed CORS origin", 400)
        headers = {
            "access-control-allow-methods": "GET, POST, PUT, DELETE, OPTIONS, PATCH",
            "access-control-allow-headers": "authorization, content-type, content-encoding, range, x-requested-with",
            "access-control-max-age": "600",
        }
        return PlainTextResponse("OK", 200, headers)
