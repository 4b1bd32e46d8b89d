"""What every store does about requests for promotions. Subclass in a test module that has a fixture `store`."""

from typing import Any

from headwater.protocol.errors import (
    InvalidParameterValue,
    PermissionDenied,
    ResourceAlreadyExists,
    ResourceConflict,
    ResourceDoesNotExist,
)
from headwater.protocol.governance import RegistryAction, RollBack, SetPolicy
from headwater.protocol.home import ReadHome
from headwater.protocol.model_versions import DeleteModelVersion, SetModelVersionTag
from headwater.protocol.policies import Gate, Policy, RequiredTag
from headwater.protocol.promotions import (
    ApprovePromotion,
    CommentPromotion,
    GetPromotion,
    ListPromotions,
    PromotionComment,
    PromotionRequest,
    PromotionStatus,
    RejectPromotion,
    RequestPromotion,
    WithdrawPromotion,
)
from headwater.protocol.registered_models import RenameRegisteredModel
from headwater.stores.interface import Store
from headwater.testing.contract_governance import aliases, enter, events_of, point, stages
from headwater.testing.contract_registered_models import make_model
from headwater.testing.stores import expect_error

_A = RegistryAction
_S = PromotionStatus


def ask(store: Store, version: int, alias: str = "champion", *, name: str = "m", **options: Any) -> PromotionRequest:
    """Ask that a version gets an alias, or the stage among the options."""
    target = "" if "stage" in options else alias
    given = {"user_id": "ada", "reason": "better recall"} | options
    return store.promotions.create(RequestPromotion(name, str(version), target, **given)).request


def list_requests(store: Store, name: str = "m", **options: Any) -> list[PromotionRequest]:
    """Return requests."""
    return store.promotions.list(ListPromotions(name, **options)).requests


class PromotionsContract:
    """Somebody asks, others comment, approve or reject; the log, Home and the lists tell of it."""

    def test_a_request_is_commented_and_approved(self, store: Store) -> None:
        """The version gets the alias from who approves; the log says what followed from what."""
        make_model(store, versions=2)
        asked = ask(store, 2)
        store.promotions.comment(CommentPromotion("m", asked.request_id, "which data?", user_id="eve"))
        store.promotions.comment(CommentPromotion("m", asked.request_id, "May's", user_id="ada"))

        approved = store.promotions.approve(ApprovePromotion("m", asked.request_id, user_id="eve")).request

        assert (asked.status, asked.target, asked.user_id, asked.reason) == (
            _S.OPEN,
            "@champion",
            "ada",
            "better recall",
        )
        assert aliases(store) == {"champion": "2"}
        assert (approved.status, approved.decided_by, approved.decision_reason) == (
            _S.APPROVED,
            "eve",
            "better recall",
        )
        assert approved.decision_time >= asked.time
        assert [(said.user_id, said.text) for said in approved.comments] == [("eve", "which data?"), ("ada", "May's")]
        assert isinstance(approved.comments[0], PromotionComment)
        *_, request, first, _second, moved, decided = events_of(store)
        number = str(asked.request_id)
        assert [(event.action, event.user_id, event.key, event.new) for event in (request, first, moved, decided)] == [
            (_A.REQUEST_PROMOTION, "ada", "@champion", number),
            (_A.COMMENT_REQUEST, "eve", "@champion", number),
            (_A.SET_ALIAS, "eve", "champion", "2"),
            (_A.APPROVE_REQUEST, "eve", "@champion", number),
        ]
        assert (first.reason, decided.cause_id) == ("which data?", moved.event_id)
        assert store.promotions.get(GetPromotion("m", asked.request_id)).request == approved

    def test_a_request_for_a_stage_archives_the_others_if_it_says_so(self, store: Store) -> None:
        """And what was done by it can be rolled back like any other promotion."""
        make_model(store, versions=2)
        enter(store, 1, "Production")
        asked = ask(store, 2, stage="production", archive_existing_versions=True)

        store.promotions.approve(ApprovePromotion("m", asked.request_id, user_id="eve"))

        assert (asked.target, asked.archive_existing_versions) == ("Production", True)
        assert stages(store, 1, 2) == ["Archived", "Production"]
        store.governance.roll_back(RollBack("m", stage="Production", user_id="eve"))
        assert stages(store, 1, 2) == ["Production", "None"]

    def test_a_rejection_says_why(self, store: Store) -> None:
        """The version stays as it is, and the same may be asked for again."""
        make_model(store, versions=1)
        asked = ask(store, 1)
        with expect_error(InvalidParameterValue, f"Request '{asked.request_id}' is rejected without a reason. …"):
            store.promotions.reject(RejectPromotion("m", asked.request_id, user_id="eve", reason=" "))

        refused = store.promotions.reject(RejectPromotion("m", asked.request_id, user_id="eve", reason="bias")).request

        assert (refused.status, refused.decided_by, refused.decision_reason) == (_S.REJECTED, "eve", "bias")
        assert aliases(store) == {}
        assert (events_of(store)[-1].action, events_of(store)[-1].reason) == (_A.REJECT_REQUEST, "bias")
        conflict = f"Request '{asked.request_id}' of model 'm' is rejected by 'eve' already. …"
        with expect_error(ResourceConflict, conflict):
            store.promotions.approve(ApprovePromotion("m", asked.request_id, user_id="eve"))
        assert ask(store, 1).request_id > asked.request_id

    def test_only_who_asked_withdraws(self, store: Store) -> None:
        """Others reject."""
        make_model(store, versions=1)
        asked = ask(store, 1)
        with expect_error(
            PermissionDenied, f"'eve' cannot withdraw request '{asked.request_id}', which is one of 'ada'…"
        ):
            store.promotions.withdraw(WithdrawPromotion("m", asked.request_id, user_id="eve"))

        taken = store.promotions.withdraw(WithdrawPromotion("m", asked.request_id, user_id="ada")).request

        assert (taken.status, events_of(store)[-1].action) == (_S.WITHDRAWN, _A.WITHDRAW_REQUEST)

    def test_the_gate_stands_before_who_approves(self, store: Store) -> None:
        """The request says what is missing, and stays open when its approval is refused."""
        make_model(store, versions=1)
        gate = Gate(alias="champion", tags=[RequiredTag("validated")], reason=True)
        store.governance.set_policy(SetPolicy("m", Policy(gates=[gate])))
        asked = ask(store, 1)
        assert asked.missing == ["it has a tag 'validated'"]

        with expect_error(PermissionDenied, "Version 1 of model 'm' may not become '@champion'. …"):
            store.promotions.approve(ApprovePromotion("m", asked.request_id, user_id="eve"))
        assert events_of(store)[-1].action == _A.REFUSE
        assert list_requests(store, status=_S.OPEN) == [asked]
        store.model_versions.set_tag(SetModelVersionTag("m", "1", "validated", "yes"))
        store.promotions.approve(ApprovePromotion("m", asked.request_id, user_id="eve"))

        assert aliases(store) == {"champion": "1"}

    def test_a_promotion_made_another_way_approves_what_was_asked_for(self, store: Store) -> None:
        """Nobody is asked about what is done already."""
        make_model(store, versions=2)
        first, second = ask(store, 1), ask(store, 2, stage="Staging")
        other = ask(store, 2)

        point(store, 1, reason="urgent")
        enter(store, 2, "Staging")

        found = {request.request_id: request for request in list_requests(store)}
        assert (found[first.request_id].status, found[first.request_id].decision_reason) == (_S.APPROVED, "urgent")
        assert found[second.request_id].status == _S.APPROVED
        assert found[other.request_id].status == _S.OPEN

    def test_what_is_asked_for_twice_or_there_already_is_refused(self, store: Store) -> None:
        """Neither is there a request for what does not exist."""
        make_model(store, versions=1)
        asked = ask(store, 1)

        with expect_error(
            ResourceAlreadyExists, f"Request '{asked.request_id}' asks already that version 1 of model 'm'…"
        ):
            ask(store, 1)
        point(store, 1)
        with expect_error(InvalidParameterValue, "Version 1 of model 'm' is '@champion' already."):
            ask(store, 1)
        with expect_error(InvalidParameterValue, "Invalid Model Version stage: Live. …"):
            ask(store, 1, stage="Live")
        with expect_error(ResourceDoesNotExist, "Model Version (name=m, version=7) not found"):
            ask(store, 7)
        with expect_error(InvalidParameterValue, "Give either an alias or a stage; got alias '' and stage ''."):
            store.promotions.create(RequestPromotion("m", "1"))
        with expect_error(ResourceDoesNotExist, "Model 'm' has no request for a promotion with the number '99'."):
            store.promotions.comment(CommentPromotion("m", 99, "hello"))
        with expect_error(InvalidParameterValue, "Invalid request_id '0'. …"):
            store.promotions.get(GetPromotion("m", 0))
        with expect_error(InvalidParameterValue, "Missing value for required parameter 'text'…"):
            store.promotions.comment(CommentPromotion("m", asked.request_id, " "))

    def test_requests_are_listed_of_a_version_a_model_or_all(self, store: Store) -> None:
        """In pages, the newest first; they go with their model and vanish with their version."""
        make_model(store, versions=3)
        make_model(store, "other", versions=1)
        numbers = [ask(store, version).request_id for version in (1, 2, 3)]
        other = ask(store, 1, name="other").request_id

        assert [request.request_id for request in list_requests(store, "")] == [other, *numbers[::-1]]
        assert [request.request_id for request in list_requests(store, version="2")] == [numbers[1]]
        page = store.promotions.list(ListPromotions("m", max_results=2))
        assert ([request.request_id for request in page.requests], page.total) == (numbers[:0:-1], 3)
        rest = store.promotions.list(ListPromotions("m", max_results=2, page_token=page.next_page_token))
        assert ([request.request_id for request in rest.requests], rest.next_page_token) == (numbers[:1], "")
        store.registered_models.rename(RenameRegisteredModel("m", "n"))
        store.model_versions.delete(DeleteModelVersion("n", "3"))
        assert [(request.name, request.version) for request in list_requests(store, "n")] == [("n", "2"), ("n", "1")]

    def test_home_tells_of_open_requests_first(self, store: Store) -> None:
        """Once each, though the version was refused, too."""
        make_model(store, versions=2)
        gate = Gate(alias="champion", tags=[RequiredTag("validated")])
        store.governance.set_policy(SetPolicy("m", Policy(gates=[gate])))
        for version in (1, 2):
            with expect_error(PermissionDenied, "Version…"):
                point(store, version)
        asked = ask(store, 1)
        store.promotions.comment(CommentPromotion("m", asked.request_id, "soon"))

        home = store.home.read(ReadHome())

        assert home.requests_total == 1
        assert [(found.version, found.request_id, found.comments) for found in home.pending] == [
            ("1", asked.request_id, 1),
            ("2", 0, 0),
        ]
        assert (home.pending[0].reason, home.pending[0].missing) == ("better recall", ["it has a tag 'validated'"])
