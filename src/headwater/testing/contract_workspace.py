"""What every store does for a workspace of many runs. Subclass in a test module that has a fixture `store`."""

import math
from statistics import stdev

import pytest

from headwater.protocol.columns import QueryRuns
from headwater.protocol.errors import InvalidParameterValue, ResourceDoesNotExist
from headwater.protocol.experiments import ExperimentTag, SetExperimentTag, ViewType
from headwater.protocol.inputs import Dataset, DatasetInput, InputTag, LogInputs
from headwater.protocol.logged_models import CreateLoggedModel, DeleteLoggedModel
from headwater.protocol.metrics import Metric
from headwater.protocol.runs import DeleteRun, LogBatch, Param, RunStatus, RunTag, SetTag, UpdateRun
from headwater.protocol.workspace import (
    DIRECTION_TAG,
    MAIN_METRIC_TAG,
    Histogram,
    ListOverviews,
    ListValues,
    QueryGroups,
    QueryGroupsResponse,
    RunGroup,
    ValueCount,
)
from headwater.stores.interface import Store
from headwater.testing.contract_columns import find_column, texts_of
from headwater.testing.stores import expect_error, make_experiment, make_run


def _make_trial(store: Store, experiment: str, number: int, *, model: str, lr: str, auc: float | None) -> str:
    run_id = make_run(store, experiment, name=f"trial {number}", start_time=1000 + number)
    metrics = [] if auc is None else [Metric("auc", auc, 1, 1)]
    params = [Param("model", model), Param("lr", lr)] if model else [Param("lr", lr)]
    store.runs.log_batch(LogBatch(run_id, metrics, params))
    return run_id


def _read_dataset(store: Store, run_id: str, *names: str) -> None:
    datasets = [
        DatasetInput(Dataset(name, f"digest-{name}", "local", "{}"), [InputTag("mlflow.data.context", "train")])
        for name in names
    ]
    store.inputs.log(LogInputs(run_id, datasets))


class GroupsContract:
    """Runs that share values, summed up over all that match."""

    def test_groups_are_summed_up_over_all_runs_that_match(self, store: Store) -> None:
        """Count, mean, range and deviation; the best group first, and in it its best run."""
        experiment = make_experiment(store)
        first = _make_trial(store, experiment, 0, model="xgb", lr="0.1", auc=0.5)
        best = _make_trial(store, experiment, 1, model="xgb", lr="0.2", auc=0.75)
        other = _make_trial(store, experiment, 2, model="lgbm", lr="0.4", auc=0.625)
        none = _make_trial(store, experiment, 3, model="", lr="0.8", auc=None)
        gone = _make_trial(store, experiment, 4, model="xgb", lr="0.1", auc=0.99)
        store.runs.delete(DeleteRun(gone))
        for run_id in (first, other, none):
            store.runs.update(UpdateRun(run_id=run_id, status=RunStatus.FINISHED, end_time=2000))

        columns = ["metrics.auc", "params.lr"]
        found = store.workspace.query_groups(
            QueryGroups([experiment], ["params.model"], columns=columns, best="metrics.auc")
        )
        worst = store.workspace.query_groups(
            QueryGroups([experiment], ["params.model"], best="metrics.auc", least=True)
        )

        assert (found.total, found.matched) == (3, 4)
        assert found.groups == [
            RunGroup(["xgb"], 2, 1, 0.75, best, "trial 1"),
            RunGroup(["lgbm"], 1, 0, 0.625, other, "trial 2"),
            RunGroup([None], 1, 0, None, "", ""),
        ]
        auc, lr = found.columns
        assert (auc.name, auc.count, auc.mean) == ("metrics.auc", [2, 1, 0], [0.625, 0.625, None])
        assert (auc.min, auc.max) == ([0.5, 0.625, None], [0.75, 0.625, None])
        assert auc.std == [pytest.approx(stdev([0.5, 0.75])), None, None]
        assert lr.mean == [pytest.approx(0.15), 0.4, 0.8]
        assert [group.best_run_id for group in worst.groups] == [first, other, ""]

    def test_several_keys_the_filter_and_the_limit_hold(self, store: Store) -> None:
        """Without a best, the largest group comes first; `total` counts the groups before the limit."""
        experiment = make_experiment(store)
        for number in range(6):
            _make_trial(store, experiment, number, model=("a", "b")[number % 2], lr=("1", "2", "2")[number % 3], auc=1)

        found = store.workspace.query_groups(
            QueryGroups([experiment], ["params.model", "params.lr"], filter="params.lr = '2'", limit=1)
        )
        every = store.workspace.query_groups(QueryGroups([experiment], ["params.lr"]))

        assert (found.total, found.matched, len(found.groups)) == (2, 4, 1)
        assert found.groups[0].runs == 2
        assert [(group.values, group.runs) for group in every.groups] == [(["2"], 4), (["1"], 2)]

    def test_runs_are_grouped_by_tags_attributes_parents_and_datasets(self, store: Store) -> None:
        """A run that read several datasets is in the group of all of them."""
        experiment = make_experiment(store)
        parent, child = (make_run(store, experiment, start_time=start) for start in (1, 2))
        tags = [RunTag("team", "vision"), RunTag("mlflow.parentRunId", parent)]
        store.runs.log_batch(LogBatch(child, [], [], tags))
        _read_dataset(store, child, "train", "more")

        def by(key: str) -> dict[str | None, int]:
            answer = store.workspace.query_groups(QueryGroups([experiment], [key]))
            return {group.values[0]: group.runs for group in answer.groups}

        assert by("tags.team") == {"vision": 1, None: 1}
        assert by("parent") == {parent: 1, None: 1}
        assert by("attributes.status") == {"RUNNING": 2}
        assert by("attributes.experiment_id") == {experiment: 2}
        assert by("datasets.name") == {"more, train": 1, None: 1}
        columns = store.columns.query_runs(QueryRuns([experiment], columns=["datasets.name", "datasets.context"]))
        assert texts_of(find_column(columns, "datasets.name")) == ["more, train", None]
        assert texts_of(find_column(columns, "datasets.context")) == ["train", None]

    def test_a_nan_is_no_number_of_a_group(self, store: Store) -> None:
        """Infinities are numbers; and no runs are no groups."""
        experiment = make_experiment(store)
        for number, auc in enumerate((math.nan, 1.0, math.inf)):
            _make_trial(store, experiment, number, model="m", lr="1", auc=auc)
        empty = make_experiment(store)

        request = QueryGroups([experiment], ["params.model"], columns=["metrics.auc"], best="metrics.auc", least=True)
        found = store.workspace.query_groups(request)
        nothing = store.workspace.query_groups(QueryGroups([empty], ["params.model"], columns=["metrics.auc"]))

        (column,) = found.columns
        assert (column.count, column.min, column.max) == ([2], [1.0], [math.inf])
        assert found.groups[0].best == 1.0
        assert (nothing.groups, nothing.columns[0].mean) == ([], [])
        assert store.workspace.query_groups(QueryGroups([], ["params.model"])) == QueryGroupsResponse(0, 0, [], [])

    def test_what_cannot_be_grouped_is_refused(self, store: Store) -> None:
        """A metric has too many values; a text none to sum up."""
        experiment = make_experiment(store)
        with expect_error(InvalidParameterValue, "Runs cannot be grouped by 'metrics.auc'. Group by params,…"):
            store.workspace.query_groups(QueryGroups([experiment], ["metrics.auc"]))
        with expect_error(InvalidParameterValue, "The column 'tags.a' has no numbers to sum up. Sum up metrics,…"):
            store.workspace.query_groups(QueryGroups([experiment], ["params.a"], columns=["tags.a"]))
        with expect_error(InvalidParameterValue, "Runs are grouped by 1 to 4 keys; got '0'."):
            store.workspace.query_groups(QueryGroups([experiment], []))
        with expect_error(InvalidParameterValue, "Invalid limit '0': 1 to 5000."):
            store.workspace.query_groups(QueryGroups([experiment], ["params.a"], limit=0))


PARENT = "mlflow.parentRunId"


class StatisticsContract:
    """Columns of metrics that hold a number of all points."""

    def test_a_metric_column_can_hold_the_range_and_mean_of_all_points(self, store: Store) -> None:
        """Sealed or not; a run without the metric, or with NaN only, has nothing there."""
        experiment = make_experiment(store)
        live, ended, nothing, broken = (make_run(store, experiment, start_time=start) for start in (1, 2, 3, 4))
        for run_id in (live, ended):
            points = [Metric("loss", value, 1, step) for step, value in enumerate((4.0, 1.0, math.nan, 3.0))]
            store.runs.log_batch(LogBatch(run_id, points))
        store.runs.update(UpdateRun(run_id=ended, status=RunStatus.FINISHED, end_time=9))
        store.runs.log_batch(LogBatch(broken, [Metric("loss", math.nan, 1)]))
        columns = [f"{statistic}metrics.loss" for statistic in ("min:", "max:", "mean:", "first:", "")]

        found = store.columns.query_runs(
            QueryRuns([experiment], order_by=["attributes.start_time ASC"], columns=columns)
        )

        assert found.run_ids == [live, ended, nothing, broken]
        assert find_column(found, "min:metrics.loss").numbers == [1.0, 1.0, None, None]
        assert find_column(found, "max:metrics.loss").numbers == [4.0, 4.0, None, None]
        assert find_column(found, "mean:metrics.loss").numbers == pytest.approx([8 / 3, 8 / 3, None, None])
        assert find_column(found, "first:metrics.loss").numbers == [4.0, 4.0, None, None]
        last = find_column(found, "metrics.loss").numbers
        assert last is not None
        assert last[:3] == [3.0, 3.0, None]
        with expect_error(InvalidParameterValue, "Invalid column 'sum:metrics.loss'. Columns are metrics.<key>,…"):
            store.columns.query_runs(QueryRuns([experiment], columns=["sum:metrics.loss"]))
        with expect_error(InvalidParameterValue, "Invalid column 'min:metrics.*'. A statistic is read of one metric…"):
            store.columns.query_runs(QueryRuns([experiment], columns=["min:metrics.*"]))

    def test_runs_are_ordered_by_a_statistic_of_all_points(self, store: Store) -> None:
        """Before and behind other keys of the order, page by page; runs without it come last in both directions."""
        experiment = make_experiment(store)
        values = {"a": (5.0, 1.0, 9.0), "b": (2.0, 3.0, 4.0), "c": (8.0, 1.0, 2.0), "d": (math.nan,), "e": ()}
        runs = {name: make_run(store, experiment, name=name, start_time=1) for name in values}
        for name, points in values.items():
            logged = [Metric("loss/all", value, 1, step) for step, value in enumerate(points)]
            params = [Param("half", "first" if name in "ab" else "last")]
            store.runs.log_batch(LogBatch(runs[name], logged, params))

        def names(*order_by: str, offset: int = 0, limit: int = 10) -> str:
            query = QueryRuns([experiment], order_by=list(order_by), offset=offset, limit=limit)
            return "".join(store.columns.query_runs(query).run_names)

        assert names("min:metrics.`loss/all` DESC", "attributes.run_name") == "bacde"
        assert names("min:metrics.`loss/all`", "attributes.run_name DESC") == "cabed"
        assert names("mean:metrics.`loss/all`", "run_name") == "bcade"
        assert names("params.half", "max:metrics.`loss/all` DESC", "run_name") == "abcde"
        assert names("run_name DESC", "first:metrics.`loss/all`") == "edcba"
        assert names("min:metrics.`loss/all`", "max:metrics.`loss/all`", "metrics.`loss/all`", "run_id")[:3] == "cab"
        assert names("first:metrics.`loss/all` ASC", "run_name", offset=1, limit=2) == "ac"
        assert names("status", "duration", "start_time", "first:metrics.absent", "run_name") == "abcde"
        with expect_error(InvalidParameterValue, "Invalid order_by clause 'min:params.half'. A statistic is one of a…"):
            names("min:params.half")
        with expect_error(InvalidParameterValue, "`order_by` contains duplicate fields:…"):
            names("min:metrics.loss", "metrics.loss", "min:metrics.loss DESC")

    def test_the_parents_of_runs_that_match_follow_them(self, store: Store) -> None:
        """All the way up, with their columns; those that match, are in the trash or elsewhere do not come again."""
        experiment, other = make_experiment(store), make_experiment(store)
        parent, names = make_run(store, other, name="elsewhere"), ["root", "branch", "twig", "leaf", "bud"]
        runs = {}
        for name in names:
            runs[name] = make_run(store, experiment, name=name)
            store.runs.set_tag(SetTag(run_id=runs[name], key=PARENT, value=parent))
            parent = runs[name]
            store.runs.log_batch(LogBatch(parent, [Metric("loss", 1.0, 1)], [Param("name", name)]))
        store.runs.set_tag(SetTag(run_id=runs["root"], key=PARENT, value=runs["branch"]))
        columns = ["params.name", "min:metrics.loss"]
        query = QueryRuns([experiment], "params.name IN ('leaf', 'twig')", columns=columns, ancestors=True)

        found = store.columns.query_runs(query)
        bud = QueryRuns([experiment], "params.name = 'bud'", order_by=["min:metrics.loss"], ancestors=True)
        store.runs.delete(DeleteRun(runs["twig"]))

        assert (found.matched, found.ancestors) == (2, 2)
        assert set(found.run_names[:2]) == {"leaf", "twig"}
        assert found.run_names[2:] == ["branch", "root"]
        assert texts_of(find_column(found, "params.name")) == found.run_names
        assert find_column(found, "min:metrics.loss").numbers == [1.0] * 4
        assert store.columns.query_runs(bud).run_names == ["bud", "leaf"]

    def test_a_column_counts_the_models_that_runs_logged(self, store: Store) -> None:
        """Those in the trash do not count."""
        experiment = make_experiment(store)
        some, none = make_run(store, experiment, start_time=1), make_run(store, experiment, start_time=2)
        models = [
            store.logged_models.create(CreateLoggedModel(experiment, name=name, source_run_id=some)).model.info.model_id
            for name in ("a", "b", "c")
        ]
        store.logged_models.delete(DeleteLoggedModel(models[0]))

        found = store.columns.query_runs(
            QueryRuns([experiment], order_by=["start_time ASC"], columns=["attributes.models"])
        )

        assert (found.run_ids, find_column(found, "attributes.models").numbers) == ([some, none], [2, 0])


class ValuesContract:
    """The values of a key, with how many runs have each."""

    def test_values_come_with_their_runs_the_most_frequent_first(self, store: Store) -> None:
        """Of params, tags, attributes and datasets; runs in the trash do not count."""
        experiment = make_experiment(store)
        runs = [
            _make_trial(store, experiment, number, model=model, lr="1", auc=1) for number, model in enumerate("aab")
        ]
        gone = _make_trial(store, experiment, 9, model="c", lr="2", auc=7)
        store.runs.delete(DeleteRun(gone))
        _read_dataset(store, runs[0], "train")

        def of(key: str, contains: str = "", limit: int = 50) -> tuple[list[ValueCount], int, int]:
            answer = store.workspace.list_values(ListValues([experiment], key, contains, limit))
            return answer.values, answer.total, answer.runs

        assert of("params.model") == ([ValueCount("a", 2), ValueCount("b", 1)], 2, 3)
        assert of("params.model", "B") == ([ValueCount("b", 1)], 1, 3)
        assert of("params.model", limit=1) == ([ValueCount("a", 2)], 2, 3)
        assert of("attributes.user_id") == ([ValueCount("ada", 3)], 1, 3)
        assert of("attributes.status") == ([ValueCount("RUNNING", 3)], 1, 3)
        assert of("datasets.name") == ([ValueCount("train", 1)], 1, 1)
        assert of("tags.none") == ([], 0, 0)
        assert of("metrics.auc") == ([], 0, 3)
        assert store.workspace.list_values(ListValues([], "params.model")).values == []

    def test_numbers_are_counted_in_equal_parts_of_their_range(self, store: Store) -> None:
        """Also of a param whose values are all numbers; what is not finite is left out."""
        experiment = make_experiment(store)
        for number, auc in enumerate((0.0, 0.1, 0.9, 1.0, math.nan, math.inf)):
            _make_trial(store, experiment, number, model="m", lr=str(number), auc=auc)

        def bins_of(key: str, bins: int) -> Histogram | None:
            return store.workspace.list_values(ListValues([experiment], key, bins=bins)).histogram

        assert bins_of("metrics.auc", 2) == Histogram(0.0, 1.0, [2, 2])
        assert bins_of("params.lr", 5) == Histogram(0.0, 5.0, [1, 1, 1, 1, 2])
        assert bins_of("attributes.start_time", 1) == Histogram(1000.0, 1005.0, [6])
        assert bins_of("params.model", 5) is None
        assert bins_of("metrics.auc", 0) is None
        assert bins_of("metrics.none", 3) is None
        with expect_error(InvalidParameterValue, "Invalid bins '201': 0 to 200."):
            bins_of("metrics.auc", 201)
        with expect_error(InvalidParameterValue, "Invalid column 'nonsense'. Columns are…"):
            bins_of("nonsense", 1)


class OverviewsContract:
    """The list of experiments with what goes on in them."""

    def test_an_experiment_comes_with_its_runs_and_the_best_of_its_main_metric(self, store: Store) -> None:
        """Which metric that is, and whether less is better, its tags say."""
        experiment, plain = make_experiment(store), make_experiment(store)
        store.experiments.set_tag(SetExperimentTag(experiment, MAIN_METRIC_TAG, "auc"))
        runs = [
            _make_trial(store, experiment, number, model="m", lr="1", auc=auc) for number, auc in enumerate((0.5, 0.9))
        ]
        gone = _make_trial(store, experiment, 2, model="m", lr="1", auc=1.0)
        store.runs.delete(DeleteRun(gone))
        _read_dataset(store, runs[0], "train")
        end = 4_000_000_000_000
        store.runs.update(UpdateRun(run_id=runs[0], status=RunStatus.FINISHED, end_time=end))

        def find(experiment_id: str) -> tuple[int, int, float | None, str]:
            found = {
                one.experiment.experiment_id: one for one in store.workspace.list_overviews(ListOverviews()).experiments
            }
            overview = found[experiment_id]
            return overview.runs, overview.running, overview.best, overview.best_run_id

        assert find(experiment) == (2, 1, 0.9, runs[1])
        store.experiments.set_tag(SetExperimentTag(experiment, DIRECTION_TAG, "min"))
        assert find(experiment) == (2, 1, 0.5, runs[0])
        assert find(plain) == (0, 0, None, "")
        listed = store.workspace.list_overviews(ListOverviews(filter=f"tags.`{MAIN_METRIC_TAG}` = 'auc'"))
        assert [one.experiment.experiment_id for one in listed.experiments] == [experiment]
        assert listed.experiments[0].last_activity == end
        assert ExperimentTag(MAIN_METRIC_TAG, "auc") in listed.experiments[0].experiment.tags
        assert listed.more is False
        assert store.workspace.list_overviews(ListOverviews(limit=1)).more is True
        named = store.workspace.list_overviews(ListOverviews([plain, experiment])).experiments
        assert [one.experiment.experiment_id for one in named] == [plain, experiment]
        assert [(one.models, one.datasets) for one in named] == [(0, 0), (0, 1)]
        with expect_error(ResourceDoesNotExist, "No Experiment with id=987654 exists"):
            store.workspace.list_overviews(ListOverviews(["987654"]))
        assert store.workspace.list_overviews(ListOverviews(view_type=ViewType.DELETED_ONLY)).experiments == []
