"""Python objects in files: by skops, which runs nothing when it reads, or by pickle, which runs what the file says."""

import logging
import pickle
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from headwater.models.checking.walk import CHECKED, check_objects
from headwater.models.consent import check_consent
from headwater.models.flavor import ModelFolder
from headwater.models.harmless import HARMLESS
from headwater.models.kept import keep_object, keep_read, read_kept
from headwater.protocol.errors import InvalidParameterValue, NotSupported, PermissionDenied

SKOPS, PICKLE, CLOUDPICKLE = "skops", "pickle", "cloudpickle"
FORMATS = (SKOPS, PICKLE, CLOUDPICKLE)

_log = logging.getLogger(__name__)


def write_object(
    value: Any, path: Path, serialization_format: str | None = None, trusted_types: Sequence[str] | None = None
) -> tuple[str, dict[str, Any]]:
    """Write an object to `path` with the suffix of its format; return the file's name and what MLmodel says of it.

    Args:
        value: the object.
        path: without a suffix.
        serialization_format: "skops", "pickle" or "cloudpickle"; default: skops where it can, else cloudpickle.
        trusted_types: types beyond those that skops knows that loading may make; default: those in the file.
    """
    if serialization_format not in {None, *FORMATS}:
        raise InvalidParameterValue(
            f"Invalid serialization_format '{serialization_format}'. Use one of {', '.join(FORMATS)}."
        )
    if serialization_format in {None, SKOPS}:
        try:
            types = _write_skops(value, path.with_suffix(".skops"))
        except Exception as error:  # its errors are of many kinds
            path.with_suffix(".skops").unlink(missing_ok=True)
            if serialization_format == SKOPS:
                raise
            _log.warning(
                "Saved '%s' with cloudpickle, since skops cannot: %s. Loading it runs code, which others must allow.",
                type(value).__name__,
                error,
            )
        else:
            types = list(trusted_types or types)
            keep_object(value, path.with_suffix(".skops"), types)
            section = {"serialization_format": SKOPS, "skops_trusted_types": types or None}
            return f"{path.name}.skops", section
    chosen = PICKLE if serialization_format == PICKLE else CLOUDPICKLE
    with path.with_suffix(".pkl").open("wb") as stream:
        write_pickle(value, stream, by_value=chosen == CLOUDPICKLE)
    return f"{path.name}.pkl", {"serialization_format": chosen}


def read_object(folder: ModelFolder, name: str, section: dict[str, Any]) -> Any:
    """Return the object in a file of a model, which `check_consent` was asked about; see `find_unsafe_object`."""
    path = folder.file(name)
    if section.get("serialization_format") == SKOPS or path.suffix == ".skops":
        types = list(section.get("skops_trusted_types") or ())
        try:
            return read_kept(folder, name, types)
        except LookupError:
            value = _read_skops(path, types)
        for what in check_objects(value, name):
            check_consent(what, folder)
        keep_read(value, folder, name, types)
        return value
    with path.open("rb") as stream:
        return pickle.load(stream)  # noqa: S301 - with consent


def find_unsafe_object(name: str, section: dict[str, Any], harmless: Collection[str] = ()) -> list[str]:
    """Return, for people, what in a file of a model is unsafe to load from somebody one does not know.

    `harmless` are types besides those in `HARMLESS` whose making runs nothing that the file says. Into those in
    `CHECKED`, `read_object` looks itself.
    """
    if section.get("serialization_format") == SKOPS or name.endswith(".skops"):
        known = {*HARMLESS, *CHECKED, *harmless}
        types = [name for name in section.get("skops_trusted_types") or () if name not in known]
        return [f"objects of the types {', '.join(map(repr, types))} in '{name}'"] if types else []
    return [f"the pickle '{name}'"]


def write_pickle(value: Any, stream: Any, *, by_value: bool) -> None:
    """Pickle an object; `by_value` keeps classes and functions of programs and notebooks in the file itself."""
    if by_value:
        import cloudpickle  # loaded by those who save

        cloudpickle.dump(value, stream)
    else:
        pickle.dump(value, stream)


def _read_skops(path: Path, types: list[str]) -> Any:
    import skops.io  # an optional package, which loads scikit-learn
    from skops.io.exceptions import UntrustedTypesFoundException

    try:
        return skops.io.load(path, trusted=types)
    except UntrustedTypesFoundException as error:
        raise PermissionDenied(
            f"The file '{path.name}' holds more than MLmodel says: {error} If you trust its author, add them to "
            "skops_trusted_types there."
        ) from error


def _write_skops(value: Any, path: Path) -> list[str]:
    """Write a skops file and return the types in it that skops does not trust by itself."""
    try:
        import skops.io
    except ImportError as error:
        raise NotSupported("it is not installed: pip install 'headwater[sklearn]'") from error
    skops.io.dump(value, path)
    types = list(skops.io.get_untrusted_types(file=path))
    local = next((name for name in types if name.startswith("__main__.") or "<" in name), None)
    if local:
        raise NotSupported(f"it keeps '{local}' by its name only, which other programs do not have")
    return types
