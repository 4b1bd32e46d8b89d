"""`headwater.keras.autolog`."""

from collections.abc import Iterable, Mapping
from types import ModuleType
from typing import Any

from headwater.flavors.keras_autolog.options import KerasOptions
from headwater.tracking.active import ActiveRun
from headwater.tracking.autolog import Call, Hook, Integration, configure


def _find_hooks(module: ModuleType) -> Iterable[Hook]:
    if module.__name__ != "keras.src.models.model":
        return ()
    from headwater.flavors.keras_autolog.training import model_hooks  # loads NumPy, as Keras does

    return model_hooks(module)


def _save_model(call: Call, run: ActiveRun, model: Any) -> None:
    from headwater.flavors.keras_autolog.keeping import keep_model  # loaded once there is a model

    keep_model(call, run, model)


_INTEGRATION = Integration(
    flavor="keras",
    package="keras",
    versions=("3.0", "3.16"),
    tested="3.15.1",
    find_hooks=_find_hooks,
    save_model=_save_model,
)


def autolog(
    log_every_epoch: bool = True,  # noqa: FBT001 - the order that callers of MLflow know
    log_every_n_steps: int | None = None,
    log_models: bool = True,  # noqa: FBT001
    log_model_signatures: bool = True,  # noqa: FBT001
    save_exported_model: bool = False,  # noqa: FBT001
    log_datasets: bool = True,  # noqa: FBT001
    log_input_examples: bool = False,  # noqa: FBT001
    disable: bool = False,  # noqa: FBT001
    exclusive: bool = False,  # noqa: FBT001
    disable_for_unsupported_versions: bool = False,  # noqa: FBT001
    silent: bool = False,  # noqa: FBT001
    registered_model_name: str | None = None,
    save_model_kwargs: Mapping[str, Any] | None = None,
    extra_tags: Mapping[str, str] | None = None,
    *,
    checkpoint: bool = False,
    checkpoint_monitor: str = "val_loss",
    checkpoint_mode: str = "min",
    checkpoint_save_best_only: bool = True,
    checkpoint_save_weights_only: bool = False,
    checkpoint_save_freq: str | int = "epoch",
) -> None:
    """Log what Keras 3 trains, with every backend, epoch by epoch, without log calls.

    Each `fit` of a model that your program calls is logged to the active run, else to a new one that ends with it;
    `evaluate` is logged to the active run, if there is one. No training fails or changes by that.

    Args:
        log_every_epoch: log the metrics after each epoch.
        log_every_n_steps: log those of the batches after every so many steps; less than 1 raises
            `InvalidParameterValue`.
        log_models: keep the trained model as the logged model `model`.
        log_model_signatures: keep the columns of a model's input and output with it.
        save_exported_model: keep what `model.export` makes, a program of TensorFlow that can only predict.
        log_datasets: describe the arrays or frames that a run was trained and validated on.
        log_input_examples: keep the first rows of the training data with a model.
        disable: log nothing, and take the hooks out of Keras.
        exclusive: log only to runs that autologging starts, never to one that you started.
        disable_for_unsupported_versions: log nothing with versions of Keras that it is not made for.
        silent: print nothing about autologging.
        registered_model_name: register each model as a version of this model.
        save_model_kwargs: arguments for `model.save`, or for `model.export`.
        extra_tags: tags for every run that autologging starts.
        checkpoint: keep checkpoints in `checkpoints/` as the training goes on.
        checkpoint_monitor: the metric that tells which one is better.
        checkpoint_mode: "min" or "max".
        checkpoint_save_best_only: keep only the best one, over the one before; else all, and nothing is compared.
        checkpoint_save_weights_only: keep `model.save_weights` instead of `model.save`.
        checkpoint_save_freq: "epoch", or after how many steps.

    Example:
        >>> hw.keras.autolog()
        >>> net.fit(X, y, epochs=5, validation_split=0.2)
    """
    given = locals() | {"save_model_kwargs": save_model_kwargs or {}, "extra_tags": extra_tags or {}}
    configure(_INTEGRATION, KerasOptions(**given))


def configure_generally(**options: Any) -> None:
    """Put in force what `headwater.autolog` was given, where `autolog` of this flavor was not called."""
    configure(_INTEGRATION, KerasOptions(checkpoint=False, **options), general=True)
