"""Predicting from an array what an estimator would predict from a frame, without the cost of a frame.

scikit-learn spends more time on looking through a frame than a linear model does on predicting a row. An estimator that
was fitted with a frame warns of arrays, because it cannot know what their columns are; whoever knows that they are the
same ones, in the same order, may use a copy of it that forgot the names.
"""

import copy
from collections.abc import Callable, Sequence
from typing import Any

from headwater.flavors.sklearn_forests import ask_trees

_NAMES = "feature_names_in_"
_DEPTH = 8


def predict_arrays(estimator: Any, method: str, names: Sequence[Any]) -> Callable[..., Any] | None:
    """Return what predicts from arrays with these columns; None if the estimator needs a frame."""
    found = forget_names(estimator, names)
    return None if found is None else ask_trees(found, method) or getattr(found, method)


def forget_names(estimator: Any, names: Sequence[Any]) -> Any:
    """Return a copy of an estimator that takes arrays with these columns; None if a frame may make a difference to it.

    The copy shares everything else. Only estimators of scikit-learn itself, and pipelines of them, are copied, and only
    if no other estimator inside of them was fitted with a frame.
    """
    known = getattr(estimator, _NAMES, None)
    if known is not None and list(known) != list(names):
        return None
    if known is None and getattr(estimator, "n_features_in_", None) != len(names):
        return None
    return _copied(estimator)


def _copied(estimator: Any) -> Any:
    if not type(estimator).__module__.startswith("sklearn.") or not hasattr(estimator, "__sklearn_tags__"):
        return None
    found = copy.copy(estimator)
    if type(estimator).__name__ == "Pipeline":
        steps = [(name, step if isinstance(step, str | None) else _copied(step)) for name, step in estimator.steps]
        if any(new is None and old is not None for (_, new), (_, old) in zip(steps, estimator.steps, strict=True)):
            return None
        found.steps = steps
        return found
    if hasattr(estimator, "transformers") or hasattr(estimator, "_sklearn_output_config"):
        return None
    if any(_cares_for_names(part, depth=_DEPTH) for part in vars(estimator).values()):
        return None
    vars(found).pop(_NAMES, None)
    return found


def _cares_for_names(part: Any, *, depth: int) -> bool:
    """Return whether a part of an estimator is, or holds, one that was fitted with a frame or chooses columns."""
    if isinstance(part, list | tuple):
        return any(_cares_for_names(item, depth=depth) for item in part)
    if isinstance(part, dict):
        return any(_cares_for_names(item, depth=depth) for item in part.values())
    if not type(part).__module__.startswith("sklearn."):
        return hasattr(part, "get_params")
    inner = getattr(part, "__dict__", {})
    if _NAMES in inner or "transformers" in inner or not depth:
        return True
    return any(_cares_for_names(item, depth=depth - 1) for item in inner.values())
