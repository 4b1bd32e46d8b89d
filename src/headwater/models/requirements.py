"""What must be installed to load a model, found in its files without running any of them."""

import ast
import pickletools
import re
import sys
import zipfile
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import IO

_MAX_OPCODES = 2_000_000
_PICKLE_START = re.compile(rb"\x80[\x02-\x05]")
_ZIP_START = b"PK\x03\x04"
_SKOPS_MODULE = re.compile(rb'"__module__":\s*"([\w.]+)"')
_OURS = frozenset({"headwater", "mlflow", "__main__", "builtins"})


def infer_requirements(folder: Path, distributions: Iterable[str]) -> list[str]:
    """Return pinned requirements: of the given distributions, and of those whose modules the files name.

    Pickles are scanned, not loaded; Python files are parsed, not run. A module that no installed distribution owns is
    left out: it is a local one, to be saved with `code_paths`.
    """
    names = list(distributions)
    local = {path.stem for path in folder.rglob("*.py")} | {path.parent.name for path in folder.rglob("__init__.py")}
    for module in sorted(set(find_modules(folder)) - local - _OURS - sys.stdlib_module_names):
        names += find_distributions(module)
    return sorted({pin(name) for name in names}, key=str.lower)


def pin(name: str) -> str:
    """Return `name==version` of an installed distribution; its name alone where it is not installed."""
    base, bracket, extras = name.partition("[")
    try:
        found = metadata.version(base)
    except metadata.PackageNotFoundError:
        return name
    return f"{base}{bracket}{extras}=={found.partition('+')[0]}"


def is_installed(name: str) -> bool:
    """Return whether a distribution of this name is installed."""
    try:
        metadata.distribution(name.partition("[")[0])
    except metadata.PackageNotFoundError:
        return False
    return True


@cache
def find_distributions(module: str) -> tuple[str, ...]:
    """Return the installed distributions that own a top-level module; none for a module of the user's own."""
    try:
        found = metadata.distribution(module)
    except (metadata.PackageNotFoundError, ValueError):
        return tuple(sorted({str(each.metadata["Name"]) for each in metadata.distributions() if _owns(each, module)}))
    return (str(found.metadata["Name"]),)


def _owns(distribution: metadata.Distribution, module: str) -> bool:
    """Return whether a top-level module is of a distribution, by its own word or by the names of its files."""
    declared = distribution.read_text("top_level.txt")
    if declared:
        return module in declared.split()
    files = distribution.read_text("RECORD") or ""
    return re.search(rf"^{re.escape(module)}(?:/|\.py,|(?:\.[\w-]+)?\.(?:so|pyd),)", files, re.MULTILINE) is not None


def find_modules(folder: Path) -> Iterator[str]:
    """Yield the top-level modules that a model's files name."""
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".py":
            yield from modules_in_source(path)
        elif path.is_file():
            yield from _in_data(path)


def _in_data(path: Path) -> Iterator[str]:
    with path.open("rb") as stream:
        start = stream.read(4)
        if _PICKLE_START.match(start):
            stream.seek(0)
            yield from modules_in_pickle(stream)
    if start == _ZIP_START:
        yield from _in_archive(path)


def _in_archive(path: Path) -> Iterator[str]:
    try:
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                if name.endswith("/data.pkl"):  # as PyTorch keeps it
                    with archive.open(name) as stream:
                        yield from modules_in_pickle(stream)
                if name == "schema.json":
                    yield "skops"
                    for match in _SKOPS_MODULE.finditer(archive.read(name)):
                        yield match[1].decode().partition(".")[0]
    except zipfile.BadZipFile:
        return


def modules_in_source(path: Path) -> Iterator[str]:
    """Yield the top-level modules that a Python file imports, without running it."""
    try:
        tree = ast.parse(path.read_bytes())
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name.partition(".")[0]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def modules_in_pickle(stream: IO[bytes]) -> Iterator[str]:
    """Yield the top-level modules whose names a pickle looks up, and those that cloudpickle imports by name."""
    for module, name in globals_in_pickle(stream):
        yield (name if module == "" else module).partition(".")[0]


def globals_in_pickle(stream: IO[bytes]) -> Iterator[tuple[str, str]]:
    """Yield module and name of what pickles look up; ("", module) for a module that cloudpickle imports by name.

    All pickles are read that follow each other. Nothing is imported. What follows a damaged opcode is not seen.
    """
    left = _MAX_OPCODES
    while left > 0:
        strings: list[str] = []
        memo: dict[int, str] = {}
        by_name = False
        try:
            for opcode, argument, _ in pickletools.genops(stream):
                left -= 1
                if left < 0:
                    return
                if opcode.name in {"GLOBAL", "INST"}:
                    module, _, name = str(argument).partition(" ")
                    yield module, name
                    by_name = name == "subimport"
                elif opcode.name == "STACK_GLOBAL" and len(strings) > 1:
                    yield strings[-2], strings[-1]
                    by_name = strings[-1] == "subimport"
                elif opcode.name == "MEMOIZE" or opcode.name.endswith("PUT"):
                    memo[len(memo) if argument is None else int(argument)] = strings[-1] if strings else ""
                elif opcode.name.endswith("GET"):
                    strings = [*strings[-2:], memo.get(int(argument or 0), "")]
                    if by_name:
                        yield "", strings[-1]
                        by_name = False
                elif isinstance(argument, str):
                    strings = [*strings[-2:], argument]
                    if by_name:
                        yield "", argument
                        by_name = False
        except (ValueError, UnicodeDecodeError):
            return
