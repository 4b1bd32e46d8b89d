"""What a request touches: derived from the names of its fields, so that a new verb is guarded the day it is written."""

import enum
import types
from collections.abc import Iterator
from typing import Any, NamedTuple, Union, get_args, get_origin

import msgspec

from headwater.protocol.endpoint import Endpoint, Permission
from headwater.protocol.roles import Level
from headwater.server.access.exceptions import ADJUSTED, FREE, PATHS


class What(enum.StrEnum):
    """What the value of a field names; the value is how a refusal calls it."""

    EXPERIMENT = "experiment"
    RUN = "run"
    LOGGED_MODEL = "logged model"
    REGISTERED_MODEL = "registered model"
    PATH = "artifacts"
    VIEW = "view"
    RULE = "alert rule"


class Touch(NamedTuple):
    """A field, by the steps to it, and what must be allowed with what it names."""

    steps: tuple[str, ...]
    what: What
    level: Level


FIELDS = {
    "experiment_id": What.EXPERIMENT,
    "experiment_ids": What.EXPERIMENT,
    "run_id": What.RUN,
    "run_uuid": What.RUN,
    "run_ids": What.RUN,
    "new_run_id": What.RUN,
    "source_run_id": What.RUN,
    "model_id": What.LOGGED_MODEL,
    "view_id": What.VIEW,
    "rule_id": What.RULE,
}
_OF_REGISTRY = {"name": What.REGISTERED_MODEL, "new_name": What.REGISTERED_MODEL}
_REGISTRY = frozenset({"registered_models", "model_versions", "governance", "lineage", "permissions", "promotions"})
_FOREIGN = frozenset({"provenance"})  # tells of runs and models of other places


def level_of(permission: Permission) -> Level:
    """Return the level on a thing that a verb of this permission needs."""
    return Level(permission.value)


def derive_touches(endpoint: Endpoint[Any, Any]) -> tuple[Touch, ...]:
    """Return what a verb touches; nothing for one of administrators, who may touch everything, and of oneself."""
    if endpoint.permission in {Permission.ADMIN, Permission.SELF}:
        return ()
    names = FIELDS | _OF_REGISTRY if endpoint.resource in _REGISTRY else FIELDS
    adjusted = ADJUSTED.get(endpoint.name, {})
    needed = level_of(endpoint.permission)
    touches = []
    for steps, what in _walk(endpoint.request, names, ()):
        level = adjusted.get(".".join(steps), needed)
        if level is not None:
            touches.append(Touch(steps, what, level))
    paths = (Touch((field,), What.PATH, adjusted.get(field) or needed) for field in PATHS.get(endpoint.name, ()))
    return (*touches, *paths)


def is_accounted_for(endpoint: Endpoint[Any, Any]) -> bool:
    """Return whether somebody has decided who may use a verb: by what it touches, by its permission, or in words."""
    return (
        endpoint.permission in {Permission.ADMIN, Permission.SELF}
        or bool(derive_touches(endpoint))
        or endpoint.name in FREE
    )


def collect(value: Any, steps: tuple[str, ...]) -> set[str]:
    """Return the texts that stand in a field, which may be in a list, or be one; empty ones name nothing."""
    if not value or value is msgspec.UNSET:
        return set()
    if isinstance(value, list):
        if isinstance(value[0], str):
            return {part for part in value if part}
        inner = [found for part in value if (found := getattr(part, steps[0]))]  # a thousand points, mostly of nothing
        return set().union(*(collect(part, steps[1:]) for part in inner))
    if steps:
        return collect(getattr(value, steps[0]), steps[1:])
    return {str(value)}


def _walk(
    struct: type[msgspec.Struct], names: dict[str, What], before: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], What]]:
    for field in msgspec.structs.fields(struct):
        steps = (*before, field.name)
        if field.name in names and not before:
            yield steps, names[field.name]
        elif field.name in FIELDS:
            yield steps, FIELDS[field.name]
        elif field.name not in _FOREIGN:
            for inner in _structs_in(field.type):
                yield from _walk(inner, names, steps)


def _structs_in(hint: Any) -> Iterator[type[msgspec.Struct]]:
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        yield hint
    elif get_origin(hint) in {list, tuple, dict, Union, types.UnionType}:
        for part in get_args(hint):
            yield from _structs_in(part)
