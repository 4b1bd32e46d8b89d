"""What autologging adds to a fit of scikit-learn: to the call itself, and until the run has ended with its plots."""

import sys

from measure import Row, peer_database, peer_python, report, run_code, scratch

CODE = """
import json, logging, os, statistics, sys, time
import {name} as tracker
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

logging.disable(logging.CRITICAL)
tracker.set_tracking_uri(sys.argv[1])
features, labels = load_breast_cancer(return_X_y=True)
features = StandardScaler().fit_transform(features)

def settle():
    if hasattr(tracker, "flush"):
        tracker.flush()

def fit():
    wall, thread, process = time.perf_counter(), time.thread_time(), time.process_time()
    LogisticRegression().fit(features, labels)
    call = time.perf_counter() - wall
    thread = time.thread_time() - thread
    settle()
    return call, thread, time.perf_counter() - wall, time.process_time() - process

def median(count):
    fit()
    return [1000 * statistics.median(column) for column in zip(*(fit() for _ in range(count)))]

plain = median(20)
import {name}.sklearn
tracker.sklearn.autolog(log_models=sys.argv[3] == "models", log_datasets=False)
logged = median(int(sys.argv[2]))
names = ("call", "thread", "end", "process")
print(json.dumps({{key: with_it - without for key, with_it, without in zip(names, logged, plain)}}))
"""
OUR_FITS, PEER_FITS = 20, 5
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MPLBACKEND": "agg"}


def measure() -> list[Row]:
    """Fit a logistic regression on 569 × 30 values with and without autologging, and with its model kept, too."""
    return [*_measure("nothing"), *_measure("models")]


def _measure(kept: str) -> list[Row]:
    with scratch() as folder:
        uri = f"sqlite:///{folder / 'headwater.db'}"
        ours = run_code(sys.executable, CODE.format(name="headwater"), folder, uri, str(OUR_FITS), kept, **ONE_THREAD)
        peer_uri = peer_database(folder)
        peer = run_code(peer_python(), CODE.format(name="mlflow"), folder, peer_uri, str(PEER_FITS), kept, **ONE_THREAD)
    if kept == "models":
        return [
            Row(name="added to the call of fit, model kept", unit="ms", ours=ours["call"], peer=peer["call"]),
            Row(name="added until the run has ended, model kept", unit="ms", ours=ours["end"], peer=peer["end"]),
        ]
    note = f"median of {OUR_FITS} and {PEER_FITS} warm fits less the median without; neither keeps models or datasets"
    return [
        Row(name="added to the call of fit", unit="ms", ours=ours["call"], peer=peer["call"], note=note),
        Row(
            name="added CPU of the thread that fits",
            unit="ms",
            ours=ours["thread"],
            peer=peer["thread"],
            note="what a busy machine does not blur",
        ),
        Row(
            name="added until the run has ended",
            unit="ms",
            ours=ours["end"],
            peer=peer["end"],
            note="with page, plots and metrics in SQLite; ours makes most of it after the call",
        ),
        Row(name="added CPU of the whole process", unit="ms", ours=ours["process"], peer=peer["process"]),
    ]


if __name__ == "__main__":
    report(measure())
