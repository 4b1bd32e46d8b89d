"""The user's own Python files that a model needs: copied into its folder, imported from there."""

import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

from headwater.models.flavor import ModelFolder
from headwater.models.model_file import PYFUNC, Model
from headwater.models.python.source_only import read_source_only
from headwater.protocol.errors import InvalidParameterValue

CODE_FOLDER = "code"
_NOT_COPIED = shutil.ignore_patterns("__pycache__", "*.pyc", ".git", ".venv")


def copy_code(code_paths: Iterable[str | Path], folder: Path) -> str | None:
    """Copy files and folders into a model's folder and return the folder they are in; None if there are none."""
    paths = [Path(path) for path in code_paths]
    for path in paths:
        source, target = path.resolve(), folder / CODE_FOLDER / path.resolve().name
        if not source.exists():
            raise InvalidParameterValue(f"No such file or directory in code_paths: '{path}'. Give an existing one.")
        if folder.resolve().is_relative_to(source):
            raise InvalidParameterValue(f"The code path '{path}' holds the model's own folder. Give a narrower one.")
        if target.exists():
            raise InvalidParameterValue(f"Two of code_paths are called '{source.name}'. Rename one of them.")
        target.parent.mkdir(exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=_NOT_COPIED)
        else:
            shutil.copyfile(source, target)
    return CODE_FOLDER if paths else None


def find_code_folder(model: Model) -> str:
    """Return the folder with a model's own Python files, "" if it brings none."""
    sections = [model.flavors.get(PYFUNC, {}), *model.flavors.values()]
    return next((str(section["code"]) for section in sections if section.get("code")), "")


def add_code(folder: ModelFolder) -> None:
    """Let this process import a model's own Python files.

    A module of the same name that another model brought is forgotten first, so that each model gets its own.
    """
    name = find_code_folder(folder.model)
    if not name:
        return
    code = folder.file(name)
    own = {path.stem for path in code.iterdir() if path.suffix == ".py" or path.is_dir()}
    for module_name in [name for name in sys.modules if name.partition(".")[0] in own]:
        origin = getattr(sys.modules[module_name], "__file__", None)
        if origin and f"/{CODE_FOLDER}/" in origin and not Path(origin).is_relative_to(code):
            del sys.modules[module_name]
    read_source_only(code)
    if str(code) in sys.path:
        sys.path.remove(str(code))
    sys.path.insert(0, str(code))
