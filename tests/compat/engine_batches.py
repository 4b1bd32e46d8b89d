"""Checks of batch prediction on Ray, Dask and Spark; run by the Python of an environment that has them."""

import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from reporting import report_checks  # type: ignore[import-not-found]  # beside it
from sklearn.linear_model import LinearRegression

import headwater as hw
from headwater.models.batch.run import predict_batch
from headwater.models.schema.infer import infer_signature

ROWS = 2_000
FRAME = pd.DataFrame(
    {
        "key": [f"k{number}" for number in range(ROWS)],
        "a": np.arange(ROWS) / 4,
        "b": np.arange(ROWS) % 7,
        "unused": "x",
    }
)
EXPECTED = dict(zip(FRAME["key"], 2 * FRAME["a"] + FRAME["b"], strict=True))
WRITERS: dict[str, Callable[[pd.DataFrame, Path], object]] = {
    "parquet": lambda frame, path: frame.to_parquet(path, index=False),
    "csv": lambda frame, path: frame.to_csv(path, index=False),
    "jsonl": lambda frame, path: frame.to_json(path, orient="records", lines=True),
}
READERS: dict[str, Callable[[Path], pd.DataFrame]] = {
    "parquet": pd.read_parquet,
    "csv": pd.read_csv,
    "jsonl": lambda path: pd.read_json(path, lines=True),
}


def model() -> Path:
    """Return the folder of y = 2a + b, with a signature of a double and a whole number."""
    path = Path("line")
    if not path.exists():
        inputs = FRAME[["a", "b"]]
        estimator = LinearRegression().fit(inputs, 2 * inputs["a"] + inputs["b"])
        signature = infer_signature(inputs, estimator.predict(inputs))
        hw.sklearn.save_model(estimator, path, signature=signature, pip_requirements=[])
    return path


def predict(engine: str, source: str, target: str, **options: Any) -> dict[str, float]:
    """Predict for a file of one format into a folder of files of another one, and return the predictions by key."""
    given, output = Path(f"in.{source}"), Path(f"{engine}-{source}-to.{target}")
    if not given.exists():
        WRITERS[source](FRAME, given)
    told: list[tuple[int, int | None]] = []
    predict_batch(model(), given, output, engine=engine, keep=["key"], watch=lambda *done: told.append(done), **options)
    assert told[-1] == (ROWS, ROWS if source == "parquet" else None), told
    parts = [path for path in output.rglob("*") if path.is_file() and not path.name.startswith((".", "_"))]
    found = pd.concat([READERS[target](path) for path in parts if path.stat().st_size])
    assert sorted(found.columns) == ["key", "prediction"], found.columns
    assert not list(Path().glob(".*.part")), "the unfinished folder is gone"
    return dict(zip(found["key"], found["prediction"], strict=True))


def close(found: dict[str, float]) -> bool:
    """Return whether these are the predictions for all rows."""
    return found.keys() == EXPECTED.keys() and all(abs(found[key] - EXPECTED[key]) < 1e-6 for key in found)


def check_ray_predicts_parquet_into_json_lines() -> None:
    assert close(predict("ray", "parquet", "jsonl", chunk_rows=500))


def check_dask_predicts_json_lines_into_csv() -> None:
    assert close(predict("dask", "jsonl", "csv"))


def check_dask_predicts_on_a_cluster_by_its_address() -> None:
    from distributed import LocalCluster

    with LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None) as cluster:
        assert close(predict("dask", "csv", "jsonl", address=cluster.scheduler_address))


def check_spark_predicts_csv_into_parquet() -> None:
    assert close(predict("spark", "csv", "parquet"))


def check_spark_predicts_parquet_into_csv() -> None:
    assert close(predict("spark", "parquet", "csv"))


def check_a_failing_engine_leaves_no_output() -> None:
    from headwater.protocol.errors import HeadwaterError

    FRAME.rename(columns={"a": "other"}).to_parquet("bad.parquet")
    try:
        predict_batch(model(), "bad.parquet", "bad-out.parquet", engine="dask")
    except (HeadwaterError, ValueError, KeyError):
        pass
    else:
        raise AssertionError("a column that the model needs is missing")
    assert not Path("bad-out.parquet").exists()
    assert not list(Path().glob(".*.part"))


def check_an_interrupted_engine_leaves_no_output() -> None:
    FRAME.to_parquet("in.parquet", index=False)
    main = threading.main_thread().ident
    assert main is not None
    try:
        predict_batch(
            model(),
            "in.parquet",
            "cut",
            output_format="csv",
            engine="dask",
            watch=lambda *_: signal.pthread_kill(main, signal.SIGINT),
        )
    except KeyboardInterrupt:
        pass
    else:
        raise AssertionError("it went on")
    assert not Path("cut").exists()
    assert not list(Path().glob(".*.part"))


def check_an_engine_refuses_an_output_that_exists() -> None:
    from headwater.protocol.errors import ResourceAlreadyExists

    Path("taken").mkdir()
    (Path("taken") / "file").touch()
    FRAME.to_parquet("in.parquet", index=False)
    try:
        predict_batch(model(), "in.parquet", "taken", engine="dask", output_format="csv")
    except ResourceAlreadyExists:
        return
    raise AssertionError("it was overwritten")


if __name__ == "__main__":
    os.environ["HEADWATER_HOME"] = str(Path("home").resolve())
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    report_checks(globals())
