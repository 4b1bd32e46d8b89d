"""Finding out who sends a request, without asking the database or hashing a password each time."""

import asyncio
import hashlib
import hmac
import logging
import secrets
import time
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from starlette.requests import Request

from headwater.protocol.errors import PermissionDenied, ResourceDoesNotExist, Unauthenticated
from headwater.protocol.roles import Level
from headwater.protocol.users import MAX_USERNAME, TOKEN_PREFIX, TokenScope, User
from headwater.server.access.caller import Caller
from headwater.server.access.offers import Offer, Proxies, read_offer
from headwater.server.access.throttle import Throttle
from headwater.server.workers import Workers
from headwater.stores.access import Credentials, SecretKind

_logger = logging.getLogger(__name__)

_CALLER_S = 2.0
_PASSWORD_S = 60.0
_MOST = 10_000
_TRIES_OF_NAME = 5
_TRIES_OF_ADDRESS = 30
_ANONYMOUS = "This server knows its users. Sign in, or send a user and password (or a token) with the request."

_WRONG = "Unknown user or wrong password."


class _Known(NamedTuple):
    caller: Caller
    until: float
    age: int


class Authentication:
    """Recognises callers; used in the event loop, except `forget`, which any thread may call.

    A caller is taken as known for two seconds, a password that was right for a minute: what changes through this
    server counts at once all the same, what changes through another one within that time.
    """

    def __init__(
        self,
        credentials: Credentials,
        workers: Workers,
        *,
        default: Level,
        proxies: Proxies,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._credentials = credentials
        self._workers = workers
        self._hashing = Workers("password", threads=2, waiting=256)  # each takes 0.2 s and 32 MiB
        self._default = default
        self._proxies = proxies
        self._clock = clock
        self._throttle = Throttle(clock)
        self._key = secrets.token_bytes(32)
        self._age = 0  # of what is known of callers
        self._passwords_age = 0
        self._callers: dict[bytes, _Known] = {}
        self._passwords: dict[bytes, tuple[float, int]] = {}
        self._proven: dict[tuple[str, str], None] = {}
        self._pending: dict[bytes, asyncio.Task[Caller]] = {}

    async def identify(self, request: Request) -> Caller:
        """Return who sends a request; raise `Unauthenticated` for nobody, `RequestLimitExceeded` for who guesses."""
        offer = read_offer(request)
        if offer is None:
            raise Unauthenticated(_ANONYMOUS)
        mark = self._mark(offer)
        known = self._callers.get(mark)
        if known is not None and known.age == self._age and self._clock() < known.until:
            return known.caller
        return await self._find_once(mark, offer, self._proxies.find_address(request))

    async def verify(self, username: str, password: str, address: str) -> User:
        """Return the user with this name and password; raises as `identify` does."""
        if len(username) > MAX_USERNAME:
            raise Unauthenticated(_WRONG)
        limits = [(("address", address), _TRIES_OF_ADDRESS)]
        if (username, address) not in self._proven:
            # Whoever signed in from there before is not shut out by others who guess.
            limits.append((("name", username), _TRIES_OF_NAME))
        self._throttle.check(limits)
        user = await self._hashing.run(partial(self._credentials.find_password, username, password))
        if user is None:
            self._throttle.fail([("address", address), ("name", username)])
            shown = "(a token)" if username.startswith(TOKEN_PREFIX) else repr(username[:100])
            _logger.warning("Sign-in as %s from %s failed.", shown, address)
            raise Unauthenticated(_WRONG)
        self._throttle.succeed(("name", username))
        self._remember((username, address))
        return user

    def check_own_password(self, username: str, password: str) -> None:
        """Raise `PermissionDenied` unless somebody who is signed in knows their password; blocks."""
        key = ("own", username)
        self._throttle.check([(key, _TRIES_OF_NAME)])
        if self._credentials.find_password(username, password) is None:
            self._throttle.fail([key])
            raise PermissionDenied("The current_password is not that of the user. Give it to change the password.")
        self._throttle.succeed(key)

    async def admit(self, user: User, scope: TokenScope | None = None) -> Caller:
        """Return a user with the rights of now, as far as a token has them."""
        return await self._workers.run(lambda: self.load(user.username, scope))

    def load(self, username: str, scope: TokenScope | None = None) -> Caller:
        """Return a user with the rights of now; blocks. Raises `Unauthenticated` for one who may not sign in."""
        try:
            rights = self._credentials.rights(username)
        except ResourceDoesNotExist as error:
            raise Unauthenticated("This user does not exist any more.") from error
        if not rights.user.is_active:
            raise Unauthenticated(_WRONG)
        return Caller(rights, self._default, scope)

    def forget(self, *, passwords: bool = False) -> None:
        """Ask the database again about everybody: grants or roles changed, or even passwords."""
        self._age += 1
        if passwords:
            self._passwords_age += 1

    def forget_session(self, secret: str) -> None:
        """Know a session no longer: it was closed."""
        self._callers.pop(self._mark(Offer(SecretKind.SESSION, "", secret)), None)

    def guard(self, key: str, address: str) -> "Guard":
        """Return what slows attempts at something other than a password."""
        return Guard(self._throttle, [((key, ""), _TRIES_OF_NAME), (("address", address), _TRIES_OF_ADDRESS)])

    def close(self) -> None:
        """End the threads."""
        self._hashing.close()

    async def _find_once(self, mark: bytes, offer: Offer, address: str) -> Caller:
        """Find a caller, once for all requests that wait for the same one."""
        task = self._pending.get(mark)
        if task is None:
            task = asyncio.ensure_future(self._find(mark, offer, address))
            self._pending[mark] = task
            task.add_done_callback(lambda done: self._settle(mark, done))
        return await asyncio.shield(task)

    def _settle(self, mark: bytes, task: asyncio.Task[Caller]) -> None:
        self._pending.pop(mark, None)
        if not task.cancelled():
            task.exception()  # was told to whoever waited

    async def _find(self, mark: bytes, offer: Offer, address: str) -> Caller:
        age = self._age
        username, scope = offer.username, None
        if offer.kind is None:
            await self._check_password(mark, offer, address)
        else:
            find = partial(self._credentials.find_secret, offer.secret, offer.kind)
            user = await self._workers.run(find)
            if offer.kind is SecretKind.TOKEN:
                scope = await self._workers.run(partial(self._credentials.find_scope, offer.secret))
            is_known = user is not None and (scope is not None or offer.kind is SecretKind.SESSION)
            if user is None or not is_known or (username and username != user.username):
                raise Unauthenticated(f"The {offer.kind.value} is not valid, or not any more. Sign in again.")
            username = user.username
        caller = await self._workers.run(lambda: self.load(username, scope))
        if len(self._callers) >= _MOST:
            self._callers.clear()
        self._callers[mark] = _Known(caller, self._clock() + _CALLER_S, age)
        return caller

    async def _check_password(self, mark: bytes, offer: Offer, address: str) -> None:
        age = self._passwords_age
        until, known_age = self._passwords.get(mark, (0.0, -1))
        if known_age == age and self._clock() < until:
            return
        await self.verify(offer.username, offer.secret, address)
        if len(self._passwords) >= _MOST:
            self._passwords.clear()
        self._passwords[mark] = (self._clock() + _PASSWORD_S, age)

    def _mark(self, offer: Offer) -> bytes:
        """Return what a secret is remembered by: nothing that could be turned back into it."""
        text = f"{offer.kind}\0{offer.username}\0{offer.secret}"
        return hmac.digest(self._key, text.encode(errors="surrogatepass"), hashlib.sha256)

    def _remember(self, proven: tuple[str, str]) -> None:
        if len(self._proven) >= _MOST:
            self._proven.clear()
        self._proven[proven] = None


class Guard:
    """Slows attempts at one thing, such as the code of the first start."""

    def __init__(self, throttle: Throttle, limits: list[tuple[tuple[str, str], int]]) -> None:
        self._throttle = throttle
        self._limits = limits

    def check(self) -> None:
        """Raise `RequestLimitExceeded` after too many failures."""
        self._throttle.check(self._limits)

    def fail(self) -> None:
        """Count a failure."""
        self._throttle.fail([key for key, _ in self._limits])
