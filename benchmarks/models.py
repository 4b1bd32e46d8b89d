"""Logging a forest with a signature and an example, and loading it again, by the model's id."""

import sys

from measure import Row, peer_database, peer_python, report, run_code, scratch

CODE = """
import json, logging, os, statistics, sys, tempfile, time, warnings
warnings.simplefilter("ignore")
import {name} as tracker
import {name}.sklearn
from {pyfunc} import load_model as load_any
from {infer} import infer_signature
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import RandomForestClassifier

logging.disable(logging.CRITICAL)
sys.stdout, printed = sys.stderr, sys.stdout
tracker.set_tracking_uri(sys.argv[1])
tracker.set_experiment("models")
features, labels = load_breast_cancer(return_X_y=True, as_frame=True)
forest = RandomForestClassifier(100, random_state=0).fit(features, labels)
signature, example = infer_signature(features, forest.predict(features)), features[:5]
options = json.loads(sys.argv[3])

def timed(function):
    wall, cpu = time.perf_counter(), time.process_time()
    value = function()
    return value, 1000 * (time.perf_counter() - wall), 1000 * (time.process_time() - cpu)

def log():
    return tracker.sklearn.log_model(forest, name="forest", signature=signature, input_example=example, **options)

def load_elsewhere(uri):
    if "{name}" != "headwater":
        return tracker.sklearn.load_model(uri)
    home, os.environ["HEADWATER_HOME"] = os.environ["HEADWATER_HOME"], tempfile.mkdtemp()
    found = tracker.sklearn.load_model(uri, allow_pickle=True)
    os.environ["HEADWATER_HOME"] = home
    return found

def measure(count):
    logs, loads, generals, elsewhere = [], [], [], []
    with tracker.start_run():
        for _ in range(count):
            info, *cost = timed(log)
            logs.append(cost)
            found, *cost = timed(lambda: tracker.sklearn.load_model(info.model_uri))
            loads.append(cost)
            general, *cost = timed(lambda: load_any(info.model_uri))
            generals.append(cost)
            _, *cost = timed(lambda: load_elsewhere(info.model_uri))
            elsewhere.append(cost)
            assert (found.predict(features) == forest.predict(features)).all()
            assert (general.predict(features) == forest.predict(features)).all()
    return {{"log": logs, "load": loads, "pyfunc": generals, "elsewhere": elsewhere}}

def resolve(count):
    with tracker.start_run():
        info = tracker.sklearn.log_model(forest, name="forest", registered_model_name="forest", **options)
    tracker.MlflowClient().set_registered_model_alias("forest", "champion", "1")
    folder = tempfile.mkdtemp()
    load_any(info.model_uri, dst_path=folder)
    costs = []
    for _ in range(count):
        _, *local = timed(lambda: load_any(folder))
        _, *named = timed(lambda: load_any("models:/forest@champion"))
        costs.append([with_it - without for with_it, without in zip(named, local)])
    return costs

first = measure(1)
warm = measure(int(sys.argv[2]))
warm["alias"] = resolve(int(sys.argv[2]))
print(json.dumps({{
    "first": first["log"][0],
    **{{key: [statistics.median(column) for column in zip(*costs)] for key, costs in warm.items()}},
}}), file=printed)
"""
OUR_TIMES, PEER_TIMES = 20, 5
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
PEER_OPTIONS = '{"skops_trusted_types": ["sklearn.tree._tree.Tree", "numpy.dtype"]}'
NAMES = {
    "first": "log_model, the first of a process",
    "log": "log_model",
    "load": "sklearn.load_model",
    "pyfunc": "pyfunc.load_model",
    "elsewhere": "sklearn.load_model by somebody else, the first time",
    "alias": "what models:/name@alias adds to loading its folder",
}


def measure() -> list[Row]:
    """Log and load a forest of 100 trees, with skops, to SQLite and a folder of this machine."""
    with scratch() as folder:
        code = CODE.format(name="headwater", infer="headwater.models.schema.infer", pyfunc="headwater.models.pyfunc")
        uri = f"sqlite:///{folder / 'headwater.db'}"
        ours = run_code(sys.executable, code, folder, uri, str(OUR_TIMES), "{}", **ONE_THREAD)
        code = CODE.format(name="mlflow", infer="mlflow.models", pyfunc="mlflow.pyfunc")
        peer_uri = peer_database(folder)
        peer = run_code(peer_python(), code, folder, peer_uri, str(PEER_TIMES), PEER_OPTIONS, **ONE_THREAD)
    note = f"skops, signature and example; median of {OUR_TIMES} and {PEER_TIMES} warm calls"
    wall = [Row(name=name, unit="ms", ours=ours[key][0], peer=peer[key][0], note=note) for key, name in NAMES.items()]
    cpu = [
        Row(name=f"CPU of {name}", unit="ms", ours=ours[key][1], peer=peer[key][1], note="of the process itself")
        for key, name in NAMES.items()
    ]
    return wall + cpu


if __name__ == "__main__":
    report(measure())
