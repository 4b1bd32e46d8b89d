"""Saving Python models: a class's instance, a function, a file of code, or data with a module that loads it."""

import io
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Any, cast

from headwater.models.code_paths import copy_code
from headwater.models.environment import Environment, choose_environment, needs_inference
from headwater.models.flavor import ModelFolder
from headwater.models.log import LogOptions
from headwater.models.model_file import Model, new_model
from headwater.models.python.code_model import run_code_model
from headwater.models.python.config_file import read_config
from headwater.models.python.imports import imported_by, own_modules
from headwater.models.python.model import as_python_model
from headwater.models.python.pickling import COMPRESSIONS, compress, dump_model
from headwater.models.python.predictor import CLASS_LOADER, CODE_LOADER, has_stream, load_python_model
from headwater.models.python.uv_project import keep_uv_project
from headwater.models.requirements import find_distributions, modules_in_pickle, modules_in_source
from headwater.models.save import (
    SaveOptions,
    add_pyfunc,
    check_options,
    describe_input,
    find_environment,
    finish_folder,
    new_folder,
)
from headwater.models.schema.hint_values import TypeFromExample
from headwater.models.schema.hints import infer_from_hints
from headwater.models.schema.signature import ModelSignature
from headwater.protocol.errors import InvalidParameterValue

_ARTIFACTS, _DATA, _PICKLE = "artifacts", "data", "python_model.pkl"
_LOADERS = frozenset({"headwater", "mlflow"})


class PythonOptions(SaveOptions, total=False):
    """What `hw.pyfunc.save_model` takes besides; exactly one of `python_model` and `loader_module`.

    Attributes:
        python_model: an instance of a `PythonModel`, a function, or the path of a Python file that calls `set_model`.
        loader_module: a module with `_load_pyfunc(path)`, which loads the model from
        data_path: this file or folder.
        artifacts: files that the model needs, as paths or URIs by name; kept with it, see `PythonModelContext`.
        model_config: a dict or YAML file; what a model from code finds in its `ModelConfig`.
        streamable: whether it has `predict_stream`; default: looked up.
        infer_code_paths: keep the user's own modules that the model needs, as if they were given as `code_paths`.
        python_model_compression: "lzma", "bzip2" or "gzip" for the pickle.
        uv_project_path: the folder of a uv project; what its lock names is what the model needs, and the files that say
            so are kept with it.
        uv_groups, uv_extras: groups and optional dependencies of that project to add; default folder: the current one.
        resources, auth_policy: kept in `MLmodel`, for systems built on MLflow.
    """

    python_model: Any
    loader_module: str | None
    data_path: str | Path | None
    artifacts: Mapping[str, str | Path] | None
    model_config: Mapping[str, Any] | str | Path | None
    streamable: bool | None
    infer_code_paths: bool
    python_model_compression: str | None
    uv_project_path: str | Path | None
    uv_groups: Iterable[str] | None
    uv_extras: Iterable[str] | None
    resources: Any
    auth_policy: Any


class PythonLogOptions(PythonOptions, LogOptions, total=False):
    """What `hw.pyfunc.log_model` takes: `PythonOptions` and `LogOptions`."""


@dataclass
class _Written:
    """What was written of a model, and what is known of it besides.

    Attributes:
        loader_module: names what loads it.
        section: what `MLmodel` says of it under `python_function`.
        model: the live object, None for a model that a module loads.
        modules: the top-level modules that it needs.
    """

    loader_module: str
    section: dict[str, Any]
    model: Any
    modules: set[str]


def save_python_model(path: str | Path, options: PythonOptions, model: Model | None = None) -> Model:
    """Save a model into a new folder and return what its `MLmodel` says; see `PythonOptions`.

    Raises `InvalidParameterValue` for options that do not go together and for a model that cannot be called.
    """
    if model is None:
        check_options(options, PythonOptions)
    _check_together(options)
    model = model or options.get("mlflow_model") or new_model()
    with new_folder(path) as folder:
        by_module = options.get("loader_module")
        written = _copy_data(by_module, options, folder) if by_module else _write_model(options, folder)
        found = own_modules(written.modules) if options.get("infer_code_paths") else []
        code = copy_code(_join(options.get("code_paths") or (), found), folder)
        section = {"config": read_config(options.get("model_config")) or None, **written.section}
        section |= _fetch_artifacts(options.get("artifacts") or {}, folder)
        add_pyfunc(model, written.loader_module, code=code, **section)
        model.resources = options.get("resources") or model.resources
        model.auth_policy = options.get("auth_policy") or model.auth_policy
        # what predicts here is the model as it was written, which is what will predict elsewhere
        reload = None if written.model is None else partial(load_python_model, ModelFolder(folder, model))
        describe_input(model, reload, folder, _with_hints(model, written.model, options))
        _find_environment(folder, written, options).write(folder)
        finish_folder(model, folder)
    return model


def _check_together(options: PythonOptions) -> None:
    by_module, python_model = options.get("loader_module"), options.get("python_model")
    if (by_module is None) == (python_model is None):
        raise InvalidParameterValue("Give either `loader_module` or `python_model`, not both or neither.")
    if by_module is None and options.get("data_path") is not None:
        raise InvalidParameterValue("`data_path` goes with `loader_module`. Use `artifacts` instead.")
    if by_module is not None and options.get("artifacts"):
        raise InvalidParameterValue("`artifacts` goes with `python_model`. Use `data_path` instead.")


def _write_model(options: PythonOptions, folder: Path) -> _Written:
    given = options["python_model"]
    if isinstance(given, str | Path):
        return _write_code(Path(given), options, folder)
    model = as_python_model(given)
    data = dump_model(model)
    (folder / _PICKLE).write_bytes(data)
    modules = {*modules_in_pickle(io.BytesIO(data)), *imported_by(model)}
    section = {
        "python_model": _PICKLE,
        "cloudpickle_version": metadata.version("cloudpickle"),
        "streamable": _streams(model, options),
    }
    if compression := options.get("python_model_compression"):
        name = _PICKLE + COMPRESSIONS[compression][0] if compression in COMPRESSIONS else _PICKLE
        (folder / name).write_bytes(compress(data, compression))
        (folder / _PICKLE).unlink()
        section |= {"python_model": name, "python_model_compression": compression}
    return _Written(CLASS_LOADER, section, model, modules)


def _write_code(file: Path, options: PythonOptions, folder: Path) -> _Written:
    if not file.is_file():
        raise InvalidParameterValue(f"There is no file '{file}' with the model's code. Give the path of a Python file.")
    found, used = run_code_model(file, read_config(options.get("model_config")))
    model = as_python_model(found)
    shutil.copyfile(file, folder / file.name)
    section: dict[str, Any] = {"model_code_path": str(file.resolve()), "streamable": _streams(model, options)}
    if used:
        section["config"] = used
    return _Written(CODE_LOADER, section, model, set(modules_in_source(file)))


def _copy_data(loader_module: str, options: PythonOptions, folder: Path) -> _Written:
    section: dict[str, Any] = {"streamable": bool(options.get("streamable"))}
    if (given := options.get("data_path")) is not None:
        source = Path(given)
        if not source.exists():
            raise InvalidParameterValue(f"No such file or folder: data_path '{source}'. Give an existing one.")
        target = folder / _DATA / source.name
        target.parent.mkdir()
        (shutil.copytree if source.is_dir() else shutil.copyfile)(source, target)
        section["data"] = f"{_DATA}/{source.name}"
    return _Written(loader_module, section, None, {loader_module.partition(".")[0]})


def _fetch_artifacts(artifacts: Mapping[str, str | Path], folder: Path) -> dict[str, Any]:
    """Put a copy of each artifact into the model's folder and return what `MLmodel` says of them."""
    from headwater.tracking.artifacts import download_artifacts  # needed by models with artifacts only

    described = {}
    for name, uri in artifacts.items():
        found = Path(download_artifacts(str(uri)))
        target = folder / _ARTIFACTS / found.name
        if target.exists():
            target = folder / _ARTIFACTS / str(name) / found.name
        if not target.resolve().is_relative_to(folder.resolve()) or target.exists():
            raise InvalidParameterValue(f"The artifact's name '{name}' cannot be a folder's. Use letters and digits.")
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if found.is_dir() else shutil.copyfile)(found, target)
        described[str(name)] = {"path": target.relative_to(folder).as_posix(), "uri": str(uri)}
    return {_ARTIFACTS: described} if described else {}


def _find_environment(folder: Path, written: _Written, options: PythonOptions) -> Environment:
    project, groups, extras = options.get("uv_project_path"), options.get("uv_groups"), options.get("uv_extras")
    if not (project or groups or extras):
        return find_environment(folder, ("cloudpickle", *_distributions(written.modules)), options)
    if not needs_inference(options):
        raise InvalidParameterValue("The lock of a uv project says all. Leave `conda_env` and `pip_requirements` out.")
    lines = keep_uv_project(Path(project or "."), folder, groups or (), extras or ())
    return choose_environment(lines, extra_pip_requirements=options.get("extra_pip_requirements"))


def _with_hints(model: Model, live: Any, options: PythonOptions) -> SaveOptions:
    """Return the options with the signature that the type hints of a model tell, which goes before any other."""
    if live is None:
        return options
    function = getattr(live, "func", None) or live.predict
    example = options.get("input_example")
    hint = getattr(function, "__annotations__", {}).get("model_input")
    if getattr(hint, "__name__", hint) == TypeFromExample.__name__:
        if example is None:
            raise InvalidParameterValue("The type hint TypeFromExample needs an example. Pass input_example=.")
        model.type_hint_from_example = True
        return options
    signature = infer_from_hints(function)
    if signature is None:
        return options
    given = options.get("signature")
    if isinstance(given, ModelSignature) and given.params is not None:
        signature = ModelSignature(signature.inputs, signature.outputs or given.outputs, given.params)
    model.is_signature_from_type_hint = True
    return cast("SaveOptions", {**options, "signature": signature})


def _streams(model: Any, options: PythonOptions) -> bool:
    given = options.get("streamable")
    return has_stream(model) if given is None else given


def _distributions(modules: set[str]) -> list[str]:
    return [name for module in sorted(modules - _LOADERS) for name in find_distributions(module)]


def _join(given: Iterable[str | Path], found: Iterable[Path]) -> list[Path]:
    paths = [Path(path) for path in given]
    known = {path.resolve() for path in paths}
    return paths + [path for path in found if not any(path == one or path.is_relative_to(one) for one in known)]
