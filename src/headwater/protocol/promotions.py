"""Requests for promotions: somebody asks that a version gets an alias or a stage, others comment and decide."""

import enum

import msgspec

from headwater.protocol.attributed import MAX_REASON, Attributed
from headwater.protocol.endpoint import NATIVE_BASE, Empty, Endpoint, Permission
from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.governance import check_target
from headwater.protocol.model_names import check_version
from headwater.protocol.names import check_length, check_max_results, check_no_nul, require
from headwater.protocol.paging import decode_page_token

MAX_REQUESTS = 1000
DEFAULT_REQUESTS = 100


class PromotionStatus(enum.StrEnum):
    """What became of a request. One is approved, too, when its version gets the alias or stage in another way."""

    OPEN = "OPEN"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    WITHDRAWN = "WITHDRAWN"


class PromotionComment(msgspec.Struct, frozen=True):
    """What somebody said about a request."""

    user_id: str
    time: int
    text: str


class PromotionRequest(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """That somebody asked for a promotion, and why; what others said, the first one first, and how it ended.

    Either `alias` or `stage` is what the version is to get. `missing` is what the model's policy still asks for, of
    open requests only. `decided_by`, `decision_time` and `decision_reason` are of those that are decided.
    """

    request_id: int
    name: str
    version: str
    alias: str = ""
    stage: str = ""
    archive_existing_versions: bool = False
    status: PromotionStatus
    user_id: str = ""
    time: int
    reason: str = ""
    comments: list[PromotionComment] = []
    missing: list[str] = []
    decided_by: str = ""
    decision_time: int = 0
    decision_reason: str = ""

    @property
    def target(self) -> str:
        """Return `@<alias>` or the stage."""
        return f"@{self.alias}" if self.alias else self.stage


class PromotionResponse(msgspec.Struct, frozen=True):
    """One request."""

    request: PromotionRequest


class RequestPromotion(Attributed, frozen=True):
    """Ask that a version gets an alias or a stage; `reason` says why.

    With `archive_existing_versions`, the others in the stage are archived when the request is approved.
    """

    name: str
    version: str
    alias: str = ""
    stage: str = ""
    archive_existing_versions: bool = False

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the version and one target are named."""
        self.check_who()
        require("name", self.name)
        check_version(self.version)
        check_target(self.alias, self.stage)


class _OfRequest(Attributed, frozen=True):
    """What is done about a request of a model."""

    name: str
    request_id: int

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless a request is named and the texts can be kept."""
        self.check_who()
        require("name", self.name)
        check_request_id(self.request_id)


class CommentPromotion(_OfRequest, frozen=True):
    """Say something about a request, also about one that is decided."""

    text: str

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless there is something to say that can be kept."""
        super().check()
        require("text", self.text.strip())
        check_length("text", self.text, MAX_REASON)
        check_no_nul("text", self.text)


class ApprovePromotion(_OfRequest, frozen=True):
    """Promote the version as it was asked for, if the model's policy allows it.

    Without a `reason`, that of the request is kept as the reason of the promotion.
    """


class RejectPromotion(_OfRequest, frozen=True):
    """Turn a request down; `reason` says why, and must."""

    def check(self) -> None:
        """Raise `InvalidParameterValue` without a reason."""
        super().check()
        if not self.reason.strip():
            raise InvalidParameterValue(
                f"Request '{self.request_id}' is rejected without a reason. Say why: its author wants to know."
            )


class WithdrawPromotion(_OfRequest, frozen=True):
    """Take a request of one's own back."""


class GetPromotion(msgspec.Struct, frozen=True):
    """Get one request of a model."""

    name: str
    request_id: int

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless a request is named."""
        require("name", self.name)
        check_request_id(self.request_id)


class ListPromotions(msgspec.Struct, frozen=True, omit_defaults=True):
    """Read the requests of a model or one of its versions, or of the whole registry, the newest first.

    Without a `status` they are those that are open and those that are decided.
    """

    name: str = ""
    version: str = ""
    status: PromotionStatus | None = None
    max_results: int = DEFAULT_REQUESTS
    page_token: str = ""

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the version is one of a model, and the page is possible."""
        check_max_results(self.max_results, MAX_REQUESTS)
        decode_page_token(self.page_token)
        if self.version:
            check_version(self.version)
            require("name", self.name)


class ListPromotionsResponse(msgspec.Struct, frozen=True, omit_defaults=True):
    """One page of requests, and how many there are of all pages."""

    requests: list[PromotionRequest]
    total: int
    next_page_token: str = ""


def check_request_id(request_id: int) -> None:
    """Raise `InvalidParameterValue` unless a request can have this number."""
    if not 0 < request_id < 2**63:
        raise InvalidParameterValue(f"Invalid request_id '{request_id}'. Give the number that the request has.")


CREATE = Endpoint(
    resource="promotions",
    verb="create",
    methods=("POST",),
    path="registry/promotions",
    request=RequestPromotion,
    response=PromotionResponse,
    permission=Permission.READ,
    bases=NATIVE_BASE,
)
GET = Endpoint(
    resource="promotions",
    verb="get",
    methods=("GET",),
    path="registry/promotions/get",
    request=GetPromotion,
    response=PromotionResponse,
    permission=Permission.READ,
    bases=NATIVE_BASE,
)
LIST = Endpoint(
    resource="promotions",
    verb="list",
    methods=("GET",),
    path="registry/promotions",
    request=ListPromotions,
    response=ListPromotionsResponse,
    permission=Permission.READ,
    bases=NATIVE_BASE,
)
COMMENT = Endpoint(
    resource="promotions",
    verb="comment",
    methods=("POST",),
    path="registry/promotions/comments",
    request=CommentPromotion,
    response=Empty,
    permission=Permission.READ,
    bases=NATIVE_BASE,
)
APPROVE = Endpoint(
    resource="promotions",
    verb="approve",
    methods=("POST",),
    path="registry/promotions/approve",
    request=ApprovePromotion,
    response=PromotionResponse,
    permission=Permission.EDIT,
    bases=NATIVE_BASE,
)
REJECT = Endpoint(
    resource="promotions",
    verb="reject",
    methods=("POST",),
    path="registry/promotions/reject",
    request=RejectPromotion,
    response=PromotionResponse,
    permission=Permission.EDIT,
    bases=NATIVE_BASE,
)
WITHDRAW = Endpoint(
    resource="promotions",
    verb="withdraw",
    methods=("POST",),
    path="registry/promotions/withdraw",
    request=WithdrawPromotion,
    response=PromotionResponse,
    permission=Permission.READ,
    bases=NATIVE_BASE,
)

ENDPOINTS = (CREATE, GET, LIST, COMMENT, APPROVE, REJECT, WITHDRAW)
