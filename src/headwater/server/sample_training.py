"""Small neural networks that are trained for real on made-up points: the runs of the sample data."""

import io
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Shape = Literal["moons", "rings"]

EPOCHS = 60
PICTURED = (0, 9, 29, EPOCHS - 1)
_POINTS, _BATCH, _MOMENTUM = 360, 24, 0.8
_NOISE = {"moons": 0.26, "rings": 0.18}
_PATIENCE, _HOPELESS = 5, 10.0
_SIDE = 120
_BLUE, _ORANGE = np.array([0x52, 0x64, 0xA5]), np.array([0xC8, 0x86, 0x2F])


@dataclass(frozen=True)
class Trial:
    """A network that is to be tried."""

    units: int
    rate: float
    activation: Literal["tanh", "relu"]

    @property
    def params(self) -> dict[str, str]:
        """Return what is logged of it."""
        return {"units": str(self.units), "rate": str(self.rate), "activation": self.activation}


TRIALS = (
    *(Trial(units, rate, act) for units in (3, 8, 24) for rate in (0.01, 0.1, 0.6) for act in ("tanh", "relu")),
    Trial(24, 400.0, "relu"),
)
"""Few and many units, slow and fast; the last is so fast that it comes to nothing."""


@dataclass(frozen=True)
class Points:
    """Points of two kinds in the plane, a third of them kept for validation."""

    x_train: Floats
    y_train: Floats
    x_val: Floats
    y_val: Floats


@dataclass(frozen=True)
class Epoch:
    """What a network is worth after an epoch, and its picture for some epochs, else nothing."""

    metrics: dict[str, float]
    picture: bytes


@dataclass
class Network:
    """One hidden layer and a logistic output, with what momentum remembers."""

    weights: list[Floats]
    speeds: list[Floats]
    activation: str

    def hidden(self, x: Floats) -> Floats:
        """Return what the hidden units answer."""
        inner = x @ self.weights[0] + self.weights[1]
        return np.tanh(inner) if self.activation == "tanh" else np.maximum(inner, 0)

    def predict(self, x: Floats) -> Floats:
        """Return the probability that points are of the second kind."""
        outer = np.clip(self.hidden(x) @ self.weights[2] + self.weights[3], -500, 500)
        return np.asarray(1 / (1 + np.exp(-outer)))

    def step(self, x: Floats, y: Floats, rate: float) -> None:
        """Go one step down the gradient of the loss."""
        hidden = self.hidden(x)
        error = (self.predict(x) - y) / len(x)
        slope = 1 - hidden**2 if self.activation == "tanh" else (hidden > 0).astype(float)
        back = np.outer(error, self.weights[2]) * slope
        gradients = [x.T @ back, back.sum(axis=0), hidden.T @ error, error.sum(keepdims=True)]
        for index, gradient in enumerate(gradients):
            self.speeds[index] = _MOMENTUM * self.speeds[index] - rate * gradient
            self.weights[index] = self.weights[index] + self.speeds[index]


def make_points(shape: Shape) -> Points:
    """Return two moons that reach into each other, or two rings around each other, with noise."""
    random = np.random.default_rng(7)
    kind = np.arange(_POINTS) % 2
    turn = random.uniform(0, np.pi if shape == "moons" else 2 * np.pi, _POINTS)
    radius = np.where(kind == 0, 1.0, 1.0 if shape == "moons" else 0.45)
    x = np.stack([radius * np.cos(turn), radius * np.sin(turn)], axis=1)
    if shape == "moons":
        x[kind == 1] = [1.0, 0.4] - x[kind == 1]
    x += random.normal(0, _NOISE[shape], x.shape)
    kept = _POINTS * 2 // 3
    y = kind.astype(float)
    return Points(x[:kept], y[:kept], x[kept:], y[kept:])


def train(trial: Trial, points: Points) -> Iterator[Epoch]:
    """Train a network; yield what it is worth after each epoch, as long as there is hope for it."""
    random = np.random.default_rng(trial.units)
    shapes = [(2, trial.units), (trial.units,), (trial.units,), (1,)]
    weights = [random.normal(0, 1, shape) if index % 2 == 0 else np.zeros(shape) for index, shape in enumerate(shapes)]
    network = Network(weights, [np.zeros(shape) for shape in shapes], trial.activation)
    for epoch in range(EPOCHS):
        with np.errstate(all="ignore"):
            order = random.permutation(len(points.x_train))
            for start in range(0, len(order), _BATCH):
                chosen = order[start : start + _BATCH]
                network.step(points.x_train[chosen], points.y_train[chosen], trial.rate)
            metrics = _score("train", network, points.x_train, points.y_train)
            metrics |= _score("val", network, points.x_val, points.y_val)
        yield Epoch(metrics, draw(network.predict, points) if epoch in PICTURED else b"")
        if epoch + 1 >= _PATIENCE and metrics["train/loss"] > _HOPELESS:
            return


def _score(part: str, network: Network, x: Floats, y: Floats) -> dict[str, float]:
    probability = network.predict(x)
    right = np.clip(np.where(y == 1, probability, 1 - probability), 1e-12, 1)
    return {f"{part}/loss": float(-np.log(right).mean()), f"{part}/accuracy": float(((probability > 0.5) == y).mean())}


def draw(predict: Callable[[Floats], Floats], points: Points) -> bytes:
    """Return a PNG: how sure a network is of each place, with the points that it is to tell apart."""
    x, y = np.concatenate([points.x_train, points.x_val]), np.concatenate([points.y_train, points.y_val])
    low, high = x.min(axis=0) - 0.2, x.max(axis=0) + 0.2
    columns, rows = np.meshgrid(np.linspace(low[0], high[0], _SIDE), np.linspace(high[1], low[1], _SIDE))
    share = predict(np.stack([columns.ravel(), rows.ravel()], axis=1)).reshape(_SIDE, _SIDE, 1)
    picture = 255 - (255 - (_BLUE * (1 - share) + _ORANGE * share)) * (0.15 + 0.5 * np.abs(2 * share - 1))
    places = ((x - low) / (high - low) * (_SIDE - 3)).astype(int)
    for (column, row), kind in zip(places, y, strict=True):
        picture[_SIDE - 3 - row : _SIDE - 1 - row, column : column + 2] = _ORANGE if kind else _BLUE
    return encode_png(picture.astype(np.uint8))


def encode_png(pixels: NDArray[np.uint8]) -> bytes:
    """Return rows of red, green and blue as a PNG."""
    height, width, _ = pixels.shape
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    output = io.BytesIO(b"\x89PNG\r\n\x1a\n")
    output.seek(0, io.SEEK_END)
    header = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([8, 2, 0, 0, 0])
    for kind, data in ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")):
        output.write(len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big"))
    return output.getvalue()
