"""Putting options in force for a boosting library, and for the metrics of scikit-learn that judge its predictions."""

from collections.abc import Iterable
from types import ModuleType

from headwater.tracking.autolog import Hook, Integration, Options, configure, effective_options

_BOOSTING = ("lightgbm", "xgboost")


def _find_metric_hooks(module: ModuleType) -> Iterable[Hook]:
    if module.__name__ != "sklearn.metrics":
        return ()
    from headwater.flavors.sklearn_autolog.hooks import metric_hooks  # loads NumPy, as scikit-learn does

    return metric_hooks(module)


_METRICS = Integration(
    flavor="sklearn.metrics", package="sklearn", versions=("1.4", "1.10"), tested="1.9.1", find_hooks=_find_metric_hooks
)


def configure_boosting(integration: Integration, options: Options, *, general: bool = False) -> None:
    """Put options in force for one library; metrics are watched as long as one of the libraries logs."""
    configure(integration, options, general=general)
    wanted = any(not effective_options(flavor).disable for flavor in _BOOSTING)
    configure(_METRICS, Options(disable=not wanted, silent=True))
