"""What models answer, as columns of files."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from headwater.models.batch.predictions import name_predictions
from headwater.models.batch.run import predict_batch

Save = Callable[..., Path]
FRAME = pd.DataFrame({"a": [1.0, 2.0], "b": [3.0, 4.0]})


def test_several_values_a_row_are_numbered_columns(shaped: Save) -> None:
    FRAME.to_csv("in.csv", index=False)

    predict_batch(shaped("matrix"), "in.csv", "out.csv")

    assert Path("out.csv").read_text() == '"prediction_0","prediction_1"\n1,3\n2,4\n'


def test_a_frame_keeps_its_names_and_types(shaped: Save) -> None:
    frame = FRAME.assign(
        text=pd.Series(["x", None], dtype=str), when=np.array(["2026-01-31", "NaT"], "M8[ns]"), count=[1, 2]
    )
    frame.to_parquet("in.parquet")

    predict_batch(shaped("mirror"), "in.parquet", "out.parquet")

    pd.testing.assert_frame_equal(pd.read_parquet("out.parquet"), frame, check_dtype=False)


def test_nested_answers_stay_nested_where_the_format_can(shaped: Save) -> None:
    model = shaped("records")
    FRAME.to_csv("in.csv", index=False)

    for target in ("parquet", "jsonl", "json", "csv"):
        predict_batch(model, "in.csv", f"out.{target}")

    expected = [{"n": 0, "words": ["a", "b"]}, {"n": 1, "words": ["a", "b"]}]
    lines = [json.loads(text) for text in Path("out.jsonl").read_text().splitlines()]
    assert [line["prediction"] for line in lines] == expected
    assert json.loads(Path("out.json").read_text()) == {"predictions": expected}
    assert [json.loads(text) for text in pd.read_csv("out.csv")["prediction"]] == expected
    assert pd.read_parquet("out.parquet")["prediction"][1]["n"] == 1


def test_what_is_no_number_is_null_in_lines_and_pythons_word_in_the_document(shaped: Save) -> None:
    model = shaped("mirror")
    pd.DataFrame({"prediction": [1.0, np.nan, np.inf]}).to_parquet("in.parquet")

    for target in ("jsonl", "json", "csv", "parquet"):
        predict_batch(model, "in.parquet", f"out.{target}")

    assert Path("out.jsonl").read_text() == '{"prediction":1.0}\n{"prediction":null}\n{"prediction":null}\n'
    assert Path("out.json").read_text() == '{"predictions":[1.0,NaN,Infinity]}'
    assert pd.read_csv("out.csv")["prediction"].tolist() == pytest.approx([1, np.nan, np.inf], nan_ok=True)
    assert np.isinf(pd.read_parquet("out.parquet")["prediction"][2])


def test_missing_texts_are_rows_too(shaped: Save) -> None:
    pd.DataFrame({"prediction": ["a", None, "c"]}).to_parquet("in.parquet")

    predict_batch(shaped("mirror"), "in.parquet", "out.csv")

    assert Path("out.csv").read_text() == '"prediction"\n"a"\n""\n"c"\n'


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (np.array([1, 2]), {"prediction": [1, 2]}),
        (np.array([[1], [2]]), {"prediction": [1, 2]}),
        (pd.DataFrame([5, 6]), {"prediction": [5, 6]}),
        (pd.DataFrame([[5, 7], [6, 8]]), {"prediction_0": [5, 6], "prediction_1": [7, 8]}),
        (pd.Series([5, 6], name="y"), {"y": [5, 6]}),
        ({"p": np.array([1, 2]), "q": ["a", "b"]}, {"p": [1, 2], "q": ["a", "b"]}),
        (["a", None], {"prediction": ["a", None]}),
        (np.zeros((2, 1, 1)), {"prediction": [[[0.0]], [[0.0]]]}),
    ],
)
def test_columns_are_named_by_the_shape_of_the_answer(result: object, expected: dict[str, object]) -> None:
    found = name_predictions(result, 2)

    assert {name: [item.tolist() if hasattr(item, "tolist") else item for item in c] for name, c in found.items()} == (
        expected
    )
