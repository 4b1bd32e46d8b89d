"""Hashing passwords with scrypt, a few at a time: each hash takes 32 MiB and 0.2 s of CPU."""

import hashlib
import hmac
import os
import re
import threading
from base64 import b64decode, b64encode

_N, _R, _P = 2**15, 8, 3
_SALT_BYTES = 16
_AT_ONCE = 4
_KEPT = re.compile(r"\$scrypt\$n=([0-9]+),r=([0-9]+),p=([0-9]+)\$([A-Za-z0-9+/=]+)\$([A-Za-z0-9+/=]+)", re.ASCII)
_NOBODYS = f"$scrypt$n={_N},r={_R},p={_P}${b64encode(bytes(_SALT_BYTES)).decode()}${b64encode(bytes(64)).decode()}"


class Passwords:
    """Hashes and verifies. Thread-safe."""

    def __init__(self) -> None:
        self._turns = threading.BoundedSemaphore(_AT_ONCE)

    def hash(self, password: str) -> str:
        """Return what to keep of a password: its hash with salt and parameters."""
        salt = os.urandom(_SALT_BYTES)
        digest = self._derive(password, salt, _N, _R, _P)
        return f"$scrypt$n={_N},r={_R},p={_P}${b64encode(salt).decode()}${b64encode(digest).decode()}"

    def verify(self, kept: str, password: str) -> bool:
        """Return whether a password is the one; takes as long where none is kept."""
        parts = _KEPT.fullmatch(kept) or _KEPT.fullmatch(_NOBODYS)
        assert parts is not None, "nobody's is well-formed"
        n, r, p = (int(parts[index]) for index in (1, 2, 3))
        digest = self._derive(password, b64decode(parts[4]), n, r, p)
        return hmac.compare_digest(digest, b64decode(parts[5])) and bool(kept)

    def _derive(self, password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
        # The whole of what somebody sent, whatever it is: nothing is cut off, and nothing fails.
        spelled = password.encode("utf-8", "surrogatepass")
        with self._turns:
            return hashlib.scrypt(spelled, salt=salt, n=n, r=r, p=p, maxmem=129 * n * r + 2**20, dklen=64)
