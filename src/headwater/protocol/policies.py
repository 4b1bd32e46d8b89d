"""The rules of a model: which stages there are, who has which role, and what a version must have to be promoted."""

import enum
import math

import msgspec

from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.model_names import (
    ACTIVE_STAGES,
    ARCHIVED,
    NO_STAGE,
    check_alias,
    check_model_tag,
    check_stage,
)
from headwater.protocol.names import check_key, check_no_nul, require

MAX_POLICY_BYTES = 1_000_000


class RequiredTag(msgspec.Struct, frozen=True, omit_defaults=True):
    """A tag that the version must have, with this value unless any will do."""

    key: str
    value: str = ""


class Better(enum.StrEnum):
    """Which way a metric gets better."""

    HIGHER = "higher"
    LOWER = "lower"


class Threshold(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What a metric of the version's run or logged model must be: within bounds, or better than the champion's.

    `beats` says which way is better; the champion is the version that has the alias, or is the highest in the stage,
    now. It must be beaten by at least `margin`; a version without a champion beats it.
    """

    metric: str
    at_least: float | None = None
    at_most: float | None = None
    beats: Better | None = None
    margin: float = 0.0


class ApprovalRule(msgspec.Struct, frozen=True, omit_defaults=True):
    """How many people of a role must have approved the version; `by_others` does not count who registered it."""

    role: str
    count: int = 1
    by_others: bool = False


class Gate(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What a version must have before an alias points at it, or before it enters a stage."""

    alias: str = ""
    stage: str = ""
    tags: list[RequiredTag] = []
    metrics: list[Threshold] = []
    approvals: list[ApprovalRule] = []
    reason: bool = False


class Policy(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The rules of one model. `stages` stand between None and Archived; without any they are Staging and Production.

    `roles` gives the users that have each role.

    Example:
        >>> Policy(
        ...     stages=["QA", "Live"],
        ...     roles={"reviewer": ["ada", "grace"]},
        ...     gates=[Gate(alias="champion", metrics=[Threshold(metric="auc", beats=Better.HIGHER)], reason=True)],
        ... )
    """

    stages: list[str] = []
    roles: dict[str, list[str]] = {}
    gates: list[Gate] = []

    @property
    def all_stages(self) -> tuple[str, ...]:
        """Return every stage in its order."""
        return (NO_STAGE, *(self.stages or ACTIVE_STAGES), ARCHIVED)

    def find_stage(self, stage: str) -> str:
        """Return a stage as it is spelled; case does not matter. Raise `InvalidParameterValue` if there is none."""
        for known in self.all_stages:
            if stage.lower() == known.lower():
                return known
        raise InvalidParameterValue(
            f"Invalid Model Version stage: {stage[:100]}. Value must be one of {', '.join(self.all_stages)}."
        )

    def find_gate(self, *, alias: str = "", stage: str = "") -> Gate:
        """Return the gate before an alias or a stage, an open one if there is none."""
        found = (gate for gate in self.gates if (gate.alias, gate.stage.lower()) == (alias, stage.lower()))
        return next(found, Gate(alias=alias, stage=stage))

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless stages, roles and gates are possible and agree with each other."""
        size = len(msgspec.json.encode(self))
        if size > MAX_POLICY_BYTES:
            raise InvalidParameterValue(f"The policy has '{size}' bytes as JSON; at most {MAX_POLICY_BYTES} are kept.")
        names = [check_stage(stage).lower() for stage in self.stages]
        double = next((name for name in names if names.count(name) > 1), "")
        reserved = next((name for name in names if name in {NO_STAGE.lower(), ARCHIVED.lower()}), "")
        if double or reserved:
            why = "is there anyway" if reserved else "is given twice"
            raise InvalidParameterValue(f"The stage '{reserved or double}' {why}. Leave it out.")
        for role, users in self.roles.items():
            check_key("roles", role, "role")
            for user in users:
                check_no_nul("roles", require("roles", user))
        for gate in self.gates:
            self._check_gate(gate)
        targets = [(gate.alias, gate.stage.lower()) for gate in self.gates]
        if len(set(targets)) < len(targets):
            raise InvalidParameterValue("Two gates stand before one alias or stage. Put them into one.")

    def _check_gate(self, gate: Gate) -> None:
        if bool(gate.alias) == bool(gate.stage):
            raise InvalidParameterValue(
                f"A gate stands before one alias or one stage; got alias '{gate.alias}' and stage '{gate.stage}'."
            )
        if gate.alias:
            check_alias(gate.alias)
        else:
            self.find_stage(gate.stage)
        for tag in gate.tags:
            check_model_tag(tag.key, tag.value)
        for threshold in gate.metrics:
            _check_threshold(threshold)
        for rule in gate.approvals:
            if rule.count < 1 or rule.role not in self.roles:
                raise InvalidParameterValue(
                    f"A gate asks for '{rule.count}' approvals of the role '{rule.role}'. Ask for at least one, "
                    "of a role in `roles`."
                )


def _check_threshold(threshold: Threshold) -> None:
    require("metric", threshold.metric)
    check_no_nul("metric", threshold.metric)
    given = [value for value in (threshold.at_least, threshold.at_most) if value is not None]
    if not (given or threshold.beats):
        raise InvalidParameterValue(
            f"The threshold of metric '{threshold.metric}' says nothing. Give at_least, at_most or beats."
        )
    if not all(map(math.isfinite, [*given, threshold.margin])) or threshold.margin < 0:
        raise InvalidParameterValue(
            f"The threshold of metric '{threshold.metric}' must be finite, and its margin at least 0."
        )
