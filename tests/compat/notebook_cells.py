"""Run a notebook of one chart in a real kernel, and write what the kernel told the chart's front end."""

import json
import sys
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

CELLS = [
    """
import time
import headwater as hw

run = hw.start_run(run_name="owl")
hw.log_metrics({"loss": 1.0, "accuracy": 0.5}, step=0)
chart = hw.chart(run)
chart
""",
    """
shown = chart.widget.points
deadline = time.monotonic() + 60
step = 0
while chart.widget.points == shown and time.monotonic() < deadline:  # the kernel is busy all the time
    step += 1
    hw.log_metrics({"loss": 1 / (step + 1), "accuracy": 0.5}, step=step)
    time.sleep(0.02)
print("grew while the cell ran" if chart.widget.points != shown else "stood still")
""",
    """
hw.end_run()
while any(thread.name == "headwater-chart" for thread in __import__("threading").enumerate()):
    time.sleep(0.02)
print(step)
""",
]
STATE = "application/vnd.jupyter.widget-state+json"


def main() -> None:
    """Run the cells, and print as JSON: the first output, what the later cells printed, the states of the chart."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in CELLS])
    states: list[dict[str, Any]] = []
    client = NotebookClient(notebook, timeout=120, kernel_name="python3")
    client.on_cell_executed = lambda **_: states.extend(_read_states(client))
    client.execute()
    first, *others = [cell.outputs for cell in notebook.cells]
    printed = ["".join(output.get("text", "") for output in outputs).strip() for outputs in others]
    report = {"first": first[0]["data"], "printed": printed, "states": states}
    Path(sys.argv[1]).write_text(json.dumps(report), encoding="utf-8")


def _read_states(client: NotebookClient) -> list[dict[str, Any]]:
    """Return the chart's traits as they are in the browser now; bytes are base64."""
    return [
        {
            "about": state["about"],
            "points": next(iter(client.widget_buffers[model_id].values()))["data"],
        }
        for model_id, state in client.widget_state.items()
        if "about" in state
    ]


if __name__ == "__main__":
    main()
