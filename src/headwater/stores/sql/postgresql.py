"""PostgreSQL, through psycopg 3 (`pip install 'headwater[postgres]'`)."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

import psycopg
from psycopg import errors, pq

from headwater.protocol.errors import HeadwaterError, InsufficientStorage, TemporarilyUnavailable
from headwater.stores.sql.connection import Connection, Cursor, Dialect, KeyCache, chunks, marks

_CONNECT_TIMEOUT_S = 10
_CONFLICT_TRIES = 10
_MIGRATION_LOCK = 0x68656164  # any number that nobody else uses


class PostgresqlConnection(Connection):
    """A connection to the server; used by one thread at a time, not always the same."""

    dialect = Dialect.POSTGRESQL

    def __init__(self, url: str, keys: KeyCache, *, writable: bool) -> None:
        super().__init__(keys, writable=writable)
        self._driver = psycopg.connect(
            url, autocommit=True, connect_timeout=_CONNECT_TIMEOUT_S, application_name="headwater"
        )
        if not writable:
            # A plan made once for all values takes the wrong index for most searches.
            self._driver.execute(b"SET plan_cache_mode = force_custom_plan")

    def _run(self, sql: str, params: Sequence[object]) -> Cursor:
        return self._driver.execute(_to_percent(sql), params, binary=True)

    def run_script(self, script: str) -> None:
        """Run statements separated by `;`, without parameters, inside the open transaction."""
        self._driver.execute(script.encode())

    def many(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """Run a statement once for each of `rows`."""
        with self._driver.cursor() as cursor:
            cursor.executemany(_to_percent(sql), rows)

    def begin(self) -> None:
        """Open a transaction; a reader sees one snapshot."""
        self._driver.execute(b"BEGIN" if self.writable else b"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")

    def has_table(self, name: str) -> bool:
        """Return whether the database has a table of this name."""
        # Not to_regclass: inside a transaction it may remember that there was none before another process made one.
        sql = "SELECT 1 FROM pg_class WHERE relname = ? AND relkind = 'r' AND pg_table_is_visible(oid)"
        return self.one(sql, (name,)) is not None

    @property
    def in_transaction(self) -> bool:
        """Return whether a transaction is open."""
        status = self._driver.info.transaction_status
        return status not in {pq.TransactionStatus.IDLE, pq.TransactionStatus.UNKNOWN}

    def close(self) -> None:
        """Release the connection; an open transaction is rolled back."""
        self._driver.close()

    def _lock_runs(self, run_ids: list[int]) -> None:
        for chunk in chunks(run_ids):
            self._run(f"SELECT 1 FROM run WHERE id IN ({marks(chunk)}) ORDER BY id FOR NO KEY UPDATE", chunk)  # noqa: S608 - marks


class PostgresqlEngine:
    """Opens connections to one PostgreSQL database."""

    dialect = Dialect.POSTGRESQL
    errors = (psycopg.Error,)

    def __init__(self, url: str, keys: KeyCache) -> None:
        self._url = url
        self._keys = keys

    def connect(self, *, writable: bool) -> PostgresqlConnection:
        """Open a connection."""
        return PostgresqlConnection(self._url, self._keys, writable=writable)

    def translate(self, error: BaseException) -> HeadwaterError:
        """Return what to tell the caller about a driver's error."""
        if isinstance(error, (errors.DiskFull, errors.ReadOnlySqlTransaction)):
            return InsufficientStorage(
                f"PostgreSQL cannot write: {error}. Nothing was changed; make room, then try again."
            )
        if isinstance(error, (psycopg.OperationalError, psycopg.InterfaceError, psycopg.IntegrityError)):
            return TemporarilyUnavailable(f"PostgreSQL cannot answer now: {error}. Try again later.")
        return HeadwaterError(f"PostgreSQL failed: {error}. See its log.")

    def count_tries(self, error: BaseException) -> int:
        """Return how often work that ends with this error is tried.

        Another process that makes and deletes the same thing may be quicker several times in a row; a lost connection
        is replaced once.
        """
        if isinstance(error, psycopg.IntegrityError):
            return _CONFLICT_TRIES
        return 2 if isinstance(error, (psycopg.OperationalError, psycopg.InterfaceError)) else 1

    def analyze(self, connection: Connection) -> None:
        """Do nothing: autovacuum does."""

    def compact(self, connection: Connection) -> tuple[int, int]:  # noqa: ARG002 - the engine's signature
        """Do nothing: autovacuum makes the room usable again, and giving it back would lock the tables."""
        return 0, 0

    def lock_schema(self, connection: Connection) -> None:
        """Wait until no other process migrates, until the transaction ends."""
        connection.all("SELECT pg_advisory_xact_lock(?)", (_MIGRATION_LOCK,))

    def back_up(self, version: int) -> None:
        """Do nothing: a migration runs in one transaction, and backups of a server are its owner's."""


def parse_url(uri: str) -> str:
    """Return the URL as libpq reads it, without the name of a driver (`postgresql+psycopg2://`)."""
    return "postgresql://" + uri.partition("://")[2]


@lru_cache(maxsize=1024)
def _to_percent(sql: str) -> bytes:
    return sql.replace("%", "%%").replace("?", "%s").encode()
