"""Packs runs and their points into requests of a bounded size, after leaving out what no store of ours keeps."""

from collections.abc import Iterable
from typing import Any, TypeVar

import msgspec
import numpy as np

from headwater.interop.source import Problem
from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.imports import PointColumns, PutRun, PutRuns
from headwater.protocol.inputs import RunInputs, RunOutputs
from headwater.protocol.names import check_first_tag, check_key, check_no_nul
from headwater.protocol.runs import Param, RunTag
from headwater.stores.interface import Store
from headwater.stores.sql.blocks import Points

_REQUEST_BYTES = 8 << 20
_PIECE_POINTS = 200_000
_POINT_BYTES = 24

TextT = TypeVar("TextT", Param, RunTag)


class Sender:
    """Collects runs and points, and sends them whenever there is enough."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._runs: list[PutRun] = []
        self._bytes = 0
        self.created = 0

    def add_run(self, run: PutRun) -> None:
        """Put the run itself, with its params and tags."""
        self._take(msgspec.structs.replace(run, series=[]))
        self._bytes += sum(len(text.key) + len(text.value) for texts in (run.params, run.tags) for text in texts)
        self._flush_if_full()

    def add_series(self, run: PutRun, key: str, points: Points) -> None:
        """Put points of the run that was added last."""
        for start in range(0, len(points), _PIECE_POINTS):
            piece = points[start : start + _PIECE_POINTS]
            if not self._runs or start:
                self.flush()
                self._take(
                    msgspec.structs.replace(
                        run, params=[], tags=[], inputs=RunInputs(), outputs=RunOutputs(), series=[]
                    )
                )
            columns = (column.astype(kind).tobytes() for column, kind in _columns(piece))
            self._runs[-1].series.append(PointColumns(key, *columns))
            self._bytes += len(piece) * _POINT_BYTES
            self._flush_if_full()

    def flush(self) -> None:
        """Send what is waiting."""
        if self._runs:
            self.created += self._store.imports.put_runs(PutRuns(self._runs)).created
        self._runs, self._bytes = [], 0

    def _take(self, run: PutRun) -> None:
        self._runs.append(run)

    def _flush_if_full(self) -> None:
        if self._bytes >= _REQUEST_BYTES:
            self.flush()


def clean_run(run: PutRun, problem: Problem) -> PutRun | None:
    """Return the run without params and tags that are not allowed; None if it cannot be kept at all."""
    kept = msgspec.structs.replace(
        run,
        params=list(_allowed(run, "param", run.params, problem)),
        tags=list(_allowed(run, "tag", run.tags, problem)),
    )
    try:
        kept.check()
    except InvalidParameterValue as error:
        problem(f"Run '{run.run_id}' is left out: {error.message}")
        return None
    return kept


def clean_points(run: PutRun, key: str, points: Points, problem: Problem) -> Points | None:
    """Return the points that are not from before 1970; None if the key is not allowed."""
    try:
        check_key("key", key, "Metric name")
    except InvalidParameterValue as error:
        problem(f"Metric '{key}' of run '{run.run_id}' is left out: {error.message}")
        return None
    early = int(np.count_nonzero(points.times < 0))
    if early:
        problem(f"{early} points of metric '{key}' of run '{run.run_id}' are left out: they are from before 1970.")
        return points[points.times >= 0]
    return points


def _allowed(run: PutRun, what: str, texts: Iterable[TextT], problem: Problem) -> Iterable[TextT]:
    for text in texts:
        try:
            check_first_tag("key", text.key) if what == "tag" else check_key("key", text.key, f"{what} key")
            check_no_nul("value", text.value)
            yield text
        except InvalidParameterValue as error:
            problem(f"The {what} '{text.key}' of run '{run.run_id}' is left out: {error.message}")


def _columns(points: Points) -> Iterable[tuple[Any, str]]:
    return (points.steps, "<i8"), (points.times, "<i8"), (points.values, "<f8")
