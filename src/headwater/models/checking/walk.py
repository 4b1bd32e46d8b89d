"""Walking through what a file of a model holds, to check what scikit-learn believes without looking."""

from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any

import numpy as np

from headwater.models.checking.arrays import Damaged, Unknown, qualified
from headwater.models.checking.boosting import check_histograms
from headwater.models.checking.neighbours import (
    ESTIMATORS,
    METRICS,
    SEARCH_TREES,
    check_neighbours,
    check_search_tree,
)
from headwater.models.checking.trees import (
    TREES,
    check_boosted,
    check_forest,
    check_isolation_forest,
    check_tree,
)
from headwater.models.checking.vectors import MACHINES, MEANS, check_machine, check_means
from headwater.protocol.errors import InvalidParameterValue

_TREE = "sklearn.tree._tree.Tree"
_PREDICTOR = "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor"
CHECKED = frozenset({_TREE, _PREDICTOR, *SEARCH_TREES, *METRICS})
"""Types that index memory by what a file says, which are checked here when they were made."""

_FORESTS = "RandomForestClassifier RandomForestRegressor ExtraTreesClassifier ExtraTreesRegressor RandomTreesEmbedding"
_CHECKS: dict[str, Callable[[Any], None]] = {
    **dict.fromkeys(TREES, check_tree),
    **{f"sklearn.ensemble._forest.{name}": check_forest for name in _FORESTS.split()},
    "sklearn.ensemble._iforest.IsolationForest": check_isolation_forest,
    **{f"sklearn.ensemble._gb.GradientBoosting{kind}": check_boosted for kind in ("Classifier", "Regressor")},
    **{
        f"sklearn.ensemble._hist_gradient_boosting.gradient_boosting.HistGradientBoosting{kind}": check_histograms
        for kind in ("Classifier", "Regressor")
    },
    **dict.fromkeys(ESTIMATORS, check_neighbours),
    **dict.fromkeys(SEARCH_TREES, check_search_tree),
    **dict.fromkeys(MACHINES, check_machine),
    **dict.fromkeys(MEANS, check_means),
}
_WITHIN: dict[Callable[[Any], None] | None, str] = {check_tree: "tree_", check_histograms: "_predictors"}
"""The attribute that a check looks through itself. What it holds is safe there, and nowhere else."""

_ATOMS = frozenset({str, bytes, int, float, bool, complex, type(None)})
_BARE = (type, FunctionType, BuiltinFunctionType, np.ufunc)
"""Whose attributes are not the file's."""
_Place = tuple["_Place | None", Any]


def check_objects(root: Any, name: str) -> list[str]:
    """Check everything that an object read from a file holds; return, for people, what nobody can tell to be safe.

    Raises `InvalidParameterValue` where something contradicts itself, which no honest model does.
    """
    strange: list[str] = []
    waiting: list[tuple[Any, _Place]] = [(root, (None, "model"))]
    seen: dict[int, Any] = {}  # which keeps them, so that no number is given anew
    while waiting:
        value, place = waiting.pop()
        if id(value) in seen:
            continue
        seen[id(value)] = value
        try:
            inside = _look(value)
        except Unknown as error:
            strange.append(f"the '{type(value).__name__}' at '{_spell(place)}' in '{name}' ({error})")
        except (Damaged, LookupError, TypeError, ValueError, AttributeError, OverflowError) as error:
            raise InvalidParameterValue(
                f"The '{type(value).__name__}' at '{_spell(place)}' in '{name}' is damaged, or made to do harm: "
                f"{error}. Do not use the model; get it again from its author."
            ) from error
        else:
            waiting.extend((item, (place, key)) for key, item in inside if type(item) not in _ATOMS)
    return strange


def _look(value: Any) -> Iterator[tuple[Any, Any]]:
    """Check an object, and return what it holds."""
    kind: type = type(value)
    named = qualified(kind)
    check = _CHECKS.get(named)
    if check is None and named in CHECKED:
        raise Unknown("it is not where scikit-learn keeps it")
    own = {} if isinstance(value, _BARE) else getattr(value, "__dict__", {})
    if hidden := _methods(kind) & own.keys():
        raise Unknown(f"it has its own '{min(hidden)}'")
    if check is not None:
        check(value)
    return _contents(value, own, _WITHIN.get(check))


def _contents(value: Any, own: dict[str, Any], checked: str | None) -> Iterator[tuple[Any, Any]]:
    yield from ((key, item) for key, item in own.items() if key != checked)
    if isinstance(value, dict):
        yield from value.items()
        yield from ((None, key) for key in value)
        yield "default_factory", getattr(value, "default_factory", None)
    elif isinstance(value, (list, tuple, set, frozenset)):
        yield from enumerate(value)
    elif isinstance(value, np.ndarray) and value.dtype == object:
        yield from enumerate(np.asarray(value).flat)
    elif isinstance(value, MethodType):
        yield "__self__", value.__self__
    elif isinstance(value, partial):
        yield from (("func", value.func), ("args", value.args), ("keywords", value.keywords))


@lru_cache(256)
def _methods(kind: type) -> frozenset[str]:
    """Return the methods and properties of a class, which no honest object has of its own."""
    return frozenset(
        name for base in kind.__mro__ for name, item in vars(base).items() if hasattr(type(item), "__get__")
    )


def _spell(place: _Place | None) -> str:
    words = []
    while place is not None:
        place, key = place
        words.append(str(key))
    return ".".join(reversed(words))
