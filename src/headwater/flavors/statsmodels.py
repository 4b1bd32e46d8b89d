"""The flavor for statsmodels: fitted results, in statsmodels' own files, which are pickles."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, Unpack

from headwater.flavors.statsmodels_autolog import autolog
from headwater.models.flavor import Flavor, Saved
from headwater.models.load import load_flavor
from headwater.models.log import LogOptions, log_flavor
from headwater.models.model_file import ModelInfo
from headwater.models.objects import find_unsafe_object, read_object
from headwater.models.positional import log_by_position, save_by_position
from headwater.models.save import SaveOptions, save_flavor
from headwater.protocol.errors import InvalidParameterValue

__all__ = [
    "FLAVOR",
    "autolog",
    "get_default_conda_env",
    "get_default_pip_requirements",
    "load_model",
    "log_model",
    "save_model",
]

_FILE = "model.statsmodels"


@save_by_position("conda_env code_paths mlflow_model remove_data")
def save_model(
    statsmodels_model: Any, path: str | Path, *, remove_data: bool = False, **options: Unpack[SaveOptions]
) -> None:
    """Save fitted results of statsmodels into a new folder.

    Args:
        statsmodels_model: what `fit()` returned.
        path: the folder, absent or empty.
        remove_data: leave the training data out of the file, and out of the results themselves.
        options: see `SaveOptions`.

    Example:
        >>> hw.statsmodels.save_model(sm.OLS(y, X).fit(), "ols", input_example=X[:5])
    """
    save_flavor(FLAVOR, statsmodels_model, path, partial(write_model, remove_data), options)


@log_by_position("conda_env code_paths registered_model_name remove_data")
def log_model(
    statsmodels_model: Any,
    artifact_path: str | None = None,
    *,
    remove_data: bool = False,
    **options: Unpack[LogOptions],
) -> ModelInfo:
    """Log fitted results of statsmodels as a model of the active run.

    `artifact_path` is the older word for `name`; the other arguments are those of `save_model` and `LogOptions`.

    Example:
        >>> info = hw.statsmodels.log_model(sm.OLS(y, X).fit(), name="ols", input_example=X[:5])
    """
    return log_flavor(FLAVOR, statsmodels_model, partial(write_model, remove_data), artifact_path, options)


def load_model(model_uri: str | Path, dst_path: str | Path | None = None, *, allow_pickle: bool | None = None) -> Any:
    """Return the results that a URI names; see `headwater.sklearn.load_model` for the arguments.

    Example:
        >>> hw.statsmodels.load_model("models:/demand@champion").summary()
    """
    return load_flavor(FLAVOR, model_uri, dst_path, allow_pickle=allow_pickle)


class _Predictor:
    def __init__(self, results: Any, _section: Mapping[str, Any]) -> None:
        self._results = results

    def predict(self, data: Any, params: Mapping[str, Any] | None = None) -> Any:
        """Return predictions for rows; for a time series, from the `start` to the `end` that one row names."""
        from statsmodels.tsa.base.tsa_model import TimeSeriesModel

        if not isinstance(self._results.model, TimeSeriesModel):
            return self._results.predict(data, **(params or {}))
        columns = getattr(data, "columns", ())
        if "start" not in columns or "end" not in columns or len(data) != 1:
            raise InvalidParameterValue(
                "A time series predicts from a data frame of one row with the columns 'start' and 'end'."
            )
        return self._results.predict(start=data["start"].iloc[0], end=data["end"].iloc[0], **(params or {}))


def write_model(remove_data: bool, results: Any, folder: Path) -> Saved:  # noqa: FBT001 - given by partial
    """Write the file of results into a model's folder."""
    results.save(folder / _FILE, remove_data=remove_data)
    return Saved({"data": _FILE}, {"data": _FILE})


FLAVOR = Flavor(
    name="statsmodels",
    package="statsmodels",
    version_key="statsmodels_version",
    distributions=("statsmodels",),
    load=lambda folder: read_object(folder, folder.data_name("statsmodels", _FILE), {}),
    predictor=_Predictor,
    find_unsafe=lambda folder: find_unsafe_object(folder.data_name("statsmodels", _FILE), {}),
)
get_default_conda_env = FLAVOR.get_default_conda_env
get_default_pip_requirements = FLAVOR.get_default_pip_requirements
