"""One generic call: encode, send, repeat where that is safe, decode or raise."""

import base64
import random
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar, cast
from urllib.parse import unquote, urlencode, urlsplit, urlunsplit

import msgspec

from headwater.config import (
    CA_BUNDLE,
    CLIENT_CERT,
    HTTP_BACKOFF_FACTOR,
    HTTP_BACKOFF_JITTER,
    HTTP_RESPECT_RETRY_AFTER,
    HTTP_RETRIES,
    HTTP_TIMEOUT_S,
    INSECURE_TLS,
    TOKEN,
    USERNAME,
    Setting,
    credentials,
)
from headwater.loading import loading
from headwater.protocol import (
    experiments,
    governance,
    imports,
    journals,
    lineage,
    logged_models,
    logs,
    model_versions,
    registered_models,
    roles,
    runs,
    users,
)
from headwater.protocol.codec import decode_response, decode_series, encode, encode_msgpack
from headwater.protocol.columns import Series
from headwater.protocol.endpoint import Endpoint, RequestT, ResponseT
from headwater.protocol.errors import (
    EndpointNotFound,
    ErrorBody,
    HeadwaterError,
    InvalidParameterValue,
    PermissionDenied,
    RequestLimitExceeded,
    RequestTooLarge,
    TemporarilyUnavailable,
    Unauthenticated,
    error_from_body,
)
from headwater.stores.rest.logins import find_login
from headwater.stores.rest.signing import add_plugin_headers, make_signer
from headwater.stores.rest.transport import HttpReply, HttpRequest, Transport, Trust, Unreachable
from headwater.version import __version__

T = TypeVar("T")

_LONGEST_PAUSE_S = 10.0
_LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
_REPEATED_IN_VAIN = (
    experiments.CreateExperiment,
    logged_models.CreateLoggedModel,
    registered_models.CreateRegisteredModel,
    registered_models.RenameRegisteredModel,
    registered_models.DeleteRegisteredModel,
    model_versions.CreateModelVersion,
    model_versions.DeleteModelVersion,
    governance.RollBack,
    lineage.PutVersionCopy,
    users.CreateUser,
    users.DeleteUser,
    users.CreateToken,
    users.RevokeToken,
    roles.CreateRole,
    roles.DeleteRole,
    roles.DeleteGrant,
)
_BY_STATUS: dict[int, type[HeadwaterError]] = {
    401: Unauthenticated,
    403: PermissionDenied,
    404: EndpointNotFound,
    413: RequestTooLarge,
    429: RequestLimitExceeded,
}


class _Interrupted(Exception):
    """An attempt that failed in a way that may pass; `pause_s` is how long the server asked us to wait."""

    def __init__(self, error: HeadwaterError, *, is_repeatable: bool, pause_s: float | None = None) -> None:
        super().__init__(error.message)
        self.error = error
        self.is_repeatable = is_repeatable
        self.pause_s = pause_s


class Client:
    """Calls the verbs of one server; may be used from any thread and in a forked child.

    `url` may hold a user and password, which are sent and never shown. `credentials` are a user name and a password,
    or an empty name and a token, that are sent whatever else is known.
    """

    def __init__(
        self,
        url: str,
        *,
        retries: int | None = None,
        timeout_s: float | None = None,
        transport: Transport | None = None,
        credentials: tuple[str, str] | None = None,
    ) -> None:
        self.url, authorization = _split_credentials(url, credentials)
        self._retries = int(_number(HTTP_RETRIES)) if retries is None else retries
        self._timeout_s = _number(HTTP_TIMEOUT_S) if timeout_s is None else timeout_s
        self._headers = {"user-agent": f"headwater/{__version__}", **authorization}
        self._accepted = "identity" if urlsplit(self.url).hostname in _LOCAL_NAMES else "gzip"
        self._transport = transport
        self._signer = make_signer(self.url)
        self._first_pause_s, self._jitter_s = _number(HTTP_BACKOFF_FACTOR), _number(HTTP_BACKOFF_JITTER)

    def send(
        self, endpoint: Endpoint[RequestT, ResponseT], request: RequestT, *, timeout_s: float | None = None
    ) -> ResponseT:
        """Return what the server answers to `request`, within `timeout_s` if given; raise the error that it names."""
        message = replace(self._spell(endpoint, request), timeout_s=timeout_s)

        def attempt() -> ResponseT:
            body = self.exchange(message).read()
            if endpoint.response is Series:
                return cast("ResponseT", decode_series(body))
            return decode_response(endpoint.response, body)

        return self.repeat(attempt, is_idempotent=_is_idempotent(request))

    def exchange(self, message: HttpRequest) -> HttpReply:
        """Return the reply of one attempt; raise the error it names unless it is a success."""
        message = add_plugin_headers(message)
        reply = self._connected().send(message if self._signer is None else self._signer(message))
        if reply.status in {200, 206}:
            return reply
        failure = _failure(reply, self.url)
        if isinstance(failure, Unauthenticated) and "authorization" not in self._headers:
            raise Unauthenticated(f"{failure.message} For all programs on this machine: headwater login {self.url}")
        raise failure

    def exchange_once(self, message: HttpRequest) -> HttpReply:
        """Return the reply of the only attempt, for what the caller repeats itself."""
        try:
            return self.exchange(message)
        except _Interrupted as interruption:
            raise interruption.error from interruption

    def repeat(self, attempt: Callable[[], T], *, is_idempotent: bool) -> T:
        """Return what `attempt` returns, trying again after failures that may pass."""
        for number in range(self._retries + 1):
            try:
                return attempt()
            except _Interrupted as interruption:
                if number == self._retries or not (is_idempotent or interruption.is_repeatable):
                    raise interruption.error from interruption
                self.pause(number, interruption.pause_s)
            except TemporarilyUnavailable as error:
                if number == self._retries or not (is_idempotent or isinstance(error, Unreachable)):
                    raise
                self.pause(number)
        raise AssertionError("the last attempt returns or raises")

    def pause(self, number: int, asked_s: float | None = None) -> None:
        """Wait before attempt `number + 2`: longer each time, and never in step with other clients."""
        if asked_s is not None and HTTP_RESPECT_RETRY_AFTER.is_on():
            time.sleep(min(asked_s, _LONGEST_PAUSE_S))
            return
        longest_s = min(max(_LONGEST_PAUSE_S, self._first_pause_s), self._first_pause_s * 2**number)
        spread = random.uniform(0.5, 1.0)  # noqa: S311 - spreads clients out, guards nothing
        more_s = random.uniform(0.0, self._jitter_s)  # noqa: S311 - likewise
        time.sleep(longest_s * spread + more_s)

    @property
    def retries(self) -> int:
        """Return how often an attempt is repeated."""
        return self._retries

    def close(self) -> None:
        """Close every connection."""
        if self._transport is not None:
            self._transport.close()

    def _connected(self) -> Transport:
        if self._transport is None:
            with loading():
                from headwater.stores.rest.network import NetworkTransport  # and urllib3, which costs 80 ms

            self._transport = NetworkTransport(
                self.url, headers=self._headers, timeout_s=self._timeout_s, trust=_trust()
            )
        return self._transport

    def _spell(self, endpoint: Endpoint[RequestT, ResponseT], request: RequestT) -> HttpRequest:
        method, target = endpoint.methods[0], endpoint.spell_url(request)
        headers = {"accept-encoding": self._accepted}
        try:
            if method == "GET":
                query = _query(request, endpoint.parameters)
                return HttpRequest(method=method, target=f"{target}?{query}" if query else target, headers=headers)
            if isinstance(request, journals.Append | logs.AppendLog | imports.PutRuns | imports.PutLoggedModel):
                headers["content-type"] = "application/msgpack"
                return HttpRequest(method=method, target=target, headers=headers, body=encode_msgpack(request))
            headers["content-type"] = "application/json"
            return HttpRequest(method=method, target=target, headers=headers, body=encode(request))
        except (UnicodeEncodeError, OverflowError) as error:
            raise InvalidParameterValue(
                f"'{endpoint.name}' cannot be sent: {error}. Send valid Unicode and 64-bit integers."
            ) from error
        except TypeError as error:
            raise InvalidParameterValue(
                f"'{endpoint.name}' cannot be sent: {error}. Give plain values, such as run.info.run_id for a run."
            ) from error


def _query(request: msgspec.Struct, in_path: tuple[str, ...]) -> str:
    values = msgspec.to_builtins(request)
    present = {name: value for name, value in values.items() if value not in (None, "") and name not in in_path}
    spelled = {name: str(value).lower() if isinstance(value, bool) else value for name, value in present.items()}
    return urlencode(spelled, doseq=True)


def _is_idempotent(request: msgspec.Struct) -> bool:
    """Return whether a repeated request changes nothing: all do not, except those that make up an id or a name."""
    if isinstance(request, runs.CreateRun):
        return bool(request.run_id)
    return not isinstance(request, _REPEATED_IN_VAIN)


def _failure(reply: HttpReply, url: str) -> HeadwaterError | _Interrupted:
    body = reply.read()
    try:
        error = error_from_body(msgspec.json.decode(body, type=ErrorBody))
    except msgspec.MsgspecError:
        return _unspoken_failure(reply, url, body)
    if isinstance(error, TemporarilyUnavailable | RequestLimitExceeded):
        return _Interrupted(error, is_repeatable=True, pause_s=_retry_after(reply))
    return error


def _unspoken_failure(reply: HttpReply, url: str, body: bytes) -> HeadwaterError | _Interrupted:
    """Return the error for an answer that is not in our words, such as a proxy's page."""
    excerpt = " ".join(body[:200].decode(errors="replace").split())
    message = f"The server at '{url}' answered with status {reply.status}: '{excerpt}'."
    if location := reply.headers.get("location"):
        message = f"The server at '{url}' redirects to '{location}'. Use that address."
    cls = _BY_STATUS.get(reply.status, TemporarilyUnavailable)
    if cls in {TemporarilyUnavailable, RequestLimitExceeded}:
        return _Interrupted(cls(message), is_repeatable=False, pause_s=_retry_after(reply))
    return cls(message)


def _retry_after(reply: HttpReply) -> float | None:
    text = reply.headers.get("retry-after", "")
    return float(text) if text.isdecimal() else None


def _number(setting: Setting) -> float:
    """Return what a setting says as a number that is not negative."""
    text = setting.get()
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number < float("inf"):
        raise InvalidParameterValue(f"Invalid {setting.name} '{text[:100]}'. Give a number, 0 or more.")
    return number


def _trust() -> Trust:
    """Return whom the settings say to trust."""
    trust = Trust(CA_BUNDLE.get(), CLIENT_CERT.get(), is_blind=INSECURE_TLS.is_on())
    if trust.is_blind and trust.ca_bundle:
        raise InvalidParameterValue(
            f"Both {INSECURE_TLS.name} and {CA_BUNDLE.name}='{trust.ca_bundle}' are set. Give one of them."
        )
    for setting in (CA_BUNDLE, CLIENT_CERT):
        if setting.get() and not Path(setting.get()).exists():
            raise InvalidParameterValue(f"There is no file '{setting.get()}', which {setting.name} names.")
    return trust


def _split_credentials(url: str, given: tuple[str, str] | None) -> tuple[str, dict[str, str]]:
    """Return the address without its user and password, and the header that carries what is known of the caller.

    What is given wins, then what the address says, the environment, `headwater login`, and MLflow's file.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise InvalidParameterValue(f"'{url.rpartition('@')[2]}' is not the address of a server. Give http(s)://host.")
    clean = urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path.rstrip("/"), "", ""))
    username, password = given or (unquote(parts.username or ""), unquote(parts.password or ""))
    token = "" if given is None or username else password
    if not username and not token:
        token = TOKEN.get()
        login = None if token or USERNAME.get() else find_login(clean)
        if login:
            token = login.token
        else:
            username, password = credentials()
    if username:
        pair = base64.b64encode(f"{username}:{password}".encode()).decode()
        return clean, {"authorization": f"Basic {pair}"}
    return clean, {"authorization": f"Bearer {token}"} if token else {}
