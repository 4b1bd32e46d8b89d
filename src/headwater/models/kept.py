"""Objects of safe files, kept as pickles for the user who saved them, because those are read many times faster.

They stay on this machine, below `HEADWATER_HOME`, beside the list of the user's own models, and serve for these only.
"""

import hashlib
import os
import pickle
import shutil
import sys
import tempfile
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Any

from headwater.models.consent import is_forbidden, is_own
from headwater.models.fetch import evict, models_folder
from headwater.models.flavor import ModelFolder
from headwater.models.manifest import digest_file, read_manifest

_OBJECT = "object.pickle"
_ALWAYS = ("numpy", "scipy", "sklearn")
"""Whose types skops knows, and does not name."""


def keep_object(value: Any, file: Path, types: Iterable[str]) -> None:
    """Keep an object that the user just saved to `file`, in which skops found these types besides those it knows."""
    _keep(value, _place(digest_file(file), types))


def read_kept(folder: ModelFolder, name: str, types: Iterable[str]) -> Any:
    """Return the object in a file of a model of this user's own.

    Raises `LookupError` if the model is somebody else's, if it was kept by other versions, or not at all.
    """
    if is_forbidden() or not is_own(folder.manifest_digest):
        raise LookupError(name)
    place = _place(read_manifest(folder.path).files[name].sha256, types)
    try:
        with (place / _OBJECT).open("rb") as stream:
            value = pickle.load(stream)  # noqa: S301 - this user's own
        os.utime(place)
    except (OSError, EOFError, pickle.UnpicklingError, AttributeError, ImportError) as error:
        raise LookupError(name) from error
    return value


def keep_read(value: Any, folder: ModelFolder, name: str, types: Iterable[str]) -> None:
    """Keep an object that was read from a file of a model, if the model is the user's own."""
    if is_own(folder.manifest_digest) and not is_forbidden():
        _keep(value, _place(read_manifest(folder.path).files[name].sha256, types))


def _keep(value: Any, place: Path) -> None:
    """Write the object anew, whatever is there."""
    part = Path(tempfile.mkdtemp(prefix="part-", dir=place.parent))
    try:
        with (part / _OBJECT).open("wb") as stream:
            pickle.dump(value, stream, pickle.HIGHEST_PROTOCOL)
        shutil.rmtree(place, ignore_errors=True)
        part.rename(place)
    except (OSError, pickle.PicklingError, AttributeError, TypeError):  # it is read from its own file then
        shutil.rmtree(part, ignore_errors=True)
        return
    evict(place)


def _place(digest: str, types: Iterable[str]) -> Path:
    """Return where an object is kept: one place for each file and the versions of what it is made of."""
    modules = sorted({*_ALWAYS, *(name.partition(".")[0] for name in types)})
    versions = [f"{name}=={getattr(import_module(name), '__version__', '')}" for name in modules]
    key = hashlib.sha256("\0".join((digest, sys.version, *versions)).encode()).hexdigest()
    return models_folder() / f"{key}.object"
