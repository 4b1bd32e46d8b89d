"""The cells of a notebook in the order in which they were executed, and a program that carries them out again."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path


def read_cells() -> list[str]:
    """Return every cell that was executed in the notebook of this process, the one that runs now included."""
    from IPython import get_ipython  # by notebooks only

    return [str(cell) for cell in get_ipython().history_manager.input_hist_raw[1:]]


def write_notebook(cells: Sequence[str]) -> str:
    """Return the text of a notebook with these cells."""
    written: list[dict[str, object]] = [
        {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": cell} for cell in cells
    ]
    return json.dumps({"cells": written, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}, indent=1)


def execute(file: Path) -> bool:
    """Carry out the cells of such a notebook, as its reader did: on beyond those that fail.

    Returns whether the last one succeeded.
    """
    try:
        from IPython.core.interactiveshell import InteractiveShell
        from traitlets.config import Config
    except ImportError:
        sys.stderr.write("A notebook is carried out by IPython, which is not installed: pip install ipython.\n")
        return False

    shell = InteractiveShell.instance(config=Config({"HistoryManager": {"hist_file": ":memory:"}}))
    is_successful = True
    for cell in json.loads(file.read_text(encoding="utf-8"))["cells"]:
        is_successful = shell.run_cell(cell["source"], store_history=True).success
    return is_successful


if __name__ == "__main__":
    sys.exit(0 if execute(Path(sys.argv[1])) else 1)
