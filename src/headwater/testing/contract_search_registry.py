"""What every store finds in its registry. Subclass in a test module that has a fixture `store`.

The cases stand with those of `contract_search`.
"""

import time

from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.model_names import PROMPT_TAG
from headwater.protocol.model_versions import CreateModelVersion, ModelVersionTag, SearchModelVersions
from headwater.protocol.registered_models import CreateRegisteredModel, RegisteredModelTag, SearchRegisteredModels
from headwater.stores.interface import Store
from headwater.testing.contract_search import Answer, Case, cases_of, find_differences

_PREFIX = "rm1795504023"
_RUN = "12ed3b26428e492484032157c6ee788c"
_MODELS = {
    "Alpha": {"team": "red", "z": "1"},
    "beta": {"team": "Blue"},
    "Gamma": {},
    "Prompt": {PROMPT_TAG: "true"},
}


def make_models(store: Store) -> None:
    """Create the models of the data set `registered_models`, a prompt among them."""
    for name, tags in _MODELS.items():
        request = CreateRegisteredModel(_PREFIX + name, [RegisteredModelTag(*tag) for tag in tags.items()])
        _wait_after(store.registered_models.create(request).registered_model.creation_timestamp)


def make_versions(store: Store) -> None:
    """Create the models and versions of the data set `model_versions`."""
    make_models(store)
    for name, source, run_id, tags in (
        ("Alpha", "s3://b/a1", "", {"t": "1"}),
        ("Alpha", f"runs:/{_RUN}/model", _RUN, {"t": "2", "u": "x"}),
        ("Alpha", "s3://b/a3", "", {}),
        ("beta", "s3://b/b1", "", {"t": "1"}),
        ("Prompt", "s3://b/p1", "", {PROMPT_TAG: "true"}),
    ):
        wire_tags = [ModelVersionTag(*tag) for tag in tags.items()]
        made = store.model_versions.create(CreateModelVersion(_PREFIX + name, source, run_id, wire_tags))
        _wait_after(made.model_version.creation_timestamp)


def _wait_after(time_ms: int) -> None:
    while time.time_ns() // 1_000_000 <= time_ms:
        pass


def _answer_about_models(store: Store, case: Case) -> Answer:
    try:
        found = store.registered_models.search(SearchRegisteredModels(case.filter, order_by=case.order_by))
    except InvalidParameterValue as error:
        return error.message
    return [model.name.removeprefix(_PREFIX) for model in found.registered_models]


def _answer_about_versions(store: Store, case: Case) -> Answer:
    try:
        found = store.model_versions.search(SearchModelVersions(case.filter, order_by=case.order_by)).model_versions
    except InvalidParameterValue as error:
        return error.message
    return [f"{version.name.removeprefix(_PREFIX)}/{version.version}" for version in found]


class RegistrySearchContract:
    """Answering every recorded question, and paging."""

    def test_models_are_found_as_the_reference_finds_them(self, store: Store) -> None:
        """Filters and orders over three models and a prompt."""
        make_models(store)
        cases = cases_of("registered_models")

        answers = [_answer_about_models(store, case) for case in cases]

        assert find_differences(cases, answers) == []

    def test_versions_are_found_as_the_reference_finds_them(self, store: Store) -> None:
        """Filters and orders over four versions and that of a prompt."""
        make_versions(store)
        cases = cases_of("model_versions")

        answers = [_answer_about_versions(store, case) for case in cases]

        assert find_differences(cases, answers) == []

    def test_pages_of_models_follow_each_other(self, store: Store) -> None:
        """Every model once, and no token after the last."""
        for number in range(7):
            store.registered_models.create(CreateRegisteredModel(f"m{number}"))
        names: list[str] = []
        token = ""
        sizes: list[int] = []

        while not sizes or token:
            page = store.registered_models.search(SearchRegisteredModels("", 3, ["name DESC"], token))
            names += [model.name for model in page.registered_models]
            sizes.append(len(page.registered_models))
            token = page.next_page_token

        assert names == [f"m{number}" for number in reversed(range(7))]
        assert sizes == [3, 3, 1]

    def test_pages_of_versions_follow_each_other(self, store: Store) -> None:
        """Every version once; a last page that is full has no token."""
        store.registered_models.create(CreateRegisteredModel("m"))
        for _ in range(4):
            store.model_versions.create(CreateModelVersion("m", "s3://b/x"))

        first = store.model_versions.search(SearchModelVersions("name = 'm'", 2, ["version_number"]))
        second = store.model_versions.search(
            SearchModelVersions("name = 'm'", 2, ["version_number"], first.next_page_token)
        )

        assert [version.version for version in first.model_versions] == ["1", "2"]
        assert [version.version for version in second.model_versions] == ["3", "4"]
        assert second.next_page_token == ""
