"""The digest of every file of a model, so that a changed, missing or added file is found before anything is loaded."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import msgspec

from headwater.protocol.errors import DataLoss
from headwater.protocol.provenance import SIGNATURE_FILE

MANIFEST_FILE = "headwater_manifest.json"
WRITTEN_AFTER = frozenset({MANIFEST_FILE, SIGNATURE_FILE, "registered_model_meta"})
"""Files of a model's folder that its manifest does not describe."""

_READ_BYTES = 1 << 20


class ManifestFile(msgspec.Struct, frozen=True):
    """One file of a model: its SHA-256 in hexadecimal, and its size in bytes."""

    sha256: str
    size: int


class Manifest(msgspec.Struct, frozen=True):
    """What belongs to a model, by path relative to its folder."""

    files: dict[str, ManifestFile]
    version: int = 1


def write_manifest(folder: Path) -> str:
    """Describe every file of a model in its manifest and return the manifest's own digest."""
    manifest = Manifest({path: _describe(folder / path) for path in _list_files(folder)})
    data = msgspec.json.format(msgspec.json.encode(manifest), indent=1)
    (folder / MANIFEST_FILE).write_bytes(data)
    return hashlib.sha256(data).hexdigest()


def verify_manifest(folder: Path) -> str:
    """Return the digest of a model's manifest once every file is as it says; "" for a model that has none.

    Raises `DataLoss` that names the first file that differs, is missing or was added.
    """
    try:
        data = (folder / MANIFEST_FILE).read_bytes()
    except FileNotFoundError:
        return ""
    manifest = _decode(data, folder)
    found = _list_files(folder)
    for path in sorted(set(found) ^ set(manifest.files)):
        what = "is missing" if path in manifest.files else "was added after the model was saved"
        raise _changed(folder, path, what)
    for path, file in manifest.files.items():
        if (folder / path).stat().st_size != file.size or _describe(folder / path) != file:
            raise _changed(folder, path, "is not the file that was saved")
    return hashlib.sha256(data).hexdigest()


def read_manifest(folder: Path) -> Manifest:
    """Return a model's manifest; raise `FileNotFoundError` if it has none, `DataLoss` if it cannot be read."""
    return _decode((folder / MANIFEST_FILE).read_bytes(), folder)


def digest_file(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    return _describe(path).sha256


def _decode(data: bytes, folder: Path) -> Manifest:
    try:
        return msgspec.json.decode(data, type=Manifest)
    except msgspec.DecodeError as error:
        raise DataLoss(
            f"The manifest of the model in '{folder}' cannot be read: {error}. Download it again."
        ) from error


def replace_in_manifest(manifest: bytes, changed: Mapping[str, bytes]) -> tuple[bytes, str, str]:
    """Return a manifest in which some files have new contents, and the digests of the old and of the new manifest."""
    known = msgspec.json.decode(manifest, type=Manifest)
    new = {name: ManifestFile(hashlib.sha256(data).hexdigest(), len(data)) for name, data in changed.items()}
    data = msgspec.json.format(
        msgspec.json.encode(msgspec.structs.replace(known, files={**known.files, **new})), indent=1
    )
    return data, hashlib.sha256(manifest).hexdigest(), hashlib.sha256(data).hexdigest()


def _changed(folder: Path, path: str, what: str) -> DataLoss:
    return DataLoss(
        f"The file '{path}' of the model in '{folder}' {what}. Download the model again, or if you changed it on "
        f"purpose, remove '{MANIFEST_FILE}'."
    )


def _list_files(folder: Path) -> list[str]:
    found = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return sorted(name for path in found if (name := path.relative_to(folder).as_posix()) not in WRITTEN_AFTER)


def _describe(path: Path) -> ManifestFile:
    checksum, size = hashlib.sha256(), 0
    with path.open("rb") as stream:
        while chunk := stream.read(_READ_BYTES):
            checksum.update(chunk)
            size += len(chunk)
    return ManifestFile(checksum.hexdigest(), size)
