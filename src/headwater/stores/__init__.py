"""Where things are kept: a database, or a server."""

from headwater.stores.opening import find_credentials, open_location, open_store, upgrade_store

__all__ = ["find_credentials", "open_location", "open_store", "upgrade_store"]
