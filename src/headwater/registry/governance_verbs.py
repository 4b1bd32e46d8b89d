"""The client's verbs about promotions: policies, approvals, rollbacks and the log of what happened."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from headwater.protocol.entity import find_member
from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.governance import (
    DEFAULT_EVENTS,
    Approval,
    Approve,
    CheckPromotion,
    CheckPromotionResponse,
    GetPolicy,
    ListApprovals,
    ListEvents,
    RegistryEvent,
    RollBack,
    SetPolicy,
    check_target,
)
from headwater.protocol.model_names import is_active_stage
from headwater.protocol.model_versions import GetModelVersion, TransitionModelVersionStage
from headwater.protocol.policies import Policy
from headwater.protocol.registered_models import SetRegisteredModelAlias
from headwater.registry.connected import RegistryConnected
from headwater.registry.entities import ModelVersion, version_from_wire
from headwater.registry.history import read_history, write_history

if TYPE_CHECKING:
    from headwater.protocol.promotions import PromotionRequest


class GovernanceVerbs(RegistryConnected):
    """Promote with rules, roll back with one call, and know who did what."""

    def promote_model_version(
        self,
        name: str,
        version: str,
        *,
        alias: str = "",
        stage: str = "",
        archive_existing_versions: bool = True,
        reason: str = "",
    ) -> ModelVersion:
        """Point an alias at a version, or move it to a stage, if the model's policy allows it.

        Args:
            name: the registered model.
            version: its version.
            alias: the alias to move, or
            stage: the stage to enter; of the two, one.
            archive_existing_versions: move the others that are in the stage to Archived; not for the stages None and
                Archived themselves.
            reason: why, for the model's history.

        Raises:
            PermissionDenied: the version lacks what the gate asks for; the message says what.

        Example:
            >>> hw.Client().promote_model_version("churn", "3", alias="champion", reason="better recall")
            <ModelVersion 'churn' 3 @champion>
        """
        check_target(alias, stage)
        store, user_id = self._registry(), self._user()
        if alias:
            move = SetRegisteredModelAlias(name, alias, str(version), user_id=user_id, reason=reason)
            store.registered_models.set_alias(move)
            return version_from_wire(store.model_versions.get(GetModelVersion(name, str(version))).model_version)
        archive = archive_existing_versions and is_active_stage(stage)
        enter = TransitionModelVersionStage(name, str(version), stage, archive, user_id=user_id, reason=reason)
        return version_from_wire(store.model_versions.transition_stage(enter).model_version)

    def check_promotion(
        self, name: str, version: str, *, alias: str = "", stage: str = "", reason: str = ""
    ) -> CheckPromotionResponse:
        """Return whether a version would be promoted now, with everything that the gate asks for.

        Example:
            >>> [each.text for each in hw.Client().check_promotion("churn", "3", alias="champion").requirements]
            ["its metric 'auc' is higher than that of version 2, 0.91, (it is 0.93)"]
        """
        user_id = self._user()
        request = CheckPromotion(name, str(version), alias, stage, user_id=user_id, reason=reason)
        return self._registry().governance.check_promotion(request)

    def roll_back_model(
        self, name: str, *, alias: str = "", stage: str = "", version: str = "", reason: str = ""
    ) -> ModelVersion:
        """Give an alias or a stage back to the version that had it before, and return that version.

        No gate is asked: the version passed it once. With `version`, nothing happens unless that is the one that is
        replaced, and `ResourceConflict` is raised.

        Example:
            >>> hw.Client().roll_back_model("churn", alias="champion", reason="alarms since noon")
            <ModelVersion 'churn' 2 @champion>
        """
        store = self._registry()
        request = RollBack(name, alias, stage, str(version), user_id=self._user(), reason=reason)
        back = store.governance.roll_back(request).new
        return version_from_wire(store.model_versions.get(GetModelVersion(name, back)).model_version)

    def approve_model_version(
        self, name: str, version: str, role: str, *, reason: str = "", withdraw: bool = False
    ) -> None:
        """Approve a version in a role that the model's policy gives you, or withdraw your approval.

        Example:
            >>> hw.Client().approve_model_version("churn", "3", "reviewer", reason="checked by hand")
        """
        request = Approve(name, str(version), role, withdraw, user_id=self._user(), reason=reason)
        self._registry().governance.approve(request)

    def get_model_version_approvals(self, name: str, version: str) -> list[Approval]:
        """Return who approved a version, in which role and why."""
        return self._registry().governance.list_approvals(ListApprovals(name, str(version))).approvals

    def request_promotion(
        self,
        name: str,
        version: str,
        *,
        alias: str = "",
        stage: str = "",
        archive_existing_versions: bool = False,
        reason: str = "",
    ) -> "PromotionRequest":
        """Ask others to let a version have an alias or a stage; they comment, and approve or reject it.

        Args:
            name: the registered model.
            version: its version.
            alias: the alias that is asked for, or
            stage: the stage; of the two, one.
            archive_existing_versions: once it is approved, move the others in the stage to Archived.
            reason: why; it is the reason of the promotion, too, unless who approves gives another.

        Raises:
            ResourceAlreadyExists: the same is asked for already; the message says under which number.

        Example:
            >>> hw.Client().request_promotion("churn", "3", alias="champion", reason="better recall").request_id
            7
        """
        from headwater.protocol.promotions import RequestPromotion

        request = RequestPromotion(
            name, str(version), alias, stage, archive_existing_versions, user_id=self._user(), reason=reason
        )
        return self._registry().promotions.create(request).request

    def comment_on_promotion(self, name: str, request_id: int, text: str) -> None:
        """Say something about a request for a promotion.

        Example:
            >>> hw.Client().comment_on_promotion("churn", 7, "Which data was it tested on?")
        """
        from headwater.protocol.promotions import CommentPromotion

        self._registry().promotions.comment(CommentPromotion(name, request_id, text, user_id=self._user()))

    def approve_promotion(self, name: str, request_id: int, *, reason: str = "") -> "PromotionRequest":
        """Do what a request asks for, if the model's policy allows it, and return the request as it is then.

        Raises:
            PermissionDenied: the version lacks what the gate asks for; the request stays open.

        Example:
            >>> hw.Client().approve_promotion("churn", 7).status
            <PromotionStatus.APPROVED: 'APPROVED'>
        """
        from headwater.protocol.promotions import ApprovePromotion

        request = ApprovePromotion(name, request_id, user_id=self._user(), reason=reason)
        return self._registry().promotions.approve(request).request

    def reject_promotion(self, name: str, request_id: int, *, reason: str) -> "PromotionRequest":
        """Turn a request down, and return it as it is then; the reason must be given.

        Example:
            >>> hw.Client().reject_promotion("churn", 7, reason="worse for customers under 25").status
            <PromotionStatus.REJECTED: 'REJECTED'>
        """
        from headwater.protocol.promotions import RejectPromotion

        request = RejectPromotion(name, request_id, user_id=self._user(), reason=reason)
        return self._registry().promotions.reject(request).request

    def withdraw_promotion(self, name: str, request_id: int, *, reason: str = "") -> "PromotionRequest":
        """Take a request of your own back, and return it as it is then."""
        from headwater.protocol.promotions import WithdrawPromotion

        request = WithdrawPromotion(name, request_id, user_id=self._user(), reason=reason)
        return self._registry().promotions.withdraw(request).request

    def list_promotion_requests(
        self, name: str = "", version: str = "", *, status: str | None = "OPEN", max_results: int | None = None
    ) -> "list[PromotionRequest]":
        """Return what was asked for: of a version, of a model, or without a name of all; the newest first.

        Args:
            name: the registered model.
            version: its version.
            status: `OPEN`, `APPROVED`, `REJECTED` or `WITHDRAWN`; None means all of them.
            max_results: how many at most; None means all.

        Example:
            >>> [(request.version, request.target) for request in hw.Client().list_promotion_requests("churn")]
            [('3', '@champion')]
        """
        from headwater.protocol.promotions import MAX_REQUESTS, ListPromotions, PromotionStatus

        store, token, found = self._registry(), "", list["PromotionRequest"]()
        wanted = None if status is None else find_member(PromotionStatus, status)
        while max_results is None or len(found) < max_results:
            most = MAX_REQUESTS if max_results is None else min(MAX_REQUESTS, max_results - len(found))
            page = store.promotions.list(ListPromotions(name, str(version), wanted, most, token))
            found += page.requests
            token = page.next_page_token
            if not token:
                break
        return found

    def get_model_policy(self, name: str = "") -> Policy:
        """Return the policy in force for a model; without a name, that of models that have none of their own."""
        return self._registry().governance.get_policy(GetPolicy(name)).policy

    def set_model_policy(
        self, policy: Policy | Mapping[str, Any] | None, name: str = "", *, reason: str = ""
    ) -> Policy:
        """Give a model a policy; without a name, give it to all models that have none of their own.

        Args:
            policy: stages, roles and gates, as a `Policy` or as plain data of the same shape; None removes it.
            name: the registered model.
            reason: why, for the history.

        Example:
            >>> gate = {"alias": "champion", "metrics": [{"metric": "auc", "beats": "higher"}], "reason": True}
            >>> hw.Client().set_model_policy({"gates": [gate]}, "churn")
        """
        request = SetPolicy(name, _to_policy(policy), user_id=self._user(), reason=reason)
        return self._registry().governance.set_policy(request).policy

    def get_model_history(
        self,
        name: str = "",
        version: str = "",
        *,
        newest_first: bool = False,
        max_results: int | None = DEFAULT_EVENTS,
    ) -> list[RegistryEvent]:
        """Return what happened to a model or one of its versions: who, when, what, from, to, why.

        A history follows its model under new names, and stays when the model is deleted. Without a name it is that of
        the whole registry; None as `max_results` means all of it.

        Example:
            >>> [(event.action, event.old, event.new) for event in hw.Client().get_model_history("churn")]
            [('create_model', None, None), ('create_version', None, 'runs:/0a1b/model')]
        """
        return list(read_history(self._registry(), ListEvents(name, str(version), newest_first), max_results))

    def export_model_history(self, path: str | Path, name: str = "", version: str = "") -> int:
        """Write a whole history to a file, `….jsonl` or `….csv`, and return how many events it has.

        Example:
            >>> hw.Client().export_model_history("audit.csv", "churn")
            42
        """
        events = read_history(self._registry(), ListEvents(name, str(version)), None)
        return write_history(events, Path(path))


def _to_policy(policy: Policy | Mapping[str, Any] | None) -> Policy | None:
    if policy is None or isinstance(policy, Policy):
        return policy
    try:
        return msgspec.convert(policy, Policy)
    except msgspec.ValidationError as error:
        raise InvalidParameterValue(f"This is no policy: {error}. See headwater.Policy.") from error
