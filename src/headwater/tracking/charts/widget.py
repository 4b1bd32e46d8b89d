"""The live chart of a notebook: an anywidget that a thread feeds. Loaded only where anywidget is installed."""

import threading
import weakref
from dataclasses import asdict
from functools import partial
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from headwater.protocol.codec import encode_series
from headwater.protocol.errors import HeadwaterError
from headwater.protocol.runs import RunStatus
from headwater.tracking.charts.picture import Look
from headwater.tracking.charts.reading import ChartData, ChartSource
from headwater.tracking.notebook import page_address

if TYPE_CHECKING:
    from headwater.stores.interface import Store

FRONT_END = files("headwater") / "server" / "static" / "notebook"
_PAUSE_S = 1.0
_LONGEST_PAUSE_S = 15.0
_BYTES_PER_S = 500_000


class ChartWidget(anywidget.AnyWidget):  # type: ignore[misc]  # anywidget is an extra, so mypy does not see it
    """What the browser is told: the runs and the look as `about`, the series in the server's binary form."""

    _esm = (FRONT_END / "chart.js").read_text(encoding="utf-8")
    _css = (FRONT_END / "chart.css").read_text(encoding="utf-8")
    about = traitlets.Dict().tag(sync=True)
    points = traitlets.Bytes().tag(sync=True)

    def __init__(self, data: ChartData, look: Look) -> None:
        self._look = look
        super().__init__(about=_describe(data, look), points=encode_series(data.series))

    def show(self, data: ChartData) -> bool:
        """Send what changed since the last time; return whether anything had."""
        about, points = _describe(data, self._look), encode_series(data.series)
        if (about, points) == (self.about, self.points):
            return False
        with self.hold_sync():
            self.about, self.points = about, points
        return True

    def explain(self, problem: str) -> None:
        """Say beside the chart why it is not up to date."""
        self.about = {**self.about, "problem": problem}


def start_feeding(widget: ChartWidget, source: ChartSource, store: "Store") -> threading.Event:
    """Show new points in a thread until the runs have ended or the returned event is set.

    A kernel that trains in a cell reads no messages, but it sends: so the kernel pushes, and nothing is asked for. The
    longer nothing comes, and the more there is to send, the longer are the pauses.
    """
    stop = threading.Event()
    weakref.finalize(widget, stop.set)  # at the end of the program too
    feed = partial(_feed, weakref.ref(widget), source, store, stop)
    threading.Thread(target=feed, name="headwater-chart", daemon=True).start()
    return stop


def _feed(reference: "weakref.ref[ChartWidget]", source: ChartSource, store: "Store", stop: threading.Event) -> None:
    pause = _PAUSE_S
    while not stop.wait(pause):
        widget = reference()
        if widget is None or widget.comm is None:
            return
        try:
            data = source.read(store)
        except HeadwaterError as error:
            widget.explain(error.message)
            pause = min(2 * pause, _LONGEST_PAUSE_S)
            continue
        has_changed = widget.show(data)
        if not data.is_live:
            return
        shortest = max(_PAUSE_S, len(data.series.data) / _BYTES_PER_S)
        pause = shortest if has_changed else min(1.5 * pause, _LONGEST_PAUSE_S)


def _describe(data: ChartData, look: Look) -> dict[str, Any]:
    runs = [
        {
            "run_id": run.info.run_id,
            "name": run.info.run_name or run.info.run_id,
            "status": RunStatus.to_string(run.info.status),
            "start_time": run.info.start_time,
            "address": page_address(run.info.experiment_id, run.info.run_id),
        }
        for run in data.runs
    ]
    return {"runs": runs, "keys": data.keys, "more": data.more, "problem": "", **asdict(look)}
