"""Describe many datasets with MLflow and with Headwater, in one process of the peer's environment; print differences.

The last line is a JSON object: for each case, what differs, empty if nothing does.
"""

import datetime
import decimal
import json
import logging
import random
import string
import sys
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import datasets
import mlflow
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
from mlflow.data.http_dataset_source import HTTPDatasetSource
from mlflow.data.meta_dataset import MetaDataset
from mlflow.types import ColSpec, Schema

import headwater as hw
import headwater.data

OBJECTS: list[list[Any]] = [
    [1, None],
    [1, 2.5],
    [None, None],
    ["a", None],
    [True, None],
    [True, False],
    [b"a", b"b"],
    [[1], [2]],
    [[1.5], [2]],
    [["a"], None],
    [{"y": 1, "x": "s"}, {"x": "t", "z": 1.5}],
    [{"x": 1}, None],
    [{"x": None}, {"x": 2}],
    [{"x": {"y": 1}}, {"x": {"y": 2, "z": [1]}}],
    [1, "a"],
    [datetime.date(2020, 1, 1)],
    [datetime.datetime(2020, 1, 1)],
    [datetime.timedelta(1)],
    [decimal.Decimal(1)],
    [1 + 2j],
    [np.array([1, 2]), np.array([3])],
    [np.array([[1.5, 2]]), np.array([[3, 4]])],
    [[], [1]],
    [[], []],
    [(1, 2)],
    [{1, 2}],
    [{}],
    [[{"x": 1}], [{"x": 2, "y": 1}]],
    [np.float32(1), np.float32(2)],
    [[None, 1]],
    [[[1]], [[2]]],
]
DTYPES: list[Any] = [
    *("int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float16", "float32", "float64"),
    *("bool", "Int64", "UInt8", "Float32", "boolean", "string", "object", "complex64", "category", "str"),
    *("timedelta64[ns]", "datetime64[ns]", "datetime64[s]"),
]
ARRAYS: list[Any] = [
    np.arange(12.0).reshape(3, 4),
    np.asfortranarray(np.arange(12.0).reshape(3, 4)),
    np.random.default_rng(1).random((300, 50)),
    np.array(["a", "bc"]),
    np.array([b"a", b"b"]),
    np.array([True, False]),
    np.array(["2020", "2021"], "M8[D]"),
    np.array([1 + 2j]),
    np.array(["a", 1], dtype=object),
    np.array(3.0),
    np.zeros((0, 3)),
    np.array([1], "float16"),
    np.array([(1, 2.0)], dtype=[("x", "i4"), ("y", "f8")]),
    {"b": np.ones((300, 50)), "a": np.arange(300)},
]
POLARS: list[tuple[list[Any], Any]] = [
    *(([1, 2], dtype) for dtype in (pl.Int8, pl.UInt8, pl.Int16, pl.UInt16, pl.Int32, pl.UInt32, pl.Int64, pl.UInt64)),
    *(([1.5, None], dtype) for dtype in (pl.Float32, pl.Float64)),
    ([True], pl.Boolean),
    (["a", None], pl.String),
    ([b"a"], pl.Binary),
    ([datetime.date(2020, 1, 1)], pl.Date),
    ([datetime.datetime(2020, 1, 1)], pl.Datetime),
    ([datetime.timedelta(1)], pl.Duration),
    (["a"], pl.Categorical),
    ([[1]], pl.List(pl.Int64)),
    ([{"y": 1, "x": "a"}], pl.Struct({"y": pl.Int64, "x": pl.String})),
    ([[{"x": 1}]], pl.List(pl.Struct({"x": pl.Int64}))),
    ([None], pl.Null),
]
SOURCES = ["train.csv", "/data/x", "file:///data/x", "https://a/b?x=1", "s3://b/k", "gs://b/k", "abfss://c@a.b/k"]


def random_frame(seed: int) -> pd.DataFrame:
    """Return a frame of random shape, types and gaps."""
    rng = random.Random(seed)
    rows = rng.choice([0, 1, 3, 100, 10_001])
    makers: list[Callable[[], Any]] = [
        lambda: rng.randrange(-(2**62), 2**62),
        lambda: rng.gauss(0, 1e6),
        lambda: "".join(rng.choices(string.printable + "äöü✓", k=rng.randrange(8))),
        lambda: rng.random() < 0.5,
        lambda: pd.Timestamp(rng.randrange(2**60)),
        lambda: rng.choice([None, 1.5]),
        lambda: rng.choice([None, "x"]),
    ]
    names: list[Any] = rng.sample([*string.ascii_letters, "größe", "a b", ""], rng.randrange(1, 8))
    frame = pd.DataFrame({name: [make() for _ in range(rows)] for name in names for make in [rng.choice(makers)]})
    return frame.set_index(names[0]) if rng.random() < 0.3 else frame


def cases() -> Iterator[tuple[str, str, Any, dict[str, Any]]]:
    """Yield a name, the function to call, the data and the options."""
    for seed in range(60):
        frame = random_frame(seed)
        yield f"pandas random {seed}", "from_pandas", frame, {}
    for dtype in DTYPES:
        frame = pd.DataFrame({"t": pd.Series([1, 0]).astype(dtype), "a": ["x", "y"]})
        yield f"pandas {dtype}", "from_pandas", frame, {}
    for values in OBJECTS:
        frame = pd.DataFrame({"a": pd.Series(values, dtype=object)})
        yield f"pandas object {values!r:.40}", "from_pandas", frame, {}
        frame = pd.DataFrame({"a": values, "b": range(len(values))})
        yield f"pandas inferred {values!r:.40}", "from_pandas", frame, {}
    odd = [
        pd.DataFrame(),
        pd.DataFrame(columns=["a"]),
        pd.DataFrame({1: [1], "b": [2]}),
        pd.DataFrame([[1, 2]], columns=["a", "a"]),
        pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_tuples([("a", "b"), ("a", "c")])),
        pd.DataFrame({"a": pd.Series([1, None], dtype="Int64")}),
        pd.DataFrame({"a": pd.Categorical(["u", None])}),
        pd.DataFrame({"a": pd.period_range("2020", periods=2)}),
        pd.DataFrame({"a": pd.date_range("2020", periods=2, tz="UTC")}),
        pd.DataFrame({"a": pd.Series([1, 2], dtype="int64[pyarrow]")}),
    ]
    for index, frame in enumerate(odd):
        yield f"pandas odd {index}", "from_pandas", frame, {}
    for index, array in enumerate(ARRAYS):
        yield f"numpy {index}", "from_numpy", array, {}
        yield f"numpy targets {index}", "from_numpy", ARRAYS[0], {"targets": array}
    for values, dtype in POLARS:
        table = pl.DataFrame({"t": pl.Series(values, dtype=dtype)})
        yield f"polars {dtype}", "from_polars", table, {}
    yield "polars empty", "from_polars", pl.DataFrame(), {}
    small = pd.DataFrame({"a": [1, 2], "b": [0.5, 1.5]})
    for source in SOURCES:
        yield f"source {source}", "from_pandas", small, {"source": source}
    yield "roles", "from_pandas", small, {"targets": "a", "predictions": "b", "name": "n", "digest": "d"}
    yield from hub_cases()


def hub_cases() -> Iterator[tuple[str, str, Any, dict[str, Any]]]:
    """Yield the cases of the Hugging Face library."""
    long = datasets.Dataset.from_dict({"t": ["a", "b"] * 6000, "l": list(range(12_000)), "v": [[1.5]] * 12_000})
    yield "hub long", "from_huggingface", long, {}
    yield (
        "hub path",
        "from_huggingface",
        long,
        {"path": "x/y", "targets": "l", "data_files": ["a"], "revision": "main"},
    )
    yield "hub gaps", "from_huggingface", datasets.Dataset.from_dict({"t": ["a", None]}), {}
    nested = datasets.Dataset.from_dict({"d": [{"x": 1, "y": "s"}] * 2})
    yield "hub nested", "from_huggingface", nested, {"source": "s3://bucket/key"}


def compare(verb: str, data: Any, options: dict[str, Any]) -> str:
    """Return how the two descriptions differ, an empty text if they do not."""
    try:
        expected = getattr(mlflow.data, verb)(data, **options).to_json()
    except Exception:  # noqa: BLE001 - whatever it is, the peer cannot describe it, and we may
        return ""
    try:
        found = getattr(hw.data, verb)(data, **options).to_json()
    except Exception as error:  # noqa: BLE001 - it is reported
        found = repr(error)
    if found == expected:
        return ""
    parts = [(found, expected)]
    if found.startswith("{"):
        parts = [
            pair
            for pair in zip(json.loads(found).values(), json.loads(expected).values(), strict=False)
            if len(set(pair)) > 1
        ]
    return "; ".join(f"{own} instead of {other}" for own, other in parts)


def compare_others() -> dict[str, str]:
    """Return the differences of what is not made by a function of the same name in both."""
    source = HTTPDatasetSource("https://x/y.csv")
    column = {"type": "long", "name": "a", "required": True}
    theirs = [
        MetaDataset(source),
        MetaDataset(source, name="n", digest="d"),
        MetaDataset(source, name="n", schema=Schema([ColSpec("long", "a")])),
    ]
    ours = [
        hw.data.MetaDataset("https://x/y.csv"),
        hw.data.MetaDataset("https://x/y.csv", name="n", digest="d"),
        hw.data.MetaDataset("https://x/y.csv", name="n", schema=hw.data.Schema((column,))),
    ]
    meta = [
        f"{own.to_json()} instead of {other.to_json()}"
        for own, other in zip(ours, theirs, strict=True)
        if own.to_json() != other.to_json()
    ]
    frame = random_frame(3).reset_index(drop=True)
    arrow = hw.data.from_arrow(pa.Table.from_pandas(frame, preserve_index=False)).digest
    pandas = mlflow.data.from_pandas(frame).digest
    sources = [
        f"{own.to_dict()} instead of {other.to_dict()}"
        for name in SOURCES
        for own in [hw.data.get_source(hw.data.from_pandas(frame, name))]
        for other in [mlflow.data.get_source(mlflow.data.from_pandas(frame, name))]
        if (own.to_dict(), own.source_type) != (other.to_dict(), other._get_source_type())
    ]
    return {
        "meta": "; ".join(meta),
        "arrow": "" if arrow == pandas else f"{arrow} instead of {pandas}",
        "sources": "; ".join(sources),
    }


def main() -> None:
    """Compare every case."""
    warnings.simplefilter("ignore")
    logging.disable()
    report = {name: compare(*case) for name, *case in cases()}
    sys.stdout.write(json.dumps(report | compare_others()) + "\n")


if __name__ == "__main__":
    main()
