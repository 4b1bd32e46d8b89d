"""Changing what a saved model says about itself: its signature, and what it needs installed."""

import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from headwater.models.consent import is_own, remember_own
from headwater.models.environment import CONDA_FILE, REQUIREMENTS_FILE, check_requirements, requirement_name
from headwater.models.fetch import ModelPlace, locate_model
from headwater.models.manifest import MANIFEST_FILE, replace_in_manifest
from headwater.models.model_file import MODEL_FILE, read_model_file
from headwater.models.schema.signature import ModelSignature
from headwater.protocol.errors import InvalidParameterValue, ResourceDoesNotExist
from headwater.protocol.model_names import is_model_uri, parse_model_uri
from headwater.tracking.artifact_files import download_tree, temporary_folder, upload_tree


def set_signature(model_uri: str | Path, signature: ModelSignature) -> None:
    """Replace the signature of a saved or logged model.

    Args:
        model_uri: a path, `runs:/…`, `models:/m-…` or the address of the files; not a version of a registered model,
            which never changes.
        signature: see `infer_signature`.

    Example:
        >>> hw.models.set_signature(info.model_uri, hw.models.infer_signature(X, y))
    """
    if not isinstance(signature, ModelSignature):
        raise InvalidParameterValue(f"The signature is '{signature!r}'. Make one with infer_signature.")
    place = find_changeable(model_uri)
    with_files = _Files(place)
    model = read_model_file(with_files.read(MODEL_FILE), str(model_uri))
    model.signature = signature
    with_files.write({MODEL_FILE: str(model.to_yaml()).encode()})


def update_model_requirements(model_uri: str | Path, operation: str, requirement_list: Iterable[str]) -> None:
    """Add packages to what a saved or logged model needs, or remove some.

    Args:
        model_uri: as for `set_signature`.
        operation: "add", which replaces other versions of the same packages, or "remove".
        requirement_list: such as `["pandas==2.3.3"]`; to remove, names are enough.

    Example:
        >>> hw.models.update_model_requirements(info.model_uri, "add", ["pandas==2.3.3"])
    """
    if operation not in {"add", "remove"}:
        raise InvalidParameterValue(f"Invalid operation '{operation}' on requirements. Use 'add' or 'remove'.")
    given = [line.strip() for line in requirement_list if line.strip()]
    check_requirements(given)
    files = _Files(find_changeable(model_uri))
    lines = files.read(REQUIREMENTS_FILE).read_text(encoding="utf-8").splitlines()
    changed = {REQUIREMENTS_FILE: "\n".join(_change(lines, given, operation)).encode()}
    conda = files.read_yaml(CONDA_FILE)
    for item in conda.get("dependencies") or ():
        if isinstance(item, dict) and isinstance(item.get("pip"), list):
            item["pip"] = _change([str(line) for line in item["pip"]], given, operation)
            changed[CONDA_FILE] = yaml.safe_dump(conda, sort_keys=False, default_flow_style=False).encode()
    files.write(changed)


def _change(lines: list[str], given: list[str], operation: str) -> list[str]:
    names = {requirement_name(line) for line in given}
    kept = [line for line in lines if requirement_name(line) not in names]
    return [*kept, *given] if operation == "add" else kept


def find_changeable(model_uri: str | Path) -> ModelPlace | Path:
    """Return where the files of a model are; raise `InvalidParameterValue` for a version, which never changes."""
    uri = str(model_uri)
    if is_model_uri(uri) and not parse_model_uri(uri).model_id:
        raise InvalidParameterValue(
            f"'{uri}' is a version of a registered model, which never changes. Change the model it was made of, and "
            "register that."
        )
    return locate_model(uri)


class _Files:
    """Some files of a model, on this machine or elsewhere; its manifest follows what is written."""

    def __init__(self, place: ModelPlace | Path) -> None:
        self._place = place

    def read(self, name: str) -> Path:
        """Return the path of a copy of a file, or of the file itself; raise `ResourceDoesNotExist` without one."""
        if isinstance(self._place, Path):
            path = self._place / name
            if not path.is_file():
                raise ResourceDoesNotExist(f"The model in '{self._place}' has no file '{name}'.")
            return path
        place = self._place
        path_there = f"{place.path}/{name}" if place.path else name
        return download_tree(place.store, place.root, path_there, temporary_folder())

    def read_yaml(self, name: str) -> dict[str, Any]:
        """Return what a YAML file of the model says; nothing if it has none."""
        try:
            found = yaml.safe_load(self.read(name).read_text(encoding="utf-8"))
        except ResourceDoesNotExist:
            return {}
        return found if isinstance(found, dict) else {}

    def write(self, changed: Mapping[str, bytes]) -> None:
        """Replace files; the model stays this user's own if it was."""
        contents = dict(changed)
        try:
            manifest = self.read(MANIFEST_FILE).read_bytes()
        except ResourceDoesNotExist:
            manifest = b""
        if manifest:
            new, old_digest, new_digest = replace_in_manifest(manifest, changed)
            contents[MANIFEST_FILE] = new
            if is_own(old_digest):
                remember_own(new_digest)
        if isinstance(self._place, Path):
            for name, data in contents.items():
                (self._place / name).write_bytes(data)
            return
        self._upload(self._place, contents)

    def _upload(self, place: ModelPlace, contents: Mapping[str, bytes]) -> None:
        folder = temporary_folder()
        try:
            for name, data in contents.items():
                (folder / name).write_bytes(data)
            prefix = f"{place.path}/" if place.path else ""
            upload_tree(place.store, place.root, [(prefix + name, folder / name) for name in contents])
        finally:
            shutil.rmtree(folder)
