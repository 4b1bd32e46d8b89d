"""What changed between two model versions: params, metrics, data, code, signature, requirements and files."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from headwater.protocol.artifacts import ArtifactFile
from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.inputs import DatasetInput
from headwater.protocol.model_versions import ModelVersion
from headwater.protocol.provenance import Provenance, SourceRun, latest_values
from headwater.protocol.version_comparison import Difference, MetricDifference, VersionComparison
from headwater.stores.signature_diff import diff_signatures

MODEL_FILE, REQUIREMENTS = "MLmodel", "requirements.txt"
"""The files of a model that are read to compare it."""

_REQUIREMENT = re.compile(r"([A-Za-z0-9][A-Za-z0-9._\-]*)\s*(\[[^\]]*\])?\s*([<>=!~;@].*)?")
_CODE = ("mlflow.source.git.commit", "mlflow.source.git.repoURL", "mlflow.source.git.branch", "mlflow.source.name")


class ComparedVersion(msgspec.Struct, frozen=True, kw_only=True):
    """What is compared of a version: facts of the registry, and the texts of files that describe the model.

    `unread` are the URIs of what could not be read.
    """

    version: ModelVersion
    provenance: Provenance
    metrics: dict[str, float]
    model_file: str
    requirements: str
    unread: list[str] = []

    @property
    def uri(self) -> str:
        """Return the version's URI."""
        return uri_of(self.version)

    @property
    def run(self) -> SourceRun | None:
        """Return the run that made it, if that is known."""
        return self.provenance.run


def uri_of(version: ModelVersion) -> str:
    """Return the URI of a version."""
    return f"models:/{version.name}/{version.version}"


def compare(old: ComparedVersion, new: ComparedVersion, *, include_equal: bool = False) -> VersionComparison:
    """Return what changed from one version to another, and with `include_equal` what did not, too."""
    both = (_tell(old), _tell(new))
    equal, lists = {}, {}
    for kind, before in both[0].items():
        after = both[1][kind]
        found = [Difference(key, before.get(key), after.get(key)) for key in sorted(before.keys() | after.keys())]
        different = [entry for entry in found if entry.old != entry.new]
        if len(different) < len(found):
            equal[kind] = len(found) - len(different)
        lists[kind] = found if include_equal else different
    return VersionComparison(
        old=old.uri,
        new=new.uri,
        signature=diff_signatures(_read_signature(old), _read_signature(new)),
        metrics=_diff_metrics(_metrics(old), _metrics(new)),
        **lists,
        equal=equal,
        unread=[*old.unread, *new.unread],
        old_version=old.version,
        new_version=new.version,
    )


def _tell(version: ComparedVersion) -> dict[str, dict[str, str]]:
    """Return what is compared as texts, by the names of the lists of a comparison."""
    return {
        "params": _params(version.run),
        "tags": {tag.key: tag.value for tag in version.version.tags},
        "requirements": read_requirements(version.requirements),
        "datasets": _datasets(version.run),
        "code": _code(version.run),
        "files": _digests(version.provenance.files),
        "lineage": _lineage(version),
    }


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


def _lineage(version: ComparedVersion) -> dict[str, str]:
    run, origin = version.run, version.provenance.origin
    run_id = version.version.run_id
    facts = {
        "run": f"{run.run_name} ({run.run_id})" if run and run.run_name else run_id,
        "experiment": run.experiment_name if run else "",
        "user": run.user_id if run else "",
        "logged model": version.version.model_id,
        "copied from": f"models:/{origin.name}/{origin.version}" if origin else "",
    }
    return {key: value for key, value in facts.items() if value}


def _digests(files: list[ArtifactFile]) -> dict[str, str]:
    return {file.path: file.digest for file in files}
