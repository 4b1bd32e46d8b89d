"""The built UI: its size, and that its types are those of the protocol."""

import gzip
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "src" / "headwater" / "server" / "static"
FIRST_PAGE_BYTES = 120_000


def test_the_first_page_loads_at_most_120_kilobytes() -> None:
    index = STATIC / "index.html"
    if not index.is_file():
        pytest.fail("The UI is not built. Run `just ui`.")

    named = re.findall(r'(?:src|href)="\./([^"]+\.(?:js|css))"', index.read_text(encoding="utf-8"))

    assert len(named) >= 3
    assert sum(len(gzip.compress((STATIC / name).read_bytes(), 9)) for name in named) <= FIRST_PAGE_BYTES
    for name in named:
        assert gzip.decompress((STATIC / f"{name}.gz").read_bytes()) == (STATIC / name).read_bytes()
        assert (STATIC / f"{name}.br").is_file()


def test_the_wire_types_of_the_ui_are_those_of_the_protocol() -> None:
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}

    checked = subprocess.run(
        ["node", "scripts/schema.mjs", "--check"],
        cwd=ROOT / "ui",
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (checked.returncode, checked.stderr) == (0, "")
