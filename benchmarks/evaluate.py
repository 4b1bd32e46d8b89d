"""How long one evaluation takes, with its metrics and plots, until the run has all of it."""

import sys

from measure import Row, peer_database, peer_python, report, run_code, scratch

CODE = """
import json, logging, os, statistics, sys, time, warnings
import numpy as np
import pandas as pd
import {name} as tracker
import {name}.models, {name}.sklearn
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression

logging.disable(logging.CRITICAL)
warnings.simplefilter("ignore")
tracker.set_tracking_uri(sys.argv[1])

def evaluate(rows, classes, count, **options):
    features, labels = make_classification(
        rows, n_features=10, n_informative=6, n_classes=classes, flip_y=0.2, random_state=0
    )
    frame = pd.DataFrame(features, columns=[f"x{{number}}" for number in range(10)])
    model = LogisticRegression().fit(frame, labels)
    folder = f"model-{{rows}}-{{classes}}"
    if not os.path.exists(folder):
        tracker.sklearn.save_model(model, folder, serialization_format="skops", pip_requirements=["scikit-learn"])
    frame["y"] = labels
    def once():
        start = time.perf_counter(), time.process_time()
        with tracker.start_run():
            tracker.models.evaluate(
                folder, frame, targets="y", model_type="classifier",
                evaluator_config={{"log_model_explainability": False}}, **options
            )
        if hasattr(tracker, "flush"):
            tracker.flush()
        return time.perf_counter() - start[0], time.process_time() - start[1]
    once()
    return [1000 * statistics.median(column) for column in zip(*(once() for _ in range(count)))]

found = {{"two": evaluate(1_000, 2, 5), "ten": evaluate(1_000, 10, 5), "many": evaluate(100_000, 2, 3)}}
if "{name}" == "headwater":
    found["intervals"] = evaluate(10_000, 2, 3, bootstrap=1000)
print(json.dumps(found))
"""
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MPLBACKEND": "agg"}


def measure() -> list[Row]:
    """Evaluate a logistic regression that was saved, warm, into SQLite; SHAP is off for both."""
    with scratch() as folder:
        uri = f"sqlite:///{folder / 'headwater.db'}"
        ours = run_code(sys.executable, CODE.format(name="headwater"), folder, uri, **ONE_THREAD)
        peer_folder = folder / "peer"
        peer_folder.mkdir()
        peer = run_code(peer_python(), CODE.format(name="mlflow"), peer_folder, peer_database(folder), **ONE_THREAD)
    note = "median of warm calls, with metrics, plots, the dataset and the end of the run"
    rows = [
        Row(name=f"evaluate {what}", unit="ms", ours=ours[key][0], peer=peer[key][0], note=note)
        for key, what in (
            ("two", "1,000 rows, 2 classes"),
            ("ten", "1,000 rows, 10 classes"),
            ("many", "100,000 rows, 2 classes"),
        )
    ]
    return [
        *rows,
        Row(name="CPU of evaluate 1,000 rows, 2 classes", unit="ms", ours=ours["two"][1], peer=peer["two"][1]),
        Row(
            name="evaluate 10,000 rows with 1,000 resamples of 7 metrics",
            unit="ms",
            ours=ours["intervals"][0],
            note="intervals, which the peer does not have",
        ),
    ]


if __name__ == "__main__":
    report(measure())
