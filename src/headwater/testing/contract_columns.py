"""What every store does with columns of runs, keys and series. Subclass in a test module that has a fixture `store`."""

import math
import time
import uuid

import numpy as np
import numpy.typing as npt
import pytest

from headwater.protocol.columns import (
    ChangedRun,
    Changes,
    KeyKind,
    KeySummary,
    ListKeys,
    QueryRuns,
    QueryRunsResponse,
    QuerySeries,
    RunColumn,
    Series,
    SeriesHeader,
    Sweep,
    XAxis,
)
from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.experiments import ViewType
from headwater.protocol.journals import Append
from headwater.protocol.metrics import Metric
from headwater.protocol.runs import DeleteRun, LogBatch, Param, RunStatus, RunTag, SetTag, UpdateRun
from headwater.stores.interface import Store
from headwater.testing.contract_metrics import append_points, end_run, log_points
from headwater.testing.stores import expect_error, get_run, make_experiment, make_run

Column = npt.NDArray[np.float64]


def split_series(series: Series) -> dict[tuple[str, str], list[Column]]:
    """Return the columns of each series by run and key; fail if the data are not what the headers say."""
    columns: dict[tuple[str, str], list[Column]] = {}
    numbers, offset = np.frombuffer(series.data, "<f8"), 0
    for header in series.series:
        width = 2 if header.raw else 4
        end = offset + width * header.points
        columns[header.run_id, header.key] = list(numbers[offset:end].reshape(width, header.points))
        offset = end
    assert offset == len(numbers)
    return columns


def find_column(answer: QueryRunsResponse, name: str) -> RunColumn:
    """Return one column by its name."""
    return next(column for column in answer.columns if column.name == name)


def texts_of(column: RunColumn) -> list[str | None]:
    """Return a column of texts, None where a run has none."""
    assert column.values is not None
    assert column.index is not None
    values: list[str | None] = [*column.values, None]
    return [values[code] for code in column.index]


class RunColumnsContract:
    """Runs as columns."""

    def test_columns_hold_metrics_params_tags_and_attributes_of_each_run(self, store: Store) -> None:
        """In the order of the page; a run without the key has nothing there."""
        experiment = make_experiment(store)
        first = make_run(store, experiment, name="first", start_time=1000)
        second = make_run(store, experiment, name="second", start_time=2000)
        batch = LogBatch(first, [Metric("acc", 0.5, 1, 1)], [Param("lr", "0.1")], [RunTag("team", "é")])
        store.runs.log_batch(batch)
        store.runs.update(UpdateRun(run_id=first, status=RunStatus.FINISHED, end_time=4000))
        names = ["metrics.acc", "params.lr", "tags.team", "metrics.none", "params.none"]
        attributes = ["status", "start_time", "end_time", "duration", "user_id", "experiment_id"]

        columns = [*names, *(f"attributes.{name}" for name in attributes)]
        found = store.columns.query_runs(
            QueryRuns([experiment], order_by=["attributes.start_time ASC"], columns=columns)
        )

        assert (found.total, found.matched, found.running) == (2, 2, 1)
        assert (found.run_ids, found.run_names, found.parents) == ([first, second], ["first", "second"], ["", ""])
        assert [column.name for column in found.columns] == columns
        assert find_column(found, "metrics.acc").numbers == [0.5, None]
        assert texts_of(find_column(found, "params.lr")) == ["0.1", None]
        assert texts_of(find_column(found, "tags.team")) == ["é", None]
        assert find_column(found, "metrics.none").numbers == [None, None]
        assert texts_of(find_column(found, "params.none")) == [None, None]
        assert texts_of(find_column(found, "attributes.status")) == ["FINISHED", "RUNNING"]
        assert find_column(found, "attributes.start_time").numbers == [1000, 2000]
        assert find_column(found, "attributes.end_time").numbers == [4000, None]
        duration = find_column(found, "attributes.duration").numbers
        assert duration is not None
        assert duration[0] == 3000
        assert duration[1] == pytest.approx(time.time() * 1000 - 2000, abs=60_000)
        assert texts_of(find_column(found, "attributes.user_id")) == ["ada", "ada"]
        assert texts_of(find_column(found, "attributes.experiment_id")) == [experiment, experiment]

    def test_a_star_stands_for_every_key_that_runs_of_the_page_have(self, store: Store) -> None:
        """Sorted by name; keys of other runs only are left out, be the page all runs or few of them."""
        experiment = make_experiment(store)
        runs = [make_run(store, experiment, name=f"run {number}", start_time=number) for number in range(1, 9)]
        store.runs.log_batch(LogBatch(runs[0], [Metric("a", 1, 1), Metric("rare", math.nan, 1)], [Param("p", "x")]))
        store.runs.log_batch(LogBatch(runs[1], [Metric("b", 2, 1), Metric("a", 3, 1)], [], [RunTag("t", "y")]))
        names = ["attributes.artifact_uri", "metrics.*", "params.*", "tags.*"]

        every = store.columns.query_runs(QueryRuns([experiment], columns=names))
        oldest = QueryRuns([experiment], order_by=["attributes.start_time ASC"], columns=names, offset=1, limit=1)
        one = store.columns.query_runs(oldest)

        keys = [column.name for column in every.columns if column.name != "tags.mlflow.runName"]
        assert keys == ["attributes.artifact_uri", "metrics.a", "metrics.b", "metrics.rare", "params.p", "tags.t"]
        assert find_column(every, "metrics.a").numbers == [*[None] * 6, 3, 1]
        uris = [get_run(store, run_id).info.artifact_uri for run_id in reversed(runs)]
        assert texts_of(find_column(every, "attributes.artifact_uri")) == uris
        found = [column.name for column in one.columns if column.name != "tags.mlflow.runName"]
        assert found == ["attributes.artifact_uri", "metrics.a", "metrics.b", "tags.t"]
        with expect_error(InvalidParameterValue, "Invalid column 'attributes.*'. Columns are…"):
            store.columns.query_runs(QueryRuns([experiment], columns=["attributes.*"]))

    def test_a_page_of_many_runs_equals_the_same_part_of_all(self, store: Store) -> None:
        """Few runs of many are read in another way than all."""
        experiment = make_experiment(store)
        runs = [make_run(store, experiment, start_time=start) for start in range(12)]
        for number, run_id in enumerate(runs):
            store.runs.log_batch(LogBatch(run_id, [Metric("n", number, 1)], [Param("n", str(number % 3))]))
        order, columns = ["metrics.n DESC"], ["metrics.n", "params.n"]

        whole = store.columns.query_runs(QueryRuns([experiment], order_by=order, columns=columns))
        page = store.columns.query_runs(QueryRuns([experiment], order_by=order, columns=columns, offset=3, limit=2))

        assert whole.run_ids == runs[::-1]
        assert (page.total, page.matched, page.run_ids) == (12, 12, whole.run_ids[3:5])
        assert find_column(page, "metrics.n").numbers == [8.0, 7.0]
        assert texts_of(find_column(page, "params.n")) == ["2", "1"]

    def test_matched_counts_the_filter_and_total_the_view(self, store: Store) -> None:
        """Also beyond the page; runs in the trash count only where they are asked for."""
        experiment = make_experiment(store)
        runs = [make_run(store, experiment) for _ in range(5)]
        for number, run_id in enumerate(runs):
            store.runs.log_batch(LogBatch(run_id, [Metric("acc", number, 1)]))
        store.runs.delete(DeleteRun(runs[4]))

        def ask(offset: int = 0, limit: int = 10, view: ViewType = ViewType.ACTIVE_ONLY) -> tuple[int, int, int]:
            request = QueryRuns([experiment], "metrics.acc > 0", view, offset=offset, limit=limit)
            found = store.columns.query_runs(request)
            return found.total, found.matched, len(found.run_ids)

        assert ask() == (4, 3, 3)
        assert ask(limit=2) == (4, 3, 2)
        assert ask(limit=0) == (4, 3, 0)
        assert ask(offset=9) == (4, 3, 0)
        assert ask(view=ViewType.ALL) == (5, 4, 4)
        assert ask(view=ViewType.DELETED_ONLY) == (1, 1, 1)

    def test_children_name_their_parent(self, store: Store) -> None:
        """By the tag that clients set."""
        experiment = make_experiment(store)
        parent = make_run(store, experiment, start_time=1)
        child = make_run(store, experiment, start_time=2)
        store.runs.set_tag(SetTag(run_id=child, key="mlflow.parentRunId", value=parent))

        found = store.columns.query_runs(QueryRuns([experiment], order_by=["start_time"]))

        assert found.parents == ["", parent]

    def test_a_column_of_metrics_tells_nan_and_infinity_from_absent(self, store: Store) -> None:
        """NaN is a value; absent is none."""
        experiment = make_experiment(store)
        for value in (math.nan, math.inf, -math.inf):
            store.runs.log_batch(LogBatch(make_run(store, experiment), [Metric("acc", value, 1)]))
        make_run(store, experiment)

        found = store.columns.query_runs(QueryRuns([experiment], columns=["metrics.acc"]))

        numbers = find_column(found, "metrics.acc").numbers
        assert numbers is not None
        assert sorted(str(number) for number in numbers) == ["-inf", "None", "inf", "nan"]

    def test_no_experiments_have_no_runs_and_no_keys(self, store: Store) -> None:
        """The columns are there all the same, empty."""
        found = store.columns.query_runs(QueryRuns([], columns=["metrics.acc", "params.lr", "attributes.status"]))

        assert (found.total, found.matched, found.running, found.run_ids) == (0, 0, 0, [])
        assert find_column(found, "metrics.acc").numbers == []
        assert texts_of(find_column(found, "params.lr")) == texts_of(find_column(found, "attributes.status")) == []
        assert store.columns.list_keys(ListKeys([])).keys == []

    def test_an_unknown_column_is_refused(self, store: Store) -> None:
        """The message lists what there is."""
        for name in ("acc", "metrics.", "attributes.colour"):
            with expect_error(InvalidParameterValue, f"Invalid column '{name}'. Columns are…"):
                store.columns.query_runs(QueryRuns([make_experiment(store)], columns=[name]))


class KeysContract:
    """Which keys there are."""

    def test_keys_are_summed_up_by_kind_and_number_of_runs(self, store: Store) -> None:
        """Metrics first; internal tags and deleted runs do not count."""
        experiment = make_experiment(store)
        for number in range(3):
            params = [Param("lr", str(10.0**-number)), Param("net", "a" if number else "b")]
            metrics = [Metric("loss", number - 1.0, 1), *([Metric("acc", math.nan, 1)] if number else [])]
            run_id = make_run(store, experiment)
            store.runs.log_batch(LogBatch(run_id, metrics, params[: 2 if number else 1], [RunTag("team", "x")]))
        gone = make_run(store, experiment)
        store.runs.log_batch(LogBatch(gone, [Metric("loss", 99.0, 1)], [Param("old", "1")]))
        store.runs.delete(DeleteRun(gone))

        found = store.columns.list_keys(ListKeys([experiment]))

        assert (found.runs, found.total) == (3, 5)
        assert found.keys == [
            KeySummary(KeyKind.METRIC, "loss", 3, 3, -1.0, 1.0),
            KeySummary(KeyKind.METRIC, "acc", 2, 1),
            KeySummary(KeyKind.PARAM, "lr", 3, 3, 0.01, 1.0, ["0.01", "0.1", "1.0"]),
            KeySummary(KeyKind.PARAM, "net", 2, 1, None, None, ["a"]),
            KeySummary(KeyKind.TAG, "team", 3, 1, None, None, ["x"]),
        ]

    def test_keys_are_narrowed_by_name_and_limit(self, store: Store) -> None:
        """`total` counts what the limit cut off."""
        experiment = make_experiment(store)
        metrics = [Metric(f"{part}/Loss", 1.0, 1) for part in ("train", "valid", "test")]
        store.runs.log_batch(LogBatch(make_run(store, experiment), [*metrics, Metric("acc", 1.0, 1)]))

        found = store.columns.list_keys(ListKeys([experiment], contains="loss", limit=2))

        assert found.total == 3
        assert [key.name for key in found.keys] == ["test/Loss", "train/Loss"]

    def test_no_kind_of_keys_is_crowded_out_by_another(self, store: Store) -> None:
        """Each has its share of the limit, and what the others leave."""
        experiment = make_experiment(store)
        metrics = [Metric(f"m{number}", 1.0, 1) for number in range(9)]
        params = [Param(f"p{number}", "1") for number in range(3)]
        store.runs.log_batch(LogBatch(make_run(store, experiment), metrics, params, [RunTag("team", "red")]))

        found = {
            limit: "".join(key.name[0] for key in store.columns.list_keys(ListKeys([experiment], limit=limit)).keys)
            for limit in (1, 3, 6, 10, 20)
        }

        assert found == {1: "t", 3: "mpt", 6: "mmpppt", 10: "mmmmmmpppt", 20: "mmmmmmmmmpppt"}

    def test_distinct_values_are_counted_up_to_a_hundred(self, store: Store) -> None:
        """The range of a numeric param is that of all its values all the same, and samples are at most twenty."""
        experiment = make_experiment(store)
        for number in range(120):
            store.runs.log_batch(LogBatch(make_run(store, experiment), params=[Param("seed", str(number))]))

        (found,) = (key for key in store.columns.list_keys(ListKeys([experiment])).keys if key.kind is KeyKind.PARAM)

        assert (found.runs, found.distinct, found.min, found.max, len(found.values)) == (120, 100, 0.0, 119.0, 20)


class SeriesContract:
    """Series at the resolution of a chart."""

    @pytest.mark.parametrize("sealed", ["hot", "sealed", "both"])
    @pytest.mark.parametrize("x", list(XAxis))
    @pytest.mark.parametrize("count", [150, 12_000])
    def test_a_spike_is_seen_at_every_resolution_and_every_point_is_counted(
        self, store: Store, sealed: str, x: XAxis, count: int
    ) -> None:
        """The points may be kept in any way."""
        run_id = make_run(store)
        values = np.sin(np.arange(count) / 50)
        values[count // 3], values[count // 2] = 1e6, -1e6
        points = [(10_000 + 7 * step, step, float(value)) for step, value in enumerate(values)]
        split = {"hot": 0, "sealed": count, "both": count * 3 // 4}[sealed]
        if split:
            append_points(store, run_id, "loss", points[:split])
            end_run(store, run_id)
        if split < count:
            append_points(store, run_id, "loss", points[split:])

        for buckets in (1, 50, 200, 2000):
            found = store.columns.query_series(QuerySeries([run_id], ["loss"], x=x, buckets=buckets))
            (header,) = found.series
            columns = split_series(found)[run_id, "loss"]

            assert (header.count, header.raw) == (count, count <= buckets)
            assert header.points <= buckets
            assert columns[1].min() == -1e6
            assert columns[1 if header.raw else 2].max() == 1e6
            assert columns[0][-1] == (points[-1][0] if x is XAxis.TIME else count - 1)
            assert columns[-1][-1] == values[-1]

    def test_a_short_series_is_sent_as_its_points(self, store: Store) -> None:
        """In order, with NaN and infinities, each distinct point once."""
        run_id = make_run(store)
        log_points(store, run_id, "loss", [(30, 1, math.nan), (10, 3, math.inf), (20, 2, 0.5), (20, 2, 0.5)])

        by_step = store.columns.query_series(QuerySeries([run_id], ["loss"]))
        by_time = store.columns.query_series(QuerySeries([run_id], ["loss"], x=XAxis.TIME))

        assert by_step.series == by_time.series == [SeriesHeader(run_id, "loss", 3, 3, True)]
        expected = [[1.0, 2.0, 3.0], [math.nan, 0.5, math.inf]]
        np.testing.assert_array_equal(split_series(by_step)[run_id, "loss"], expected)
        expected = [[10.0, 20.0, 30.0], [math.inf, 0.5, math.nan]]
        np.testing.assert_array_equal(split_series(by_time)[run_id, "loss"], expected)

    def test_a_series_can_be_read_against_another_metric(self, store: Store) -> None:
        """Where that has a value, at the step or before; in its order, points at the same value in one bucket."""
        run_id, other = make_run(store), make_run(store)
        append_points(store, run_id, "loss", [(step, step, float(step)) for step in range(100)])
        append_points(store, run_id, "epoch", [(step, step, 9.0 - step // 10) for step in range(10, 100, 10)])
        append_points(store, run_id, "samples", [(step, step, step * 32.0) for step in range(100)])
        append_points(store, other, "loss", [(1, 1, 1.0)])

        epochs = store.columns.query_series(QuerySeries([run_id, other], ["loss"], x_key="epoch"))
        part = store.columns.query_series(QuerySeries([run_id], ["loss"], x_key="epoch", start=6, end=8, buckets=2))
        samples = store.columns.query_series(QuerySeries([run_id], ["loss"], x_key="samples"))
        none = store.columns.query_series(QuerySeries([run_id], ["loss"], x_key="nothing"))

        assert epochs.series == [SeriesHeader(run_id, "loss", 90, 9, False)]
        columns = split_series(epochs)[run_id, "loss"]
        assert [column[0] for column in columns] == [0.0, 90.0, 99.0, 99.0]
        assert [column[-1] for column in columns] == [8.0, 10.0, 19.0, 19.0]
        assert part.series == [SeriesHeader(run_id, "loss", 30, 2, False)]
        np.testing.assert_array_equal(split_series(part)[run_id, "loss"][:3], [[6.0, 8.0], [30.0, 10.0], [39.0, 29.0]])
        assert samples.series == [SeriesHeader(run_id, "loss", 100, 100, True)]
        assert none.series == []

    def test_a_range_has_the_points_between_both_ends(self, store: Store) -> None:
        """Inside one block or across several."""
        run_id = make_run(store)
        append_points(store, run_id, "loss", [(1000 + step, step, float(step)) for step in range(30_000)])

        for start, end in ((10.0, 12.0), (9_000.0, 29_000.0), (None, 5.5), (29_998.5, None)):
            found = store.columns.query_series(QuerySeries([run_id], ["loss"], start=start, end=end, buckets=100))
            (header,), columns = found.series, split_series(found)[run_id, "loss"]
            first = 0 if start is None else math.ceil(start)
            last = 29_999 if end is None else math.floor(end)

            assert header.count == last - first + 1
            assert (columns[1][0], columns[1 if header.raw else 2][-1], columns[0][-1]) == (first, last, last)

        nothing = store.columns.query_series(QuerySeries([run_id], ["loss"], start=40_000))
        assert nothing == Series([], b"")

    def test_series_come_in_the_order_of_runs_and_keys_without_empty_ones(self, store: Store) -> None:
        """Unknown runs and keys are left out."""
        runs = [make_run(store) for _ in range(2)]
        log_points(store, runs[0], "b", [(1, 1, 1.0)])
        log_points(store, runs[0], "a", [(1, 1, 2.0)])
        log_points(store, runs[1], "a", [(1, 1, 3.0)])

        found = store.columns.query_series(QuerySeries([runs[1], "f" * 32, runs[0]], ["b", "none", "a"]))

        assert [(header.run_id, header.key) for header in found.series] == [
            (runs[1], "a"),
            (runs[0], "b"),
            (runs[0], "a"),
        ]
        assert list(split_series(found)[runs[1], "a"][1]) == [3.0]

    def test_a_bucket_of_nan_only_is_nan(self, store: Store) -> None:
        """NaN among numbers is not an extreme."""
        run_id = make_run(store)
        values = [math.nan, math.nan, 1.0, math.nan, -math.inf, 2.0]
        log_points(store, run_id, "loss", [(step, step, value) for step, value in enumerate(values)])

        found = store.columns.query_series(QuerySeries([run_id], ["loss"], buckets=3))

        expected = [[1, 3, 5], [math.nan, 1.0, -math.inf], [math.nan, 1.0, 2.0], [math.nan, math.nan, 2.0]]
        np.testing.assert_array_equal(split_series(found)[run_id, "loss"], expected)


class ChangesContract:
    """What changed, and runs whose client is gone."""

    def test_changes_name_the_runs_that_were_written_since(self, store: Store) -> None:
        """The first question gives a cursor only; nothing is told twice."""
        experiment = make_experiment(store)
        run_id, other = make_run(store, experiment), make_run(store, experiment)
        start = store.columns.changes(Changes())

        log_points(store, run_id, "loss", [(1, 1, 1.0)])
        after_points = store.columns.changes(Changes(start.cursor))
        store.runs.set_tag(SetTag(run_id=other, key="a", value="b"))
        after_tag = store.columns.changes(Changes(after_points.cursor))

        assert start.runs == []
        assert after_points.runs == [ChangedRun(experiment, run_id)]
        assert after_tag.runs == [ChangedRun(experiment, other)]
        assert store.columns.changes(Changes(after_tag.cursor)).runs == []

    def test_a_run_whose_heartbeat_lapsed_is_lost(self, store: Store) -> None:
        """It says LOST in columns and FAILED elsewhere; a run that never had a heartbeat stays."""
        experiment = make_experiment(store)
        silent, quiet = make_run(store, experiment), make_run(store, experiment)
        store.runs.append(Append(uuid.uuid4().hex, silent, 1, 0, heartbeat=True))
        log_points(store, silent, "loss", [(1, 1, 1.0)])
        cursor = store.columns.changes(Changes()).cursor

        store.columns.sweep(Sweep(silence_ms=60_000))
        before = get_run(store, silent).info.status
        deadline = time.monotonic() + 10
        while get_run(store, silent).info.status is RunStatus.RUNNING and time.monotonic() < deadline:
            store.columns.sweep(Sweep(silence_ms=0))

        found = store.columns.query_runs(QueryRuns([experiment], columns=["attributes.status"]))
        statuses = dict(zip(found.run_ids, texts_of(find_column(found, "attributes.status")), strict=True))
        info = get_run(store, silent).info
        assert before is RunStatus.RUNNING
        assert statuses == {silent: "LOST", quiet: "RUNNING"}
        assert found.running == 1
        assert info.status is RunStatus.FAILED
        assert info.end_time is not None
        assert store.columns.changes(Changes(cursor)).runs == [ChangedRun(experiment, silent)]
