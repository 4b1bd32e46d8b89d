"""The rules of the model registry's names: models, versions, stages, aliases, and the `models:/` URIs made of them."""

import posixpath
import re

import msgspec

from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.names import check_key, check_length, check_no_nul, missing, require

MAX_MODEL_NAME = 500
MAX_MODEL_TAG_VALUE = 100_000
MAX_DESCRIPTION = 100_000
MAX_ALIAS = 255
MAX_STAGE = 100

PROMPT_TAG = "mlflow.prompt.is_prompt"
LATEST = "latest"

NO_STAGE = "None"
ARCHIVED = "Archived"
ACTIVE_STAGES = ("Staging", "Production")
STAGES = (NO_STAGE, *ACTIVE_STAGES, ARCHIVED)

_SCHEME = "models:/"
_ALIAS = re.compile(r"[\w\-]+")
_VERSION = re.compile(r"[0-9]{1,18}", re.ASCII)
_STAGE = re.compile(r"[\w\-](?:[\w \-]*[\w\-])?")
_VERSION_ALIAS = re.compile(r"v[0-9]+", re.ASCII | re.IGNORECASE)
_LOGGED_MODEL = re.compile(r"m-[0-9a-f]{32}", re.ASCII)
_ADVICE = "Use models:/<name>/<version>, models:/<name>/<stage>, models:/<name>/latest or models:/<name>@<alias>."


def check_model_name(parameter: str, name: str) -> None:
    """Raise `InvalidParameterValue` unless `name` may name a registered model."""
    if not name.strip():
        raise missing(parameter)
    check_no_nul(parameter, name)
    check_length(parameter, name, MAX_MODEL_NAME)
    if "/" in name or ":" in name:
        raise InvalidParameterValue(f"Invalid model name '{name}'. Names cannot contain '/' or ':'.")
    if name == "*":
        raise InvalidParameterValue("Invalid model name '*'. It stands for all models where rights are granted.")
    if posixpath.normpath(name) != name or name in {".", ".."}:
        raise InvalidParameterValue(f"Invalid model name '{name}'. It would name another folder when used as a path.")


def check_version(version: str) -> int:
    """Return the number that `version` spells, or raise `InvalidParameterValue`."""
    require("version", version)
    if not _VERSION.fullmatch(version):
        raise InvalidParameterValue(f"Parameter 'version' must be an integer, got '{version[:100]}'.")
    return int(version)


def check_alias(alias: str) -> None:
    """Raise `InvalidParameterValue` unless `alias` may be given to a version."""
    require("alias", alias)
    check_length("Registered model alias name", alias, MAX_ALIAS)
    if not _ALIAS.fullmatch(alias):
        raise InvalidParameterValue(
            f"Invalid alias name: '{alias}'. Names may only contain alphanumerics, underscores (_) and dashes (-)."
        )
    if is_latest(alias):
        raise InvalidParameterValue(f"'{LATEST}' alias name (case insensitive) is reserved.")
    if _VERSION_ALIAS.fullmatch(alias):
        raise InvalidParameterValue(f"Version alias name '{alias}' is reserved.")


def is_latest(alias: str) -> bool:
    """Return whether `alias` is the reserved name of the highest version."""
    return alias.lower() == LATEST


def parse_stage(stage: str) -> str:
    """Return the stage as it is spelled; case does not matter. Raise `InvalidParameterValue` for any other."""
    require("stage", stage)
    for known in STAGES:
        if stage.lower() == known.lower():
            return known
    raise InvalidParameterValue(
        f"Invalid Model Version stage: {stage[:100]}. Value must be one of {', '.join(STAGES)}."
    )


def check_stage(stage: str) -> str:
    """Return `stage`, or raise `InvalidParameterValue` unless a stage may have this name."""
    require("stage", stage)
    check_length("stage", stage, MAX_STAGE)
    if not _may_be_stage(stage):
        raise InvalidParameterValue(
            f"Invalid Model Version stage: {stage[:100]}. Use letters, digits, blanks, '-' and '_'; not a number."
        )
    return stage


def is_active_stage(stage: str) -> bool:
    """Return whether versions in a stage are in use, so that others may be archived for them."""
    return stage.lower() not in {NO_STAGE.lower(), ARCHIVED.lower()}


def _may_be_stage(text: str) -> bool:
    return bool(_STAGE.fullmatch(text)) and not text.isdigit() and not is_latest(text)


def check_model_tag(key: str, value: str) -> None:
    """Raise `InvalidParameterValue` unless the tag may be set on a model or version."""
    check_key("key", key)
    check_model_text("value", value, MAX_MODEL_TAG_VALUE)


def check_model_text(label: str, text: str | None, limit: int = MAX_DESCRIPTION) -> None:
    """Raise `InvalidParameterValue` if a text that may be absent is too long or not Unicode."""
    if text:
        check_length(label, text, limit)
        check_no_nul(label, text)


class ModelUri(msgspec.Struct, frozen=True, kw_only=True):
    """What a `models:/` URI says: a model with exactly one of `version`, `stage` and `alias`, or a logged model.

    `alias` is `latest` for the highest version; `path` names a file or folder below the model, empty for all of it.
    """

    name: str = ""
    version: str = ""
    stage: str = ""
    alias: str = ""
    model_id: str = ""
    path: str = ""


def is_model_uri(uri: str) -> bool:
    """Return whether `uri` has the scheme `models:`."""
    return uri.startswith("models:")


def parse_model_uri(uri: str) -> ModelUri:
    """Return what `uri` says; nothing in it is decoded, so that one URI never means two models.

    Raises `InvalidParameterValue` unless it is `models:/<name>/<version>`, `…/<stage>`, `…/latest`,
    `models:/<name>@<alias>` or `models:/m-<id>`, each with or without a path after it.

    Example:
        >>> parse_model_uri("models:/churn@champion").alias
        'champion'
    """
    first, _, rest = uri.removeprefix(_SCHEME).partition("/")
    second, _, path = rest.partition("/")
    if not uri.startswith(_SCHEME) or not first.strip():
        raise InvalidParameterValue(f"Invalid model URI '{uri[:1000]}'. {_ADVICE}")
    if _VERSION.fullmatch(second):
        return ModelUri(name=first, version=second, path=path)
    if second and is_latest(second):
        return ModelUri(name=first, alias=LATEST, path=path)
    if second.lower() in {stage.lower() for stage in STAGES}:
        return ModelUri(name=first, stage=parse_stage(second), path=path)
    name, at, alias = first.rpartition("@")
    if at and name and alias:
        return ModelUri(name=name, alias=LATEST if is_latest(alias) else alias, path=rest)
    if _LOGGED_MODEL.fullmatch(first):
        return ModelUri(model_id=first, path=rest)
    if _may_be_stage(second):  # of the model's own; the store knows
        return ModelUri(name=first, stage=second, path=path)
    raise InvalidParameterValue(f"Invalid model URI '{uri[:1000]}'. {_ADVICE}")
