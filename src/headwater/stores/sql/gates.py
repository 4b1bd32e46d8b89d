"""Gates: whether a version has what the policy asks for before an alias or a stage may have it."""

import math

from headwater.protocol.attributed import Attributed
from headwater.protocol.governance import CheckPromotionResponse, RegistryAction, Requirement
from headwater.protocol.policies import ApprovalRule, Better, RequiredTag, Threshold
from headwater.stores.sql.connection import Connection
from headwater.stores.sql.policies import load_policy
from headwater.stores.sql.provenance import load_metrics
from headwater.stores.sql.registry_log import record
from headwater.stores.sql.registry_rows import VersionRow
from headwater.stores.sql.registry_tags import find_version_tag


def judge(
    connection: Connection, version: VersionRow, who: Attributed, *, alias: str = "", stage: str = ""
) -> CheckPromotionResponse:
    """Return whether a version may have an alias or a stage now, with everything that is asked for."""
    policy = load_policy(connection, version.model_id)
    gate = policy.find_gate(alias=alias, stage=stage)
    champion = _find_champion(connection, version.model_id, alias, stage)
    found = [
        *(_judge_tag(connection, version, tag) for tag in gate.tags),
        *_judge_metrics(connection, version, champion, gate.metrics),
        *(_judge_approvals(connection, version, rule, policy.roles[rule.role]) for rule in gate.approvals),
        *([Requirement(bool(who.reason.strip()), "a reason is given")] if gate.reason else []),
    ]
    passed = all(requirement.met for requirement in found)
    return CheckPromotionResponse(passed, found, str(champion.number) if champion else "")


def list_missing(connection: Connection, version: VersionRow, *, alias: str = "", stage: str = "") -> list[str]:
    """Return what a version lacks for an alias or a stage; whoever promotes it gives a reason of his own."""
    verdict = judge(connection, version, Attributed(reason="-"), alias=alias, stage=stage)
    return [requirement.text for requirement in verdict.requirements if not requirement.met]


def refuse(
    connection: Connection, version: VersionRow, name: str, who: Attributed, *, alias: str = "", stage: str = ""
) -> str:
    """Return why a version may not have an alias or a stage, and note that it was refused; empty if it may."""
    verdict = judge(connection, version, who, alias=alias, stage=stage)
    if verdict.passed:
        return ""
    target = f"@{alias}" if alias else stage
    missing = "; ".join(requirement.text for requirement in verdict.requirements if not requirement.met)
    record(
        connection,
        version.model_id,
        name,
        RegistryAction.REFUSE,
        who,
        version=version.number,
        key=target,
        old=verdict.champion or None,
        new=missing,
    )
    return f"Version {version.number} of model '{name}' may not become '{target}'. The policy asks that {missing}."


def _find_champion(connection: Connection, model_id: int, alias: str, stage: str) -> VersionRow | None:
    """Return the version that has an alias, or is the highest in a stage, None if there is none."""
    if alias:
        row = connection.one(
            "SELECT v.id, v.version FROM registered_model_alias a JOIN model_version v "
            "ON v.model_id = a.model_id AND v.version = a.version WHERE a.model_id = ? AND a.alias = ?",
            (model_id, alias),
        )
    else:
        row = connection.one(
            "SELECT id, version FROM model_version WHERE model_id = ? AND stage = ? ORDER BY version DESC LIMIT 1",
            (model_id, stage),
        )
    return VersionRow(row[0], model_id, row[1]) if row else None


def _judge_tag(connection: Connection, version: VersionRow, tag: RequiredTag) -> Requirement:
    value = find_version_tag(connection, version, tag.key)
    if not tag.value:
        return Requirement(value is not None, f"it has a tag '{tag.key}'")
    has = "" if value in {None, tag.value} else f" (it is '{str(value)[:100]}')"
    return Requirement(value == tag.value, f"its tag '{tag.key}' is '{tag.value}'{has}")


def _judge_metrics(
    connection: Connection, version: VersionRow, champion: VersionRow | None, thresholds: list[Threshold]
) -> list[Requirement]:
    if not thresholds:
        return []
    values = load_metrics(connection, version.id)
    rival = {} if champion is None or champion.id == version.id else load_metrics(connection, champion.id)
    found = []
    for threshold in thresholds:
        value = values.get(threshold.metric, math.nan)
        is_text = "it has none" if threshold.metric not in values else f"it is {value:g}"
        if threshold.at_least is not None:
            text = f"its metric '{threshold.metric}' is at least {threshold.at_least:g} ({is_text})"
            found.append(Requirement(value >= threshold.at_least, text))
        if threshold.at_most is not None:
            text = f"its metric '{threshold.metric}' is at most {threshold.at_most:g} ({is_text})"
            found.append(Requirement(value <= threshold.at_most, text))
        if threshold.beats and champion is not None and champion.id != version.id:
            found.append(_compare(threshold, value, is_text, rival, champion.number))
    return found


def _compare(threshold: Threshold, value: float, is_text: str, rival: dict[str, float], number: int) -> Requirement:
    other = rival.get(threshold.metric, math.nan)
    other_text = f"{other:g}" if threshold.metric in rival else "unknown"
    gain = value - other if threshold.beats == Better.HIGHER else other - value
    by = f" by at least {threshold.margin:g}" if threshold.margin else ""
    text = (
        f"its metric '{threshold.metric}' is {threshold.beats} than that of version {number}, {other_text},{by} "
        f"({is_text})"
    )
    by_enough = gain >= threshold.margin or math.isclose(gain, threshold.margin, rel_tol=1e-9)
    return Requirement(gain > 0 and by_enough, text)


def _judge_approvals(
    connection: Connection, version: VersionRow, rule: ApprovalRule, members: list[str]
) -> Requirement:
    author = _find_author(connection, version) if rule.by_others else None
    rows = connection.all(
        "SELECT user_id FROM model_version_approval WHERE version_id = ? AND role = ?", (version.id, rule.role)
    )
    count = sum(row[0] in members and row[0] != author for row in rows)
    others = f" other than '{author}'" if author is not None else ""
    text = f"{rule.count} of the role '{rule.role}'{others} approved it ({count} did)"
    return Requirement(count >= rule.count, text)


def _find_author(connection: Connection, version: VersionRow) -> str | None:
    row = connection.one(
        "SELECT user_id FROM registry_event WHERE model_id = ? AND version = ? AND action = ?",
        (version.model_id, version.number, RegistryAction.CREATE_VERSION.value),
    )
    return row[0] if row else None
