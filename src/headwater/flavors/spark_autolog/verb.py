"""`headwater.pyspark.ml.autolog`."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from headwater.flavors.spark_autolog.options import SparkOptions
from headwater.tracking.active import ActiveRun
from headwater.tracking.autolog import Call, Hook, Integration, configure


def _find_hooks(module: ModuleType) -> Iterable[Hook]:
    if module.__name__ not in {"pyspark.ml.base", "pyspark.ml.evaluation"}:
        return ()
    from headwater.flavors.spark_autolog.hooks import find_hooks  # loads NumPy, as Spark ML does

    return find_hooks(module)


def _save_model(call: Call, run: ActiveRun, model: Any) -> None:
    from headwater.flavors.spark_autolog.keeping import keep_model  # loaded once there is a model

    keep_model(call, run, model)


_INTEGRATION = Integration(
    flavor="pyspark.ml",
    package="pyspark",
    versions=("4.3", "4.4"),
    tested="4.3.0",
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
    log_post_training_metrics: bool = True,  # noqa: FBT001
    registered_model_name: str | None = None,
    log_input_examples: bool = False,  # noqa: FBT001
    log_model_signatures: bool = True,  # noqa: FBT001
    log_model_allowlist: str | Path | Sequence[str] | None = None,
    extra_tags: Mapping[str, str] | None = None,
) -> None:
    """Log what the estimators of `pyspark.ml` are fitted with, without log calls.

    Each `fit` that your program calls is logged to the active run, else to a new one that ends with it: the params of
    the estimator and of all its stages, the model, and of a search a child run for each candidate. Fits with a list of
    param maps are not logged. No fit fails or changes by that.

    Args:
        log_models: keep the fitted model as the logged model `model`; of a search also `best_model`.
        log_datasets: describe the columns that a run was trained on.
        disable: log nothing, and take the hooks out of Spark ML.
        exclusive: log only to runs that autologging starts, never to one that you started.
        disable_for_unsupported_versions: log nothing with versions of PySpark that it is not made for.
        silent: print nothing about autologging.
        log_post_training_metrics: log what evaluators measure of a model's predictions after the fit.
        registered_model_name: register each model as a version of this model.
        log_input_examples: keep the first rows of the training data with a model.
        log_model_signatures: keep the columns of a model's input and output with it, if they are no vectors.
        log_model_allowlist: classes whose models are kept, such as `pyspark.ml.classification.*`; or the path of a file
            with one in each line. Default: all.
        extra_tags: tags for every run that autologging starts.

    Example:
        >>> hw.pyspark.ml.autolog()
        >>> Pipeline(stages=[assembler, LinearRegression()]).fit(frame)
    """
    given = locals() | {"extra_tags": extra_tags or {}}
    configure(_INTEGRATION, SparkOptions(**given))


def configure_generally(**options: Any) -> None:
    """Put in force what `headwater.autolog` was given, where `autolog` of this flavor was not called."""
    configure(_INTEGRATION, SparkOptions(**options), general=True)
