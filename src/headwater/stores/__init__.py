"""Where things are kept: a database, or a server."""

from headwater.stores.opening import open_location, open_store, upgrade_store

__all__ = ["open_location", "open_store", "upgrade_store"]
