"""Reading artifacts: `headwater.artifacts`."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from headwater.protocol.artifacts import FileInfo
from headwater.protocol.errors import InvalidParameterValue, ResourceDoesNotExist
from headwater.protocol.model_names import is_model_uri
from headwater.tracking.client import Client
from headwater.tracking.session import current_session

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["download_artifacts", "list_artifacts", "load_dict", "load_image", "load_text"]


def download_artifacts(
    artifact_uri: str | None = None,
    run_id: str | None = None,
    artifact_path: str | None = None,
    dst_path: str | Path | None = None,
    tracking_uri: str | None = None,
    registry_uri: str | None = None,
) -> str:
    """Download a file or folder and return where it is on this machine.

    Args:
        artifact_uri: `runs:/<run_id>/path`, `models:/<name>/<version>`, `models:/<name>@<alias>/path`,
            `mlflow-artifacts:/…`, `s3://…`, `gs://…`, `az://…`, `http(s)://…`, `file:…` or a path.
        run_id: instead of a URI: the run whose artifacts are meant,
        artifact_path: with the path among them; default: all.
        dst_path: a folder to put it in; default: a temporary one, and nothing is copied of a local file.
        tracking_uri: the store; default: the one in force.
        registry_uri: the store of registered models; default: the one in force.

    Example:
        >>> hw.artifacts.download_artifacts("runs:/0a1b/report.txt")
    """
    from headwater.tracking.artifact_files import (
        download_tree,
        local_folder,
        temporary_folder,
    )  # see docs/decisions/0009
    from headwater.tracking.model_files import download_model

    _check_one(artifact_uri, run_id)
    client = Client(tracking_uri, registry_uri)
    if artifact_uri is not None and is_model_uri(artifact_uri):
        return download_model(client, artifact_uri, dst_path)
    if artifact_uri is None or artifact_uri.startswith("runs:/"):
        run, path = (str(run_id), artifact_path or "") if artifact_uri is None else _split_runs_uri(artifact_uri)
        return client.download_artifacts(run, path, dst_path)
    folder = local_folder(artifact_uri)
    if folder is not None and dst_path is None:
        if not folder.exists():
            raise ResourceDoesNotExist(f"No such file or folder: '{folder}'.")
        return str(folder)
    base, name = _split_name(artifact_uri)
    target = Path(dst_path) if dst_path else temporary_folder()
    return str(download_tree(current_session().store(client.tracking_uri), base, name, target))


def list_artifacts(
    artifact_uri: str | None = None,
    run_id: str | None = None,
    artifact_path: str | None = None,
    tracking_uri: str | None = None,
) -> list[FileInfo]:
    """Return the entries of one artifact folder; see `download_artifacts`."""
    from headwater.tracking.artifact_files import list_files
    from headwater.tracking.model_files import list_model

    _check_one(artifact_uri, run_id)
    client = Client(tracking_uri)
    if artifact_uri is not None and is_model_uri(artifact_uri):
        return list_model(client, artifact_uri)
    if artifact_uri is None or artifact_uri.startswith("runs:/"):
        run, path = (str(run_id), artifact_path or "") if artifact_uri is None else _split_runs_uri(artifact_uri)
        return client.list_artifacts(run, path)
    return list_files(current_session().store(client.tracking_uri), artifact_uri, artifact_path or "")


def load_text(artifact_uri: str) -> str:
    """Return the text of an artifact in UTF-8.

    Example:
        >>> hw.artifacts.load_text("runs:/0a1b/report.txt")
    """
    return Path(download_artifacts(artifact_uri)).read_text(encoding="utf-8")


def load_dict(artifact_uri: str) -> Any:
    """Return what a JSON artifact holds."""
    try:
        return json.loads(load_text(artifact_uri))
    except ValueError as error:
        raise InvalidParameterValue(f"The artifact '{artifact_uri}' is not JSON. Use load_text to read it.") from error


def load_image(artifact_uri: str) -> "Image":
    """Return an image artifact as a Pillow image."""
    from PIL import Image, UnidentifiedImageError  # needed by this verb only

    try:
        return Image.open(download_artifacts(artifact_uri))
    except UnidentifiedImageError as error:
        raise InvalidParameterValue(f"The artifact '{artifact_uri}' is no image. Use load_text to read it.") from error


def _check_one(artifact_uri: str | None, run_id: str | None) -> None:
    if (artifact_uri is None) == (run_id is None):
        raise InvalidParameterValue("Exactly one of `artifact_uri` and `run_id` must be specified.")


def _split_name(uri: str) -> tuple[str, str]:
    """Return the URI of the folder that holds what `uri` names, and its name there; no name for a whole location."""
    parts = urlsplit(uri)
    folder, _, name = parts.path.rstrip("/").rpartition("/")
    if not name or (not folder and parts.scheme == "mlflow-artifacts"):
        return uri, ""
    return parts._replace(path=folder or "/").geturl(), unquote(name)


def _split_runs_uri(uri: str) -> tuple[str, str]:
    parts = urlsplit(uri)
    run_id, _, path = unquote(parts.path).lstrip("/").partition("/")
    if parts.scheme != "runs" or not run_id:
        raise InvalidParameterValue(f"Invalid artifact URI '{uri}'. Use runs:/<run_id>/<path>, or give a run_id.")
    return run_id, path
