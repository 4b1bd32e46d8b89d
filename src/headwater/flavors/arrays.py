"""What users pass to deep-learning models, as arrays, and predictions in the shape of what was passed."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from headwater.models.schema.kinds import is_frame


def to_array(data: Any) -> Any:
    """Return a DataFrame, a Series or a list as an array; anything else as it is.

    A column whose cells are arrays or lists gives one more dimension for each of theirs.
    """
    if is_frame(data):
        array = data.to_numpy()
        if array.dtype == object and array.ndim == 2 and array.shape[1] == 1:
            array = np.stack([np.asarray(cell) for cell in array[:, 0]]) if len(array) else array
        return array
    return np.asarray(data) if isinstance(data, list) else data


def like_input(data: Any, output: Any) -> Any:
    """Return predictions for a DataFrame as a DataFrame with the same index; others as they are."""
    if not is_frame(data) or not isinstance(output, np.ndarray) or output.ndim > 2:
        return output
    import pandas as pd

    return pd.DataFrame(output, index=data.index if len(data) == len(output) else None)


def split_arguments(data: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Return the positional and the named arguments of a model: a mapping gives named ones, a tuple several."""
    if isinstance(data, Mapping):
        return (), {str(name): to_array(value) for name, value in data.items()}
    if isinstance(data, tuple):
        return tuple(map(to_array, data)), {}
    return (to_array(data),), {}
