"""Pickles of Python models, which MLflow can read where Headwater is missing, and the other way round.

A class is pickled with its base classes. Ours is not named in the pickle: a few lines of code stand in its place, which
find MLflow's `PythonModel` where MLflow reads the file, and ours where Headwater does.
"""

import builtins
import bz2
import gzip
import io
import lzma
import pickle
from collections.abc import Callable
from pathlib import Path
from types import FunctionType
from typing import Any, get_type_hints

import cloudpickle

from headwater.models.python.model import LOADING, FunctionModel, PythonModel, PythonModelContext
from headwater.models.schema.hint_values import TypeFromExample, input_hint, is_list_hint
from headwater.models.schema.hints import input_parameter
from headwater.protocol.errors import InvalidParameterValue
from headwater.stand_in.borrow import mlflow_names

COMPRESSIONS = {"lzma": (".xz", lzma), "bzip2": (".bz2", bz2), "gzip": (".gz", gzip)}
"""By MLflow's names for them: the suffix of the file, and the module that reads and writes it."""


def dump_model(model: Any) -> bytes:
    """Return the pickle of a model; classes and functions of the program itself are in it by value."""
    stream = io.BytesIO()
    _Pickler(stream).dump(model)
    return stream.getvalue()


def load_model_object(path: Path, compression: str | None = None) -> Any:
    """Return the model in a pickle of ours or of MLflow's, whether MLflow is installed or not. It runs what it says."""
    opened = path.open("rb") if not compression else _module(compression).open(path, "rb")
    token = LOADING.set(True)
    try:
        with opened as stream, mlflow_names():
            return pickle.load(stream)  # noqa: S301 - with consent
    finally:
        LOADING.reset(token)


def compress(data: bytes, compression: str) -> bytes:
    """Return data compressed by "lzma", "bzip2" or "gzip"; raise `InvalidParameterValue` for another word."""
    return bytes(_module(compression).compress(data))


def _module(compression: str) -> Any:
    try:
        return COMPRESSIONS[compression][1]
    except KeyError:
        raise InvalidParameterValue(
            f"Unknown compression '{compression}' of a model. Use one of {', '.join(COMPRESSIONS)}."
        ) from None


def _find(name: str, in_ours: str, in_theirs: str) -> Any:
    """Return a class by its name: ours while Headwater loads or where there is no MLflow, else MLflow's.

    It stands in the pickles by value, and must need nothing but the standard library.
    """
    import sys
    from importlib import import_module

    loading = getattr(sys.modules.get("headwater.models.python.model"), "LOADING", None)
    if in_theirs.partition(".")[0] in sys.modules and not (loading is not None and loading.get()):
        return getattr(import_module(in_theirs), name)
    try:
        return getattr(import_module(in_ours), name)
    except ImportError:
        return getattr(import_module(in_theirs), name)


def _rebuild_function(find: Callable[..., Any], place: tuple[str, str, str], function: Any) -> Any:
    """Return a function as a model; it stands in the pickles by value, too."""
    return find(*place)(function)


def _finish_class(cls: Any, state: Any) -> Any:
    """Fill in a class, and where MLflow reads the file let its `PythonModel` see the type hints; by value, too."""
    import sys

    from cloudpickle.cloudpickle import _class_setstate

    cls = _class_setstate(cls, state)
    loading = getattr(sys.modules.get("headwater.models.python.model"), "LOADING", None)
    if "mlflow" in sys.modules and not (loading is not None and loading.get()):
        cls.__init_subclass__()
    return cls


def _by_value(function: Any) -> FunctionType:
    """Return a copy that cloudpickle writes out, with nothing of this module."""
    copy = FunctionType(function.__code__, {"__builtins__": builtins}, function.__name__)
    copy.__module__ = "__main__"
    return copy


_FIND, _REBUILD, _FINISH = map(_by_value, (_find, _rebuild_function, _finish_class))
_MODEL_PLACE = (PythonModel.__module__, "mlflow.pyfunc.model")
_PLACES: dict[Any, tuple[str, str, str]] = {
    PythonModel: ("PythonModel", *_MODEL_PLACE),
    PythonModelContext: ("PythonModelContext", *_MODEL_PLACE),
    TypeFromExample: ("TypeFromExample", TypeFromExample.__module__, "mlflow.types.type_hints"),
}
"""What is not named in pickles, with its name, our module and MLflow's."""
_FUNCTION_PLACE = ("_FunctionPythonModel", *_MODEL_PLACE)


class _Pickler(cloudpickle.Pickler):  # type: ignore[misc]  # without type hints
    def reducer_override(self, obj: Any) -> Any:
        if isinstance(obj, type) and obj in _PLACES:
            return _FIND, _PLACES[obj]
        if type(obj) is FunctionModel:
            return _REBUILD, (_FIND, _FUNCTION_PLACE, obj.func)
        reduced = super().reducer_override(obj)
        if isinstance(obj, FunctionType) and isinstance(reduced, tuple):
            _resolve_hints(obj, reduced)
        if isinstance(obj, type) and issubclass(obj, PythonModel) and isinstance(reduced, tuple) and _has_hint(obj):
            return (*reduced[:5], _FINISH)
        return reduced


def _has_hint(model: type[PythonModel]) -> bool:
    return "predict" in vars(model) and is_list_hint(input_hint(model.predict, input_parameter(model.predict) or ""))


def _resolve_hints(function: FunctionType, reduced: tuple[Any, ...]) -> None:
    """Let a function keep its hints as objects, since the names in them would be unknown where it is loaded."""
    if not any(isinstance(hint, str) for hint in function.__annotations__.values()):
        return
    try:
        hints = get_type_hints(function, include_extras=True)
    except (NameError, TypeError, AttributeError):
        return
    for part in reduced[2] if len(reduced) > 2 and isinstance(reduced[2], tuple) else ():
        if isinstance(part, dict) and "__annotations__" in part:
            part["__annotations__"] = hints
