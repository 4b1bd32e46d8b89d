"""What an import reads from: any store or folder of another tracker, told in the words of our protocol."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from headwater.protocol.artifacts import check_path
from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.imports import PutExperiment, PutLoggedModel, PutModel, PutRun
from headwater.stores.sql.blocks import Points

_CHUNK_BYTES = 1 << 20

Problem = Callable[[str], None]
"""Takes one sentence on something that cannot be read or kept; the import goes on."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """An artifact: its path below the run's root, how to read its bytes, and whether reading them twice is cheap."""

    path: str
    read: Callable[[], Iterator[bytes]]
    is_local: bool = True


class Source(Protocol):
    """Another tracker's store, read once from beginning to end by one thread. Nothing in it is ever changed."""

    @property
    def name(self) -> str:
        """Return what to call it, without passwords."""

    def experiments(self) -> Sequence[tuple[PutExperiment, int]]:
        """Return every experiment, deleted or not, with its id there, and how many runs it has; 0 if unknown."""

    def runs(self, experiment_id: str) -> Iterable[PutRun]:
        """Yield its runs, deleted or not, without points; ids and artifact URIs are those there."""

    def series(self, run: PutRun) -> Iterable[tuple[str, Points]]:
        """Yield the points of each metric, ordered, each distinct one once."""

    def artifacts(self, run: PutRun) -> Sequence[SourceFile] | None:
        """Return the run's files; None if they are where only their own URI leads."""

    def logged_models(self, experiment_id: str) -> Iterable[PutLoggedModel]:
        """Yield its logged models, deleted or not, with all points; ids and artifact URIs are those there."""

    def model_artifacts(self, model: PutLoggedModel) -> Sequence[SourceFile] | None:
        """Return a logged model's files; None if they are where only its own URI leads."""

    def models(self) -> Iterable[PutModel]:
        """Return the registered models with their versions, whose locations are empty."""

    def left_out(self) -> Sequence[str]:
        """Return one sentence for each kind of thing that is there and is not imported."""

    def close(self) -> None:
        """Release what is open."""


class ArtifactFolders:
    """Finds the folder of artifacts that a URI means, which may have been written on another machine.

    Args:
        base: the folder that relative paths start from.
        proxied: the folder behind `mlflow-artifacts:`, None if it is not known.
        moved: beginnings of paths as they are in the source, and where those are now.
        problem: is told of files that are left out.
    """

    def __init__(self, base: Path, proxied: Path | None, moved: Mapping[str, str], problem: Problem) -> None:
        self._base = base
        self._proxied = proxied
        self._moved = moved
        self._problem = problem

    def find(self, uri: str, owner: str) -> Path | None:
        """Return the folder of what `owner` names; None if the URI leads to another kind of place, or to one not known.

        Only a folder with the owner's id in its path is taken, as all are that MLflow makes: a URI that someone wrote
        by hand must not bring half a disk into the store.
        """
        for beginning, here in self._moved.items():
            if uri.startswith(beginning):
                uri = here.rstrip("/") + "/" + uri.removeprefix(beginning).lstrip("/")
        parts = urlsplit(uri)
        path = unquote(parts.path)
        if owner not in uri.replace("\\", "/").split("/"):
            self._problem(f"The artifacts of '{owner}' are left out: '{uri}' is not a folder of their own.")
            return None
        if parts.scheme == "mlflow-artifacts":
            return self._proxied / path.lstrip("/") if self._proxied else None
        if parts.scheme == "file" or not parts.scheme or re.fullmatch("[a-zA-Z]", parts.scheme):
            return self._base / (path if parts.scheme else uri)
        return None

    def files(self, folder: Path) -> list[SourceFile]:
        """Return every file below the folder; links that lead out of it are left out."""
        found: list[SourceFile] = []
        if not folder.is_dir():
            return found
        root = folder.resolve()
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder).as_posix()
            if path.is_symlink() and not path.resolve().is_relative_to(root):
                self._problem(f"The artifact '{path}' is a link to '{path.resolve()}': left out. Copy the file there.")
            elif path.is_file():
                try:
                    found.append(SourceFile(check_path(name), read_file(path)))
                except InvalidParameterValue as error:
                    self._problem(f"The artifact '{path}' is left out: {error.message}")
        return found


def left_out(count: int, what: str, *, is_all: bool = True) -> str:
    """Return the sentence on things of a kind that is not imported; `what` is their plural."""
    number = f"{'' if is_all else 'at least '}{count:,}"
    belonging = "it" if count == 1 else "them"
    return f"Not imported: {number} {what.removesuffix('s') if count == 1 else what}, and what belongs to {belonging}."


def is_elsewhere(uri: str) -> bool:
    """Return whether a URI names a place that every client reaches by itself, such as a bucket."""
    scheme = urlsplit(uri).scheme
    return len(scheme) > 1 and scheme not in {"file", "mlflow-artifacts", "dbfs", "runs"}


def read_file(path: Path) -> Callable[[], Iterator[bytes]]:
    """Return how to read a file, chunk by chunk."""

    def read() -> Iterator[bytes]:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                yield chunk

    return read
