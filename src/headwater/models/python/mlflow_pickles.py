"""What MLflow's pickles of Python models look up by MLflow's own names."""

from collections.abc import Callable
from typing import Any, NamedTuple

from headwater.models.schema.hint_values import fit_hint


class _TypeHints:
    """What a model that MLflow pickled says about its type hints; they are read from its function instead."""

    input: Any = None
    output: Any = None


def pyfunc(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function as it is: a function's input is checked by its type hint with and without this decorator."""
    return function


class FuncInfo(NamedTuple):
    """What a model that MLflow pickled says about its input."""

    input_type_hint: Any
    input_param_name: str


def _validate_model_input(
    args: tuple[Any, ...], kwargs: dict[str, Any], position: int, hint: Any, name: str
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Check the arguments of a `predict` that MLflow pickled; its pickles call this by its name."""
    if name in kwargs:
        return args, {**kwargs, name: fit_hint(kwargs[name], hint)}
    if position < len(args):
        args = (*args[:position], fit_hint(args[position], hint), *args[position + 1 :])
    return args, kwargs
