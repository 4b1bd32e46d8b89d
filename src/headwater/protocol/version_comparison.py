"""Two model versions beside each other: what differs, and whether the new one can take the old one's place."""

import enum

import msgspec

from headwater.protocol.endpoint import NATIVE_BASE, Endpoint, Permission
from headwater.protocol.model_names import check_version
from headwater.protocol.model_versions import ModelVersion
from headwater.protocol.names import require


class Verdict(enum.StrEnum):
    """Whether the new model can take the old one's place; UNKNOWN if one of them has no signature."""

    IDENTICAL = "identical"
    COMPATIBLE = "compatible"
    BREAKING = "breaking"
    UNKNOWN = "unknown"


class SignatureChange(msgspec.Struct, frozen=True, omit_defaults=True):
    """One change: `part` is inputs, outputs or params, `name` is empty for what has no name."""

    part: str
    name: str
    text: str
    breaking: bool
    old: str = ""
    new: str = ""


class SignatureDiff(msgspec.Struct, frozen=True, omit_defaults=True):
    """What changed, and whether the new model can take the old one's place."""

    verdict: Verdict
    changes: list[SignatureChange] = []


class Difference(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that is not the same; None where it is absent. What is the same is listed if that was asked for."""

    key: str
    old: str | None = None
    new: str | None = None


class MetricDifference(msgspec.Struct, frozen=True, omit_defaults=True):
    """A metric of both versions, or of one; `change` is new minus old."""

    key: str
    old: float | None = None
    new: float | None = None
    change: float | None = None


class VersionComparison(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Everything that differs from the old version to the new one; metrics are listed even if they are equal.

    `lineage` is where the versions came from: run, experiment, user, logged model, original. `equal` counts what is
    the same, by the names of the lists. `unread` are the files, runs and logged models, as URIs, that could not be
    read, so that nothing is said of what they hold.
    """

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
    lineage: list[Difference] = []
    equal: dict[str, int] = {}
    unread: list[str] = []
    old_version: ModelVersion
    new_version: ModelVersion


class CompareVersions(msgspec.Struct, frozen=True, omit_defaults=True):
    """Compare two versions of a model, or one with a version of another model, `new_name`.

    With `include_equal` the lists hold what is the same, too.
    """

    name: str
    old: str
    new: str
    new_name: str = ""
    include_equal: bool = False

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless a model and two versions are named."""
        require("name", self.name)
        check_version(self.old)
        check_version(self.new)


COMPARE = Endpoint(
    resource="lineage",
    verb="compare",
    methods=("GET",),
    path="registry/compare",
    request=CompareVersions,
    response=VersionComparison,
    permission=Permission.READ,
    bases=NATIVE_BASE,
)

ENDPOINTS = (COMPARE,)
