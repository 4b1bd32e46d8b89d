"""Trainings of networks that are logged by the real `mlflow` and by us, to be compared.

Called as `python deep_cases.py mlflow|headwater`; prints one JSON object: what the run of each case holds.
"""

import sys
import warnings
from typing import Any

import keras
import lightning
import numpy as np
import torch
from case_logging import log_cases  # type: ignore[import-not-found]  # beside it
from lightning.pytorch.callbacks import EarlyStopping

warnings.simplefilter("ignore")
X = np.linspace(0, 1, 256, dtype=np.float32).reshape(64, 4)
Y = X.sum(axis=1, keepdims=True)
QUIET: Any = {
    "logger": False,
    "enable_progress_bar": False,
    "enable_model_summary": False,
    "enable_checkpointing": False,
    "accelerator": "cpu",
}


class Line(lightning.LightningModule):  # type: ignore[misc]  # Lightning has no types
    def __init__(self, rate: float = 0.1) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.layer = torch.nn.Linear(4, 1)
        self.rate = rate

    def forward(self, x: Any) -> Any:
        return self.layer(x)

    def training_step(self, batch: Any, index: int) -> Any:
        loss = torch.nn.functional.mse_loss(self(batch[0]), batch[1])
        self.log("train_loss", loss, on_epoch=True)
        return loss

    def validation_step(self, batch: Any, index: int) -> None:
        self.log("val_loss", torch.nn.functional.mse_loss(self(batch[0]), batch[1]))

    def test_step(self, batch: Any, index: int) -> None:
        self.log("test_loss", torch.nn.functional.mse_loss(self(batch[0]), batch[1]))

    def configure_optimizers(self) -> Any:
        return torch.optim.Adam(self.parameters(), lr=self.rate)


def load() -> Any:
    return torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.tensor(X), torch.tensor(Y)), batch_size=16)


def case_lightning_epochs() -> None:
    lightning.Trainer(max_epochs=3, **QUIET).fit(Line(), load(), load())


def case_lightning_without_validation() -> None:
    lightning.Trainer(max_steps=6, limit_val_batches=0, **QUIET).fit(Line(), load())


def case_lightning_stops_early_and_tests() -> None:
    stop = EarlyStopping("val_loss", patience=2, mode="min")
    trainer = lightning.Trainer(max_epochs=30, callbacks=[stop], **QUIET)
    trainer.fit(Line(5.0), load(), load())
    trainer.test(Line(), load(), verbose=False)


def make_net(optimizer: Any = "adam") -> Any:
    keras.utils.set_random_seed(0)
    net = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="relu"), keras.layers.Dense(1)])
    net.compile(optimizer, "mse", metrics=["mae"])
    return net


def case_keras_epochs() -> None:
    make_net().fit(X, Y, epochs=3, batch_size=16, verbose=0)


def case_keras_validation() -> None:
    make_net().fit(X, Y, epochs=2, batch_size=8, validation_split=0.5, steps_per_epoch=2, verbose=0)


def case_keras_stops_early() -> None:
    stop = keras.callbacks.EarlyStopping(patience=2, restore_best_weights=True)
    net = make_net(keras.optimizers.SGD(5.0))
    net.fit(X, Y, epochs=30, batch_size=64, validation_data=(X, Y), verbose=0, callbacks=[stop])


if __name__ == "__main__":
    log_cases(sys.argv[1], ("pytorch", "keras"), globals())
