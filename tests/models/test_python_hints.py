"""Type hints of a model: they make its signature, and what it is given is what they say."""

import datetime
from pathlib import Path
from typing import Any, Optional

import numpy as np
import pandas as pd
import polars as pl
import pydantic
import pytest

import headwater as hw
from headwater.models.model_file import Model
from headwater.models.schema.hint_values import fit_hint
from headwater.pyfunc import TypeFromExample


class Message(pydantic.BaseModel):
    role: str
    tokens: Optional[int] = None  # noqa: UP045 - the older spelling


def shout(model_input: list[str]) -> list[str]:
    return [text.upper() for text in model_input]


def roles(model_input: list[Message]) -> list[str]:
    return [message.role for message in model_input]


class Typed(hw.pyfunc.PythonModel):
    def predict(self, context: Any, model_input: list[Message]) -> list[str]:
        return [message.role for message in model_input]


class FromExample(hw.pyfunc.PythonModel):
    def predict(self, model_input: TypeFromExample) -> Any:
        return type(model_input).__name__


def test_hints_make_the_signature(tmp_path: Path) -> None:
    hw.pyfunc.save_model(tmp_path / "m", python_model=shout)

    model = Model.load(tmp_path / "m")
    assert model.is_signature_from_type_hint
    assert model.signature is not None
    assert model.signature.to_dict() == {
        "inputs": '[{"type": "string", "required": true}]',
        "outputs": '[{"type": "string", "required": true}]',
        "params": None,
    }


@pytest.mark.parametrize(
    "data",
    [["a"], ("a",), pd.DataFrame({"text": ["a"]}), pd.Series(["a"]), np.array(["a"]), pl.DataFrame({"text": ["a"]})],
    ids=lambda data: type(data).__module__ + type(data).__name__,
)
def test_a_list_is_made_of_what_holds_one(tmp_path: Path, data: Any) -> None:
    hw.pyfunc.save_model(tmp_path / "m", python_model=shout)

    assert hw.pyfunc.load_model(tmp_path / "m").predict(data) == ["A"]


@pytest.mark.parametrize("model", [roles, Typed()])
@pytest.mark.parametrize(
    "data",
    [
        [{"role": "user"}],
        [Message(role="user", tokens=3)],
        pd.DataFrame({"role": ["user"], "tokens": [None]}),
        pd.DataFrame({"message": [{"role": "user"}]}),
        pl.DataFrame({"role": ["user"]}),
    ],
    ids=["dict", "model", "frame", "column", "polars"],
)
def test_pydantic_models_are_made_of_records(tmp_path: Path, model: Any, data: Any) -> None:
    hw.pyfunc.save_model(tmp_path / "m", python_model=model)

    assert hw.pyfunc.load_model(tmp_path / "m").predict(data) == ["user"]


@pytest.mark.parametrize(
    ("model", "data", "message"),
    [
        (shout, [1], r"Invalid elements: \(0: Expected str, got int '1'\)"),
        (shout, "a", "Expected list, but got str"),
        (shout, [1] * 7, "and 2 more"),
        (roles, [{"tokens": 3}], "role"),
    ],
)
def test_what_does_not_fit_a_hint_is_named(tmp_path: Path, model: Any, data: Any, message: str) -> None:
    hw.pyfunc.save_model(tmp_path / "m", python_model=model)

    with pytest.raises(hw.InvalidParameterValue, match=message):
        hw.pyfunc.load_model(tmp_path / "m").predict(data)


@pytest.mark.parametrize(
    ("value", "hint", "expected"),
    [
        ([1], list[float], [1.0]),
        ([np.int64(3)], list[int], [3]),
        (["aGk="], list[bytes], [b"hi"]),
        (["2026-01-02T03:04:05"], list[datetime.datetime], [datetime.datetime(2026, 1, 2, 3, 4, 5)]),
        ([{"a": 1}], list[dict[str, int]], [{"a": 1}]),
        ([[1, 2]], list[list[int]], [[1, 2]]),
        ([None, 1], list[int | None], [None, 1]),
        (["a", 1], list[int | str], ["a", 1]),
        ([object], list[Any], [object]),
        ("unchanged", str, "unchanged"),
    ],
)
def test_values_become_what_a_hint_says(value: Any, hint: Any, expected: Any) -> None:
    assert fit_hint(value, hint) == expected


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        ([True], list[int]),
        (["x"], list[float]),
        (["no base64!"], list[bytes]),
        (["yesterday"], list[datetime.datetime]),
        ([{"a": "x"}], list[dict[str, int]]),
        ([{1: 1}], list[dict[str, int]]),
        ([1], list[list[int]]),
        ([1.5], list[int | str]),
    ],
)
def test_values_that_would_lose_something_are_refused(value: Any, hint: Any) -> None:
    with pytest.raises(hw.InvalidParameterValue, match="Failed to validate the input data"):
        fit_hint(value, hint)


@pytest.mark.parametrize(
    ("example", "data", "kind"),
    [
        (["a"], pd.DataFrame({"x": ["a"]}), "list"),
        (pd.DataFrame({"x": ["a"]}), [{"x": "b"}], "DataFrame"),
        (np.array([1.0]), np.array([2.0]), "ndarray"),
        ({"x": "a"}, {"x": "b"}, "dict"),
    ],
    ids=["list", "frame", "array", "dict"],
)
def test_a_model_may_get_what_its_example_was(tmp_path: Path, example: Any, data: Any, kind: str) -> None:
    hw.pyfunc.save_model(tmp_path / "m", python_model=FromExample(), input_example=example)

    assert Model.load(tmp_path / "m").type_hint_from_example
    assert hw.pyfunc.load_model(tmp_path / "m").predict(data) == kind


def test_the_type_of_an_example_needs_an_example(tmp_path: Path) -> None:
    with pytest.raises(hw.InvalidParameterValue, match="Pass input_example="):
        hw.pyfunc.save_model(tmp_path / "m", python_model=FromExample())


def test_hints_go_before_a_signature_but_its_params_are_kept(tmp_path: Path) -> None:
    given = hw.models.infer_signature([1], [1], params={"k": 1})
    hw.pyfunc.save_model(tmp_path / "m", python_model=shout, signature=given)

    signature = Model.load(tmp_path / "m").signature
    assert signature is not None
    assert str(signature.inputs) == "[string (required)]"
    assert signature.params == given.params


def test_a_hint_that_cannot_be_described_is_refused(tmp_path: Path) -> None:
    def bad(model_input: list) -> Any:  # type: ignore[type-arg]  # what is tested
        return model_input

    with pytest.raises(hw.InvalidParameterValue, match="Type hint `list`"):
        hw.pyfunc.save_model(tmp_path / "m", python_model=bad)


def test_hints_written_as_text_are_known_after_loading(tmp_path: Path) -> None:
    space: dict[str, Any] = {}
    exec(  # a module with `from __future__ import annotations`
        "from __future__ import annotations\nimport datetime\n"
        "def days(model_input: list[datetime.datetime]) -> list[int]:\n    return [day.day for day in model_input]\n",
        space,
    )
    hw.pyfunc.save_model(tmp_path / "m", python_model=space["days"])

    assert hw.pyfunc.load_model(tmp_path / "m").predict(["2026-01-02"]) == [2]
