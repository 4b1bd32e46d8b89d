"""Which logged models every store finds. Subclass in a test module that has a fixture `store`.

`logged_model_cases.jsonl` beside this module holds, one JSON array a line, the filter, the other fields of the request
and the answer of a live MLflow server; a text instead of a list is its error message.
"""

import time
from importlib.resources import files

import msgspec

from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.logged_models import (
    CreateLoggedModel,
    FinalizeLoggedModel,
    LoggedModelParam,
    LoggedModelStatus,
    LoggedModelTag,
    SearchLoggedModels,
    SearchLoggedModelsResponse,
)
from headwater.protocol.runs import LogMetric
from headwater.stores.interface import Store
from headwater.testing.logged_model_differences import DIFFERENT, OWN
from headwater.testing.stores import expect_error, make_experiment, make_run

_BY_ID = {"order_by": [{"field_name": "model_id"}]}  # random ids: each data set has an order of its own

Answer = list[str] | str
"""The names found, or the error's message."""


class Case(msgspec.Struct, frozen=True, array_like=True):
    """One question, and the reference's answer."""

    filter: str
    extra: dict[str, object]
    answer: Answer

    @property
    def key(self) -> tuple[str, str]:
        """Return what the differences are listed by."""
        return self.filter, msgspec.json.encode(self.extra).decode() if self.extra else ""


class _Models:
    """The three models of the data set, and the ids that the reference had in its questions."""

    def __init__(self, store: Store) -> None:
        self.experiment_id = make_experiment(store)
        self.run_id = make_run(store, self.experiment_id)
        self._store = store
        first = self._add("A", "clf", lr="0.1", team="red")
        self._log(first, 0.9, 1, "train", "dg")
        self._log(first, 0.5, 2, "test", "dg")
        self._log(self._add("B", "reg", lr="0.2", team="blue"), 0.7, 0)
        store.logged_models.create(CreateLoggedModel(self.experiment_id, "C", "clf", self.run_id))
        found = store.logged_models.search(SearchLoggedModels([self.experiment_id])).models
        self.by_id = [model.info.name for model in sorted(found, key=lambda model: model.info.model_id)]
        self.known = {
            "m-98bff394ffce4e4e8d238c854df1c508": first,
            "ce49eb3b214943bc8539d3ef6e2c7813": self.run_id,
            "'13'": f"'{self.experiment_id}'",
        }

    def answer(self, case: Case) -> Answer:
        text = case.filter
        for theirs, ours in self.known.items():
            text = text.replace(theirs, ours)
        asked = {"experiment_ids": [self.experiment_id], "filter": text, **case.extra}
        try:
            found = self._store.logged_models.search(msgspec.convert(asked, SearchLoggedModels))
        except InvalidParameterValue as error:
            return error.message
        return [model.info.name for model in found.models]

    def _add(self, name: str, model_type: str, *, lr: str, team: str) -> str:
        request = CreateLoggedModel(
            self.experiment_id,
            name,
            model_type,
            self.run_id,
            [LoggedModelParam("lr", lr)],
            [LoggedModelTag("team", team)],
        )
        info = self._store.logged_models.create(request).model.info
        while time.time_ns() // 1_000_000 <= info.creation_timestamp_ms:
            pass  # so that no two models are of the same millisecond
        model_id = info.model_id
        self._store.logged_models.finalize(FinalizeLoggedModel(model_id, status=LoggedModelStatus.READY))
        return model_id

    def _log(self, model_id: str, value: float, step: int, name: str = "", digest: str = "") -> None:
        self._store.runs.log_metric(
            LogMetric(
                run_id=self.run_id,
                key="acc",
                value=value,
                timestamp=1,
                step=step,
                model_id=model_id,
                dataset_name=name,
                dataset_digest=digest,
            )
        )


def reference_cases() -> list[Case]:
    """Return every recorded case."""
    text = files("headwater.testing").joinpath("logged_model_cases.jsonl").read_text("utf-8")
    return [msgspec.json.decode(line, type=Case) for line in text.splitlines()]


def _is_expected(models: _Models, case: Case, answer: Answer) -> bool:
    expected = models.by_id if case.extra == _BY_ID else DIFFERENT.get(case.key, case.answer)
    if isinstance(answer, str) and isinstance(expected, str):
        return answer.startswith(expected)
    return answer == expected


def _names(page: SearchLoggedModelsResponse) -> list[str]:
    return [model.info.name for model in page.models]


class LoggedModelSearchContract:
    """Answering every recorded question, and ours."""

    def test_models_are_found_as_the_reference_finds_them(self, store: Store) -> None:
        """Filters, datasets and orders over the three models."""
        models = _Models(store)
        cases = [*reference_cases(), *(msgspec.convert(case, Case) for case in OWN)]

        answers = [models.answer(case) for case in cases]

        wrong = [pair for pair in zip(cases, answers, strict=True) if not _is_expected(models, *pair)]
        assert wrong == []

    def test_pages_hold_every_model_once_while_others_are_created(self, store: Store) -> None:
        """Models that come later are in no page; the next search begins with them."""
        experiment_id = make_experiment(store)
        for index in range(5):
            store.logged_models.create(CreateLoggedModel(experiment_id, f"old{index}"))
        asked = SearchLoggedModels([experiment_id], max_results=2)
        pages: list[list[str]] = []
        token = ""
        while not pages or token:
            page = store.logged_models.search(msgspec.structs.replace(asked, page_token=token))
            pages.append(_names(page))
            token = page.next_page_token
            store.logged_models.create(CreateLoggedModel(experiment_id, f"new{len(pages)}"))

        assert pages == [["old4", "old3"], ["old2", "old1"], ["old0"]]
        assert _names(store.logged_models.search(asked)) == ["new3", "new2"]

    def test_a_page_token_of_another_search_is_refused(self, store: Store) -> None:
        """As is anything that is no token."""
        experiment_id = make_experiment(store)
        for _ in range(2):
            store.logged_models.create(CreateLoggedModel(experiment_id))
        token = store.logged_models.search(SearchLoggedModels([experiment_id], max_results=1)).next_page_token

        with expect_error(InvalidParameterValue, "The page token belongs to another search. …"):
            store.logged_models.search(SearchLoggedModels([experiment_id], "name = 'x'", page_token=token))
        for text, message in (("%%", "could not base64-decode"), ("e30=", "decoded value=b'{}'")):
            with expect_error(InvalidParameterValue, f"Invalid page token, {message}"):
                store.logged_models.search(SearchLoggedModels([experiment_id], page_token=text))

    def test_models_of_several_experiments_are_found_together(self, store: Store) -> None:
        """Unknown experiments have none; no experiment at all is an error."""
        ids = [make_experiment(store) for _ in range(10)]
        for index, experiment_id in enumerate(ids):
            store.logged_models.create(CreateLoggedModel(experiment_id, f"of{index}"))

        found = store.logged_models.search(SearchLoggedModels([*ids, "98765"], "name != 'of3'"))

        assert _names(found) == [f"of{index}" for index in range(9, -1, -1) if index != 3]
        with expect_error(InvalidParameterValue, "Missing value for required parameter 'experiment_ids'. …"):
            store.logged_models.search(SearchLoggedModels())
