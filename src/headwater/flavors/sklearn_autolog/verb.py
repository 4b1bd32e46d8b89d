"""`headwater.sklearn.autolog`."""

from collections.abc import Iterable, Mapping
from types import ModuleType
from typing import Any

from headwater.flavors.sklearn_autolog.options import SklearnOptions
from headwater.tracking.active import ActiveRun
from headwater.tracking.autolog import Call, Hook, Integration, configure


def _find_hooks(module: ModuleType) -> Iterable[Hook]:
    from headwater.flavors.sklearn_autolog.hooks import find_hooks  # loads NumPy, as scikit-learn does

    return find_hooks(module)


def _save_model(call: Call, run: ActiveRun, estimator: Any) -> None:
    from headwater.flavors.sklearn_autolog.keeping import keep_estimator  # loaded once there is a model

    keep_estimator(call, run, estimator)


_INTEGRATION = Integration(
    flavor="sklearn",
    package="sklearn",
    versions=("1.4", "1.10"),
    tested="1.9.1",
    find_hooks=_find_hooks,
    save_model=_save_model,
)


def autolog(
    log_input_examples: bool = False,  # noqa: FBT001 - the order that callers of MLflow know
    log_model_signatures: bool = True,  # noqa: FBT001
    log_models: bool = True,  # noqa: FBT001
    log_datasets: bool = True,  # noqa: FBT001
    disable: bool = False,  # noqa: FBT001
    exclusive: bool = False,  # noqa: FBT001
    disable_for_unsupported_versions: bool = False,  # noqa: FBT001
    silent: bool = False,  # noqa: FBT001
    max_tuning_runs: int | None = 5,
    log_post_training_metrics: bool = True,  # noqa: FBT001
    serialization_format: str = "cloudpickle",
    registered_model_name: str | None = None,
    pos_label: Any = None,
    extra_tags: Mapping[str, str] | None = None,
) -> None:
    """Log what scikit-learn's estimators are fitted with and how well they do, without log calls.

    Each `fit`, `fit_transform` and `fit_predict` that your program calls is logged to the active run, else to a new one
    that ends with it. Fits within a fit, search or cross-validation are part of it. No fit fails or changes by that.

    Args:
        log_input_examples: keep the first rows of the training data with a model.
        log_model_signatures: keep the columns of a model's input and output with it.
        log_models: keep the fitted estimator as the logged model `model`; of a search also `best_estimator`.
        serialization_format: "cloudpickle", "pickle" or "skops", which is slower and runs nothing when it is loaded.
        registered_model_name: register each of them as a version of this model.
        log_datasets: describe the arrays or pandas frames that a run was trained and evaluated on.
        disable: log nothing, and take the hooks out of scikit-learn.
        exclusive: log only to runs that autologging starts, never to one that you started.
        disable_for_unsupported_versions: log nothing with versions of scikit-learn that were not tested.
        silent: print nothing about autologging.
        max_tuning_runs: how many candidates of a search get a child run, the best first; None: all of them. A negative
            number raises `InvalidParameterValue`.
        log_post_training_metrics: log `score` and functions of `sklearn.metrics` that are called after the fit.
        pos_label: the class that precision, recall and F1 are about; default: the weighted mean over all classes.
        extra_tags: tags for every run that autologging starts.

    Example:
        >>> hw.sklearn.autolog()
        >>> LogisticRegression().fit(X, y)
    """
    options = SklearnOptions(
        log_input_examples=log_input_examples,
        log_model_signatures=log_model_signatures,
        log_models=log_models,
        log_datasets=log_datasets,
        disable=disable,
        exclusive=exclusive,
        disable_for_unsupported_versions=disable_for_unsupported_versions,
        silent=silent,
        max_tuning_runs=max_tuning_runs,
        log_post_training_metrics=log_post_training_metrics,
        serialization_format=serialization_format,
        registered_model_name=registered_model_name,
        pos_label=pos_label,
        extra_tags=extra_tags or {},
    )
    configure(_INTEGRATION, options)


def configure_generally(**options: Any) -> None:
    """Put in force what `headwater.autolog` was given, where `autolog` of this flavor was not called."""
    configure(_INTEGRATION, SklearnOptions(**options), general=True)
