"""Logging trainings with `mlflow` or `headwater`, and telling what came of it; imported by scripts of cases."""

import importlib
import json
import logging
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any


def log_cases(name: str, flavors: Iterable[str], cases: Mapping[str, Any]) -> None:
    """Log every case under autologging of a tracker, and print what the store holds, as one JSON object."""
    tracker = importlib.import_module(name)
    logging.disable(logging.CRITICAL)
    printed, sys.stdout = sys.stdout, sys.stderr
    for flavor in flavors:
        importlib.import_module(f"{name}.{flavor}").autolog(log_models=False)
    found = {}
    for case, train in list(cases.items()):
        if case.startswith("case_"):
            experiment = tracker.set_experiment(case).experiment_id
            train()
            runs = tracker.MlflowClient().search_runs([experiment])
            found[case] = [describe(tracker.MlflowClient(), run) for run in runs]
    printed.write(json.dumps(found))


def describe(client: Any, run: Any) -> dict[str, Any]:
    points = {key: client.get_metric_history(run.info.run_id, key) for key in run.data.metrics}
    files = sorted(info.path for info in client.list_artifacts(run.info.run_id))
    described = [
        [
            entry.dataset.name,
            entry.tags[0].value,
            json.loads(entry.dataset.schema),
            json.loads(entry.dataset.profile or "null"),
        ]
        for entry in run.inputs.dataset_inputs
    ]
    return {
        "status": run.info.status,
        "flavor": run.data.tags["mlflow.autologging"],
        "mode": run.data.tags.get("Mode", ""),
        "params": run.data.params,
        "points": {key: [[point.step, point.value] for point in history] for key, history in points.items()},
        "artifacts": files,
        "below": sorted(name for folder in files for name in list_below(client, run, folder)),
        "datasets": sorted(described, key=lambda entry: entry[:2]),
        "files": {name: read(client, run, name) for name in files if name.endswith((".json", ".txt"))},
    }


def list_below(client: Any, run: Any, folder: str) -> list[str]:
    """Return what lies in a folder, files of events without the time and the machine in their names."""
    return [info.path.partition(".tfevents")[0] for info in client.list_artifacts(run.info.run_id, folder)]


def read(client: Any, run: Any, name: str) -> Any:
    text = Path(client.download_artifacts(run.info.run_id, name)).read_text(encoding="utf-8")
    return json.loads(text) if name.endswith(".json") else without_time(text)


def without_time(text: str) -> list[str]:
    """Return a summary's lines as words, without those that tell the time."""
    return [" ".join(line.split()) for line in text.splitlines() if not line.startswith(("Date:", "Time:"))]
