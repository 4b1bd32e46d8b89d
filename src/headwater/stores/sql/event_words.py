"""What webhooks are told of each event: one function for everything that can happen."""

from collections.abc import Sequence
from typing import Any

from headwater.protocol.attributed import Attributed
from headwater.protocol.governance import RegistryAction
from headwater.protocol.model_names import PROMPT_TAG
from headwater.protocol.model_versions import ModelVersion, ModelVersionTag
from headwater.protocol.promotions import PromotionRequest
from headwater.protocol.registered_models import RegisteredModel, RegisteredModelTag
from headwater.protocol.runs import RunStatus
from headwater.stores.sql.connection import Connection
from headwater.stores.sql.outbox import find_listeners, queue_event, record_event
from headwater.stores.sql.rows import load_info

PROMPT_TEXT_TAG = "mlflow.prompt.text"

_OF_REQUESTS = {
    RegistryAction.REQUEST_PROMOTION: ("created", "asks that"),
    RegistryAction.COMMENT_REQUEST: ("commented", "says about the request that"),
    RegistryAction.APPROVE_REQUEST: ("approved", "approves that"),
    RegistryAction.REJECT_REQUEST: ("rejected", "rejects that"),
    RegistryAction.WITHDRAW_REQUEST: ("withdrawn", "no longer asks that"),
}
_ENDS = {RunStatus.FINISHED: "finished", RunStatus.FAILED: "failed", RunStatus.KILLED: "killed"}


def note_model_created(connection: Connection, model: RegisteredModel) -> None:
    """Tell of a new registered model, or prompt."""
    entity = "prompt" if _is_prompt(model.tags) else "registered_model"
    data = {"name": model.name, "tags": _as_dict(model.tags), "description": model.description}
    record_event(connection, f"{entity}.created", data)


def note_version_created(connection: Connection, version: ModelVersion) -> None:
    """Tell of a new version of a model, or of a prompt."""
    tags = _as_dict(version.tags)
    data: dict[str, Any] = {"name": version.name, "version": version.version}
    if _is_prompt(version.tags):
        template = tags.get(PROMPT_TEXT_TAG, "")
        record_event(
            connection,
            "prompt_version.created",
            data | {"template": template, "tags": tags, "description": version.description},
        )
        return
    rest = {"source": version.source, "run_id": version.run_id, "tags": tags, "description": version.description}
    record_event(connection, "model_version.created", data | rest)


def note_model_tag(connection: Connection, model_id: int, name: str, key: str, value: str | None) -> None:
    """Tell of a tag of a prompt that was set, or deleted if there is no value; those of models are no events."""
    if key == PROMPT_TAG or is_prompt(connection, model_id):
        _note_tag(connection, "prompt_tag", {"name": name, "key": key}, value)


def note_version_tag(
    connection: Connection, model_id: int, name: str, version: str, key: str, value: str | None
) -> None:
    """Tell of a tag of a version that was set, or deleted if there is no value."""
    entity = "prompt_version_tag" if is_prompt(connection, model_id) else "model_version_tag"
    _note_tag(connection, entity, {"name": name, "version": version, "key": key}, value)


def note_alias(connection: Connection, model_id: int, name: str, alias: str, version: str | None) -> None:
    """Tell of an alias that points at a version from now on, or that was deleted if there is no version."""
    entity = "prompt_alias" if is_prompt(connection, model_id) else "model_version_alias"
    data = {"name": name, "alias": alias}
    if version is None:
        record_event(connection, f"{entity}.deleted", data)
    else:
        record_event(connection, f"{entity}.created", data | {"version": version})


def note_promotion_request(
    connection: Connection, request: PromotionRequest, action: RegistryAction, who: Attributed
) -> None:
    """Tell of what happened to a request for a promotion: who did it, and what was given as the reason or said."""
    word, verb = _OF_REQUESTS[action]
    data = {
        "request_id": request.request_id,
        "name": request.name,
        "version": request.version,
        "target": request.target,
        "status": request.status,
        "user_id": who.user_id,
        "reason": who.reason,
    }
    what = f"version {request.version} of model '{request.name}' becomes '{request.target}'"
    why = f": {who.reason}" if who.reason else "."
    record_event(connection, f"promotion_request.{word}", data, f"{who.user_id or 'Somebody'} {verb} {what}{why}")


def note_run_created(connection: Connection, run_id: int) -> None:
    """Tell of a new run."""
    _note_run(connection, run_id, "created", "started")


def note_run_ended(connection: Connection, run_id: int, status: RunStatus, *, is_lost: bool = False) -> None:
    """Tell of a run that has ended, also because its client fell silent (`is_lost`)."""
    word = _ENDS.get(status)
    if word is not None:
        _note_run(connection, run_id, word, "fell silent and counts as failed" if is_lost else word, is_lost=is_lost)


def is_prompt(connection: Connection, model_id: int) -> bool:
    """Return whether a registered model is a prompt."""
    row = connection.one(
        "SELECT value FROM registered_model_tag WHERE model_id = ? AND key = ?", (model_id, PROMPT_TAG)
    )
    return row is not None and row[0].lower() == "true"


def _note_tag(connection: Connection, entity: str, data: dict[str, Any], value: str | None) -> None:
    if value is None:
        record_event(connection, f"{entity}.deleted", data)
    else:
        record_event(connection, f"{entity}.set", data | {"value": value})


def _note_run(connection: Connection, run_id: int, action: str, verb: str, *, is_lost: bool = False) -> None:
    event = f"run.{action}"
    listeners = find_listeners(connection, event)
    if not listeners:
        return
    info = load_info(connection, run_id)
    data = {
        "run_id": info.run_id,
        "run_name": info.run_name,
        "experiment_id": info.experiment_id,
        "user_id": info.user_id,
        "status": info.status,
        "start_time": info.start_time,
        "end_time": info.end_time,
    }
    text = f"The run '{info.run_name}' of experiment {info.experiment_id} {verb}."
    queue_event(connection, listeners, event, data | ({"is_lost": True} if is_lost else {}), text)


def _as_dict(tags: Sequence[RegisteredModelTag] | Sequence[ModelVersionTag]) -> dict[str, str]:
    return {tag.key: tag.value for tag in tags}


def _is_prompt(tags: Sequence[RegisteredModelTag] | Sequence[ModelVersionTag]) -> bool:
    return any(tag.key == PROMPT_TAG and tag.value.lower() == "true" for tag in tags)
