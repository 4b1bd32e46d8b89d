"""The trials of a sweep on a terminal: a live table, or a line for each that ends; rich is imported only for it."""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from rich import box
from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from headwater.cli._output import printable, say
from headwater.projects import Trial

SHOWN = 20
_STYLES = {"running": "cyan", "complete": "green", "pruned": "yellow", "failed": "red"}


@contextmanager
def shown_trials() -> Iterator[Callable[[Mapping[int, Trial]], None]]:
    """Yield what shows all trials so far on stderr whenever it is called."""
    if not sys.stderr.isatty():
        yield _Lines().show
        return
    with Live(console=Console(stderr=True), refresh_per_second=4) as live:
        yield lambda trials: live.update(make_table(trials))


def make_table(trials: Mapping[int, Trial]) -> Table:
    """Return the last trials as a table, with a count of all."""
    counts = {state: sum(trial.state == state for trial in trials.values()) for state in _STYLES}
    title = ", ".join(f"{count} {state}" for state, count in counts.items() if count)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True, caption=title, caption_justify="left")
    names = list(dict.fromkeys(name for trial in trials.values() for name in trial.params))
    for column in ("trial", "state", "value", *names, "run"):
        table.add_column(column, overflow="fold", no_wrap=column in {"state", "run"})
    for number in sorted(trials)[-SHOWN:]:
        trial = trials[number]
        values = [_shorten(trial.params.get(name, "")) for name in names]
        state = Text(trial.state, _STYLES[trial.state])
        table.add_row(str(number), state, _shorten(trial.value), *map(Text, values), trial.run_id)
    return table


class _Lines:
    """One line for each trial that has ended."""

    def __init__(self) -> None:
        self._told: set[int] = set()

    def show(self, trials: Mapping[int, Trial]) -> None:
        """Tell what has ended since the last time."""
        for number in sorted(trials.keys() - self._told):
            trial = trials[number]
            if trial.state != "running":
                self._told.add(number)
                params = " ".join(f"{name}={_shorten(value)}" for name, value in trial.params.items())
                what = trial.reason or _shorten(trial.value)
                say(f"Trial {number} {trial.state}: {what} ({params}) run {trial.run_id}")


def _shorten(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else printable("" if value is None else str(value))
