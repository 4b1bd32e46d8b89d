"""Deleting, renaming, rewinding and forking, between writes and seals, do to a run what they do to a set of points."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headwater.protocol.columns import QuerySeries
from headwater.protocol.contexts import name_of
from headwater.protocol.edits import CopyRun, DeleteMetric, RenameMetric, RewindRun
from headwater.protocol.errors import ResourceAlreadyExists, ResourceDoesNotExist
from headwater.protocol.metrics import GetHistory
from headwater.stores.artifacts import LocalBlobs, ServedLocations
from headwater.stores.outgoing import HttpSender
from headwater.stores.sql import SqlStore
from headwater.stores.sql.blocks import rank_values
from headwater.stores.sql.points import insert_points, seal_run
from headwater.stores.sql.rows import find_run
from headwater.testing.stores import get_run, make_run

PLAIN = ["loss", "acc"]
KEYS = [*PLAIN, 'loss{split="a"}', 'loss{split="b"}', "other", 'acc{rank="0"}']
VALUES = [0.0, -0.0, 1.5, math.inf, -math.inf, math.nan, 5e-324]
Point = tuple[int, int, int]
"""Step, time and rank of the value."""
Model = dict[str, set[Point]]

POINT = st.tuples(st.sampled_from(KEYS), st.integers(-3, 6), st.integers(0, 2), st.sampled_from(VALUES))
LONG = st.tuples(st.sampled_from(KEYS[:4]), st.integers(-50, 9000), st.integers(100, 12_000), st.integers(1, 3))
WRITE = st.lists(POINT, min_size=1, max_size=20)
EDIT = st.one_of(
    st.tuples(st.just("delete"), st.sampled_from(KEYS)),
    st.tuples(st.just("rename"), st.sampled_from(KEYS), st.sampled_from([*KEYS, "new", 'new{x="1"}'])),
    st.tuples(st.just("rewind"), st.integers(-4, 6)),
    st.tuples(st.just("seal")),
    st.tuples(st.just("seal all")),
)


@contextmanager
def opened() -> Iterator[SqlStore]:
    with TemporaryDirectory() as folder:
        root, served = Path(folder), ServedLocations([])
        blobs, live = LocalBlobs(root / "artifacts"), root / "live-logs"
        store = SqlStore(f"sqlite:///{root / 'headwater.db'}", blobs, served, live, HttpSender)
        try:
            yield store
        finally:
            store.close()


def rank(value: float) -> int:
    return int(rank_values(np.array([value]))[0])


def write(store: SqlStore, run_id: str, points: list[tuple[str, int, int, float]], model: Model) -> None:
    keys, steps, times, values = zip(*points, strict=True)
    index = np.array([KEYS.index(key) for key in keys], np.int32)
    columns = np.array(steps, np.int64), np.array(times, np.int64), np.array(values, np.float64)
    store.database.write(
        lambda connection: insert_points(connection, find_run(connection, run_id, active=True), KEYS, index, *columns)
    )
    for key, step, time, value in points:
        model.setdefault(key, set()).add((step, time, rank(value)))


def seal(store: SqlStore, run_id: str, *, merge_all: bool) -> None:
    store.database.write(
        lambda connection: seal_run(connection, find_run(connection, run_id, active=True).id, merge_all=merge_all)
    )


def selected(model: Model, key: str) -> set[str]:
    """Return the keys with points that `key` stands for."""
    return {name for name, points in model.items() if points and (name == key or name_of(name) == key)}


def rename(store: SqlStore, run_id: str, old: str, new: str, model: Model) -> None:
    try:
        moved = store.edits.rename_metric(RenameMetric(run_id, key=old, new_key=new)).points
    except (ResourceAlreadyExists, ResourceDoesNotExist):
        assert not selected(model, old) or (selected(model, new) - selected(model, old))
        return
    if old == new or not selected(model, old):
        assert moved == 0
        return
    assert moved == sum(len(model[key]) for key in selected(model, old))
    renamed = {new + key[len(old) :]: model.pop(key) for key in selected(model, old)}
    assert not any(model.get(key) for key in renamed)
    model.update(renamed)


def apply(store: SqlStore, run_id: str, edit: tuple[object, ...], model: Model) -> None:
    match edit:
        case ("delete", str(key)):
            dropped = store.edits.delete_metric(DeleteMetric(run_id, key=key)).points
            assert dropped == sum(len(model.pop(name)) for name in selected(model, key))
        case ("rename", str(old), str(new)):
            if "{" not in new or selected(model, old) <= {old}:
                rename(store, run_id, old, new, model)
        case ("rewind", int(step)):
            dropped = store.edits.rewind_run(RewindRun(run_id, step=step)).points
            before = sum(map(len, model.values()))
            for points in model.values():
                points.intersection_update([point for point in points if point[0] <= step])
            assert dropped == before - sum(map(len, model.values()))
        case _:
            seal(store, run_id, merge_all=edit == ("seal all",))


def check(store: SqlStore, run_id: str, model: Model) -> None:
    """History, latest and the count of a chart are those of the model, for each key and for each name."""
    names = {key for key, points in model.items() if points}
    expected = {key: model[key] for key in names}
    for name in {name_of(key) for key in names}:
        expected[name] = set().union(*(model[key] for key in names if name_of(key) == name))
    latest = {}
    data = get_run(store, run_id).data
    for metric in (*data.metrics, *data.contexts):
        latest[metric.key] = (metric.step, metric.timestamp, rank(metric.value))
    assert latest == {key: max(points) for key, points in expected.items()}
    for key in {*KEYS, "new", *expected}:
        history = store.metrics.get_history(GetHistory(key, run_id)).metrics
        found = [(point.step, point.timestamp, rank(point.value)) for point in history]
        assert sorted(found) == sorted(expected.get(key, ()))
    series = store.columns.query_series(QuerySeries([run_id], sorted(expected), buckets=7)).series
    assert {line.key: line.count for line in series} == {key: len(points) for key, points in expected.items()}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(operations=st.lists(WRITE | EDIT, min_size=2, max_size=9), step=st.integers(-4, 6))
def test_edits_do_to_a_run_what_they_do_to_a_set(
    operations: list[list[tuple[str, int, int, float]] | tuple[object, ...]], step: int
) -> None:
    model: Model = {}
    with opened() as store:
        run_id = make_run(store)

        for operation in operations:
            if isinstance(operation, list):
                write(store, run_id, operation, model)
            else:
                apply(store, run_id, operation, model)
            check(store, run_id, model)
        fork = store.edits.copy_run(CopyRun(run_id, history=True, step=step)).run.info.run_id
        whole = store.edits.copy_run(CopyRun(run_id, history=True)).run.info.run_id

        check(store, run_id, model)
        check(store, whole, model)
        check(store, fork, {key: {point for point in points if point[0] <= step} for key, points in model.items()})


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    batches=st.lists(LONG, min_size=1, max_size=4),
    seals=st.lists(st.booleans(), min_size=4, max_size=4),
    cuts=st.lists(st.integers(-60, 15_000), min_size=1, max_size=2),
)
def test_long_histories_are_cut_and_forked_exactly(
    batches: list[tuple[str, int, int, int]], seals: list[bool], cuts: list[int]
) -> None:
    model: Model = {}
    with opened() as store:
        run_id = make_run(store)
        for (key, first, count, stride), sealed in zip(batches, seals, strict=False):
            steps = range(first, first + count * stride, stride)
            write(store, run_id, [(key, step, abs(step) // 7, step % 5 / 2) for step in steps], model)
            if sealed:
                seal(store, run_id, merge_all=False)

        fork = store.edits.copy_run(CopyRun(run_id, history=True, step=cuts[0])).run.info.run_id

        check(store, fork, {key: {point for point in points if point[0] <= cuts[0]} for key, points in model.items()})
        for cut in cuts:
            apply(store, run_id, ("rewind", cut), model)
            check(store, run_id, model)
