"""The store in a SQLite or PostgreSQL database."""

from headwater.stores.sql.store import SqlStore

__all__ = ["SqlStore"]
