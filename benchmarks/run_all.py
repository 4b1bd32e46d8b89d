"""Run every benchmark, or those named, and write `docs/reference/benchmarks.md`.

Rows of benchmarks that were not run are kept from the page's last version.
"""

import importlib
import os
import platform
import re
import subprocess
import sys
import time
from pathlib import Path

from measure import PEER, table

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "benchmarks.md"
TITLES = {
    "import_cost": "Import",
    "log_call": "One log call",
    "capture": "What a run captures",
    "autolog": "Autologging",
    "evaluate": "Evaluation",
    "ingest": "Ingest",
    "mlflow_client": "The same client, two servers",
    "history": "Histories",
    "artifacts": "Artifacts",
    "search_server": "Search",
    "search_frame": "Data frames",
    "models": "Models",
    "registry": "The model registry",
    "projects": "Projects",
    "signatures": "Signatures of models",
    "serving": "Serving a model",
    "batch": "Predicting for whole files",
    "import_mlflow": "Coming from MLflow",
    "ui_charts": "Charts in a browser",
    "web_ui": "The web UI",
    "server_start": "An idle server",
    "storage": "The store alone: metrics",
    "search": "The store alone: search",
}
HEAD = f"""# Benchmarks

<!-- Written by `uv run just bench`. -->

Each row measures Headwater and {PEER} in the same run on the same machine; "better by" above 1 means that
Headwater is better. Take the ratios rather than the numbers: the machine was shared and has two cores.
`uv run just bench` repeats everything, `uv run just bench ingest` one part.

"""


def main() -> None:
    """Measure, print and write."""
    names = sys.argv[1:] or [name for name in TITLES if Path(__file__).with_name(f"{name}.py").exists()]
    sections = _read_sections()
    for name in names:
        started = time.perf_counter()
        text = _measure(name)
        print(text)
        print(f"{name}: {time.perf_counter() - started:.0f} s\n", file=sys.stderr)
        when = f"{time.strftime('%Y-%m-%d')}, Python {platform.python_version()}, {os.cpu_count()} cores"
        sections[name] = f"{text}\n\n[`benchmarks/{name}.py`](../../benchmarks/{name}.py), {when}\n"
        ordered = [f"## {TITLES[key]}\n<!-- {key} -->\n\n{sections[key]}" for key in TITLES if key in sections]
        PAGE.write_text(HEAD + "\n".join(ordered), encoding="utf-8")


def _measure(name: str) -> str:
    """Return a benchmark's table; one without a peer prints its own."""
    module = importlib.import_module(name)
    if hasattr(module, "measure"):
        return table(module.measure())
    program = Path(__file__).with_name(f"{name}.py")
    done = subprocess.run([sys.executable, str(program)], capture_output=True, text=True, check=True)
    return f"```text\n{done.stdout.rstrip()}\n```"


def _read_sections() -> dict[str, str]:
    text = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    found = re.findall(r"^## [^\n]*\n<!-- (\w+) -->\n\n(.*?)(?=\n## |\Z)", text, re.MULTILINE | re.DOTALL)
    return {name: body.rstrip("\n") + "\n" for name, body in found}


if __name__ == "__main__":
    main()
