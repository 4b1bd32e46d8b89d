"""What every store does with params, tags and metrics. Subclass in a test module that has a fixture `store`."""

import hashlib
import math
from concurrent.futures import ThreadPoolExecutor

import pytest

from headwater.protocol.errors import HeadwaterError, InvalidParameterValue, ResourceDoesNotExist
from headwater.protocol.metrics import GetHistory, Metric
from headwater.protocol.runs import (
    DeleteTag,
    LogBatch,
    LogMetric,
    LogParam,
    Param,
    RunTag,
    SearchRuns,
    SetTag,
)
from headwater.stores.interface import Store
from headwater.testing.stores import expect_error, get_run, get_tags, make_experiment, make_run

_INT64 = 2**63


def _metrics(store: Store, run_id: str) -> dict[str, tuple[str, int, int]]:
    """Return the latest points; values as text, so that NaN and -0.0 compare."""
    return {
        metric.key: (repr(metric.value), metric.timestamp, metric.step)
        for metric in get_run(store, run_id).data.metrics
    }


def _params(store: Store, run_id: str) -> dict[str, str]:
    return {param.key: param.value for param in get_run(store, run_id).data.params}


class RunLoggingContract:
    """Params, tags and metrics of runs."""

    def test_a_param_may_be_repeated_but_not_changed(self, store: Store) -> None:
        """In the words that clients know; a missing value is empty."""
        run_id = make_run(store)

        for _ in range(2):
            store.runs.log_param(LogParam(run_id=run_id, key="p", value="1"))
        store.runs.log_param(LogParam(run_id=run_id, key="empty"))

        assert _params(store, run_id) == {"p": "1", "empty": ""}
        with expect_error(
            InvalidParameterValue,
            "Changing param values is not allowed. Param with key='p' was already logged with value='1' for run "
            f"ID='{run_id}'. Attempted logging new value '2'.",
        ):
            store.runs.log_param(LogParam(run_id=run_id, key="p", value="2"))

    def test_long_values_are_cut(self, store: Store) -> None:
        """Params at 6,000 characters, tags at 8,000; repeating the long value is no change."""
        run_id = make_run(store)

        for _ in range(2):
            store.runs.log_param(LogParam(run_id=run_id, key="p", value="é" * 6001))
        store.runs.set_tag(SetTag(run_id=run_id, key="t", value="é" * 8001))

        assert _params(store, run_id)["p"] == "é" * 6000
        assert get_tags(store, run_id)["t"] == "é" * 8000

    @pytest.mark.parametrize("op", ["=", "IN", "BETWEEN", ">=", "LIKE"])
    def test_long_values_that_do_not_compress_are_kept_and_found(self, store: Store, op: str) -> None:
        """Values that differ only far behind their beginnings are told apart, whatever an index holds of them."""
        experiment_id = make_experiment(store)
        text = "".join(hashlib.sha256(bytes([number])).hexdigest() for number in range(80))
        values = {"short": text[:199], "longer": text[:200], "longest": text[:201], "whole": text, "other": text + "b"}
        runs = {name: make_run(store, experiment_id, name=name) for name in values}
        for name, value in values.items():
            store.runs.log_param(LogParam(run_id=runs[name], key="p", value=value))
            store.runs.set_tag(SetTag(run_id=runs[name], key="t", value=value))

        for name, value in values.items():
            right = {"IN": f"('{value}')", "BETWEEN": f"'{value}' AND '{value}'"}.get(op, f"'{value}'")
            for key in ("params.p", "tags.t"):
                found = store.runs.search(SearchRuns([experiment_id], f"{key} {op} {right}")).runs
                expected = {other for other in values if op == ">=" and values[other] >= value} or {name}
                assert {run.info.run_name for run in found} == expected

    def test_a_tag_is_set_replaced_and_removed(self, store: Store) -> None:
        """Removing one that is not there is an error."""
        run_id = make_run(store, name="n")

        store.runs.set_tag(SetTag(run_id=run_id, key="t", value="1"))
        store.runs.set_tag(SetTag(run_id=run_id, key="t", value="2"))
        assert get_tags(store, run_id) == {"mlflow.runName": "n", "t": "2"}
        store.runs.delete_tag(DeleteTag(run_id=run_id, key="t"))

        assert get_tags(store, run_id) == {"mlflow.runName": "n"}
        for key in ("t", "never seen"):
            with expect_error(ResourceDoesNotExist, f"No tag with name: {key} in run with id {run_id}"):
                store.runs.delete_tag(DeleteTag(run_id=run_id, key=key))

    def test_the_tag_of_the_name_renames_the_run(self, store: Store) -> None:
        """By set-tag and in a batch; removing it leaves the name."""
        run_id = make_run(store, name="a")

        store.runs.set_tag(SetTag(run_id=run_id, key="mlflow.runName", value="b"))
        assert get_run(store, run_id).info.run_name == "b"
        store.runs.log_batch(LogBatch(run_id, tags=[RunTag("mlflow.runName", "c")]))
        assert get_run(store, run_id).info.run_name == "c"
        store.runs.delete_tag(DeleteTag(run_id=run_id, key="mlflow.runName"))

        assert get_run(store, run_id).info.run_name == "c"
        assert get_tags(store, run_id) == {}

    def test_the_latest_point_is_the_greatest_step_then_time_then_value(self, store: Store) -> None:
        """Whatever the order of arrival."""
        run_id = make_run(store)
        points = [(1.0, 10, 5), (9.0, 99, 4), (2.0, 11, 5), (1.5, 11, 5), (7.0, 1, -3)]

        for value, time, step in points:
            store.runs.log_metric(LogMetric(run_id=run_id, key="m", value=value, timestamp=time, step=step))

        assert _metrics(store, run_id) == {"m": ("2.0", 11, 5)}

    @pytest.mark.parametrize(
        "value",
        [math.nan, math.inf, -math.inf, -0.0, 0.0, 5e-324, 1.7976931348623157e308, 0.1 + 0.2, -1.0],
    )
    def test_every_double_is_kept_exactly(self, store: Store, value: float) -> None:
        """As the latest point and in the history, logged alone or in a batch."""
        run_id = make_run(store)

        store.runs.log_batch(LogBatch(run_id, [Metric("batch", value, 1, 2)]))
        store.runs.log_metric(LogMetric(run_id=run_id, key="alone", value=value, timestamp=1, step=2))

        assert _metrics(store, run_id) == {"batch": (repr(value), 1, 2), "alone": (repr(value), 1, 2)}
        history = store.metrics.get_history(GetHistory("batch", run_id)).metrics
        assert [repr(point.value) for point in history] == [repr(value)]

    def test_the_whole_range_of_steps_and_times_is_kept(self, store: Store) -> None:
        """Signed 64-bit steps, and times from 0 on."""
        run_id = make_run(store)
        metrics = [Metric("low", 1.0, 0, -_INT64), Metric("high", 1.0, _INT64 - 1, _INT64 - 1)]

        store.runs.log_batch(LogBatch(run_id, metrics))

        assert _metrics(store, run_id) == {"low": ("1.0", 0, -_INT64), "high": ("1.0", _INT64 - 1, _INT64 - 1)}

    def test_an_equal_point_counts_once(self, store: Store) -> None:
        """Another value at the same step and time is another point."""
        run_id = make_run(store)

        for value in (1.0, 1.0, 2.0):
            store.runs.log_metric(LogMetric(run_id=run_id, key="m", value=value, timestamp=1, step=1))

        assert [point.value for point in store.metrics.get_history(GetHistory("m", run_id)).metrics] == [1.0, 2.0]

    @pytest.mark.parametrize(
        ("batch", "message"),
        [
            (
                LogBatch("R", params=[Param(f"p{i}", "") for i in range(101)]),
                "A batch logging request can contain at most 100 params. Got 101 params. Please split up params across "
                "multiple requests and try again.",
            ),
            (
                LogBatch("R", tags=[RunTag(f"t{i}") for i in range(101)]),
                "A batch logging request can contain at most 100 tags. …",
            ),
            (LogBatch("R", [Metric("m", 1, 1)] * 1001), "A batch logging request can contain at most 1000 metrics. …"),
            (
                LogBatch("R", [Metric("m", 1, 1)] * 999, [Param("a"), Param("b")]),
                "A batch logging request can contain at most 1000 metrics, params, and tags. …",
            ),
            (
                LogBatch("R", params=[Param("p", "1"), Param("p", "1")]),
                "Duplicate parameter keys have been submitted: ['p']. Please ensure the request contains only one "
                "param value per param key.",
            ),
            (
                LogBatch("R", [Metric("ok", 1, 1), Metric("a*b", 1, 1)]),
                "Invalid value \"a*b\" for parameter 'metrics[1].name' supplied: Names may only contain alphanumerics, "
                "underscores (_), dashes (-), periods (.), spaces ( ), colon(:) and slashes (/).",
            ),
            (
                LogBatch("R", params=[Param("/a")]),
                "Invalid value \"/a\" for parameter 'params[0].key' supplied: Names may be treated as files in certain "
                "cases, and must not resolve to other names when treated as such. This name would resolve to '/a'",
            ),
            (LogBatch("R", tags=[RunTag("x" * 251)]), "'key' exceeds the maximum length of 250 characters"),
            (LogBatch("R", params=[Param("x" * 251)]), "'Param key' exceeds the maximum length of 250 characters"),
            (LogBatch("R", [Metric("x" * 251, 1, 1)]), "'Metric name' exceeds the maximum length of 250 characters"),
            (LogBatch("R", [Metric("", 1, 1)]), "Missing value for required parameter 'metrics[0].name'. …"),
            (LogBatch("R", [Metric("m", 1, -1)]), "Invalid value -1 for parameter 'metrics[0].timestamp' supplied: …"),
            (LogBatch("R", params=[Param("p", "a\0b")]), "'params[0].value' must not contain a NUL character. …"),
        ],
    )
    def test_a_batch_that_breaks_a_rule_is_refused_whole(self, store: Store, batch: LogBatch, message: str) -> None:
        """With the exact reason; nothing of it is stored."""
        run_id = make_run(store)
        before = get_run(store, run_id)

        with expect_error(InvalidParameterValue, message):
            store.runs.log_batch(LogBatch(run_id, batch.metrics, batch.params, batch.tags))

        assert get_run(store, run_id) == before

    def test_a_batch_is_stored_whole_or_not_at_all(self, store: Store) -> None:
        """A changed param undoes the metrics and tags beside it."""
        run_id = make_run(store)
        store.runs.log_batch(LogBatch(run_id, params=[Param("p", "1")]))
        before = get_run(store, run_id)

        with expect_error(
            InvalidParameterValue,
            "Changing param values is not allowed. Params were already logged='[{'key': 'p', 'old_value': '1', "
            f"'new_value': '2'}}]' for run ID='{run_id}'.",
        ):
            store.runs.log_batch(
                LogBatch(run_id, [Metric("m", 1.0, 1)], [Param("new", "1"), Param("p", "2")], [RunTag("t", "1")])
            )

        assert get_run(store, run_id) == before
        assert store.metrics.get_history(GetHistory("m", run_id)).metrics == []

    def test_of_a_tag_given_twice_in_a_batch_the_last_wins(self, store: Store) -> None:
        """Unlike a param."""
        run_id = make_run(store)

        store.runs.log_batch(LogBatch(run_id, tags=[RunTag("t", "1"), RunTag("t", "2")]))

        assert get_tags(store, run_id)["t"] == "2"

    def test_the_greatest_batch_is_stored(self, store: Store) -> None:
        """800 metrics, 100 params and 100 tags, keys of every allowed kind."""
        run_id = make_run(store)
        batch = LogBatch(
            run_id,
            [Metric(f"k/é {index}:x.y-z_", index / 7, index, index) for index in range(800)],
            [Param(f"p{index}", str(index)) for index in range(100)],
            [RunTag(f"t{index}", str(index)) for index in range(100)],
        )

        store.runs.log_batch(batch)

        data = get_run(store, run_id).data
        assert {metric.key: metric for metric in data.metrics} == {metric.key: metric for metric in batch.metrics}
        assert {param.key: param for param in data.params} == {param.key: param for param in batch.params}
        assert {tag.key: tag for tag in batch.tags}.items() <= {tag.key: tag for tag in data.tags}.items()

    def test_eight_threads_lose_and_double_nothing(self, store: Store) -> None:
        """They write batches to one run and to runs of their own."""
        shared, threads, batches, points = make_run(store), 8, 5, 200

        def work(thread: int) -> None:
            own = make_run(store)
            for batch in range(batches):
                first = (thread * batches + batch) * points
                metrics = [Metric("m", float(step), step, step) for step in range(first, first + points)]
                store.runs.log_batch(LogBatch(shared, metrics, [Param(f"p{thread}.{batch}", "1")]))
                store.runs.log_batch(LogBatch(own, metrics))

        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(work, range(threads)))

        history = store.metrics.get_history(GetHistory("m", shared)).metrics
        assert [point.step for point in history] == list(range(threads * batches * points))
        assert len(_params(store, shared)) == threads * batches

    def test_one_bad_batch_among_many_fails_alone(self, store: Store) -> None:
        """However they share transactions."""
        run_id, writers = make_run(store), 64
        store.runs.log_param(LogParam(run_id=run_id, key="p", value="right"))

        def work(index: int) -> str:
            param = Param("p", "wrong" if index == 13 else "right")
            try:
                store.runs.log_batch(LogBatch(run_id, [Metric(f"m{index}", 1.0, 1)], [param]))
            except HeadwaterError as error:
                return error.error_code
            return "stored"

        with ThreadPoolExecutor(writers) as pool:
            outcomes = list(pool.map(work, range(writers)))

        assert outcomes == ["INVALID_PARAMETER_VALUE" if index == 13 else "stored" for index in range(writers)]
        assert set(_metrics(store, run_id)) == {f"m{index}" for index in range(writers) if index != 13}
