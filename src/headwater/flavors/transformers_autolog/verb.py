"""`headwater.transformers.autolog`."""

from collections.abc import Iterable, Mapping
from types import ModuleType
from typing import Any

from headwater.tracking.autolog import Hook, Integration, Options, configure


def _find_hooks(module: ModuleType) -> Iterable[Hook]:
    if module.__name__ != "transformers.trainer":
        return ()
    from headwater.flavors.transformers_autolog.training import watch_evaluate, watch_train  # once there is a trainer

    return (Hook(module.Trainer, "train", watch_train), Hook(module.Trainer, "evaluate", watch_evaluate))


_INTEGRATION = Integration(
    flavor="transformers", package="transformers", versions=("5.0", "5.25"), tested="5.24.0", find_hooks=_find_hooks
)


def autolog(
    log_input_examples: bool = False,  # noqa: FBT001 - the order that callers of MLflow know
    log_model_signatures: bool = False,  # noqa: FBT001
    log_models: bool = False,  # noqa: FBT001
    log_datasets: bool = False,  # noqa: FBT001
    disable: bool = False,  # noqa: FBT001
    exclusive: bool = False,  # noqa: FBT001
    disable_for_unsupported_versions: bool = False,  # noqa: FBT001
    silent: bool = False,  # noqa: FBT001
    extra_tags: Mapping[str, str] | None = None,
) -> None:
    """Log what `transformers.Trainer` trains, without log calls: its arguments, and metrics as the training goes on.

    Each training is logged to the active run, else to a new one that ends with it. What it trains or measures with
    other libraries on the way is not logged besides. No training fails or changes by that.

    Args:
        log_input_examples, log_model_signatures, log_models, log_datasets: accepted without effect: keep a model with
            `headwater.transformers.log_model`.
        disable: log nothing, and take the hooks out of Transformers.
        exclusive: log only to runs that autologging starts, never to one that you started.
        disable_for_unsupported_versions: log nothing with versions of Transformers that it is not made for.
        silent: print nothing about autologging.
        extra_tags: tags for every run that autologging starts.

    Example:
        >>> hw.transformers.autolog()
        >>> Trainer(model, TrainingArguments("out", num_train_epochs=3), train_dataset=texts).train()
    """
    given = locals() | {"extra_tags": extra_tags or {}}
    configure(_INTEGRATION, Options(**given))


def configure_generally(**options: Any) -> None:
    """Put in force what `headwater.autolog` was given, where `autolog` of this flavor was not called."""
    configure(_INTEGRATION, Options(**options), general=True)
