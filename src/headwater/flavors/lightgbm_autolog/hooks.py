"""Which of LightGBM's classes and functions are hooked."""

from collections.abc import Iterator
from types import ModuleType

from headwater.flavors.boosting.data import watch_data
from headwater.flavors.boosting.estimators import estimator_hooks, make_fit_watcher
from headwater.flavors.lightgbm_autolog.training import watch_train
from headwater.tracking.autolog import Hook

_WATCH_FIT = make_fit_watcher("valid_{}", "training")


def find_hooks(module: ModuleType) -> Iterator[Hook]:
    """Yield hooks for `lightgbm.train`, for the data it is given, and for estimators and the training within them."""
    if module.__name__ == "lightgbm":
        yield Hook(module, "train", watch_train)
    if module.__name__ == "lightgbm.basic":
        yield Hook(module.Dataset, "__init__", watch_data)
    if module.__name__ == "lightgbm.sklearn":
        yield Hook(module, "train", watch_train, is_part=True)
        yield from estimator_hooks(module, _WATCH_FIT)
