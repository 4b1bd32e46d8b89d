"""Logs of runs that are being written: recordings in a folder, until each is kept as an artifact."""

import re
import shutil
from collections.abc import Iterable
from pathlib import Path

from headwater.capture.recording import Recording
from headwater.protocol.logs import LOGS_FOLDER

_FINISHED = re.compile(rf"(?:.*/)?([^/]+)/artifacts/{LOGS_FOLDER}/([^/]+)")


class LiveLogs:
    """A folder with one recording for each running log. Thread-safe, as appending is by position.

    Servers that share a database share this folder too, or each knows only the part of a live log that it received.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def recording(self, run_id: str, name: str) -> Recording:
        """Return a run's recording, which may not exist yet."""
        return Recording(self._root / run_id / name)

    def names(self, run_id: str) -> list[str]:
        """Return the names of a run's recordings."""
        try:
            return sorted(path.name for path in (self._root / run_id).iterdir())
        except FileNotFoundError:
            return []

    def measure(self, run_id: str) -> int:
        """Return the bytes of a run's recordings."""
        return sum(self.recording(run_id, name).size() for name in self.names(run_id))

    def forget_finished(self, paths: Iterable[str]) -> None:
        """Remove the recordings whose finished logs have been kept under these paths of the artifact tree."""
        for path in paths:
            if found := _FINISHED.fullmatch(path):
                folder = self._root / found[1]
                shutil.rmtree(folder / found[2], ignore_errors=True)
                if folder.is_dir() and not any(folder.iterdir()):
                    folder.rmdir()

    def forget_runs(self, run_ids: Iterable[str]) -> None:
        """Remove the recordings of runs that were deleted for good."""
        for run_id in run_ids:
            shutil.rmtree(self._root / run_id, ignore_errors=True)
