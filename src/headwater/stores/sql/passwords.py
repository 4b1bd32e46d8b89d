"""Hashing passwords with argon2id, a few at a time: each hash takes 19 MiB and 20 ms."""

import threading
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argon2 import PasswordHasher

_AT_ONCE = 4


class Passwords:
    """Hashes and verifies. Thread-safe; argon2 is imported at the first use, so that nobody else waits for it."""

    def __init__(self) -> None:
        self._turns = threading.BoundedSemaphore(_AT_ONCE)

    def hash(self, password: str) -> str:
        """Return what to keep of a password: its hash with salt and parameters."""
        with self._turns:
            return self._hasher.hash(_spell(password))

    def verify(self, kept: str, password: str) -> bool:
        """Return whether a password is the one; takes as long where none is kept."""
        from argon2.exceptions import InvalidHashError, VerificationError

        try:
            with self._turns:
                self._hasher.verify(kept or self._nobodys, _spell(password))
        except (VerificationError, InvalidHashError):
            return False
        return bool(kept)

    @cached_property
    def _hasher(self) -> "PasswordHasher":
        from argon2 import PasswordHasher

        return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)

    @cached_property
    def _nobodys(self) -> str:
        return self._hasher.hash("")


def _spell(password: str) -> bytes:
    """Return the bytes that are hashed, of whatever somebody sent as a password."""
    return password.encode("utf-8", "surrogatepass")
