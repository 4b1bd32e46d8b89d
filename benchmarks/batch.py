"""Predicting for the rows of a Parquet file: time and memory beside the framework alone, and beside the peer."""

import sys
from pathlib import Path

from measure import Row, peer_python, report, run_code, scratch

ROWS = 10_000_000
PEER_ROWS = 200_000
COLUMNS = 10

_PREPARE = """
import json, sys
import numpy as np, pandas as pd, pyarrow as pa, pyarrow.parquet as pq
from sklearn.linear_model import LogisticRegression
import headwater.sklearn
from headwater.models.schema.infer import infer_signature
rows, peer_rows, columns = map(int, sys.argv[1:])
names = [f"f{i}" for i in range(columns)]
random = np.random.default_rng(0)
writer = None
for start in range(0, rows, 1_000_000):
    count = min(1_000_000, rows - start)
    data = {"id": np.arange(start, start + count), **{name: random.normal(size=count) for name in names}}
    table = pa.table(data)
    writer = writer or pq.ParquetWriter("rows.parquet", table.schema)
    writer.write_table(table)
writer.close()
X = pd.DataFrame(random.normal(size=(2000, columns)), columns=names)
model = LogisticRegression().fit(X, X.sum(axis=1) > 0)
headwater.sklearn.save_model(model, "model", signature=infer_signature(X, model.predict(X)))
pd.DataFrame(random.normal(size=(peer_rows, columns)), columns=names).to_csv("rows.csv", index=False)
print(json.dumps({}))
"""
_MEASURE = """
import json, resource, sys, threading, time
def usage():
    own = resource.getrusage(resource.RUSAGE_SELF)
    return own.ru_utime + own.ru_stime
{setup}
before, started = usage(), time.perf_counter()
{work}
wall, cpu = time.perf_counter() - started, usage() - before
print(json.dumps({{"wall": wall, "cpu": cpu, "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3}}))
"""
_OURS = (
    """
from headwater.models.batch.run import predict_batch
from headwater.models.pyfunc import load_model
load_model("model")
""",
    'predict_batch("model", "rows.parquet", "scores.parquet", keep=["id"])',
)
_BARE = (
    """
import pyarrow as pa, pyarrow.parquet as pq
from headwater.models.pyfunc import load_model
native = load_model("model").get_raw_model()
names = native.feature_names_in_
""",
    """
frame = pq.read_table("rows.parquet").to_pandas()
found = native.predict(frame[names])
pq.write_table(pa.table({"id": frame["id"], "prediction": found}), "bare.parquet", compression="zstd")
""",
)
_OURS_CSV = ("from headwater.models.batch.run import predict_batch", 'predict_batch("model", "rows.csv", "ours.json")')
_PEERS_CSV = ("import mlflow", 'mlflow.models.predict("model", None, "rows.csv", "csv", "peers.json", "local")')


def measure(rows: int = ROWS) -> list[Row]:
    """Predict with a linear model, each way in a process of its own."""
    with scratch() as folder:
        run_code(sys.executable, _PREPARE, folder, str(rows), str(PEER_ROWS), str(COLUMNS))
        ours, bare = (_run(sys.executable, way, folder) for way in (_OURS, _BARE))
        ours_csv, peers_csv = _run(sys.executable, _OURS_CSV, folder), _run(peer_python(), _PEERS_CSV, folder)
    note = f"{rows / 1e6:g} million rows of {COLUMNS} numbers, Parquet to Parquet; scikit-learn alone, all in memory"
    return [
        Row(name="batch, wall time", unit="s", ours=ours["wall"], note=f"{note}: {bare['wall']:.2f} s"),
        Row(name="batch, CPU", unit="s", ours=ours["cpu"], note=f"scikit-learn alone: {bare['cpu']:.2f} s"),
        Row(
            name="batch, most memory",
            unit="MB",
            ours=ours["memory"],
            note=f"scikit-learn alone: {bare['memory']:.0f} MB",
        ),
        Row(
            name="CSV to JSON, CPU",
            unit="s",
            ours=ours_csv["cpu"],
            peer=peers_csv["cpu"],
            note=f"{PEER_ROWS:,} rows, the peer by `models.predict`, which reads no Parquet",
        ),
    ]


def _run(python: str, way: tuple[str, str], folder: Path) -> dict[str, float]:
    setup, work = way
    return run_code(python, _MEASURE.format(setup=setup, work=work), folder, HEADWATER_ALLOW_PICKLE="1")


if __name__ == "__main__":
    report(measure(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS))
