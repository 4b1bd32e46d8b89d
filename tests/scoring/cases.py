"""Requests to a scoring server, and where our answers differ from MLflow's on purpose."""

import json
from typing import Any, NamedTuple


class Case(NamedTuple):
    """One request to one of the models of `scoring.models`, and the answer."""

    model: str
    body: str | bytes
    status: int
    said: Any
    """The description of what the model was given, or the error's code and a part of its message."""
    content_type: str = "application/json"


def _split(columns: list[Any] | None, *rows: list[Any], **more: Any) -> str:
    return json.dumps({"dataframe_split": {"data": list(rows), **({"columns": columns} if columns else {})}, **more})


def _frame(columns: list[str], *rows: list[Any], **params: Any) -> dict[str, Any]:
    return {"kind": "frame", "columns": columns, "rows": list(rows), "params": {"k": 5, "temp": 0.5, **params}}


def _bare(columns: list[str], *rows: list[Any]) -> dict[str, Any]:
    return {"kind": "frame", "columns": columns, "rows": list(rows), "params": {}}


def _array(kind: str, shape: list[int], values: Any) -> dict[str, Any]:
    return {"kind": "array", "type": kind, "shape": shape, "values": values, "params": {}}


_BAD = "BAD_REQUEST"
_INVALID = "INVALID_PARAMETER_VALUE"
_DL = ["d", "l"]
_ALL = ["d", "l", "s", "b", "t", "x", "i", "f"]
_FULL = [1, 2, "s", True, "2026-01-31T03:04:05", "aGk=", 3, 1.5]
_FITTED = [1.0, 2, "s", True, "2026-01-31T03:04:05", "bytes b'hi'", 3, 1.5]

CASES: dict[str, Case] = {
    # the four shapes
    "split": Case("columns", _split(_DL, [1, 2]), 200, _frame(_DL, [1.0, 2])),
    "split of every type": Case("columns", _split(_ALL, _FULL), 200, _frame(_ALL, _FITTED)),
    "split with an index": Case(
        "columns",
        '{"dataframe_split": {"columns": ["d", "l"], "index": [7], "data": [[1, 2]]}}',
        200,
        _frame(_DL, [1.0, 2]),
    ),
    "split in another order": Case("columns", _split(["l", "d", "extra"], [2, 1, 9]), 200, _frame(_DL, [1.0, 2])),
    "split without columns": Case("free", _split(None, [1, "x"]), 200, _bare(["0", "1"], [1, "x"])),
    "records": Case(
        "columns",
        '{"dataframe_records": [{"d": 1, "l": 2}, {"d": 3, "l": 4, "s": "q"}]}',
        200,
        _frame(["d", "l", "s"], [1.0, 2, None], [3.0, 4, "q"]),
    ),
    "instances of records": Case(
        "columns", '{"instances": [{"d": 1, "l": 2}, {"d": 3, "l": 4}]}', 200, _frame(_DL, [1.0, 2], [3.0, 4])
    ),
    "instances by column": Case("columns", '{"instances": {"d": [1], "l": [2]}}', 200, _frame(_DL, [1.0, 2])),
    "inputs by column": Case("columns", '{"inputs": {"d": [1.5], "l": [2]}}', 200, _frame(_DL, [1.5, 2])),
    "inputs of scalars": Case("columns", '{"inputs": {"d": 1.5, "l": 2}}', 200, _frame(_DL, [1.5, 2])),
    "inputs of records": Case("columns", '{"inputs": [{"d": 1.5, "l": 2}]}', 200, _frame(_DL, [1.5, 2])),
    "inputs leave texts of bytes": Case(
        "columns",
        '{"inputs": {"d": [1.5], "l": [2], "x": ["aGk="]}}',
        200,
        _frame(["d", "l", "x"], [1.5, 2, "bytes b'aGk='"]),
    ),
    "tensor": Case("tensor", '{"inputs": [[1, 2]]}', 200, _array("float32", [1, 2], [[1.0, 2.0]])),
    "tensor of instances": Case(
        "tensor", '{"instances": [[1, 2], [3, 4]]}', 200, _array("float32", [2, 2], [[1.0, 2.0], [3.0, 4.0]])
    ),
    "tensor from a frame": Case("tensor", _split(["a", "b"], [1, 2]), 200, _array("float32", [1, 2], [[1.0, 2.0]])),
    "tensors": Case(
        "tensors",
        '{"inputs": {"a": [[1, 2]], "b": [1], "extra": [0]}}',
        200,
        {
            "kind": "dict",
            "items": {
                "a": {"kind": "array", "type": "float32", "shape": [1, 2], "values": [[1.0, 2.0]]},
                "b": {"kind": "array", "type": "int64", "shape": [1], "values": [1]},
            },
            "params": {},
        },
    ),
    "tensors of instances": Case(
        "tensors",
        '{"instances": [{"a": [1, 2], "b": 1}, {"a": [3, 4], "b": 2}]}',
        200,
        {
            "kind": "dict",
            "items": {
                "a": {"kind": "array", "type": "float32", "shape": [2, 2], "values": [[1.0, 2.0], [3.0, 4.0]]},
                "b": {"kind": "array", "type": "int64", "shape": [2], "values": [1, 2]},
            },
            "params": {},
        },
    ),
    "one unnamed column": Case("unnamed", '{"inputs": ["a", "b"]}', 200, _bare(["0"], ["a"], ["b"])),
    "one unnamed value": Case("unnamed", '{"inputs": "a"}', 200, _bare(["0"], ["a"])),
    "unnamed from a frame": Case("unnamed", _split(["q"], ["a"]), 200, _bare(["q"], ["a"])),
    "no signature, array": Case(
        "free", '{"instances": [[1, 2], [3, 4]]}', 200, _array("int64", [2, 2], [[1, 2], [3, 4]])
    ),
    "no signature, frame": Case(
        "free", _split(["a", "b"], [1, "x"], [2.5, None]), 200, _bare(["a", "b"], [1.0, "x"], [2.5, None])
    ),
    "no signature, dictionary": Case(
        "free",
        '{"inputs": {"a": [1, 2]}}',
        200,
        {
            "kind": "dict",
            "items": {"a": {"kind": "array", "type": "int64", "shape": [2], "values": [1, 2]}},
            "params": {},
        },
    ),
    "no signature, empty list": Case("free", '{"inputs": []}', 200, {"kind": "list", "value": "[]", "params": {}}),
    "no signature, ragged": Case("free", '{"inputs": [[1], [2, 3]]}', 400, (_BAD, "inhomogeneous shape")),
    # casting
    "whole floats to long": Case("columns", _split(_DL, [1, 2.0]), 200, _frame(_DL, [1.0, 2])),
    "broken floats to long": Case("columns", _split(_DL, [1, 2.5]), 400, (_BAD, "got 2.5 (float), wanted long")),
    "texts of numbers": Case("columns", _split(_DL, ["1.5", "3"]), 200, _frame(_DL, [1.5, 3])),
    "null to double": Case("columns", _split(_DL, [None, 3]), 200, _frame(_DL, [None, 3])),
    "null to long": Case("columns", _split(_DL, [1, None]), 400, (_BAD, "Failed to convert column l to type 'int64'")),
    "null to an optional integer": Case(
        "columns",
        _split(["d", "l", "i"], [1, 1, None], [1, 2, 3]),
        200,
        _frame(["d", "l", "i"], [1.0, 1, None], [1.0, 2, 3.0]),
    ),
    "null to optional columns": Case(
        "columns",
        _split(["d", "l", "s", "b", "t"], [1, 2, None, None, None]),
        200,
        _frame(["d", "l", "s", "b", "t"], [1.0, 2, None, None, None]),
    ),
    "number to string": Case("columns", _split(["d", "l", "s"], [1, 2, 5]), 400, (_BAD, "to type 'str'")),
    "number to boolean": Case(
        "columns", _split(["d", "l", "b"], [1, 2, 0]), 200, _frame(["d", "l", "b"], [1.0, 2, False])
    ),
    "text to boolean": Case("columns", _split(["d", "l", "b"], [1, 2, "false"]), 400, (_BAD, "to type 'bool'")),
    "word to double": Case(
        "columns",
        _split(_DL, ["x", 3]),
        400,
        (_BAD, "Failed to convert column d to type 'float64'. Error: 'Can not safely convert str to float64. Row 0 is"),
    ),
    "word to datetime": Case(
        "columns",
        _split(["d", "l", "t"], [1, 2, "soon"]),
        400,
        (_BAD, "Failed to convert column t to type 'datetime64[ns]'"),
    ),
    "number to datetime": Case(
        "columns",
        _split(["d", "l", "t"], [1, 2, 1_700_000_000_000_000_000]),
        200,
        _frame(["d", "l", "t"], [1.0, 2, "2023-11-14T22:13:20"]),
    ),
    "bad base64": Case("columns", _split(["d", "l", "x"], [1, 2, "!!"]), 400, (_BAD, "got '!!' (str), wanted binary")),
    "literals of Python": Case(
        "columns", '{"dataframe_split": {"columns": ["d", "l"], "data": [[NaN, 1]]}}', 200, _frame(_DL, [None, 1])
    ),
    "tensor of words": Case(
        "tensor", '{"inputs": [["a", "b"]]}', 400, (_BAD, "could not convert string to float: 'a'")
    ),
    "nested": Case(
        "nested",
        '{"inputs": [{"a": [1.5], "o": {"x": 1}}]}',
        200,
        _bare(["a", "o"], [[1.5], {"x": 1}]),
    ),
    "nested whole numbers": Case(
        "nested",
        '{"dataframe_records": [{"a": [1, 2], "o": {"x": 1, "y": "s"}}]}',
        200,
        _bare(["a", "o"], [[1.0, 2.0], {"x": 1, "y": "s"}]),
    ),
    "nested words": Case(
        "nested",
        '{"dataframe_records": [{"a": ["q"], "o": {"x": 1}}]}',
        400,
        (_BAD, "Failed to convert column a to type 'Array(double)'"),
    ),
    # no rows
    "no rows": Case("columns", '{"dataframe_split": {"columns": ["d", "l"], "data": []}}', 200, _frame(_DL)),
    "no records": Case("columns", '{"dataframe_records": []}', 400, (_INVALID, "Model is missing inputs ['d', 'l'].")),
    # what the signature refuses
    "missing column": Case("columns", _split(["d"], [1]), 400, (_INVALID, "Model is missing inputs ['l'].")),
    "columns by position": Case(
        "columns",
        _split(None, [1, 2]),
        400,
        (_INVALID, "Model is missing inputs ['d', 'l']. Note that there were extra inputs: [0, 1]."),
    ),
    "array for columns": Case(
        "columns",
        '{"inputs": [[1, 2]]}',
        400,
        (_INVALID, "Model is missing inputs ['d', 'l']. Note that there were extra inputs: [0, 1]."),
    ),
    "tensor of another shape": Case(
        "tensor",
        '{"inputs": [[1, 2, 3]]}',
        400,
        (_INVALID, "Shape of input (1, 3) does not match expected shape (-1, 2)."),
    ),
    "dictionary for a tensor": Case(
        "tensor", '{"inputs": {"a": [[1, 2]]}}', 400, (_BAD, "expects a single n-dimensional array")
    ),
    "missing tensor": Case("tensors", '{"inputs": {"a": [[1, 2]]}}', 400, (_INVALID, "Model is missing inputs ['b'].")),
    # params
    "params": Case("columns", _split(_DL, [1, 2], params={"k": 7}), 200, _frame(_DL, [1.0, 2], k=7)),
    "params of null": Case("columns", _split(_DL, [1, 2], params=None), 200, _frame(_DL, [1.0, 2])),
    "unknown params": Case("columns", _split(_DL, [1, 2], params={"zz": 1}), 200, _frame(_DL, [1.0, 2])),
    "params of another type": Case(
        "columns", _split(_DL, [1, 2], params={"k": "z"}), 400, (_INVALID, "Invalid parameters found: {('k', ")
    ),
    "params in a list": Case(
        "columns", _split(_DL, [1, 2], params=[1]), 400, (_INVALID, "Parameters must be a dictionary. Got type 'list'.")
    ),
    "other keys": Case("columns", _split(_DL, [1, 2], other=None), 200, _frame(_DL, [1.0, 2])),
    # bodies that are none
    "bad JSON": Case(
        "columns",
        "{bad",
        400,
        (_BAD, "Invalid input. Ensure that input is a valid JSON formatted string. Error: 'JSONDecodeError('"),
    ),
    "no UTF-8": Case(
        "columns", b"\xff\xfe", 400, (_BAD, "Invalid input. Ensure that input is a valid JSON formatted string.")
    ),
    "JSON list": Case("columns", "[1]", 400, (_BAD, "Received a list.")),
    "JSON number": Case("columns", "1", 400, (_BAD, "Received unexpected input type '<class 'int'>'.")),
    "no field": Case(
        "columns",
        '{"a": 1}',
        400,
        (_BAD, "Received dictionary with input fields: []. IMPORTANT: The MLflow Model scoring protocol has changed"),
    ),
    "two fields": Case(
        "columns", '{"inputs": 1, "instances": [1]}', 400, (_BAD, "Received dictionary with input fields: [")
    ),
    "old split": Case(
        "columns", '{"columns": ["d", "l"], "data": [[1, 2]]}', 400, (_BAD, "Received dictionary with input fields: []")
    ),
    "split of a list": Case(
        "columns", '{"dataframe_split": [1]}', 400, (_BAD, "Dataframe split format must be a dictionary. Got list.")
    ),
    "split without data": Case(
        "columns",
        '{"dataframe_split": {"columns": ["d"]}}',
        400,
        (_BAD, "Dataframe split format must have 'data' field"),
    ),
    "split of other width": Case(
        "columns", _split(_DL, [1]), 400, (_BAD, "2 columns passed, passed data had 1 columns")
    ),
    "records in a dictionary": Case(
        "columns",
        '{"dataframe_records": {"d": 1}}',
        400,
        (_BAD, "Dataframe records format must be a list of records. Got dictionary."),
    ),
    "records of numbers": Case(
        "columns", '{"dataframe_records": [1]}', 400, (_INVALID, "Model is missing inputs ['d', 'l'].")
    ),
    # CSV
    "CSV": Case("columns", "d,l\n1,2\n3,4\n", 200, _frame(_DL, [1.0, 2], [3.0, 4]), "text/csv"),
    "CSV with a charset": Case("columns", "d,l\n1,2\n", 200, _frame(_DL, [1.0, 2]), "text/csv; charset=UTF-8"),
    "CSV of every type": Case(
        "columns",
        "l,d,s,b,t\n1,2.5,hey,True,2026-01-31\n2,,,,\n",
        200,
        _frame(["d", "l", "s", "b", "t"], [2.5, 1, "hey", True, "2026-01-31T00:00:00"], [None, 2, None, None, None]),
        "text/csv",
    ),
    "CSV without rows": Case("columns", "d,l\n", 200, _frame(_DL), "text/csv"),
    "CSV of words": Case("columns", "d,l\nx,2\n", 400, (_BAD, "got 'x' (str), wanted double"), "text/csv"),
    "empty CSV": Case("columns", "", 400, (_BAD, "No columns to parse from file"), "text/csv"),
    "ragged CSV": Case(
        "columns", "d,l\n1,2\n4,5,6,7\n", 400, (_BAD, "Failed to parse input as a Pandas DataFrame."), "text/csv"
    ),
    "CSV without a signature": Case("free", "a,b\n1,x\n2,\n", 200, _bare(["a", "b"], [1, "x"], [2, None]), "text/csv"),
    "bad Parquet": Case(
        "columns",
        b"none",
        400,
        (_BAD, "Failed to parse input as a Pandas DataFrame."),
        "application/vnd.apache.parquet",
    ),
    # content types
    "type in capitals": Case("columns", "d,l\n1,2\n", 200, _frame(_DL, [1.0, 2]), "TEXT/CSV"),
    "other charset": Case(
        "columns", "d,l\n1,2\n", 415, "The scoring server only supports UTF-8", "text/csv; charset=latin-1"
    ),
    "other type": Case(
        "columns", "x", 415, "This predictor only supports the following content types: Types: [", "text/xml"
    ),
    "old type": Case(
        "columns",
        "{}",
        415,
        "Unrecognized content type parameters: format. IMPORTANT:",
        "application/json; format=pandas-split",
    ),
    "no type": Case("columns", "{}", 415, "The request has no Content-Type", ""),
    # the model itself
    "failing model": Case(
        "wishes",
        _split(["do"], ["fail"]),
        400,
        (
            _BAD,
            "Encountered an unexpected error while evaluating the model. Verify that the serialized input "
            "Dataframe is compatible with the model for inference. Error: ValueError: asked to fail",
        ),
    ),
}

DIFFERENCES: dict[str, str] = {
    "broken floats to long": "MLflow cuts 2.5 to 2",
    "null to an optional integer": "MLflow refuses null where the signature allows a missing value",
    "null to optional columns": "MLflow makes null False where the signature allows a missing value",
    "number to string": "MLflow leaves a number in a column of texts",
    "text to boolean": "MLflow takes any text for true, 'false' too",
    "bad base64": "MLflow decodes what is no base64 to b''",
    "nested whole numbers": "MLflow takes whole numbers for an array of doubles in some shapes only",
    "CSV of every type": "MLflow cannot read dates from CSV, nor missing values in columns of truths",
    "type in capitals": "MLflow reads names of types in lower case only; HTTP does not tell cases apart",
    "no type": "MLflow answers 500",
}
"""Names of cases in which MLflow answers otherwise, and why we do not."""
