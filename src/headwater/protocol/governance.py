"""Governance of the model registry: the log of what happened, policies, approvals, gates and rollbacks."""

import enum
import re

import msgspec

from headwater.protocol.attributed import Attributed
from headwater.protocol.endpoint import NATIVE_BASE, Empty, Endpoint, Permission
from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.model_names import check_alias, check_stage, check_version
from headwater.protocol.names import check_key, check_max_results, require
from headwater.protocol.policies import Policy

MAX_EVENTS = 10_000
DEFAULT_EVENTS = 1000

_PAGE_TOKEN = re.compile(r"[0-9]{1,18}", re.ASCII)


class RegistryAction(enum.StrEnum):
    """What happened to a model, to one of its versions, or to the registry's default policy."""

    CREATE_MODEL = "create_model"
    UPDATE_MODEL = "update_model"
    RENAME_MODEL = "rename_model"
    DELETE_MODEL = "delete_model"
    SET_MODEL_TAG = "set_model_tag"
    DELETE_MODEL_TAG = "delete_model_tag"
    CREATE_VERSION = "create_version"
    UPDATE_VERSION = "update_version"
    DELETE_VERSION = "delete_version"
    SET_VERSION_TAG = "set_version_tag"
    DELETE_VERSION_TAG = "delete_version_tag"
    SET_ALIAS = "set_alias"
    DELETE_ALIAS = "delete_alias"
    MOVE_STAGE = "move_stage"
    REFUSE = "refuse"
    ROLL_BACK = "roll_back"
    APPROVE = "approve"
    WITHDRAW = "withdraw"
    SET_POLICY = "set_policy"
    DEPLOY = "deploy"
    UNDEPLOY = "undeploy"
    REQUEST_PROMOTION = "request_promotion"
    COMMENT_REQUEST = "comment_request"
    APPROVE_REQUEST = "approve_request"
    REJECT_REQUEST = "reject_request"
    WITHDRAW_REQUEST = "withdraw_request"


class RegistryEvent(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One entry of the log, which is never changed; an absent `old` or `new` means that there was, or is, none.

    `key` is the tag, alias, role or target; of a promotion that was asked for, refused or rolled back it is `@<alias>`
    or the stage. `old` and `new` are values, versions or stages; of a request for a promotion `new` is its number. What
    is a consequence of another event names it as `cause_id`. A model's log goes on under a new name, and stays when the
    model is deleted.
    """

    event_id: int
    time: int
    action: RegistryAction
    name: str
    user_id: str = ""
    version: str = ""
    key: str = ""
    old: str | None = None
    new: str | None = None
    reason: str = ""
    cause_id: int = 0


class ListEvents(msgspec.Struct, frozen=True, omit_defaults=True):
    """Read the log of a model (also of deleted ones of this name), or without one that of the whole registry.

    The oldest event comes first, unless the newest is wanted first. With `actions`, only what is one of them is read.
    """

    name: str = ""
    version: str = ""
    newest_first: bool = False
    max_results: int = DEFAULT_EVENTS
    page_token: str = ""
    actions: list[RegistryAction] = []

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the version is one of a model, and the page is possible."""
        check_max_results(self.max_results, MAX_EVENTS)
        if self.version:
            check_version(self.version)
            require("name", self.name)
        if self.page_token and not _PAGE_TOKEN.fullmatch(self.page_token):
            raise InvalidParameterValue(f"Invalid page token '{self.page_token[:100]}'. Use the one of the last page.")


class ListEventsResponse(msgspec.Struct, frozen=True, omit_defaults=True):
    """One page of the log."""

    events: list[RegistryEvent] = []
    next_page_token: str = ""


class GetPolicy(msgspec.Struct, frozen=True, omit_defaults=True):
    """Get the policy that a model has, its own or the registry's; without a name, the registry's."""

    name: str = ""


class PolicyResponse(msgspec.Struct, frozen=True):
    """The policy in force; `is_own` says whether the model has one of its own."""

    policy: Policy
    is_own: bool


class SetPolicy(Attributed, frozen=True):
    """Give a model, or without a name the registry, a policy; without one, that of the registry applies again."""

    name: str = ""
    policy: Policy | None = None

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the policy is possible."""
        self.check_who()
        if self.policy is not None:
            self.policy.check()


class Approve(Attributed, frozen=True):
    """Approve a version in a role that the policy gives the user, or withdraw that."""

    name: str
    version: str
    role: str
    withdraw: bool = False

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless version, role and user are named."""
        self.check_who()
        require("name", self.name)
        check_version(self.version)
        check_key("role", self.role)


class Approval(msgspec.Struct, frozen=True, omit_defaults=True):
    """That somebody approved a version in a role."""

    role: str
    user_id: str
    time: int
    reason: str = ""


class ListApprovals(msgspec.Struct, frozen=True):
    """Read who approved a version."""

    name: str
    version: str

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the version is named."""
        require("name", self.name)
        check_version(self.version)


class ListApprovalsResponse(msgspec.Struct, frozen=True):
    """The approvals that stand, the first one first."""

    approvals: list[Approval]


class CheckPromotion(Attributed, frozen=True):
    """Ask whether a version would be promoted to an alias or stage now, and what is missing."""

    name: str
    version: str
    alias: str = ""
    stage: str = ""

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the version and one target are named."""
        self.check_who()
        require("name", self.name)
        check_version(self.version)
        check_target(self.alias, self.stage)


class Requirement(msgspec.Struct, frozen=True):
    """One thing that a gate asks for: whether it is met, and how it stands, in words."""

    met: bool
    text: str


class CheckPromotionResponse(msgspec.Struct, frozen=True, omit_defaults=True):
    """Whether the gate is open for the version; `champion` is the version that has the alias or stage now."""

    passed: bool
    requirements: list[Requirement] = []
    champion: str = ""


class RollBack(Attributed, frozen=True):
    """Give an alias or a stage back to the version that had it before; what passed its gate once needs not pass again.

    With `version`, only if that is the one that has it now.
    """

    name: str
    alias: str = ""
    stage: str = ""
    version: str = ""

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the model and one target are named."""
        self.check_who()
        require("name", self.name)
        check_target(self.alias, self.stage)
        if self.version:
            check_version(self.version)


class RollBackResponse(msgspec.Struct, frozen=True):
    """The version that was replaced, and the one that is back."""

    old: str
    new: str


def check_target(alias: str, stage: str) -> None:
    """Raise `InvalidParameterValue` unless exactly one possible alias or stage is given."""
    if bool(alias) == bool(stage):
        raise InvalidParameterValue(f"Give either an alias or a stage; got alias '{alias}' and stage '{stage}'.")
    if alias:
        check_alias(alias)
    else:
        check_stage(stage)


LIST_EVENTS = Endpoint(
    resource="governance",
    verb="list_events",
    methods=("GET",),
    path="registry/events",
    request=ListEvents,
    response=ListEventsResponse,
    permission=Permission.READ,
    bases=NATIVE_BASE,
)
GET_POLICY = Endpoint(
    resource="governance",
    verb="get_policy",
    methods=("GET",),
    path="registry/policy",
    request=GetPolicy,
    response=PolicyResponse,
    permission=Permission.READ,
    bases=NATIVE_BASE,
)
SET_POLICY = Endpoint(
    resource="governance",
    verb="set_policy",
    methods=("POST",),
    path="registry/policy",
    request=SetPolicy,
    response=PolicyResponse,
    permission=Permission.MANAGE,
    bases=NATIVE_BASE,
)
APPROVE = Endpoint(
    resource="governance",
    verb="approve",
    methods=("POST",),
    path="registry/approvals",
    request=Approve,
    response=Empty,
    permission=Permission.EDIT,
    bases=NATIVE_BASE,
)
LIST_APPROVALS = Endpoint(
    resource="governance",
    verb="list_approvals",
    methods=("GET",),
    path="registry/approvals",
    request=ListApprovals,
    response=ListApprovalsResponse,
    permission=Permission.READ,
    bases=NATIVE_BASE,
)
CHECK_PROMOTION = Endpoint(
    resource="governance",
    verb="check_promotion",
    methods=("GET",),
    path="registry/check-promotion",
    request=CheckPromotion,
    response=CheckPromotionResponse,
    permission=Permission.READ,
    bases=NATIVE_BASE,
)
ROLL_BACK = Endpoint(
    resource="governance",
    verb="roll_back",
    methods=("POST",),
    path="registry/roll-back",
    request=RollBack,
    response=RollBackResponse,
    permission=Permission.EDIT,
    bases=NATIVE_BASE,
)

ENDPOINTS = (LIST_EVENTS, GET_POLICY, SET_POLICY, APPROVE, LIST_APPROVALS, CHECK_PROMOTION, ROLL_BACK)
