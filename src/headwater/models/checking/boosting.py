"""Gradient boosting on histograms."""

from typing import Any

import numpy as np

from headwater.models.checking.arrays import Damaged, Unknown, integer, qualified, take, within
from headwater.models.checking.trees import check_nodes

_PREDICTOR = "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor"
_WORDS = 8
"""Of 32 bits in the set of the categories, of which there are at most 256."""


def check_histograms(ensemble: Any) -> None:
    """Check the trees of an ensemble, their sets of categories, and that rows have the features they ask for."""
    own = vars(ensemble)
    if "_predictors" not in own:
        return
    if own.get("_in_fit") or own.get("_preprocessor") is not None:
        raise Unknown("it changes rows in a way of its own before its trees see them")
    features = integer(ensemble, "n_features_in_")
    mapper = vars(own["_bin_mapper"]) if hasattr(own.get("_bin_mapper"), "__dict__") else {}
    categorical = take(mapper, "is_categorical_", 1, np.uint8)
    if categorical.size != features:
        raise Damaged(f"it knows of {categorical.size} features whether they are categories, and has {features}")
    for predictors in _lists(own["_predictors"]):
        for predictor in predictors:
            if qualified(type(predictor)) != _PREDICTOR:
                raise Unknown("it holds something that is no tree of its kind")
            _check_predictor(vars(predictor), categorical != 0)


def _lists(value: Any) -> list[list[Any]]:
    if type(value) is not list or not all(type(item) is list for item in value):
        raise Unknown("its _predictors are no lists")
    return value


def _check_predictor(own: dict[str, Any], categorical: np.ndarray[Any, Any]) -> None:
    nodes = take(own, "nodes", 1)  # of the right type, as the predictor sees to when it is made
    inner = nodes["is_leaf"] == 0
    check_nodes(nodes["left"].astype(np.intp), nodes["right"].astype(np.intp), inner)
    asked = nodes[inner]
    within(asked["feature_idx"], categorical.size, "feature that its tree asks for")
    choosing = asked[asked["is_categorical"] != 0]
    if not categorical[choosing["feature_idx"]].all():
        raise Damaged("its tree takes a number for a category")
    for name in ("raw_left_cat_bitsets", "binned_left_cat_bitsets"):
        sets = take(own, name, 2, np.uint32)
        if sets.shape[1] != _WORDS:
            raise Damaged(f"its {name} have {sets.shape[1]} words, and there are {_WORDS}")
        within(choosing["bitset_idx"], len(sets), "set of categories that its tree asks for")
