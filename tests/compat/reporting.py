"""How a script of checks tells what became of them; runs inside a client's own environment."""

import json
import os
import sys
import traceback
from collections.abc import Callable
from typing import Any


def report_checks(checks: dict[str, Callable[[], object]]) -> None:
    """Run the checks that the command line names, and print what became of each."""
    assert os.environ["MLFLOW_TRACKING_URI"]
    report = {}
    printed, sys.stdout = sys.stdout, sys.stderr
    for name in sys.argv[1:]:
        try:
            checks[name]()
            report[name] = ""
        except Exception:  # noqa: BLE001  # the report is the border
            report[name] = traceback.format_exc()
        mlflow: Any = sys.modules.get("mlflow")  # only what the checks imported
        while mlflow and mlflow.active_run():
            mlflow.end_run()
    printed.write(f"\n{json.dumps(report)}\n")
    printed.flush()  # some libraries end the process their own way
