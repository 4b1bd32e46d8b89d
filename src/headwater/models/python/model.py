"""Models of your own: a class with `predict`, or a function."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from headwater.protocol.errors import InvalidParameterValue

LOADING: ContextVar[bool] = ContextVar("headwater_loading", default=False)
"""Whether Headwater is reading a pickled model, whose base class is then the one below; see `python_pickle`."""


@dataclass
class PythonModelContext:
    """What a model was saved with.

    Attributes:
        artifacts: paths on this machine of the files given as `artifacts=`, by name.
        model_config: the configuration, with what `load_model` replaced.
    """

    artifacts: dict[str, str] = field(default_factory=dict)
    model_config: dict[str, Any] = field(default_factory=dict)


class PythonModel:
    """A model of your own. Subclass it, write `predict`, and pass an instance to `hw.pyfunc.log_model`.

    The `context` may be left out of `predict` and `predict_stream`, and so may `params`. A type hint for the input such
    as `list[str]` becomes the signature, and what is predicted on is checked against it.

    Example:
        >>> class AddN(hw.pyfunc.PythonModel):
        ...     def __init__(self, n):
        ...         self.n = n
        ...
        ...     def predict(self, context, model_input, params=None):
        ...         return model_input + self.n
        >>> hw.pyfunc.save_model("add-five", python_model=AddN(5))
        >>> hw.pyfunc.load_model("add-five").predict(frame)
    """

    def load_context(self, context: PythonModelContext) -> None:
        """Read what the model needs from its artifacts; called once, when it is loaded."""

    def predict(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ARG002 - every way to write it overrides this
        """Return predictions: `predict(self, context, model_input, params)`, of which only the input is needed."""
        raise InvalidParameterValue(f"'{type(self).__name__}' has no predict. Write its method predict.")

    def predict_stream(self, *args: Any, **kwargs: Any) -> Iterator[Any]:  # noqa: ARG002 - see above
        """Yield parts of a prediction as they are made; called as `predict` is."""
        raise InvalidParameterValue(f"'{type(self).__name__}' does not stream. Write its method predict_stream.")


class FunctionModel(PythonModel):
    """A function of one argument, or of one and `params`, as a model.

    Attributes:
        func: the function.
        signature: unused; models that MLflow saved have it.
    """

    def __init__(self, func: Callable[..., Any], signature: Any = None) -> None:
        self.func = func
        self.signature = signature

    def predict(self, context: Any, model_input: Any, params: Mapping[str, Any] | None = None) -> Any:  # noqa: ARG002 - a function has none
        """Return what the function returns."""
        return Call(self.func)(None, model_input, params)


_FunctionPythonModel = FunctionModel
"""The name by which MLflow's pickles, and those that MLflow is to read, know it."""


class Call:
    """How a function or method is called: with a context or without, with params or without.

    Raises `InvalidParameterValue` for one that cannot be called with an input.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        try:
            parameters = list(inspect.signature(function).parameters.values())
        except (TypeError, ValueError):  # written in C
            parameters = [_ANYTHING]
        positional = [one for one in parameters if one.kind in _POSITIONAL and one.name != _PARAMS]
        required = [one.name for one in positional if one.default is inspect.Parameter.empty]
        known = {one.name for one in parameters}
        self._has_context = _CONTEXT in known or len(required) > 1
        self._has_params = _PARAMS in known or any(one.kind is inspect.Parameter.VAR_KEYWORD for one in parameters)
        open_ended = any(one.kind is inspect.Parameter.VAR_POSITIONAL for one in parameters)
        wanted = 1 + self._has_context
        if not open_ended and (len(positional) < wanted or len(required) > wanted):
            name = getattr(function, "__qualname__", function)
            raise InvalidParameterValue(f"'{name}' takes {len(positional)} arguments. Let it take the model's input.")
        names = [one.name for one in positional]
        self.input_name = names[wanted - 1] if len(names) >= wanted else ""

    def __call__(self, context: Any, model_input: Any, params: Mapping[str, Any] | None = None) -> Any:
        """Call it with as much of this as it takes."""
        arguments = (context, model_input) if self._has_context else (model_input,)
        return self._function(*arguments, params=params) if self._has_params else self._function(*arguments)


_CONTEXT, _PARAMS = "context", "params"
_ANYTHING = inspect.Parameter("arguments", inspect.Parameter.VAR_POSITIONAL)
_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def as_python_model(value: Any) -> Any:
    """Return a class's instance as it is and a function as a model; raise `InvalidParameterValue` for anything else."""
    if callable(getattr(value, "predict", None)) and not isinstance(value, type):
        if getattr(type(value), "predict", None) is PythonModel.predict:
            raise InvalidParameterValue(f"'{type(value).__name__}' has no predict. Write its method predict.")
        return value
    if callable(value) and not isinstance(value, type):
        Call(value)
        return FunctionModel(value)
    raise InvalidParameterValue(
        f"`python_model` must be a subclass instance of PythonModel, a function, or the path of a Python file; got "
        f"'{value!r}'. Write a class with predict, or a function of one argument."
    )
