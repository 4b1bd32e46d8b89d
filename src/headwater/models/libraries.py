"""A model with the packages that it needs among its files, for machines that no package index reaches."""

import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from headwater.environments import Description, prepare_environment
from headwater.models.consent import check_consent, is_own, remember_own
from headwater.models.environment import (
    CONDA_FILE,
    CONSTRAINTS_FILE,
    LOADERS,
    REQUIREMENTS_FILE,
    load_requirements,
    requirement_name,
)
from headwater.models.isolated.needs import find_needs
from headwater.models.load import open_model
from headwater.models.log import LogOptions, log_saved
from headwater.models.manifest import WRITTEN_AFTER
from headwater.models.model_file import MODEL_FILE, Model, ModelInfo
from headwater.models.save import write_description
from headwater.protocol.errors import InvalidParameterValue, ResourceDoesNotExist
from headwater.protocol.model_names import is_model_uri, parse_model_uri
from headwater.tracking.client import Client
from headwater.tracking.logged_models import get_logged_model

_WHEELS = "wheels"
_ORIGINAL_FILE = "original_requirements.txt"
_IDENTITY = ("artifact_path", "run_id", "model_uuid", "model_id", "utc_time_created", "model_size_bytes")


def add_libraries_to_model(
    model_uri: str | Path,
    run_id: str | None = None,
    registered_model_name: str | None = None,
    *,
    allow_pickle: bool | None = None,
) -> ModelInfo:
    """Log a copy of a model that has the wheels of everything it needs in its folder `wheels`.

    Its requirements name these files, so that its environment can be made without a package index. They are built or
    fetched by pip, as this machine has configured it, for this kind of machine and the model's Python. What loads the
    model, Headwater or MLflow, is not among them. The old requirements stay in `original_requirements.txt`.

    Args:
        model_uri: a path, `runs:/…`, `models:/…` and so on; the model itself stays as it is.
        run_id: the run that gets the copy; default: the one that made the model, else the active run or a new one.
        registered_model_name: make a version of this registered model of the copy; default: of the one that the URI
            names, if it names one.
        allow_pickle: build the packages of a model of somebody else, which can run any code.

    Raises:
        InvalidParameterValue: the model has its libraries already, needs none, or pip cannot get them.
        PermissionDenied: that would run code of somebody else, and nobody allowed that.

    Example:
        >>> info = hw.models.add_libraries_to_model("models:/churn/3")
        >>> info.registered_model_version
        4
    """
    opened = open_model(model_uri)
    lines = load_requirements(opened.path)
    if any(line.startswith(f"{_WHEELS}/") for line in lines):
        raise InvalidParameterValue(f"The model '{model_uri}' has its libraries already. Use it as it is.")
    wanted = [line for line in lines if requirement_name(line) not in LOADERS]
    if not wanted:
        raise InvalidParameterValue(f"The model '{model_uri}' names no requirements. Say what it needs first.")

    check_consent("the packages of a model while they are built", opened, allow_pickle)
    python = find_needs(opened).python

    def save(folder: Path, model: Model) -> Model:
        shutil.copytree(opened.path, folder, ignore=shutil.ignore_patterns(*WRITTEN_AFTER, MODEL_FILE))
        _take_over(model, opened.model)
        wheels = _fetch_wheels(python, folder, wanted)
        kept = [line for line in lines if requirement_name(line) in LOADERS]
        _write_requirements(folder, [*kept, *wheels])
        digest = write_description(model, folder)
        if is_own(opened.manifest_digest):  # a copy of somebody else's model is still somebody else's
            remember_own(digest)
        return model

    return log_saved(save, None, _describe(str(model_uri), opened.model, run_id, registered_model_name))


def _describe(uri: str, model: Model, run_id: str | None, registered_model_name: str | None) -> LogOptions:
    """Return how the copy is logged: as its original, as far as that is known to the store."""
    options = LogOptions()
    if run := run_id or _known_run(model.run_id):
        options["run_id"] = run
    named = parse_model_uri(uri) if is_model_uri(uri) else None
    if name := registered_model_name or (named.name if named and not named.model_id else None):
        options["registered_model_name"] = name
    try:
        logged = get_logged_model(model.model_id) if model.model_id else None
    except ResourceDoesNotExist:
        logged = None
    if logged:
        options |= {"name": logged.name, "params": logged.params, "model_type": logged.model_type}
    return options


def _known_run(run_id: str | None) -> str | None:
    try:
        return Client().get_run(run_id).info.run_id if run_id else None
    except ResourceDoesNotExist:
        return None


def _take_over(model: Model, original: Model) -> None:
    for name, value in vars(original).items():
        if name not in _IDENTITY:
            setattr(model, name, value)


def _fetch_wheels(version: str, folder: Path, wanted: list[str]) -> list[str]:
    """Put the wheels of requirements, and of what they need, into a model's folder; return their paths in it."""
    python = prepare_environment(Description(version, ("pip",)))
    listed = folder / REQUIREMENTS_FILE
    if listed.is_file():
        listed.rename(folder / _ORIGINAL_FILE)
    listed.write_text("\n".join(wanted), encoding="utf-8")
    command = [str(python), "-m", "pip", "wheel", "--quiet", "--no-cache-dir", "--disable-pip-version-check"]
    command += ["--wheel-dir", _WHEELS, "--requirement", REQUIREMENTS_FILE]
    if (folder / CONSTRAINTS_FILE).is_file():
        command += ["--constraint", CONSTRAINTS_FILE]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        reason = re.sub(r"\s+", " ", done.stderr).strip()[-1500:]
        raise InvalidParameterValue(f"The libraries of the model cannot be fetched: {reason}")
    return [f"{_WHEELS}/{path.name}" for path in sorted((folder / _WHEELS).iterdir())]


def _write_requirements(folder: Path, lines: list[str]) -> None:
    (folder / REQUIREMENTS_FILE).write_text("\n".join(lines), encoding="utf-8")
    conda = folder / CONDA_FILE
    if not conda.is_file():
        return
    values: Mapping[str, Any] = yaml.safe_load(conda.read_text(encoding="utf-8")) or {}
    others = [item for item in values.get("dependencies") or () if not isinstance(item, Mapping)]
    changed = {**values, "dependencies": [*others, {"pip": lines}]}
    conda.write_text(yaml.safe_dump(changed, sort_keys=False, default_flow_style=False), encoding="utf-8")
