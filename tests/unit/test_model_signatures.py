"""Signatures: what they are made of, how they are written, and what they are inferred from."""

import datetime
import importlib.util
import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any, Optional

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import scipy.sparse as sp

from headwater.models.schema.hints import infer_from_hints
from headwater.models.schema.infer import infer_params, infer_schema, infer_signature
from headwater.models.schema.signature import ModelSignature
from headwater.models.schema.types import (
    AnyType,
    Array,
    ColSpec,
    DataType,
    Map,
    Object,
    ParamSchema,
    ParamSpec,
    Property,
    Schema,
    SparkMLVector,
    TensorSpec,
    ValueType,
)
from headwater.protocol.errors import InvalidParameterValue

THING = Object([Property("x", "long", False), Property("b", Array(Object([Property("z", "string")])))])
COLUMNS: list[tuple[ColSpec, str]] = [
    (ColSpec("double", "a"), '{"type": "double", "name": "a", "required": true}'),
    (ColSpec(DataType.string, "a", required=False), '{"type": "string", "name": "a", "required": false}'),
    (ColSpec("long"), '{"type": "long", "required": true}'),
    (ColSpec("binary", 3), '{"type": "binary", "name": 3, "required": true}'),
    (ColSpec(Array("long"), "a"), '{"type": "array", "items": {"type": "long"}, "name": "a", "required": true}'),
    (
        ColSpec(THING, "o"),
        '{"type": "object", "properties": {"b": {"type": "array", "items": {"type": "object", "properties": {"z": '
        '{"type": "string", "required": true}}}, "required": true}, "x": {"type": "long", "required": false}}, '
        '"name": "o", "required": true}',
    ),
    (ColSpec(Map("string"), "m"), '{"type": "map", "values": {"type": "string"}, "name": "m", "required": true}'),
    (ColSpec(AnyType(), "q"), '{"type": "any", "name": "q", "required": true}'),
    (ColSpec(SparkMLVector(), "v"), '{"type": "sparkml_vector", "name": "v", "required": true}'),
]
LEFT_OUT = {"type": "long", "name": "a"}


@pytest.mark.parametrize(("spec", "text"), COLUMNS, ids=lambda value: str(value)[:30])
def test_a_column_is_written_as_mlflow_writes_it_and_read_back(spec: ColSpec, text: str) -> None:
    schema = Schema([spec])

    written = schema.to_json()

    assert written == f"[{text}]"
    assert Schema.from_json(written) == schema
    assert hash(Schema.from_json(written)) == hash(schema)


def test_tensors_are_written_as_mlflow_writes_them_and_read_back() -> None:
    schema = Schema([TensorSpec(np.dtype("float64"), (-1, 3), "x"), TensorSpec(np.dtype("str"), [-1], "y")])

    written = schema.to_json()

    assert written == (
        '[{"name": "x", "type": "tensor", "tensor-spec": {"dtype": "float64", "shape": [-1, 3]}}, '
        '{"name": "y", "type": "tensor", "tensor-spec": {"dtype": "str", "shape": [-1]}}]'
    )
    assert Schema.from_json(written) == schema
    assert repr(schema) == "['x': Tensor('float64', (-1, 3)), 'y': Tensor('str', (-1,))]"


def test_params_are_written_as_mlflow_writes_them_and_read_back() -> None:
    params = ParamSchema(
        [
            ParamSpec("temp", "double", 1),
            ParamSpec("stop", "string", ["a"], (-1,)),
            ParamSpec("since", "datetime", datetime.datetime(2020, 1, 2, 3)),
            ParamSpec("day", "datetime", np.datetime64("2020-01-02")),
            ParamSpec("nothing", "long", None),
            ParamSpec("box", Object([Property("x", "double")]), {"x": 1}),
        ]
    )

    written = params.to_json()

    assert written == (
        '[{"name": "temp", "default": 1.0, "shape": null, "type": "double"}, '
        '{"name": "stop", "default": ["a"], "shape": [-1], "type": "string"}, '
        '{"name": "since", "default": "2020-01-02T03:00:00", "shape": null, "type": "datetime"}, '
        '{"name": "day", "default": "2020-01-02", "shape": null, "type": "datetime"}, '
        '{"name": "nothing", "default": null, "shape": null, "type": "long"}, '
        '{"name": "box", "default": {"x": 1.0}, "shape": null, "type": "object", '
        '"properties": {"x": {"type": "double", "required": true}}}]'
    )
    assert ParamSchema.from_json(written) == params


@pytest.mark.parametrize(
    ("extra", "required"),
    [
        ({}, True),
        ({"optional": True}, False),
        ({"optional": False}, True),
        ({"required": False}, False),
        ({"required": None}, True),
        ({"required": True, "optional": True}, True),
        ({"unknown": 1}, True),
    ],
)
def test_files_of_older_versions_say_optional_or_nothing(extra: dict[str, Any], required: Any) -> None:
    schema = Schema.from_json(json.dumps([LEFT_OUT | extra]))

    assert schema == Schema([ColSpec("long", "a", required)])


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[]", "empty inputs is not allowed"),
        ("{}", "must be a JSON list"),
        ("[1]", "must be a JSON list of objects"),
        ("null", "must be a JSON list"),
        ("[", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ('[{"name": "a"}]', "Expected a type"),
        ('[{"type": "LONG"}]', "Unsupported type 'LONG'"),
        ('[{"type": "array"}]', "Missing key 'items'"),
        ('[{"type": "array", "items": "long"}]', "Expected a type"),
        ('[{"type": "object", "properties": []}]', "Expected properties to be a dictionary"),
        ('[{"type": "object", "properties": {}}]', "empty properties"),
        ('[{"type": "tensor"}]', "Missing 'tensor-spec'"),
        ('[{"type": "tensor", "tensor-spec": {"dtype": "zz", "shape": [1]}}]', "NumPy knows no type 'zz'"),
        ('[{"type": "tensor", "tensor-spec": {"dtype": "int8", "shape": "x"}}]', "shape of a tensor is 'x'"),
        ('[{"type": "tensor", "tensor-spec": {"dtype": {"a": 1}, "shape": [1]}}]', "NumPy knows no type"),
        ('[{"type": "tensor", "tensor-spec": {"dtype": "U5", "shape": [1]}}]', "has a size"),
        ('[{"type": "long", "name": []}]', "name of a column or tensor is '[]'"),
        ('[{"type": ' + '{"type": "array", "items": ' * 100 + '"long"' + "}" * 101 + "]", "Expected a type"),
    ],
)
def test_text_that_describes_no_schema_is_refused(text: str, problem: str) -> None:
    with pytest.raises(InvalidParameterValue) as caught:
        Schema.from_json(text)

    assert problem in caught.value.message


def test_types_may_not_be_nested_without_end() -> None:
    spec: dict[str, Any] = {"type": "long"}
    for _ in range(100):
        spec = {"type": "array", "items": spec}

    with pytest.raises(InvalidParameterValue, match="more than 64 levels"):
        Schema.from_json(json.dumps([spec]))


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (
            lambda: Schema([ColSpec("long", "a"), TensorSpec(np.dtype("f8"), (-1,), "b")]),
            "has both ColSpecs and",
        ),
        (lambda: Schema([ColSpec("long", "a"), ColSpec("long")]), "named and unnamed inputs"),
        (lambda: Schema([ColSpec("long", "a"), ColSpec("long", "a")]), "share the name 'a'"),
        (lambda: Schema([ColSpec("long", required=False)]), "unnamed input of a Schema is optional"),
        (lambda: Schema([TensorSpec(np.dtype("f8"), (1,)), TensorSpec(np.dtype("f8"), (1,))]), "several unnamed"),
        (lambda: Schema([1]), "must be ColSpecs"),  # type: ignore[list-item]
        (lambda: ColSpec("lon", "a"), "Unsupported type 'lon'"),
        (lambda: ColSpec(3, "a"), "Unsupported type '3'"),  # type: ignore[arg-type]
        (lambda: TensorSpec("f8", (1,)), "Give a NumPy dtype"),  # type: ignore[arg-type]
        (lambda: TensorSpec(np.dtype("U3"), (1,)), "has a size"),
        (lambda: Object([Property("a", "long"), Property("a", "long")]), "duplicated property names: `a`"),
        (lambda: Property(1, "long"), "Expected name to be a string"),  # type: ignore[arg-type]
        (lambda: ParamSpec("p", "binary", b"x"), "Binary type is not supported"),
        (lambda: ParamSpec("p", Map("long"), {}), "Use a plain type or an Object"),  # type: ignore[arg-type]
        (lambda: ParamSpec("p", "long", "x"), "Can not safely convert `<class 'str'>` to `DataType.long`"),
        (lambda: ParamSpec("p", "long", 1.5), "Can not safely convert"),
        (lambda: ParamSpec("p", "long", [1], (2,)), "Use None for one value"),
        (lambda: ParamSpec("p", "long", 1, (-1,)), "Value must be a 1D array with shape (-1,)"),
        (lambda: ParamSpec("p", "long", [1]), "Value must be a scalar"),
        (lambda: ParamSchema([ParamSpec("p", "long", 1), ParamSpec("p", "long", 1)]), "Duplicated parameters"),
        (lambda: ParamSchema([1]), "made of ParamSpecs"),  # type: ignore[list-item]
        (lambda: ParamSchema.from_json('[{"name": "a"}]'), "Missing keys in the JSON of a param"),
        (lambda: ModelSignature(), "At least one of inputs, outputs or params must be provided"),
        (lambda: ModelSignature([1]), "Give a Schema or None"),  # type: ignore[arg-type]
        (lambda: ModelSignature.from_dict({"inputs": 5}), "is not JSON"),
    ],
)
def test_what_no_data_could_match_is_refused(make: Callable[[], object], problem: str) -> None:
    with pytest.raises(InvalidParameterValue) as caught:
        make()

    assert problem in caught.value.message


def test_a_signature_goes_into_a_model_file_and_comes_back() -> None:
    signature = infer_signature(pd.DataFrame({"a": [1.5]}), np.zeros((2, 3), "float32"), {"k": 3})

    texts = signature.to_dict()

    assert texts == {
        "inputs": '[{"type": "double", "name": "a", "required": true}]',
        "outputs": '[{"type": "tensor", "tensor-spec": {"dtype": "float32", "shape": [-1, 3]}}]',
        "params": '[{"name": "k", "default": 3, "shape": null, "type": "long"}]',
    }
    assert ModelSignature.from_dict(texts) == signature
    assert "'a': double (required)" in repr(signature)


def test_a_schema_tells_its_parts() -> None:
    schema = Schema([ColSpec("long", "a"), ColSpec("string", "b", required=False)])

    assert schema.input_names() == ["a", "b"]
    assert schema.required_input_names() == ["a"]
    assert schema.optional_input_names() == ["b"]
    assert schema.input_types() == [DataType.long, DataType.string]
    assert schema.input_types_dict() == {"a": DataType.long, "b": DataType.string}
    assert schema.numpy_types() == [np.dtype("int64"), np.dtype("str")]
    assert schema.pandas_types() == [np.dtype("int64"), object]
    assert not schema.is_tensor_spec()
    assert Schema([ColSpec("long"), ColSpec("long")]).input_names() == [0, 1]
    with pytest.raises(InvalidParameterValue, match="have no names"):
        Schema([ColSpec("long")]).input_dict()
    with pytest.raises(InvalidParameterValue, match="not DataType"):
        Schema([ColSpec(AnyType(), "a")]).numpy_types()


@pytest.mark.parametrize(
    ("dtype", "values", "expected"),
    [
        (pl.Int8, [1], "integer"),
        (pl.UInt32, [1], "long"),
        (pl.Float32, [1.5], "float"),
        (pl.String, ["a"], "string"),
        (pl.Boolean, [True], "boolean"),
        (pl.Binary, [b"a"], "binary"),
        (pl.Datetime, [datetime.datetime(2020, 1, 1)], "datetime"),
        (pl.Categorical, ["a"], "string"),
        (pl.List(pl.Int64), [[1]], "Array(long)"),
        (pl.Struct({"x": pl.Int64}), [{"x": 1}], "{x: long (required)}"),
        (pl.Duration, [datetime.timedelta(1)], "Any"),
    ],
)
def test_frames_of_polars_have_signatures(dtype: Any, values: list[Any], expected: str) -> None:
    complete = pl.DataFrame({"a": pl.Series(values, dtype=dtype)})
    gaps = pl.DataFrame({"a": pl.Series([*values, None], dtype=dtype)})

    schemas = [infer_schema(complete), infer_schema(complete.lazy()), infer_schema(gaps)]

    assert list(map(repr, schemas)) == [f"['a': {expected} (required)]"] * 2 + [f"['a': {expected} (optional)]"]


def test_tables_of_arrow_have_signatures() -> None:
    table = pa.table({"a": pa.array([1, None], pa.int32()), "b": ["x", "y"], "c": pa.array([[1.5], []])})

    schema = infer_schema(table)

    assert repr(schema) == "['a': integer (optional), 'b': string (required), 'c': Array(double) (required)]"
    assert infer_schema(table.to_batches()[0]) == schema


def test_sparse_matrices_and_series_have_signatures() -> None:
    matrix = np.eye(3, dtype="float32")

    assert infer_schema(sp.csr_matrix(matrix)) == Schema([TensorSpec(np.dtype("float32"), (-1, 3))])
    assert infer_schema(sp.coo_array(matrix)) == Schema([TensorSpec(np.dtype("float32"), (-1, 3))])
    assert repr(infer_schema(pl.Series("s", [1, None]))) == "['s': long (optional)]"
    assert repr(infer_schema(pd.Series([1, 2], name="s"))) == "['s': long (required)]"
    assert repr(infer_schema(pd.Series([1, None]))) == "[double (required)]"


class _FrameworkDtype:
    def __init__(self, name: str) -> None:
        self.name = name

    def __str__(self) -> str:
        return f"torch.{self.name}"


@pytest.mark.parametrize(("name", "expected"), [("float32", "float32"), ("bfloat16", "float32"), ("bool", "bool")])
def test_tensors_are_known_by_their_module_and_looked_at_only(name: str, expected: str) -> None:
    kind = type("Tensor", (), {"__module__": "torch", "shape": (4, 2, 5), "dtype": _FrameworkDtype(name)})

    schema = infer_schema({"x": kind()})

    assert schema == Schema([TensorSpec(np.dtype(expected), (-1, 2, 5), "x")])


def test_inference_imports_no_framework_and_pandas_only_if_it_is_there() -> None:
    code = (
        "import sys; from headwater.models.schema.infer import infer_signature\n"
        "import headwater.models.schema.enforce\n"
        "infer_signature({'a': 1, 'b': [1.5]}, [2]); print(*sys.modules)"
    )

    modules = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()

    assert not {"pandas", "polars", "pyarrow", "torch", "scipy", "pydantic"} & set(modules)


def test_columns_that_share_a_name_are_refused() -> None:
    frame = pd.DataFrame([[1, 2]], columns=["a", "a"])

    with pytest.raises(InvalidParameterValue, match="Several columns are named 'a'"):
        infer_signature(frame)


def test_a_column_without_a_type_is_any_and_warned_of(caplog: pytest.LogCaptureFixture) -> None:
    frame = pd.DataFrame({"ok": [1], "odd": [1 + 2j]})

    schema = infer_schema(frame)

    assert repr(schema) == "['ok': long (required), 'odd': Any (required)]"
    assert "column 'odd'" in caplog.text


def test_records_keep_the_order_of_their_keys() -> None:
    schema = infer_schema([{"b": 1, "a": "x"}, {"c": 1.5, "b": None}])

    assert repr(schema) == "['b': long (optional), 'a': string (optional), 'c': double (optional)]"


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (None, "got NoneType"),
        ((1, 2), "got tuple"),
        ([[1]], "got 2D array"),
        (b"x", "Binary type is not supported"),
        ({}, "an empty dictionary has no type"),
        (1 + 2j, "no type covers"),
        ([{"x": 1}], "cannot have the type"),
    ],
)
def test_a_param_without_a_type_is_refused(value: Any, problem: str) -> None:
    with pytest.raises(InvalidParameterValue) as caught:
        infer_params({"p": value})

    assert caught.value.message.startswith("Failed to infer schema for parameters: [('p'")
    assert problem in caught.value.message


def test_params_that_are_no_dictionary_are_refused() -> None:
    with pytest.raises(InvalidParameterValue, match="Expected parameters to be dict, got str"):
        infer_params("x")


HINTED: list[tuple[Any, ValueType]] = [
    (list[int], DataType.long),
    (list[str], DataType.string),
    (list[bytes], DataType.binary),
    (list[datetime.datetime], DataType.datetime),
    (list[Any], AnyType()),
    (list[dict[str, list[float]]], Map(Array("double"))),
    (list[list[bool]], Array(Array("boolean").dtype)),
    (list[int | str], AnyType()),
]


@pytest.mark.parametrize(("hint", "expected"), HINTED, ids=str)
def test_hints_tell_signatures(hint: Any, expected: ValueType) -> None:
    def predict(self: Any, context: Any, model_input: Any, params: Any = None) -> Any: ...

    predict.__annotations__ = {"model_input": hint, "return": list[float]}

    signature = infer_from_hints(predict)

    assert signature == ModelSignature(Schema([ColSpec(expected)]), Schema([ColSpec("double")]))


@pytest.mark.parametrize(
    "hint",
    [str, dict[str, int], pd.DataFrame, np.ndarray, pl.DataFrame, Optional[list[str]], list[set[int]], None],  # noqa: UP045
)
def test_hints_of_whole_data_tell_no_signature(hint: Any) -> None:
    def predict(model_input: Any) -> None: ...

    predict.__annotations__ = {"model_input": hint}

    assert infer_from_hints(predict) is None


@pytest.mark.parametrize(
    ("hint", "problem"),
    [
        (list, "doesn't contain a collection element type"),
        (list[dict], "must include a valid element type"),  # type: ignore[type-arg]
        (list[dict[int, str]], "Dictionary key type must be str"),
        (list[int | None], "cannot be Optional"),
    ],
)
def test_hints_without_the_type_of_items_are_refused(hint: Any, problem: str) -> None:
    def predict(model_input: Any) -> None: ...

    predict.__annotations__ = {"model_input": hint}

    with pytest.raises(InvalidParameterValue) as caught:
        infer_from_hints(predict)

    assert problem in caught.value.message


def test_hints_that_name_nothing_known_are_no_error(caplog: pytest.LogCaptureFixture) -> None:
    def predict(rows: "list[Nowhere]") -> None: ...  # type: ignore[name-defined]  # noqa: F821

    assert infer_from_hints(predict) is None
    assert "Nowhere" in caplog.text
    assert infer_from_hints(lambda: None) is None


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="PyTorch is not here")
def test_tensors_of_torch_have_signatures() -> None:
    import torch

    assert infer_schema(torch.zeros(3, 2)) == Schema([TensorSpec(np.dtype("float32"), (-1, 2))])


@pytest.mark.parametrize(
    ("value", "kinds"),
    [
        (True, "boolean"),
        (np.bool_(1), "boolean"),
        (1, "integer long"),
        (np.int32(1), "integer"),
        (np.int64(1), "long"),
        (1.0, "float double"),
        (np.float32(1), "float"),
        ("a", "string"),
        (b"a", "binary"),
        (bytearray(b"a"), "binary"),
        (datetime.datetime(2026, 1, 1), "datetime"),
        (np.datetime64("2026-01-01"), "datetime"),
        (pd.Timestamp("2026-01-01"), "datetime"),
        (None, ""),
        ([1], ""),
    ],
)
def test_types_tell_which_values_are_theirs(value: object, kinds: str) -> None:
    found = [kind.name for kind in DataType.all_types() if getattr(DataType, f"is_{kind.name}")(value)]

    assert found == kinds.split()
    assert DataType.double.to_python() is float
