"""Where a model version came from: its files by their digests, its run as it was, and the version it is a copy of."""

import hashlib
from collections.abc import Iterable

import msgspec

from headwater.protocol.artifacts import ArtifactFile, check_digest, check_path
from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.inputs import DatasetInput, LogInputs, ModelInput
from headwater.protocol.metrics import Metric
from headwater.protocol.names import check_run_id
from headwater.protocol.runs import Param, Run, RunTag

MAX_FILES = 100_000
ENVIRONMENT_FILES = ("requirements.txt", "conda.yaml", "python_env.yaml", "pyproject.toml", "uv.lock", "pylock.toml")
"""The files of a model that say what it needs to run."""

SOURCE_TAGS = ("mlflow.source.", "mlflow.user", "mlflow.parentRunId", "mlflow.project.", "headwater.source.")
"""The beginnings of the tags that say which code a run ran, and who ran it."""


class SourceRun(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A run as it was when a version of its model was registered: latest metrics, and the tags that name its code."""

    run_id: str
    run_name: str = ""
    experiment_id: str = ""
    experiment_name: str = ""
    user_id: str = ""
    status: str = ""
    start_time: int = 0
    end_time: int | None = None
    params: list[Param] = []
    metrics: list[Metric] = []
    tags: list[RunTag] = []
    datasets: list[DatasetInput] = []
    models: list[str] = []

    @property
    def facts(self) -> dict[str, str]:
        """Return the tags by their keys."""
        return {tag.key: tag.value for tag in self.tags}

    @classmethod
    def of(cls, run: Run, experiment_name: str) -> "SourceRun":
        """Return what a version keeps of a run as it is now; profiles of datasets, which may be long, are left out."""
        info, data = run.info, run.data
        return cls(
            run_id=info.run_id,
            run_name=info.run_name,
            experiment_id=info.experiment_id,
            experiment_name=experiment_name,
            user_id=info.user_id,
            status=info.status.value,
            start_time=info.start_time,
            end_time=info.end_time,
            params=data.params,
            metrics=[*data.metrics, *data.contexts],
            tags=[tag for tag in data.tags if tag.key.startswith(SOURCE_TAGS)],
            datasets=[_without_profile(entry) for entry in run.inputs.dataset_inputs],
            models=[entry.model_id for entry in run.inputs.model_inputs],
        )


class Origin(msgspec.Struct, frozen=True, omit_defaults=True):
    """The version that another one is a copy of; an empty `registry` is the one that both are in."""

    name: str
    version: str
    registry: str = ""


class Provenance(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a version was made of. Without `files` nobody could list them when it was registered."""

    files: list[ArtifactFile] = []
    run: SourceRun | None = None
    origin: Origin | None = None

    @property
    def digest(self) -> str:
        """Return one SHA-256 for all files and their paths, empty if they are not known."""
        return digest_of(self.files) if self.files else ""

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the files have paths and digests, and the texts can be kept."""
        if len(self.files) > MAX_FILES:
            raise InvalidParameterValue(f"A version of '{len(self.files)}' files: at most {MAX_FILES} can be pinned.")
        for file in self.files:
            if file.path:  # a version of one file has it at an empty path
                check_path(file.path)
            check_digest(file.digest)
            if not 0 <= file.size < 2**53:
                raise InvalidParameterValue(f"Invalid size '{file.size}' of '{file.path}'. Give its size in bytes.")
        if len({file.path for file in self.files}) < len(self.files):
            raise InvalidParameterValue("Two of the files of the version have one path. Name each once.")
        if self.run:
            check_run_id(self.run.run_id)
            LogInputs(self.run.run_id, self.run.datasets, [ModelInput(model) for model in self.run.models]).check()


def _without_profile(entry: DatasetInput) -> DatasetInput:
    return msgspec.structs.replace(entry, dataset=msgspec.structs.replace(entry.dataset, profile=""))


def digest_of(files: list[ArtifactFile]) -> str:
    """Return one SHA-256 for files and their paths, whatever their order."""
    lines = sorted(f"{file.digest}  {file.path}\n" for file in files)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


SIGNATURE_FILE = "headwater_signature.json"
"""The file by which an author signs a model; see `headwater.models.signing`."""


def describe_change(pinned: list[ArtifactFile], found: list[ArtifactFile]) -> str:
    """Return in words how files differ from those that were pinned, empty if they do not.

    A model may be signed later; its signature is checked against its files when it is loaded.

    Example:
        >>> describe_change([ArtifactFile("model.pkl", "00…", 3)], [])
        "'model.pkl' is missing"
    """
    before = {file.path: file.digest for file in pinned}
    now = {file.path: file.digest for file in found}
    changes = [
        *(f"'{path}' is missing" for path in sorted(before.keys() - now.keys())),
        *(f"'{path}' has other bytes" for path in sorted(before.keys() & now.keys()) if before[path] != now[path]),
        *(f"'{path}' is new" for path in sorted(now.keys() - before.keys() - {SIGNATURE_FILE})),
    ]
    more = f" and {len(changes) - 5} more" if len(changes) > 5 else ""
    return ", ".join(changes[:5]) + more


def latest_values(points: Iterable[Metric]) -> dict[str, float]:
    """Return the value of each metric at its last step."""
    return {point.key: point.value for point in sorted(points, key=lambda point: (point.step, point.timestamp))}
