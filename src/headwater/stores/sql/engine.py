"""What a kind of database must offer, and how a store URI picks one."""

from typing import Protocol

from headwater.protocol.errors import HeadwaterError, InvalidParameterValue, NotSupported
from headwater.stores.sql.connection import Connection, Dialect, KeyCache
from headwater.stores.sql.sqlite import SqliteEngine, parse_path


class Engine(Protocol):
    """Opens connections and explains the driver's errors."""

    @property
    def dialect(self) -> Dialect:
        """Return the kind of database."""

    @property
    def errors(self) -> tuple[type[Exception], ...]:
        """Return what the driver raises."""

    def connect(self, *, writable: bool) -> Connection:
        """Open a connection."""

    def translate(self, error: BaseException) -> HeadwaterError:
        """Return what to tell the caller about a driver's error."""

    def count_tries(self, error: BaseException) -> int:
        """Return how often work that ends with this error is tried, 1 if repeating it at once would not help."""

    def analyze(self, connection: Connection) -> None:
        """Refresh the planner's statistics, where the database does not do so by itself."""

    def compact(self, connection: Connection) -> tuple[int, int]:
        """Give room back to the disk, outside of a transaction; return the bytes given, and those left to give."""

    def lock_schema(self, connection: Connection) -> None:
        """Wait, inside a transaction, until no other process changes the schema."""

    def back_up(self, version: int) -> None:
        """Keep a copy of the database at schema `version`, where it is one file."""


def open_engine(uri: str, keys: KeyCache) -> Engine:
    """Return the engine for `sqlite:///path` or `postgresql://…`."""
    scheme = uri.partition(":")[0].partition("+")[0]
    if scheme == "sqlite":
        return SqliteEngine(parse_path(uri), keys)
    if scheme not in {"postgresql", "postgres"}:
        raise InvalidParameterValue(
            f"Invalid store URI scheme '{scheme}'. Use sqlite:///path or postgresql://user@host/database."
        )
    try:
        # psycopg is optional.
        from headwater.stores.sql.postgresql import PostgresqlEngine, parse_url
    except ImportError as error:
        raise NotSupported(
            f"PostgreSQL needs the package psycopg: {error}. Install it with `pip install 'headwater[postgres]'`."
        ) from error
    return PostgresqlEngine(parse_url(uri), keys)
