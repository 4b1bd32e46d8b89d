"""What changed between two model versions: params, metrics, data, code, signature, requirements and files."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from headwater.protocol.artifacts import ArtifactFile
from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.inputs import DatasetInput
from headwater.protocol.provenance import SourceRun, latest_values
from headwater.registry.signature_diff import SignatureDiff, diff_signatures

_REQUIREMENT = re.compile(r"([A-Za-z0-9][A-Za-z0-9._\-]*)\s*(\[[^\]]*\])?\s*([<>=!~;@].*)?")
_CODE = ("mlflow.source.git.commit", "mlflow.source.git.repoURL", "mlflow.source.git.branch", "mlflow.source.name")


class Difference(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that is not the same; None where it is absent."""

    key: str
    old: str | None = None
    new: str | None = None


class MetricDifference(msgspec.Struct, frozen=True, omit_defaults=True):
    """A metric of both versions, or of one; `change` is new minus old."""

    key: str
    old: float | None = None
    new: float | None = None
    change: float | None = None


class ComparedVersion(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is compared of a version: facts of the registry, and the files that describe the model."""

    uri: str
    tags: dict[str, str] = {}
    run: SourceRun | None = None
    metrics: dict[str, float] = {}
    files: list[ArtifactFile] = []
    model_file: str = ""
    requirements: str = ""


class VersionComparison(msgspec.Struct, frozen=True, omit_defaults=True):
    """Everything that differs from the old version to the new one; metrics are listed even if they are equal."""

    old: str
    new: str
    signature: SignatureDiff
    params: list[Difference] = []
    metrics: list[MetricDifference] = []
    tags: list[Difference] = []
    requirements: list[Difference] = []
    datasets: list[Difference] = []
    code: list[Difference] = []
    files: list[Difference] = []


def compare(old: ComparedVersion, new: ComparedVersion) -> VersionComparison:
    """Return what changed from one version to another."""
    return VersionComparison(
        old=old.uri,
        new=new.uri,
        signature=diff_signatures(_read_signature(old), _read_signature(new)),
        params=_diff(_params(old.run), _params(new.run)),
        metrics=_diff_metrics(_metrics(old), _metrics(new)),
        tags=_diff(old.tags, new.tags),
        requirements=_diff(read_requirements(old.requirements), read_requirements(new.requirements)),
        datasets=_diff(_datasets(old.run), _datasets(new.run)),
        code=_diff(_code(old.run), _code(new.run)),
        files=_diff(_digests(old.files), _digests(new.files)),
    )


def read_requirements(text: str) -> dict[str, str]:
    """Return the constraint of each package of a requirements file; lines of other kinds stand for themselves.

    Example:
        >>> read_requirements("scikit_learn==1.8.0\\n# why\\nnumpy")
        {'scikit-learn': '==1.8.0', 'numpy': ''}
    """
    found = {}
    for raw in text.splitlines():
        line = re.sub(r"(^|\s)#.*", "", raw).strip()
        package = _REQUIREMENT.fullmatch(line)
        if package:
            name = re.sub(r"[-_.]+", "-", package[1]).lower()
            constraint, mark, condition = (package[3] or "").partition(";")
            found[name + (package[2] or "")] = re.sub(r"\s+", "", constraint) + mark + condition
        elif line:
            found[line] = ""
    return found


def _read_signature(version: ComparedVersion) -> Mapping[str, Any] | None:
    """Return the signature of an MLmodel file, None without one."""
    if not version.model_file:
        return None
    import yaml  # costs 15 ms, and those who compare only need it

    try:
        described = yaml.safe_load(version.model_file)
    except yaml.YAMLError as error:
        raise InvalidParameterValue(f"The MLmodel file of '{version.uri}' is no YAML: {error}") from error
    signature = described.get("signature") if isinstance(described, dict) else None
    return signature if isinstance(signature, dict) else None


def _diff(old: Mapping[str, str], new: Mapping[str, str]) -> list[Difference]:
    keys = sorted(old.keys() | new.keys())
    return [Difference(key, old.get(key), new.get(key)) for key in keys if old.get(key) != new.get(key)]


def _diff_metrics(old: Mapping[str, float], new: Mapping[str, float]) -> list[MetricDifference]:
    found = []
    for key in sorted(old.keys() | new.keys()):
        change = new[key] - old[key] if key in old and key in new else None
        found.append(MetricDifference(key, old.get(key), new.get(key), change))
    return found


def _metrics(version: ComparedVersion) -> dict[str, float]:
    return latest_values(version.run.metrics if version.run else []) | version.metrics


def _params(run: SourceRun | None) -> dict[str, str]:
    return {param.key: param.value for param in run.params} if run else {}


def _datasets(run: SourceRun | None) -> dict[str, str]:
    return {_dataset_key(entry): entry.dataset.digest for entry in run.datasets} if run else {}


def _dataset_key(entry: DatasetInput) -> str:
    return f"{entry.dataset.name} ({entry.context})" if entry.context else entry.dataset.name


def _code(run: SourceRun | None) -> dict[str, str]:
    return {key: value for key, value in run.facts.items() if key in _CODE} if run else {}


def _digests(files: list[ArtifactFile]) -> dict[str, str]:
    return {file.path: file.digest for file in files}
