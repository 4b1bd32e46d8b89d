"""Trainings with `paddle.Model` that are logged by the real `mlflow` and by us, to be compared.

Called as `python paddle_cases.py mlflow|headwater`; prints one JSON object: what the run of each case holds.
"""

import sys
import warnings
from typing import Any

import numpy as np
import paddle
from case_logging import log_cases  # type: ignore[import-not-found]  # beside it
from paddle.static import InputSpec

warnings.simplefilter("ignore")
X = np.linspace(0, 1, 96, dtype=np.float32).reshape(32, 3)


class Rows(paddle.io.Dataset):  # type: ignore[misc]  # Paddle has no types
    def __getitem__(self, index: int) -> Any:
        return X[index], X[index].sum(keepdims=True)

    def __len__(self) -> int:
        return len(X)


def make_model(rate: float) -> Any:
    paddle.seed(0)
    net = paddle.nn.Linear(3, 1)
    model = paddle.Model(net, [InputSpec([None, 3], "float32", "x")], [InputSpec([None, 1], "float32", "y")])
    model.prepare(paddle.optimizer.SGD(rate, parameters=model.parameters()), paddle.nn.MSELoss())
    return model


def case_paddle_epochs() -> None:
    make_model(0.1).fit(Rows(), epochs=2, batch_size=8, verbose=0, shuffle=False)


def case_paddle_stops_early() -> None:
    stop = paddle.callbacks.EarlyStopping("loss", patience=1, save_best_model=False, verbose=0)
    make_model(5.0).fit(Rows(), Rows(), epochs=8, batch_size=8, verbose=0, shuffle=False, callbacks=[stop])


if __name__ == "__main__":
    log_cases(sys.argv[1], ("paddle",), globals())
