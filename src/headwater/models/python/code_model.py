"""Models from code: a Python file that says which object is the model, run when it is saved and when it is loaded."""

import sys
import uuid
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from headwater.models.python.config_file import read_config
from headwater.protocol.errors import InvalidParameterValue
from headwater.stand_in.borrow import mlflow_names

_MISSING = object()


@dataclass
class _Running:
    """What a file of code is told and what it says, while it runs."""

    config: dict[str, Any] | None = None
    used: dict[str, Any] = field(default_factory=dict)
    model: Any = None


_RUNNING: ContextVar[_Running | None] = ContextVar("headwater_code_model", default=None)


def set_model(model: Any) -> None:
    """Say which object of this file is the model, for `log_model(python_model="this_file.py")`.

    It is a `PythonModel`, a function of one argument, or any object with a method `predict` or `invoke`. Outside of
    saving and loading nothing happens, so the file can be run and imported like any other.

    Example:
        >>> hw.models.set_model(AddN(5))
    """
    if not (callable(model) or callable(getattr(model, "predict", None)) or callable(getattr(model, "invoke", None))):
        raise InvalidParameterValue(
            f"The model given to set_model is '{model!r}'. Give an instance of PythonModel, a function, or an object "
            "with a method predict."
        )
    running = _RUNNING.get()
    if running is not None:
        running.model = model


class ModelConfig:
    """The configuration of a model from code: that of the logged model, and while developing the one given here.

    Example:
        >>> config = hw.models.ModelConfig(development_config={"temperature": 0.1})
        >>> config.get("temperature")
        0.1
    """

    def __init__(self, *, development_config: Mapping[str, Any] | str | Path | None = None) -> None:
        running = _RUNNING.get()
        if running is not None and running.config is not None:
            self._values: dict[str, Any] | None = running.config
            return
        self._values = read_config(development_config)
        if running is not None and self._values is not None:
            running.used.update(self._values)

    def to_dict(self) -> dict[str, Any]:
        """Return names and values; raise `InvalidParameterValue` if there is no configuration."""
        if self._values is None:
            raise InvalidParameterValue(
                "There is no configuration: the model was logged without model_config=. Give development_config=."
            )
        return dict(self._values)

    def get(self, key: str, default: Any = _MISSING) -> Any:
        """Return a value, or the default if one is given; raise `InvalidParameterValue` for a name that it has not."""
        values = self.to_dict()
        if key not in values and default is _MISSING:
            raise InvalidParameterValue(f"The configuration has no '{key}'. It has: {', '.join(sorted(values))}.")
        return values.get(key, default)


def run_code_model(path: Path, config: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any] | None]:
    """Run a file and return the model it sets, with the configuration that it used.

    Raises `InvalidParameterValue` if it sets none; errors of the file itself go to the caller.
    """
    running = _Running(config)
    token = _RUNNING.set(running)
    try:
        _run(path)
    finally:
        _RUNNING.reset(token)
    if running.model is None:
        raise InvalidParameterValue(f"'{path.name}' sets no model. Let it call headwater.models.set_model(model).")
    return running.model, config if config is not None else running.used or None


def _run(path: Path) -> None:
    """Run a file as a module of a new name, which stays importable for its classes; no bytecode is read or written."""
    try:
        code = compile(path.read_bytes(), str(path), "exec")
    except (OSError, SyntaxError, ValueError) as error:
        raise InvalidParameterValue(f"The model's code '{path}' cannot be run: {error}.") from error
    module = ModuleType(f"headwater_code_model_{uuid.uuid4().hex}")
    module.__file__ = str(path)
    sys.modules[module.__name__] = module
    try:
        with mlflow_names():
            exec(code, module.__dict__)  # noqa: S102 - what a model from code is; with consent
    except BaseException:
        del sys.modules[module.__name__]
        raise
