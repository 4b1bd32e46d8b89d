"""The folders and files of MLflow's file store: a `meta.yaml` in each folder, and one file a param, tag or metric."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from headwater.interop.source import Problem
from headwater.protocol.logged_models import LoggedModelStatus
from headwater.protocol.model_versions import ModelVersionStatus
from headwater.protocol.runs import RunStatus

META = "meta.yaml"
_TIMES = (
    "creation_time",
    "last_update_time",
    "start_time",
    "end_time",
    "deleted_time",
    "creation_timestamp",
    "last_updated_timestamp",
)
RUN_STATUSES = {"1": "RUNNING", "2": "SCHEDULED", "3": "FINISHED", "4": "FAILED", "5": "KILLED"}
MODEL_STATUSES = {str(number): status for number, status in enumerate(LoggedModelStatus, 1)}


class StoreFiles:
    """Reads what a file store is made of; what is damaged is told to `problem` and left out."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem

    def read_meta(self, folder: Path, what: str) -> Mapping[str, Any] | None:
        """Return a folder's meta.yaml; None, after telling why, if it cannot be read."""
        path = folder / META
        try:
            meta = yaml.load(path.read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - safe
            if isinstance(meta, dict):
                _check_meta(meta, what)
                return meta
            reason = "it holds no fields"
        except FileNotFoundError:
            reason = "it is missing"
        except (OSError, UnicodeDecodeError, ValueError, TypeError, yaml.YAMLError) as error:
            reason = " ".join(str(error).split())
        self._problem(f"The {what} '{folder}' is left out: its {META} cannot be used ({reason}).")
        return None

    def read_texts(self, folder: Path) -> dict[str, str]:
        """Return the text of each file by its name."""
        texts: dict[str, str] = {}
        for key, path in named_files(folder):
            try:
                texts[key] = path.read_bytes().decode()
            except (OSError, UnicodeDecodeError) as error:
                self._problem(f"'{path}' is left out: {error}.")
        return texts


def folders_in(parent: Path) -> list[Path]:
    """Return the folders in a folder, sorted; none if it does not exist."""
    return sorted(path for path in parent.iterdir() if path.is_dir()) if parent.is_dir() else []


def named_files(folder: Path) -> list[tuple[str, Path]]:
    """Return the name and path of each file; a name with `/` is a path of folders."""
    return sorted((path.relative_to(folder).as_posix(), path) for path in folder.rglob("*") if path.is_file())


def _check_meta(meta: Mapping[str, Any], what: str) -> None:
    """Raise ValueError unless the times are numbers and the status is known."""
    for name in _TIMES:
        int(meta.get(name) or 0)
    if what == "run":
        status = str(meta.get("status", "FINISHED"))
        RunStatus(RUN_STATUSES.get(status, status))
    elif what == "logged model":
        status = str(meta.get("status") or LoggedModelStatus.READY)
        LoggedModelStatus(MODEL_STATUSES.get(status, status))
    elif what == "model version":
        ModelVersionStatus(str(meta.get("status") or "READY"))
