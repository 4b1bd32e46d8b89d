"""Decision trees, and the ensembles that ask their trees without checking rows once more."""

from typing import Any

import numpy as np

from headwater.models.checking.arrays import Damaged, Unknown, array, integer, qualified, take, within

TREES = frozenset(
    f"sklearn.tree._classes.{name}"
    for name in ("DecisionTreeClassifier", "DecisionTreeRegressor", "ExtraTreeClassifier", "ExtraTreeRegressor")
)
_TREE = "sklearn.tree._tree.Tree"
_LEAF = -1


def check_tree(estimator: Any) -> None:
    """Check a decision tree: its nodes, and that they ask only for features that the estimator demands of rows."""
    tree = vars(estimator).get("tree_")
    if tree is None:
        return
    if qualified(type(tree)) != _TREE:
        raise Unknown("its tree_ is no tree of scikit-learn")
    features = integer(estimator, "n_features_in_")
    if tree.n_features != features:
        raise Damaged(f"its tree asks for {tree.n_features} features, and it for {features}")
    left, right = tree.children_left, tree.children_right
    inner = left != _LEAF
    if ((right != _LEAF) != inner).any():
        raise Damaged("a node of its tree has one child")
    check_nodes(left, right, inner)
    within(tree.feature[inner], features, "feature that its tree asks for")
    depth = int(tree.compute_node_depths().max()) - 1
    if depth > tree.max_depth:
        raise Damaged(f"its tree is {depth} deep, and says {tree.max_depth}")
    if not tree.value.shape[1] or not tree.value.shape[2]:
        raise Damaged("its tree has no values")


def check_nodes(left: np.ndarray[Any, Any], right: np.ndarray[Any, Any], inner: np.ndarray[Any, Any]) -> None:
    """Check that nodes are one tree: each but the first is the child of one node, which stands before it."""
    parents = np.flatnonzero(inner)
    if not left.size:
        raise Damaged("its tree has no nodes")
    children = np.concatenate((left[parents], right[parents]))
    within(children, left.size, "child of a node of its tree", low=1)
    if (children <= np.concatenate((parents, parents))).any():
        raise Damaged("a node of its tree leads back to one before it")
    if (np.bincount(children, minlength=left.size)[1:] != 1).any():
        raise Damaged("a node of its tree is not the child of one other")


def check_forest(forest: Any) -> None:
    """Check that the trees of a forest ask for the features that the forest demands of rows."""
    for tree in _list(forest, "estimators_"):
        _same_features(tree, integer(forest, "n_features_in_"))


def check_isolation_forest(forest: Any) -> None:
    """Check the same of a forest each tree of which may see a selection of the features."""
    trees = _list(forest, "estimators_")
    if not trees:
        return
    features = integer(forest, "n_features_in_")
    if integer(forest, "_max_features") == features:
        counts = [features] * len(trees)
    else:
        chosen = [array(each, "estimators_features_", 1) for each in _list(forest, "estimators_features_")]
        if any(each.dtype.kind not in "iu" for each in chosen):
            raise Damaged("the features that it selects are no numbers of columns")
        counts, forest.estimators_features_ = [each.size for each in chosen], chosen
    if len(counts) != len(trees):
        raise Damaged(f"it selects features for {len(counts)} trees, and has {len(trees)}")
    for tree, count in zip(trees, counts, strict=True):
        _same_features(tree, count)


def check_boosted(ensemble: Any) -> None:
    """Check an ensemble that adds what its trees say to a table with a column for each output."""
    if "estimators_" not in vars(ensemble):
        return
    trees = take(vars(ensemble), "estimators_", 2, object)
    if not trees.size:
        raise Damaged("it has no trees")
    features = integer(trees[0, 0], "n_features_in_")
    for tree in trees.flat:
        _same_features(tree, features)
    outputs = _count_outputs(ensemble, features)
    if outputs != trees.shape[1]:
        raise Damaged(f"it has trees for {trees.shape[1]} outputs, and a table for {outputs}")


def _count_outputs(ensemble: Any, features: int) -> int:
    """Return how many columns the table has, by making one for a row."""
    start = vars(ensemble).get("init_")
    if not (isinstance(start, str) or qualified(type(start)).startswith("sklearn.dummy.Dummy")):
        raise Unknown("it starts from another model, its init_")
    try:
        table = ensemble._raw_predict_init(np.zeros((1, features), np.float32))  # noqa: SLF001 - what predicting does first
    except Exception as error:  # of many kinds, all by the model
        raise Damaged(f"its init_ cannot predict: {error}") from error
    return int(array(table, "first prediction", 2, np.float64).shape[1])


def _list(estimator: Any, name: str) -> list[Any]:
    value = vars(estimator).get(name, [])
    if type(value) is not list:
        raise Unknown(f"its {name} is no list")
    return value


def _same_features(tree: Any, features: int) -> None:
    if qualified(type(tree)) not in TREES or "tree_" not in vars(tree):
        raise Unknown("it holds something that is no fitted tree of scikit-learn")
    if integer(tree, "n_features_in_") != features:
        raise Damaged(f"a tree of it asks for {tree.n_features_in_} features, and gets {features}")
