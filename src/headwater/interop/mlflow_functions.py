"""Functions and names below MLflow's documented ones that programs and libraries import all the same."""

from typing import Any

from headwater.models.environment import Environment
from headwater.protocol.errors import ERRORS, HeadwaterError
from headwater.tracking.artifacts import download_artifacts
from headwater.tracking.client import Client

DEFAULT_AWAIT_MAX_SLEEP_SECONDS = 300
_OTHER_CODES = ("ABORTED", "CANCELLED", "INVALID_STATE", "MALFORMED_REQUEST", "NOT_FOUND", "RESOURCE_EXHAUSTED")
CODES = tuple(sorted({*ERRORS, HeadwaterError.error_code, *_OTHER_CODES}))
"""The codes of errors; each is its own name, as `MlflowException.error_code` is."""


class ErrorCode:
    """The codes of errors, where MLflow has numbers for them: `ErrorCode.Name(INVALID_PARAMETER_VALUE)`."""

    @staticmethod
    def Name(code: str) -> str:  # noqa: N802 - as in MLflow
        """Return the name of a code."""
        return code

    @staticmethod
    def Value(name: str) -> str:  # noqa: N802
        """Return the code with a name."""
        return name

    @staticmethod
    def keys() -> list[str]:
        """Return every name."""
        return list(CODES)


def _download_artifact_from_uri(
    artifact_uri: str, output_path: str | None = None, tracking_uri: str | None = None
) -> str:
    """Download a file or folder, and return where it is."""
    return download_artifacts(artifact_uri, dst_path=output_path, tracking_uri=tracking_uri)


def get_artifact_uri(run_id: str, artifact_path: str | None = None, tracking_uri: str | None = None) -> str:
    """Return the URI of a run's artifacts, or of one path among them."""
    root = Client(tracking_uri).get_run(run_id).info.artifact_uri
    return f"{root.rstrip('/')}/{artifact_path}" if artifact_path else root


def _mlflow_conda_env(
    path: str | None = None,
    additional_conda_deps: list[str] | None = None,
    additional_pip_deps: list[str] | None = None,
    additional_conda_channels: list[str] | None = None,
    install_mlflow: bool = True,  # noqa: ARG001, FBT001 - models here need no MLflow
) -> dict[str, Any] | None:
    """Return the description of an environment for conda, or write it to a file and return nothing."""
    conda = Environment(requirements=list(additional_pip_deps or [])).describe_conda()
    conda = {"name": "mlflow-env", **conda, "channels": [*conda["channels"], *(additional_conda_channels or [])]}
    conda["dependencies"] = [*conda["dependencies"][:1], *(additional_conda_deps or []), *conda["dependencies"][1:]]
    if path is None:
        return conda
    from pathlib import Path

    from headwater.tracking.yaml_text import to_yaml

    Path(path).write_text(to_yaml(conda), encoding="utf-8")
    return None


def __getattr__(name: str) -> str:
    """Return the code of an error by its name."""
    if name in CODES:
        return name
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
