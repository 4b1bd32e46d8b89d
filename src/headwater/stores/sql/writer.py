"""Group commit: concurrent writes share one transaction."""

import itertools
import os
import threading
import weakref
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

from headwater.protocol.errors import TemporarilyUnavailable
from headwater.stores.sql.connection import Connection
from headwater.stores.sql.engine import Engine

MAX_GROUP = 128
_ANALYZE_EVERY = 4096

T = TypeVar("T")


class _Job(Generic[T]):
    __slots__ = ("done", "error", "result", "work")

    def __init__(self, work: Callable[[Connection], T]) -> None:
        self.work = work
        self.done = False
        self.error: BaseException | None = None
        self.result: T | None = None

    def outcome(self) -> T:
        if self.error is not None:
            raise self.error
        return self.result  # type: ignore[return-value]  # set when there is no error


class Writer:
    """Runs all writes of a database, one transaction at a time. Thread-safe; survives a fork.

    There is no thread of its own: of the threads that wait to write, the first commits for all. So an uncontended
    write needs no change of threads, and under load the size of a transaction grows by itself.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._waiting: deque[_Job[object]] = deque()
        self._connection: Connection | None = None
        self._inherited: list[Connection] = []
        self._transactions = 0
        self._closed = False
        _hold_over_fork(self)

    def write(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in a transaction, commit, and return what it returned; its exception undoes it alone.

        Other writes may share the transaction, which is seen by none of them. `work` may be run again when the
        database failed before it committed, so it has no effect but through the connection.
        """
        job = _Job(work)
        self._waiting.append(job)  # type: ignore[arg-type]  # the queue does not look at results
        with self._lock:
            while not job.done:
                self._commit_waiting(job)
        return job.outcome()

    def maintain(self, work: Callable[[Connection], T]) -> T:
        """Run `work` between two writes, outside of a transaction, and return what it returned."""
        with self._lock:
            if self._closed:
                raise _closed_error()
            try:
                if self._connection is None:
                    self._connection = self._engine.connect(writable=True)
                return work(self._connection)
            except self._engine.errors as error:
                self._drop_connection()
                raise self._engine.translate(error) from error

    def close(self) -> None:
        """Finish the running transaction and release the connection; later writes are refused."""
        with self._lock:
            self._closed = True
            self._drop_connection()

    def _commit_waiting(self, own: "_Job[T]") -> None:
        jobs = [self._waiting.popleft() for _ in range(min(len(self._waiting), MAX_GROUP))]
        if self._closed:
            for job in jobs:
                job.error = _closed_error()
                job.done = True
            return
        try:
            if len(jobs) == 1 or not self._try_group(jobs):
                for job in jobs:
                    self._run_alone(job)
        except BaseException:
            # The thread that commits for all was interrupted. What is not settled waits for the next one.
            self._drop_connection()
            self._waiting.extendleft(job for job in reversed(jobs) if not job.done and job is not own)
            raise
        self._transactions += 1
        if self._transactions % _ANALYZE_EVERY == 0 and self._connection is not None:
            self._engine.analyze(self._connection)

    def _try_group(self, jobs: list[_Job[object]]) -> bool:
        """Run all jobs in one transaction; False if the database failed and nothing was committed."""
        try:
            connection = self._begin()
            for job in jobs:
                _run_in_savepoint(connection, job, self._engine)
        except self._engine.errors:
            self._drop_connection()
            return False
        self._commit(connection, jobs)
        return True

    def _run_alone(self, job: _Job[object]) -> None:
        """Run one job in a transaction of its own, again if another writer or a lost connection was in its way."""
        job.error = None
        for attempt in itertools.count(1):
            try:
                connection = self._begin()
                job.result = job.work(connection)
            except self._engine.errors as error:
                self._drop_connection()
                job.error = self._engine.translate(error)
                job.error.__cause__ = error
                if attempt >= self._engine.count_tries(error):
                    break
            except Exception as error:  # noqa: BLE001 - it belongs to the thread that waits for the job
                self._roll_back()
                job.error = error
                break
            else:
                job.error = None
                self._commit(connection, [job])
                break
        job.done = True

    def _commit(self, connection: Connection, jobs: list[_Job[object]]) -> None:
        try:
            connection.commit()
        except self._engine.errors as error:
            self._drop_connection()
            for job in jobs:
                if job.error is None:
                    job.error = self._engine.translate(error)
                    job.error.__cause__ = error
        except BaseException:
            if not connection.in_transaction:
                for job in jobs:
                    job.done = True
            raise
        for job in jobs:
            job.done = True

    def _begin(self) -> Connection:
        if self._connection is not None:
            try:
                self._connection.begin()
            except self._engine.errors:
                self._drop_connection()
            else:
                return self._connection
        self._connection = self._engine.connect(writable=True)
        self._connection.begin()
        return self._connection

    def _roll_back(self) -> None:
        if self._connection is not None:
            try:
                self._connection.rollback()
            except self._engine.errors:
                self._drop_connection()

    def _drop_connection(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def hold(self) -> None:
        """Let no write run, until `let_go` or, in a forked child, `start_over`."""
        self._lock.acquire()

    def let_go(self) -> None:
        """Let writes run again."""
        self._lock.release()

    def start_over(self) -> None:
        """Forget the parent's connection, without closing it, and its waiting threads."""
        self._lock = threading.Lock()
        self._waiting = deque()
        if self._connection is not None:
            self._inherited.append(self._connection)
            self._connection = None


def _closed_error() -> TemporarilyUnavailable:
    return TemporarilyUnavailable("The store is closed. Open it again to write.")


def _run_in_savepoint(connection: Connection, job: _Job[object], engine: Engine) -> None:
    connection.savepoint()
    try:
        job.result = job.work(connection)
    except engine.errors:
        raise
    except Exception as error:  # noqa: BLE001 - it belongs to the thread that waits for the job
        job.error = error
        connection.rollback_to_savepoint()
    else:
        job.error = None
        connection.release()


def _hold_over_fork(writer: Writer) -> None:
    """Let no fork happen inside a transaction, and give the child a fresh start."""
    reference = weakref.ref(writer)

    def tell(name: str) -> None:
        alive = reference()
        if alive is not None:
            getattr(alive, name)()

    os.register_at_fork(
        before=lambda: tell("hold"), after_in_parent=lambda: tell("let_go"), after_in_child=lambda: tell("start_over")
    )
