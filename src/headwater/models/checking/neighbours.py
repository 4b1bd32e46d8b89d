"""Trees of nearest neighbours, and the estimators that count what the neighbours say."""

from typing import Any

import numpy as np

from headwater.models.checking.arrays import Damaged, Unknown, array, integer, qualified, take, within

SEARCH_TREES = {
    f"sklearn.neighbors._{module}.{name}{bits}": sides
    for module, name, sides in (("kd_tree", "KDTree", 2), ("ball_tree", "BallTree", 1))
    for bits in ("", "64")
}
"""Each with how many rows of bounds it has for a node."""
_METRICS = "sklearn.metrics._dist_metrics."
ESTIMATORS = frozenset(
    f"sklearn.neighbors._{name}"
    for name in (
        "classification.KNeighborsClassifier",
        "classification.RadiusNeighborsClassifier",
        "graph.KNeighborsTransformer",
        "graph.RadiusNeighborsTransformer",
        "lof.LocalOutlierFactor",
        "regression.KNeighborsRegressor",
        "regression.RadiusNeighborsRegressor",
        "unsupervised.NearestNeighbors",
    )
)
METRICS = frozenset(f"{_METRICS}{name}Distance64" for name in ("Chebyshev", "Euclidean", "Manhattan", "Minkowski"))


def check_search_tree(tree: Any) -> None:
    """Check a tree: that its nodes name rows which there are, and that it ends."""
    sides = SEARCH_TREES[qualified(type(tree))]
    data, rows, nodes, bounds, leaf_size, levels, count, *counters, metric, weights = tree.__getstate__()
    data, rows = array(data, "data", 2, np.float64), array(rows, "idx_array", 1)
    nodes, bounds = array(nodes, "node_data", 1), array(bounds, "node_bounds", 3)
    weights = None if weights is None else array(weights, "sample_weight", 1)
    size, features = data.shape
    if not data.size or leaf_size < 1:
        raise Damaged("its tree has no rows")
    if rows.size != size or (weights is not None and weights.size != size):
        raise Damaged(f"its tree orders {rows.size} rows, and there are {size}")
    within(rows, size, "row of its tree")
    if levels < 1 or levels > size.bit_length() + 1 or not count == nodes.size == 2**levels - 1:
        raise Damaged(f"its tree has {nodes.size} nodes in {levels} levels")
    if bounds.shape != (sides, count, features):
        raise Damaged(f"its tree has bounds of the shape {bounds.shape}, which is not {(sides, count, features)}")
    if not nodes["is_leaf"][count // 2 :].all():
        raise Damaged("its tree goes on below its last level")
    starts, ends = nodes["idx_start"], nodes["idx_end"]
    within(ends, size + 1, "end of a node of its tree")
    if (starts < 0).any() or (starts > ends).any():
        raise Damaged("a node of its tree ends before it starts")
    _check_metric(metric, features)
    tree.__setstate__((data, rows, nodes, bounds, leaf_size, levels, count, *counters, metric, weights))


def _check_metric(metric: Any, features: int) -> None:
    if qualified(type(metric)) not in METRICS:
        raise Unknown(f"it measures distances by '{qualified(type(metric))}'")
    if "Minkowski" in type(metric).__name__ and metric.__getstate__()[1].size not in (0, features):
        raise Damaged(f"its metric has {metric.__getstate__()[1].size} weights, and there are {features} features")


def check_neighbours(estimator: Any) -> None:
    """Check an estimator that asks for neighbours: how many, in which rows, and of which classes."""
    own = vars(estimator)
    if own.get("n_neighbors") is not None and integer(estimator, "n_neighbors") < 1:
        raise Damaged(f"it asks for {own['n_neighbors']} neighbours")
    if "_fit_X" not in own:
        return
    rows, features = own["_fit_X"].shape  # an array or a sparse matrix, whose values are not asked for
    if features != integer(estimator, "n_features_in_"):
        raise Damaged(f"its rows have {features} features, and it asks for {own['n_features_in_']}")
    if "classes_" in own and np.ndim(own.get("_y")) == 1:
        labels = take(own, "_y", 1)
        if labels.dtype.kind not in "iu" or labels.size != rows:
            raise Damaged("its _y are no classes of its rows")
        within(labels, take(own, "classes_", 1).size, "class of a row")
