"""Where Headwater means to infer or enforce a signature otherwise than MLflow, by the names of the compared cases.

A case `data -> type` is a column of a frame, or of JSON, under the schema of one column; `type?` is an optional one. A
type without the mark stands for both.
"""

import json
from collections.abc import Iterator
from typing import Any

_NAMED_ANY = {
    "infer dict {'a': [1, 'x']}": "a",
    "infer dict {'a': (1, 2)}": "a",
    "frame uint64": "t",
    "frame complex64": "t",
    "frame timedelta64[ns]": "t",
    "frame of [1, 'a']": "a",
    "frame of [[1.5], [2]]": "a",
    "frame of [(1, 2)]": "a",
    "frame of [Decimal('1')]": "a",
}
"""One column without a type is `any`; it does not make the whole schema `any`."""

_EYE = {"type": "tensor", "tensor-spec": {"dtype": "float64", "shape": [-1, 3]}}
_INFERRED: dict[str, list[dict[str, Any]] | None] = {
    "infer uint8 np.uint8(1)": [{"type": "integer", "required": True}],
    "infer float16 np.float16(1.0)": [{"type": "float", "required": True}],
    "infer ndarray array(3)": [{"type": "long", "required": True}],
    "infer coo_matrix <COOrdinate sparse matrix of dtype 'float64' \twith 3 stored ": [_EYE],
    "infer csr_array <Compressed Sparse Row sparse array of dtype 'float64' \twith": [_EYE],
    "infer Series 0    1.0 1    NaN dtype: float64": [{"type": "double", "required": True}],
    "infer Series 0      a 1    NaN dtype: str": [{"type": "string", "required": True}],
    "infer Index Index([1], dtype='int64')": [{"type": "long", "required": True}],
    "infer dict {'a': [None]}": [{"type": "array", "items": {"type": "any"}, "name": "a", "required": True}],
    "infer DataFrame    a  a 0  1  2": None,
    "infer Message Message(role='user', content=None, count=3, tags=['x'], meta": [
        {"type": "string", "name": "role", "required": True},
        {"type": "any", "name": "content", "required": False},
        {"type": "long", "name": "count", "required": True},
        {"type": "array", "items": {"type": "string"}, "name": "tags", "required": True},
        {"type": "object", "properties": {"n": {"type": "long", "required": True}}, "name": "meta", "required": True},
        {"type": "datetime", "name": "when", "required": True},
        {"type": "long", "name": "whatever", "required": True},
        {"type": "long", "name": "either", "required": True},
        {"type": "any", "name": "old", "required": False},
    ],
}
"""What has a type gets it; columns that share a name are refused (None), since no data could match them."""

_REFUSED = {
    **dict.fromkeys(
        (
            *("objects [5]", "objects [5.5]", "objects [True]", "objects [1, None]", "objects [1, 2.5]"),
            "objects [1.5, None]",
        ),
        "string binary",
    ),
    **dict.fromkeys(
        (
            *("objects [datetime.date(2020, 1, 2)]", "objects [1, 'a']", "objects [Decimal('1.5')]"),
            "objects [[1, 2]]",
        ),
        "boolean string binary",
    ),
    "objects [b'a']": "boolean string",
    f"objects [{2**70}]": "boolean float string binary",
    "json [1]": "string",
    "json [1.0]": "string datetime",
    "json [1.5]": "boolean integer long string datetime",
    "json [True]": "string",
    "json [None]": "boolean",
    "json [1, None]": "boolean string",
    "json ['5']": "boolean",
    "json ['x']": "boolean",
    "json ['eA==']": "boolean",
    "json ['2020-01-01']": "boolean binary",
    "json ['2020-01-01T00:00:00Z']": "boolean binary",
    "json ['01/02/2020']": "boolean datetime",
    f"json [{2**40}]": "boolean integer string",
    f"json [{2**53 + 1}]": "boolean integer string",
    f"json [{2**70}]": "boolean string",
    "json [[1]]": "boolean string",
    "json [{'x': 1}]": "boolean string",
}
"""MLflow passes these on, some altered: 1.5 as the whole number 1, null as False, 2**40 as 0, objects as strings."""

_ACCEPTED: dict[str, dict[str, tuple[str, list[Any]]]] = {
    **{name: {"float": ("float32", [5.0])} for name in ("i1", "i2", "i4", "u1", "u2", "u4")},
    **{name: {"float": ("float32", [5.0]), "double": ("float64", [5.0])} for name in ("i8", "objects [5]", "Int64")},
    "u8": {"long": ("int64", [5]), "float": ("float32", [5.0]), "double": ("float64", [5.0])},
    "negative": {"float": ("float32", [-1.0]), "double": ("float64", [-1.0])},
    **{name: {"integer?": ("int32", [5]), "long?": ("int64", [5])} for name in ("f2", "f4", "f8")},
    **{
        name: {"integer?": ("float64", [1.0, None]), "long?": ("float64", [1.0, None])}
        for name in ("nan", "objects [1, None]")
    },
    "Int64 missing": {
        "long?": ("Int64", [1, None]),
        "float": ("float32", [1.0, None]),
        "double": ("float64", [1.0, None]),
    },
    "boolean missing": {"boolean?": ("boolean", [True, None])},
    "objects [None, None]": {
        "integer?": ("float64", [None, None]),
        "long?": ("float64", [None, None]),
        "float": ("float32", [None, None]),
    },
    "no floats": {
        "boolean?": ("object", []),
        "integer?": ("int32", []),
        "long?": ("int64", []),
        "string?": ("object", []),
        "binary?": ("object", []),
        "datetime?": ("datetime64[ns]", []),
    },
    "objects []": {
        "boolean": ("bool", []),
        "integer": ("int32", []),
        "long": ("int64", []),
        "float": ("float32", []),
        "double": ("float64", []),
    },
    "objects ['2020-01-01T01:02:03']": {"datetime": ("datetime64[ns]", ["2020-01-01 01:02:03"])},
    f"objects [{2**70}]": {"double": ("float64", [float(2**70)])},
    "category": {"string": ("category", ["a", "b"]), "binary": ("category", ["a", "b"])},
    "number category": dict.fromkeys(("long", "float", "double"), ("category", [1, 2])),
    "json [None]": {"binary": ("object", [None])},
    "json ['2020-01-01T00:00:00Z']": {"datetime": ("datetime64[ns]", ["2020-01-01 00:00:00"])},
}
"""What loses nothing is accepted, and missing whole numbers where they are optional. A category stays one."""

_PARAMS = {
    "b": True,
    "d": 0.5,
    "ds": [1.0],
    "f": 0.5,
    "i": 1,
    "l": 2,
    "ll": [1],
    "n": None,
    "o": {"x": 1},
    "s": "x",
    "t": "2020-01-01",
}
_OTHERS: dict[str, Any] = {
    "infer params {'a': []}": {
        "inputs": None,
        "outputs": None,
        "params": '[{"name": "a", "default": [], "shape": [-1], "type": "string"}]',
    },
    "optional: in some records": {"a": ["float64", [1.5, 2.5]], "b": ["float64", [None, 2.0]]},
    "unnamed: nothing": {"0": ["int64", []]},
    "unnamed any": {"0": ["object", [3]]},
    "Any: [None, 1]": {"a": ["object", [None, 1]]},
    "Array(long): [(1, 2)]": {"a": ["object", [[1, 2]]]},
    "Array(string): [['a', None]]": {"a": ["object", [["a", None]]]},
    "Array(float): [[1.5]]": {"a": ["object", [[1.5]]]},
    "Array(integer): [[1]]": {"a": ["object", [[1]]]},
    "array: dict of lists": {"a": ["object", [[1, 2], [3]]]},
    "object: dict of a list": {"a": ["object", [{"x": 1}]]},
    "text: dict of a list": {"a": ["object", ["x"]]},
    "tensor: coo": ["coo", ["float32", [[0.0, 0.0], [0.0, 0.0], [0.0, 0.0]]]],
    "params {'i': np.int64(3)}": _PARAMS | {"i": 3},
    "params {'o': {'x': 2, 'y': 1}}": _PARAMS | {"o": {"x": 2, "y": 1.0}},
}
"""Other data is taken for what it is: rows as rows, tuples as lists, missing texts as missing."""

_OTHER_ERRORS = (
    "Array(string): [['a', 1]]",
    "Array(boolean): [[True, 1]]",
    "Array(Array(long)): [[[1], ['x']]]",
    "object tensor: text",
    f"params {{'i': {2**40}}}",
)
"""Values of another type than the signature says, which MLflow passes on, or refuses in other words."""

ERROR = "error:"
"""What the outcome of a refused case begins with."""


def _mark(name: str, kind: str) -> list[str]:
    return (
        [f"{name} -> {kind}"]
        if kind.endswith("?") or name.startswith("json")
        else [
            f"{name} -> {kind}",
            f"{name} -> {kind}?",
        ]
    )


def _inferred() -> Iterator[tuple[str, str]]:
    named = {name: [{"type": "any", "name": column, "required": True}] for name, column in _NAMED_ANY.items()}
    for name, specs in {**_INFERRED, **named}.items():
        for place, key in (("model_input", "inputs"), ("model_output", "outputs")):
            found = {"inputs": None, "outputs": None, "params": None, key: json.dumps(specs)}
            yield f"{place} {name}", ERROR if specs is None else json.dumps(found, sort_keys=True)


def _different() -> Iterator[tuple[str, str]]:
    yield from _inferred()
    yield from ((name, json.dumps(found, sort_keys=True)) for name, found in _OTHERS.items())
    yield from ((name, ERROR) for name in _OTHER_ERRORS)
    yield "objects [None, None] -> boolean", ERROR
    for name, kinds in _REFUSED.items():
        yield from ((case, ERROR) for kind in kinds.split() for case in _mark(name, kind))
    for name, results in _ACCEPTED.items():
        for kind, (dtype, values) in results.items():
            yield from ((case, json.dumps({"a": [dtype, values]})) for case in _mark(name, kind))


DIFFERENT: dict[str, str] = dict(_different())
"""The outcome of every case that differs: JSON, or `ERROR`."""
