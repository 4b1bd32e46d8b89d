"""Pick the store that a URI names."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from headwater.config import ARTIFACT_LOCATIONS
from headwater.loading import loading
from headwater.protocol.errors import InvalidParameterValue, NotSupported

if TYPE_CHECKING:
    from headwater.stores.access import Credentials
    from headwater.stores.interface import HeldBlobs, Location, Store
    from headwater.stores.notices import Sender

_DATABASES = frozenset({"sqlite", "postgresql", "postgres"})
_CLOUD_SCHEMES = frozenset({"s3", "s3a", "gs", "az", "abfs", "abfss", "wasb", "wasbs", "memory"})


def open_store(
    uri: str,
    *,
    artifacts: str | Path | None = None,
    artifact_locations: Sequence[str] | None = None,
    artifact_root: str = "",
) -> "Store":
    """Open the store at `uri`: `sqlite:///path`, `postgresql://user@host/database` or `http(s)://host`.

    The caller closes it. A database is created and migrated on first use.

    Args:
        uri: where the store is.
        artifacts: where the bytes of artifacts are kept: a folder, or `s3://`, `gs://` or `az://bucket/folder`;
            default: the folder `artifacts` beside the SQLite file, or `.headwater/artifacts` below the working folder
            for PostgreSQL. A server keeps its own.
        artifact_locations: beginnings of the URIs of other artifact locations that the store lists and serves;
            default: those of the setting HEADWATER_ARTIFACT_LOCATIONS.
        artifact_root: where new experiments keep their artifacts, each in a folder called by its id, unless they choose
            a place of their own: `s3://`, `gs://` or `az://bucket/folder` or `file:///folder`, which are listed and
            served then; default: `mlflow-artifacts:/`, with the store. A server has its own.

    Example:
        >>> from headwater.stores import open_store
        >>> store = open_store("sqlite:///.headwater/headwater.db")  # doctest: +SKIP
    """
    scheme = uri.partition(":")[0].partition("+")[0]
    # Each import costs what only that kind of store needs: an HTTP client, or numpy and a database driver.
    if scheme in {"http", "https"}:
        with loading():
            from headwater.stores.rest import RestStore

        return RestStore(uri)
    if scheme not in _DATABASES:
        raise InvalidParameterValue(
            f"Invalid store URI scheme '{scheme}'. Use sqlite:///path, postgresql://user@host/database or http(s)://host."
        )
    with loading():
        from headwater.stores.artifacts import ServedLocations
        from headwater.stores.sql import SqlStore

    prefixes = ARTIFACT_LOCATIONS.get().split(",") if artifact_locations is None else artifact_locations
    locations = ServedLocations([prefix.strip() for prefix in (*prefixes, artifact_root) if prefix.strip()])
    folder = _artifacts_folder(uri, scheme, None if _is_cloud(artifacts) else artifacts)
    return SqlStore(uri, _open_blobs(folder, artifacts), locations, folder / "live-logs", _make_sender, artifact_root)


def find_credentials(store: "Store") -> "Credentials":
    """Return what a store tells its server of users; raise `NotSupported` for one that is itself behind a server."""
    credentials: Credentials | None = getattr(store, "credentials", None)
    if credentials is None:
        raise NotSupported("Only a server of a database can ask who its users are. Serve the database itself.")
    return credentials


def upgrade_store(uri: str) -> tuple[int, int]:
    """Bring the database at `uri` to the schema of this version; return the number of the schema before and after.

    A number of 0 says that there was no schema yet. Raises `InvalidParameterValue` for what is no database of ours.

    Example:
        >>> from headwater.stores import upgrade_store
        >>> upgrade_store("sqlite:////srv/headwater/headwater.db")  # doctest: +SKIP
        (6, 7)
    """
    if uri.partition(":")[0].partition("+")[0] not in _DATABASES:
        raise InvalidParameterValue(
            f"'{uri[:200]}' is no database. Give sqlite:///path or postgresql://user@host/name."
        )
    from headwater.stores.sql.migrate import upgrade

    return upgrade(uri)


def open_location(uri: str) -> "Location":
    """Open any artifact location with this process's own rights: what the client does for its user.

    Args:
        uri: `s3://bucket/folder`, `gs://…`, `az://…`, `http(s)://…`, `file:///folder` or a path.

    Example:
        >>> from headwater.stores import open_location
        >>> open_location("/data/runs").list_folder("")
        []
    """
    from headwater.stores.artifacts import open_location as open_any

    return open_any(uri)


def _make_sender() -> "Sender":
    from headwater.stores.outgoing import HttpSender  # sockets, which only webhooks need

    return HttpSender()


def _is_cloud(artifacts: str | Path | None) -> bool:
    return str(artifacts or "").partition("://")[0].lower() in _CLOUD_SCHEMES


def _open_blobs(folder: Path, artifacts: str | Path | None) -> "HeldBlobs":
    if _is_cloud(artifacts):
        from headwater.stores.artifacts.cloud_blobs import CloudBlobs

        return CloudBlobs(str(artifacts))
    from headwater.stores.artifacts import LocalBlobs

    return LocalBlobs(folder)


def _artifacts_folder(uri: str, scheme: str, artifacts: str | Path | None) -> Path:
    if artifacts is not None:
        from headwater.stores.artifacts import local_path

        return local_path(str(artifacts)).expanduser().absolute()
    if scheme == "sqlite":
        return Path(uri.partition(":///")[2]).expanduser().absolute().parent / "artifacts"
    return Path.cwd() / ".headwater" / "artifacts"
