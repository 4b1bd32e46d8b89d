"""`hw.chart`: the curves of runs, where a notebook or a terminal shows them."""

import sys
from collections.abc import Iterable, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from headwater.protocol.errors import InvalidParameterValue, NotSupported
from headwater.protocol.names import check_run_id
from headwater.tracking.active import active_run, get_tracking_uri, last_active_run
from headwater.tracking.charts.picture import Look, draw_html, draw_svg, draw_text
from headwater.tracking.charts.reading import ChartSource
from headwater.tracking.run import Run
from headwater.tracking.session import current_session

if TYPE_CHECKING:
    import threading

    from headwater.tracking.charts.widget import ChartWidget

MAX_RUNS = 100
_AXES = ("step", "time", "relative")
_HEIGHTS = range(80, 2001)
_HINT = "A picture as of now. With anywidget installed (pip install anywidget) the chart is live."


def chart(
    runs: object = None,
    keys: str | Sequence[str] | None = None,
    *,
    x: str = "step",
    smooth: float = 0.0,
    log_y: bool = False,
    height: int = 220,
) -> "Chart":
    """Show the curves of one or several runs in a notebook, growing while they train.

    With `anywidget` installed the chart is live: a run that trains in another cell, or on another machine, adds to it
    as it goes. Without, it is a picture of this moment; in a terminal it is text.

    Args:
        runs: a run or its id, several of them, or a data frame of `search_runs`; default: the run that is open here,
            else the last one.
        keys: the metrics to show; default: the first 12, those that most runs have first.
        x: "step", "time", or "relative" for seconds since each run's start.
        smooth: the weight of a moving average, from 0 for none to below 1.
        log_y: draw values on a logarithmic axis.
        height: of each chart, in pixels.

    Raises:
        InvalidParameterValue: if there is no run, there are more than 100, or an option is out of its range.
        ResourceDoesNotExist: if a run is not there.

    Example:
        >>> hw.chart(hw.search_runs(order_by=["metrics.loss"], max_results=5), keys="loss", smooth=0.6)
    """
    if x not in _AXES:
        raise InvalidParameterValue(f"Invalid x '{x}'. Use 'step', 'time' or 'relative'.")
    if not 0 <= smooth < 1:
        raise InvalidParameterValue(f"Invalid smooth '{smooth}'. Give a weight from 0 to below 1.")
    if height not in _HEIGHTS:
        raise InvalidParameterValue(f"Invalid height '{height}'. Give 80 to 2000 pixels.")
    wanted = [keys] if isinstance(keys, str) else list(keys or ())
    source = ChartSource(_find_run_ids(runs), wanted, is_by_time=x != "step")
    return Chart(source, Look(x=x, smooth=smooth, log_y=log_y, height=height), get_tracking_uri())


class Chart:
    """Curves of runs, shown by being the last value of a cell; made by `chart`."""

    def __init__(self, source: ChartSource, look: Look, uri: str) -> None:
        self._source = source
        self._look = look
        self._uri = uri
        self._widget: ChartWidget | None = None
        self._stop: threading.Event | None = None
        self._read()  # what is wrong with the runs is said at once

    @property
    def widget(self) -> "ChartWidget":
        """Return the live chart as an anywidget, for a layout of your own; raise `NotSupported` without anywidget."""
        if not _has_widgets():
            raise NotSupported(
                "A live chart needs the package 'anywidget' and the built UI. Run: pip install anywidget"
            )
        if self._widget is None:
            from headwater.tracking.charts.widget import ChartWidget, start_feeding  # needs anywidget

            data = self._read()
            self._widget = ChartWidget(data, self._look)
            if data.is_live:
                self._stop = start_feeding(self._widget, self._source, current_session().store(self._uri))
        return self._widget

    def stop(self) -> None:
        """Let a live chart stay as it is."""
        if self._stop is not None:
            self._stop.set()

    def to_svg(self) -> str:
        """Return the chart as it is now as an SVG picture.

        Example:
            >>> Path("loss.svg").write_text(hw.chart(run, keys="loss").to_svg())
        """
        return draw_svg(self._read(), self._look)

    def __repr__(self) -> str:
        return draw_text(self._read(), self._look)

    def _repr_mimebundle_(self, **_kwargs: object) -> tuple[dict[str, Any], dict[str, Any]]:
        data = self._read()
        is_live = _is_in_kernel() and _has_widgets()
        bundle = {
            "text/plain": draw_text(data, self._look),
            "text/html": draw_html(data, self._look, "" if is_live or not data.is_live else _HINT),
        }
        if is_live:
            bundle |= _view_of(self.widget)
        return bundle, {}

    def _read(self) -> Any:
        session = current_session()
        session.settle(self._uri)
        return self._source.read(session.store(self._uri))


def _view_of(widget: "ChartWidget") -> dict[str, Any]:
    """Return what makes a notebook show the widget, besides text."""
    shown = widget._repr_mimebundle_() or {}
    found = shown[0] if isinstance(shown, tuple) else shown
    return {kind: value for kind, value in found.items() if kind != "text/plain"}


def _has_widgets() -> bool:
    if find_spec("anywidget") is None:
        return False
    from headwater.tracking.charts.widget import FRONT_END  # needs anywidget

    return (FRONT_END / "chart.js").is_file()


def _is_in_kernel() -> bool:
    """Return whether a notebook's kernel runs this, which has a line to the browser."""
    shell = sys.modules.get("IPython")
    return shell is not None and getattr(shell.get_ipython(), "kernel", None) is not None


def _find_run_ids(runs: object) -> list[str]:
    """Return the ids that a run, an id, several of either, or a data frame means, each once."""
    found = active_run() or last_active_run() if runs is None else runs
    if found is None:
        raise InvalidParameterValue("No run is open here and none was. Give a run, its id, or several.")
    several = [found] if isinstance(found, str | Run) else _items(found)
    run_ids = list(dict.fromkeys(item.info.run_id if isinstance(item, Run) else str(item) for item in several))
    if not 1 <= len(run_ids) <= MAX_RUNS:
        raise InvalidParameterValue(f"Got '{len(run_ids)}' runs. Give 1 to {MAX_RUNS}.")
    for run_id in run_ids:
        check_run_id(run_id)
    return run_ids


def _items(found: object) -> Iterable[object]:
    if hasattr(found, "columns") and "run_id" in found.columns:
        return list(found["run_id"])  # type: ignore[index]  # a data frame of pandas or polars
    if isinstance(found, Iterable):
        return found
    raise InvalidParameterValue(f"Invalid runs of type '{type(found).__name__}'. Give a run, its id, or several.")
