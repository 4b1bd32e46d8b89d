"""Bring a database to the schema of this version: numbered SQL files, each applied once."""

import hashlib
import re
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from headwater.protocol.errors import HeadwaterError, InvalidParameterValue
from headwater.stores.sql.connection import Connection, Dialect, KeyCache
from headwater.stores.sql.engine import Engine, open_engine

_FILE_NAME = re.compile(r"(\d{4})_(\w+)\.(\w+)\.sql")
_CREATE_RECORD = (
    "CREATE TABLE IF NOT EXISTS migration "
    "(number INTEGER PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL, applied BIGINT NOT NULL)"
)


@dataclass(frozen=True)
class Migration:
    """One step from a schema to the next."""

    number: int
    name: str
    script: str

    @property
    def sha256(self) -> str:
        """Return the digest by which a changed file is noticed."""
        return hashlib.sha256(self.script.encode()).hexdigest()


class Upgrade(NamedTuple):
    """The number of the schema before and after; 0 is none."""

    before: int
    after: int


def load_migrations(dialect: Dialect) -> list[Migration]:
    """Return this version's migrations for a dialect, in order."""
    found = []
    for file in (Path(__file__).parent / "migrations").iterdir():
        parts = _FILE_NAME.fullmatch(file.name)
        if parts and parts[3] == dialect:
            found.append(Migration(int(parts[1]), parts[2], file.read_text("utf-8")))
    return sorted(found, key=lambda migration: migration.number)


def migrate(engine: Engine, migrations: Sequence[Migration]) -> Upgrade:
    """Apply what is missing of `migrations`, in one transaction; of several processes one does it and the others wait.

    Returns the schema that was found, and the one that is there now. A SQLite file that holds data is copied to
    `<file>.backup-<number>` before it is changed. Raises `HeadwaterError` if the database was made by a newer version
    or with other migration files than these.
    """
    with closing(engine.connect(writable=False)) as reader:
        _refuse_mlflow(reader)
        applied = _read_applied(reader)
    if _missing(applied, migrations):
        with closing(engine.connect(writable=True)) as connection:
            _apply(engine, connection, migrations)
    return Upgrade(max(applied, default=0), migrations[-1].number)


def upgrade(uri: str) -> Upgrade:
    """Migrate the database at `uri`; raise `InvalidParameterValue` if it is MLflow's."""
    engine = open_engine(uri, KeyCache())
    try:
        return migrate(engine, load_migrations(engine.dialect))
    except engine.errors as error:
        raise engine.translate(error) from error


def _refuse_mlflow(connection: Connection) -> None:
    """Raise if the database is MLflow's: in one of both, each would see nothing of what the other keeps."""
    if connection.has_table("migration"):
        return
    if connection.has_table("alembic_version") and connection.has_table("experiments"):
        raise InvalidParameterValue(
            "The database belongs to MLflow and is left as it is. Bring its runs into one of Headwater's: "
            "headwater import mlflow <its URI> --into sqlite:///headwater.db"
        )


def _apply(engine: Engine, connection: Connection, migrations: Sequence[Migration]) -> None:
    connection.begin()
    engine.lock_schema(connection)
    applied = _read_applied(connection)
    missing = _missing(applied, migrations)
    if applied and missing:
        engine.back_up(max(applied))
    connection.execute(_CREATE_RECORD)
    for migration in missing:
        connection.run_script(migration.script)
        connection.execute(
            "INSERT INTO migration (number, name, sha256, applied) VALUES (?, ?, ?, ?)",
            (migration.number, migration.name, migration.sha256, _now()),
        )
    if not applied and missing:
        _create_default_experiment(connection)
    connection.commit()


def _read_applied(connection: Connection) -> dict[int, str]:
    if not connection.has_table("migration"):
        return {}
    rows = connection.all("SELECT number, sha256 FROM migration")
    return {number: digest for number, digest in rows}  # noqa: C416 - rows are typed as Any


def _missing(applied: dict[int, str], migrations: Sequence[Migration]) -> list[Migration]:
    known = {migration.number: migration for migration in migrations}
    for number, digest in sorted(applied.items()):
        if number not in known:
            raise HeadwaterError(
                f"The database has schema version '{number}', newer than '{max(known)}' which this Headwater knows. "
                "Install the version of Headwater that last used it, or a newer one."
            )
        if known[number].sha256 != digest:
            raise HeadwaterError(
                f"Migration '{number}' ({known[number].name}) is not the one that made this database. "
                "Use an unaltered release of Headwater."
            )
    return [migration for migration in migrations if migration.number not in applied]


def _create_default_experiment(connection: Connection) -> None:
    now = _now()
    connection.execute(
        "INSERT INTO experiment (id, name, artifact_location, creation_time, last_update_time) VALUES (?, ?, ?, ?, ?)",
        (0, "Default", "mlflow-artifacts:/0", now, now),
    )


def _now() -> int:
    return time.time_ns() // 1_000_000
