"""Autologging for every flavor at once."""

from collections.abc import Mapping, Sequence
from importlib import import_module

from headwater.flavors import AUTOLOGGING

_MLFLOW_NAMES = {"spark": "pyspark.ml", "spark_sources": "spark"}
"""What MLflow's users call those that have another name here."""


def autolog(
    log_input_examples: bool = False,  # noqa: FBT001 - the order that callers of MLflow know
    log_model_signatures: bool = True,  # noqa: FBT001
    log_models: bool = True,  # noqa: FBT001
    log_datasets: bool = True,  # noqa: FBT001
    log_traces: bool = True,  # noqa: FBT001, ARG001 - no flavor makes traces
    disable: bool = False,  # noqa: FBT001
    exclusive: bool = False,  # noqa: FBT001
    disable_for_unsupported_versions: bool = False,  # noqa: FBT001
    silent: bool = False,  # noqa: FBT001
    extra_tags: Mapping[str, str] | None = None,
    exclude_flavors: Sequence[str] | None = None,
) -> None:
    """Log what your program trains, without log calls: params, metrics, plots and the model.

    Call it once, before or after the libraries are imported; it imports none itself. Options given to the `autolog` of
    one flavor, whenever that is, replace these for that flavor. Logging never makes a training fail.

    Args:
        log_input_examples: keep the first rows of the training data with a model.
        log_model_signatures: keep the columns of a model's input and output with it.
        log_models: keep the trained models.
        log_datasets: describe the data that a run was trained and evaluated on.
        log_traces: accepted without effect.
        disable: log nothing, and take the hooks out of the libraries.
        exclusive: log only to runs that autologging starts, never to one that you started.
        disable_for_unsupported_versions: log nothing with versions of a library that it is not made for.
        silent: print nothing about autologging.
        extra_tags: tags for every run that autologging starts.
        exclude_flavors: names of flavors to leave as they are.

    Example:
        >>> hw.autolog()
        >>> LogisticRegression().fit(X, y)  # a run with params, metrics and plots
    """
    excluded = set(exclude_flavors or ())
    for name in AUTOLOGGING:
        if not excluded & {name, _MLFLOW_NAMES.get(name, name)}:
            import_module(f"headwater.flavors.{name}_autolog").configure_generally(
                log_input_examples=log_input_examples,
                log_model_signatures=log_model_signatures,
                log_models=log_models,
                log_datasets=log_datasets,
                disable=disable,
                exclusive=exclusive,
                disable_for_unsupported_versions=disable_for_unsupported_versions,
                silent=silent,
                extra_tags=extra_tags or {},
            )
