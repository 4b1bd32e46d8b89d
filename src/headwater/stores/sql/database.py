"""A database: snapshots to read from, and one place through which everything is written."""

import os
import weakref
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TypeVar

from headwater.stores.sql.connection import Connection, Dialect, KeyCache
from headwater.stores.sql.engine import open_engine
from headwater.stores.sql.migrate import load_migrations, migrate
from headwater.stores.sql.writer import Writer

__all__ = ["Connection", "Database", "Dialect"]

_IDLE_READERS = 16

T = TypeVar("T")


class Database:
    """A migrated database, created on first use. Thread-safe; after a fork the child opens its own connections.

    Args:
        uri: `sqlite:///path` or `postgresql://user@host/database`.
    """

    def __init__(self, uri: str) -> None:
        keys = KeyCache()
        self._engine = open_engine(uri, keys)
        try:
            migrate(self._engine, load_migrations(self._engine.dialect))
        except self._engine.errors as error:
            raise self._engine.translate(error) from error
        self._writer = Writer(self._engine)
        self._idle: deque[Connection] = deque()
        self._inherited: list[Connection] = []
        self._closed = False
        _forget_over_fork(self)

    @property
    def dialect(self) -> Dialect:
        """Return the kind of database."""
        return self._engine.dialect

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Yield a connection that sees one consistent snapshot and cannot write.

        The connection must not leave the block. Raises `TemporarilyUnavailable` when the database cannot answer.
        """
        connection = None
        try:
            connection = self._begin_read()
            yield connection
            connection.rollback()
        except self._engine.errors as error:
            if connection is not None:
                connection.close()
            raise self._engine.translate(error) from error
        except BaseException:
            if connection is not None:
                connection.close()
            raise
        if self._closed or len(self._idle) >= _IDLE_READERS:
            connection.close()
        else:
            self._idle.append(connection)

    def write(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in a transaction, commit, and return what it returned; see `Writer.write`."""
        return self._writer.write(work)

    def compact(self) -> tuple[int, int]:
        """Give some of the room of deleted rows back to the disk; return how many bytes, and how many are left."""
        return self._writer.maintain(self._engine.compact)

    def close(self) -> None:
        """Finish the running write and release every connection; those being read from as soon as they are done."""
        self._closed = True
        self._writer.close()
        while self._idle:
            self._idle.pop().close()

    def _begin_read(self) -> Connection:
        with suppress(IndexError):
            while True:
                connection = self._idle.pop()
                try:
                    connection.begin()
                except self._engine.errors:
                    connection.close()
                else:
                    return connection
        connection = self._engine.connect(writable=False)
        connection.begin()
        return connection

    def start_over(self) -> None:
        """Forget, in a forked child, the parent's connections without closing them."""
        self._inherited.extend(self._idle)
        self._idle = deque()


def _forget_over_fork(database: Database) -> None:
    reference = weakref.ref(database)

    def forget() -> None:
        alive = reference()
        if alive is not None:
            alive.start_over()

    os.register_at_fork(after_in_child=forget)
