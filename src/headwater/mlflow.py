"""Run a program that was written for MLflow, unchanged: `python -m headwater.mlflow script.py` or `… -m module`."""

import runpy
import sys
from pathlib import Path

from headwater.interop.alias import install_as_mlflow

_USAGE = """\
usage: python -m headwater.mlflow script.py [argument ...]
       python -m headwater.mlflow -m module [argument ...]

Run a program in which `import mlflow` gives Headwater.
"""


def main(arguments: list[str]) -> int:
    """Run the program that the arguments name, with the arguments after it; return 2 if they name none."""
    if arguments[:1] in (["-h"], ["--help"]):
        sys.stdout.write(_USAGE)
        return 0
    is_module = arguments[:1] == ["-m"]
    program = arguments[1:2] if is_module else arguments[:1]
    if not program or program[0].startswith("-"):
        sys.stderr.write(_USAGE)
        return 2
    if not is_module and not Path(program[0]).exists():
        sys.stderr.write(f"There is no program '{program[0]}'. Give the path of a Python file.\n")
        return 2
    install_as_mlflow()
    sys.argv = arguments[1:] if is_module else arguments
    if is_module:
        sys.path.insert(0, str(Path.cwd()))
        runpy.run_module(program[0], run_name="__main__", alter_sys=True)
    else:
        sys.path.insert(0, str(Path(program[0]).resolve().parent))
        runpy.run_path(program[0], run_name="__main__")
    return 0


if __name__ == "__main__":
    sys.path.pop(0)  # the folder that `-m` put there; the program's own takes its place
    sys.exit(main(sys.argv[1:]))
