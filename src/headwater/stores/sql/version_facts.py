"""What the files that describe a model say, kept by their digest, so that each is read once."""

import hashlib
import json
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

from headwater.protocol.errors import HeadwaterError
from headwater.stores.interface import HeldBlobs
from headwater.stores.sql.connection import Connection, chunks, marks
from headwater.stores.sql.database import Database
from headwater.stores.version_diff import MODEL_FILE, REQUIREMENTS, read_requirements

_MAX_BYTES = 8 * 1024 * 1024
_READERS = 8
_HEX = 8
_INSERT = "INSERT INTO model_file_fact (path, digest, fact) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"


class DescribingFile(NamedTuple):
    """A file that describes a model."""

    path: str
    digest: str


class FileFacts(NamedTuple):
    """What is known of the versions' files, and which files nobody has read yet."""

    signatures: dict[int, str]
    requirements: dict[int, int]
    unread: set[DescribingFile]


def load_file_facts(connection: Connection, version_ids: Sequence[int]) -> FileFacts:
    """Return what the files of versions say, by the versions' row ids."""
    found = FileFacts({}, {}, set())
    for chunk in chunks(version_ids):
        rows = connection.all(
            "SELECT f.version_id, f.path, f.digest, k.fact FROM model_version_file f "  # noqa: S608 - marks
            "LEFT JOIN model_file_fact k ON k.path = f.path AND k.digest = f.digest "
            f"WHERE f.path IN (?, ?) AND f.version_id IN ({marks(chunk)})",
            (MODEL_FILE, REQUIREMENTS, *chunk),
        )
        for version_id, path, digest, fact in rows:
            if fact is None:
                found.unread.add(DescribingFile(path, digest))
            elif path == MODEL_FILE:
                found.signatures[version_id] = fact
            elif fact:
                found.requirements[version_id] = int(fact)
    return found


def learn_file_facts(database: Database, blobs: HeldBlobs, files: Collection[DescribingFile]) -> bool:
    """Read those of the files that are held, and keep what they say; return whether there are any."""
    sizes = blobs.sizes({file.digest for file in files})
    held = [file for file in files if file.digest in sizes]
    if not held:
        return False

    def read(file: DescribingFile) -> tuple[str, str, str]:
        return (*file, _describe(blobs, file) if sizes[file.digest] <= _MAX_BYTES else "")

    with ThreadPoolExecutor(_READERS) as pool:
        rows = list(pool.map(read, held))
    database.write(lambda connection: connection.many(_INSERT, rows))
    return True


def _describe(blobs: HeldBlobs, file: DescribingFile) -> str:
    """Return what a file says: a digest of the signature, or how many requirements there are; empty for neither."""
    try:
        text = b"".join(blobs.read(file.digest)).decode()
    except (HeadwaterError, OSError, UnicodeDecodeError):
        return ""
    return _digest_signature(text) if file.path == MODEL_FILE else str(len(read_requirements(text)))


def _digest_signature(text: str) -> str:
    """Return a digest of what a model takes and gives; the order of a field's properties and blanks do not matter."""
    import yaml  # costs 15 ms, and only those who look at models need it

    try:
        described = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe
    except yaml.YAMLError:
        return ""
    signature = described.get("signature") if isinstance(described, dict) else None
    if not isinstance(signature, dict):
        return ""
    parts = {part: _read_json(signature.get(part)) for part in ("inputs", "outputs", "params")}
    canonical = json.dumps(parts, sort_keys=True, default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()[:_HEX] if any(parts.values()) else ""


def _read_json(text: Any) -> Any:
    try:
        return json.loads(text) if isinstance(text, str) else text
    except ValueError:
        return text
