"""`headwater.statsmodels.autolog`."""

from collections.abc import Iterable, Mapping
from types import ModuleType
from typing import Any

from headwater.tracking.active import ActiveRun
from headwater.tracking.autolog import Call, Hook, Integration, Options, configure


def _find_hooks(module: ModuleType) -> Iterable[Hook]:
    from headwater.flavors.statsmodels_autolog.fitting import find_hooks  # loads NumPy, as statsmodels does

    return find_hooks(module)


def _save_model(call: Call, run: ActiveRun, results: Any) -> None:
    from headwater.flavors.statsmodels_autolog.keeping import keep_results  # loaded once there are results

    keep_results(call, run, results)


_INTEGRATION = Integration(
    flavor="statsmodels",
    package="statsmodels",
    versions=("0.13", "0.16"),
    tested="0.15.0",
    find_hooks=_find_hooks,
    save_model=_save_model,
)


def autolog(
    log_models: bool = True,  # noqa: FBT001 - the order that callers of MLflow know
    log_datasets: bool = True,  # noqa: FBT001
    disable: bool = False,  # noqa: FBT001
    exclusive: bool = False,  # noqa: FBT001
    disable_for_unsupported_versions: bool = False,  # noqa: FBT001
    silent: bool = False,  # noqa: FBT001
    registered_model_name: str | None = None,
    extra_tags: Mapping[str, str] | None = None,
) -> None:
    """Log what statsmodels fits, without log calls.

    Each `fit` of a model that your program calls is logged to the active run, else to a new one that ends with it: its
    arguments, the statistics of the results, their summary and the results themselves. No fit fails or changes by that.

    Args:
        log_models: keep the results as the logged model `model`.
        log_datasets: describe the data that a model was made with.
        disable: log nothing, and take the hooks out of statsmodels.
        exclusive: log only to runs that autologging starts, never to one that you started.
        disable_for_unsupported_versions: log nothing with versions of statsmodels that it is not made for.
        silent: print nothing about autologging.
        registered_model_name: register each model as a version of this model.
        extra_tags: tags for every run that autologging starts.

    Example:
        >>> hw.statsmodels.autolog()
        >>> statsmodels.api.OLS(y, X).fit()
    """
    options = Options(
        log_models=log_models,
        log_datasets=log_datasets,
        disable=disable,
        exclusive=exclusive,
        disable_for_unsupported_versions=disable_for_unsupported_versions,
        silent=silent,
        registered_model_name=registered_model_name,
        extra_tags=extra_tags or {},
    )
    configure(_INTEGRATION, options)


def configure_generally(**options: Any) -> None:
    """Put in force what `headwater.autolog` was given, where `autolog` of this flavor was not called."""
    configure(_INTEGRATION, Options(**options), general=True)
