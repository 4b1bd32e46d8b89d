"""Pick the reader for what the user named."""

from collections.abc import Mapping
from pathlib import Path

from headwater.interop.from_files import FileSource
from headwater.interop.from_server import ServerSource
from headwater.interop.from_sql import SqlSource
from headwater.interop.source import ArtifactFolders, Problem, Source
from headwater.protocol.errors import InvalidParameterValue

_PROXIED = "mlartifacts"


def open_mlflow(
    source: str, problem: Problem, *, proxied: Path | None = None, moved: Mapping[str, str] | None = None
) -> Source:
    """Open an MLflow store for reading: a folder `mlruns`, `sqlite:///path`, `postgresql://…` or `http(s)://host`.

    Args:
        source: where it is.
        problem: is told of everything that cannot be read; reading goes on.
        proxied: the folder behind `mlflow-artifacts:` URIs; default: `mlartifacts` beside the folder or database.
        moved: beginnings of artifact URIs as they were written, and where they are now.
    """
    scheme, colon, rest = source.partition(":")
    if scheme in {"http", "https"}:
        return ServerSource(source, problem)
    is_folder = not colon or scheme == "file" or Path(source).exists()
    path = Path(rest.removeprefix("//") if scheme == "file" else source).expanduser()
    if is_folder and path.is_file():
        raise InvalidParameterValue(f"'{source}' is a file. For an MLflow database write sqlite:///{source}.")
    base = path.parent if is_folder else Path(rest.removeprefix("///")).expanduser().parent
    beside = proxied or (base / _PROXIED if (base / _PROXIED).is_dir() else None)
    folders = ArtifactFolders(base.absolute(), beside, moved or {}, problem)
    return FileSource(path, folders, problem) if is_folder else SqlSource(source, folders)
