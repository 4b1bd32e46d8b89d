"""The socket that a scoring server listens on."""

import ipaddress
import socket

from headwater.models.scoring.settings import ScoringSettings
from headwater.protocol.errors import InvalidParameterValue


def bind(settings: ScoringSettings) -> socket.socket:
    """Return a socket bound to the settings' address, which listens once the model is loaded.

    Raises `InvalidParameterValue` if the address is taken or is none.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if settings.share_port:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        bound.bind((settings.host, settings.port))
    except (OSError, OverflowError) as error:
        bound.close()
        reason = getattr(error, "strerror", None) or str(error)
        raise InvalidParameterValue(
            f"Cannot listen on '{settings.host}:{settings.port}': {reason}. Stop what uses it or choose another port."
        ) from error
    return bound


def address(bound: socket.socket) -> str:
    """Return the URL that a socket is reached at from this machine."""
    host, port = bound.getsockname()[:2]
    parsed = ipaddress.ip_address(host)
    if parsed.is_unspecified:
        host = "::1" if parsed.version == 6 else "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
