"""The events that webhooks can be told of."""

import enum

import msgspec

from headwater.protocol.entity import find_member
from headwater.protocol.errors import InvalidParameterValue


class WebhookEntity(enum.StrEnum):
    """What an event is about: MLflow's, numbered as there, then ours."""

    REGISTERED_MODEL = "REGISTERED_MODEL"
    MODEL_VERSION = "MODEL_VERSION"
    MODEL_VERSION_TAG = "MODEL_VERSION_TAG"
    MODEL_VERSION_ALIAS = "MODEL_VERSION_ALIAS"
    PROMPT = "PROMPT"
    PROMPT_VERSION = "PROMPT_VERSION"
    PROMPT_TAG = "PROMPT_TAG"
    PROMPT_VERSION_TAG = "PROMPT_VERSION_TAG"
    PROMPT_ALIAS = "PROMPT_ALIAS"
    BUDGET_POLICY = "BUDGET_POLICY"
    RUN = "RUN"
    ALERT = "ALERT"
    PROMOTION_REQUEST = "PROMOTION_REQUEST"


class WebhookAction(enum.StrEnum):
    """What happened to it: MLflow's, numbered as there, then ours."""

    CREATED = "CREATED"
    UPDATED = "UPDATED"
    DELETED = "DELETED"
    SET = "SET"
    EXCEEDED = "EXCEEDED"
    FINISHED = "FINISHED"
    FAILED = "FAILED"
    KILLED = "KILLED"
    RAISED = "RAISED"
    COMMENTED = "COMMENTED"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    WITHDRAWN = "WITHDRAWN"


_CREATED, _DELETED, _SET = WebhookAction.CREATED, WebhookAction.DELETED, WebhookAction.SET
ACTIONS: dict[WebhookEntity, tuple[WebhookAction, ...]] = {
    WebhookEntity.REGISTERED_MODEL: (_CREATED,),
    WebhookEntity.MODEL_VERSION: (_CREATED,),
    WebhookEntity.MODEL_VERSION_TAG: (_SET, _DELETED),
    WebhookEntity.MODEL_VERSION_ALIAS: (_CREATED, _DELETED),
    WebhookEntity.PROMPT: (_CREATED,),
    WebhookEntity.PROMPT_VERSION: (_CREATED,),
    WebhookEntity.PROMPT_TAG: (_SET, _DELETED),
    WebhookEntity.PROMPT_VERSION_TAG: (_SET, _DELETED),
    WebhookEntity.PROMPT_ALIAS: (_CREATED, _DELETED),
    WebhookEntity.BUDGET_POLICY: (WebhookAction.EXCEEDED,),
    WebhookEntity.RUN: (_CREATED, WebhookAction.FINISHED, WebhookAction.FAILED, WebhookAction.KILLED),
    WebhookEntity.ALERT: (WebhookAction.RAISED,),
    WebhookEntity.PROMOTION_REQUEST: (
        _CREATED,
        WebhookAction.COMMENTED,
        WebhookAction.APPROVED,
        WebhookAction.REJECTED,
        WebhookAction.WITHDRAWN,
    ),
}
"""Every event there is. Budget policies are MLflow's AI gateway's: the event is accepted, and never happens here."""

OURS = frozenset({WebhookEntity.RUN, WebhookEntity.ALERT, WebhookEntity.PROMOTION_REQUEST})
"""What MLflow's clients know nothing of, and would fail to read."""


class WebhookEvent(msgspec.Struct, frozen=True):
    """One kind of event, such as the creation of a model version; its text is `model_version.created`."""

    entity: WebhookEntity
    action: WebhookAction

    @staticmethod
    def from_str(text: str) -> "WebhookEvent":
        """Return the event that a text such as `model_version.created` names."""
        entity, dot, action = text.partition(".")
        if not dot:
            raise InvalidParameterValue(
                f"Invalid event '{text[:100]}'. Write <entity>.<action>, such as model_version.created or run.failed."
            )
        event = WebhookEvent(find_member(WebhookEntity, entity), find_member(WebhookAction, action))
        event.check()
        return event

    def __str__(self) -> str:
        return f"{self.entity.value}.{self.action.value}".lower()

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless such an event can happen."""
        valid = ACTIONS[self.entity]
        if self.action not in valid:
            raise InvalidParameterValue(
                f"Invalid action '{self.action.lower()}' for entity '{self.entity.lower()}'. "
                f"Valid actions are: {[action.lower() for action in valid]}"
            )
