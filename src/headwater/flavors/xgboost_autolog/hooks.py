"""Which of XGBoost's classes and functions are hooked."""

from collections.abc import Iterator
from types import ModuleType

from headwater.flavors.boosting.data import watch_data
from headwater.flavors.boosting.estimators import estimator_hooks, make_fit_watcher
from headwater.flavors.xgboost_autolog.training import watch_train
from headwater.tracking.autolog import Hook

_WATCH_FIT = make_fit_watcher("validation_{}")


def find_hooks(module: ModuleType) -> Iterator[Hook]:
    """Yield hooks for `xgboost.train`, for the data it is given, and for estimators and the training within them."""
    if module.__name__ == "xgboost":
        yield Hook(module, "train", watch_train)
    if module.__name__ == "xgboost.core":
        for name in ("DMatrix", "QuantileDMatrix"):
            if (found := getattr(module, name, None)) is not None:
                yield Hook(found, "__init__", watch_data)
    if module.__name__ == "xgboost.sklearn":
        yield Hook(module, "train", watch_train, is_part=True)
        yield from estimator_hooks(module, _WATCH_FIT)
