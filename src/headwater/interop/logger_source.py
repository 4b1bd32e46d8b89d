"""What folders of other loggers have in common as a source of an import."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Generic, TypeVar

from headwater.interop.logged import LoggedRun
from headwater.interop.source import Problem, SourceFile
from headwater.protocol.imports import PutLoggedModel, PutModel, PutRun
from headwater.stores.sql.blocks import Points

Place = TypeVar("Place")


class LoggerSource(ABC, Generic[Place]):
    """A folder whose runs are read one by one, each from its place; there are no models but the files of runs.

    Args:
        root: the folder.
        problem: is told of damaged files; what stands before the damage is read.
    """

    def __init__(self, root: Path, problem: Problem) -> None:
        self._root = root
        self._problem = problem
        self._places: dict[str, Place] = {}
        self._last: LoggedRun | None = None

    @abstractmethod
    def list_places(self, experiment_id: str) -> Iterable[Place]:
        """Return where the runs of an experiment are."""

    @abstractmethod
    def read(self, place: Place, problem: Problem) -> LoggedRun:
        """Return what the files at a place say, and tell `problem` of damaged ones."""

    @property
    def name(self) -> str:
        """Return the folder."""
        return str(self._root)

    def runs(self, experiment_id: str) -> Iterator[PutRun]:
        """Yield the runs of an experiment."""
        for place in self.list_places(experiment_id):
            logged = self.read(place, self._problem)
            self._places[logged.run.run_id] = place
            yield logged.finished()

    def series(self, run: PutRun) -> Iterator[tuple[str, Points]]:
        """Yield what was logged as numbers."""
        return self._logged(run).series()

    def artifacts(self, run: PutRun) -> list[SourceFile]:
        """Return the files that were logged."""
        return self._logged(run).files

    def logged_models(self, experiment_id: str) -> list[PutLoggedModel]:  # noqa: ARG002 - there are none
        """Return nothing: models are files of runs."""
        return []

    def model_artifacts(self, model: PutLoggedModel) -> list[SourceFile]:  # noqa: ARG002 - there are none
        """Return nothing."""
        return []

    def models(self) -> list[PutModel]:
        """Return nothing: there is no registry."""
        return []

    def left_out(self) -> list[str]:
        """Return nothing."""
        return []

    def close(self) -> None:
        """Do nothing: nothing is open."""

    def _logged(self, run: PutRun) -> LoggedRun:
        """Return what the run's files say; they were read once before, so that problems are told already."""
        if self._last is None or self._last.run.run_id != run.run_id:
            self._last = self.read(self._places[run.run_id], lambda _problem: None)
        return self._last
