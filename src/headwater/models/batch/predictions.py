"""What a model answered as named columns, beside the columns of the input that are kept."""

from collections.abc import Collection, Mapping
from typing import Any, TypeAlias

import numpy as np

from headwater.models.schema.frames import to_pandas
from headwater.models.schema.kinds import is_arrow_table, is_polars_frame
from headwater.models.scoring.answers import Answer, as_answer
from headwater.protocol.errors import InvalidParameterValue

PREDICTION = "prediction"
Columns: TypeAlias = dict[str, Any]


def name_predictions(result: Any, rows: int) -> Columns:
    """Return what a model returned for some rows as columns.

    One value a row is the column `prediction`; an array with several is `prediction_0`, `prediction_1` and so on; a
    frame or a dictionary has its own names. Raises `InvalidParameterValue` unless there is a value for each row.

    Example:
        >>> name_predictions(np.array([[1, 2], [3, 4]]), 2)
        {'prediction_0': array([1, 3]), 'prediction_1': array([2, 4])}
    """
    value, count = _as_columns(result)
    if count != rows:
        found = f"{count} predictions" if count is not None else f"a {type(result).__name__}"
        raise InvalidParameterValue(
            f"The model returned {found} for {rows} rows, so that predictions cannot be put beside rows. "
            "Give its input as one JSON document."
        )
    if isinstance(value, dict):
        if all(isinstance(name, int | np.integer) for name in value):
            return _numbered(list(value.values()))
        return {str(name): column for name, column in value.items()}
    if isinstance(value, np.ndarray) and value.ndim == 2:
        return _numbered([value[:, place] for place in range(value.shape[1])])
    return {PREDICTION: list(value) if isinstance(value, np.ndarray) and value.ndim > 2 else value}


def add_kept(predictions: Columns, frame: Any, kept: Collection[str]) -> Columns:
    """Return the columns of the input that are kept, followed by the predictions; raise if they share a name."""
    double = sorted(set(kept) & predictions.keys())
    if double:
        raise InvalidParameterValue(f"The model predicts a column '{double[0]}', which cannot be kept, too.")
    return {**{name: frame[name].array for name in kept}, **predictions}


def to_records(columns: Columns, count: int) -> list[dict[str, Any]]:
    """Return columns as one dictionary a row, of JSON's own values."""
    plain = Answer({name: _as_array(column) for name, column in columns.items()}, count).plain()
    found: list[dict[str, Any]] = plain
    return found


def _as_columns(result: Any) -> tuple[Any, int | None]:
    """Return an array, a list or a dictionary of columns, and how many rows it has; None if it has no rows."""
    if is_polars_frame(result) or is_arrow_table(result):
        result = to_pandas(result)
    if isinstance(result, Mapping):
        lengths = {len(value) if isinstance(value, np.ndarray | list) else None for value in result.values()}
        return dict(result), lengths.pop() if len(lengths) == 1 else None
    answer = as_answer(result)
    return answer.value, answer.rows


def _numbered(columns: list[Any]) -> Columns:
    if len(columns) == 1:
        return {PREDICTION: columns[0]}
    return {f"{PREDICTION}_{place}": column for place, column in enumerate(columns)}


def _as_array(column: Any) -> Any:
    if not isinstance(column, list):
        return np.asarray(column)
    found = np.empty(len(column), object)
    found[:] = column
    return found
