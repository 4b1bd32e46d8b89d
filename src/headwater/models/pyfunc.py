"""Any model, whatever made it, behind one `predict`."""

import importlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from headwater.models.code_paths import add_code
from headwater.models.consent import check_consent
from headwater.models.flavor import ModelFolder, Predictor, describe_settings, find_loader
from headwater.models.load import find_code, load_opened, open_model
from headwater.models.mismatch import warn_of_mismatches
from headwater.models.model_file import PYFUNC, Model
from headwater.models.python.config_file import read_config
from headwater.models.schema.enforce import enforce_params, enforce_schema
from headwater.models.schema.types import Name
from headwater.protocol.errors import InvalidParameterValue
from headwater.stand_in.borrow import mlflow_names


class PyFuncModel:
    """A loaded model: checks its input against the signature and predicts. As thread-safe as the framework's predict.

    Attributes:
        metadata: what `MLmodel` says.
        model_config: the configuration it was loaded with.
    """

    def __init__(
        self, folder: ModelFolder, native: Any, predictor: Predictor, model_config: dict[str, Any] | None = None
    ) -> None:
        self.metadata: Model = folder.model
        self.model_config = model_config
        self._folder = folder
        self._native = native
        self._predictor = predictor

    @property
    def model_id(self) -> str | None:
        """Return the id of the logged model, None for one that was only saved."""
        return self.metadata.model_id

    @property
    def loader_module(self) -> str:
        """Return the name of the module that loads it."""
        return str(self.metadata.flavors[PYFUNC]["loader_module"])

    @property
    def input_example(self) -> Any:
        """Return the input example that was kept with the model, None if there is none."""
        return self.metadata.load_input_example(self._folder.path)

    @property
    def path(self) -> Path:
        """Return the folder of its files."""
        return self._folder.path

    def predict(self, data: Any, params: Mapping[str, Any] | None = None) -> Any:
        """Return predictions.

        Args:
            data: a pandas or polars frame, an array, a dict of columns, a list of records, or what the model takes.
            params: those of the signature; others are dropped with a warning.

        Raises `InvalidParameterValue` if data or params do not fit the signature.
        """
        return self._predictor.predict(*self._check(data, params))

    @property
    def is_row_wise(self) -> bool:
        """Return whether the model says that the prediction for a row depends on that row alone."""
        return bool(getattr(self._predictor, "is_row_wise", False))

    def for_arrays(self, names: Sequence[Name]) -> Callable[..., Any] | None:
        """Return what predicts from one array with these columns, faster than from a frame; None if nothing does."""
        make = getattr(self._predictor, "for_arrays", None)
        return make(names) if make is not None else None

    def predict_fitted(self, data: Any, params: Mapping[str, Any]) -> Any:
        """Return predictions for data and params that fit the signature already, and are not checked again."""
        return self._predictor.predict(data, params)

    @property
    def is_streaming(self) -> bool:
        """Return whether the model yields parts of its predictions, see `predict_stream`."""
        return bool(getattr(self._predictor, "streams", False))

    def predict_stream(self, data: Any, params: Mapping[str, Any] | None = None) -> Iterator[Any]:
        """Yield parts of a prediction as the model makes them; for models that were saved as streamable."""
        stream = getattr(self._predictor, "predict_stream", None)
        if stream is None:
            raise InvalidParameterValue("This model does not stream. Use predict.")
        return stream(*self._check(data, params))  # type: ignore[no-any-return]  # the model's own

    def close(self) -> None:
        """Give back what the model holds besides memory; models in processes of their own have any."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def get_raw_model(self) -> Any:
        """Return the framework's own object, or the `PythonModel` or function that was logged."""
        return getattr(self._predictor, "python_model", self._native)

    def unwrap_python_model(self) -> Any:
        """Return the `PythonModel` that was logged; raise `InvalidParameterValue` for a model of a framework."""
        inner = getattr(self._predictor, "python_model", None)
        if inner is None:
            raise InvalidParameterValue(
                f"This model is no PythonModel but of '{self.loader_module}'. Use get_raw_model."
            )
        return inner

    def _check(self, data: Any, params: Mapping[str, Any] | None) -> tuple[Any, dict[str, Any]]:
        signature = self.metadata.signature
        checked = enforce_params(params, signature.params if signature else None)
        if signature is None or signature.inputs is None or self._is_checked_by_model():
            return data, checked
        return enforce_schema(data, signature.inputs), checked

    def _is_checked_by_model(self) -> bool:
        """Tell whether the signature was made of a type hint, which says more than the signature."""
        from_hint = self.metadata.is_signature_from_type_hint or self.metadata.type_hint_from_example
        return from_hint and hasattr(self._predictor, "checks_input")

    def __repr__(self) -> str:
        facts = {
            "artifact_path": self.metadata.artifact_path,
            "flavor": self.loader_module,
            "run_id": self.metadata.run_id,
        }
        lines = "".join(f"  {key}: {value}\n" for key, value in facts.items() if value)
        return f"headwater.pyfunc.loaded_model:\n{lines}"


def load_model(
    model_uri: str | Path,
    suppress_warnings: bool = False,  # noqa: FBT001 - the order that callers of MLflow know
    dst_path: str | Path | None = None,
    model_config: str | Path | Mapping[str, Any] | None = None,
    *,
    allow_pickle: bool | None = None,
    env_manager: str = "local",
) -> PyFuncModel:
    """Load any model that has the flavor `python_function`.

    Args:
        model_uri: a path, `runs:/…`, `models:/…`, `s3://…` and so on.
        suppress_warnings: do not say which installed packages differ from those of the training.
        dst_path: where to put a copy of the files; default: the user's cache.
        model_config: replaces entries of the configuration that the model was saved with.
        allow_pickle: load it even if that runs code of somebody else.
        env_manager: "uv" loads it in a process of its own, in an environment made of its requirements, which is kept
            for the next time; "local" loads it here.

    Raises:
        ResourceDoesNotExist: there is no such model.
        DataLoss: a file is not the one that was saved.
        PermissionDenied: loading it would run code of somebody else, and nobody allowed that.

    Example:
        >>> model = hw.pyfunc.load_model("models:/churn@champion")
        >>> model.predict(frame)
    """
    folder = open_model(model_uri, dst_path)
    section = folder.section(PYFUNC)
    config = merge_config(section.get("config"), model_config)
    if env_manager != "local":
        from headwater.models.isolated.model import load_isolated  # which builds on this module

        return load_isolated(folder, config, env_manager=env_manager, allow_pickle=allow_pickle)
    if not suppress_warnings:
        warn_of_mismatches(folder)
    flavor = find_loader(folder)
    if flavor is None:
        return _load_by_module(folder, section, config, allow_pickle)
    told = {"model_config": config} if flavor.configurable else {}
    native = load_opened(flavor, folder, allow_pickle=allow_pickle, **told)
    settings = {**describe_settings(flavor, folder.model), **({"config": config} if config else {})}
    return PyFuncModel(folder, native, flavor.predictor(native, settings), config)


def find_unsafe(folder: ModelFolder) -> list[str]:
    """Return, for people, everything of a model that runs code when it is loaded."""
    flavor = find_loader(folder)
    if flavor is None:
        loader = folder.section(PYFUNC).get("loader_module", "")
        return [f"a model by its module '{loader}'", *find_code(folder)]
    return [*flavor.find_unsafe(folder), *find_code(folder)]


def _load_by_module(
    folder: ModelFolder,
    section: Mapping[str, Any],
    config: dict[str, Any] | None,
    allow_pickle: bool | None,  # noqa: FBT001
) -> PyFuncModel:
    """Load a model by the module that it names, which is code of somebody else unless the model is one's own."""
    name = str(section.get("loader_module", ""))
    for what in find_unsafe(folder):
        check_consent(what, folder, allow_pickle)
    data = folder.file(str(section["data"])) if section.get("data") else folder.path
    add_code(folder)
    try:
        with mlflow_names():
            load = importlib.import_module(name)._load_pyfunc  # noqa: SLF001 - the name that the format prescribes
    except (ImportError, AttributeError, ValueError) as error:
        raise InvalidParameterValue(
            f"The model needs the module '{name}' with a function _load_pyfunc, which cannot be had: {error}. "
            "Install the package it comes from."
        ) from error
    native = load(str(data), model_config=config) if config else load(str(data))
    return PyFuncModel(folder, native, _AnyPredictor(native), config)


class _AnyPredictor:
    """What a loader module returned, called with params only if it takes them."""

    def __init__(self, native: Any) -> None:
        import inspect  # needed by such models only

        self._predict = native.predict
        self._stream = getattr(native, "predict_stream", None)
        parameters = inspect.signature(native.predict).parameters
        self._takes_params = "params" in parameters or any(
            parameter.kind is inspect.Parameter.VAR_KEYWORD for parameter in parameters.values()
        )

    def predict(self, data: Any, params: Mapping[str, Any] | None = None) -> Any:
        return self._predict(data, params=params) if self._takes_params else self._predict(data)

    @property
    def streams(self) -> bool:
        return callable(self._stream)

    def predict_stream(self, data: Any, params: Mapping[str, Any] | None = None) -> Any:
        if self._stream is None:
            raise InvalidParameterValue("This model does not stream. Use predict.")
        return self._stream(data, params=params) if self._takes_params else self._stream(data)


def merge_config(
    saved: Mapping[str, Any] | None, given: str | Path | Mapping[str, Any] | None
) -> dict[str, Any] | None:
    """Return the configuration that a model was saved with, its entries replaced by those given; None for none."""
    return {**(saved or {}), **(read_config(given) or {})} or None
