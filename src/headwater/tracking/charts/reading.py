"""What a chart shows: runs, keys and their series, read from the store as often as asked."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from headwater.protocol.columns import QuerySeries, Series, XAxis
from headwater.protocol.runs import GetRun, RunStatus
from headwater.tracking.run import Run, run_from_wire

if TYPE_CHECKING:
    from headwater.stores.interface import Store

MAX_KEYS = 12
BUCKETS = 400
_LIVE = (RunStatus.RUNNING, RunStatus.SCHEDULED)
_MACHINE = "system/"  # metrics of the machine are shown when they are asked for


@dataclass(frozen=True)
class Line:
    """The points of one run and key, ready to be drawn: x on the chosen axis, and the last value of each place."""

    run: Run
    number: int
    x: NDArray[np.float64]
    values: NDArray[np.float64]


@dataclass(frozen=True)
class ChartData:
    """What a chart shows at one moment; `more` counts the metrics that are left out."""

    runs: list[Run]
    keys: list[str]
    more: int
    series: Series

    @property
    def is_live(self) -> bool:
        """Return whether more points may come."""
        return any(run.info.status in _LIVE for run in self.runs)

    def lines(self, key: str, *, is_relative: bool = False) -> Iterator[Line]:
        """Yield the lines of a key in the order of the runs; seconds since its start if `is_relative`."""
        numbers = {run.info.run_id: number for number, run in enumerate(self.runs)}
        offset = 0
        for head in self.series.series:
            columns = 2 if head.raw else 4
            if head.key == key:
                block = np.frombuffer(self.series.data, "<f8", columns * head.points, offset)
                block = block.reshape(columns, head.points)
                number = numbers[head.run_id]
                run = self.runs[number]
                yield Line(run, number, (block[0] - run.info.start_time) / 1000 if is_relative else block[0], block[-1])
            offset += 8 * columns * head.points


class ChartSource:
    """Reads the same chart again and again; runs that have ended are read once."""

    def __init__(self, run_ids: list[str], keys: list[str], *, is_by_time: bool) -> None:
        self._run_ids = run_ids
        self._keys = keys
        self._x = XAxis.TIME if is_by_time else XAxis.STEP
        self._ended: dict[str, Run] = {}

    def read(self, store: "Store") -> ChartData:
        """Return what the chart shows now; raise `ResourceDoesNotExist` for a run that is not there."""
        runs = [
            self._read_run(store, run_id) for run_id in self._run_ids
        ]  # before the points: none is missed at the end
        found = self._keys or _find_keys(runs)
        keys = found if self._keys else found[:MAX_KEYS]
        query = QuerySeries(self._run_ids, keys, x=self._x, buckets=BUCKETS)
        return ChartData(runs, keys, len(found) - len(keys), store.columns.query_series(query))

    def _read_run(self, store: "Store", run_id: str) -> Run:
        if run_id in self._ended:
            return self._ended[run_id]
        run = run_from_wire(store.runs.get(GetRun(run_id=run_id)).run)
        if run.info.status not in _LIVE:
            self._ended[run_id] = run
        return run


def _find_keys(runs: list[Run]) -> list[str]:
    """Return the metrics of the runs, those of most runs first."""
    counts = Counter(key for run in runs for key in run.data.metrics if not key.startswith(_MACHINE))
    return sorted(counts, key=lambda key: (-counts[key], key))
