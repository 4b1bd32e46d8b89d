"""The callback by which a training with `tf.keras` is logged without autologging."""

from typing import Any

from headwater.flavors.keras_autolog.callback import make_callback
from headwater.flavors.tensorflow_autolog.options import TensorflowOptions


def MlflowCallback(log_every_epoch: bool = True, log_every_n_steps: int | None = None) -> Any:  # noqa: FBT001, N802 - as MLflow has it
    """Return a callback for `fit` that logs as that of `headwater.keras` does, the optimizer's settings as `opt_…`.

    Example:
        >>> with hw.start_run():
        ...     net.fit(X, y, epochs=3, callbacks=[hw.tensorflow.MlflowCallback()])
    """
    return make_callback("tensorflow", TensorflowOptions, log_every_epoch, log_every_n_steps)
