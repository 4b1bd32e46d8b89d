"""Transactions: shared by concurrent writes, undone one by one, and alive after forks, breaks and full disks."""

import multiprocessing
import resource
import signal
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from headwater.protocol.errors import (
    HeadwaterError,
    InsufficientStorage,
    InvalidParameterValue,
    NotSupported,
    TemporarilyUnavailable,
)
from headwater.stores.sql.connection import Connection
from headwater.stores.sql.database import Database
from headwater.testing.stores import expect_error

_INSERT = "INSERT INTO experiment (name, artifact_location, creation_time, last_update_time) VALUES (?, '', 0, 0)"


@pytest.fixture
def database(database_uri: str) -> Iterator[Database]:
    """Return a new database of each kind."""
    opened = Database(database_uri)
    yield opened
    opened.close()


def _insert(database: Database, name: str) -> int:
    return database.write(lambda connection: connection.insert(f"{_INSERT} RETURNING id", (name,)))


def _names(database: Database) -> set[str]:
    with database.read() as connection:
        return {name for (name,) in connection.all("SELECT name FROM experiment")} - {"Default"}


def test_a_write_returns_what_its_work_returned(database: Database) -> None:
    assert _insert(database, "a") == 1
    assert _names(database) == {"a"}


def test_an_error_undoes_its_own_work_only(database: Database) -> None:
    def work(index: int) -> str:
        def insert(connection: Connection) -> None:
            connection.execute(_INSERT, (f"e{index}",))
            if index % 7 == 3:
                raise InvalidParameterValue(f"No {index}.")

        try:
            database.write(insert)
        except InvalidParameterValue as error:
            return error.message
        return "stored"

    with ThreadPoolExecutor(64) as pool:
        outcomes = list(pool.map(work, range(200)))

    bad = {index for index in range(200) if index % 7 == 3}
    assert outcomes == [f"No {index}." if index in bad else "stored" for index in range(200)]
    assert _names(database) == {f"e{index}" for index in range(200) if index not in bad}


def test_a_failed_statement_spares_the_works_beside_it(database: Database) -> None:
    _insert(database, "taken")

    def work(index: int) -> bool:
        try:
            _insert(database, "taken" if index == 5 else f"e{index}")
        except TemporarilyUnavailable:
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        outcomes = list(pool.map(work, range(40)))

    assert outcomes == [index != 5 for index in range(40)]
    assert len(_names(database)) == 40


def test_any_exception_of_the_work_reaches_its_caller(database: Database) -> None:
    def fail(connection: Connection) -> None:
        connection.execute(_INSERT, ("a",))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        database.write(fail)

    assert _names(database) == set()
    assert _insert(database, "b")


def test_a_reader_sees_one_moment(database: Database) -> None:
    _insert(database, "before")

    with database.read() as connection:
        first = connection.all("SELECT name FROM experiment ORDER BY id")
        _insert(database, "after")
        second = connection.all("SELECT name FROM experiment ORDER BY id")

    assert first == second
    assert _names(database) == {"before", "after"}


def test_a_reader_cannot_write(database: Database) -> None:
    with pytest.raises(HeadwaterError), database.read() as connection:
        connection.execute(_INSERT, ("a",))

    assert _names(database) == set()


def test_key_ids_are_made_once_and_found_again(database: Database) -> None:
    names = [f"k{index}" for index in range(1200)]

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: database.write(lambda connection: connection.key_ids(names)), range(8)))

    assert all(answer == answers[0] for answer in answers)
    assert len(set(answers[0].values())) == 1200
    with database.read() as connection:
        assert connection.find_key_ids(["k7", "unknown"]) == {"k7": answers[0]["k7"]}
        assert connection.key_names([answers[0]["k7"]]) == {answers[0]["k7"]: "k7"}


def test_a_key_of_an_undone_work_is_not_remembered(database: Database) -> None:
    def fail(connection: Connection) -> None:
        connection.key_ids(["undone"])
        raise InvalidParameterValue("No.")

    with expect_error(InvalidParameterValue, "No."):
        database.write(fail)

    with database.read() as connection:
        assert connection.find_key_ids(["undone"]) == {}
    assert database.write(lambda connection: connection.key_ids(["undone"]))


def test_a_closed_database_refuses_writes_and_may_be_closed_again(database: Database) -> None:
    database.close()
    database.close()

    with expect_error(TemporarilyUnavailable, "The store is closed. Open it again to write."):
        _insert(database, "a")


def _write_in_child(database: Database, index: int) -> None:
    _insert(database, f"child {index}")
    database.close()


def test_forked_children_write_with_connections_of_their_own(database: Database) -> None:
    _insert(database, "parent")
    stop = threading.Event()

    def keep_writing() -> None:
        index = 0
        while not stop.is_set():
            _insert(database, f"busy {index}")
            index += 1

    busy = threading.Thread(target=keep_writing)
    busy.start()
    context = multiprocessing.get_context("fork")
    children = [context.Process(target=_write_in_child, args=(database, index)) for index in range(6)]
    for child in children:
        child.start()
    for child in children:
        child.join(60)
    stop.set()
    busy.join()

    assert [child.exitcode for child in children] == [0] * 6
    _insert(database, "parent again")
    assert _names(database) >= {"parent", "parent again", *(f"child {index}" for index in range(6))}


def test_a_broken_connection_is_opened_again(postgres_url: str, database: Database) -> None:
    _insert(database, "a")
    _names(database)
    if database.dialect == "postgresql":
        with psycopg.connect(postgres_url, autocommit=True) as admin:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE application_name = 'headwater' AND datname <> current_database()"
            )

    assert _insert(database, "b")
    assert _names(database) == {"a", "b"}


def test_a_full_disk_is_told_and_changes_nothing(tmp_path: Path) -> None:
    """The limit of a file's size is what fills up here."""
    database = Database(f"sqlite:///{tmp_path / 'headwater.db'}")
    _insert(database, "small")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, limits[1]))
    try:
        with pytest.raises(InsufficientStorage, match="cannot be written"):
            _insert(database, "x" * (4 << 20))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, ignored)

    assert _insert(database, "after")
    assert _names(database) == {"small", "after"}
    database.close()


def test_an_interrupt_of_one_writer_loses_no_other_write(database: Database) -> None:
    started = threading.Barrier(9)

    def work(index: int) -> None:
        started.wait()
        _insert(database, f"e{index}")

    def interrupt(connection: Connection) -> None:
        connection.execute(_INSERT, ("interrupted",))
        started.wait()
        raise KeyboardInterrupt

    with ThreadPoolExecutor(8) as pool:
        others = [pool.submit(work, index) for index in range(8)]
        with pytest.raises(KeyboardInterrupt):
            database.write(interrupt)
        for other in others:
            other.result()

    assert _names(database) == {f"e{index}" for index in range(8)}


def test_a_database_locked_by_another_process_is_waited_for(tmp_path: Path) -> None:
    file = tmp_path / "headwater.db"
    database = Database(f"sqlite:///{file}")
    with closing(sqlite3.connect(file, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        timer = threading.Timer(0.3, other.execute, ["COMMIT"])
        timer.start()

        assert _insert(database, "a") == 1

        timer.join()
    database.close()


@pytest.mark.parametrize(
    "uri", ["sqlite:///:memory:", "sqlite://", "mysql://user:secret@host/x", "plain.db", "sqlite:x"]
)
def test_a_uri_that_names_no_database_is_refused_without_telling_its_password(uri: str) -> None:
    with pytest.raises((InvalidParameterValue, NotSupported)) as refused:
        Database(uri)

    assert "secret" not in str(refused.value)


def test_an_unreachable_server_is_told_without_its_password() -> None:
    with pytest.raises(TemporarilyUnavailable) as refused:
        Database("postgresql://user:secret@127.0.0.1:1/x")

    assert "secret" not in str(refused.value)
