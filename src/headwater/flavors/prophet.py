"""The flavor for Prophet, in Prophet's own JSON."""

import json
from pathlib import Path
from typing import Any, Unpack

from headwater.models.flavor import Flavor, ModelFolder, Saved
from headwater.models.load import load_flavor
from headwater.models.log import LogOptions, log_flavor
from headwater.models.model_file import ModelInfo
from headwater.models.positional import log_by_position, save_by_position
from headwater.models.predictors import MethodPredictor
from headwater.models.save import SaveOptions, save_flavor

__all__ = ["FLAVOR", "get_default_conda_env", "get_default_pip_requirements", "load_model", "log_model", "save_model"]

_FILE = "model.pr"


@save_by_position()
def save_model(pr_model: Any, path: str | Path, **options: Unpack[SaveOptions]) -> None:
    """Save a model of Prophet into a new folder.

    Args:
        pr_model: a fitted `prophet.Prophet`.
        path: the folder, absent or empty.
        options: see `SaveOptions`.

    Example:
        >>> hw.prophet.save_model(forecaster, "demand")
    """
    save_flavor(FLAVOR, pr_model, path, _write, options)


@log_by_position()
def log_model(pr_model: Any, artifact_path: str | None = None, **options: Unpack[LogOptions]) -> ModelInfo:
    """Log a model of Prophet as a model of the active run.

    `artifact_path` is the older word for `name`; the other arguments are those of `save_model` and `LogOptions`.

    Example:
        >>> info = hw.prophet.log_model(forecaster, name="demand", registered_model_name="demand")
        >>> hw.pyfunc.load_model(info.model_uri).predict(forecaster.make_future_dataframe(30))
    """
    return log_flavor(FLAVOR, pr_model, _write, artifact_path, options)


def load_model(model_uri: str | Path, dst_path: str | Path | None = None, *, allow_pickle: bool | None = None) -> Any:
    """Return the model that a URI names; see `headwater.sklearn.load_model` for the arguments.

    Example:
        >>> hw.prophet.load_model("models:/demand@champion").make_future_dataframe(30)
    """
    return load_flavor(FLAVOR, model_uri, dst_path, allow_pickle=allow_pickle)


def _write(model: Any, folder: Path) -> Saved:
    from prophet.serialize import model_to_json

    # a JSON text within JSON, as MLflow reads and writes it
    (folder / _FILE).write_text(json.dumps(model_to_json(model)), encoding="utf-8")
    return Saved({"data": _FILE, "model_type": type(model).__name__}, {"data": _FILE})


def _load(folder: ModelFolder) -> Any:
    from prophet.serialize import model_from_json

    text = folder.file(folder.data_name(FLAVOR.name, _FILE)).read_text(encoding="utf-8")
    inner = json.loads(text)
    return model_from_json(inner if isinstance(inner, str) else text)


FLAVOR = Flavor(
    name="prophet",
    package="prophet",
    version_key="prophet_version",
    distributions=("prophet",),
    load=_load,
    predictor=MethodPredictor,
)
get_default_conda_env = FLAVOR.get_default_conda_env
get_default_pip_requirements = FLAVOR.get_default_pip_requirements
