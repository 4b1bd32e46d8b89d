"""Functions and names below MLflow's documented ones that programs and libraries import all the same."""

import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from headwater.models.environment import Environment
from headwater.protocol.errors import ERRORS, HeadwaterError
from headwater.protocol.model_names import parse_stage
from headwater.protocol.run_names import make_run_name
from headwater.tracking.active import ActiveRun, active_experiment, require_run
from headwater.tracking.artifacts import download_artifacts
from headwater.tracking.client import Client

T = TypeVar("T")

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


def _get_experiment_id() -> str:
    """Return the id of the experiment that the next run belongs to."""
    return active_experiment().experiment_id


def _get_or_start_run() -> ActiveRun:
    """Return the active run, started if there is none."""
    return require_run()


def _generate_random_name() -> str:
    """Return a name for a run."""
    return make_run_name()


def get_canonical_stage(stage: str) -> str:
    """Return a stage as it is spelled."""
    return parse_stage(stage)


def get_current_time_millis() -> int:
    """Return milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def eprint(*values: object, **options: Any) -> None:
    """Print to stderr."""
    print(*values, file=sys.stderr, **options)  # noqa: T201 - what it is for


def chunk_list(values: Sequence[T], chunk_size: int) -> Iterator[Sequence[T]]:
    """Return the parts of a list that are at most this long."""
    return (values[start : start + chunk_size] for start in range(0, len(values), chunk_size))


def is_in_databricks_runtime() -> bool:
    """Return whether this is Databricks, where MLflow's own client belongs."""
    return False


is_in_databricks_notebook = is_in_databricks_job = is_in_cluster = is_in_databricks_runtime


def __getattr__(name: str) -> str:
    """Return the code of an error by its name."""
    if name in CODES:
        return name
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
