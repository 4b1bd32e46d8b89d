"""`import headwater` and the commands stay light."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

MODULES = 250
FORBIDDEN = ("numpy", "pandas", "urllib3", "sqlite3", "starlette", "uvicorn", "click", "rich", "psycopg", "asyncio")
HEAVY = ("numpy", "urllib3", "psutil", "rich")


def test_importing_headwater_loads_few_modules_and_no_heavy_one() -> None:
    code = "import headwater, sys; print(*sys.modules)"

    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    modules = output.split()
    assert len(modules) <= MODULES
    assert not [name for name in FORBIDDEN if name in modules]


@pytest.mark.parametrize(
    ("words", "limit", "forbidden"),
    [
        (["--help"], 350, ("numpy", "sqlite3", "urllib3", "rich")),
        (["run", "--help"], 290, ("numpy", "sqlite3", "urllib3", "rich")),
        (["run", ".", "-e", "t.sh"], 395, (*HEAVY, "socket", "email", "headwater.projects.sweeps")),
        (["runs", "list", "--experiment-id", "0"], 350, (*HEAVY, "email")),
    ],
    ids=["help", "help of run", "run", "list of runs"],
)
def test_a_command_loads_no_more_than_it_needs(
    tmp_path: Path, words: list[str], limit: int, forbidden: tuple[str, ...]
) -> None:
    (tmp_path / "t.sh").write_text("true")
    code = f"import sys; from headwater.cli._root import root; sys.argv[1:] = {words}\ntry: root()\n"
    code += "finally: print('MODULES', *sys.modules)"
    variables = {**os.environ, "HEADWATER_HOME": str(tmp_path / "home"), "HEADWATER_TRACKING_URI": ""}

    output = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path, env=variables
    ).stdout

    modules = output.partition("MODULES")[2].split()
    assert len(modules) <= limit
    assert not [name for name in forbidden if name in modules]
