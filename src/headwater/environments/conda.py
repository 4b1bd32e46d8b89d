"""Environments of conda, made by the program of its kind that is on PATH."""

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from headwater.config import environment
from headwater.protocol.errors import InvalidParameterValue, NotSupported

_PROGRAMS = {"micromamba": ("create", "--yes"), "mamba": ("env", "create"), "conda": ("env", "create")}
"""The programs in the order in which they are looked for, and how each makes an environment of a file."""


def find_conda() -> str:
    """Return the path of a program that makes environments of conda, "" if there is none."""
    return next((found for name in _PROGRAMS if (found := shutil.which(name))), "")


def make_conda(folder: Path, text: str) -> None:
    """Make the environment that the text of a `conda.yaml` describes.

    Raises:
        NotSupported: no program that could is installed.
        InvalidParameterValue: it cannot be made; the program's reason is said.
    """
    program = find_conda()
    if not program:
        raise NotSupported(
            f"The environment needs one of {', '.join(_PROGRAMS)}, none of which is installed. "
            "Install one, or leave out '--env-manager conda' to have its packages translated to those of PyPI."
        )
    with tempfile.TemporaryDirectory(prefix="headwater-") as scratch:
        file = Path(scratch) / "conda.yaml"
        file.write_text(text, encoding="utf-8")
        words = [program, *_PROGRAMS[Path(program).stem], "--quiet", "--prefix", str(folder), "--file", str(file)]
        variables = {**environment(), "CONDA_ALWAYS_YES": "true", "MAMBA_ALWAYS_YES": "true"}
        done = subprocess.run(
            words, env=variables, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
    if done.returncode:
        reason = re.sub(r"\s+", " ", done.stderr or done.stdout).strip()[-1500:]
        raise InvalidParameterValue(f"The environment cannot be made: {reason}")
    if not (folder / "bin" / "python").exists():
        raise InvalidParameterValue("The environment of conda has no Python. Add 'python' to its dependencies.")
