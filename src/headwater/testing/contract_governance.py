"""What every store does to govern its registry. Subclass in a test module that has a fixture `store`."""

from typing import Any

from headwater.protocol.attributed import Attributed
from headwater.protocol.errors import (
    InvalidParameterValue,
    PermissionDenied,
    ResourceConflict,
    ResourceDoesNotExist,
)
from headwater.protocol.governance import (
    Approve,
    CheckPromotion,
    GetPolicy,
    ListApprovals,
    ListEvents,
    RegistryAction,
    RegistryEvent,
    RollBack,
    RollBackResponse,
    SetPolicy,
)
from headwater.protocol.model_versions import (
    CreateModelVersion,
    DeleteModelVersion,
    GetModelVersion,
    ModelVersionTag,
    SetModelVersionTag,
    TransitionModelVersionStage,
)
from headwater.protocol.policies import ApprovalRule, Better, Gate, Policy, RequiredTag, Threshold
from headwater.protocol.registered_models import (
    CreateRegisteredModel,
    DeleteRegisteredModel,
    DeleteRegisteredModelAlias,
    GetLatestVersions,
    RegisteredModelTag,
    RenameRegisteredModel,
    SetRegisteredModelAlias,
    SetRegisteredModelTag,
    UpdateRegisteredModel,
)
from headwater.protocol.runs import LogMetric
from headwater.stores.interface import Store
from headwater.testing.contract_registered_models import get_model, make_model
from headwater.testing.stores import expect_error, make_run

_A = RegistryAction


def events_of(store: Store, name: str = "m", **options: Any) -> list[RegistryEvent]:
    """Return a model's log."""
    return store.governance.list_events(ListEvents(name, **options)).events


def point(store: Store, version: int, alias: str = "champion", *, name: str = "m", reason: str = "") -> None:
    """Move an alias."""
    request = SetRegisteredModelAlias(name, alias, str(version), user_id="ada", reason=reason)
    store.registered_models.set_alias(request)


def enter(store: Store, version: int, stage: str, *, archive: bool = True) -> None:
    """Move a version of the model m to a stage."""
    request = TransitionModelVersionStage("m", str(version), stage, archive, user_id="ada")
    store.model_versions.transition_stage(request)


def aliases(store: Store) -> dict[str, str]:
    """Return where the aliases of the model m point."""
    return {alias.alias: alias.version for alias in get_model(store).aliases}


def stages(store: Store, *numbers: int) -> list[str]:
    """Return the stages of versions of the model m."""
    return [
        store.model_versions.get(GetModelVersion("m", str(number))).model_version.current_stage for number in numbers
    ]


def make_scored_version(store: Store, accuracy: float) -> str:
    """Make a version of the model m of a run with this accuracy, and return its number."""
    run_id = make_run(store)
    store.runs.log_metric(LogMetric(run_id=run_id, key="accuracy", value=accuracy, timestamp=1))
    request = CreateModelVersion("m", "s3://b/x", run_id, user_id="ada")
    return store.model_versions.create(request).model_version.version


class HistoryContract:
    """The log: complete, in order, never changed."""

    def test_every_change_is_in_the_log(self, store: Store) -> None:
        """Who, what, which version, from which value to which, and why."""
        models, versions = store.registered_models, store.model_versions
        who: dict[str, Any] = {"user_id": "ada", "reason": "because"}
        models.create(CreateRegisteredModel("m", [RegisteredModelTag("t", "1")], "what for", **who))
        versions.create(CreateModelVersion("m", "s3://b/1", tags=[ModelVersionTag("u", "2")], **who))
        models.set_tag(SetRegisteredModelTag("m", "t", "3", **who))
        models.update(UpdateRegisteredModel("m", "new", **who))
        point(store, 1, reason="because")
        versions.transition_stage(TransitionModelVersionStage("m", "1", "staging", **who))
        models.rename(RenameRegisteredModel("m", "n", **who))
        models.delete_alias(DeleteRegisteredModelAlias("n", "champion", **who))
        models.delete(DeleteRegisteredModel("n", **who))

        found = events_of(store, "n")

        assert [(event.action, event.name, event.version, event.key, event.old, event.new) for event in found] == [
            (_A.CREATE_MODEL, "m", "", "", None, "what for"),
            (_A.SET_MODEL_TAG, "m", "", "t", None, "1"),
            (_A.CREATE_VERSION, "m", "1", "", None, "s3://b/1"),
            (_A.SET_VERSION_TAG, "m", "1", "u", None, "2"),
            (_A.SET_MODEL_TAG, "m", "", "t", "1", "3"),
            (_A.UPDATE_MODEL, "m", "", "", "what for", "new"),
            (_A.SET_ALIAS, "m", "1", "champion", None, "1"),
            (_A.MOVE_STAGE, "m", "1", "", "None", "Staging"),
            (_A.RENAME_MODEL, "n", "", "", "m", "n"),
            (_A.DELETE_ALIAS, "n", "1", "champion", "1", None),
            (_A.DELETE_MODEL, "n", "", "", None, None),
        ]
        assert {(event.user_id, event.reason) for event in found} == {("ada", "because")}
        assert [event.event_id for event in found] == sorted({event.event_id for event in found})
        assert found[1].cause_id == found[0].event_id
        assert not events_of(store, "m")

    def test_what_changes_nothing_is_not_in_the_log(self, store: Store) -> None:
        """A repeated request, and the deletion of what is not there."""
        make_model(store, versions=1)
        point(store, 1)
        before = events_of(store)

        point(store, 1)
        store.registered_models.delete_alias(DeleteRegisteredModelAlias("m", "never"))
        store.registered_models.rename(RenameRegisteredModel("m", "m"))
        enter(store, 1, "None", archive=False)

        assert events_of(store) == before

    def test_a_deleted_version_takes_its_aliases_along(self, store: Store) -> None:
        """Each with an entry that names the deletion as its cause."""
        make_model(store, versions=1)
        point(store, 1)

        store.model_versions.delete(DeleteModelVersion("m", "1", user_id="eve"))

        deleted, gone = events_of(store)[-2:]
        assert (deleted.action, deleted.version, deleted.user_id) == (_A.DELETE_VERSION, "1", "eve")
        assert (gone.action, gone.key, gone.old, gone.cause_id) == (
            _A.DELETE_ALIAS,
            "champion",
            "1",
            deleted.event_id,
        )

    def test_the_log_comes_in_pages_either_way(self, store: Store) -> None:
        """Of one model, of one version, or of the registry."""
        make_model(store, versions=3)
        make_model(store, "other")
        everything = events_of(store, "")

        pages, token = list[RegistryEvent](), ""
        while True:
            answer = store.governance.list_events(ListEvents("m", max_results=3, page_token=token))
            pages += answer.events
            token = answer.next_page_token
            if not token:
                break

        assert pages == everything[:4]
        newest = store.governance.list_events(ListEvents("m", newest_first=True, max_results=2))
        assert newest.events == everything[3:1:-1]
        rest = ListEvents("m", newest_first=True, page_token=newest.next_page_token)
        assert store.governance.list_events(rest).events == everything[1::-1]
        assert events_of(store, version="2") == everything[2:3]
        assert events_of(store, actions=[_A.CREATE_MODEL, _A.SET_ALIAS]) == everything[:1]
        assert events_of(store, "nobody") == []

    def test_a_new_model_of_an_old_name_begins_with_the_log_of_the_old_one(self, store: Store) -> None:
        """So nothing about a name is forgotten."""
        make_model(store)
        store.registered_models.delete(DeleteRegisteredModel("m"))
        make_model(store)

        found = events_of(store)

        assert [event.action for event in found] == [_A.CREATE_MODEL, _A.DELETE_MODEL, _A.CREATE_MODEL]

    def test_what_cannot_be_kept_or_asked_is_refused(self, store: Store) -> None:
        """Long texts, NULs and impossible pages."""
        with expect_error(InvalidParameterValue, "'user_id' exceeds the maximum length of 256 characters"):
            store.registered_models.create(CreateRegisteredModel("m", user_id="a" * 257))
        with expect_error(InvalidParameterValue, "'reason' must not contain a NUL character. Remove it and try again."):
            store.registered_models.create(CreateRegisteredModel("m", reason="\0"))
        with expect_error(InvalidParameterValue, "Invalid page token 'x'. Use the one of the last page."):
            events_of(store, page_token="x")  # noqa: S106 - no password
        with expect_error(InvalidParameterValue, "Missing value for required parameter 'name'…"):
            events_of(store, "", version="1")


class PoliciesContract:
    """Stages, gates, roles and approvals."""

    def test_a_model_has_its_own_policy_or_that_of_the_registry(self, store: Store) -> None:
        """Without either everything is as in MLflow."""
        make_model(store)
        general, own = Policy(stages=["QA"]), Policy(roles={"boss": ["ada"]})

        assert store.governance.get_policy(GetPolicy("m")).policy == Policy()
        store.governance.set_policy(SetPolicy(policy=general, user_id="ada"))
        assert store.governance.get_policy(GetPolicy("m")).policy == general
        answer = store.governance.set_policy(SetPolicy("m", own, user_id="ada", reason="stricter"))
        assert (answer.policy, answer.is_own) == (own, True)
        assert store.governance.get_policy(GetPolicy()).policy == general
        store.governance.set_policy(SetPolicy("m"))
        assert store.governance.get_policy(GetPolicy("m")).policy == general

        changes = [event for event in events_of(store) if event.action == _A.SET_POLICY]
        assert [(event.user_id, event.reason) for event in changes] == [("ada", "stricter"), ("", "")]
        assert changes[0].new == changes[1].old == '{"roles":{"boss":["ada"]}}'
        with expect_error(ResourceDoesNotExist, "Registered Model with name=none not found"):
            store.governance.get_policy(GetPolicy("none"))

    def test_stages_are_those_of_the_policy(self, store: Store) -> None:
        """In any case, in their order, beside None and Archived."""
        make_model(store, versions=3)
        store.governance.set_policy(SetPolicy("m", Policy(stages=["QA", "Live EU"])))

        enter(store, 1, "live eu")
        enter(store, 2, "qa")

        assert stages(store, 1, 2, 3) == ["Live EU", "QA", "None"]
        answer = store.registered_models.get_latest_versions(GetLatestVersions("m"))
        assert [version.version for version in answer.model_versions] == ["3", "2", "1"]
        answer = store.registered_models.get_latest_versions(GetLatestVersions("m", ["LIVE EU"]))
        assert [version.version for version in answer.model_versions] == ["1"]
        assert {version.current_stage for version in get_model(store).latest_versions} == {"None", "QA", "Live EU"}
        with expect_error(
            InvalidParameterValue,
            "Invalid Model Version stage: Production. Value must be one of None, QA, Live EU, Archived.",
        ):
            enter(store, 3, "Production")

    def test_a_stage_that_a_version_is_in_cannot_be_dropped(self, store: Store) -> None:
        """Neither from the model's own policy nor from the registry's."""
        make_model(store, versions=1)
        enter(store, 1, "Production")
        message = "Version 1 of model 'm' is in the stage 'Production', which the policy does not have. …"

        for name in ("m", ""):
            with expect_error(InvalidParameterValue, message):
                store.governance.set_policy(SetPolicy(name, Policy(stages=["QA"])))

        assert store.governance.get_policy(GetPolicy("m")).policy == Policy()

    def test_impossible_policies_are_refused(self, store: Store) -> None:
        """Each with what is wrong about it."""
        gate = Gate(alias="a", approvals=[ApprovalRule("boss")])
        cases = {
            "The stage 'qa' is given twice. Leave it out.": Policy(stages=["QA", "qa"]),
            "The stage 'none' is there anyway. Leave it out.": Policy(stages=["None"]),
            "Invalid Model Version stage: a/b. …": Policy(stages=["a/b"]),
            "A gate stands before one alias or one stage; got alias '' and stage ''.": Policy(gates=[Gate()]),
            "Two gates stand before one alias or stage. Put them into one.": Policy(gates=[Gate(alias="a")] * 2),
            "Invalid Model Version stage: Live. …": Policy(gates=[Gate(stage="Live")]),
            "A gate asks for '1' approvals of the role 'boss'. …": Policy(gates=[gate]),
            "The threshold of metric 'x' says nothing. …": Policy(
                gates=[Gate(alias="a", metrics=[Threshold(metric="x")])]
            ),
        }
        for message, policy in cases.items():
            with expect_error(InvalidParameterValue, message):
                store.governance.set_policy(SetPolicy(policy=policy))

    def test_a_gate_asks_for_tags_and_a_reason(self, store: Store) -> None:
        """A refused promotion changes nothing, and is in the log."""
        make_model(store, versions=2)
        tags = [RequiredTag("validated"), RequiredTag("risk", "low")]
        store.governance.set_policy(SetPolicy("m", Policy(gates=[Gate(alias="champion", tags=tags, reason=True)])))
        store.model_versions.set_tag(SetModelVersionTag("m", "2", "risk", "high"))
        missing = "it has a tag 'validated'; its tag 'risk' is 'low' (it is 'high'); a reason is given"

        with expect_error(
            PermissionDenied, f"Version 2 of model 'm' may not become '@champion'. The policy asks that {missing}."
        ):
            point(store, 2)

        assert aliases(store) == {}
        refused = events_of(store)[-1]
        assert (refused.action, refused.version, refused.key, refused.new) == (_A.REFUSE, "2", "@champion", missing)
        point(store, 2, "challenger")
        store.model_versions.set_tag(SetModelVersionTag("m", "2", "validated", ""))
        store.model_versions.set_tag(SetModelVersionTag("m", "2", "risk", "low"))
        point(store, 2, reason="it is better")
        assert aliases(store) == {"challenger": "2", "champion": "2"}
        assert events_of(store)[-1].reason == "it is better"

    def test_a_gate_before_a_stage_measures_against_the_champion(self, store: Store) -> None:
        """Bounds hold for all, and the champion must be beaten by the margin."""
        make_model(store)
        rule = Threshold(metric="accuracy", at_least=0.5, beats=Better.HIGHER, margin=0.01)
        store.governance.set_policy(SetPolicy("m", Policy(gates=[Gate(stage="production", metrics=[rule])])))
        for accuracy in (0.4, 0.8, 0.805, 0.9):
            make_scored_version(store, accuracy)

        with expect_error(
            PermissionDenied,
            "Version 1 of model 'm' may not become 'Production'. The policy asks that its metric 'accuracy' is at "
            "least 0.5 (it is 0.4).",
        ):
            enter(store, 1, "Production")
        enter(store, 2, "Production")
        with expect_error(
            PermissionDenied,
            "Version 3 of model 'm' may not become 'Production'. The policy asks that its metric 'accuracy' is higher "
            "than that of version 2, 0.8, by at least 0.01 (it is 0.805).",
        ):
            enter(store, 3, "Production")
        enter(store, 3, "Staging")
        enter(store, 4, "Production")

        assert stages(store, 1, 2, 3, 4) == ["None", "Archived", "Staging", "Production"]

    def test_a_version_without_the_metric_does_not_pass(self, store: Store) -> None:
        """Neither does one whose champion has none to compare with."""
        make_model(store, versions=1)
        make_scored_version(store, 0.5)
        point(store, 1)
        lower = Threshold(metric="accuracy", beats=Better.LOWER)
        store.governance.set_policy(SetPolicy("m", Policy(gates=[Gate(alias="champion", metrics=[lower])])))

        with expect_error(PermissionDenied, "Version 2 of model 'm' may not…"):
            point(store, 2)
        answer = store.governance.check_promotion(CheckPromotion("m", "2", "champion"))
        assert [(each.met, each.text) for each in answer.requirements] == [
            (False, "its metric 'accuracy' is lower than that of version 1, unknown, (it is 0.5)")
        ]
        assert (answer.passed, answer.champion) == (False, "1")
        point(store, 2, "other")
        limits = Threshold(metric="loss", at_most=1.0)
        store.governance.set_policy(SetPolicy("m", Policy(gates=[Gate(alias="champion", metrics=[limits])])))
        with expect_error(PermissionDenied, "…"):
            point(store, 2)

    def test_people_of_a_role_approve(self, store: Store) -> None:
        """Whoever registered the version may be left out; whoever loses the role no longer counts."""
        make_model(store)
        make_scored_version(store, 0.5)
        rule = ApprovalRule("reviewer", 2, by_others=True)
        policy = Policy(roles={"reviewer": ["ada", "bob", "eve"]}, gates=[Gate(alias="champion", approvals=[rule])])
        store.governance.set_policy(SetPolicy("m", policy))

        for user in ("ada", "bob"):
            store.governance.approve(Approve("m", "1", "reviewer", user_id=user, reason="looks good"))
            store.governance.approve(Approve("m", "1", "reviewer", user_id=user))
        with expect_error(
            PermissionDenied,
            "Version 1 of model 'm' may not become '@champion'. The policy asks that 2 of the role 'reviewer' other "
            "than 'ada' approved it (1 did).",
        ):
            point(store, 1)
        store.governance.approve(Approve("m", "1", "reviewer", user_id="eve"))
        point(store, 1)

        found = store.governance.list_approvals(ListApprovals("m", "1")).approvals
        assert {(each.role, each.user_id, each.reason) for each in found} == {
            ("reviewer", "ada", "looks good"),
            ("reviewer", "bob", "looks good"),
            ("reviewer", "eve", ""),
        }
        assert [event.user_id for event in events_of(store) if event.action == _A.APPROVE] == ["ada", "bob", "eve"]
        store.governance.approve(Approve("m", "1", "reviewer", withdraw=True, user_id="eve"))
        assert not store.governance.check_promotion(CheckPromotion("m", "1", "champion")).passed
        with expect_error(
            PermissionDenied,
            "'mal' cannot approve in the role 'reviewer': the policy of model 'm' gives it to ada, bob, eve.",
        ):
            store.governance.approve(Approve("m", "1", "reviewer", user_id="mal"))
        with expect_error(
            PermissionDenied, "'ada' cannot approve in the role 'boss': the policy of model 'm' has no such role."
        ):
            store.governance.approve(Approve("m", "1", "boss", user_id="ada"))


class RollbackContract:
    """One call brings back what was there before."""

    def test_an_alias_goes_back_step_by_step(self, store: Store) -> None:
        """Not to what was rolled back, and not to what is deleted."""
        make_model(store, versions=4)
        for number in (1, 2, 3, 4):
            point(store, number)
        store.model_versions.delete(DeleteModelVersion("m", "2"))

        first = self.roll_back(store, alias="champion")
        second = self.roll_back(store, alias="champion")

        assert (first, second) == (RollBackResponse("4", "3"), RollBackResponse("3", "1"))
        assert aliases(store) == {"champion": "1"}
        with expect_error(InvalidParameterValue, "No other version of model 'm' that is still there had the alias…"):
            self.roll_back(store, alias="champion")
        rolled, moved = events_of(store)[-2:]
        assert (rolled.action, rolled.key, rolled.old, rolled.new) == (_A.ROLL_BACK, "@champion", "3", "1")
        assert (rolled.user_id, rolled.reason) == ("ada", "alarm")
        assert (moved.action, moved.key, moved.cause_id) == (_A.SET_ALIAS, "champion", rolled.event_id)

    def test_an_alias_that_was_lost_comes_back(self, store: Store) -> None:
        """With the version that had it, or the one before if that is gone."""
        make_model(store, versions=2)
        point(store, 1)
        point(store, 2)
        store.model_versions.delete(DeleteModelVersion("m", "2"))

        answer = self.roll_back(store, alias="champion")

        assert answer == RollBackResponse("", "1")
        assert aliases(store) == {"champion": "1"}

    def test_a_rollback_asks_no_gate(self, store: Store) -> None:
        """The version was there before the gate was."""
        make_model(store, versions=2)
        point(store, 1)
        point(store, 2)
        store.governance.set_policy(SetPolicy("m", Policy(gates=[Gate(alias="champion", tags=[RequiredTag("x")])])))

        self.roll_back(store, alias="champion")

        assert aliases(store) == {"champion": "1"}

    def test_a_rollback_of_another_version_than_expected_is_refused(self, store: Store) -> None:
        """So two people who see one alarm roll back once."""
        make_model(store, versions=3)
        for number in (1, 2, 3):
            point(store, number)

        self.roll_back(store, alias="champion", version="3")
        with expect_error(ResourceConflict, "Version '2' of model 'm' is '@champion', not version 3. …"):
            self.roll_back(store, alias="champion", version="3")

        assert aliases(store) == {"champion": "2"}

    def test_a_stage_goes_back_to_what_was_archived_for_it(self, store: Store) -> None:
        """And the version that is replaced to where it came from."""
        make_model(store, versions=3)
        enter(store, 1, "Production")
        enter(store, 2, "Staging")
        enter(store, 2, "Production")
        enter(store, 3, "Production")

        first = self.roll_back(store, stage="production")
        after_first = stages(store, 1, 2, 3)
        second = self.roll_back(store, stage="Production")

        assert (first, second) == (RollBackResponse("3", "2"), RollBackResponse("2", "1"))
        assert after_first == ["Archived", "Production", "None"]
        assert stages(store, 1, 2, 3) == ["Production", "Staging", "None"]
        with expect_error(InvalidParameterValue, "No other version of model 'm' was in the stage 'Production'…"):
            self.roll_back(store, stage="Production")

    def test_a_stage_that_was_left_by_hand_is_entered_again(self, store: Store) -> None:
        """By the version that was in it last."""
        make_model(store, versions=2)
        enter(store, 1, "Production")
        enter(store, 1, "Archived", archive=False)
        enter(store, 2, "Production")

        answer = self.roll_back(store, stage="Production")

        assert answer == RollBackResponse("2", "1")
        assert stages(store, 1, 2) == ["Production", "None"]

    def test_a_stage_that_others_are_in_loses_the_last_that_entered(self, store: Store) -> None:
        """Then the highest of the others is what the stage means."""
        make_model(store, versions=2)
        enter(store, 1, "Production", archive=False)
        enter(store, 2, "Production", archive=False)

        answer = self.roll_back(store, stage="Production")

        assert answer == RollBackResponse("2", "1")
        assert stages(store, 1, 2) == ["Production", "None"]

    def test_a_target_must_be_one(self, store: Store) -> None:
        """An alias or a stage, of a model that is there."""
        make_model(store)

        with expect_error(InvalidParameterValue, "Give either an alias or a stage; got alias 'a' and stage 'b'."):
            store.governance.roll_back(RollBack("m", "a", "b"))
        with expect_error(ResourceDoesNotExist, "Registered Model with name=none not found"):
            store.governance.roll_back(RollBack("none", "a"))

    @staticmethod
    def roll_back(store: Store, *, alias: str = "", stage: str = "", version: str = "") -> RollBackResponse:
        """Roll the model m back."""
        who = Attributed(user_id="ada", reason="alarm")
        request = RollBack("m", alias, stage, version, user_id=who.user_id, reason=who.reason)
        return store.governance.roll_back(request)
