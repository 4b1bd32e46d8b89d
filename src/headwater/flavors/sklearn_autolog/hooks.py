"""Which of scikit-learn's classes and functions are hooked."""

import sys
from collections.abc import Iterator
from inspect import isfunction
from types import ModuleType

from headwater.flavors.sklearn_autolog.evaluation import watch_metric, watch_prediction, watch_score
from headwater.flavors.sklearn_autolog.fitting import watch_fit
from headwater.tracking.autolog import Hook

# They prepare data and are fitted along with a model; a run for each of them would be noise.
_QUIET_PACKAGES = ("preprocessing", "impute", "feature_extraction", "feature_selection")
_QUIET_CLASSES = {"ColumnTransformer", "FrozenEstimator"}
_WATCHERS = {
    "fit": watch_fit,
    "fit_transform": watch_fit,
    "fit_predict": watch_fit,
    "predict": watch_prediction,
    "predict_proba": watch_prediction,
    "predict_log_proba": watch_prediction,
    "decision_function": watch_prediction,
    "transform": watch_prediction,
    "score": watch_score,
}


def find_hooks(module: ModuleType) -> Iterator[Hook]:
    """Yield a hook for each method of each estimator of the module, and for each function of `sklearn.metrics`."""
    if module.__name__ == "sklearn.metrics":
        yield from metric_hooks(module)
    base = sys.modules.get("sklearn.base")
    estimator = getattr(base, "BaseEstimator", None)
    if estimator is None:
        return
    for found in list(vars(module).values()):
        if isinstance(found, type) and found.__module__ == module.__name__ and issubclass(found, estimator):
            yield from _estimator_hooks(found)


def is_quiet(estimator_class: type) -> bool:
    """Return whether fits of this class are not logged."""
    packages = estimator_class.__module__.split(".")
    return (packages[0] == "sklearn" and packages[1] in _QUIET_PACKAGES) or estimator_class.__name__ in _QUIET_CLASSES


def _estimator_hooks(estimator_class: type) -> Iterator[Hook]:
    if estimator_class.__module__ == "sklearn.base" or is_quiet(estimator_class):
        return
    for name, watcher in _WATCHERS.items():
        home = next((base for base in estimator_class.__mro__ if name in vars(base)), None)
        if home is not None and (home is estimator_class or not _is_hooked(home)):
            yield Hook(estimator_class, name, watcher)


def _is_hooked(home: type) -> bool:
    """Return whether a base class has hooks of its own, so that what is inherited from it is watched already."""
    base = sys.modules["sklearn.base"].BaseEstimator
    return issubclass(home, base) and home.__module__ not in {"sklearn.base"} and not is_quiet(home)


def metric_hooks(module: ModuleType) -> Iterator[Hook]:
    """Yield a hook for each function of `sklearn.metrics` that may judge predictions."""
    for name in module.__all__:
        if isfunction(getattr(module, name, None)) and not name.startswith(("get_", "make_", "check_", "pairwise_")):
            yield Hook(module, name, watch_metric)
