"""SQLite: one file in WAL mode, through the standard library."""

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path

from headwater.protocol.errors import (
    HeadwaterError,
    InsufficientStorage,
    InvalidParameterValue,
    TemporarilyUnavailable,
)
from headwater.stores.sql.connection import Connection, Cursor, Dialect, KeyCache
from headwater.stores.sql.text_match import fold

_BUSY_TIMEOUT_S = 30
_INCREMENTAL = 2
_COMPACT_BYTES = 32 << 20
_NO_SPACE = {
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR_WRITE,
    sqlite3.SQLITE_IOERR_SHMSIZE,
    sqlite3.SQLITE_IOERR_FSYNC,
}


class SqliteConnection(Connection):
    """A connection to the file; used by one thread at a time, not always the same."""

    dialect = Dialect.SQLITE

    def __init__(self, path: Path, keys: KeyCache, *, writable: bool) -> None:
        super().__init__(keys, writable=writable)
        self._driver = sqlite3.connect(path, timeout=_BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False)
        for pragma in ("synchronous = NORMAL", "foreign_keys = ON", "temp_store = MEMORY", "cache_size = -16000"):
            self._driver.execute(f"PRAGMA {pragma}")
        self._driver.create_function("fold", 1, fold, deterministic=True)
        if writable:
            # A new file can give room back in small steps; one that has tables keeps its ways.
            self._driver.execute("PRAGMA auto_vacuum = INCREMENTAL")
            self._driver.execute("PRAGMA journal_mode = WAL").fetchone()
        else:
            self._driver.execute("PRAGMA query_only = ON")

    def _run(self, sql: str, params: Sequence[object]) -> Cursor:
        return self._driver.execute(sql, params)

    def run_script(self, script: str) -> None:
        """Run statements separated by `;`; `executescript` would commit the open transaction first."""
        statement = ""
        for line in script.splitlines(keepends=True):
            statement += line
            if sqlite3.complete_statement(statement):
                self._driver.execute(statement)
                statement = ""

    def many(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """Run a statement once for each of `rows`."""
        self._driver.executemany(sql, rows)

    def begin(self) -> None:
        """Open a transaction; a writer takes the file's write lock at once and waits for it."""
        self._driver.execute("BEGIN IMMEDIATE" if self.writable else "BEGIN")

    def has_table(self, name: str) -> bool:
        """Return whether the database has a table of this name."""
        return self.one("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (name,)) is not None

    @property
    def in_transaction(self) -> bool:
        """Return whether a transaction is open; a full disk, for one, closes it."""
        return self._driver.in_transaction

    def close(self) -> None:
        """Release the connection; an open transaction is rolled back."""
        self._driver.close()

    def vacuum(self, pages: int) -> None:
        """Give up to so many free pages back, outside of a transaction."""
        # The statement has a step for each page but no rows: `execute` would do the first step only.
        self._driver.executescript(f"PRAGMA incremental_vacuum({pages})")

    def _lock_runs(self, run_ids: list[int]) -> None:
        """Do nothing: the writer holds the whole file."""


class SqliteEngine:
    """Opens connections to one SQLite file, which is created with its folder, for its owner only."""

    dialect = Dialect.SQLITE
    errors = (sqlite3.Error,)

    def __init__(self, path: Path, keys: KeyCache) -> None:
        self.path = path
        self._keys = keys
        _create_file(path)

    def connect(self, *, writable: bool) -> SqliteConnection:
        """Open a connection."""
        return SqliteConnection(self.path, self._keys, writable=writable)

    def translate(self, error: BaseException) -> HeadwaterError:
        """Return what to tell the caller about a driver's error."""
        code = getattr(error, "sqlite_errorcode", 0)
        if code in _NO_SPACE or code & 0xFF in {sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY}:
            return InsufficientStorage(
                f"The database '{self.path}' cannot be written: {error}. Nothing was changed; make room or fix its "
                "permissions, then try again."
            )
        if isinstance(error, (sqlite3.OperationalError, sqlite3.IntegrityError)):
            return TemporarilyUnavailable(f"The database '{self.path}' cannot answer now: {error}. Try again later.")
        return HeadwaterError(f"The database '{self.path}' failed: {error}. Check it with `PRAGMA integrity_check`.")

    def count_tries(self, error: BaseException) -> int:
        """Return how often work that ends with this error is tried: twice if another writer was quicker."""
        return 2 if isinstance(error, sqlite3.IntegrityError) else 1

    def analyze(self, connection: Connection) -> None:
        """Refresh the statistics that the planner chooses by, from samples."""
        connection.all("PRAGMA analysis_limit = 1000")
        connection.execute("ANALYZE")

    def compact(self, connection: Connection) -> tuple[int, int]:
        """Give up to 32 MiB back; a file made before this was possible is rewritten whole, once."""
        assert isinstance(connection, SqliteConnection), "this engine opened it"
        page_size, before = _free_pages(connection)
        if connection.all("PRAGMA auto_vacuum")[0][0] != _INCREMENTAL:
            connection.all("PRAGMA auto_vacuum = INCREMENTAL")
            connection.all("VACUUM")
        else:
            connection.vacuum(_COMPACT_BYTES // page_size)
        left = _free_pages(connection)[1]
        # The file shrinks at the checkpoint; readers of older snapshots may put that off to a later one.
        connection.all("PRAGMA wal_checkpoint(TRUNCATE)")
        return max(0, before - left) * page_size, left * page_size

    def lock_schema(self, connection: Connection) -> None:
        """Do nothing: a writer's transaction holds the whole file."""

    def back_up(self, version: int) -> None:
        """Copy the whole database to `<file>.backup-<version>`, for its owner only."""
        target = self.path.with_name(f"{self.path.name}.backup-{version}")
        target.touch(mode=0o600)
        with closing(sqlite3.connect(self.path)) as source, closing(sqlite3.connect(target)) as copy:
            source.backup(copy)


def _free_pages(connection: Connection) -> tuple[int, int]:
    """Return the size of a page in bytes and how many are free."""
    return connection.all("PRAGMA page_size")[0][0], connection.all("PRAGMA freelist_count")[0][0]


def parse_path(uri: str) -> Path:
    """Return the file that `sqlite:///<path>` names; raise `InvalidParameterValue` for anything else."""
    rest = uri.partition(":///")[2].partition("?")[0]
    if not uri.startswith("sqlite:///") or rest in {"", ":memory:"}:
        raise InvalidParameterValue(f"Invalid store URI '{uri}'. Name a file: sqlite:///folder/headwater.db.")
    return Path(rest).expanduser().absolute()


def _create_file(path: Path) -> None:
    if not path.exists() and any(path.parent.glob("[0-9]*/meta.yaml")):
        raise InvalidParameterValue(
            f"The folder '{path.parent}' belongs to MLflow and is left as it is. Bring its runs into a database of "
            f"Headwater's: headwater import mlflow {path.parent} --into sqlite:///headwater.db"
        )
    try:
        if not path.parent.exists():
            path.parent.parent.mkdir(parents=True, exist_ok=True)
            path.parent.mkdir(mode=0o700 if path.parent.name == ".headwater" else 0o777, exist_ok=True)
        ignore = path.parent / ".gitignore"
        if path.parent.name == ".headwater" and not ignore.exists():
            ignore.write_text("*\n")
        path.touch(mode=0o600)
    except OSError as error:
        raise InsufficientStorage(
            f"The database '{path}' cannot be opened: {error.strerror}. Name a file in a folder that you can write."
        ) from error
