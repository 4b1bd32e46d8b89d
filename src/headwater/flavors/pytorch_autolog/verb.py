"""`headwater.pytorch.autolog`."""

from collections.abc import Iterable, Mapping
from types import ModuleType
from typing import Any

from headwater.flavors.pytorch_autolog.options import PytorchOptions
from headwater.tracking.active import ActiveRun
from headwater.tracking.autolog import Call, Hook, Integration, configure


def _find_hooks(module: ModuleType) -> Iterable[Hook]:
    if not module.__name__.endswith(".trainer.trainer"):
        return ()
    from headwater.flavors.pytorch_autolog.training import trainer_hooks  # loads NumPy, as PyTorch does

    return trainer_hooks(module)


def _save_model(call: Call, run: ActiveRun, model: Any) -> None:
    from headwater.flavors.pytorch_autolog.keeping import keep_module  # loaded once there is a model

    keep_module(call, run, model)


_INTEGRATION = Integration(
    flavor="pytorch",
    package="lightning",
    twins=("pytorch_lightning",),
    versions=("2.0", "2.7"),
    tested="2.6.6",
    find_hooks=_find_hooks,
    save_model=_save_model,
)


def autolog(
    log_every_n_epoch: int = 1,
    log_every_n_step: int | None = None,
    log_models: bool = True,  # noqa: FBT001 - the order that callers of MLflow know
    log_datasets: bool = True,  # noqa: FBT001
    disable: bool = False,  # noqa: FBT001
    exclusive: bool = False,  # noqa: FBT001
    disable_for_unsupported_versions: bool = False,  # noqa: FBT001
    silent: bool = False,  # noqa: FBT001
    registered_model_name: str | None = None,
    extra_tags: Mapping[str, str] | None = None,
    checkpoint: bool = True,  # noqa: FBT001
    checkpoint_monitor: str = "val_loss",
    checkpoint_mode: str = "min",
    checkpoint_save_best_only: bool = True,  # noqa: FBT001
    checkpoint_save_weights_only: bool = False,  # noqa: FBT001
    checkpoint_save_freq: str | int = "epoch",
    log_model_signatures: bool = True,  # noqa: FBT001
) -> None:
    """Log what Lightning trains, epoch by epoch, without log calls.

    Each `Trainer.fit` and `Trainer.test` of `lightning` and `pytorch_lightning` that your program calls is logged to
    the active run, else to a new one that ends with it. No training fails or changes by that. A training loop of your
    own is not seen. With several processes, the first one logs.

    Args:
        log_every_n_epoch: log the metrics after every so many epochs; less than 1 raises `InvalidParameterValue`.
        log_every_n_step: log them after every so many steps, too.
        log_models: keep the trained module as the logged model `model`.
        log_datasets: describe the tensors that loaders of a `TensorDataset` hold; others are known only once loaded.
        disable: log nothing, and take the hooks out of Lightning.
        exclusive: log only to runs that autologging starts, never to one that you started.
        disable_for_unsupported_versions: log nothing with versions of Lightning that it is not made for.
        silent: print nothing about autologging.
        registered_model_name: register each model as a version of this model.
        extra_tags: tags for every run that autologging starts.
        checkpoint: keep checkpoints in `checkpoints/` as the training goes on.
        checkpoint_monitor: the metric that tells which one is better.
        checkpoint_mode: "min" or "max".
        checkpoint_save_best_only: keep only the best one, over the one before; else all, and nothing is compared.
        checkpoint_save_weights_only: leave the state of optimizers and schedulers out.
        checkpoint_save_freq: "epoch", or after how many steps.
        log_model_signatures: keep the columns of a model's input and output with it.

    Example:
        >>> hw.pytorch.autolog()
        >>> lightning.Trainer(max_epochs=3).fit(module, train_loader, val_loader)
    """
    given = locals() | {"extra_tags": extra_tags or {}}
    configure(_INTEGRATION, PytorchOptions(**given))


def configure_generally(**options: Any) -> None:
    """Put in force what `headwater.autolog` was given, where `autolog` of this flavor was not called."""
    configure(_INTEGRATION, PytorchOptions(**options), general=True)
