"""How to sign in to servers: the tokens that `headwater login` keeps, in a file that only its owner can read."""

import os
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from headwater.config import home
from headwater.protocol.errors import InvalidParameterValue

_FILE = "logins.json"
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
_PORTS = {"http": 80, "https": 443}


class Login(msgspec.Struct, frozen=True, omit_defaults=True):
    """A token for a server, with its id and whose it is where we made it ourselves."""

    token: str
    token_id: str = ""
    username: str = ""


def find_login(url: str) -> Login | None:
    """Return how to sign in to a server: exactly this address, since a token is for nobody else."""
    return _read().get(_key(url))


def save_login(url: str, login: Login) -> None:
    """Keep how to sign in to a server."""
    _write({**_read(), _key(url): login})


def forget_login(url: str) -> None:
    """Forget how to sign in to a server."""
    _write({key: login for key, login in _read().items() if key != _key(url)})


def is_in_clear(url: str) -> bool:
    """Return whether what is sent there can be read on the way."""
    parts = urlsplit(url)
    return parts.scheme == "http" and parts.hostname not in _LOCAL


def _key(url: str) -> str:
    """Return the one spelling of a server's address, without a user."""
    parts = urlsplit(url)
    try:
        port = parts.port or _PORTS[parts.scheme]
    except (KeyError, ValueError) as error:
        raise InvalidParameterValue(
            f"'{url.rpartition('@')[2]}' is not the address of a server. Give http(s)://host."
        ) from error
    host = parts.hostname or ""
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}:{port}{parts.path.rstrip('/')}"


def _read() -> dict[str, Login]:
    try:
        return msgspec.json.decode((home() / _FILE).read_bytes(), type=dict[str, Login])
    except (OSError, msgspec.MsgspecError):
        return {}


def _write(logins: dict[str, Login]) -> None:
    folder = home()
    folder.mkdir(parents=True, exist_ok=True)
    # A new file is readable by its owner only, and is there whole or not at all.
    handle, name = tempfile.mkstemp(dir=folder, prefix=f"{_FILE}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(msgspec.json.format(msgspec.json.encode(logins), indent=2) + b"\n")
        Path(name).replace(folder / _FILE)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
