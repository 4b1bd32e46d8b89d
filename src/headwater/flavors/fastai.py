"""The flavor for fastai: learners as `Learner.export` pickles them."""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Unpack

from headwater.models.flavor import Flavor, ModelFolder, Saved
from headwater.models.load import load_flavor
from headwater.models.log import LogOptions, log_flavor
from headwater.models.model_file import ModelInfo
from headwater.models.positional import log_by_position, save_by_position
from headwater.models.save import SaveOptions, save_flavor
from headwater.protocol.errors import InvalidParameterValue

__all__ = ["FLAVOR", "get_default_conda_env", "get_default_pip_requirements", "load_model", "log_model", "save_model"]

_FILE = "model.fastai"


@save_by_position()
def save_model(fastai_learner: Any, path: str | Path, **options: Unpack[SaveOptions]) -> None:
    """Save a learner of fastai into a new folder.

    Args:
        fastai_learner: a `fastai.learner.Learner`.
        path: the folder, absent or empty.
        options: see `SaveOptions`.

    Example:
        >>> hw.fastai.save_model(learner, "learner", input_example=frame.head())
    """
    save_flavor(FLAVOR, fastai_learner, path, _write, options)


@log_by_position()
def log_model(fastai_learner: Any, artifact_path: str | None = None, **options: Unpack[LogOptions]) -> ModelInfo:
    """Log a learner of fastai as a model of the active run.

    `artifact_path` is the older word for `name`; the other arguments are those of `save_model` and `LogOptions`.

    Example:
        >>> info = hw.fastai.log_model(learner, name="learner", registered_model_name="churn")
    """
    return log_flavor(FLAVOR, fastai_learner, _write, artifact_path, options)


def load_model(model_uri: str | Path, dst_path: str | Path | None = None, *, allow_pickle: bool | None = None) -> Any:
    """Return the learner that a URI names; see `headwater.sklearn.load_model` for the arguments.

    Example:
        >>> hw.fastai.load_model("models:/churn@champion").predict(frame.iloc[0])
    """
    return load_flavor(FLAVOR, model_uri, dst_path, allow_pickle=allow_pickle)


class _Predictor:
    """Returns a frame with the column `predictions`: for each row what the learner's activation gives, as a list."""

    def __init__(self, learner: Any) -> None:
        self._learner = learner

    def predict(self, data: Any, params: Mapping[str, Any] | None = None) -> Any:  # noqa: ARG002 - fastai has none
        import pandas as pd

        import_module("fastai.callback.progress")  # gives learners `no_bar`

        with self._learner.no_bar(), self._learner.no_logging():
            found, _targets = self._learner.get_preds(dl=self._learner.dls.test_dl(data))
        return pd.Series(list(found.numpy())).to_frame("predictions")


def _write(learner: Any, folder: Path) -> Saved:
    if not hasattr(learner, "export"):
        raise InvalidParameterValue(f"A '{type(learner).__name__}' is no Learner of fastai. Give what was trained.")
    learner.export((folder / _FILE).resolve())
    return Saved({"data": _FILE}, {"data": _FILE})


def _load(folder: ModelFolder) -> Any:
    import warnings

    from fastai.learner import load_learner

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*insecure pickle", category=UserWarning)  # the user gave consent
        return load_learner(folder.file(folder.data_name("fastai", _FILE)))


FLAVOR = Flavor(
    name="fastai",
    package="fastai",
    version_key="fastai_version",
    distributions=("fastai",),
    load=_load,
    predictor=lambda learner, _section: _Predictor(learner),
    find_unsafe=lambda folder: [f"the pickle '{folder.data_name('fastai', _FILE)}'"],
)
get_default_conda_env = FLAVOR.get_default_conda_env
get_default_pip_requirements = FLAVOR.get_default_pip_requirements
