"""The data of an evaluation: features for the model, truth, predictions that are there already, and the columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from headwater.protocol.errors import InvalidParameterValue, NotSupported
from headwater.tracking.datasets import (
    ArrowDataset,
    Dataset,
    NumpyDataset,
    PandasDataset,
    PolarsDataset,
    from_arrow,
    from_numpy,
    from_pandas,
    from_polars,
)


@dataclass(frozen=True, eq=False)
class EvaluationData:
    """What is evaluated; `frame` holds all columns, `features` those that the model is given."""

    frame: Any
    features: Any
    truth: Any
    dataset: Dataset
    feature_names: tuple[str, ...]
    target_name: str = "target"

    def __len__(self) -> int:
        return len(self.features)

    @property
    def features_data(self) -> Any:
        """Return the features (the spelling that evaluators written for MLflow use)."""
        return self.features

    @property
    def labels_data(self) -> Any:
        """Return the truth (the spelling that evaluators written for MLflow use)."""
        return self.truth

    @property
    def name(self) -> str:
        """Return what the data are called."""
        return self.dataset.name

    @property
    def hash(self) -> str:
        """Return the digest of the data (the spelling that evaluators written for MLflow use)."""
        return self.dataset.digest

    def column(self, name: str) -> Any:
        """Return a column as an array; raise `InvalidParameterValue` if there is none of this name."""
        if hasattr(self.frame, "columns"):
            if name in self.frame.columns:
                return self.frame[name].to_numpy()
            known = list(self.frame.columns)
        else:
            if name in self.feature_names:
                return self.frame[:, self.feature_names.index(name)]
            known = list(self.feature_names)
        raise InvalidParameterValue(f"The data have no column '{name}'. Use one of {', '.join(map(str, known[:20]))}.")

    def to_pandas(self) -> Any:
        """Return all columns as a pandas frame."""
        pandas = require_pandas()
        if hasattr(self.frame, "columns"):
            is_pandas = hasattr(self.frame, "iloc")
            return (
                self.frame if is_pandas else pandas.DataFrame({name: self.column(name) for name in self.frame.columns})
            )
        return pandas.DataFrame(self.frame, columns=list(self.feature_names))


def read_data(
    data: Any,
    *,
    targets: Any = None,
    predictions: str | None = None,
    other_columns: Sequence[str] = (),
    feature_names: Sequence[str] | None = None,
    source: str | None = None,
    name: str | None = None,
) -> EvaluationData:
    """Return data of any kind that is known, with the truth taken out.

    Args:
        data: a frame of pandas or polars, an Arrow table, an array or nested lists, or a dataset of one of them.
        targets: the column of the truth, or the truth itself, one for each row.
        predictions: a column of predictions, which the model is not given.
        other_columns: columns that the model is not given either.
        feature_names: the columns that the model is given; of an array, what to call its columns.

    Raises:
        InvalidParameterValue: the data are of another kind, or a column is not there.
    """
    dataset, frame = _open(data, targets, predictions, source, name)
    if targets is None:
        targets = getattr(dataset, "targets", None)
    is_frame = hasattr(frame, "columns")
    if not is_frame and getattr(frame, "ndim", 0) < 2:
        raise InvalidParameterValue(
            f"Invalid data of shape '{getattr(frame, 'shape', '')}'. Give a row of features for each example."
        )
    held = {item for item in (targets, predictions) if isinstance(item, str)} | set(other_columns)
    names = _feature_names(frame, held, feature_names)
    table = EvaluationData(frame, frame, None, dataset, names)
    truth = None if targets is None else _find_truth(table, targets)
    features = frame[list(names)] if is_frame and list(frame.columns) != list(names) else frame
    target_name = targets if isinstance(targets, str) else "target"
    return EvaluationData(frame, features, truth, dataset, names, target_name)


def require_pandas() -> Any:
    """Return pandas; raise `NotSupported` with what to install if it is not there."""
    try:
        import pandas  # an optional package
    except ImportError as error:
        raise NotSupported(
            'Evaluating needs pandas, which is not installed. Run: pip install "headwater[evaluate]"'
        ) from error
    return pandas


def _open(
    data: Any, targets: Any, predictions: str | None, source: str | None, name: str | None
) -> tuple[Dataset, Any]:
    """Return the data as a dataset, and as a frame or an array."""
    column = targets if isinstance(targets, str) else None
    if isinstance(data, Dataset):
        return data, _unwrap(data)
    module = type(data).__module__.partition(".")[0]
    if module == "pandas" and hasattr(data, "columns"):
        return from_pandas(data, source, column, name, predictions=predictions), data
    if module == "polars" and hasattr(data, "columns"):
        return from_polars(data, source, column, name, predictions=predictions), data
    if module == "pyarrow" and hasattr(data, "column_names"):
        return from_arrow(data, source, column, name), data.to_pandas()
    if isinstance(data, list | tuple | np.ndarray):
        array = np.asarray(data)
        truth = None if targets is None or column is not None else np.asarray(targets)
        return from_numpy(array, source, truth, name), array
    raise InvalidParameterValue(
        f"Invalid data of type '{type(data).__name__}'. Give a frame of pandas or polars, an Arrow table, an array, or "
        "a dataset made by headwater.data."
    )


def _unwrap(dataset: Dataset) -> Any:
    if isinstance(dataset, PandasDataset | PolarsDataset):
        return dataset.df
    if isinstance(dataset, ArrowDataset):
        return dataset.table.to_pandas()
    if isinstance(dataset, NumpyDataset) and isinstance(dataset.features, np.ndarray):
        return dataset.features
    raise InvalidParameterValue(
        f"The dataset '{dataset.name}' of type '{type(dataset).__name__}' holds no rows. Give one of headwater.data's "
        "from_pandas, from_polars, from_arrow or from_numpy."
    )


def _feature_names(frame: Any, held: set[str], wanted: Sequence[str] | None) -> tuple[str, ...]:
    if hasattr(frame, "columns"):
        columns = list(frame.columns)
        missing = [name for name in [*held, *(wanted or ())] if name not in columns]
        if missing:
            raise InvalidParameterValue(
                f"The data have no column '{missing[0]}'. Use one of {', '.join(map(str, columns[:20]))}."
            )
        return tuple(wanted or (name for name in columns if name not in held))
    count = frame.shape[1]
    if held:
        raise InvalidParameterValue(
            f"The data are an array, which has no column '{min(held)}'. Give the values themselves."
        )
    if wanted is not None and len(wanted) != count:
        raise InvalidParameterValue(f"There are {len(wanted)} `feature_names` for {count} columns. Give one for each.")
    return tuple(wanted or (f"feature_{number + 1}" for number in range(count)))


def _find_truth(table: EvaluationData, targets: Any) -> Any:
    truth = table.column(targets) if isinstance(targets, str) else np.asarray(targets)
    if truth.ndim == 2 and truth.shape[1] == 1:
        truth = truth[:, 0]
    if truth.ndim != 1 or len(truth) != len(table.frame):
        raise InvalidParameterValue(
            f"The targets have the shape '{truth.shape}', and the data {len(table.frame)} rows. Give one for each."
        )
    if not len(truth):
        raise InvalidParameterValue("The data have no rows. Give at least one.")
    return truth
