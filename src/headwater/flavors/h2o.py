"""The flavor for H2O: its binary models, which a server of the same version of H2O reads."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, Unpack

import yaml

from headwater.models.flavor import Flavor, ModelFolder, Saved
from headwater.models.load import load_flavor
from headwater.models.log import LogOptions, log_flavor
from headwater.models.model_file import ModelInfo
from headwater.models.positional import log_by_position, save_by_position
from headwater.models.save import SaveOptions, save_flavor

__all__ = ["FLAVOR", "get_default_conda_env", "get_default_pip_requirements", "load_model", "log_model", "save_model"]

_FOLDER, _FACTS = "model.h2o", "h2o.yaml"


@save_by_position("conda_env code_paths mlflow_model settings")
def save_model(
    h2o_model: Any, path: str | Path, *, settings: Mapping[str, Any] | None = None, **options: Unpack[SaveOptions]
) -> None:
    """Save a model into a new folder.

    Args:
        h2o_model: a trained model of the server that this process is connected to, which runs on this machine.
        path: the folder, absent or empty.
        settings: kept in `h2o.yaml`; the entry "init" holds arguments for `h2o.init` when it is loaded.
        options: see `SaveOptions`.

    Example:
        >>> hw.h2o.save_model(gbm, "gbm", input_example=frame.as_data_frame().head())
    """
    save_flavor(FLAVOR, h2o_model, path, partial(_write, settings or {}), options)


@log_by_position(
    "conda_env code_paths registered_model_name signature input_example pip_requirements extra_pip_requirements"
)
def log_model(
    h2o_model: Any,
    artifact_path: str | None = None,
    *,
    settings: Mapping[str, Any] | None = None,
    **options: Unpack[LogOptions],
) -> ModelInfo:
    """Log a model as a model of the active run.

    `artifact_path` is the older word for `name`; the other arguments are those of `save_model` and `LogOptions`.

    Example:
        >>> info = hw.h2o.log_model(gbm, name="gbm", registered_model_name="churn")
    """
    return log_flavor(FLAVOR, h2o_model, partial(_write, settings or {}), artifact_path, options)


def load_model(model_uri: str | Path, dst_path: str | Path | None = None, *, allow_pickle: bool | None = None) -> Any:
    """Return the model that a URI names, in the server of H2O that this process is connected to, else in a new one; the
    arguments are those of `headwater.sklearn.load_model`.

    Example:
        >>> hw.h2o.load_model("models:/churn@champion").predict(h2o.H2OFrame(frame))
    """
    return load_flavor(FLAVOR, model_uri, dst_path, allow_pickle=allow_pickle)


class _Predictor:
    """Predicts for a DataFrame of pandas, and returns one with a column for the prediction and each probability."""

    def __init__(self, model: Any) -> None:
        self._model = model

    def predict(self, data: Any, params: Mapping[str, Any] | None = None) -> Any:  # noqa: ARG002 - H2O has none
        import h2o

        found = self._model.predict(data if isinstance(data, h2o.H2OFrame) else h2o.H2OFrame(data))
        frame = found.as_data_frame(use_multi_thread=False)
        return frame.set_index(data.index) if hasattr(data, "index") and len(data) == len(frame) else frame


def _write(settings: Mapping[str, Any], model: Any, folder: Path) -> Saved:
    import h2o

    path = Path(h2o.save_model(model=model, path=str(folder / _FOLDER), force=True))
    facts = {**settings, "full_file": str(path), "model_dir": str(path.parent), "model_file": path.name}
    (folder / _FOLDER / _FACTS).write_text(yaml.safe_dump(facts), encoding="utf-8")
    return Saved({"data": _FOLDER}, {"data": _FOLDER})


def _load(folder: ModelFolder) -> Any:
    import h2o

    facts = _read_facts(folder)
    if h2o.connection() is None:
        h2o.init(**{"verbose": False, **(facts.get("init") or {})})
    return h2o.load_model(str(folder.file(f"{_find_folder(folder)}/{facts['model_file']}")))


def _find_folder(folder: ModelFolder) -> str:
    return str(folder.section(FLAVOR.name).get("data") or _FOLDER)


def _read_facts(folder: ModelFolder) -> dict[str, Any]:
    return dict(yaml.safe_load(folder.file(f"{_find_folder(folder)}/{_FACTS}").read_text(encoding="utf-8")))


def _find_unsafe(folder: ModelFolder) -> list[str]:
    return [f"'{_FACTS}', which says how to start H2O"] if _read_facts(folder).get("init") else []  # any command


FLAVOR = Flavor(
    name="h2o",
    package="h2o",
    version_key="h2o_version",
    distributions=("h2o",),
    load=_load,
    predictor=lambda model, _section: _Predictor(model),
    find_unsafe=_find_unsafe,
)
get_default_pip_requirements = FLAVOR.get_default_pip_requirements
get_default_conda_env = FLAVOR.get_default_conda_env
