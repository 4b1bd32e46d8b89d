"""Whatever is done to the registry in whatever order, it says what a few dicts in Python say."""

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from headwater.protocol.errors import HeadwaterError
from headwater.protocol.model_names import ACTIVE_STAGES, ARCHIVED, NO_STAGE, STAGES
from headwater.protocol.model_versions import (
    CreateModelVersion,
    DeleteModelVersion,
    SearchModelVersions,
    SetModelVersionTag,
    TransitionModelVersionStage,
)
from headwater.protocol.registered_models import (
    CreateRegisteredModel,
    DeleteRegisteredModel,
    DeleteRegisteredModelAlias,
    GetModelVersionByAlias,
    RegisteredModel,
    RenameRegisteredModel,
    SearchRegisteredModels,
    SetRegisteredModelAlias,
)
from headwater.stores import open_store

NAMES = st.sampled_from(["a", "b", "c"])
NUMBERS = st.integers(1, 6)
ALIASES = st.sampled_from(["champion", "challenger", "x"])


@dataclass
class Version:
    """What is expected of a version."""

    stage: str = NO_STAGE
    tags: dict[str, str] = field(default_factory=dict)


@dataclass
class Model:
    """What is expected of a model; `last` is the number given last."""

    versions: dict[int, Version] = field(default_factory=dict)
    aliases: dict[str, int] = field(default_factory=dict)
    last: int = 0

    def latest(self) -> dict[str, int]:
        """Return the highest version of each stage."""
        return {version.stage: number for number, version in sorted(self.versions.items())}


class Registry(RuleBasedStateMachine):
    """A SQLite store beside the dicts."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="headwater-test-"))
        self.store = open_store(f"sqlite:///{self.folder / 'headwater.db'}")
        self.models: dict[str, Model] = {}

    def teardown(self) -> None:
        self.store.close()
        shutil.rmtree(self.folder)

    def expect(self, code: str, call: Callable[[], object]) -> None:
        """Make the call and expect this error, or success for an empty code."""
        happened = ""
        try:
            call()
        except HeadwaterError as error:
            happened = error.error_code
        assert happened == code

    def absent(self, name: str, number: int = 0) -> str:
        """Return the code of the error that a call about this model or version is answered with."""
        known = name in self.models and (not number or number in self.models[name].versions)
        return "" if known else "RESOURCE_DOES_NOT_EXIST"

    @rule(name=NAMES)
    def create(self, name: str) -> None:
        taken = "RESOURCE_ALREADY_EXISTS" if name in self.models else ""
        self.expect(taken, lambda: self.store.registered_models.create(CreateRegisteredModel(name)))
        self.models.setdefault(name, Model())

    @rule(name=NAMES, new_name=NAMES)
    def rename(self, name: str, new_name: str) -> None:
        code = self.absent(name)
        if not code and new_name != name and new_name in self.models:
            code = "RESOURCE_ALREADY_EXISTS"
        self.expect(code, lambda: self.store.registered_models.rename(RenameRegisteredModel(name, new_name)))
        if not code:
            self.models[new_name] = self.models.pop(name)

    @rule(name=NAMES)
    def delete(self, name: str) -> None:
        self.expect(self.absent(name), lambda: self.store.registered_models.delete(DeleteRegisteredModel(name)))
        self.models.pop(name, None)

    @rule(name=NAMES)
    def create_version(self, name: str) -> None:
        code = self.absent(name)
        self.expect(code, lambda: self.store.model_versions.create(CreateModelVersion(name, "s3://b/x")))
        if not code:
            model = self.models[name]
            model.last += 1
            model.versions[model.last] = Version()

    @rule(name=NAMES, number=NUMBERS)
    def delete_version(self, name: str, number: int) -> None:
        code = self.absent(name, number)
        self.expect(code, lambda: self.store.model_versions.delete(DeleteModelVersion(name, str(number))))
        if not code:
            model = self.models[name]
            del model.versions[number]
            model.aliases = {alias: at for alias, at in model.aliases.items() if at != number}

    @rule(name=NAMES, number=NUMBERS, alias=ALIASES)
    def set_alias(self, name: str, number: int, alias: str) -> None:
        code = self.absent(name, number)
        request = SetRegisteredModelAlias(name, alias, str(number))
        self.expect(code, lambda: self.store.registered_models.set_alias(request))
        if not code:
            self.models[name].aliases[alias] = number

    @rule(name=NAMES, alias=ALIASES)
    def delete_alias(self, name: str, alias: str) -> None:
        request = DeleteRegisteredModelAlias(name, alias)
        self.expect(self.absent(name), lambda: self.store.registered_models.delete_alias(request))
        if name in self.models:
            self.models[name].aliases.pop(alias, None)

    @rule(name=NAMES, number=NUMBERS, stage=st.sampled_from(STAGES), archive=st.booleans())
    def promote(self, name: str, number: int, stage: str, archive: bool) -> None:  # noqa: FBT001 - a rule's argument
        code = self.absent(name, number)
        if archive and stage not in ACTIVE_STAGES:
            code = "INVALID_PARAMETER_VALUE"
        request = TransitionModelVersionStage(name, str(number), stage, archive)
        self.expect(code, lambda: self.store.model_versions.transition_stage(request))
        if not code:
            versions = self.models[name].versions
            for version in versions.values():
                if archive and version.stage == stage:
                    version.stage = ARCHIVED
            versions[number].stage = stage

    @rule(name=NAMES, number=NUMBERS, value=st.sampled_from(["", "1", "é"]))
    def set_tag(self, name: str, number: int, value: str) -> None:
        code = self.absent(name, number)
        request = SetModelVersionTag(name, str(number), "t", value)
        self.expect(code, lambda: self.store.model_versions.set_tag(request))
        if not code:
            self.models[name].versions[number].tags["t"] = value

    @invariant()
    def models_are_as_expected(self) -> None:
        found = self.store.registered_models.search(SearchRegisteredModels()).registered_models
        assert [model.name for model in found] == sorted(self.models)
        for model in found:
            self.check_model(model, self.models[model.name])

    def check_model(self, found: RegisteredModel, expected: Model) -> None:
        aliases = {alias.alias: int(alias.version) for alias in found.aliases}
        assert aliases == expected.aliases
        latest = {version.current_stage: int(version.version) for version in found.latest_versions}
        assert latest == expected.latest()
        for alias, number in aliases.items():
            pointed = self.store.registered_models.get_by_alias(GetModelVersionByAlias(found.name, alias)).model_version
            assert int(pointed.version) == number
            assert alias in pointed.aliases

    @invariant()
    def versions_are_as_expected(self) -> None:
        found = self.store.model_versions.search(SearchModelVersions()).model_versions
        assert {
            (version.name, int(version.version)): Version(
                version.current_stage, {tag.key: tag.value for tag in version.tags}
            )
            for version in found
        } == {
            (name, number): version for name, model in self.models.items() for number, version in model.versions.items()
        }


TestRegistry = Registry.TestCase
TestRegistry.settings = settings(max_examples=15, stateful_step_count=40, deadline=None)
