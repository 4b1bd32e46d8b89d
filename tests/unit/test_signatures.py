"""The verbs of tracking have MLflow's names, parameters in MLflow's order, and its defaults."""

import ast
import inspect
from collections.abc import Callable
from pathlib import Path

import pytest

import headwater as hw

EXPECTED = (Path(__file__).parent / "data" / "tracking_signatures.txt").read_text().splitlines()
DIFFERENT = {
    ("log_image", "synchronous"): "None waits if HEADWATER_LOGGING=sync says so, as everywhere",
    ("Client.download_artifacts", "path"): "everything is downloaded unless a path is given",
}
REQUIRED = inspect.Parameter.empty


def expected_parameters(signature: str) -> list[tuple[str, object, bool]]:
    """Return name, default and whether it is keyword-only of each parameter."""
    function = ast.parse(f"def {signature.partition('.')[2] or signature}: ...").body[0]
    assert isinstance(function, ast.FunctionDef)
    arguments = function.args
    defaults = [REQUIRED] * (len(arguments.args) - len(arguments.defaults))
    values = [*defaults, *(ast.literal_eval(default) for default in arguments.defaults)]
    plain = [(argument.arg, value, False) for argument, value in zip(arguments.args, values, strict=True)]
    return plain + [
        (argument.arg, REQUIRED if default is None else ast.literal_eval(default), True)
        for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    ]


def own_parameters(verb: Callable[..., object]) -> list[tuple[str, object, bool]]:
    """Return the same of one of our functions."""
    return [
        (parameter.name, parameter.default, parameter.kind is inspect.Parameter.KEYWORD_ONLY)
        for parameter in inspect.signature(verb).parameters.values()
        if parameter.name != "self"
    ]


@pytest.mark.parametrize("signature", EXPECTED, ids=str)
def test_a_verb_is_called_as_in_mlflow(signature: str) -> None:
    name = signature.partition("(")[0]
    owner, _, verb = name.rpartition(".")
    own = own_parameters(getattr(hw.Client if owner else hw, verb))
    expected = expected_parameters(signature)

    by_name = {parameter: (default, keyword) for parameter, default, keyword in own}
    different = [
        (parameter, default)
        for parameter, default, keyword in expected
        if by_name.get(parameter) != (default, keyword) and (name, parameter) not in DIFFERENT
    ]
    extra = [parameter for parameter, default, _ in own[len(expected) :] if default is REQUIRED]

    assert different == []
    assert [parameter for parameter, _, _ in own][: len(expected)] == [parameter for parameter, _, _ in expected]
    assert extra == []
