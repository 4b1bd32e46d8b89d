"""The flavor for models of the user's own, and the one way to load models of every flavor."""

from pathlib import Path
from typing import Any, Unpack

from headwater.models.dependencies import get_model_dependencies
from headwater.models.flavor import Flavor
from headwater.models.log import log_saved
from headwater.models.model_file import Model, ModelInfo
from headwater.models.positional import log_by_position, save_by_position
from headwater.models.pyfunc import PyFuncModel, load_model
from headwater.models.python.model import PythonModel, PythonModelContext
from headwater.models.python.predictor import CLASS_LOADER, CODE_LOADER, find_unsafe_python, load_python_model
from headwater.models.python.saving import PythonLogOptions, PythonOptions, save_python_model
from headwater.models.save import add_pyfunc, check_options
from headwater.models.schema.hint_values import TypeFromExample

__all__ = [
    "FLAVOR",
    "PyFuncModel",
    "PythonModel",
    "PythonModelContext",
    "TypeFromExample",
    "add_to_model",
    "get_default_conda_env",
    "get_default_pip_requirements",
    "get_model_dependencies",
    "load_model",
    "load_pyfunc",
    "log_model",
    "save_model",
]


@save_by_position("loader_module data_path code_paths infer_code_paths conda_env mlflow_model python_model artifacts")
def save_model(path: str | Path, **options: Unpack[PythonOptions]) -> None:
    """Save a model of your own into a new folder.

    Args:
        path: the folder, absent or empty.
        options: see `PythonOptions` and `SaveOptions`.

    Example:
        >>> hw.pyfunc.save_model("add-five", python_model=AddN(5), input_example=frame)
    """
    save_python_model(path, options)


@log_by_position("loader_module data_path code_paths infer_code_paths conda_env python_model artifacts")
def log_model(artifact_path: str | None = None, **options: Unpack[PythonLogOptions]) -> ModelInfo:
    """Log a model of your own as a model of the active run.

    Args:
        artifact_path: the older word for `name`.
        options: see `PythonOptions`, `SaveOptions` and `LogOptions`.

    Example:
        >>> info = hw.pyfunc.log_model(name="upper", python_model=lambda texts: [text.upper() for text in texts])
        >>> hw.pyfunc.load_model(info.model_uri).predict(["a"])
        ['A']
    """
    check_options(options, PythonLogOptions)
    return log_saved(lambda folder, model: save_python_model(folder, options, model), artifact_path, options)


def load_pyfunc(model_uri: str | Path, suppress_warnings: bool = False) -> PyFuncModel:  # noqa: FBT001 - MLflow's order
    """Load a model: the older name of `load_model`."""
    return load_model(model_uri, suppress_warnings)


def add_to_model(
    model: Model,
    loader_module: str,
    data: str | None = None,
    code: str | None = None,
    conda_env: str | None = None,
    python_env: str | None = None,
    model_config: dict[str, Any] | None = None,
    model_code_path: str | None = None,
    **section: Any,
) -> Model:
    """Say in a model's `MLmodel` which module makes it predict, and return the same object.

    Args:
        model: what `MLmodel` says so far.
        loader_module: a module with `_load_pyfunc(path)`.
        data: the file or folder that it is given, relative to the model's folder.
        code: the folder with the user's own Python files.
        conda_env, python_env: names of the files that describe the environment.
        model_config: kept as the model's configuration.
        model_code_path: the file of a model from code.
        section: anything else for the section `python_function`.

    Example:
        >>> hw.pyfunc.add_to_model(model, "my_loader", data="weights.bin")
    """
    named = {"data": data, "config": model_config, "model_code_path": model_code_path, **section}
    env = {kind: name for kind, name in (("conda", conda_env), ("virtualenv", python_env)) if name}
    add_pyfunc(model, loader_module, code=code, env=env or None, **named)
    return model


FLAVOR = Flavor(
    name="pyfunc",
    package="cloudpickle",
    version_key="cloudpickle_version",
    distributions=("cloudpickle",),
    load=load_python_model,
    predictor=lambda native, _section: native,
    loaders=(CLASS_LOADER, CODE_LOADER),
    find_unsafe=find_unsafe_python,
    configurable=True,
)

get_default_conda_env = FLAVOR.get_default_conda_env
get_default_pip_requirements = FLAVOR.get_default_pip_requirements
