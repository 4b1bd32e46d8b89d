"""Where the bytes of artifacts are kept."""

from headwater.stores.artifacts.blobs import LocalBlobs

__all__ = ["LocalBlobs"]
