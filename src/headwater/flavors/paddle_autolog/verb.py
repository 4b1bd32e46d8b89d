"""`headwater.paddle.autolog`."""

from collections.abc import Iterable, Mapping
from types import ModuleType
from typing import Any

from headwater.flavors.paddle_autolog.options import PaddleOptions
from headwater.tracking.active import ActiveRun
from headwater.tracking.autolog import Call, Hook, Integration, configure


def _find_hooks(module: ModuleType) -> Iterable[Hook]:
    if module.__name__ != "paddle.hapi.model":
        return ()
    from headwater.flavors.paddle_autolog.training import watch_fit  # loads NumPy, as Paddle does

    return (Hook(module.Model, "fit", watch_fit),)


def _save_model(call: Call, run: ActiveRun, model: Any) -> None:
    from headwater.flavors.paddle_autolog.keeping import keep_model  # loaded once there is a model

    keep_model(call, run, model)


_INTEGRATION = Integration(
    flavor="paddle",
    package="paddle",
    versions=("3.3", "3.4"),
    tested="3.3.1",
    find_hooks=_find_hooks,
    save_model=_save_model,
)


def autolog(
    log_every_n_epoch: int = 1,
    log_models: bool = True,  # noqa: FBT001 - the order that callers of MLflow know
    disable: bool = False,  # noqa: FBT001
    exclusive: bool = False,  # noqa: FBT001
    silent: bool = False,  # noqa: FBT001
    registered_model_name: str | None = None,
    extra_tags: Mapping[str, str] | None = None,
) -> None:
    """Log what `paddle.Model.fit` trains, epoch by epoch, without log calls.

    Each `fit` that your program calls is logged to the active run, else to a new one that ends with it. No training
    fails or changes by that.

    Args:
        log_every_n_epoch: log the metrics after every so many epochs; less than 1 raises `InvalidParameterValue`.
        log_models: keep the trained model as the logged model `model`, which needs a `paddle.Model` with its inputs.
        disable: log nothing, and take the hooks out of PaddlePaddle.
        exclusive: log only to runs that autologging starts, never to one that you started.
        silent: print nothing about autologging.
        registered_model_name: register each model as a version of this model.
        extra_tags: tags for every run that autologging starts.

    Example:
        >>> hw.paddle.autolog()
        >>> paddle.Model(net, inputs, labels).fit(data, epochs=3)
    """
    given = locals() | {"extra_tags": extra_tags or {}}
    configure(_INTEGRATION, PaddleOptions(**given))


def configure_generally(**options: Any) -> None:
    """Put in force what `headwater.autolog` was given, where `autolog` of this flavor was not called."""
    configure(_INTEGRATION, PaddleOptions(**options), general=True)
