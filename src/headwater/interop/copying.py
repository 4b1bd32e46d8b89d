"""Which artifacts an import brings along, and copying them."""

import enum
import hashlib
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from headwater.interop.report import Report
from headwater.interop.source import Problem, SourceFile, is_elsewhere
from headwater.protocol.artifacts import ArtifactFile, CommitArtifacts, GetTree, check_path
from headwater.protocol.errors import HeadwaterError, ResourceDoesNotExist
from headwater.stores import open_location
from headwater.stores.interface import Store

_WORKERS = 4

FileFacts = dict[str, tuple[str, int]]
"""Digest and size of each file, by path."""

ReadFiles = Callable[[], Sequence[SourceFile] | None]
"""Asks a source for files; None if they are where only their own URI leads."""


class Artifacts(enum.StrEnum):
    """What becomes of the files of runs and models.

    `auto` copies them, except those in buckets and the like, which keep their URIs; `copy` copies those too, with this
    process's own credentials; `reference` leaves all where they are and keeps the URIs; `none` keeps no URI either, so
    that what is logged later is kept here.
    """

    AUTO = "auto"
    COPY = "copy"
    REFERENCE = "reference"
    NONE = "none"


def find_files(choice: Artifacts, uri: str, owner: str, read: ReadFiles, problem: Problem) -> list[SourceFile] | None:
    """Return the files of `owner` that are to be copied; None if they stay at `uri`."""
    if choice is Artifacts.NONE:
        return []
    if choice is Artifacts.REFERENCE:
        return None
    files = read()
    if files is None and choice is Artifacts.COPY and is_elsewhere(uri):
        return _walk(uri, owner, problem)
    return None if files is None else list(files)


def _walk(uri: str, owner: str, problem: Problem) -> list[SourceFile] | None:
    """Return the files in the folder of a bucket, which must carry the owner's id, as all do that MLflow makes."""
    if owner not in uri.split("/"):
        problem(f"The artifacts of '{owner}' are not copied: '{uri}' is not a folder of their own.")
        return None
    try:
        location = open_location(uri)
        paths = [check_path(file.path) for file in location.walk("")]
    except HeadwaterError as error:
        problem(f"The artifacts of '{owner}' at '{uri}' are not copied: {error.message}")
        return None
    return [SourceFile(path, partial(location.read, path), is_local=False) for path in paths]


class Copier:
    """Copies files into a store, each content once, and notes what cannot be read."""

    def __init__(self, store: Store, report: Report, choice: Artifacts) -> None:
        self._store = store
        self._report = report
        self._choice = choice
        self.kept_elsewhere = 0

    def location(self, uri: str) -> str:
        """Return the artifact location that an experiment has from now on, empty for the store's own place."""
        if self._choice is Artifacts.REFERENCE or (self._choice is Artifacts.AUTO and is_elsewhere(uri)):
            return uri
        return ""

    def place(self, uri: str, owner: str, root: str, read: ReadFiles) -> tuple[str, list[SourceFile]]:
        """Return the URI that artifacts have from now on, and the files to be copied to `root` for that."""
        files = find_files(self._choice, uri, owner, read, self._report.add_problem)
        if files is None:
            self.kept_elsewhere += self._choice is not Artifacts.REFERENCE
            return uri, []
        return "" if self._choice is Artifacts.NONE else f"mlflow-artifacts:/{root}", files

    def copy(self, root: str, owner: str, files: Sequence[SourceFile]) -> FileFacts:
        """Keep the files that the store has not; return what the source has."""
        if not files:
            return {}
        held = {file.path: file for file in self._store.artifacts.get_tree(GetTree(root)).files}
        with ThreadPoolExecutor(_WORKERS) as pool:
            copied = list(pool.map(lambda file: self._copy_file(owner, file), files))
        described = [file for file in copied if file is not None]
        new = [file for file in described if held.get(file.path) != file]
        if new:
            self._store.artifacts.commit(CommitArtifacts(root, new))
        return {file.path: (file.digest, file.size) for file in described}

    def read_back(self, root: str, told: FileFacts) -> FileFacts:
        """Return the files that the store has, nothing if none were told."""
        tree = self._store.artifacts.get_tree(GetTree(root)).files if told else []
        return {file.path: (file.digest, file.size) for file in tree}

    def _copy_file(self, owner: str, file: SourceFile) -> ArtifactFile | None:
        try:
            if not file.is_local:
                return ArtifactFile(file.path, *self._store.blobs.write(file.read()))
            digest, size = _digest(file.read())
            if not self._holds(digest):
                digest, size = self._store.blobs.write(file.read())
        except (OSError, ResourceDoesNotExist) as error:
            self._report.add_problem(f"Artifact '{file.path}' of {owner} is left out: {error}.")
            return None
        return ArtifactFile(file.path, digest, size)

    def _holds(self, digest: str) -> bool:
        try:
            self._store.blobs.size(digest)
        except ResourceDoesNotExist:
            return False
        return True


def _digest(chunks: Iterable[bytes]) -> tuple[str, int]:
    checksum, size = hashlib.sha256(), 0
    for chunk in chunks:
        checksum.update(chunk)
        size += len(chunk)
    return checksum.hexdigest(), size
