"""The file that says what a model needs installed."""

import logging
from pathlib import Path

from headwater.models.environment import CONDA_FILE, REQUIREMENTS_FILE, load_requirements
from headwater.models.fetch import fetch_model
from headwater.protocol.errors import InvalidParameterValue, ResourceDoesNotExist
from headwater.tracking.artifact_files import temporary_folder

_log = logging.getLogger(__name__)


def get_model_dependencies(model_uri: str | Path, format: str = "pip") -> str:  # noqa: A002 - MLflow's word
    """Return the path of a file with what a model needs: requirements for pip, or an environment for conda.

    Args:
        model_uri: a path, `runs:/…`, `models:/…` and so on.
        format: "pip" or "conda".

    Raises `ResourceDoesNotExist` if the model says nothing.

    Example:
        >>> hw.pyfunc.get_model_dependencies("models:/churn@champion")  # for: pip install -r
    """
    if format not in {"pip", "conda"}:
        raise InvalidParameterValue(f"Illegal format '{format}' of dependencies. Use 'pip' or 'conda'.")
    folder = fetch_model(str(model_uri))
    requirements, conda = folder / REQUIREMENTS_FILE, folder / CONDA_FILE
    if format == "conda" and conda.is_file():
        return str(conda)
    if format == "pip" and requirements.is_file():
        return str(requirements)
    lines = load_requirements(folder)
    if format == "conda" or not lines:
        raise ResourceDoesNotExist(f"The model '{model_uri}' does not say what it needs for {format}.")
    _log.warning("The model '%s' has no %s. What conda itself would install is left out.", model_uri, REQUIREMENTS_FILE)
    written = temporary_folder() / REQUIREMENTS_FILE
    written.write_text("\n".join(lines), encoding="utf-8")
    return str(written)
