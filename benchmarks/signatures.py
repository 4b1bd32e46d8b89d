"""Enforcing a signature on one row and on many, and a request's way from JSON to columns."""

import sys

from measure import Row, peer_python, report, run_code, scratch

SETUP = """
import json, sys, time, warnings
warnings.simplefilter("ignore")
import numpy as np
import pandas as pd

NAMES = [f"c{number}" for number in range(10)]

def best(call, times):
    call()
    spent = []
    for _ in range(5):
        started = time.process_time()
        for _ in range(times):
            call()
        spent.append((time.process_time() - started) / times)
    return 1e6 * min(spent)

def frame(rows, dtype):
    return pd.DataFrame({name: np.arange(rows, dtype=dtype) % 2 for name in NAMES})

def mixed(rows):
    found = frame(rows, "float64")
    return found.assign(c1=1, c2="x", c3=True, c4=pd.Timestamp("2020-01-01"))

shuffled = frame(1, "float64")[NAMES[::-1]]
"""
OURS = (
    SETUP
    + """
from headwater.models.schema.enforce import enforce_columns, enforce_schema
from headwater.models.schema.infer import infer_schema
from headwater.models.schema.json_columns import columns_from_records

schema, mix = infer_schema(frame(1, "float64")), infer_schema(mixed(1))
columns = {name: np.array([1.0]) for name in NAMES}
records = [{name: 1.0 for name in NAMES}]
one, whole, some, many, rows = frame(1, "float64"), frame(1, "int64"), mixed(1), frame(100_000, "int64"), mixed(100_000)
print(json.dumps({
    "one": best(lambda: enforce_schema(one, schema), 300),
    "whole": best(lambda: enforce_schema(whole, schema), 300),
    "mixed": best(lambda: enforce_schema(some, mix), 300),
    "shuffled": best(lambda: enforce_schema(shuffled, schema), 300),
    "many": best(lambda: enforce_schema(many, schema), 3),
    "rows": best(lambda: enforce_schema(rows, mix), 3),
    "columns": best(lambda: enforce_columns(columns, schema), 1000),
    "json": best(lambda: columns_from_records(records, schema), 1000),
}))
"""
)
PEER = (
    SETUP
    + """
from mlflow.models import Model, ModelSignature, infer_signature
from mlflow.pyfunc import PyFuncModel
from mlflow.pyfunc.scoring_server import infer_and_parse_data

class Nothing:
    def predict(self, data, params=None):
        return data

def model(data):
    meta = Model(signature=infer_signature(data))
    meta.add_flavor("python_function", loader_module="x")
    return PyFuncModel(model_meta=meta, model_impl=Nothing())

plain, mix = model(frame(1, "float64")), model(mixed(1))
body = {"dataframe_records": [{name: 1.0 for name in NAMES}]}
one, whole, some, many, rows = frame(1, "float64"), frame(1, "int64"), mixed(1), frame(100_000, "int64"), mixed(100_000)
print(json.dumps({
    "one": best(lambda: plain.predict(one), 50),
    "whole": best(lambda: plain.predict(whole), 50),
    "mixed": best(lambda: mix.predict(some), 50),
    "shuffled": best(lambda: plain.predict(shuffled), 50),
    "many": best(lambda: plain.predict(many), 3),
    "rows": best(lambda: mix.predict(rows), 3),
    "json": best(lambda: infer_and_parse_data(body, plain.metadata.get_input_schema()), 50),
}))
"""
)
NAMES = {
    "one": "one row of ten doubles that fit",
    "whole": "one row of ten whole numbers to doubles",
    "mixed": "one row of five types",
    "shuffled": "one row in another order",
    "many": "100,000 rows of ten whole numbers to doubles",
    "rows": "100,000 rows of five types",
    "json": "one row of ten doubles from parsed JSON",
    "columns": "one row of ten NumPy columns, without a frame",
}
NOTE = "CPU; the peer's includes its empty predict; its whole numbers are 0 and 1, others it refuses"


def measure() -> list[Row]:
    """Enforce signatures on frames, columns and JSON."""
    with scratch() as folder:
        ours = run_code(sys.executable, OURS, folder)
        peer = run_code(peer_python(), PEER, folder)
    return [
        Row(name=name, unit="µs", ours=ours[key], peer=peer.get(key), note=NOTE if key == "one" else "")
        for key, name in NAMES.items()
    ]


if __name__ == "__main__":
    report(measure())
