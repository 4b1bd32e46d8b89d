"""The bar of an import on a terminal; rich is imported only for it."""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn


class Bar:
    """Shows the experiment, its runs and the points so far, on stderr."""

    def __init__(self) -> None:
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[points]:,} points"),
            TimeElapsedColumn(),
            console=Console(stderr=True),
        )
        self._task: TaskID | None = None
        self._points = 0

    def begin(self, experiment: str, runs: int) -> None:
        """Start the bar of an experiment."""
        self._points = 0
        self._task = self._progress.add_task(experiment[:40], total=runs or None, points=0)

    def advance(self, runs: int, points: int) -> None:
        """Move the bar."""
        assert self._task is not None, "an experiment has begun"
        self._points += points
        self._progress.update(self._task, advance=runs, points=self._points)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()
