"""The callback by which a training is logged without autologging."""

from typing import Any

from headwater.flavors.keras_autolog.options import KerasOptions
from headwater.protocol.errors import InvalidParameterValue
from headwater.tracking.autolog import make_call


def MlflowCallback(log_every_epoch: bool = True, log_every_n_steps: int | None = None) -> Any:  # noqa: FBT001, N802 - as MLflow has it
    """Return a callback for `fit` that logs to the active run, else to a new one, under MLflow's name for it.

    It logs the optimizer's settings, `model_summary.txt`, and the metrics as the training goes on. Together with
    `headwater.keras.autolog` metrics are logged once.

    Args:
        log_every_epoch: log metrics after each epoch.
        log_every_n_steps: instead after every so many steps.

    Example:
        >>> with hw.start_run():
        ...     net.fit(X, y, epochs=3, callbacks=[hw.keras.MlflowCallback()])
    """
    return make_callback("keras", KerasOptions, log_every_epoch, log_every_n_steps)


def make_callback(flavor: str, kind: type[KerasOptions], log_every_epoch: Any, log_every_n_steps: int | None) -> Any:
    """Return a callback that logs under a flavor's names; raise `InvalidParameterValue` if it would log nothing."""
    if not log_every_epoch and log_every_n_steps is None:
        raise InvalidParameterValue("With log_every_epoch=False nothing is logged. Give log_every_n_steps.")
    from headwater.flavors.keras_autolog.recorder import make_recorder  # loads NumPy, as Keras does

    options = kind(log_every_epoch=bool(log_every_epoch), log_every_n_steps=log_every_n_steps, checkpoint=False)
    return make_recorder(make_call(flavor, options), None)
