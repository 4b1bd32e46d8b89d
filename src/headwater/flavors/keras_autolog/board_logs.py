"""The logs for TensorBoard that a training writes, kept with its run."""

import shutil
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from headwater.tracking.active import ActiveRun
from headwater.tracking.artifact_files import temporary_folder
from headwater.tracking.autolog import Call

FOLDER = "tensorboard_logs"


class BoardLogs:
    """Keeps what the user's own callback for TensorBoard writes, else what one of ours does; none of it raises."""

    def __init__(self, call: Call, callbacks: Sequence[Any]) -> None:
        self._call = call
        self._is_wanted = getattr(call.options, "has_tensorboard", False)
        own = next(
            (item for item in callbacks if any(kind.__name__ == "TensorBoard" for kind in type(item).__mro__)), None
        )
        self._is_own = own is not None
        self._folder = Path(own.log_dir) if own is not None else None
        self._before: dict[Path, int] = dict(_measure(self._folder)) if self._folder and self._is_wanted else {}

    def make_callbacks(self) -> Iterator[Any]:
        """Yield a callback that writes logs, if there is none yet and TensorBoard is installed."""
        if not self._is_wanted or self._is_own:
            return
        with self._call.step("logs for TensorBoard"):
            import keras

            if keras.config.backend() != "tensorflow" or find_spec("tensorboard") is None:
                self._call.tell("No logs for TensorBoard: they need the package tensorboard.")
                return
            self._folder = temporary_folder()
            yield keras.callbacks.TensorBoard(str(self._folder), write_graph=False)

    def keep(self, run: ActiveRun) -> None:
        """Keep the files that the training has written."""
        if not self._is_wanted or self._folder is None:
            return
        folder = self._folder
        with self._call.step("logs for TensorBoard"):
            written = [path for path, size in _measure(folder) if self._before.get(path) != size]
            run.writer.log_files([(f"{FOLDER}/{path.relative_to(folder).as_posix()}", path) for path in written])
        if not self._is_own:
            with self._call.step("logs for TensorBoard"):
                shutil.rmtree(folder)


def _measure(folder: Path) -> Iterator[tuple[Path, int]]:
    return ((path, path.stat().st_size) for path in sorted(folder.rglob("*")) if path.is_file())
