"""Input examples: kept as JSON, given back as what they were, and sent as requests."""

import datetime
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import scipy.sparse as sp

from headwater.models.model_file import Model
from headwater.models.schema.example import (
    FILE,
    SERVING_FILE,
    convert_input_example_to_serving_input,
    load_example,
    load_example_params,
    load_serving_input,
    save_example,
    to_serving_input,
)
from headwater.models.schema.infer import infer_schema, infer_signature
from headwater.models.schema.types import ColSpec, Schema
from headwater.protocol.errors import InvalidParameterValue, ResourceDoesNotExist

FRAME = pd.DataFrame({"a": [1.5, 2.5], "b": ["x", "y"]})


@pytest.mark.parametrize(
    ("example", "kind"),
    [
        (FRAME, "dataframe"),
        (pd.DataFrame({"a": [1]}, index=["row"]), "dataframe"),
        (pd.DataFrame([[1, 2]]), "dataframe"),
        (np.array([[1, 2], [3, 4]]), "ndarray"),
        (np.array([1.5, np.nan]), "ndarray"),
        ({"x": np.array([1]), "y": np.array([[1.5]])}, "ndarray"),
        (sp.csr_matrix(np.eye(3)), "sparse_matrix_csr"),
        (sp.csc_matrix(np.eye(3)), "sparse_matrix_csc"),
        ({"messages": [{"role": "user", "content": "hi"}]}, "json_object"),
        ([1, "x", None], "json_object"),
        ("text", "json_object"),
        (5, "json_object"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_example_comes_back_as_what_it_was(example: Any, kind: str, tmp_path: Path) -> None:
    info = save_example(example, tmp_path)

    found = load_example(tmp_path, info)

    assert info["type"] == kind
    assert (info["artifact_path"], info["serving_input_path"]) == (FILE, SERVING_FILE)
    assert "params" not in info
    assert type(found) is type(example)
    if kind == "dataframe":
        pd.testing.assert_frame_equal(found, example)
    elif kind.startswith("sparse"):
        assert found.format == example.format
        assert (found != example).nnz == 0
    else:
        np.testing.assert_equal(found, example)


def test_types_that_json_does_not_keep_come_back_with_the_schema(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "t": np.array(["2020-01-01T01:02:03"], "M8[ns]"),
            "f": np.array([0.1], "float32"),
            "b": [b"\x00\xff"],
            "n": np.array([np.nan]),
        },
        index=[5],
    )
    schema = infer_schema(frame)

    found = load_example(tmp_path, save_example(frame, tmp_path), schema)

    pd.testing.assert_frame_equal(found, frame)
    array = np.ones((1, 2), "float32")
    again = load_example(tmp_path, save_example(array, tmp_path), infer_schema(array))
    assert again.dtype == np.float32


def test_a_model_gives_its_example_with_the_types_of_its_signature(tmp_path: Path) -> None:
    frame = pd.DataFrame({"t": np.array(["2020-01-01"], "M8[ns]")})
    model = Model(signature=infer_signature(frame), saved_input_example_info=save_example(frame, tmp_path))
    model.save(tmp_path / "MLmodel")

    found = Model.load(tmp_path).load_input_example(tmp_path)

    pd.testing.assert_frame_equal(found, frame)


def test_an_example_that_does_not_fit_the_schema_comes_as_json_has_it(tmp_path: Path) -> None:
    info = save_example(FRAME, tmp_path)

    found = load_example(tmp_path, info, Schema([ColSpec("long", "a")]))

    pd.testing.assert_frame_equal(found, FRAME)


@pytest.mark.parametrize("make", [pl.DataFrame, pa.table], ids=["polars", "arrow"])
def test_frames_of_polars_and_arrow_are_kept_as_dataframes(make: Any, tmp_path: Path) -> None:
    data = {"a": [1.5, None], "b": ["x", "y"], "d": [datetime.date(2020, 1, 1), None]}

    info = save_example(make(data), tmp_path)

    assert info["type"] == "dataframe"
    assert json.loads((tmp_path / FILE).read_text()) == {
        "columns": ["a", "b", "d"],
        "data": [[1.5, "x", "2020-01-01"], [None, "y", None]],
    }


def test_params_are_kept_beside_the_data(tmp_path: Path) -> None:
    info = save_example((FRAME, {"k": np.int64(3), "stop": ["a"]}), tmp_path)

    assert info["params"] == "true"
    assert json.loads((tmp_path / FILE).read_text()) == {
        "inputs": {"columns": ["a", "b"], "data": [[1.5, "x"], [2.5, "y"]]},
        "params": {"k": 3, "stop": ["a"]},
    }
    pd.testing.assert_frame_equal(load_example(tmp_path, info), FRAME)
    assert load_example_params(tmp_path, info) == {"k": 3, "stop": ["a"]}


@pytest.mark.parametrize(
    ("example", "request_body"),
    [
        (FRAME, {"dataframe_split": {"columns": ["a", "b"], "data": [[1.5, "x"], [2.5, "y"]]}}),
        (pd.DataFrame({"a": [1]}, index=["row"]), {"dataframe_split": {"columns": ["a"], "data": [[1]]}}),
        (np.array([[1, 2]]), {"inputs": [[1, 2]]}),
        ({"x": np.array([1])}, {"inputs": {"x": [1]}}),
        (sp.csr_matrix(np.eye(2)), {"inputs": [[1.0, 0.0], [0.0, 1.0]]}),
        ([1, 2], {"inputs": [1, 2]}),
        ({"prompt": "x", "n": 1}, {"prompt": "x", "n": 1}),
        (({"messages": []}, {"p": 1}), {"messages": [], "p": 1}),
        (([1], {"p": 1}), {"inputs": [1], "params": {"p": 1}}),
        ((np.array([np.nan]), {}), {"inputs": [None]}),
        (b"xyz", {"inputs": "eHl6"}),
        (datetime.datetime(2020, 1, 1), {"inputs": "2020-01-01T00:00:00"}),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_example_makes_a_request(example: Any, request_body: Any, tmp_path: Path) -> None:
    info = save_example(example, tmp_path)

    assert json.loads(to_serving_input(example)) == request_body
    assert load_serving_input(tmp_path, info) == convert_input_example_to_serving_input(example)


def test_no_example_makes_no_request() -> None:
    assert convert_input_example_to_serving_input(None) is None


@pytest.mark.parametrize(
    ("example", "problem"),
    [
        ((1, 2, 3), "of type 'tuple'"),
        ({1, 2}, "of type 'set'"),
        (sp.coo_matrix(np.eye(2)), "of type 'coo_matrix'"),
        ({"a": np.array([1]), "b": 1}, "mixes arrays and other values"),
        ([object()], "holds a 'object'"),
        ([float("inf")], "holds 'inf'"),
        (pd.DataFrame({"a": [pd.Timedelta(1)]}), "holds a 'Timedelta'"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_json_cannot_hold_is_refused(example: Any, problem: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidParameterValue) as caught:
        save_example(example, tmp_path)

    assert problem in caught.value.message
    assert not list(tmp_path.iterdir())


def test_a_missing_or_broken_file_is_told(tmp_path: Path) -> None:
    info = save_example([1], tmp_path)

    with pytest.raises(InvalidParameterValue, match="unknown type 'new'"):
        load_example(tmp_path, {**info, "type": "new"})
    (tmp_path / FILE).write_text("{")
    with pytest.raises(InvalidParameterValue, match="is not JSON"):
        load_example(tmp_path, info)
    (tmp_path / FILE).write_text("5")
    with pytest.raises(InvalidParameterValue, match="is no 'dataframe'"):
        load_example(tmp_path, {**info, "type": "dataframe"})
    with pytest.raises(InvalidParameterValue, match="is no 'json_object'"):
        load_example(tmp_path, {**info, "params": "true"})
    (tmp_path / FILE).unlink()
    with pytest.raises(ResourceDoesNotExist, match="has no input example"):
        load_example(tmp_path, info)


def test_examples_of_old_versions_of_mlflow_are_read(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('{"inputs": [[1, 2]]}')

    found = load_example(tmp_path, {"artifact_path": FILE, "type": "ndarray", "format": "tf-serving"})

    assert found.tolist() == [[1, 2]]
