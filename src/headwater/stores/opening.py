"""Pick the store that a URI names."""

from pathlib import Path

from headwater.protocol.errors import InvalidParameterValue
from headwater.stores.interface import Store


def open_store(uri: str, *, artifacts: str | Path | None = None) -> Store:
    """Open the store at `uri`: `sqlite:///path`, `postgresql://user@host/database` or `http(s)://host`.

    The caller closes it. A database is created and migrated on first use.

    Args:
        uri: where the store is.
        artifacts: folder for the bytes of artifacts; default: `artifacts` beside the SQLite file, or
            `.headwater/artifacts` below the working folder for PostgreSQL. A server keeps its own.

    Example:
        >>> from headwater.stores import open_store
        >>> store = open_store("sqlite:///.headwater/headwater.db")  # doctest: +SKIP
    """
    scheme = uri.partition(":")[0].partition("+")[0]
    # Each import costs what only that kind of store needs: an HTTP client, or numpy and a database driver.
    if scheme in {"http", "https"}:
        from headwater.stores.rest import RestStore

        return RestStore(uri)
    if scheme not in {"sqlite", "postgresql", "postgres"}:
        raise InvalidParameterValue(
            f"Invalid store URI scheme '{scheme}'. Use sqlite:///path, postgresql://user@host/database or http(s)://host."
        )
    from headwater.stores.artifacts import LocalBlobs
    from headwater.stores.sql import SqlStore

    folder = _artifacts_folder(uri, scheme, artifacts)
    return SqlStore(uri, LocalBlobs(folder), folder / "live-logs")


def _artifacts_folder(uri: str, scheme: str, artifacts: str | Path | None) -> Path:
    if artifacts is not None:
        return Path(str(artifacts).removeprefix("file://")).expanduser().absolute()
    if scheme == "sqlite":
        return Path(uri.partition(":///")[2]).expanduser().absolute().parent / "artifacts"
    return Path.cwd() / ".headwater" / "artifacts"
