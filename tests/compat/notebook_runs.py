"""Run a notebook with two runs in a real kernel, reproduce both, and write the verdicts as JSON."""

import json
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

import headwater as hw

CELLS = [
    "import headwater as hw\nrate = 0.1",
    "1 / 0",
    "rate = 0.5\n%alias_magic t timeit",
    "with hw.start_run():\n    hw.log_param('rate', rate)\n    hw.log_metric('score', rate * 2)",
    "rate = 0.7",
    "run = hw.start_run()\nhw.log_param('rate', rate)",
    "hw.log_metric('score', rate * 2)",
    "hw.end_run()\nhw.flush()",
]


def main() -> None:
    """Run the cells, beyond the one that fails, and then each run again in this environment."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in CELLS])
    NotebookClient(notebook, timeout=60, kernel_name="python3", allow_errors=True).execute()
    originals = hw.search_runs(["0"], output_format="list", order_by=["params.rate"])
    found = [hw.projects.reproduce(run.info.run_id, env_manager="local") for run in originals]
    again = [hw.get_run(one.new_run_id).data.params["rate"] for one in found]
    source = originals[0].data.tags["mlflow.source.name"]
    report = {"same": [one.is_same for one in found], "rates": again, "source": source}
    Path(sys.argv[1]).write_text(json.dumps(report), encoding="utf-8")


if __name__ == "__main__":
    main()
