"""Where the bytes of artifacts are kept."""

from headwater.stores.artifacts.blobs import LocalBlobs
from headwater.stores.artifacts.locations import ServedLocations, local_path, open_location

__all__ = ["LocalBlobs", "ServedLocations", "local_path", "open_location"]
