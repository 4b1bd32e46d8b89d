"""`headwater.lightgbm.autolog`."""

from collections.abc import Iterable, Mapping
from types import ModuleType
from typing import Any

from headwater.flavors.boosting import configure_boosting
from headwater.tracking.active import ActiveRun
from headwater.tracking.autolog import Call, Hook, Integration, Options


def _find_hooks(module: ModuleType) -> Iterable[Hook]:
    from headwater.flavors.lightgbm_autolog.hooks import find_hooks  # loads NumPy, as LightGBM does

    return find_hooks(module)


def _save_model(call: Call, run: ActiveRun, model: Any) -> None:
    from headwater.flavors.lightgbm_autolog.keeping import keep_model  # loaded once there is a model

    keep_model(call, run, model)


_INTEGRATION = Integration(
    flavor="lightgbm",
    package="lightgbm",
    versions=("4.0", "4.8"),
    tested="4.7.0",
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
    registered_model_name: str | None = None,
    extra_tags: Mapping[str, str] | None = None,
) -> None:
    """Log what LightGBM trains, round by round, without log calls.

    Each `lightgbm.train` and each `fit` of an estimator that your program calls is logged to the active run, else to a
    new one that ends with it. No training fails or changes by that; `lightgbm.cv` is not logged.

    Args:
        log_input_examples: keep the first rows of the training data with a model.
        log_model_signatures: keep the columns of a model's input and output with it.
        log_models: keep the trained booster or estimator as the logged model `model`.
        log_datasets: describe the data that a run was trained and evaluated on.
        disable: log nothing, and take the hooks out of LightGBM.
        exclusive: log only to runs that autologging starts, never to one that you started.
        disable_for_unsupported_versions: log nothing with versions of LightGBM that it is not made for.
        silent: print nothing about autologging.
        registered_model_name: register each model as a version of this model.
        extra_tags: tags for every run that autologging starts.

    Example:
        >>> hw.lightgbm.autolog()
        >>> lightgbm.train({"num_leaves": 15}, train, 100, valid_sets=[valid])
    """
    options = Options(
        log_input_examples=log_input_examples,
        log_model_signatures=log_model_signatures,
        log_models=log_models,
        log_datasets=log_datasets,
        disable=disable,
        exclusive=exclusive,
        disable_for_unsupported_versions=disable_for_unsupported_versions,
        silent=silent,
        registered_model_name=registered_model_name,
        extra_tags=extra_tags or {},
    )
    configure_boosting(_INTEGRATION, options)


def configure_generally(**options: Any) -> None:
    """Put in force what `headwater.autolog` was given, where `autolog` of this flavor was not called."""
    configure_boosting(_INTEGRATION, Options(**options), general=True)
