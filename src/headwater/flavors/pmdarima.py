"""The flavor for pmdarima: forecasters and pipelines, pickled."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Unpack

from headwater.models.flavor import Flavor, Saved
from headwater.models.load import load_flavor
from headwater.models.log import LogOptions, log_flavor
from headwater.models.model_file import ModelInfo
from headwater.models.objects import find_unsafe_object, read_object, write_pickle
from headwater.models.positional import log_by_position, save_by_position
from headwater.models.save import SaveOptions, save_flavor
from headwater.protocol.errors import InvalidParameterValue

__all__ = ["FLAVOR", "get_default_conda_env", "get_default_pip_requirements", "load_model", "log_model", "save_model"]

_FILE = "model.pmd"
_ARGUMENTS = frozenset({"n_periods", "X", "return_conf_int", "alpha", "inverse_transform"})


@save_by_position()
def save_model(pmdarima_model: Any, path: str | Path, **options: Unpack[SaveOptions]) -> None:
    """Save a forecaster of pmdarima into a new folder.

    Args:
        pmdarima_model: a fitted `pmdarima.ARIMA`, or a pipeline that ends in one.
        path: the folder, absent or empty.
        options: see `SaveOptions`.

    Example:
        >>> hw.pmdarima.save_model(pmdarima.auto_arima(y), "demand")
    """
    save_flavor(FLAVOR, pmdarima_model, path, _write, options)


@log_by_position()
def log_model(pmdarima_model: Any, artifact_path: str | None = None, **options: Unpack[LogOptions]) -> ModelInfo:
    """Log a forecaster of pmdarima as a model of the active run.

    `artifact_path` is the older word for `name`; the other arguments are those of `save_model` and `LogOptions`.

    Example:
        >>> info = hw.pmdarima.log_model(pmdarima.auto_arima(y), name="demand", registered_model_name="demand")
        >>> hw.pyfunc.load_model(info.model_uri).predict(pandas.DataFrame({"n_periods": [30]}))
    """
    return log_flavor(FLAVOR, pmdarima_model, _write, artifact_path, options)


def load_model(model_uri: str | Path, dst_path: str | Path | None = None, *, allow_pickle: bool | None = None) -> Any:
    """Return the forecaster that a URI names; see `headwater.sklearn.load_model` for the arguments.

    Example:
        >>> hw.pmdarima.load_model("models:/demand@champion").predict(n_periods=30)
    """
    return load_flavor(FLAVOR, model_uri, dst_path, allow_pickle=allow_pickle)


class _Predictor:
    def __init__(self, forecaster: Any, _section: Mapping[str, Any]) -> None:
        self._forecaster = forecaster

    def predict(self, data: Any, params: Mapping[str, Any] | None = None) -> Any:
        """Return the frame of forecasts that one row of arguments asks for."""
        import pandas as pd

        frame = data if isinstance(data, pd.DataFrame) else None
        if frame is None or len(frame) != 1 or "n_periods" not in frame.columns:
            rows = "no data frame" if frame is None else f"{len(frame)} rows, columns {list(map(str, frame.columns))}"
            raise InvalidParameterValue(
                "A forecast is asked for by a data frame of one row with the column 'n_periods', and with any of "
                f"{', '.join(sorted(_ARGUMENTS))}. This is: {rows}."
            )
        given: dict[Any, Any] = {**frame.iloc[0].to_dict(), **(params or {})}
        arguments = {name: value for name, value in given.items() if name in _ARGUMENTS and value is not None}
        arguments["n_periods"] = int(arguments["n_periods"])
        found = self._forecaster.predict(**arguments)
        if not arguments.get("return_conf_int"):
            return pd.DataFrame({"yhat": found})
        forecast, interval = found
        return pd.DataFrame({"yhat": forecast, "yhat_lower": interval[:, 0], "yhat_upper": interval[:, 1]})


def _write(forecaster: Any, folder: Path) -> Saved:
    with (folder / _FILE).open("wb") as stream:
        write_pickle(forecaster, stream, by_value=False)
    return Saved({"data": _FILE, "model_type": type(forecaster).__name__}, {"data": _FILE})


FLAVOR = Flavor(
    name="pmdarima",
    package="pmdarima",
    version_key="pmdarima_version",
    distributions=("pmdarima",),
    load=lambda folder: read_object(folder, folder.data_name("pmdarima", _FILE), {}),
    predictor=_Predictor,
    find_unsafe=lambda folder: find_unsafe_object(folder.data_name("pmdarima", _FILE), {}),
)
get_default_conda_env = FLAVOR.get_default_conda_env
get_default_pip_requirements = FLAVOR.get_default_pip_requirements
