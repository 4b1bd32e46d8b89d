"""Predictions of Keras models and of programs of TensorFlow for what people have."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from headwater.flavors.arrays import like_input, split_arguments
from headwater.models.flavor import Predictor
from headwater.models.schema.kinds import is_frame
from headwater.protocol.errors import InvalidParameterValue

_SIGNATURE = "serving_default"


def make_predictor(model: Any, section: Mapping[str, Any]) -> Predictor:
    """Return the predictor of a Keras model, or of a program that TensorFlow loaded."""
    return KerasPredictor(model) if hasattr(model, "predict") else ProgramPredictor(model, section)


class KerasPredictor:
    """Calls `predict` of a Keras model, silently; params are arguments of it, such as `batch_size`."""

    def __init__(self, model: Any) -> None:
        self._model = model

    def predict(self, data: Any, params: Mapping[str, Any] | None = None) -> Any:
        """Return arrays for arrays, a DataFrame for a DataFrame."""
        positional, named = split_arguments(data)
        given = named or (positional[0] if len(positional) == 1 else list(positional))
        return like_input(data, self._model.predict(given, **{"verbose": 0, **(params or {})}))


class ProgramPredictor:
    """Calls a program of TensorFlow: as a function where it is one, else by its serving signature."""

    def __init__(self, program: Any, section: Mapping[str, Any]) -> None:
        signatures = getattr(program, "signatures", {})
        name = section.get("signature_def_key")
        function = getattr(program, "serve", None) or (program if callable(program) else None)
        if function is not None and name is None:
            self._call = partial(_call_function, function)
            return
        name = name or (_SIGNATURE if _SIGNATURE in signatures else next(iter(signatures), None))
        if name is None:
            raise InvalidParameterValue("The program has no function to predict with. Give its module a __call__.")
        self._call = partial(_call_signature, signatures[name])

    def predict(self, data: Any, params: Mapping[str, Any] | None = None) -> Any:
        """Return arrays; of a program with named outputs a dictionary, or a DataFrame for a DataFrame."""
        import tensorflow as tf

        output = self._call(data, params or {})
        arrays = tf.nest.map_structure(lambda value: value.numpy() if hasattr(value, "numpy") else value, output)
        return _as_columns(data, arrays) if isinstance(arrays, dict) and is_frame(data) else like_input(data, arrays)


def _call_function(function: Any, data: Any, params: Mapping[str, Any]) -> Any:
    positional, named = split_arguments(data)
    return function(*map(_to_tensor, positional), **named, **params)


def _call_signature(signature: Any, data: Any, params: Mapping[str, Any]) -> Any:
    return signature(**_fit(data, signature.structured_input_signature[1]), **params)


def _to_tensor(value: Any) -> Any:
    """Return numbers of 64 bits as those of 32, which TensorFlow computes with unless told otherwise."""
    import tensorflow as tf

    return tf.convert_to_tensor(value, tf.float32) if getattr(value, "dtype", None) == np.float64 else value


def _fit(data: Any, specs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the named tensors that a signature takes: columns of these names, else the data as a whole."""
    import tensorflow as tf

    if is_frame(data) and set(specs) <= set(data.columns):
        data = {name: data[name].to_numpy() for name in specs}
    elif not isinstance(data, Mapping):
        data = dict.fromkeys(list(specs)[:1], split_arguments(data)[0][0])
    return {name: tf.cast(tf.convert_to_tensor(data[name]), specs[name].dtype) for name in specs if name in data}


def _as_columns(data: Any, arrays: dict[str, Any]) -> Any:
    import pandas as pd

    columns = {name: value.ravel() if value.size == len(value) else list(value) for name, value in arrays.items()}
    return pd.DataFrame(columns, index=data.index)
