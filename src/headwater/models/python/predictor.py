"""How a Python model is called: with its context, and with input as its type hint says."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from headwater.models.flavor import ModelFolder
from headwater.models.model_file import PYFUNC
from headwater.models.python.code_model import run_code_model
from headwater.models.python.model import Call, PythonModel, PythonModelContext, as_python_model
from headwater.models.python.pickling import load_model_object
from headwater.models.schema.hint_values import TypeFromExample, fit_example, fit_hint, input_hint, is_list_hint
from headwater.protocol.errors import InvalidParameterValue
from headwater.stand_in.borrow import mlflow_names

CLASS_LOADER = "mlflow.pyfunc.model"
CODE_LOADER = "mlflow.pyfunc.loaders.code_model"
_STREAM = "predict_stream"


class PythonPredictor:
    """A Python model with its context loaded.

    Attributes:
        model: the object with `predict`.
        hint: the type hint of its input, None if it has none.
        checks_input: whether the hint says what the model takes, so that no schema has to be enforced.
    """

    def __init__(self, model: Any, context: PythonModelContext, example: Callable[[], Any] = lambda: None) -> None:
        self.model = model
        self._context = context
        load_context = getattr(model, "load_context", None)
        if load_context is not None:
            with mlflow_names():
                load_context(context)
        self._call, function = _call_of(model)
        self.hint = input_hint(function, self._call.input_name)
        self.checks_input = is_list_hint(self.hint)
        self._example = example() if getattr(self.hint, "__name__", "") == TypeFromExample.__name__ else None

    @property
    def python_model(self) -> Any:
        """Return what the user wrote: the instance, or the function."""
        return getattr(self.model, "func", self.model)

    @property
    def streams(self) -> bool:
        """Tell whether the model has a `predict_stream` of its own."""
        return has_stream(self.model)

    def predict(self, data: Any, params: Mapping[str, Any] | None = None) -> Any:
        """Return what the model returns."""
        return self._call(self._context, self._fit(data), params)

    def predict_stream(self, data: Any, params: Mapping[str, Any] | None = None) -> Iterator[Any]:
        """Yield what the model yields."""
        if not self.streams:
            raise InvalidParameterValue(f"'{type(self.model).__name__}' does not stream. Use predict.")
        yield from Call(self.model.predict_stream)(self._context, self._fit(data), params)

    def _fit(self, data: Any) -> Any:
        return fit_hint(data, self.hint) if self._example is None else fit_example(data, self._example)


def load_python_model(folder: ModelFolder, model_config: Mapping[str, Any] | None = None) -> PythonPredictor:
    """Load the class, function or code in a model's folder, and its context.

    Args:
        folder: the model, whose code may run.
        model_config: the configuration; default: the one it was saved with.
    """
    section = folder.section(PYFUNC)
    config = dict(model_config if model_config is not None else section.get("config") or {})
    if section.get("loader_module") == CODE_LOADER:
        model, _ = run_code_model(find_code_file(folder), config or None)
        model = as_python_model(model)
    else:
        model = load_model_object(find_pickle(folder), section.get("python_model_compression"))
    artifacts = section.get("artifacts") or {}
    paths = {str(name): str(folder.file(_path_in(entry))) for name, entry in artifacts.items()}
    return PythonPredictor(
        model, PythonModelContext(paths, config), lambda: folder.model.load_input_example(folder.path)
    )


def find_pickle(folder: ModelFolder) -> Path:
    """Return the file with the pickled model."""
    return folder.file(str(folder.section(PYFUNC).get("python_model") or "python_model.pkl"))


def find_code_file(folder: ModelFolder) -> Path:
    """Return the file with the code of a model from code; `MLmodel` names the one it was copied from."""
    name = str(folder.section(PYFUNC).get("model_code_path") or "")
    return folder.file(name.replace("\\", "/").rpartition("/")[2])


def find_unsafe_python(folder: ModelFolder) -> list[str]:
    """Return, for people, what of a Python model runs when it is loaded: all of it."""
    if folder.section(PYFUNC).get("loader_module") == CODE_LOADER:
        return [f"the model's code '{find_code_file(folder).name}'"]
    return [f"the pickle '{find_pickle(folder).name}'"]


def has_stream(model: Any) -> bool:
    """Tell whether a model yields parts of its predictions."""
    return callable(getattr(model, _STREAM, None)) and not _is_inherited(model)


def _is_inherited(model: Any) -> bool:
    owner = next(cls for cls in type(model).__mro__ if _STREAM in vars(cls)) if _has_method(model) else None
    return owner is not None and owner.__name__ == PythonModel.__name__


def _has_method(model: Any) -> bool:
    return any(_STREAM in vars(cls) for cls in type(model).__mro__)


def _path_in(entry: Any) -> str:
    path = entry.get("path") if isinstance(entry, Mapping) else None
    if not isinstance(path, str) or not path:
        raise InvalidParameterValue(f"The model names an artifact without a path: '{entry}'. Save it again.")
    return path


def _call_of(model: Any) -> tuple[Call, Callable[..., Any]]:
    """Return how a model is called and the function that has its type hints.

    What MLflow wraps around a `predict` to check its input is left out, because that is done here.
    """
    function = getattr(model, "func", None) or getattr(model, "predict", None) or getattr(model, "invoke", None)
    if function is None:
        raise InvalidParameterValue(f"'{type(model).__name__}' has no method predict. Write one.")
    wrapped = getattr(function, "__wrapped__", None)
    if wrapped is not None and getattr(function, "_is_pyfunc", False):
        owner = getattr(function, "__self__", None)
        function = wrapped if owner is None else wrapped.__get__(owner)
    return Call(function), function
