"""Which changes of a signature callers must know of."""

import json
from typing import Any

import pytest

from headwater.stores.signature_diff import diff_signatures, relate, spell_type
from headwater.stores.version_diff import read_requirements

Field = dict[str, Any]


def column(kind: str, name: str = "x", *, required: bool = True) -> Field:
    return {"type": kind, "name": name, "required": required}


def array(inner: Field) -> Field:
    return {"type": "array", "items": inner}


def table(**properties: Field) -> Field:
    return {"type": "object", "properties": properties}


def tensor(*shape: int, dtype: str = "float64") -> Field:
    return {"type": "tensor", "tensor-spec": {"dtype": dtype, "shape": list(shape)}}


def signature(part: str, *fields: Field) -> dict[str, str]:
    return {part: json.dumps(fields)}


LONG: Field = {"type": "long", "required": True}
OPTIONAL: Field = {"type": "long", "required": False}


@pytest.mark.parametrize(
    ("old", "new", "verdict", "text"),
    [
        ([column("long")], [column("long")], "identical", ""),
        ([column("long")], [column("double")], "compatible", "it accepts more"),
        ([column("double")], [column("long")], "breaking", "it accepts less"),
        ([column("long")], [column("string")], "breaking", "it is of another type"),
        ([column("string")], [column("any")], "compatible", "it accepts more"),
        ([column("long")], [column("long"), column("long", "y")], "breaking", "a new input that callers must send"),
        (
            [column("long")],
            [column("long"), column("long", "y", required=False)],
            "compatible",
            "a new input that may be left out",
        ),
        ([column("long"), column("long", "y")], [column("long")], "compatible", "an input that is no longer read"),
        ([LONG, LONG], [LONG], "breaking", "fewer inputs"),
        ([column("long", required=False)], [column("long")], "breaking", "callers must send it now"),
        ([column("long")], [column("long", required=False)], "compatible", "it may be left out now"),
        ([{"type": "long", "name": "x", "optional": True}], [column("long", required=False)], "identical", ""),
        ([array(LONG)], [array({"type": "double"})], "compatible", "it accepts more"),
        ([array(LONG)], [LONG], "breaking", "it is of another type"),
        ([{"type": "map", "values": LONG}], [{"type": "map", "values": {"type": "integer"}}], "breaking", "less"),
        ([table(a=LONG)], [table(a=LONG, b=OPTIONAL)], "compatible", "it accepts more"),
        ([table(a=LONG)], [table(a=LONG, b=LONG)], "breaking", "it accepts less"),
        ([table(a=LONG, b=LONG)], [table(a=LONG)], "breaking", "it accepts less"),
        ([table(a=LONG)], [table(a={"type": "double"}, b=LONG)], "breaking", "it is of another type"),
        ([tensor(-1, 3)], [tensor(-1, 3)], "identical", ""),
        ([tensor(2, 3)], [tensor(-1, 3)], "compatible", "it accepts more"),
        ([tensor(-1, 3)], [tensor(2, 3)], "breaking", "it accepts less"),
        ([tensor(-1, 3)], [tensor(-1, 4)], "breaking", "it is of another type"),
        ([tensor(-1, 3)], [tensor(-1, 3, 1)], "breaking", "it is of another type"),
        ([tensor(-1)], [tensor(-1, dtype="float32")], "breaking", "it is of another type"),
    ],
)
def test_inputs_may_only_accept_more(old: list[Field], new: list[Field], verdict: str, text: str) -> None:
    found = diff_signatures(signature("inputs", *old), signature("inputs", *new))

    assert found.verdict.value == verdict
    assert [text in change.text for change in found.changes] == ([True] if text else [])


@pytest.mark.parametrize(
    ("old", "new", "verdict", "text"),
    [
        ([LONG], [LONG], "identical", ""),
        ([LONG], [{"type": "double"}], "breaking", "it may hold more"),
        ([{"type": "double"}], [{"type": "float"}], "compatible", "it holds less"),
        ([column("long")], [column("long"), column("long", "y")], "compatible", "a new output"),
        ([column("long"), column("long", "y")], [column("long")], "breaking", "an output that is gone"),
        ([LONG], [OPTIONAL], "breaking", "it may be missing now"),
        ([OPTIONAL], [LONG], "compatible", "it is always there now"),
    ],
)
def test_outputs_may_only_hold_less(old: list[Field], new: list[Field], verdict: str, text: str) -> None:
    found = diff_signatures(signature("outputs", *old), signature("outputs", *new))

    assert found.verdict.value == verdict
    assert [change.text for change in found.changes] == ([text] if text else [])


def test_params_keep_their_names_and_types() -> None:
    old = [{"name": "t", "type": "double", "default": 0.5, "shape": None}, {"name": "n", "type": "long", "default": 1}]
    new = [{"name": "t", "type": "double", "default": 0.7, "shape": None}, {"name": "k", "type": "long", "default": 1}]

    found = diff_signatures(signature("params", *old), signature("params", *new))

    assert [(change.name, change.breaking, change.old, change.new) for change in found.changes] == [
        ("t", False, "0.5", "0.7"),
        ("n", True, "long", ""),
        ("k", False, "", "long"),
    ]
    longer = signature("params", {"name": "t", "type": "double", "default": 0.5, "shape": [-1]})
    assert diff_signatures(signature("params", old[0]), longer).verdict.value == "breaking"


def test_a_part_that_is_not_described_is_told() -> None:
    both = signature("inputs", LONG) | signature("outputs", LONG)

    assert diff_signatures(None, both).verdict.value == "unknown"
    assert diff_signatures(both, {}).verdict.value == "unknown"
    gone = diff_signatures(both, signature("inputs", LONG))
    new = diff_signatures(signature("inputs", LONG), both)
    assert (gone.verdict.value, [change.text for change in gone.changes]) == (
        "breaking",
        ["the outputs are no longer described"],
    )
    assert (new.verdict.value, [change.text for change in new.changes]) == (
        "compatible",
        ["the outputs are now described"],
    )


def test_a_relation_turned_around_is_its_opposite() -> None:
    opposite = {"same": "same", "wider": "narrower", "narrower": "wider", "other": "other"}
    kinds = [{"type": kind} for kind in ("integer", "long", "float", "double", "string", "boolean", "any")]
    kinds += [array(LONG), array({"type": "double"}), tensor(-1, 3), tensor(2, 3), table(a=LONG), table(a=OPTIONAL)]

    for first in kinds:
        for second in kinds:
            assert relate(second, first).value == opposite[relate(first, second).value], (first, second)


def test_types_are_spelled_in_few_words() -> None:
    assert spell_type(array(table(a=LONG, b={"type": "map", "values": {"type": "string"}}))) == (
        "array<object<a: long, b: map<string>>>"
    )
    assert spell_type(tensor(-1, 3)) == "tensor<float64>[-1, 3]"
    assert spell_type({"type": "double", "shape": [-1]}) == "double[-1]"


def test_requirements_are_read_as_pip_reads_them() -> None:
    text = """
    # made by hand
    Scikit_Learn == 1.8.0   # pinned
    pandas[parquet,excel]>=2,<3
    numpy; python_version > '3'
    -r other.txt
    git+https://example.com/x.git#egg=x
    torch @ https://example.com/torch.whl
    """

    assert read_requirements(text) == {
        "scikit-learn": "==1.8.0",
        "pandas[parquet,excel]": ">=2,<3",
        "numpy": "; python_version > '3'",
        "-r other.txt": "",
        "git+https://example.com/x.git#egg=x": "",
        "torch": "@https://example.com/torch.whl",
    }
