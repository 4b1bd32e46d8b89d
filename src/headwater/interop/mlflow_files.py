"""What programs use of MLflow's `utils.file_utils`: temporary folders, and paths as URIs."""

import os
import shutil
from pathlib import Path
from tempfile import mkdtemp
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit
from urllib.request import url2pathname


class TempDir:
    """A temporary folder for the length of a `with` block, in which `path()` is the folder itself.

    Args:
        chdr: whether it is the working folder, too.
        remove_on_exit: whether it is gone after the block.
    """

    def __init__(self, chdr: bool = False, remove_on_exit: bool = True) -> None:  # noqa: FBT001 - as in MLflow
        self._before = Path.cwd() if chdr else None
        self._remove_on_exit = remove_on_exit
        self._folder = ""

    def __enter__(self) -> Self:
        self._folder = str(Path(mkdtemp()).resolve())
        if self._before is not None:
            os.chdir(self._folder)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._before is not None:
            os.chdir(self._before)
        if self._remove_on_exit:
            shutil.rmtree(self._folder, ignore_errors=True)

    def path(self, *path: str) -> str:
        """Return a path below the folder."""
        return "./" + "/".join(path) if self._before is not None else str(Path(self._folder, *path))


def path_to_local_file_uri(path: str) -> str:
    """Return the `file:` URI of a path."""
    return Path(os.path.abspath(path)).as_uri()  # noqa: PTH100 - links stay as they are


def local_file_uri_to_path(uri: str) -> str:
    """Return the path that a `file:` URI, or a path, names."""
    return url2pathname(urlsplit(uri).path) if uri.startswith("file:") else uri
