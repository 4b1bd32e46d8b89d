"""Who may run code by loading a model: its author on this machine, and whoever says so.

Loading a pickle, a model's own Python files or a loader module runs what the file says. Models that this user saved are
known by the digest of their manifest, which is kept in the user's own folder; so are those that a key signed which the
user trusts. Every other one needs consent.
"""

import os
import re
from contextvars import ContextVar
from pathlib import Path

from headwater import config
from headwater.models.flavor import ModelFolder
from headwater.models.signing import is_signed_by_trusted
from headwater.protocol.errors import PermissionDenied

ALLOW_PICKLE: ContextVar[bool] = ContextVar("headwater_allow_pickle", default=False)
"""Consent given by the call that is loading, for everything that it loads."""

_OWN_MODELS = "own-models"
_DIGEST = re.compile(r"[0-9a-f]{64}")


def remember_own(manifest_digest: str) -> None:
    """Note that this user saved the model with this manifest on this machine."""
    path = _own_models()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, f"{manifest_digest}\n".encode())
    finally:
        os.close(descriptor)


def is_own(manifest_digest: str) -> bool:
    """Return whether this user saved the model with this manifest on this machine."""
    if not _DIGEST.fullmatch(manifest_digest):
        return False
    try:
        return manifest_digest.encode() in _own_models().read_bytes().split()
    except FileNotFoundError:
        return False


def is_forbidden() -> bool:
    """Return whether the environment forbids code of any model, also of one's own."""
    return bool(config.ALLOW_PICKLE.get()) and not config.ALLOW_PICKLE.is_on()


def check_consent(what: str, folder: ModelFolder, allow_pickle: bool | None = None) -> None:  # noqa: FBT001
    """Raise `PermissionDenied` unless loading `what` of a model, which runs code, was allowed.

    Args:
        what: for people, such as "the pickle 'model.pkl'".
        folder: the model, its files verified.
        allow_pickle: what the caller said; None: whatever the call around it, or the environment says.
    """
    setting = config.ALLOW_PICKLE.get()
    if is_forbidden():
        raise PermissionDenied(
            f"Loading {what} runs code, and {config.ALLOW_PICKLE.name} is '{setting}'. Unset it to be asked each time."
        )
    allowed = ALLOW_PICKLE.get() if allow_pickle is None else allow_pickle
    if allowed or setting or is_own(folder.manifest_digest):
        return
    if folder.manifest_digest and is_signed_by_trusted(folder.path):
        return
    raise PermissionDenied(
        f"Loading {what} can run any code, and the model was not saved by you on this machine. If you trust its "
        f"author, pass allow_pickle=True or set {config.ALLOW_PICKLE.name}=1, or trust the author's signing key."
    )


def _own_models() -> Path:
    return Path(config.HOME.get()).expanduser() / _OWN_MODELS
