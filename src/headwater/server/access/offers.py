"""What a request offers to show who sends it: a password, a token or the cookie of a session."""

import base64
import binascii
import ipaddress
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from headwater.protocol.errors import InvalidParameterValue, Unauthenticated
from headwater.protocol.users import TOKEN_PREFIX
from headwater.stores.access import SecretKind

COOKIE = "headwater_session"
COOKIE_S = 30 * 24 * 3600
_MAX_SECRET = 4096

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Offer(NamedTuple):
    """A secret, and the name that came with it; `kind` is None for a password."""

    kind: SecretKind | None
    username: str
    secret: str


def read_offer(request: Request) -> Offer | None:
    """Return what a request offers, None if nothing; raise `Unauthenticated` for a header that nobody can read.

    The header Authorization counts before a cookie.
    """
    authorization = request.headers.getlist("authorization")
    if len(authorization) > 1:
        raise Unauthenticated("The header Authorization stands there twice. Send it once.")
    if authorization:
        return _read_header(authorization[0])
    secret = request.cookies.get(COOKIE, "")
    return Offer(SecretKind.SESSION, "", secret) if 0 < len(secret) <= _MAX_SECRET else None


def _read_header(header: str) -> Offer:
    scheme, _, rest = header.partition(" ")
    rest = rest.strip()
    if len(rest) > 2 * _MAX_SECRET:
        raise Unauthenticated("The header Authorization is too long.")
    if scheme.lower() == "bearer":
        return Offer(SecretKind.TOKEN, "", rest)
    if scheme.lower() != "basic":
        raise Unauthenticated(f"Authorization by '{scheme[:40]}' is not known here. Send Basic or Bearer.")
    try:
        username, colon, password = base64.b64decode(rest, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise Unauthenticated("The header Authorization is not valid Basic authentication.") from error
    if not colon or "\0" in username or "\0" in password:
        raise Unauthenticated("The header Authorization is not valid Basic authentication.")
    kind = SecretKind.TOKEN if password.startswith(TOKEN_PREFIX) else None
    return Offer(kind, username, password)


class Proxies:
    """The addresses whose word about the client is taken: what they say in X-Forwarded-For and -Proto.

    Args:
        texts: addresses and networks.

    Raises:
        InvalidParameterValue: for what is neither.
    """

    def __init__(self, texts: tuple[str, ...]) -> None:
        try:
            self._networks: tuple[Network, ...] = tuple(ipaddress.ip_network(text, strict=False) for text in texts)
        except ValueError as error:
            raise InvalidParameterValue(
                f"Invalid trusted proxy: {error}. Give addresses and networks such as 10.0.0.0/8, or none."
            ) from error

    def find_address(self, request: Request) -> str:
        """Return the address of the client: the last one before our proxies."""
        peer = request.client.host if request.client else ""
        hops = [*", ".join(request.headers.getlist("x-forwarded-for")).split(","), peer]
        for hop in reversed([hop.strip() for hop in hops if hop.strip()]):
            peer = hop
            if not self._trusts(hop):
                break
        return peer[:100]

    def is_https(self, request: Request) -> bool:
        """Return whether the client speaks https, with us or with our proxy."""
        if request.url.scheme == "https":
            return True
        peer = request.client.host if request.client else ""
        said = request.headers.get("x-forwarded-proto", "").rpartition(",")[2].strip().lower()
        return self._trusts(peer) and said == "https"

    def _trusts(self, text: str) -> bool:
        try:
            address = ipaddress.ip_address(text)
        except ValueError:
            return False
        return any(address in network for network in self._networks)


def set_cookie(response: Response, secret: str, *, prefix: str, is_secure: bool) -> None:
    """Give a browser the cookie of a session."""
    response.set_cookie(
        COOKIE, secret, max_age=COOKIE_S, path=prefix or "/", secure=is_secure, httponly=True, samesite="lax"
    )


def drop_cookie(response: Response, *, prefix: str, is_secure: bool) -> None:
    """Take the cookie of a session from a browser."""
    response.delete_cookie(COOKIE, path=prefix or "/", secure=is_secure, httponly=True, samesite="lax")


def is_browser(request: Request) -> bool:
    """Return whether a page asks, whose reader must not be asked for a password by the browser itself."""
    headers = request.headers
    return (
        "x-requested-with" in headers
        or "sec-fetch-mode" in headers
        or headers.get("user-agent", "").startswith("Mozilla/")
    )
