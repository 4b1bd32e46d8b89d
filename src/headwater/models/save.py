"""Saving a model: everything that is the same for every flavor."""

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypedDict

from headwater.models.code_paths import copy_code
from headwater.models.consent import remember_own
from headwater.models.environment import (
    CONDA_FILE,
    PYTHON_ENV_FILE,
    Environment,
    choose_environment,
    needs_inference,
)
from headwater.models.flavor import Flavor, Predictor, Write, describe_settings
from headwater.models.manifest import write_manifest
from headwater.models.model_file import MODEL_FILE, PYFUNC, Model, new_model
from headwater.models.requirements import infer_requirements
from headwater.models.schema.example import save_example, split_params
from headwater.models.schema.infer import infer_from_example
from headwater.models.schema.signature import ModelSignature
from headwater.protocol.errors import InvalidParameterValue

_EXTRA_FILES = "extra_files"


class SaveOptions(TypedDict, total=False):
    """What every `save_model` and `log_model` takes besides what is special to a flavor.

    Attributes:
        conda_env: a dict or YAML file that describes the environment, kept as it is.
        code_paths: files and folders of your own Python code that the model needs.
        mlflow_model: a `Model` to add the flavor to.
        signature: inputs, outputs and params; default: inferred from the input example; False: none.
        input_example: a few rows of input, or (rows, params); kept with the model.
        pip_requirements: what the model needs, instead of what is found in it.
        extra_pip_requirements: what it needs besides.
        metadata: a dict of anything, kept in `MLmodel`.
        extra_files: more files, kept in the folder `extra_files`.
    """

    conda_env: Mapping[str, Any] | str | Path | None
    code_paths: Iterable[str | Path] | None
    mlflow_model: Model | None
    signature: ModelSignature | bool | None
    input_example: Any
    pip_requirements: Iterable[str] | str | None
    extra_pip_requirements: Iterable[str] | str | None
    metadata: dict[str, Any] | None
    extra_files: Iterable[str | Path] | None


def save_flavor(
    flavor: Flavor, native: Any, path: str | Path, write: Write, options: SaveOptions, model: Model | None = None
) -> Model:
    """Save a model of a flavor into a new folder and return what its `MLmodel` says.

    Args:
        flavor: which framework it is of.
        native: the framework's own object.
        path: the folder, which must be absent or empty; it is removed again if saving fails.
        write: writes the framework's files into the folder.
        options: see `SaveOptions`.
        model: describes the model; default: `mlflow_model` of the options, else a new description.
    """
    if model is None:
        check_options(options, SaveOptions)
    model = model or options.get("mlflow_model") or new_model()
    with new_folder(path) as folder:
        saved = write(native, folder)
        code = copy_code(options.get("code_paths") or (), folder)
        versions = {flavor.version_key: flavor.version(), "code": code}
        extra = _copy_extra_files(options.get("extra_files") or (), folder)
        model.add_flavor(flavor.name, **versions, **saved.section, **extra)
        make_predictor = None
        if saved.pyfunc is not None:
            add_pyfunc(model, flavor.loaders[0], code=code, **saved.pyfunc)
            make_predictor = partial(flavor.predictor, native, describe_settings(flavor, model))
        describe_input(model, make_predictor, folder, options)
        find_environment(folder, (*flavor.needed(), *saved.requirements), options).write(folder)
        finish_folder(model, folder)
    return model


@contextmanager
def new_folder(path: str | Path) -> Iterator[Path]:
    """Make the folder of a new model, which must be absent or empty; it is removed again if the block fails."""
    folder = Path(path)
    existed = _check_free(folder)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        yield folder
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        if existed:
            folder.mkdir()
        raise


def check_options(options: SaveOptions, allowed: type[SaveOptions]) -> None:
    """Raise `InvalidParameterValue` for an option that does not exist, such as a misspelt one."""
    names = frozenset(allowed.__optional_keys__)  # type: ignore[attr-defined]  # what every TypedDict has
    unknown = sorted(options.keys() - names)
    if unknown:
        import difflib  # needed by mistakes only

        near = difflib.get_close_matches(unknown[0], names, 1)
        hint = f"Did you mean '{near[0]}'?" if near else "Leave it out."
        raise InvalidParameterValue(f"There is no argument '{unknown[0]}'. {hint}")


def add_pyfunc(
    model: Model, loader_module: str, *, code: str | None = None, env: dict[str, str] | None = None, **section: Any
) -> None:
    """Say in `MLmodel` which module makes the model predict, and in which environment."""
    import platform  # not needed to read models

    given = {"code": code, **section}
    model.add_flavor(
        PYFUNC,
        loader_module=loader_module,
        python_version=platform.python_version(),
        env=env or {"conda": CONDA_FILE, "virtualenv": PYTHON_ENV_FILE},
        **{key: value for key, value in given.items() if value is not None},
    )


def describe_input(
    model: Model, make_predictor: Callable[[], Predictor] | None, folder: Path, options: SaveOptions
) -> None:
    """Keep the input example, and the signature: the one given, else the one that the example has.

    A model that fails on its own example is saved without a signature, with a warning.
    """
    example, signature = options.get("input_example"), options.get("signature")
    if example is not None:
        model.saved_input_example_info = save_example(example, folder)
    if isinstance(signature, ModelSignature):
        model.signature = signature
    elif signature is None and example is not None and make_predictor and model.signature is None:
        model.signature = _infer_from_example(make_predictor, example)
    if options.get("metadata") is not None:
        model.metadata = options.get("metadata")


def find_environment(folder: Path, distributions: Iterable[str], options: SaveOptions) -> Environment:
    """Return what the model in a folder needs to be loaded."""
    inferred = infer_requirements(folder, distributions) if needs_inference(options) else None
    return choose_environment(
        inferred,
        conda_env=options.get("conda_env"),
        pip_requirements=options.get("pip_requirements"),
        extra_pip_requirements=options.get("extra_pip_requirements"),
    )


def finish_folder(model: Model, folder: Path) -> None:
    """Write `MLmodel` and the manifest; the model is known as this user's own from now on."""
    remember_own(write_description(model, folder))


def write_description(model: Model, folder: Path) -> str:
    """Write `MLmodel` and the manifest, and return the digest of the latter."""
    for cache in list(folder.rglob("__pycache__")):
        shutil.rmtree(cache)
    model.model_size_bytes = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    model.save(folder / MODEL_FILE)
    return write_manifest(folder)


def _infer_from_example(make_predictor: Callable[[], Predictor], example: Any) -> ModelSignature | None:
    import logging  # needed by failures only

    data, params = split_params(example)
    try:
        output = make_predictor().predict(data, params)
    except Exception as error:  # noqa: BLE001 - the user's own model, which is saved all the same
        logging.getLogger(__name__).warning(
            "The model was saved without a signature, because it failed on its input example: %s: %s. "
            "Correct the example or pass signature=.",
            type(error).__name__,
            str(error).rstrip("."),
        )
        return None
    return infer_from_example(data, output, params)


def _copy_extra_files(paths: Iterable[str | Path], folder: Path) -> dict[str, Any]:
    listed = []
    for path in map(Path, paths):
        if not path.is_file():
            raise InvalidParameterValue(f"No such file in extra_files: '{path}'. Give an existing one.")
        target = folder / _EXTRA_FILES / path.name
        target.parent.mkdir(exist_ok=True)
        shutil.copyfile(path, target)
        listed.append({"path": f"{_EXTRA_FILES}/{path.name}"})
    return {_EXTRA_FILES: listed} if listed else {}


def _check_free(folder: Path) -> bool:
    """Return whether the folder exists; raise `InvalidParameterValue` unless it is absent or empty."""
    if not folder.exists():
        return False
    if not folder.is_dir() or any(folder.iterdir()):
        raise InvalidParameterValue(f"Path '{folder}' already exists and is not empty. Choose another one.")
    return True
