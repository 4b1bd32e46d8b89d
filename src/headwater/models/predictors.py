"""Predictors that several flavors share."""

from collections.abc import Mapping
from typing import Any

from headwater.protocol.errors import InvalidParameterValue

PREDICT = "predict"
_ROW_WISE = frozenset(
    {PREDICT, "predict_proba", "predict_log_proba", "decision_function", "score_samples", "transform"}
)


class MethodPredictor:
    """Calls a method of the framework's own object, with the params of the inference as arguments.

    Args:
        native: the object.
        section: what `MLmodel` says under `python_function`; its `predict_fn` names a method other than `predict`.
    """

    def __init__(self, native: Any, section: Mapping[str, Any]) -> None:
        name = str(section.get("predict_fn") or PREDICT)
        method = getattr(native, name, None)
        if method is None:
            raise InvalidParameterValue(f"'{type(native).__name__}' has no method '{name}' to predict with.")
        self._predict = method

    def predict(self, data: Any, params: Mapping[str, Any] | None = None) -> Any:
        """Return what the method returns."""
        return self._predict(data, **(params or {}))


class RowWisePredictor(MethodPredictor):
    """Calls a method that answers each row by that row alone, if it is one of those that are known to."""

    def __init__(self, native: Any, section: Mapping[str, Any]) -> None:
        super().__init__(native, section)
        self.is_row_wise = str(section.get("predict_fn") or PREDICT) in _ROW_WISE
