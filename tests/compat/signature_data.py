"""What signatures are inferred from, and what they are enforced on, beside MLflow."""

import datetime
import decimal
from collections.abc import Iterator
from typing import Any, Optional, Union

import numpy as np
import pandas as pd
import pydantic
import scipy.sparse as sp

from headwater.models.schema.types import (
    AnyType,
    Array,
    ColSpec,
    Map,
    Object,
    Property,
    Schema,
    SparkMLVector,
    TensorSpec,
)

NOW = datetime.datetime(2020, 1, 2, 3, 4, 5)


class Message(pydantic.BaseModel):
    """What a chat model might take."""

    role: str
    content: str | None = None
    count: int = 3
    tags: list[str]
    meta: dict[str, int]
    when: datetime.datetime
    whatever: Any
    either: Union[int, str]  # noqa: UP007  # both spellings are read
    old: Optional[int] = None  # noqa: UP045  # as above


class WithSet(pydantic.BaseModel):
    """What no signature describes."""

    items: set[int]


INFERRED: list[Any] = [
    *(1, 1.5, "a", b"a", bytearray(b"a"), True, NOW, NOW.date(), np.int32(1), np.float32(2), np.str_("a"), np.bool_(1)),
    *(np.datetime64("2020-01-01"), np.uint8(1), np.uint64(1), np.float16(1), decimal.Decimal(1), 1 + 2j, pd.NaT),
    *([], {}, [1], [1, "a"], [1, None], [None], [[1], [2]], [[1], []], [[1], ["a"]], [[]], [True, 1], [1, 1.5]),
    *([{"a": 1}, {"a": 2, "b": "x"}], [{}], [{"b": 1, "a": "x"}], {"b": 1, "a": [1, 2]}, {"a": {"b": 1}}, {"a": None}),
    *({"a": [{"b": 1}, {"b": 2, "c": 1}]}, {1: 2}, (1, 2), {1, 2}, range(3), [float("nan"), 1], {"a": float("nan")}),
    *([NOW], ["a", b"b"], [{"a": [1]}, {"a": []}], [{"a": {}}], [{"a": 1}, {"a": "x"}], [{"a": 1}, None], [[[1]]]),
    *({"a": [1, "x"]}, {"a": (1, 2)}, {"a": [None]}, {"a": []}, {"a": [[]]}, [{"a": None}, {"a": 1}], [[1, None]]),
    *([{"a": 1}, {"b": 1}], [np.int64(1)], [np.float32(1), np.float32(2)], [np.array([1, 2])], np.array(3)),
    *(np.array([1]), np.zeros((2, 3), "f4"), np.array(["ab"]), np.array([b"a"]), np.array([b"a"], object)),
    *(np.array(["2020"], "M8[D]"), np.array([True]), np.array([1], "u8"), np.array([1], "f2"), np.zeros((0, 4, 5))),
    *({"a": np.array([1.0]), "b": np.array([[1, 2]])}, {1: np.array([2])}, {"a": np.array([1]), "b": 1}),
    *(sp.csr_matrix(np.eye(3)), sp.csc_matrix(np.eye(3)), sp.coo_matrix(np.eye(3)), sp.csr_array(np.eye(3))),
    *(pd.Series([1, 2]), pd.Series([1, 2], name="x"), pd.Series([1, None], name="x"), pd.Series([1, 2], name=3)),
    *(pd.Series([1, None]), pd.Series([[1], [2]]), pd.Series(["a", None]), pd.Index([1])),
    *(pd.DataFrame(), pd.DataFrame(columns=["a"]), pd.DataFrame({1: [1], "b": [2]}), pd.DataFrame([[1, 2]])),
    pd.DataFrame([[1, 2]], columns=["a", "a"]),
    {"messages": [{"role": "user", "content": "hi"}]},
    Message(role="user", tags=["x"], meta={"n": 1}, when=NOW, whatever=1, either=2),
]
OBJECTS: list[list[Any]] = [
    *([1, None], [1, 2.5], [None, None], ["a", None], [True, None], [True, False], [b"a", b"b"], [[1], [2]], [1, "a"]),
    *([[1.5], [2]], [["a"], None], [{"y": 1, "x": "s"}, {"x": "t", "z": 1.5}], [{"x": 1}, None], [[], [1]], [[], []]),
    *([{"x": None}, {"x": 2}], [{"x": {"y": 1}}, {"x": {"y": 2, "z": [1]}}], [NOW.date()], [NOW], [(1, 2)], [{}]),
    *([decimal.Decimal(1)], [np.array([1, 2])], [np.array([[1.5, 2]])], [[{"x": 1}], [{"x": 2, "y": 1}]], [[None, 1]]),
]
DTYPES = (
    *("int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float16", "float32", "float64"),
    *("bool", "Int64", "UInt8", "Float32", "boolean", "string", "object", "complex64", "category", "str"),
    *("timedelta64[ns]", "datetime64[ns]", "datetime64[s]"),
)
PARAMS: list[Any] = [
    *({"a": 1}, {"a": 1.5}, {"a": "x"}, {"a": True}, {"a": None}, {"a": [1, 2]}, {"a": []}, {"a": ["x"]}),
    *({"a": {"x": 1}}, {"a": np.array([1, 2])}, {"a": np.array([[1]])}, {"a": [[1]]}, {"a": NOW}, {"a": [1, "x"]}),
    *({"a": np.float32(1)}, {"a": b"x"}, {"a": (1, 2)}, {"a": [None]}, {"a": [1, 2.5]}, {"a": {"x": {"y": [1]}}}),
    *({"a": [{"x": 1}]}, {"a": np.datetime64("2020-01-02")}, {1: 2}, {}, "x", {"a": {}}, {"a": np.int32(1)}),
    *({"a": [True]}, {"a": [NOW]}, {"a": 1, "b": "x", "c": [1.5]}, {"a": NOW.date()}),
]
HINTS: list[Any] = [
    *(list[int], list[str], list[bool], list[float], list[bytes], list[datetime.datetime], list[Any], list[Message]),
    *(list[dict[str, int]], list[dict[str, list[str]]], list[dict[str, Any]], list[list[int]], list[int | str]),
    *(list[int | None], list, dict, dict[str, int], str, pd.DataFrame, np.ndarray, pd.Series, list[set[int]], set[int]),
    *(list[tuple[int]], Any, list[dict], list[list], list[dict[int, str]], list[str] | None, list[WithSet]),  # type: ignore[type-arg]  # without on purpose
    *(list[object], list[complex], None, list[Optional[int]], list[Union[int, str, None]]),  # noqa: UP007, UP045  # both spellings
]


COLUMNS: dict[str, Any] = {
    **{d: np.array([5], d) for d in ("i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8")},
    "zero and one": np.array([0, 1]),
    "2**53+1": np.array([2**53 + 1]),
    "negative": np.array([-1]),
    "bool": np.array([True]),
    "nan": np.array([1, np.nan]),
    "inf": np.array([np.inf]),
    "complex": np.array([1 + 2j]),
    "moment": np.array(["2020-01-01"], "M8[ns]"),
    "second": np.array(["2020-01-01"], "M8[s]"),
    "NaT": pd.Series([pd.NaT, pd.Timestamp("2020")]),
    "zone": pd.Series(pd.date_range("2020", "2021", periods=1, tz="UTC")),
    "timedelta": pd.Series([pd.Timedelta(1)]),
    "no floats": pd.Series([], dtype=float),
    **{
        f"objects {values!r}": pd.Series(values, dtype=object)
        for values in (
            *(
                [5],
                [5.5],
                [True],
                [1, None],
                [None, None],
                ["5"],
                ["a", None],
                [b"a"],
                [NOW.date()],
                [1, "a"],
                [1, 2.5],
            ),
            *([decimal.Decimal("1.5")], [[1, 2]], ["2020-01-01T01:02:03"], ["nope"], [2**70], [1.5, None], []),
        )
    },
    "str": pd.Series(["a", "b"]),
    "string": pd.Series(["a", None], dtype="string"),
    "category": pd.Series(["a", "b"], dtype="category"),
    "number category": pd.Series([1, 2], dtype="category"),
    "Int64": pd.Series([5], dtype="Int64"),
    "Int64 missing": pd.Series([1, None], dtype="Int64"),
    "Float64": pd.Series([5.5, None], dtype="Float64"),
    "boolean": pd.Series([True], dtype="boolean"),
    "boolean missing": pd.Series([True, None], dtype="boolean"),
}


PLAIN = ("boolean", "integer", "long", "float", "double", "string", "binary", "datetime")


def schema(*specs: ColSpec | TensorSpec) -> str:
    """Return the JSON of these columns or tensors."""
    return Schema(list(specs)).to_json()


def column(kind: Any, name: str | int | None = "a", *, required: bool = True) -> ColSpec:
    """Return the spec of one column."""
    return ColSpec(kind, name, required)


def tensor(dtype: str, shape: tuple[int, ...], name: str | None = None) -> TensorSpec:
    """Return the spec of one tensor."""
    return TensorSpec(np.dtype(dtype), shape, name)


def structures() -> Iterator[tuple[str, str, Any]]:
    """Yield a name, a schema and data, for whatever is no plain column of a frame."""
    frame, array = pd.DataFrame, np.array
    two, maybe = (
        schema(column("double"), column("long", "b")),
        schema(column("double"), column("long", "b", required=False)),
    )
    for name, given in {
        "reordered": frame({"b": [1], "c": [0], "a": [1.0]}),
        "missing": frame({"a": [1.0]}),
        "missing and extra": frame({"a": [1.0], "z": [1]}),
        "dict of values": {"a": 1.0, "b": 2},
        "dict of lists": {"a": [1.0, 2.0], "b": [2, 3]},
        "dict of both": {"a": [1.0, 2.0], "b": 2},
        "dict of arrays": {"a": array([1.0]), "b": array([2])},
        "dict of matrices": {"a": array([[1.0]]), "b": array([[2]])},
        "records": [{"a": 1.0, "b": 2}],
        "records with gaps": [{"a": 1.0}, {"b": 2}],
        "array": array([[1.0, 2.0]]),
        "rows": [[1.0, 2]],
        "list": [1.0, 2],
        "value": 1.0,
        "None": None,
        "text": "x",
        "sparse": sp.csr_matrix(np.eye(2)),
        "index": frame({"a": [1.5], "b": [1]}, index=["r"]),
    }.items():
        yield f"two: {name}", two, given
    yield "optional: absent", maybe, frame({"a": [1.0]})
    yield "optional: in some records", maybe, [{"a": 1.5}, {"a": 2.5, "b": 2}]
    yield "names are numbers", schema(column("long", 0), column("long", 1)), array([[1, 2]])
    yield "names are digits", schema(column("long", "0"), column("long", "1")), array([[1, 2]])
    yield "series of its name", schema(column("long")), pd.Series([1, 2], name="a")
    yield "series of another name", schema(column("long")), pd.Series([1, 2], name="z")
    yield "one column twice", schema(column("long")), frame([[1, 2]], columns=["a", "a"])
    yield "list for a name", schema(column("long")), [1, 2]
    only = schema(column("long", None))
    for name, given in {
        "list": [1, 2],
        "value": 1,
        "frame": frame({"q": [1]}),
        "wide frame": frame({"q": [1], "r": [2]}),
        "series": pd.Series([1]),
        "array": array([1, 2]),
        "matrix": array([[1], [2]]),
        "wide matrix": array([[1, 2]]),
        "text": ["x"],
        "dict": {"a": 1},
        "None": None,
        "nothing": [],
        "gap": [1, None],
    }.items():
        yield f"unnamed: {name}", only, given
    yield "unnamed text", schema(column("string", None)), "x"
    yield "unnamed texts", schema(column("string", None)), ["x", "y"]
    yield "unnamed bytes", schema(column("binary", None)), b"x"
    yield "unnamed zero and one", schema(column("double", None)), [0, 1]
    yield "unnamed any", schema(column(AnyType(), None)), 3
    pair = schema(column("long", None), column("long", None))
    yield "unnamed pair: frame", pair, frame([[1, 2]])
    yield "unnamed pair: narrow", pair, frame([[1]])
    yield "unnamed pair: wide", pair, frame([[1, 2, 3]])
    yield "unnamed pair: rows", pair, [[1, 2]]
    yield "unnamed pair: array", pair, array([[1, 2]])
    yield from nested()
    yield from tensors()


def nested() -> Iterator[tuple[str, str, Any]]:
    """Yield the cases of lists and dictionaries in columns."""
    longs, texts = Array("long"), Array("string")
    thing = Object([Property("x", "long"), Property("y", "string", required=False)])
    rows: list[tuple[Any, list[list[Any]]]] = [
        (
            longs,
            [[[1, 2], [3]], [np.array([1, 2])], [[1, "x"]], [[1.5]], [[1, None]], [[1], None], [1], [(1, 2)], [[]]],
        ),
        (Array("double"), [[[1]], [[1.0, 1]], [[1.5, None]], [np.array([1.5], "f4")]]),
        (texts, [["abc"], [["a", "b"]], [["a", None]], [["a", 1]]]),
        (Array("float"), [[[1.5]], [np.array([1.5], "f4")]]),
        (Array("integer"), [[[1]], [np.array([1], "i4")]]),
        (Array("boolean"), [[[True, 1]], [[True, False]]]),
        (Array(longs), [[np.array([[1, 2]])], [[[1], [2, 3]]], [[[1], ["x"]]]]),
        (Array(AnyType()), [[[1, "x", None]]]),
        (thing, [[{"x": 1}], [{"x": 1, "y": "s"}], [{"y": "s"}], [{"x": 1, "z": 1}], [{"x": "s"}], [{"x": None}], [1]]),
        (thing, [[None], [{"x": 1, "y": None}]]),
        (Object([Property("x", "double")]), [[{"x": 1}]]),
        (Map("long"), [[{"x": 1, "y": 2}], [{"x": "q"}], [{1: 1}], [1], [{"x": None}], [None], [{}]]),
        (AnyType(), [[None, 1], ["x"], [{"x": 1}]]),
        (SparkMLVector(), [[[1.0]]]),
    ]
    for type_, cells in rows:
        for values in cells:
            yield f"{type_}: {values}", schema(column(type_)), pd.DataFrame({"a": pd.Series(values, dtype=object)})
    yield "optional array: None", schema(column(longs, required=False)), pd.DataFrame({"a": [[1], None]})
    yield "array: dict of a list", schema(column(longs)), {"a": [1, 2]}
    yield "array: dict of lists", schema(column(longs)), {"a": [[1, 2], [3]]}
    yield "array and value: dict", schema(column(longs), column("long", "b")), {"a": [1, 2], "b": 3}
    yield "object: dict of a dict", schema(column(thing)), {"a": {"x": 1}}
    yield "object: dict of a list", schema(column(thing)), {"a": [{"x": 1}]}
    yield "text: dict of a list", schema(column("string")), {"a": ["x"]}
    yield "any absent", schema(column(AnyType())), pd.DataFrame({"z": [1]})


def tensors() -> Iterator[tuple[str, str, Any]]:
    """Yield the cases of tensors."""
    array, frame = np.zeros((3, 2), "f4"), pd.DataFrame
    one = schema(tensor("f4", (-1, 2)))
    for name, given in {
        "array": array,
        "wide type": np.zeros((3, 2)),
        "wide": np.zeros((3, 3), "f4"),
        "flat": np.zeros(3, "f4"),
        "none": np.array(1, "f4"),
        "whole": np.zeros((3, 2), "i4"),
        "list": [[1.0, 2.0]],
        "frame": frame(array),
        "frame of wide type": frame(np.zeros((3, 2))),
        "wide frame": frame(np.zeros((3, 3), "f4")),
        "csr": sp.csr_matrix(array),
        "csc": sp.csc_matrix(array),
        "csr of wide type": sp.csr_matrix(np.zeros((3, 2))),
        "csr of wide shape": sp.csr_matrix(np.zeros((3, 3), "f4")),
        "coo": sp.coo_matrix(array),
        "dict": {"x": array},
        "None": None,
        "value": 1.0,
        "text": "a",
        "mixed frame": frame({"a": [True], "b": [1.0]}),
    }.items():
        yield f"tensor: {name}", one, given
    both = schema(tensor("f4", (-1, 2), "x"), tensor("i8", (-1,), "y"))
    whole = np.zeros(3, "i8")
    for name, given in {
        "dict": {"x": array, "y": whole},
        "extra": {"x": array, "y": whole, "z": whole},
        "missing": {"x": array},
        "missing and extra": {"x": array, "q": whole},
        "wrong type": {"x": array, "y": np.zeros(3)},
        "lists": {"x": [[1.0, 2.0]], "y": [1]},
        "array": array,
        "frame": frame({"x": [[1.0, 2.0]], "y": [1]}),
    }.items():
        yield f"tensors: {name}", both, given
    yield (
        "tensors: plain frame",
        schema(tensor("f8", (-1,), "x"), tensor("i8", (-1,), "y")),
        frame({"x": [1.5], "y": [1]}),
    )
    yield "tensors: frame of columns", schema(tensor("f8", (-1, 1), "x")), frame({"x": [1.5, 2.5]})
    yield "one named tensor: array", schema(tensor("f4", (-1, 2), "x")), array
    yield "text tensor", schema(tensor("str", (-1,))), np.array(["abc"])
    yield "bytes tensor", schema(tensor("bytes", (-1,))), np.array([b"x"])
    yield "object tensor", schema(tensor("O", (-1,))), np.array(["x"], object)
    yield "object tensor: text", schema(tensor("O", (-1,))), np.array(["x"])
    yield "moment tensor", schema(tensor("M8[ns]", (-1,))), np.array(["2020"], "M8[D]")
    yield "fixed tensor", schema(tensor("f4", (3, 2))), array
    yield "fixed tensor: longer", schema(tensor("f4", (4, 2))), array
    yield "tensor: frame of lists", schema(tensor("f8", (-1, 2))), frame({"a": [[1.0, 2.0], [3.0, 4.0]]})


SPECS = [
    *({"name": "i", "type": "integer", "default": 1}, {"name": "l", "type": "long", "default": 2}),
    *({"name": "d", "type": "double", "default": 0.5}, {"name": "f", "type": "float", "default": 0.5}),
    *({"name": "s", "type": "string", "default": "x"}, {"name": "b", "type": "boolean", "default": True}),
    *({"name": "t", "type": "datetime", "default": "2020-01-01"}, {"name": "n", "type": "string", "default": None}),
    {"name": "ll", "type": "long", "default": [1], "shape": [-1]},
    {"name": "ds", "type": "double", "default": [1.0], "shape": [-1]},
    {
        "name": "o",
        "type": "object",
        "default": {"x": 1},
        "properties": {"x": {"type": "long", "required": True}, "y": {"type": "double", "required": False}},
    },
]
GIVEN: list[Any] = [
    *(None, {}, "x", [1], {"zz": 1}, {"d": 1}, {"d": np.float32(1)}, {"d": np.int64(3)}, {"d": "1"}, {"d": True}),
    *({"i": 1.0}, {"i": 2**40}, {"i": True}, {"i": np.int64(3)}, {"l": np.int32(3)}, {"l": "3"}, {"l": 3.0}),
    *({"f": 1}, {"s": 1}, {"s": None}, {"s": np.str_("q")}, {"b": 1}, {"b": "true"}, {"b": np.bool_(0)}),
    *({"t": "2020-02-03"}, {"t": NOW}, {"t": NOW.date()}, {"t": np.datetime64("2020-01-01T01")}, {"t": "nope"}),
    *({"t": pd.Timestamp("2020")}, {"t": 5}, {"ll": 1}, {"ll": [1, 2]}, {"ll": []}, {"ll": [1.5]}, {"ll": (1, 2)}),
    *({"ll": np.array([1, 2])}, {"ll": [[1]]}, {"ll": [None]}, {"ll": None}, {"ds": [1, 2]}, {"ds": np.array([1])}),
    *({"l": [1]}, {"o": {"x": 2}}, {"o": {"y": 1.0}}, {"o": {"x": 2, "y": 1}}, {"o": {"x": "s"}}, {"o": None}),
    *({"o": {"x": 1, "z": 3}}, {"o": 5}, {"n": "q"}, {"n": None}, {"d": None}, {"d": float("nan")}, {1: 2}),
    *({"l": np.array(3)}, {"l": pd.NA}, {"d": np.array([1.0])}, {"d": decimal.Decimal("1.5")}, {"i": "x", "l": "y"}),
]
JSON_VALUES: list[list[Any]] = [
    *([1], [1.0], [1.5], [True], [None], [1, None], ["5"], ["x"], ["2020-01-01"], ["2020-01-01T00:00:00Z"]),
    *(["eA=="], [2**40], [2**53 + 1], [2**70], [[1]], [{"x": 1}], ["01/02/2020"]),
]
EXAMPLES: list[Any] = [
    pd.DataFrame({"a": [1.0, 2.0], "b": [1, 2]}),
    pd.DataFrame({"a": [1.5], "t": pd.to_datetime(["2020-01-01"]), "s": ["ü"]}),
    pd.DataFrame([[1, 2]]),
    pd.DataFrame({"a": [[1, 2]], "o": [{"x": 1}]}),
    np.array([[1, 2]]),
    np.array([1.5, np.nan]),
    {"a": np.array([1]), "b": np.array([[1.0]])},
    sp.csr_matrix(np.eye(2)),
    sp.csc_matrix(np.eye(2)),
    {"a": 1, "b": [1, 2]},
    {"messages": [{"role": "user", "content": "x"}]},
    *({"prompt": "x", "q": 1}, {"input": "x"}, [1, 2], [{"a": 1}], "x", 1, NOW, {}, []),
    (pd.DataFrame({"a": [1]}), {"p": 1}),
    (np.array([1]), {"p": [1, 2]}),
    ({"messages": [{"role": "user", "content": "x"}]}, {"p": 1}),
]
