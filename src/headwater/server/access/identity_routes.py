"""Signing in through an identity provider: the way there, and the way back with its answer."""

import base64
import hashlib
import hmac
import logging
import secrets
import time
from functools import partial
from html import escape
from typing import Literal, TypedDict

import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from headwater.protocol.endpoint import NATIVE_BASE
from headwater.protocol.errors import HeadwaterError, InvalidParameterValue, PermissionDenied
from headwater.protocol.roles import Provider
from headwater.server.access.identity import IdentityProvider, make_secret
from headwater.server.access.offers import Proxies
from headwater.server.access.sessions import SessionRoutes
from headwater.server.routes import Route, query_pairs
from headwater.server.settings import OidcSettings
from headwater.server.workers import Workers
from headwater.stores.access import Credentials

_logger = logging.getLogger(__name__)

NAME = "oidc"
START_PATH = f"{NATIVE_BASE[0]}/session/oidc/start"
RETURN_PATH = f"{NATIVE_BASE[0]}/session/oidc/return"
COOKIE = "headwater_oidc"
_COOKIE_S = 600
_MOST_TEXT = 4096


class _CookieOptions(TypedDict):
    path: str
    secure: bool
    httponly: bool
    samesite: Literal["lax"]


class _Attempt(msgspec.Struct, frozen=True):
    """What the browser keeps while it is away."""

    state: str
    nonce: str
    verifier: str
    target: str
    expires: int


class IdentityRoutes:
    """The handlers; anybody may call them."""

    def __init__(
        self,
        credentials: Credentials,
        sessions: SessionRoutes,
        workers: Workers,
        settings: OidcSettings,
        *,
        prefix: str,
        proxies: Proxies,
    ) -> None:
        self._credentials = credentials
        self._sessions = sessions
        self._workers = workers
        self._provider = IdentityProvider(settings)
        self._prefix = prefix
        self._proxies = proxies
        # Servers that share a database share the secret, so that any of them takes the browser back.
        seed = settings.client_secret.encode() or secrets.token_bytes(32)
        self._key = hmac.digest(seed, b"headwater oidc attempt", hashlib.sha256)

    def routes(self) -> list[Route]:
        """Return every route of this module."""
        return [
            Route(path=START_PATH, methods=("GET",), permission=None, handler=self._start),
            Route(path=RETURN_PATH, methods=("GET",), permission=None, handler=self._return),
        ]

    async def _start(self, request: Request, _rest: str) -> Response:
        target = dict(query_pairs(request)).get("next", "")
        expires = int(time.time()) + _COOKIE_S
        attempt = _Attempt(make_secret(), make_secret(), make_secret(), _check_target(target), expires)
        spell = partial(
            self._provider.spell_start,
            state=attempt.state,
            nonce=attempt.nonce,
            verifier=attempt.verifier,
            redirect_uri=self._redirect_uri(request),
        )
        try:
            response: Response = RedirectResponse(await self._workers.run(spell), 303)
        except HeadwaterError as error:
            return self._explain(error)
        response.set_cookie(COOKIE, self._seal(attempt), max_age=_COOKIE_S, **self._cookie(request))
        response.headers["cache-control"] = "no-store"
        return response

    async def _return(self, request: Request, _rest: str) -> Response:
        try:
            response = await self._finish(request)
        except HeadwaterError as error:
            _logger.warning("Signing in by the identity provider failed: %s", error.message)
            response = self._explain(error)
        response.delete_cookie(COOKIE, **self._cookie(request))
        response.headers["cache-control"] = "no-store"
        response.headers["referrer-policy"] = "no-referrer"  # the address holds the code
        return response

    async def _finish(self, request: Request) -> Response:
        query = dict(reversed(query_pairs(request)))
        attempt = self._open(request.cookies.get(COOKIE, ""))
        if not secrets.compare_digest(query.get("state", "").encode(), attempt.state.encode()):
            raise InvalidParameterValue("This answer belongs to another sign-in. Begin again.")
        await self._workers.run(partial(self._provider.check_issuer, query.get("iss", "")))
        if "error" in query:
            reason = query.get("error_description") or query["error"]
            raise PermissionDenied(f"The identity provider refused: {reason[:300]}")
        code = query.get("code", "")
        if not 0 < len(code) <= _MOST_TEXT:
            raise InvalidParameterValue("The identity provider sent no code. Begin again.")
        redeem = partial(
            self._provider.redeem,
            code,
            nonce=attempt.nonce,
            verifier=attempt.verifier,
            redirect_uri=self._redirect_uri(request),
        )
        username, membership = await self._workers.run(redeem)
        user = await self._workers.run(partial(self._credentials.vouch, username, NAME, membership))
        if user is None:
            raise PermissionDenied(f"The user '{username[:200]}' is disabled. Ask an administrator.")
        response = RedirectResponse(f"{self._prefix}{attempt.target}", 303)
        await self._sessions.sign_in(request, user, response)
        return response

    def _redirect_uri(self, request: Request) -> str:
        scheme = "https" if self._proxies.is_https(request) else "http"
        return f"{scheme}://{request.headers['host']}{self._prefix}{RETURN_PATH}"

    def _cookie(self, request: Request) -> _CookieOptions:
        return {
            "path": f"{self._prefix}{NATIVE_BASE[0]}/session/oidc",
            "secure": self._proxies.is_https(request),
            "httponly": True,
            "samesite": "lax",
        }

    def _seal(self, attempt: _Attempt) -> str:
        body = base64.urlsafe_b64encode(msgspec.json.encode(attempt))
        return f"{body.decode()}.{self._sign(body)}"

    def _open(self, sealed: str) -> _Attempt:
        body, _, signature = sealed[:_MOST_TEXT].partition(".")
        if not secrets.compare_digest(self._sign(body.encode()).encode(), signature.encode()):
            raise InvalidParameterValue("This browser did not begin to sign in, or too long ago. Begin again.")
        attempt = msgspec.json.decode(base64.urlsafe_b64decode(body), type=_Attempt)
        if attempt.expires < time.time():
            raise InvalidParameterValue("Signing in took too long. Begin again.")
        return attempt

    def _sign(self, body: bytes) -> str:
        return hmac.digest(self._key, body, hashlib.sha256).hex()

    def _explain(self, error: HeadwaterError) -> Response:
        body = (
            '<!doctype html><html lang="en"><meta charset="utf-8"><title>Signing in failed</title>'
            f"<h1>Signing in failed</h1><p>{escape(error.message)}</p>"
            f'<p><a href="{escape(self._prefix)}/login">Back to the sign-in page</a></p></html>'
        )
        return HTMLResponse(body, error.http_status)


def describe(settings: OidcSettings) -> Provider:
    """Return what pages show of the provider."""
    return Provider(NAME, settings.label)


def _check_target(target: str) -> str:
    """Return the page to come back to, the first one unless it is one of ours."""
    is_ours = target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable()
    return target if is_ours and len(target) <= 1000 else "/"
