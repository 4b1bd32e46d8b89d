"""Arguments by position, in MLflow's order, for code that was written for it."""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

_WHEN_SAVING = ("signature", "input_example", "pip_requirements", "extra_pip_requirements")
_WHEN_LOGGING = (
    "registered_model_name",
    "signature",
    "input_example",
    "await_registration_for",
    "pip_requirements",
    "extra_pip_requirements",
)


def save_by_position(
    first: str = "conda_env code_paths mlflow_model",
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let a `save_model` take more by position than it declares: the words of `first`, then what all flavors have.

    Type checkers and the documentation see the declared arguments only, since names are what new code should use.
    """
    return _by_position(first, _WHEN_SAVING)


def log_by_position(first: str = "conda_env code_paths") -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Do the same for a `log_model`."""
    return _by_position(first, _WHEN_LOGGING)


def _by_position(first: str, rest: tuple[str, ...]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    named = first.split()
    names = [*named, *(name for name in rest if name not in named)]

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        kinds = [parameter.kind for parameter in inspect.signature(function).parameters.values()]
        declared = kinds.count(inspect.Parameter.POSITIONAL_OR_KEYWORD)

        @wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            more = args[declared:]
            if not more:
                return function(*args, **kwargs)
            if len(more) > len(names):
                raise TypeError(
                    f"{function.__name__}() takes at most {declared + len(names)} arguments by position but "
                    f"{len(args)} were given. Give those after '{names[-1]}' by name."
                )
            given = dict(zip(names, more, strict=False))
            for name in given.keys() & kwargs.keys():
                raise TypeError(f"{function.__name__}() got multiple values for argument '{name}'")
            return function(*args[:declared], **given, **kwargs)

        vars(call)["by_position"] = tuple(names)
        return call

    return decorate
