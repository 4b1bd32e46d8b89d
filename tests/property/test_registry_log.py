"""Whatever is done to the registry at once, its log tells exactly what it has become, and in which order.

Every step does several things at the same time. Then the log is replayed from its first event: each event must fit what
came before it, and the end must be what the store holds.
"""

import shutil
import tempfile
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from headwater.protocol.errors import HeadwaterError
from headwater.protocol.governance import ListEvents, RegistryAction, RegistryEvent, RollBack, SetPolicy
from headwater.protocol.model_names import ARCHIVED, NO_STAGE
from headwater.protocol.model_versions import (
    CreateModelVersion,
    DeleteModelVersion,
    SearchModelVersions,
    SetModelVersionTag,
    TransitionModelVersionStage,
)
from headwater.protocol.policies import Gate, Policy, RequiredTag
from headwater.protocol.promotions import ApprovePromotion, RequestPromotion
from headwater.protocol.registered_models import (
    CreateRegisteredModel,
    DeleteRegisteredModel,
    DeleteRegisteredModelAlias,
    GetModelVersionByAlias,
    RenameRegisteredModel,
    SearchRegisteredModels,
    SetRegisteredModelAlias,
)
from headwater.stores import open_store
from headwater.stores.interface import Store
from headwater.testing.postgres import create_database

if TYPE_CHECKING:
    from collections.abc import Callable

_A = RegistryAction
GATED = "champion"
REQUIRED = "ok"
STAGES = (NO_STAGE, "Staging", "Production", ARCHIVED)

Request = (
    CreateRegisteredModel
    | DeleteRegisteredModel
    | RenameRegisteredModel
    | CreateModelVersion
    | DeleteModelVersion
    | SetModelVersionTag
    | SetRegisteredModelAlias
    | DeleteRegisteredModelAlias
    | TransitionModelVersionStage
    | RollBack
    | RequestPromotion
    | ApprovePromotion
)

names = st.sampled_from(["a", "b"])
numbers = st.integers(1, 5).map(str)
alias_names = st.sampled_from([GATED, "other"])
stage_names = st.sampled_from(STAGES)
requests = st.one_of(
    st.builds(CreateRegisteredModel, names),
    st.builds(CreateModelVersion, names, st.just("s3://b/x")),
    st.builds(CreateModelVersion, names, st.just("s3://b/x")),
    st.builds(SetModelVersionTag, names, numbers, st.just(REQUIRED), st.just("yes")),
    st.builds(SetRegisteredModelAlias, names, alias_names, numbers),
    st.builds(SetRegisteredModelAlias, names, alias_names, numbers),
    st.builds(DeleteRegisteredModelAlias, names, alias_names),
    st.builds(TransitionModelVersionStage, names, numbers, stage_names),
    st.builds(TransitionModelVersionStage, names, numbers, st.just("Production"), st.just(True)),
    st.builds(RollBack, names, alias_names),
    st.builds(RollBack, names, st.just(""), st.just("Production")),
    st.builds(DeleteModelVersion, names, numbers),
    st.builds(RequestPromotion, names, numbers, alias_names),
    st.builds(RequestPromotion, names, numbers, st.just(""), st.just("Production")),
    st.builds(ApprovePromotion, names, st.integers(1, 6)),
    st.builds(RenameRegisteredModel, names, names),
    st.builds(DeleteRegisteredModel, names),
)


def send(store: Store, request: Request) -> None:
    """Send a request to the verb that takes it."""
    verbs: dict[type, Callable[..., object]] = {
        CreateRegisteredModel: store.registered_models.create,
        DeleteRegisteredModel: store.registered_models.delete,
        RenameRegisteredModel: store.registered_models.rename,
        CreateModelVersion: store.model_versions.create,
        DeleteModelVersion: store.model_versions.delete,
        SetModelVersionTag: store.model_versions.set_tag,
        SetRegisteredModelAlias: store.registered_models.set_alias,
        DeleteRegisteredModelAlias: store.registered_models.delete_alias,
        TransitionModelVersionStage: store.model_versions.transition_stage,
        RollBack: store.governance.roll_back,
        RequestPromotion: store.promotions.create,
        ApprovePromotion: store.promotions.approve,
    }
    verbs[type(request)](request)


@dataclass
class Version:
    """A version as the log tells it."""

    stage: str = NO_STAGE
    tags: dict[str, str] = field(default_factory=dict)


@dataclass
class Model:
    """A model as the log tells it; `last` is the number given last, `requests` are open: version and target."""

    versions: dict[int, Version] = field(default_factory=dict)
    aliases: dict[str, int] = field(default_factory=dict)
    last: int = 0
    requests: dict[str, tuple[int, str]] = field(default_factory=dict)


def replay(events: list[RegistryEvent]) -> dict[str, Model]:
    """Return what the log says that the registry is; fail at an event that does not fit what came before."""
    models: dict[str, Model] = {}
    by_id = {event.event_id: event for event in events}
    for event in events:
        if event.action == _A.SET_POLICY:
            continue
        if event.action == _A.CREATE_MODEL:
            assert event.name not in models
            models[event.name] = Model()
        elif event.action == _A.RENAME_MODEL:
            assert (event.new, event.name in models) == (event.name, False)
            models[event.name] = models.pop(str(event.old))
        elif event.action == _A.DELETE_MODEL:
            del models[event.name]
        elif event.action in {_A.SET_ALIAS, _A.DELETE_ALIAS}:
            replay_alias(models[event.name], event, by_id.get(event.cause_id))
        else:
            replay_version(models[event.name], event)
    return models


def replay_alias(model: Model, event: RegistryEvent, cause: RegistryEvent | None) -> None:
    old = model.aliases.get(event.key)
    assert event.old == (None if old is None else str(old))
    if event.action == _A.DELETE_ALIAS:
        del model.aliases[event.key]
        return
    version = model.versions[int(event.version)]
    assert event.new == event.version != event.old
    is_rollback = cause is not None and cause.action == _A.ROLL_BACK
    assert is_rollback or event.key != GATED or version.tags.get(REQUIRED) == "yes"
    model.aliases[event.key] = int(event.version)


def replay_version(model: Model, event: RegistryEvent) -> None:
    number = int(event.version)
    if event.action == _A.CREATE_VERSION:
        assert number == model.last + 1
        model.last, model.versions[number] = number, Version()
    elif event.action == _A.DELETE_VERSION:
        # Its aliases go by events of their own, right after it.
        del model.versions[number]
        model.requests = {key: asked for key, asked in model.requests.items() if asked[0] != number}
    elif event.action == _A.SET_VERSION_TAG:
        tags = model.versions[number].tags
        assert tags.get(event.key) == event.old != event.new
        tags[event.key] = str(event.new)
    elif event.action == _A.MOVE_STAGE:
        assert model.versions[number].stage == event.old != event.new
        model.versions[number].stage = str(event.new)
    elif event.action == _A.REFUSE:
        assert event.key == f"@{GATED}"
        assert REQUIRED not in model.versions[number].tags
    elif event.action == _A.REQUEST_PROMOTION:
        assert (number, event.key) not in model.requests.values()
        assert not has_target(model, number, event.key)
        model.requests[str(event.new)] = number, event.key
    elif event.action == _A.APPROVE_REQUEST:
        assert model.requests.pop(str(event.new)) == (number, event.key)
        assert has_target(model, number, event.key)
    else:
        assert event.action == _A.ROLL_BACK
        if event.key.startswith("@"):
            now = model.aliases.get(event.key[1:])
            assert event.old == (None if now is None else str(now)) != event.new
        else:
            assert model.versions[int(str(event.old))].stage == event.key


def has_target(model: Model, number: int, target: str) -> bool:
    if target.startswith("@"):
        return model.aliases.get(target[1:]) == number
    return model.versions[number].stage == target


class Registry(RuleBasedStateMachine):
    """One or two stores over one database."""

    count: ClassVar[int]

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="headwater-test-"))
        uri = self.make_database()
        self.stores = [open_store(uri, artifacts=self.folder / "artifacts") for _ in range(self.count)]
        gate = Gate(alias=GATED, tags=[RequiredTag(REQUIRED, "yes")])
        self.stores[0].governance.set_policy(SetPolicy(policy=Policy(gates=[gate])))
        self.log: list[RegistryEvent] = self.read_log()
        self.sent = 0

    def make_database(self) -> str:
        """Return the URI of a new database."""
        return f"sqlite:///{self.folder / 'headwater.db'}"

    def teardown(self) -> None:
        for store in self.stores:
            store.close()
        shutil.rmtree(self.folder)

    def read_log(self) -> list[RegistryEvent]:
        return self.stores[0].governance.list_events(ListEvents(max_results=10_000)).events

    @rule(batch=st.lists(requests, min_size=1, max_size=6))
    def at_once(self, batch: list[Request]) -> None:
        outcomes = [""] * len(batch)
        start = threading.Barrier(len(batch))
        named = []
        for request in batch:
            self.sent += 1
            fields = {name: getattr(request, name) for name in request.__struct_fields__}
            named.append(type(request)(**fields | {"reason": str(self.sent), "user_id": "ada"}))

        def work(index: int) -> None:
            start.wait()
            try:
                send(self.stores[index % len(self.stores)], named[index])
            except HeadwaterError as error:
                outcomes[index] = error.error_code

        threads = [threading.Thread(target=work, args=(index,)) for index in range(len(batch))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        self.check(named, outcomes)

    def check(self, sent: list[Request], outcomes: list[str]) -> None:
        log = self.read_log()
        assert log[: len(self.log)] == self.log, "what was in the log has changed"
        assert [event.event_id for event in log] == sorted({event.event_id for event in log})
        new, self.log = log[len(self.log) :], log
        for request, outcome in zip(sent, outcomes, strict=True):
            self.check_told(request, outcome, [event for event in new if event.reason == request.reason])
        assert {event.reason for event in new} <= {request.reason for request in sent}
        self.check_state(replay(log))

    def check_told(self, request: Request, outcome: str, told: list[RegistryEvent]) -> None:
        """Check that the log tells of what succeeded, and of nothing else."""
        primary = [event.action for event in told if not event.cause_id]
        expected = {
            CreateRegisteredModel: _A.CREATE_MODEL,
            CreateModelVersion: _A.CREATE_VERSION,
            DeleteRegisteredModel: _A.DELETE_MODEL,
            DeleteModelVersion: _A.DELETE_VERSION,
            RollBack: _A.ROLL_BACK,
        }.get(type(request))
        if outcome:
            allowed = {
                "RESOURCE_DOES_NOT_EXIST",
                "RESOURCE_ALREADY_EXISTS",
                "INVALID_PARAMETER_VALUE",
                "PERMISSION_DENIED",
            }
            assert outcome in allowed
            assert primary == ([_A.REFUSE] if outcome == "PERMISSION_DENIED" else [])
        elif expected is not None:
            assert primary == [expected]
        assert {event.cause_id for event in told if event.cause_id} <= {event.event_id for event in told}

    def check_state(self, models: dict[str, Model]) -> None:
        """Check that the store holds what the log tells, and that each alias points at one version that is there."""
        store = self.stores[-1]
        found = store.registered_models.search(SearchRegisteredModels()).registered_models
        assert {model.name: {alias.alias: int(alias.version) for alias in model.aliases} for model in found} == {
            name: model.aliases for name, model in models.items()
        }
        versions = store.model_versions.search(SearchModelVersions()).model_versions
        assert {
            (version.name, int(version.version)): Version(
                version.current_stage, {tag.key: tag.value for tag in version.tags}
            )
            for version in versions
        } == {(name, number): each for name, model in models.items() for number, each in model.versions.items()}
        for name, model in models.items():
            for alias, number in model.aliases.items():
                pointed = store.registered_models.get_by_alias(GetModelVersionByAlias(name, alias)).model_version
                assert int(pointed.version) == number


def test_the_log_of_a_sqlite_store_tells_the_truth() -> None:
    class Sqlite(Registry):
        count = 1

    run_state_machine_as_test(
        Sqlite, settings=settings(max_examples=25, stateful_step_count=25, deadline=None, print_blob=True)
    )


def test_the_log_of_two_servers_on_one_postgresql_tells_the_truth(postgres_url: str) -> None:
    class Postgresql(Registry):
        count = 2

        def make_database(self) -> str:
            return create_database(postgres_url)

    run_state_machine_as_test(
        Postgresql,
        settings=settings(
            max_examples=6, stateful_step_count=20, deadline=None, suppress_health_check=[HealthCheck.too_slow]
        ),
    )


@pytest.mark.parametrize("statement", ["UPDATE registry_event SET user_id = 'eve'", "DELETE FROM registry_event"])
def test_not_even_the_database_lets_the_log_be_changed(database_uri: str, statement: str) -> None:
    from headwater.stores.sql import SqlStore

    store = open_store(database_uri)
    assert isinstance(store, SqlStore)
    store.registered_models.create(CreateRegisteredModel("m", user_id="ada"))

    with pytest.raises(HeadwaterError, match="can only be appended to"):
        store.database.write(lambda connection: connection.execute(statement))

    (event,) = store.governance.list_events(ListEvents()).events
    assert event.user_id == "ada"
    store.close()
