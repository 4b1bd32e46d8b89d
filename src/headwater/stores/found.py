"""What blobs and locations say of a file."""

from typing import NamedTuple


class FoundFile(NamedTuple):
    """A file of a location: its size in bytes, and what changes when its bytes do."""

    size: int
    etag: str


class HeldBlob(NamedTuple):
    """A file that is held: its SHA-256, its size in bytes, and when it was written or renewed."""

    digest: str
    size: int
    modified_ms: int
