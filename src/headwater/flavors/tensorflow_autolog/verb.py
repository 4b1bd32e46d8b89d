"""`headwater.tensorflow.autolog`."""

from collections.abc import Iterable, Mapping
from types import ModuleType
from typing import Any

from headwater.flavors.tensorflow_autolog.options import TensorflowOptions
from headwater.tracking.active import ActiveRun
from headwater.tracking.autolog import Call, Hook, Integration, configure


def _find_hooks(module: ModuleType) -> Iterable[Hook]:
    if module.__name__ != "keras.src.models.model":
        return ()
    from headwater.flavors.keras_autolog.training import model_hooks  # loads NumPy, as Keras does

    return model_hooks(module)


def _save_model(call: Call, run: ActiveRun, model: Any) -> None:
    from headwater.flavors.tensorflow_autolog.keeping import keep_model  # loaded once there is a model

    keep_model(call, run, model)


_INTEGRATION = Integration(
    flavor="tensorflow",
    package="keras",
    versions=("3.0", "3.16"),
    tested="3.15.1",
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
    log_input_examples: bool = False,  # noqa: FBT001
    log_model_signatures: bool = True,  # noqa: FBT001
    saved_model_kwargs: Mapping[str, Any] | None = None,
    keras_model_kwargs: Mapping[str, Any] | None = None,
    extra_tags: Mapping[str, str] | None = None,
    log_every_epoch: bool = True,  # noqa: FBT001
    log_every_n_steps: int | None = None,
    checkpoint: bool = True,  # noqa: FBT001
    checkpoint_monitor: str = "val_loss",
    checkpoint_mode: str = "min",
    checkpoint_save_best_only: bool = True,  # noqa: FBT001
    checkpoint_save_weights_only: bool = False,  # noqa: FBT001
    checkpoint_save_freq: str | int = "epoch",
) -> None:
    """Log what `tf.keras` trains, epoch by epoch, without log calls, with checkpoints and logs for TensorBoard.

    Since `tf.keras` is Keras 3, this is `headwater.keras.autolog` with MLflow's names and files for TensorFlow. Of the
    two, the one that was called last logs. `headwater.autolog` puts that of Keras in force.

    Args:
        log_models: keep the trained model as the logged model `model`, of the flavor `tensorflow`.
        log_datasets: describe the arrays or frames that a run was trained and validated on.
        disable: log nothing, and take the hooks out of Keras.
        exclusive: log only to runs that autologging starts, never to one that you started.
        disable_for_unsupported_versions: log nothing with versions of Keras that it is not made for.
        silent: print nothing about autologging.
        registered_model_name: register each model as a version of this model.
        log_input_examples: keep the first rows of the training data with a model.
        log_model_signatures: keep the columns of a model's input and output with it.
        saved_model_kwargs, keras_model_kwargs: as for `headwater.tensorflow.log_model`.
        extra_tags: tags for every run that autologging starts.
        log_every_epoch: log the metrics after each epoch.
        log_every_n_steps: log those of the batches after every so many steps.
        checkpoint: keep checkpoints in `checkpoints/` as the training goes on; see `load_checkpoint`.
        checkpoint_monitor: the metric that tells which one is better.
        checkpoint_mode: "min" or "max".
        checkpoint_save_best_only: keep only the best one, over the one before; else all, and nothing is compared.
        checkpoint_save_weights_only: keep `model.save_weights` instead of `model.save`.
        checkpoint_save_freq: "epoch", or after how many steps.

    Example:
        >>> hw.tensorflow.autolog()
        >>> net.fit(X, y, epochs=5, validation_split=0.2)
    """
    given = locals()
    for name in ("saved_model_kwargs", "keras_model_kwargs", "extra_tags"):
        given[name] = given[name] or {}
    configure(_INTEGRATION, TensorflowOptions(**given))
