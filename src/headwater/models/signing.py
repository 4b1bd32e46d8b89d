"""Detached signatures: an ed25519 key of the author over a model's manifest, which has the digest of every file."""

import base64
import getpass
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import msgspec

from headwater import config
from headwater.models.manifest import MANIFEST_FILE, verify_manifest, write_manifest
from headwater.models.model_file import MODEL_FILE, read_model_file
from headwater.protocol.errors import (
    InvalidParameterValue,
    NotSupported,
    PermissionDenied,
    ResourceAlreadyExists,
    ResourceDoesNotExist,
)
from headwater.protocol.provenance import SIGNATURE_FILE
from headwater.tracking.artifact_files import local_folder
from headwater.tracking.client import Client

_PRIVATE, _PUBLIC, _TRUSTED = "signing-key", "signing-key.pub", "trusted-keys"
_KEY_BYTES = 32


class ModelSigner(msgspec.Struct, frozen=True):
    """Who signed a model: public key and signature in base64, and the signer's name, which nobody vouches for."""

    public_key: str
    signature: str
    signer: str
    algorithm: str = "ed25519"

    @property
    def fingerprint(self) -> str:
        """Return a short name of the key for people to compare: the start of its SHA-256."""
        return fingerprint(self.public_key)


def create_key() -> Path:
    """Make a pair of keys in the user's Headwater folder and return the public one's file, to be given to others.

    Raises `ResourceAlreadyExists` if there is one, which is never overwritten.
    """
    key = _ed25519().Ed25519PrivateKey.generate()
    private = config.home() / _PRIVATE
    private.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        descriptor = os.open(private, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise ResourceAlreadyExists(f"There is a key already: '{private}'. Move it away to make a new one.") from None
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(base64.b64encode(key.private_bytes_raw()) + b"\n")
    public = private.with_name(_PUBLIC)
    public.write_bytes(base64.b64encode(key.public_key().public_bytes_raw()) + b"\n")
    return public


def trust_key(public_key: str, name: str = "") -> str:
    """Let models that this key signed be loaded like one's own, and return its fingerprint.

    Args:
        public_key: in base64, or the path of a file that holds it.
        name: whose it is.
    """
    text = _read_public(public_key)
    path = config.home() / _TRUSTED
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if text not in set(_trusted_keys()):
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(f"{text} {' '.join(name.split())}".rstrip() + "\n")
    return fingerprint(text)


def sign_model(folder: Path) -> ModelSigner:
    """Sign a model in a folder of this machine with the user's key; one without a manifest gets one first.

    Raises `ResourceDoesNotExist` without a key, `DataLoss` if a file is not the one that was saved.
    """
    if not verify_manifest(folder):
        write_manifest(folder)
    private = config.home() / _PRIVATE
    try:
        raw = base64.b64decode(private.read_bytes())
    except FileNotFoundError:
        raise ResourceDoesNotExist(
            f"There is no key '{private}'. Make one with: headwater models create-key."
        ) from None
    key = _ed25519().Ed25519PrivateKey.from_private_bytes(raw)
    public = base64.b64encode(key.public_key().public_bytes_raw()).decode()
    signature = base64.b64encode(key.sign((folder / MANIFEST_FILE).read_bytes())).decode()
    signer = ModelSigner(public, signature, getpass.getuser())
    (folder / SIGNATURE_FILE).write_bytes(msgspec.json.format(msgspec.json.encode(signer), indent=1))
    return signer


def read_signer(folder: Path) -> ModelSigner | None:
    """Return who signed a model, None if nobody did; its files must have been verified.

    Raises `PermissionDenied` if the signature is not one of this manifest.
    """
    try:
        data = (folder / SIGNATURE_FILE).read_bytes()
    except FileNotFoundError:
        return None
    module = _ed25519()
    from cryptography.exceptions import InvalidSignature

    try:
        signer = msgspec.json.decode(data, type=ModelSigner)
        key = module.Ed25519PublicKey.from_public_bytes(base64.b64decode(signer.public_key))
        key.verify(base64.b64decode(signer.signature), (folder / MANIFEST_FILE).read_bytes())
    except (msgspec.DecodeError, ValueError, InvalidSignature, FileNotFoundError) as error:
        raise PermissionDenied(
            f"The signature of the model in '{folder}' does not fit its files. Do not use the model; get it again from "
            "its author."
        ) from error
    return signer


def is_signed_by_trusted(folder: Path) -> bool:
    """Return whether a key that the user trusts, or the user's own, signed a model whose files were verified."""
    trusted = set(_trusted_keys())
    signer = read_signer(folder) if trusted else None
    return signer is not None and signer.public_key in trusted


def upload_signature(uri: str, folder: Path) -> None:
    """Keep the signature of a model that was downloaded from `uri` beside its other files.

    Raises `InvalidParameterValue` if it is no logged model: sign its folder before it is uploaded.
    """
    if local_folder(uri) is not None:
        return
    model = read_model_file(folder / MODEL_FILE, uri)
    if not model.model_id:
        raise InvalidParameterValue(f"'{uri}' is no logged model. Sign its folder before it is uploaded.")
    Client().log_model_artifact(model.model_id, folder / SIGNATURE_FILE)


def fingerprint(public_key: str) -> str:
    """Return a short name of a public key."""
    return hashlib.sha256(base64.b64decode(public_key)).hexdigest()[:16]


def _trusted_keys() -> Iterator[str]:
    for name in (_TRUSTED, _PUBLIC):
        path = config.home() / name
        if path.exists():
            yield from (line.split()[0] for line in path.read_text(encoding="utf-8").splitlines() if line.strip())


def _read_public(given: str) -> str:
    path = Path(given)
    text = (path.read_text(encoding="utf-8") if path.is_file() else given).strip().partition(" ")[0]
    try:
        is_key = len(base64.b64decode(text, validate=True)) == _KEY_BYTES
    except ValueError:
        is_key = False
    if not is_key:
        raise InvalidParameterValue(f"'{given[:100]}' is no public key. Give the file '{_PUBLIC}' of the signer.")
    return text


def _ed25519() -> ModuleType:
    try:
        from cryptography.hazmat.primitives.asymmetric import ed25519
    except ImportError as error:
        raise NotSupported("Signatures need cryptography: pip install 'headwater[signing]'.") from error
    return ed25519
