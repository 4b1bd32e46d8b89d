"""Trainings of `tf.keras` that are logged by the real `mlflow` and by us, to be compared.

Called as `python tensorflow_cases.py mlflow|headwater`; prints one JSON object: what the run of each case holds.
"""

import os
import sys
import warnings
from typing import Any

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"  # read when TensorFlow is imported

import keras
import numpy as np
from case_logging import log_cases  # type: ignore[import-not-found]  # beside it

warnings.simplefilter("ignore")
X = np.linspace(0, 1, 256, dtype=np.float32).reshape(64, 4)
Y = X.sum(axis=1, keepdims=True)


def make_net(optimizer: Any = "adam") -> Any:
    keras.utils.set_random_seed(0)
    net = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="relu"), keras.layers.Dense(1)])
    net.compile(optimizer, "mse", metrics=["mae"])
    return net


def case_tensorflow_epochs() -> None:
    make_net().fit(X, Y, epochs=2, batch_size=16, verbose=0)


def case_tensorflow_validation_with_checkpoints() -> None:
    make_net().fit(X, Y, epochs=2, batch_size=8, validation_split=0.5, verbose=0)


def case_tensorflow_stops_early() -> None:
    stop = keras.callbacks.EarlyStopping(patience=2, restore_best_weights=True)
    net = make_net(keras.optimizers.SGD(5.0))
    net.fit(X, Y, epochs=30, batch_size=64, validation_data=(X, Y), verbose=0, callbacks=[stop])


if __name__ == "__main__":
    log_cases(sys.argv[1], ("tensorflow",), globals())
