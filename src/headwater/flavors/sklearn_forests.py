"""Random forests that ask their trees directly.

scikit-learn wraps each tree's prediction in a task of joblib with a configuration of its own: some 50 µs a tree, which
for a few rows is nearly all of the time. The trees themselves take 2 µs when they are asked one by one, and 0.2 µs when
scikit-learn's gradient boosting walks through them all at once; adding up what they say is all there is to a forest.
Nothing is used that did not, on many rows, give the very same bits as scikit-learn itself.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

_KINDS = frozenset({"RandomForestClassifier", "ExtraTreesClassifier", "RandomForestRegressor", "ExtraTreesRegressor"})
_FEW_ROWS = 1024
_FEW_WALKS = 20_000
"""Rows times trees that are walked through at once: some milliseconds, in which no other thread runs."""
_MOST_NODES = 500_000
"""Of all trees of a forest, whose copies then take 40 MB."""
_TRIED_ROWS = 200

Add: TypeAlias = Callable[[Any], Any]
"""What returns, for rows of 32-bit floats, the sum of what the trees say: a column for each class, or one."""


def ask_trees(forest: Any, method: str) -> Callable[..., Any] | None:
    """Return what predicts from arrays as a method of a fitted forest does, only faster; None for anything else.

    More rows than a thousand are left to scikit-learn, which can share them among cores.
    """
    if type(forest).__name__ not in _KINDS or not type(forest).__module__.startswith("sklearn."):
        return None
    finish = _FINISHES.get((hasattr(forest, "classes_"), method))
    if finish is None or forest.n_outputs_ != 1 or not hasattr(forest, "_validate_X_predict"):
        return None
    native = getattr(forest, method)
    trees = [estimator.tree_ for estimator in forest.estimators_]
    one_by_one = _ask_one_by_one(trees)

    def predict_with(at_once: Add) -> Callable[..., Any]:
        def predict(values: Any, **params: Any) -> Any:
            if len(values) > _FEW_ROWS or params:
                return native(values, **params)
            rows = _check(forest, values)
            add = at_once if len(rows) * len(trees) <= _FEW_WALKS and not np.isnan(rows).any() else one_by_one
            return finish(forest, add(rows) / len(trees))

        return predict

    walking = predict_with(_walk_at_once(forest, trees) or one_by_one)
    if _is_same(walking, native, forest):
        return walking
    asking = predict_with(one_by_one)
    return asking if _is_same(asking, native, forest) else None


def _is_same(quick: Callable[[Any], Any], native: Callable[[Any], Any], forest: Any) -> bool:
    """Return whether both give the same bits for rows around the places where the trees decide."""
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(_TRIED_ROWS, forest.n_features_in_))
    for tree in (each.tree_ for each in forest.estimators_[:20]):
        inner = np.flatnonzero((tree.feature >= 0) & np.isfinite(tree.threshold))  # infinite: only missing values part
        if inner.size:
            chosen = rng.choice(inner, _TRIED_ROWS)
            rows[np.arange(_TRIED_ROWS), tree.feature[chosen]] = tree.threshold[chosen]
    few = max(1, _FEW_WALKS // len(forest.estimators_))
    try:
        theirs = native(rows)
        parts = [quick(rows[start : start + few]) for start in range(0, _TRIED_ROWS, few)]
        ours, first = np.concatenate(parts), quick(rows[:1])
    except (AttributeError, TypeError, ValueError, IndexError):  # of another version of scikit-learn
        return False
    return bool(ours.dtype == theirs.dtype and np.array_equal(ours, theirs) and np.array_equal(first, theirs[:1]))


def _check(forest: Any, values: Any) -> Any:
    """Return rows as the trees take them; raise what scikit-learn raises for those that it refuses."""
    if type(values) is np.ndarray and values.shape[1:] == (forest.n_features_in_,) and values.dtype.kind in "fiu":
        with np.errstate(over="ignore"):
            rows = np.ascontiguousarray(values, np.float32)
        if np.isfinite(rows).all() and len(rows):
            return rows
    return forest._validate_X_predict(values)  # noqa: SLF001 - the check that its predict begins with


def _ask_one_by_one(trees: list[Any]) -> Add:
    def add(rows: Any) -> Any:
        total = trees[0].predict(rows)
        for tree in trees[1:]:
            total += tree.predict(rows)
        return total

    return add


def _walk_at_once(forest: Any, trees: list[Any]) -> Add | None:
    """Return what adds in one call; None where scikit-learn has no such call, or the trees are too large."""
    try:
        from sklearn.ensemble._gradient_boosting import predict_stages
    except ImportError:
        return None
    if not hasattr(forest, "classes_"):
        estimators = np.array([[estimator] for estimator in forest.estimators_], dtype=object)

        def add(rows: Any) -> Any:
            total = np.zeros((len(rows), 1))
            predict_stages(estimators, rows, 1.0, total)
            return total

        return add
    if sum(tree.node_count for tree in trees) > _MOST_NODES:
        return None
    votes = np.concatenate([tree.value[:, 0, :] for tree in trees])
    numbered = _number_leaves(trees)

    def add_votes(rows: Any) -> Any:
        leaves = np.zeros((len(rows), len(trees)))
        predict_stages(numbered, rows, 1.0, leaves)
        return np.add.accumulate(votes[leaves.astype(np.intp)], axis=1)[:, -1]  # one after another, as sum does not

    return add_votes


class _Numbered:
    """Holds a tree as an estimator does."""

    __slots__ = ("tree_",)

    def __init__(self, tree: Any) -> None:
        self.tree_ = tree


def _number_leaves(trees: list[Any]) -> Any:
    """Return copies of trees each of which says for a row which node of all trees it leads to."""
    found = np.empty((1, len(trees)), dtype=object)
    start = 0
    for index, tree in enumerate(trees):
        copied = type(tree)(tree.n_features, np.array([1], dtype=np.intp), 1)
        numbers = np.arange(start, start + tree.node_count, dtype=np.float64)
        copied.__setstate__({**tree.__getstate__(), "values": numbers.reshape(-1, 1, 1)})
        found[0, index] = _Numbered(copied)
        start += tree.node_count
    return found


def _probabilities(forest: Any, mean: Any) -> Any:
    return mean[:, : forest.n_classes_]


def _classes(forest: Any, mean: Any) -> Any:
    return forest.classes_.take(np.argmax(_probabilities(forest, mean), axis=1), axis=0)


def _means(_forest: Any, mean: Any) -> Any:
    return mean[:, 0]


_FINISHES: dict[tuple[bool, str], Callable[[Any, Any], Any]] = {
    (True, "predict"): _classes,
    (True, "predict_proba"): _probabilities,
    (False, "predict"): _means,
}
"""By whether there are classes, and by method."""
