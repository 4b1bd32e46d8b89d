"""Python files of models, imported from their source alone.

Bytecode is no part of a model's manifest, since Python writes it wherever it imports. So what somebody put into a
`__pycache__` of a model is never read, and the files of a model that several processes share are never written.
"""

import sys
from importlib.machinery import EXTENSION_SUFFIXES, SOURCE_SUFFIXES, ExtensionFileLoader, FileFinder, SourceFileLoader
from pathlib import Path
from types import CodeType


class _SourceLoader(SourceFileLoader):
    def get_code(self, fullname: str) -> CodeType:
        path = self.get_filename(fullname)
        return self.source_to_code(self.get_data(path), path)


class _Hook:
    """What Python asks for a finder of the modules in a folder."""

    def __init__(self) -> None:
        self._folders: set[Path] = set()

    def add(self, folder: Path) -> None:
        self._folders.add(folder)

    def __call__(self, path: str) -> FileFinder:
        if not any(Path(path).is_relative_to(folder) for folder in self._folders):
            raise ImportError(f"'{path}' is no folder of a model.", path=path)
        return FileFinder(path, (ExtensionFileLoader, EXTENSION_SUFFIXES), (_SourceLoader, SOURCE_SUFFIXES))


def read_source_only(folder: Path) -> None:
    """Let modules below a folder be imported without reading or writing bytecode, in this process."""
    hooks = [hook for hook in sys.path_hooks if isinstance(hook, _Hook)]
    hook = hooks[0] if hooks else _Hook()
    hook.add(folder)
    if not hooks:
        sys.path_hooks.insert(0, hook)
    for path in [path for path in sys.path_importer_cache if Path(path).is_relative_to(folder)]:
        del sys.path_importer_cache[path]
