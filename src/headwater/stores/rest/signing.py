"""What else a request carries: headers of other packages, and what proves who sends it."""

import base64
import importlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from headwater.config import AWS_SIGV4, TRACKING_AUTH, aws_settings
from headwater.protocol.errors import InvalidParameterValue, Unauthenticated
from headwater.stores.rest.transport import HttpRequest

Signer = Callable[[HttpRequest], HttpRequest]

_SERVICE = "execute-api"  # what servers behind Amazon's API Gateway are called there
_UNSIGNED = "UNSIGNED-PAYLOAD"


def add_plugin_headers(message: HttpRequest) -> HttpRequest:
    """Return the request with the headers that other packages add, which win over none of ours."""
    from headwater.plugins import request_headers  # reads what is installed, which costs some milliseconds

    more = request_headers()
    return replace(message, headers={**more, **message.headers}) if more else message


def make_signer(url: str) -> Signer | None:
    """Return what signs the requests to a server, as the settings say; None if they say nothing.

    Raises `InvalidParameterValue` if they name what is not installed.
    """
    if AWS_SIGV4.is_on():
        return _AwsSigner(url)
    if name := TRACKING_AUTH.get():
        return _plugin_signer(url, name)
    return None


class _AwsSigner:
    """Signs with AWS Signature Version 4, by the credentials that AWS's own tools find."""

    def __init__(self, url: str) -> None:
        self._url = url
        try:
            self._auth = importlib.import_module("botocore.auth")
            self._request = importlib.import_module("botocore.awsrequest")
            self._session = importlib.import_module("botocore.session").Session()
        except ImportError as error:
            raise InvalidParameterValue(
                f"{AWS_SIGV4.name} needs botocore. Install it: pip install botocore."
            ) from error
        self._credentials = self._session.get_credentials()

    def __call__(self, message: HttpRequest) -> HttpRequest:
        """Return the request, signed: its method, address, content type and, unless they are a stream, its bytes."""
        if self._credentials is None:
            raise Unauthenticated(f"{AWS_SIGV4.name} is set and there are no AWS credentials. Log in, or set them.")
        is_stream = message.body is not None and not isinstance(message.body, bytes)
        signed = {name: value for name, value in message.headers.items() if name == "content-type"}
        if is_stream:
            signed["x-amz-content-sha256"] = _UNSIGNED
        data = b"" if is_stream else message.body or b""
        request = self._request.AWSRequest(message.method, self._url + message.target, signed, data)
        region = self._session.get_config_variable("region") or aws_settings().region
        self._auth.SigV4Auth(self._credentials.get_frozen_credentials(), _SERVICE, region).add_auth(request)
        added = {name.lower(): value for name, value in request.headers.items()}
        return replace(message, headers={**message.headers, **added})


def _plugin_signer(url: str, name: str) -> Signer:
    from headwater.plugins import find_auth

    try:
        auth = find_auth(name)
    except LookupError as error:
        raise InvalidParameterValue(
            f"There is no '{name}', which {TRACKING_AUTH.name} names; there is: {error}."
        ) from error
    if isinstance(auth, tuple) and len(auth) == 2:
        pair = base64.b64encode(":".join(map(str, auth)).encode()).decode()
        return lambda message: replace(message, headers={**message.headers, "authorization": f"Basic {pair}"})
    return lambda message: _sign_by(auth, url, message)


def _sign_by(auth: Any, url: str, message: HttpRequest) -> HttpRequest:
    """Return the request as an `auth` of the package requests leaves it; the bytes of streams are not shown to it."""
    requests: Any = importlib.import_module("requests")  # which whoever makes such an `auth` needs
    body = message.body if isinstance(message.body, bytes) else None
    prepared = requests.Request(message.method, url + message.target, dict(message.headers), data=body).prepare()
    known = {name.lower() for name in prepared.headers} - set(message.headers)  # what requests adds by itself
    prepared = auth(prepared)
    added = {name.lower(): value for name, value in prepared.headers.items() if name.lower() not in known}
    target = prepared.url.removeprefix(url) if prepared.url.startswith(f"{url}/") else message.target
    return replace(message, target=target, headers={**message.headers, **added})
