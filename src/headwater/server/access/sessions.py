"""Signing in and out in a browser, who one is, and the first administrator."""

from functools import partial
from typing import TypeVar

from starlette.requests import Request
from starlette.responses import Response

from headwater.protocol.codec import decode_body, encode
from headwater.protocol.endpoint import NATIVE_BASE
from headwater.protocol.errors import FeatureDisabled, InvalidParameterValue, Unauthenticated
from headwater.protocol.names import require
from headwater.protocol.roles import Level, Me, Provider
from headwater.protocol.users import OpenSession, SetUp, User
from headwater.server.access.authentication import Authentication
from headwater.server.access.caller import Caller
from headwater.server.access.offers import COOKIE, Proxies, drop_cookie, read_offer, set_cookie
from headwater.server.access.setup import Setup
from headwater.server.bodies import JSON_TYPE, content_type, json_response, read_body
from headwater.server.guards import NOBODY_KNOWN
from headwater.server.routes import Route
from headwater.server.settings import ServerSettings
from headwater.server.workers import Workers
from headwater.stores.access import Credentials

RequestT = TypeVar("RequestT", OpenSession, SetUp)

SESSION_PATHS = tuple(f"{NATIVE_BASE[0]}/{name}" for name in ("me", "session/open", "session/close", "session/setup"))
_MAX_BODY_BYTES = 64 * 1024


class SessionRoutes:
    """The handlers; anybody may call them."""

    def __init__(
        self,
        credentials: Credentials,
        authentication: Authentication,
        setup: Setup,
        workers: Workers,
        settings: ServerSettings,
        *,
        proxies: Proxies,
        providers: list[Provider],
    ) -> None:
        self._credentials = credentials
        self._authentication = authentication
        self._setup = setup
        self._workers = workers
        self._settings = settings
        self._proxies = proxies
        self._providers = providers

    def routes(self) -> list[Route]:
        """Return every route of this module."""
        me, opened, closed, setup = SESSION_PATHS
        return [
            Route(path=me, methods=("GET",), permission=None, handler=self._me),
            Route(path=opened, methods=("POST",), permission=None, handler=self._open),
            Route(path=closed, methods=("POST",), permission=None, handler=self._close),
            Route(path=setup, methods=("POST",), permission=None, handler=self._set_up),
        ]

    async def sign_in(self, request: Request, user: User, response: Response) -> None:
        """Open a session for a user in the place of the one that the browser has, and give it the cookie."""
        await self._end_session(request)
        secret = await self._workers.run(partial(self._credentials.open_session, user.username))
        set_cookie(response, secret, prefix=self._settings.prefix, is_secure=self._proxies.is_https(request))

    async def _me(self, request: Request, _rest: str) -> Response:
        try:
            caller = await self._authentication.identify(request) if read_offer(request) else None
        except Unauthenticated:
            caller = None
        return await self._answer(caller)

    async def _open(self, request: Request, _rest: str) -> Response:
        wanted = await self._decode(request, OpenSession)
        username, password = require("username", wanted.username), require("password", wanted.password)
        user = await self._authentication.verify(username, password, self._proxies.find_address(request))
        return await self._enter(request, user)

    async def _close(self, request: Request, _rest: str) -> Response:
        _check_json(request)
        await self._end_session(request)
        response = json_response(b"{}")
        drop_cookie(response, prefix=self._settings.prefix, is_secure=self._proxies.is_https(request))
        return response

    async def _set_up(self, request: Request, _rest: str) -> Response:
        wanted = await self._decode(request, SetUp)
        guard = self._authentication.guard("setup", self._proxies.find_address(request))
        guard.check()
        if not self._setup.is_code(wanted.code):
            guard.fail()
        user = await self._workers.run(partial(self._setup.make, wanted))
        return await self._enter(request, user)

    async def _enter(self, request: Request, user: User) -> Response:
        response = await self._answer(await self._authentication.admit(user))
        await self.sign_in(request, user, response)
        return response

    async def _end_session(self, request: Request) -> None:
        secret = request.cookies.get(COOKIE, "")
        if secret:
            await self._workers.run(partial(self._credentials.close_session, secret))
            self._authentication.forget_session(secret)

    async def _answer(self, caller: Caller | None) -> Response:
        if caller is None:
            needed = await self._workers.run(self._setup.is_needed)
            me = Me(
                authentication=True,
                default=self._settings.default_level,
                setup_needed=needed,
                providers=self._providers,
            )
        else:
            me = Me(authentication=True, user=caller.user, grants=list(caller.rights.grants), default=caller.default)
        return _private(json_response(encode(me)))

    async def _decode(self, request: Request, kind: type[RequestT]) -> RequestT:
        _check_json(request)
        return decode_body(kind, await read_body(request, _MAX_BODY_BYTES, self._settings.stall_s))


class NoSessions:
    """The same routes of a server without users."""

    def routes(self) -> list[Route]:
        """Return every route of this module."""
        me, *others = SESSION_PATHS
        return [
            Route(path=me, methods=("GET",), permission=None, handler=self._me),
            *(Route(path=path, methods=("POST",), permission=None, handler=self._refuse) for path in others),
        ]

    async def _me(self, _request: Request, _rest: str) -> Response:
        return _private(json_response(encode(Me(authentication=False, default=Level.MANAGE))))

    async def _refuse(self, _request: Request, _rest: str) -> Response:
        raise FeatureDisabled(NOBODY_KNOWN)


def _check_json(request: Request) -> None:
    """Raise unless the body says that it is JSON, which no form of another site can send."""
    if content_type(request) != JSON_TYPE:
        raise InvalidParameterValue(f"Bad Request. Content-Type must be one of ['{JSON_TYPE}'].")


def _private(response: Response) -> Response:
    response.headers["cache-control"] = "no-store"
    return response
