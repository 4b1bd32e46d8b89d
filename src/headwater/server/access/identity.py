"""An identity provider by OpenID Connect: where it asks people who they are, and what it says of them."""

import base64
import hashlib
import logging
import secrets
import threading
import time
from fnmatch import fnmatchcase
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, urlencode

from headwater.protocol.errors import InvalidParameterValue, NotSupported, PermissionDenied
from headwater.server.settings import OidcSettings
from headwater.stores.access import Membership
from headwater.stores.outgoing.json_client import JsonClient, check_secure

if TYPE_CHECKING:
    import jwt

_logger = logging.getLogger(__name__)

_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
_LEEWAY_S = 60
_RENEW_S = 3600.0
_RENEW_KEYS_S = 30.0


class Vouched(NamedTuple):
    """Whom a provider vouches for, and what it decides of the user's rights."""

    username: str
    membership: Membership


class IdentityProvider:
    """Signs people in by the authorization code flow with PKCE. Thread-safe; blocks.

    Raises:
        NotSupported: if the extra `oidc` is not installed.
        InvalidParameterValue: if the issuer is no safe address, or there is no client id.
    """

    def __init__(self, settings: OidcSettings) -> None:
        check_secure(settings.issuer)
        if not settings.client_id:
            raise InvalidParameterValue("HEADWATER_OIDC_CLIENT_ID is missing. Register this server with the provider.")
        _check_installed()
        self._settings = settings
        self._client = JsonClient()
        self._lock = threading.Lock()
        self._document: dict[str, Any] = {}
        self._keys: dict[str, Any] = {}
        self._read_at = self._keys_read_at = float("-inf")

    def spell_start(self, *, state: str, nonce: str, verifier: str, redirect_uri: str) -> str:
        """Return where a browser is sent to sign in."""
        document = self._discover()
        query = {
            "response_type": "code",
            "client_id": self._settings.client_id,
            "redirect_uri": redirect_uri,
            "scope": self._settings.scopes,
            "state": state,
            "nonce": nonce,
            "code_challenge": _challenge(verifier),
            "code_challenge_method": "S256",
        }
        address = _text(document, "authorization_endpoint")
        check_secure(address)
        return f"{address}{'&' if '?' in address else '?'}{urlencode(query)}"

    def redeem(self, code: str, *, nonce: str, verifier: str, redirect_uri: str) -> "Vouched":
        """Return the user whom the provider vouches for with a code.

        Raises `PermissionDenied` for one who may not sign in here, `InvalidParameterValue` for what is no proof.
        """
        document = self._discover()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
            "client_id": self._settings.client_id,
        }
        answer = self._client.post(_text(document, "token_endpoint"), form, self._authenticate(document, form))
        claims = self._verify(_text(answer, "id_token"), nonce)
        if not self._tells_everything(claims) and "userinfo_endpoint" in document:
            bearer = {"authorization": f"Bearer {_text(answer, 'access_token')}"}
            more = self._client.get(_text(document, "userinfo_endpoint"), bearer)
            if more.get("sub") != claims["sub"]:
                raise InvalidParameterValue("The identity provider told of two different people. Sign in again.")
            claims = more | claims
        name = self._name(claims)
        return Vouched(name, self._find_membership(name, claims))

    def check_issuer(self, issuer: str) -> None:
        """Raise `InvalidParameterValue` if an answer says that it comes from another provider (RFC 9207)."""
        if issuer and issuer != self._discover()["issuer"]:
            raise InvalidParameterValue("The answer is from another identity provider. Sign in again.")

    def _discover(self) -> dict[str, Any]:
        with self._lock:
            if time.monotonic() - self._read_at > _RENEW_S:
                issuer = self._settings.issuer
                document = self._client.get(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
                if str(document.get("issuer", "")).rstrip("/") != issuer.rstrip("/"):
                    said = str(document.get("issuer"))[:200]
                    raise InvalidParameterValue(
                        f"The issuer calls itself '{said}', not '{issuer}'. Correct the setting."
                    )
                self._document, self._read_at = document, time.monotonic()
            return self._document

    def _authenticate(self, document: dict[str, Any], form: dict[str, str]) -> dict[str, str]:
        """Return the header by which this server is known to the provider, or add it to the form."""
        secret = self._settings.client_secret
        if not secret:
            return {}
        if "client_secret_basic" not in document.get("token_endpoint_auth_methods_supported", ["client_secret_basic"]):
            form["client_secret"] = secret
            return {}
        pair = f"{quote(self._settings.client_id, safe='')}:{quote(secret, safe='')}"
        return {"authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}

    def _verify(self, token: str, nonce: str) -> dict[str, Any]:
        import jwt  # costs what only a server with a provider needs

        decode = partial(
            jwt.decode,
            token,
            algorithms=list(_ALGORITHMS),
            audience=self._settings.client_id,
            issuer=self._discover()["issuer"],
            leeway=_LEEWAY_S,
            options={"require": ["exp", "iat", "iss", "aud", "sub"]},
        )
        try:
            claims: dict[str, Any] = decode(key=self._find_key(token))
        except jwt.PyJWTError as error:
            raise InvalidParameterValue(
                f"The identity provider's proof does not hold: {error}. Sign in again."
            ) from error
        if not secrets.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
            raise InvalidParameterValue("The identity provider's proof is of another sign-in. Sign in again.")
        if claims.get("azp", self._settings.client_id) != self._settings.client_id:
            raise InvalidParameterValue("The identity provider's proof is for another program. Sign in again.")
        return claims

    def _find_key(self, token: str) -> "jwt.PyJWK":
        import jwt  # costs what only a server with a provider needs

        wanted = jwt.get_unverified_header(token).get("kid")
        for may_renew in (True, False):
            keys = [
                key for key in jwt.PyJWKSet.from_dict(self._read_keys()).keys if key.public_key_use in {None, "sig"}
            ]
            found = [key for key in keys if wanted is None or key.key_id == wanted]
            if len(found) == 1:
                return found[0]
            if may_renew:
                self._forget_keys()
        raise InvalidParameterValue("The identity provider's proof is signed with a key that it does not publish.")

    def _read_keys(self) -> dict[str, Any]:
        address = _text(self._discover(), "jwks_uri")
        with self._lock:
            if not self._keys:
                self._keys, self._keys_read_at = self._client.get(address), time.monotonic()
            return self._keys

    def _forget_keys(self) -> None:
        """Read the keys again: providers change them. Not too often, since anybody may name a key."""
        with self._lock:
            if time.monotonic() - self._keys_read_at > _RENEW_KEYS_S:
                self._keys = {}

    def _tells_everything(self, claims: dict[str, Any]) -> bool:
        if self._settings.username_claim not in claims:
            return False
        return not self._needs_groups() or _find_claim(claims, self._settings.groups_claim) is not None

    def _needs_groups(self) -> bool:
        return bool(self._settings.allowed_groups or self._settings.roles or self._settings.admin_groups)

    def _find_membership(self, name: str, claims: dict[str, Any]) -> Membership:
        """Return what the groups of a user stand for; raise `PermissionDenied` if none of them may sign in."""
        settings = self._settings
        if not self._needs_groups():
            return Membership()
        said = _find_claim(claims, settings.groups_claim)
        groups = {str(group) for group in said} if isinstance(said, list) else {str(said)} if said else set()
        if said is None:
            _logger.warning(
                "The identity provider does not say '%s' of '%s', who therefore is in no group. "
                "Check HEADWATER_OIDC_GROUPS_CLAIM and HEADWATER_OIDC_SCOPES.",
                settings.groups_claim,
                name,
            )
        if settings.allowed_groups and groups.isdisjoint(settings.allowed_groups):
            raise PermissionDenied(
                f"'{name[:200]}' is in no group that may sign in here. Ask who runs this server, and sign in again."
            )
        roles: dict[str, bool] = {}
        for group, role in settings.roles:
            roles[role] = roles.get(role, False) or group in groups
        return Membership(roles, not groups.isdisjoint(settings.admin_groups) if settings.admin_groups else None)

    def _name(self, claims: dict[str, Any]) -> str:
        claim = self._settings.username_claim
        name = claims.get(claim)
        if not isinstance(name, str) or not name:
            raise PermissionDenied(f"The identity provider does not say '{claim}' of you. Ask who runs this server.")
        if claim == "email":
            if claims.get("email_verified") is False:
                raise PermissionDenied(f"The identity provider has not verified '{name[:200]}'. Verify it there first.")
            name = name.lower()
        allowed = self._settings.allowed_users
        if allowed and not any(fnmatchcase(name.lower(), pattern.lower()) for pattern in allowed):
            raise PermissionDenied(f"'{name[:200]}' may not sign in here. Ask who runs this server.")
        return name


def _find_claim(claims: dict[str, Any], name: str) -> Any:
    """Return a claim by its name, or by the steps to it; None if it is not there."""
    if name in claims:
        return claims[name]
    found: Any = claims
    for step in name.split("."):
        found = found.get(step) if isinstance(found, dict) else None
    return found


def make_secret() -> str:
    """Return text that nobody guesses, long enough for a PKCE verifier."""
    return secrets.token_urlsafe(48)


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _text(document: dict[str, Any], name: str) -> str:
    value = document.get(name)
    if not isinstance(value, str) or not value:
        raise InvalidParameterValue(f"The identity provider does not say its '{name}'. Check HEADWATER_OIDC_ISSUER.")
    return value


def _check_installed() -> None:
    if find_spec("jwt") is None or find_spec("cryptography") is None:
        raise NotSupported("Signing in by OpenID Connect needs pip install 'headwater[oidc]'.")
