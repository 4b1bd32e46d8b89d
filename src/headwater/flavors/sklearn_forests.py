"""Random forests that ask their trees directly.

scikit-learn wraps each tree's prediction in a task of joblib with a configuration of its own: some 50 µs a tree, which
for a few rows is nearly all of the time. The trees themselves take 2 µs, and adding up what they say is all there is to
a forest. Nothing is used that did not, on many rows, give the very same bits as scikit-learn itself.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

_KINDS = frozenset({"RandomForestClassifier", "ExtraTreesClassifier", "RandomForestRegressor", "ExtraTreesRegressor"})
_FEW_ROWS = 1024
_TRIED_ROWS = 200


def ask_trees(forest: Any, method: str) -> Callable[..., Any] | None:
    """Return what predicts from arrays as a method of a fitted forest does, only faster; None for anything else.

    More rows than a thousand are left to scikit-learn, which can share them among cores.
    """
    if type(forest).__name__ not in _KINDS or not type(forest).__module__.startswith("sklearn."):
        return None
    total = _TOTALS.get((hasattr(forest, "classes_"), method))
    if total is None or forest.n_outputs_ != 1 or not hasattr(forest, "_validate_X_predict"):
        return None
    native = getattr(forest, method)

    def predict(values: Any, **params: Any) -> Any:
        if len(values) > _FEW_ROWS or params:
            return native(values, **params)
        return total(forest, values)

    return predict if _is_same(predict, native, forest) else None


def _is_same(quick: Callable[[Any], Any], native: Callable[[Any], Any], forest: Any) -> bool:
    """Return whether both give the same bits for rows around the places where the trees decide."""
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(_TRIED_ROWS, forest.n_features_in_))
    for tree in (each.tree_ for each in forest.estimators_[:20]):
        inner = np.flatnonzero(tree.feature >= 0)
        if inner.size:
            chosen = rng.choice(inner, _TRIED_ROWS)
            rows[np.arange(_TRIED_ROWS), tree.feature[chosen]] = tree.threshold[chosen]
    try:
        ours, theirs = quick(rows), native(rows)
    except (AttributeError, TypeError, ValueError, IndexError):  # of another version of scikit-learn
        return False
    return bool(ours.dtype == theirs.dtype and np.array_equal(ours, theirs))


def _probabilities(forest: Any, values: Any) -> Any:
    rows = forest._validate_X_predict(values)  # noqa: SLF001 - the check that its predict begins with
    classes = forest.n_classes_
    total = np.zeros((len(rows), classes))
    for estimator in forest.estimators_:
        total += estimator.tree_.predict(rows)[:, :classes]
    total /= len(forest.estimators_)
    return total


def _classes(forest: Any, values: Any) -> Any:
    return forest.classes_.take(np.argmax(_probabilities(forest, values), axis=1), axis=0)


def _means(forest: Any, values: Any) -> Any:
    rows = forest._validate_X_predict(values)  # noqa: SLF001 - the check that its predict begins with
    total = np.zeros(len(rows))
    for estimator in forest.estimators_:
        total += estimator.tree_.predict(rows)[:, 0]
    total /= len(forest.estimators_)
    return total


_TOTALS: dict[tuple[bool, str], Callable[[Any, Any], Any]] = {
    (True, "predict"): _classes,
    (True, "predict_proba"): _probabilities,
    (False, "predict"): _means,
}
"""By whether there are classes, and by method."""
