"""Checkpoints that autologging of Keras and TensorFlow has kept, as models again."""

from typing import Any

from headwater.flavors.checkpoints import fetch_checkpoint
from headwater.flavors.keras_files import find_code, load_file
from headwater.protocol.errors import InvalidParameterValue, PermissionDenied


def load_checkpoint(
    model: Any = None, run_id: str | None = None, epoch: int | None = None, global_step: int | None = None
) -> Any:
    """Return a Keras model with the weights of a checkpoint that autologging has kept with a run.

    Args:
        model: the model that takes the weights, and is returned; needed if only weights were kept. Default: the model
            as it was kept.
        run_id: default: the active run.
        epoch: of which epoch, for `checkpoint_save_freq="epoch"`; default: the last one that was kept.
        global_step: of which step, for a number of steps.

    A model with code of its own, such as a `Lambda` layer, is refused: give the model that takes its weights. Raises
    `ResourceDoesNotExist` if the run has no such checkpoint.

    Example:
        >>> hw.tensorflow.load_checkpoint(run_id=run.info.run_id).predict(X)
    """
    import keras

    with fetch_checkpoint(run_id, epoch, global_step) as path:
        if path.name.endswith(".weights.h5") or model is not None:
            if model is None:
                raise InvalidParameterValue(f"'{path.name}' holds weights only. Give the model that takes them.")
            model.load_weights(str(path))
            return model
        code = sorted(set(find_code(path)))
        if code:
            raise PermissionDenied(f"'{path.name}' would run code: {', '.join(code)}. Give the model for its weights.")
        return load_file(keras, path, {})
