"""One connection to a database: the few verbs that every statement goes through, the same for both dialects."""

import enum
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, Protocol, TypeVar

from headwater.protocol.contexts import name_of

Row = tuple[Any, ...]
"""One row as the driver gives it; who reads it knows its columns."""

_T = TypeVar("_T")
_CHUNK = 500
_CACHED_KEYS = 200_000


class Dialect(enum.StrEnum):
    """The kinds of database that are spoken."""

    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"


class Cursor(Protocol):
    """What both drivers' cursors have in common."""

    @property
    def rowcount(self) -> int:
        """Return how many rows the statement touched."""

    def fetchone(self) -> Any:
        """Return the next row, or None."""

    def fetchall(self) -> list[Any]:
        """Return every row."""


class KeyCache:
    """Names of metrics, params and tags with their ids, as far as they have been committed. Thread-safe.

    Keys are never deleted from the database, so an entry stays true for ever.
    """

    def __init__(self) -> None:
        self.ids: dict[str, int] = {}
        self.names: dict[int, str] = {}
        self.companions: dict[type[object], object] = {}

    def add(self, ids: dict[str, int]) -> None:
        """Remember committed keys."""
        if len(self.ids) > _CACHED_KEYS:
            self.ids, self.names = {}, {}
        self.ids.update(ids)
        self.names.update((key_id, name) for name, key_id in ids.items())


class Connection(ABC):
    """A connection inside a transaction; statements have `?` placeholders, whatever the dialect.

    A `?` may stand nowhere else in a statement. The transaction belongs to whoever handed the connection out; so
    does the connection itself, which must not be used after that.
    """

    dialect: Dialect

    def __init__(self, keys: KeyCache, *, writable: bool) -> None:
        self._keys = keys
        self.writable = writable
        self._new_keys: dict[str, int] = {}
        self._touched: set[int] = set()

    @abstractmethod
    def _run(self, sql: str, params: Sequence[object]) -> Cursor:
        """Run one statement."""

    @abstractmethod
    def run_script(self, script: str) -> None:
        """Run statements separated by `;`, without parameters, inside the open transaction."""

    @abstractmethod
    def many(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """Run a statement once for each of `rows`."""

    @abstractmethod
    def begin(self) -> None:
        """Open a transaction: for writing, or a read-only snapshot."""

    @abstractmethod
    def has_table(self, name: str) -> bool:
        """Return whether the database has a table of this name."""

    @property
    @abstractmethod
    def in_transaction(self) -> bool:
        """Return whether a transaction is open."""

    @abstractmethod
    def close(self) -> None:
        """Release the connection; an open transaction is rolled back."""

    def all(self, sql: str, params: Sequence[object] = ()) -> list[Row]:
        """Return every row of a query."""
        return self._run(sql, params).fetchall()

    def one(self, sql: str, params: Sequence[object] = ()) -> Row | None:
        """Return the first row of a query, or None."""
        row: Row | None = self._run(sql, params).fetchone()
        return row

    def execute(self, sql: str, params: Sequence[object] = ()) -> int:
        """Run a statement and return how many rows it touched."""
        return self._run(sql, params).rowcount

    def insert(self, sql: str, params: Sequence[object]) -> int:
        """Run an `INSERT … RETURNING id` and return the id."""
        inserted: int = self._run(sql, params).fetchall()[0][0]
        return inserted

    def commit(self) -> None:
        """Make everything since `begin` permanent and visible, with the changed runs under one new cursor value."""
        if self._touched:
            self._move_cursor(sorted(self._touched))
        self._run("COMMIT", ())
        self._touched.clear()
        self._keys.add(self._new_keys)
        self._new_keys = {}

    def rollback(self) -> None:
        """Undo everything since `begin`; nothing happens if no transaction is open."""
        self._touched.clear()
        self._new_keys = {}
        if self.in_transaction:
            self._run("ROLLBACK", ())

    def savepoint(self) -> None:
        """Remember this point of the transaction."""
        self._run("SAVEPOINT work", ())

    def release(self) -> None:
        """Forget the savepoint and keep what was done since."""
        self._run("RELEASE SAVEPOINT work", ())

    def rollback_to_savepoint(self) -> None:
        """Undo what was done since the savepoint, and forget it."""
        self._new_keys = {}
        self._run("ROLLBACK TO SAVEPOINT work", ())
        self._run("RELEASE SAVEPOINT work", ())

    def companion(self, kind: type[_T]) -> _T:
        """Return the one instance of `kind` that this process keeps for the database, made at the first call."""
        found = self._keys.companions.get(kind)
        return found if isinstance(found, kind) else self._keys.companions.setdefault(kind, kind())  # type: ignore[return-value]  # of its own kind

    def touch(self, run_id: int) -> None:
        """Note that a run changed; the commit moves it to a new cursor value."""
        self._touched.add(run_id)

    def key_ids(self, names: Collection[str]) -> dict[str, int]:
        """Return the id of each name, creating those that do not exist yet; needs a write."""
        found = self.find_key_ids(names)
        absent = sorted(set(names).difference(found))
        if absent:
            for chunk in chunks(absent):
                rows = ", ".join(["(?)"] * len(chunk))
                self.execute(f"INSERT INTO key (name) VALUES {rows} ON CONFLICT DO NOTHING", chunk)  # noqa: S608 - marks
            found |= self.find_key_ids(absent)
            self._link_contexts({name: found[name] for name in absent if name[-1:] == "}"})
        return found

    def _link_contexts(self, new: dict[str, int]) -> None:
        """Note of new metrics in a context which metric that is."""
        if new:
            bases = self.key_ids({name_of(name) for name in new})
            self.many(
                "UPDATE key SET base_id = ? WHERE id = ?", [(bases[name_of(name)], new[name]) for name in sorted(new)]
            )

    def find_key_ids(self, names: Collection[str]) -> dict[str, int]:
        """Return the ids of those names that exist."""
        cached, new = self._keys.ids, self._new_keys
        found = {name: key_id for name in names if (key_id := cached.get(name) or new.get(name))}
        if len(found) < len(names) and (absent := list(set(names).difference(found))):
            read: dict[str, int] = {}
            for chunk in chunks(absent):
                read.update(self.all(f"SELECT name, id FROM key WHERE name IN ({marks(chunk)})", chunk))  # noqa: S608 - marks
            self._learn(read)
            found |= read
        return found

    def key_names(self, ids: Collection[int]) -> dict[int, str]:
        """Return the name of each key id."""
        cached = self._keys.names
        found = {key_id: name for key_id in ids if (name := cached.get(key_id))}
        if len(found) < len(ids) and (absent := list(set(ids).difference(found))):
            read: dict[str, int] = {}
            for chunk in chunks(absent):
                read.update(self.all(f"SELECT name, id FROM key WHERE id IN ({marks(chunk)})", chunk))  # noqa: S608 - marks
            self._learn(read)
            found.update((key_id, name) for name, key_id in read.items())
        return found

    def _learn(self, read: dict[str, int]) -> None:
        # What a write reads may be its own and still be rolled back.
        if self.writable:
            self._new_keys |= read
        else:
            self._keys.add(read)

    def _move_cursor(self, run_ids: list[int]) -> None:
        # The cursor's row is locked last of all and for the commit only, so that commits follow its order.
        self._lock_runs(run_ids)
        row = self.one("UPDATE change_cursor SET value = value + 1 WHERE id = 1 RETURNING value")
        assert row is not None, "the migration made the row"
        for chunk in chunks(run_ids):
            self.execute(f"UPDATE run SET changed = ? WHERE id IN ({marks(chunk)})", (row[0], *chunk))  # noqa: S608 - marks

    @abstractmethod
    def _lock_runs(self, run_ids: list[int]) -> None:
        """Lock the runs' rows in a fixed order, where the database has row locks."""


def marks(values: Collection[object]) -> str:
    """Return the placeholders for `IN (…)`."""
    return ", ".join("?" * len(values))


def chunks(values: Sequence[_T], size: int = _CHUNK) -> Iterator[Sequence[_T]]:
    """Yield `values` in pieces that fit one statement."""
    for start in range(0, len(values), size):
        yield values[start : start + size]
