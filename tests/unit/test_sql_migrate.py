"""Migrations: each once, in one transaction, with a backup, and never over what is not understood."""

import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from headwater.protocol.errors import HeadwaterError, InvalidParameterValue
from headwater.stores import open_store, upgrade_store
from headwater.stores.sql.connection import Dialect, KeyCache
from headwater.stores.sql.database import Database
from headwater.stores.sql.engine import Engine, open_engine
from headwater.stores.sql.migrate import Migration, load_migrations, migrate
from headwater.testing.postgres import create_database
from headwater.testing.stores import expect_error


def _open(uri: str) -> Engine:
    return open_engine(uri, KeyCache())


def _newest(dialect: Dialect = Dialect.SQLITE) -> int:
    return load_migrations(dialect)[-1].number


def _with_next(dialect: Dialect, script: str) -> list[Migration]:
    return [*load_migrations(dialect), Migration(_newest(dialect) + 1, "more", script)]


def _tables(file: Path) -> set[str]:
    with closing(sqlite3.connect(file)) as connection:
        return {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def _create(uri: str) -> int:
    database = Database(uri)
    with database.read() as connection:
        count = len(connection.all("SELECT 1 FROM experiment"))
    database.close()
    return count


def _open_in_processes(uri: str, count: int) -> list[tuple[int, str]]:
    script = "import sys; from headwater.stores.sql.database import Database; Database(sys.argv[1]).close()"
    command = [sys.executable, "-c", script, uri]
    children = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(count)]
    errors = [child.communicate(timeout=60)[1] for child in children]
    return [(child.returncode, error) for child, error in zip(children, errors, strict=True)]


def test_a_new_database_has_one_experiment_and_every_migration(database_uri: str) -> None:
    database = Database(database_uri)

    with database.read() as connection:
        experiments = connection.all("SELECT id, name FROM experiment")
        numbers = [number for (number,) in connection.all("SELECT number FROM migration ORDER BY number")]

    assert experiments == [(0, "Default")]
    assert numbers == [migration.number for migration in load_migrations(database.dialect)]
    database.close()


def test_several_processes_that_open_a_new_database_apply_each_migration_once(tmp_path: Path) -> None:
    uri = f"sqlite:///{tmp_path / 'headwater.db'}"

    assert _open_in_processes(uri, 6) == [(0, "")] * 6

    assert _create(uri) == 1


def test_several_processes_that_open_a_new_postgresql_apply_each_migration_once(postgres_url: str) -> None:
    url = postgres_url.replace("/postgres?", "/fresh?")
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE fresh")

    assert _open_in_processes(url, 4) == [(0, "")] * 4

    assert _create(url) == 1


def test_a_database_of_mlflow_is_refused_and_left_as_it_is(tmp_path: Path, postgres_url: str) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as driver:
        driver.execute("CREATE DATABASE of_mlflow")

    for uri in (f"sqlite:///{tmp_path / 'mlflow.db'}", postgres_url.replace("/postgres?", "/of_mlflow?")):
        with closing(_open(uri).connect(writable=True)) as connection:
            connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
            connection.execute("CREATE TABLE experiments (name TEXT)")
            for use in (open_store, upgrade_store):
                with expect_error(InvalidParameterValue, "The database belongs to MLflow and is left as it is.…"):
                    use(uri)
            assert not connection.has_table("migration")


def test_a_folder_of_mlflow_is_refused_unless_a_database_of_ours_is_there_already(tmp_path: Path) -> None:
    uri = f"sqlite:///{tmp_path / 'headwater.db'}"
    (tmp_path / "0").mkdir()
    (tmp_path / "0" / "meta.yaml").write_text("name: Default\n")

    with expect_error(InvalidParameterValue, f"The folder '{tmp_path}' belongs to MLflow and is left as it is.…"):
        open_store(uri)

    assert [path.name for path in tmp_path.iterdir()] == ["0"]
    (tmp_path / "headwater.db").touch()
    open_store(uri).close()


def test_both_dialects_have_the_same_migrations() -> None:
    names = [[(step.number, step.name) for step in load_migrations(dialect)] for dialect in Dialect]

    numbers = [number for number, _ in names[0]]
    assert names[0] == names[1]
    assert numbers == sorted(set(numbers))


def test_an_upgrade_keeps_a_backup_for_its_owner_only(tmp_path: Path) -> None:
    file = tmp_path / "headwater.db"
    Database(f"sqlite:///{file}").close()

    migrate(_open(f"sqlite:///{file}"), _with_next(Dialect.SQLITE, "CREATE TABLE more (id INTEGER);"))

    backup = tmp_path / f"headwater.db.backup-{_newest()}"
    assert _tables(file) - _tables(backup) == {"more"}
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    Database(f"sqlite:///{backup}").close()


def test_an_upgrade_that_fails_leaves_the_database_as_it_was(database_uri: str) -> None:
    Database(database_uri).close()
    engine = _open(database_uri)

    with pytest.raises(engine.errors):
        migrate(engine, _with_next(engine.dialect, "CREATE TABLE more (id INTEGER);\nCREATE TABLE more (id INTEGER);"))

    database = Database(database_uri)
    with database.read() as connection:
        assert not connection.has_table("more")
    database.close()


def test_a_newer_database_is_refused(database_uri: str) -> None:
    Database(database_uri).close()
    engine = _open(database_uri)
    migrate(engine, _with_next(engine.dialect, "CREATE TABLE more (id INTEGER);"))

    with expect_error(
        HeadwaterError,
        f"The database has schema version '{_newest() + 1}', newer than '{_newest()}' which this Headwater knows. …",
    ):
        Database(database_uri)


def test_a_database_made_by_an_altered_migration_is_refused(database_uri: str) -> None:
    engine = _open(database_uri)
    first = load_migrations(engine.dialect)[0]
    Database(database_uri).close()

    with expect_error(HeadwaterError, "Migration '1' (initial) is not the one that made this database. …"):
        migrate(engine, [Migration(1, "initial", first.script + "-- altered")])


def test_the_file_and_its_folder_are_for_their_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / ".headwater"

    Database(f"sqlite:///{folder / 'headwater.db'}").close()

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "headwater.db").stat().st_mode) == 0o600
    assert (folder / ".gitignore").read_text() == "*\n"


def test_a_postgresql_database_can_be_created_for_each_test(postgres_url: str) -> None:
    first, second = create_database(postgres_url), create_database(postgres_url)

    assert first != second
    assert _create(first) == _create(second) == 1
