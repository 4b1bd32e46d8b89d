"""All of it for one server: who asks, and what they may do."""

from collections.abc import Iterable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from headwater.protocol.endpoint import Endpoint
from headwater.server.access.authentication import Authentication
from headwater.server.access.authorization import Authorization, Call, GuardedCall
from headwater.server.access.caller import Caller, set_caller
from headwater.server.access.checks import Context
from headwater.server.access.handmade import guard_routes
from headwater.server.access.identity_routes import IdentityRoutes, describe
from headwater.server.access.offers import Proxies, is_browser
from headwater.server.access.sessions import SessionRoutes
from headwater.server.access.setup import Setup
from headwater.server.access.things import Things
from headwater.server.routes import Route
from headwater.server.settings import ServerSettings
from headwater.server.workers import Workers
from headwater.stores import find_credentials
from headwater.stores.interface import Store

_THREADS = 8


class Access:
    """Users of a server. The caller owns the store.

    Raises:
        NotSupported: for a store that knows no users.
    """

    def __init__(self, store: Store, settings: ServerSettings) -> None:
        credentials = find_credentials(store)
        self._workers = Workers("access", threads=_THREADS, waiting=settings.waiting)
        proxies = Proxies(settings.trusted_proxies)
        things = Things(store, credentials)
        self.setup = Setup(store, credentials)
        self.authentication = Authentication(
            credentials, self._workers, default=settings.default_level, proxies=proxies
        )
        self._things = things
        self._authorization = Authorization(Context(store, things, self.authentication), settings.default_level)
        self._sessions = SessionRoutes(
            credentials,
            self.authentication,
            self.setup,
            self._workers,
            settings,
            proxies=proxies,
            providers=[describe(settings.oidc)] if settings.oidc.issuer else [],
        )
        self._identity = (
            IdentityRoutes(
                credentials, self._sessions, self._workers, settings.oidc, prefix=settings.prefix, proxies=proxies
            )
            if settings.oidc.issuer
            else None
        )

    def routes(self) -> list[Route]:
        """Return the routes by which people sign in."""
        return [*self._sessions.routes(), *(self._identity.routes() if self._identity else [])]

    def guard_routes(self, routes: Iterable[Route]) -> list[Route]:
        """Return routes written by hand so that they ask first whether the caller may."""
        return guard_routes(routes, self._things, self._workers)

    def protect(self, endpoint: Endpoint[Any, Any], call: Call) -> GuardedCall:
        """Return what does `call` for a caller who may."""
        return self._authorization.protect(endpoint, call)

    async def admit(self, request: Request) -> None:
        """Note who sends a request; raise `Unauthenticated` for nobody."""
        set_caller(request, await self.authentication.identify(request))

    async def renew(self, caller: Caller) -> Caller:
        """Return a caller with the rights of now; raise `Unauthenticated` for one who may not sign in any more."""
        return await self.authentication.admit(caller.user, caller.scope)

    def challenge(self, request: Request, response: Response) -> None:
        """Tell a program how to sign in; a browser would ask its user in a window of its own."""
        if not is_browser(request):
            response.headers["www-authenticate"] = 'Basic realm="headwater"'

    def close(self) -> None:
        """End the threads."""
        self.authentication.close()
        self._workers.close()
