"""Digests of what a run of a project is made of and of what it left: code, files of this machine, artifacts."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from headwater.projects.git import Git
from headwater.protocol.artifacts import GetTree
from headwater.protocol.errors import InvalidParameterValue
from headwater.tracking.artifact_files import is_proxied, tree_root
from headwater.tracking.client import Client
from headwater.tracking.run import Run
from headwater.tracking.session import current_session

_OF_THE_LAUNCH = ("code/", "logs/")
_NO_CODE = frozenset({"__pycache__", "mlruns", "mlartifacts", "node_modules"})


def read_artifact_digests(client: Client, run: Run) -> dict[str, str]:
    """Return the digest of each artifact of a run by its path, where the store knows them.

    What the launch of the run itself left, its record and its log, is not among them.
    """
    if not is_proxied(run.info.artifact_uri):
        return {}
    store = current_session().store(client.tracking_uri)
    files = store.artifacts.get_tree(GetTree(tree_root(run.info.artifact_uri))).files
    return {file.path: file.digest for file in files if not file.path.startswith(_OF_THE_LAUNCH)}


def digest_code(folder: Path, patterns: Iterable[str] = ()) -> str:
    """Return a digest of the names and contents of a project's files: those that git has or does not ignore.

    Args:
        folder: of the project.
        patterns: files, folders or patterns such as `lib/*.py`, if only these count; hidden folders never do.

    Raises:
        InvalidParameterValue: a pattern fits no file.
    """
    names = sorted(_list_code(folder))
    wanted = list(patterns)
    for pattern in wanted:
        if not any(_fits(name, pattern) for name in names):
            raise InvalidParameterValue(f"No file of '{folder}' fits '{pattern}'. Name files that count as code.")
    kept = [name for name in names if not wanted or any(_fits(name, pattern) for pattern in wanted)]
    return _digest_lines(f"{name}\0{_digest_file(folder / name)}" for name in kept)


def digest_path(path: Path) -> str:
    """Return a digest of a file's content, or of the names and contents of all files below a folder."""
    if not path.is_dir():
        return _digest_file(path)
    names = sorted(str(found.relative_to(path)) for found in path.rglob("*") if not found.is_dir())
    return _digest_lines(f"{name}\0{_digest_file(path / name)}" for name in names)


def digest_all(digests: dict[str, str]) -> str:
    """Return one digest of named ones."""
    return _digest_lines(f"{name}\0{digests[name]}" for name in sorted(digests))


def _list_code(folder: Path) -> Iterator[str]:
    listed = Git(folder).list_files() if Git(folder).find_top() else None
    names = listed if listed is not None else _walk(folder)
    for name in names:
        parts = Path(name).parts
        if any(part in _NO_CODE or part.startswith(".") for part in parts[:-1]) or parts[-1] in _NO_CODE:
            continue
        path = folder / name
        if path.is_dir() and not path.is_symlink():  # a submodule
            yield from (f"{name}/{inner}" for inner in _list_code(path))
        elif os.path.lexists(path):  # a file that was removed is in git's index still
            yield name


def _walk(folder: Path) -> Iterator[str]:
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name not in _NO_CODE and not name.startswith(".")]
        for name in files:
            yield str((Path(place) / name).relative_to(folder))


def _fits(name: str, pattern: str) -> bool:
    clean = pattern.removeprefix("./").rstrip("/")
    return fnmatchcase(name, clean) or name.startswith(f"{clean}/")


def _digest_file(path: Path) -> str:
    if path.is_symlink():
        return f"link {path.readlink()}"
    mode = "x" if os.access(path, os.X_OK) else "-"
    with path.open("rb") as file:
        return f"{mode} {hashlib.file_digest(file, 'sha256').hexdigest()}"


def _digest_lines(lines: Iterable[str]) -> str:
    hashed = hashlib.sha256()
    for line in lines:
        hashed.update(line.encode("utf-8", "surrogateescape") + b"\n")
    return hashed.hexdigest()
