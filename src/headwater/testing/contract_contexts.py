"""What every store does with metrics in contexts. Subclass in a test module that has a fixture `store`."""

import struct
import uuid

import numpy as np
import pytest

from headwater.protocol.columns import KeyKind, ListKeys, QueryRuns, QuerySeries, XAxis
from headwater.protocol.edits import DeleteMetric, RenameMetric, RewindRun
from headwater.protocol.errors import InvalidParameterValue, ResourceAlreadyExists
from headwater.protocol.journals import Append
from headwater.protocol.metrics import GetHistory, GetHistoryBulk, GetHistoryInterval, Metric
from headwater.protocol.runs import LogBatch, LogMetric, RunStatus, SearchRuns, UpdateRun
from headwater.stores.interface import Store
from headwater.testing.stores import expect_error, get_run, make_experiment, make_run

TRAIN, VAL = 'loss{split="train"}', 'loss{split="val"}'

SPELLINGS = [
    'metrics.loss{split="val"}',
    "metrics.loss{split='val'}",
    'metric.loss{ split = "val" }',
    'metrics.`loss{split="val"}`',
    "metrics.\"loss{split='val'}\"",
]
_UNREADABLE = "Invalid context in the metric"
FAULTS = {
    'loss{b="1",a="2"}': 'Invalid metric key \'loss{b="1",a="2"}\'. Write it as \'loss{a="2",b="1"}\'.',
    "loss{}": f"{_UNREADABLE} 'loss{{}}'.…",
    "loss{a=1}": f"{_UNREADABLE} 'loss{{a=1}}'.…",
    'loss{a="1"': f"{_UNREADABLE} 'loss{{a=\"1\"'.…",
    'loss{a="1"}x': f"{_UNREADABLE} 'loss{{a=\"1\"}}x'.…",
    'loss{a="1",a="2"}': f'{_UNREADABLE} \'loss{{a="1",a="2"}}\'.…',
    'loss{a="ü;"}': "Invalid context 'a': 'ü;' of metric 'loss'.…",
    '{a="1"}': "Missing value for required parameter 'keys[0].name'.…",
    f'loss{{a="{"1" * 500}"}}': "The metric 'loss{a=\"1111…",
}


def _log(store: Store, run_id: str, points: list[Metric]) -> None:
    keys = sorted({point.key for point in points})
    count = len(points)
    request = Append(
        uuid.uuid4().hex,
        run_id,
        1,
        count,
        keys=keys,
        key_index=struct.pack(f"<{count}i", *(keys.index(point.key) for point in points)),
        steps=struct.pack(f"<{count}q", *(point.step for point in points)),
        timestamps=struct.pack(f"<{count}q", *(point.timestamp for point in points)),
        values=struct.pack(f"<{count}d", *(point.value for point in points)),
    )
    assert store.runs.append(request).last_seq == count


def _fill(store: Store, run_id: str, *, seal: bool) -> None:
    """Log 5 points of training and 3 of validation, and 2 without a context."""
    _log(store, run_id, [Metric(TRAIN, step / 10, step, step) for step in range(5)])
    _log(store, run_id, [Metric(VAL, step * 1.0, step, step) for step in (0, 2, 4)])
    if seal:
        store.runs.update(UpdateRun(run_id=run_id, status=RunStatus.FINISHED))
    store.runs.log_batch(LogBatch(run_id, [Metric("loss", 9.0, 1, 1), Metric("loss", 8.0, 3, 3)]))


def _history(store: Store, run_id: str, key: str) -> list[tuple[int, float]]:
    return [(point.step, point.value) for point in store.metrics.get_history(GetHistory(key, run_id)).metrics]


EVERY = [(0, 0.0), (0, 0.0), (1, 0.1), (1, 9.0), (2, 0.2), (2, 2.0), (3, 0.3), (3, 8.0), (4, 0.4), (4, 4.0)]


class ContextsContract:
    """A metric in a context is a series of its own, and counts for the metric of its name."""

    @pytest.mark.parametrize("seal", [False, True])
    def test_each_context_is_a_series_and_the_name_is_all_of_them(self, store: Store, seal: bool) -> None:  # noqa: FBT001 - a case
        """Through each verb that reads histories; equal points of two contexts count once."""
        run_id = make_run(store)
        _fill(store, run_id, seal=seal)

        assert _history(store, run_id, TRAIN) == [(step, step / 10) for step in range(5)]
        assert _history(store, run_id, VAL) == [(0, 0.0), (2, 2.0), (4, 4.0)]
        assert _history(store, run_id, "loss") == EVERY[1:]
        assert _history(store, run_id, 'loss{split="test"}') == []
        bulk = store.metrics.get_history_bulk(GetHistoryBulk("loss", [run_id])).metrics
        interval = store.metrics.get_history_interval(GetHistoryInterval("loss", [run_id], 1, 2)).metrics
        assert [(point.step, point.value) for point in bulk] == EVERY[1:]
        assert [(point.step, point.value) for point in interval] == EVERY[2:6]

    def test_a_run_shows_the_name_once_and_its_contexts_beside(self, store: Store) -> None:
        """The latest of the name is the greatest by step, time and value, as ever."""
        run_id = make_run(store)
        _fill(store, run_id, seal=False)
        _log(store, run_id, [Metric('acc{rank="0",split="val"}', 0.5, 7, 7)])

        data = get_run(store, run_id).data

        assert data.metrics == [Metric("acc", 0.5, 7, 7), Metric("loss", 4.0, 4, 4)]
        assert data.contexts == [
            Metric('acc{rank="0",split="val"}', 0.5, 7, 7),
            Metric(TRAIN, 0.4, 4, 4),
            Metric(VAL, 4.0, 4, 4),
        ]

    def test_search_finds_and_orders_by_a_context(self, store: Store) -> None:
        """However the context is written."""
        experiment_id = make_experiment(store)
        low, high, other = (make_run(store, experiment_id) for _ in range(3))
        _log(store, low, [Metric(VAL, 1.0, 1, 1), Metric(TRAIN, 9.0, 1, 1)])
        _log(store, high, [Metric(VAL, 2.0, 1, 1)])
        _log(store, other, [Metric(TRAIN, 3.0, 1, 1)])

        for key in SPELLINGS:
            above = store.runs.search(SearchRuns([experiment_id], f"{key} > 1.5")).runs
            ordered = store.runs.search(SearchRuns([experiment_id], f"{key} >= 0", order_by=[f"{key} DESC"])).runs
            absent = store.runs.search(SearchRuns([experiment_id], f"{key} IS NULL")).runs
            found = [[run.info.run_id for run in runs] for runs in (above, ordered, absent)]
            assert found == [[high], [high, low], [other]], key

    def test_labels_are_found_in_any_order(self, store: Store) -> None:
        """They are kept in one."""
        experiment_id = make_experiment(store)
        run_id = make_run(store, experiment_id)
        _log(store, run_id, [Metric('loss{a="1",b="x y"}', 1.0, 1, 1)])

        found = store.runs.search(SearchRuns([experiment_id], "metrics.loss{b='x y', a=\"1\"} = 1")).runs

        assert [run.info.run_id for run in found] == [run_id]

    def test_columns_and_keys_know_contexts(self, store: Store) -> None:
        """As keys of their own."""
        experiment_id = make_experiment(store)
        run_id = make_run(store, experiment_id)
        _fill(store, run_id, seal=True)

        columns = store.columns.query_runs(
            QueryRuns([experiment_id], columns=["metrics.loss", f"metrics.{TRAIN}"])
        ).columns
        keys = store.columns.list_keys(ListKeys([experiment_id])).keys

        assert [(column.name, column.numbers) for column in columns] == [
            ("metrics.loss", [4.0]),
            (f"metrics.{TRAIN}", [0.4]),
        ]
        assert [key.name for key in keys if key.kind is KeyKind.METRIC] == ["loss", TRAIN, VAL]

    @pytest.mark.parametrize("x", list(XAxis))
    def test_charts_draw_each_context_and_all_together(self, store: Store, x: XAxis) -> None:
        """Also from blocks that cover each other, and with points that are not sealed."""
        run_id = make_run(store)
        for key, factor in ((TRAIN, 1.0), (VAL, -1.0)):
            _log(store, run_id, [Metric(key, factor * (step + 1), step, step) for step in range(3000)])
        store.runs.update(UpdateRun(run_id=run_id, status=RunStatus.FINISHED))
        _log(store, run_id, [Metric(VAL, 7000.0, 5000, 5000)])

        series = store.columns.query_series(QuerySeries([run_id], ["loss", TRAIN, VAL], x=x, buckets=50))

        counts = {line.key: (line.count, line.raw) for line in series.series}
        assert counts == {"loss": (6001, False), TRAIN: (3000, False), VAL: (3001, False)}
        values = np.frombuffer(series.data, "<f8")
        both = values[: 4 * series.series[0].points].reshape(4, -1)
        assert (both[1].min(), both[2].max()) == (-3000.0, 7000.0)
        assert (np.diff(both[0]) >= 0).all()

    def test_deleting_and_renaming_take_the_contexts_along_or_one_alone(self, store: Store) -> None:
        """And the latest of the name follows."""
        run_id = make_run(store)
        _fill(store, run_id, seal=True)

        one = store.edits.delete_metric(DeleteMetric(run_id, key=VAL)).points
        after_one = get_run(store, run_id).data
        renamed = store.edits.rename_metric(RenameMetric(run_id, key="loss", new_key="train/loss")).points
        into = store.edits.rename_metric(RenameMetric(run_id, key='train/loss{split="train"}', new_key="acc{on='x'}"))
        data = get_run(store, run_id).data
        everything = store.edits.delete_metric(DeleteMetric(run_id, key="acc")).points

        assert (one, renamed, into.points, everything) == (3, 7, 5, 5)
        assert after_one.metrics == [Metric("loss", 0.4, 4, 4)]
        assert data.metrics == [Metric("acc", 0.4, 4, 4), Metric("train/loss", 8.0, 3, 3)]
        assert data.contexts == [Metric('acc{on="x"}', 0.4, 4, 4)]
        assert [metric.key for metric in get_run(store, run_id).data.metrics] == ["train/loss"]

    def test_renames_that_would_mix_are_refused(self, store: Store) -> None:
        """A metric with contexts into one context; anything into a name that is taken."""
        run_id = make_run(store)
        _fill(store, run_id, seal=False)
        store.runs.log_batch(LogBatch(run_id, [Metric("acc", 1.0, 1, 1)]))

        with expect_error(InvalidParameterValue, "The metric 'loss' has contexts, which 'x{a=\"1\"}' cannot hold.…"):
            store.edits.rename_metric(RenameMetric(run_id, key="loss", new_key='x{a="1"}'))
        with expect_error(ResourceAlreadyExists, f"Run '{run_id}' has a metric '{VAL}' already.…"):
            store.edits.rename_metric(RenameMetric(run_id, key=TRAIN, new_key=VAL))
        with expect_error(ResourceAlreadyExists, f"Run '{run_id}' has a metric 'loss' already.…"):
            store.edits.rename_metric(RenameMetric(run_id, key="acc", new_key="loss"))

    def test_rewinding_cuts_every_context(self, store: Store) -> None:
        """And the latest of the name is found anew."""
        run_id = make_run(store)
        _fill(store, run_id, seal=True)

        dropped = store.edits.rewind_run(RewindRun(run_id, step=2)).points

        assert dropped == 4
        assert get_run(store, run_id).data.metrics == [Metric("loss", 2.0, 2, 2)]
        assert get_run(store, run_id).data.contexts == [Metric(TRAIN, 0.2, 2, 2), Metric(VAL, 2.0, 2, 2)]

    def test_mlflow_clients_cannot_log_contexts_by_accident(self, store: Store) -> None:
        """A key with a brace stays what it was to them: refused."""
        run_id = make_run(store)

        with expect_error(InvalidParameterValue, 'Invalid value "loss{split="val"}" for parameter \'key\' supplied:…'):
            store.runs.log_metric(LogMetric(run_id=run_id, key=VAL, value=1.0, timestamp=1))

    def test_a_context_in_another_form_is_refused(self, store: Store) -> None:
        """So that no series exists twice."""
        run_id = make_run(store)

        for key, message in FAULTS.items():
            with expect_error(InvalidParameterValue, message):
                _log(store, run_id, [Metric(key, 1.0, 1, 1)])
