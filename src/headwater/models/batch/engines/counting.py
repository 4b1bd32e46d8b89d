"""How many rows an engine has done: its processes count them, and this one looks while it waits."""

import logging
import struct
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias
from urllib.parse import urlsplit

from headwater.models.batch.formats import Format
from headwater.models.batch.job import Job
from headwater.models.batch.local import Watch

_logger = logging.getLogger(__name__)
_EVERY_S = 0.5
_NUMBER = struct.Struct("<Q")

Count: TypeAlias = Callable[[int], object]
"""Called in the engine's processes, to which it is sent, with the number of rows that were just predicted."""


def count_nothing(rows: int) -> None:
    """Count where nobody watches."""


@contextmanager
def watching(watch: Watch, read: Callable[[], int], job: Job) -> Iterator[None]:
    """Tell a watch how many rows are done while the engine works inside, and once more when all went well."""
    total = total_rows(job)
    is_over = threading.Event()

    def tell() -> None:
        done = read()
        watch(done if total is None else min(done, total), total)  # rows of a task that was repeated count twice

    def look() -> None:
        while not is_over.wait(_EVERY_S):
            try:
                tell()
            except Exception:
                _logger.debug("The progress of the engine is not known any more.", exc_info=True)
                return

    watcher = threading.Thread(target=look, name="headwater-progress", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        is_over.set()
        watcher.join()
    tell()


def total_rows(job: Job) -> int | None:
    """Return how many rows there are, where that is known without reading them."""
    if job.input_format is not Format.PARQUET or len(urlsplit(job.input_path).scheme) > 1:
        return None
    import pyarrow.dataset as ds  # which reads the format for every engine

    return int(ds.dataset(job.input_path, format="parquet").count_rows())


@dataclass(frozen=True)
class FileCount:
    """Counts in a file, for processes of this machine."""

    path: str

    @classmethod
    @contextmanager
    def made(cls) -> Iterator["FileCount"]:
        """Yield one, whose file is removed afterwards."""
        with tempfile.NamedTemporaryFile(prefix="headwater-rows-") as file:
            yield cls(file.name)

    def __call__(self, rows: int) -> None:
        """Count rows, in any process."""
        with Path(self.path).open("ab", buffering=0) as file:
            file.write(_NUMBER.pack(rows))

    def read(self) -> int:
        """Return how many rows all processes counted."""
        return sum(rows for (rows,) in _NUMBER.iter_unpack(Path(self.path).read_bytes()))
