"""How an estimator of scikit-learn predicts."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from headwater.flavors.sklearn_arrays import predict_arrays
from headwater.models.predictors import PREDICT, RowWisePredictor


class EstimatorPredictor(RowWisePredictor):
    """Predicts from frames, and faster from arrays."""

    def __init__(self, native: Any, section: Mapping[str, Any]) -> None:
        super().__init__(native, section)
        self._native = native
        self._name = str(section.get("predict_fn") or PREDICT)

    def for_arrays(self, names: Sequence[Any]) -> Callable[..., Any] | None:
        """Return what predicts from arrays with these columns, None if the estimator needs a frame."""
        return predict_arrays(self._native, self._name, names)
