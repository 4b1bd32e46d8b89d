"""What every store does with the histories of metrics. Subclass in a test module that has a fixture `store`."""

import math
import struct
import threading
import uuid

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.journals import Append
from headwater.protocol.metrics import GetHistory, GetHistoryBulk, GetHistoryInterval, Metric
from headwater.protocol.runs import LogBatch, LogMetric, RunStatus, UpdateRun
from headwater.stores.interface import Store
from headwater.testing.stores import expect_error, get_run, make_run

Point = tuple[int, int, float]
"""Timestamp, step and value: the order of a history."""

_VALUES = [0.0, -0.0, 1.5, -1.5, 5e-324, 1.7976931348623157e308, math.inf, -math.inf, math.nan]
_STEPS = st.integers(-3, 3) | st.sampled_from([-(2**63), 2**63 - 1])
_POINTS = st.lists(st.tuples(st.integers(0, 4), _STEPS, st.sampled_from(_VALUES)), min_size=1, max_size=30)
_ACTIONS = st.lists(_POINTS | st.sampled_from(["end", "append"]), min_size=1, max_size=6)


def log_points(store: Store, run_id: str, key: str, points: list[Point]) -> None:
    """Log points of one key in one batch."""
    metrics = [Metric(key, value, timestamp, step) for timestamp, step, value in points]
    store.runs.log_batch(LogBatch(run_id=run_id, metrics=metrics))


def append_points(store: Store, run_id: str, key: str, points: list[Point]) -> None:
    """Log points of one key as our own client does: as columns, without a limit on their number."""
    timestamps, steps, values = zip(*points, strict=True)
    request = Append(
        journal_id=uuid.uuid4().hex,
        run_id=run_id,
        first_seq=1,
        last_seq=1,
        keys=[key],
        key_index=bytes(4 * len(points)),
        steps=np.array(steps, "<i8").tobytes(),
        timestamps=np.array(timestamps, "<i8").tobytes(),
        values=np.array(values, "<f8").tobytes(),
    )
    store.runs.append(request)


def end_run(store: Store, run_id: str) -> None:
    """End a run, which is when a store may keep its points in another way, and take it up again."""
    store.runs.update(UpdateRun(run_id=run_id, status=RunStatus.FINISHED))
    store.runs.update(UpdateRun(run_id=run_id, status=RunStatus.RUNNING))


def read_points(store: Store, run_id: str, key: str, page: int | None = None) -> list[Point]:
    """Return a whole history, page by page."""
    points: list[Point] = []
    token = ""
    while True:
        answer = store.metrics.get_history(GetHistory(key, run_id, max_results=page, page_token=token))
        assert all(metric.key == key for metric in answer.metrics)
        points += [(metric.timestamp, metric.step, metric.value) for metric in answer.metrics]
        token = answer.next_page_token
        if not token:
            return points


def exact(points: list[Point]) -> list[tuple[int, int, bytes]]:
    """Return the points with values that compare as their bits, any NaN as one."""
    return [
        (timestamp, step, b"nan" if math.isnan(value) else struct.pack("<d", value))
        for timestamp, step, value in points
    ]


def order_of(point: Point) -> tuple[int, int, bool, float, float]:
    """Return what a history is ordered by: a NaN is less than any number, and -0.0 less than 0.0."""
    timestamp, step, value = point
    is_number = not math.isnan(value)
    return timestamp, step, is_number, value if is_number else 0.0, math.copysign(1, value) if is_number else 0.0


class MetricsContract:
    """Logging points and reading them back, whole, in pages and sampled."""

    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
    @given(actions=_ACTIONS, page=st.integers(1, 9))
    def test_a_history_is_the_set_of_logged_points_in_order(
        self, store: Store, actions: list[list[Point] | str], page: int
    ) -> None:
        """Duplicates, disorder, NaN, infinities, -0.0 and extreme steps; ended in between or not."""
        run_id, logged, log = make_run(store), dict[tuple[int, int, bytes], Point](), log_points
        for action in actions:
            if action == "end":
                end_run(store, run_id)
            elif isinstance(action, str):
                log = append_points
            else:
                log(store, run_id, "loss", action)
                logged |= dict(zip(exact(action), action, strict=True))

        expected = sorted(logged.values(), key=order_of)
        assert exact(read_points(store, run_id, "loss")) == exact(expected)
        assert exact(read_points(store, run_id, "loss", page)) == exact(expected)
        metrics = {metric.key: metric for metric in get_run(store, run_id).data.metrics}
        if logged:
            last = max(logged.values(), key=lambda point: (point[1], point[0], *order_of(point)[2:]))
            found = metrics["loss"]
            assert exact([(found.timestamp, found.step, found.value)]) == exact([last])
        else:
            assert metrics == {}

    def test_a_repeated_point_is_kept_once_and_another_value_beside_it(self, store: Store) -> None:
        """Clients repeat requests whose answer was lost."""
        run_id = make_run(store)

        for value in (1.0, 1.0, 2.0):
            store.runs.log_metric(LogMetric(run_id=run_id, key="loss", value=value, timestamp=5, step=1))
        end_run(store, run_id)
        store.runs.log_metric(LogMetric(run_id=run_id, key="loss", value=1.0, timestamp=5, step=1))

        assert read_points(store, run_id, "loss") == [(5, 1, 1.0), (5, 1, 2.0)]

    def test_a_long_history_reads_back_whole(self, store: Store) -> None:
        """More points than one block holds, in several parts, the second from an earlier step on."""
        generator = np.random.default_rng(7)
        run_id = make_run(store)
        steps = [*range(25_000), *range(12_000, 30_000), *range(29_000, 31_000)]
        points = [
            (1000 + step // 3, step, float(value))
            for step, value in zip(steps, generator.normal(size=len(steps)), strict=True)
        ]

        append_points(store, run_id, "loss", points[:25_000])
        append_points(store, run_id, "loss", points[25_000:43_000])
        append_points(store, run_id, "loss", points[43_000:])

        assert read_points(store, run_id, "loss", 10_000) == sorted(points)

    def test_a_reader_sees_every_point_once_while_a_writer_writes_and_seals(self, store: Store) -> None:
        """Every answer is the first n points, none missing, none twice."""
        run_id = make_run(store)
        done = threading.Event()

        def write() -> None:
            for start in range(0, 3000, 100):
                log_points(store, run_id, "loss", [(step, step, float(step)) for step in range(start, start + 100)])
                if start % 500 == 0:
                    end_run(store, run_id)
            done.set()

        writer = threading.Thread(target=write)
        writer.start()
        seen: list[int] = []
        while not done.is_set():
            points = read_points(store, run_id, "loss")
            assert points == [(step, step, float(step)) for step in range(len(points))]
            seen.append(len(points))
        writer.join()

        assert seen == sorted(seen)
        assert len(read_points(store, run_id, "loss")) == 3000

    def test_an_unknown_run_or_key_has_an_empty_history(self, store: Store) -> None:
        """It is not an error, as with the reference."""
        run_id = make_run(store)
        log_points(store, run_id, "loss", [(1, 1, 1.0)])

        assert read_points(store, run_id, "nothing") == []
        assert read_points(store, "f" * 32, "loss") == []
        assert store.metrics.get_history_bulk(GetHistoryBulk("loss", ["f" * 32])).metrics == []
        assert store.metrics.get_history_interval(GetHistoryInterval("loss", ["f" * 32])).metrics == []

    def test_bulk_histories_are_ordered_by_run_and_cut_at_the_limit(self, store: Store) -> None:
        """The limit is for all runs together."""
        runs = sorted(make_run(store) for _ in range(3))
        for run_id in runs:
            log_points(store, run_id, "loss", [(3, 1, 0.1), (2, 2, 0.2), (1, 3, 0.3)])

        found = store.metrics.get_history_bulk(
            GetHistoryBulk("loss", [runs[2], runs[0], runs[1]], max_results=5)
        ).metrics

        expected = [(run_id, 4 - step, step) for run_id in runs for step in (3, 2, 1)][:5]
        assert [(metric.run_id, metric.timestamp, metric.step) for metric in found] == expected

    @pytest.mark.parametrize(
        ("limit", "steps"),
        [
            (1, [9]),
            (2, [0, 9]),
            (3, [0, 4, 9]),
            (4, [0, 3, 6, 9]),
            (9, [0, 2, 3, 4, 5, 6, 7, 8, 9]),
            (10, list(range(10))),
        ],
    )
    def test_an_interval_is_the_first_of_equal_buckets_and_the_last_point(
        self, store: Store, limit: int, steps: list[int]
    ) -> None:
        """`max_results` counts for each run."""
        runs = [make_run(store) for _ in range(2)]
        for run_id in runs:
            log_points(store, run_id, "loss", [(100 - step, step, float(step)) for step in range(10)])

        request = GetHistoryInterval("loss", [runs[1], runs[0]], max_results=limit)
        found = store.metrics.get_history_interval(request).metrics

        expected = [(run_id, step) for run_id in (runs[1], runs[0]) for step in steps]
        assert [(metric.run_id, metric.step) for metric in found] == expected

    def test_an_interval_of_steps_includes_both_ends(self, store: Store) -> None:
        """Before and after the run was ended."""
        run_id = make_run(store)
        log_points(store, run_id, "loss", [(step, step, 1.0) for step in range(20)])
        request = GetHistoryInterval("loss", [run_id], start_step=5, end_step=7)

        hot = store.metrics.get_history_interval(request).metrics
        end_run(store, run_id)
        sealed = store.metrics.get_history_interval(request).metrics

        assert [metric.step for metric in hot] == [5, 6, 7]
        assert sealed == hot

    def test_a_malformed_page_is_refused(self, store: Store) -> None:
        """The message is the reference's."""
        run_id = make_run(store)

        with expect_error(InvalidParameterValue, "Invalid page token…"):
            store.metrics.get_history(GetHistory("loss", run_id, "", None, "?"))
        with expect_error(InvalidParameterValue, "If either start step or end step are specified…"):
            store.metrics.get_history_interval(GetHistoryInterval("loss", [run_id], start_step=1))
