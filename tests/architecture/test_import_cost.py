"""`import headwater` stays light."""

import subprocess
import sys

MODULES = 250
FORBIDDEN = ("numpy", "pandas", "urllib3", "sqlite3", "starlette", "uvicorn", "click", "rich", "psycopg", "asyncio")


def test_importing_headwater_loads_few_modules_and_no_heavy_one() -> None:
    code = "import headwater, sys; print(*sys.modules)"

    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    modules = output.split()
    assert len(modules) <= MODULES
    assert not [name for name in FORBIDDEN if name in modules]
