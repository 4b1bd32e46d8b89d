"""The store in SQLite or PostgreSQL. All SQL stands here."""

from headwater.stores.sql.store import SqlStore

__all__ = ["SqlStore"]
