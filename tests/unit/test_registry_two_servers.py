"""Two stores over one database change one registry at once: numbers are given once, and aliases never dangle."""

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from headwater.protocol.errors import HeadwaterError, InvalidParameterValue, ResourceAlreadyExists, ResourceDoesNotExist
from headwater.protocol.model_versions import (
    CreateModelVersion,
    DeleteModelVersion,
    GetModelVersion,
    SearchModelVersions,
    TransitionModelVersionStage,
)
from headwater.protocol.registered_models import (
    CreateRegisteredModel,
    DeleteRegisteredModel,
    GetModelVersionByAlias,
    GetRegisteredModel,
    RenameRegisteredModel,
    SetRegisteredModelAlias,
)
from headwater.stores import open_store
from headwater.stores.interface import Store

THREADS = 8


@pytest.fixture
def stores(database_uri: str, tmp_path: Path) -> Iterator[list[Store]]:
    """Return two stores over one new database."""
    opened = [open_store(database_uri, artifacts=tmp_path / "artifacts") for _ in range(2)]
    yield opened
    for store in opened:
        store.close()


def test_every_version_gets_a_number_of_its_own(stores: list[Store]) -> None:
    stores[0].registered_models.create(CreateRegisteredModel("m"))

    def work(index: int) -> int:
        made = stores[index % 2].model_versions.create(CreateModelVersion("m", f"s3://b/{index}")).model_version
        return int(made.version)

    with ThreadPoolExecutor(THREADS) as pool:
        numbers = list(pool.map(work, range(60)))

    assert sorted(numbers) == list(range(1, 61))
    found = stores[0].model_versions.search(SearchModelVersions("name = 'm'", order_by=["version_number"]))
    assert [version.source for version in found.model_versions] == [
        f"s3://b/{numbers.index(number)}" for number in range(1, 61)
    ]


def test_of_two_models_of_one_name_one_is_made(stores: list[Store]) -> None:
    stores[0].registered_models.create(CreateRegisteredModel("old"))

    def work(index: int) -> str:
        models = stores[index % 2].registered_models
        try:
            if index % 3:
                models.create(CreateRegisteredModel(f"m{index // 6}"))
            else:
                models.rename(RenameRegisteredModel("old", f"m{index // 6}"))
        except HeadwaterError as error:
            return error.error_code
        return "renamed" if index % 3 == 0 else "made"

    with ThreadPoolExecutor(THREADS) as pool:
        outcomes = list(pool.map(work, range(60)))

    assert outcomes.count("renamed") <= 1
    assert outcomes.count("made") + outcomes.count("renamed") == 10
    assert set(outcomes) <= {"made", "renamed", "RESOURCE_ALREADY_EXISTS", "RESOURCE_DOES_NOT_EXIST"}


def test_one_version_at_most_stays_in_production(stores: list[Store]) -> None:
    stores[0].registered_models.create(CreateRegisteredModel("m"))
    for number in range(THREADS):
        stores[0].model_versions.create(CreateModelVersion("m", f"s3://b/{number}"))

    def work(index: int) -> None:
        request = TransitionModelVersionStage("m", str(index % THREADS + 1), "Production", True)
        stores[index % 2].model_versions.transition_stage(request)

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(work, range(40)))

    found = stores[0].model_versions.search(SearchModelVersions("name = 'm' AND current_stage = 'Production'"))
    assert len(found.model_versions) == 1


def test_an_alias_always_points_at_a_version_that_is_there(stores: list[Store]) -> None:
    """Versions come, go and are copied across while others read and move the alias."""
    names = ["a", "b"]
    for name in names:
        stores[0].registered_models.create(CreateRegisteredModel(name))
        stores[0].model_versions.create(CreateModelVersion(name, "s3://b/0"))

    def work(seed: int) -> list[tuple[str, int]]:
        return _change_at_random(stores, names, random.Random(seed))

    with ThreadPoolExecutor(THREADS) as pool:
        created = [made for part in pool.map(work, range(THREADS)) for made in part]

    assert len(set(created)) == len(created)
    for name in names:
        model = stores[1].registered_models.get(GetRegisteredModel(name)).registered_model
        for alias in model.aliases:
            version = stores[1].model_versions.get(GetModelVersion(name, alias.version)).model_version
            assert alias.alias in version.aliases


def _change_at_random(stores: list[Store], names: list[str], rng: random.Random) -> list[tuple[str, int]]:
    """Do forty random things and return the versions that were made, as their model's name and their number."""
    created = []
    for _ in range(40):
        store, name = rng.choice(stores), rng.choice(names)
        number = str(rng.randint(1, 12))
        try:
            match rng.randrange(6):
                case 0 | 1:
                    made = store.model_versions.create(
                        CreateModelVersion(name, f"models:/{rng.choice(names)}/{number}")
                    )
                    created.append((name, int(made.model_version.version)))
                case 2:
                    made = store.model_versions.create(CreateModelVersion(name, "s3://b/x"))
                    created.append((name, int(made.model_version.version)))
                case 3:
                    store.model_versions.delete(DeleteModelVersion(name, number))
                case 4:
                    store.registered_models.set_alias(SetRegisteredModelAlias(name, "champion", number))
                case _:
                    _check_champion(store, name)
        except ResourceDoesNotExist:
            continue
    return created


def _check_champion(store: Store, name: str) -> None:
    """Read the champion, which is one version or, for the moment, none."""
    try:
        found = store.registered_models.get_by_alias(GetModelVersionByAlias(name, "champion"))
    except InvalidParameterValue:
        return
    assert "champion" in found.model_version.aliases


def test_a_model_that_is_deleted_meanwhile_takes_no_version(stores: list[Store]) -> None:
    """Whoever was first: nothing is left behind."""

    def work(index: int) -> str:
        store = stores[index % 2]
        try:
            match index % 3:
                case 0:
                    store.registered_models.create(CreateRegisteredModel("m"))
                case 1:
                    store.model_versions.create(CreateModelVersion("m", "s3://b/x"))
                case _:
                    store.registered_models.delete(DeleteRegisteredModel("m"))
        except (ResourceAlreadyExists, ResourceDoesNotExist) as error:
            return error.error_code
        return ""

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(work, range(90)))

    models = {version.name for version in stores[0].model_versions.search(SearchModelVersions()).model_versions}
    try:
        stores[0].registered_models.get(GetRegisteredModel("m"))
    except ResourceDoesNotExist:
        assert models == set()
