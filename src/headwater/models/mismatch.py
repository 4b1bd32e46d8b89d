"""Which installed packages differ from those that a model was trained with, and how to get the same."""

import logging
import platform
import re
from importlib import metadata

from headwater.models.environment import LOADERS, load_requirements
from headwater.models.flavor import ModelFolder
from headwater.models.model_file import PYFUNC

_log = logging.getLogger(__name__)
_PINNED = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?\s*==\s*([^\s;,]+)\s*")


def find_mismatches(folder: ModelFolder) -> list[str]:
    """Return one line for each pinned requirement that is installed in another version, or not at all."""
    found = []
    for line in load_requirements(folder.path):
        pinned = _PINNED.fullmatch(line)
        if pinned is None or pinned[1].lower() in LOADERS:
            continue
        name, wanted = pinned[1], pinned[2]
        try:
            installed = metadata.version(name)
        except metadata.PackageNotFoundError:
            found.append(f"{name} (current: uninstalled, required: {name}=={wanted})")
            continue
        if installed.partition("+")[0] != wanted.partition("+")[0]:
            found.append(f"{name} (current: {installed}, required: {name}=={wanted})")
    return found


def warn_of_mismatches(folder: ModelFolder) -> None:
    """Log one warning that names what differs from the training, with the command that installs the same."""
    python = str(folder.model.flavors[PYFUNC].get("python_version") or "")
    if python and python.split(".")[:2] != platform.python_version().split(".")[:2]:
        _log.warning(
            "The model was saved with Python %s, this is Python %s. If it fails, load it in its own environment.",
            python,
            platform.python_version(),
        )
    found = find_mismatches(folder)
    if found:
        _log.warning(
            "Detected one or more mismatches between the model's dependencies and the current Python environment:\n"
            "%s\nTo install the same: pip install -r '%s'",
            "\n".join(f" - {line}" for line in found),
            folder.path / "requirements.txt",
        )
