"""The first administrator of a server: made from settings, or by who can read what the server says when it starts."""

import secrets

from headwater.protocol.errors import InvalidParameterValue, PermissionDenied, ResourceConflict
from headwater.protocol.users import CreateUser, SetUp, User, check_password
from headwater.stores.access import Credentials
from headwater.stores.interface import Store

_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # nothing that looks like something else
_GUESSED_FIRST = frozenset({"password1234", "passwordpassword", "administrator", "123456789012", "headwater123"})


class Setup:
    """Whether a server waits for its first user, and the code that lets somebody be it. Thread-safe; blocks."""

    def __init__(self, store: Store, credentials: Credentials) -> None:
        self._store = store
        self._credentials = credentials
        letters = [secrets.choice(_ALPHABET) for _ in range(8)]
        self.code = f"{''.join(letters[:4])}-{''.join(letters[4:])}"
        self._is_done = False

    def is_needed(self) -> bool:
        """Return whether there is no user yet."""
        self._is_done = self._is_done or self._credentials.any_user()
        return not self._is_done

    def is_code(self, code: str) -> bool:
        """Return whether this is the code that was told."""
        given = code.strip().upper().replace(" ", "").replace("-", "")
        return secrets.compare_digest(given.encode(), self.code.replace("-", "").encode())

    def make(self, request: SetUp) -> User:
        """Make the first administrator.

        Raises `ResourceConflict` if there is a user already, `PermissionDenied` without the code.
        """
        request.check()
        if not self.is_needed():
            raise ResourceConflict("This server is set up already. Sign in, or ask an administrator for a user.")
        if not self.is_code(request.code):
            raise PermissionDenied("This is not the code that the server told when it started. Look at its output.")
        return self._create(request.username, request.password)

    def make_from_settings(self, username: str, password: str) -> None:
        """Make the administrator that the settings name if there is no user; raise for a password that is guessed."""
        if password and self.is_needed():
            check_password(password)
            self._create(username, password)

    def _create(self, username: str, password: str) -> User:
        check_not_guessed(username, password)
        return self._store.users.create(CreateUser(username, password, is_admin=True)).user


def check_not_guessed(username: str, password: str) -> None:
    """Raise `InvalidParameterValue` for a password that whoever guesses tries first."""
    folded = password.lower()
    if folded in _GUESSED_FIRST or len(set(folded)) < 4 or folded.strip("0123456789!") == username.lower():
        raise InvalidParameterValue("This password is among the first that are guessed. Choose another.")
