"""Train classifiers of handwritten digits and track every run: what `headwater demo` does, and a file to copy from.

The data, 1,797 images of 8 × 8 pixels, come with scikit-learn. Run it as it stands: `python -m headwater.demo`.
"""

import csv
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import accuracy_score, classification_report, confusion_matrix, f1_score, log_loss
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

import headwater as hw

if TYPE_CHECKING:
    from matplotlib.figure import Figure

EXPERIMENT = "digits"
EPOCHS = 30

Probabilities = NDArray[np.float64]


@dataclass(frozen=True)
class Digits:
    """The images and their digits, split in two."""

    x_train: NDArray[np.float64]
    x_test: NDArray[np.float64]
    y_train: NDArray[np.int64]
    y_test: NDArray[np.int64]


@dataclass(frozen=True)
class Candidate:
    """A model that is to be tried."""

    algorithm: str
    params: dict[str, float | int]

    @property
    def name(self) -> str:
        """Return a name for people."""
        return " ".join([self.algorithm, *(f"{key}={value}" for key, value in self.params.items())])


@dataclass(frozen=True)
class Trained:
    """What became of a candidate."""

    name: str
    run_id: str
    accuracy: float


CANDIDATES = (
    *(Candidate("sgd", {"alpha": alpha, "eta0": eta0}) for alpha in (1e-4, 1e-2) for eta0 in (0.01, 0.1)),
    *(Candidate("mlp", {"units": units, "rate": rate}) for units in (16, 64) for rate in (1e-3, 1e-2)),
    *(Candidate("boosting", {"depth": depth, "rate": rate}) for depth in (1, 3) for rate in (0.1, 0.4)),
    *(Candidate("forest", {"depth": depth}) for depth in (4, 12)),
)


def train_all(candidates: tuple[Candidate, ...] = CANDIDATES, epochs: int = EPOCHS) -> Iterator[Trained]:
    """Train each candidate in a run of its own and yield the outcome."""
    data = load_data()
    hw.set_experiment(EXPERIMENT)
    for candidate in candidates:
        yield train(candidate, data, epochs)


def train(candidate: Candidate, data: Digits, epochs: int) -> Trained:
    """Train one candidate; log its params, a point of each metric per epoch, and files about the result."""
    with hw.start_run(run_name=candidate.name) as run:
        hw.set_tag("algorithm", candidate.algorithm)
        hw.log_params({"algorithm": candidate.algorithm, "epochs": epochs, **candidate.params})

        on_test = np.empty(0)
        for epoch, (on_train, on_test) in enumerate(fit(candidate, data, epochs)):
            hw.log_metrics(scores("train", data.y_train, on_train) | scores("test", data.y_test, on_test), step=epoch)

        predicted = on_test.argmax(axis=1)
        accuracy = float(accuracy_score(data.y_test, predicted))
        hw.log_metric("final_accuracy", accuracy)
        log_files(data, on_test, predicted)
    return Trained(candidate.name, run.info.run_id, accuracy)


def load_data() -> Digits:
    """Return the digits, a quarter of them kept for testing."""
    images, digits = load_digits(return_X_y=True)
    x_train, x_test, y_train, y_test = train_test_split(images / 16, digits, test_size=0.25, random_state=7)
    return Digits(x_train, x_test, y_train, y_test)


def fit(candidate: Candidate, data: Digits, epochs: int) -> Iterator[tuple[Probabilities, Probabilities]]:
    """Train a candidate epoch by epoch; yield each digit's probability for the training and the test images."""
    params = candidate.params
    match candidate.algorithm:
        case "sgd":
            schedule = {"learning_rate": "adaptive", "eta0": params["eta0"]}
            model = SGDClassifier(loss="log_loss", alpha=params["alpha"], random_state=0, **schedule)
            yield from _fit_by_epochs(model, data, epochs)
        case "mlp":
            model = MLPClassifier((params["units"],), learning_rate_init=params["rate"], random_state=0)
            yield from _fit_by_epochs(model, data, epochs)
        case "boosting":
            shape = {"max_depth": params["depth"], "max_features": "sqrt", "subsample": 0.5}
            model = GradientBoostingClassifier(
                learning_rate=params["rate"], n_estimators=epochs, random_state=0, **shape
            ).fit(data.x_train, data.y_train)
            yield from zip(
                model.staged_predict_proba(data.x_train), model.staged_predict_proba(data.x_test), strict=True
            )
        case "forest":
            model = RandomForestClassifier(max_depth=params["depth"], warm_start=True, random_state=0)
            for epoch in range(epochs):
                model.set_params(n_estimators=2 * (epoch + 1)).fit(data.x_train, data.y_train)
                yield model.predict_proba(data.x_train), model.predict_proba(data.x_test)
        case other:
            raise ValueError(f"No algorithm is called '{other}': use sgd, mlp, boosting or forest.")


def _fit_by_epochs(
    model: SGDClassifier | MLPClassifier, data: Digits, epochs: int, batch: int = 256
) -> Iterator[tuple[Probabilities, Probabilities]]:
    shuffle = np.random.default_rng(0)
    for _ in range(epochs):
        order = shuffle.permutation(len(data.x_train))
        for start in range(0, len(order), batch):
            chosen = order[start : start + batch]
            model.partial_fit(data.x_train[chosen], data.y_train[chosen], classes=range(10))
        yield model.predict_proba(data.x_train), model.predict_proba(data.x_test)


def scores(part: str, truth: NDArray[np.int64], probabilities: Probabilities) -> dict[str, float]:
    """Return the metrics of one part of the data under names such as `test/loss`."""
    predicted = probabilities.argmax(axis=1)
    return {
        f"{part}/loss": float(log_loss(truth, probabilities, labels=range(10))),
        f"{part}/accuracy": float(accuracy_score(truth, predicted)),
        f"{part}/f1": float(f1_score(truth, predicted, average="macro")),
    }


def log_files(data: Digits, probabilities: Probabilities, predicted: NDArray[np.int64]) -> None:
    """Log what one wants to look at later: a report, every prediction, and which digits are taken for which."""
    hw.log_text(classification_report(data.y_test, predicted, zero_division=0), "report.txt")
    hw.log_dict({"name": "digits", "train": len(data.y_train), "test": len(data.y_test)}, "data.json")

    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "predictions.csv"
        with table.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["digit", "predicted", "probability"])
            writer.writerows(zip(data.y_test, predicted, probabilities.max(axis=1).round(4), strict=True))
        hw.log_artifact(table)

    if find_spec("matplotlib"):
        hw.log_figure(draw_confusion(data.y_test, predicted), "confusion_matrix.png")


def draw_confusion(truth: NDArray[np.int64], predicted: NDArray[np.int64]) -> "Figure":
    """Draw how often each digit was taken for which."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5, 5), layout="tight")
    axes = figure.subplots()
    counts = confusion_matrix(truth, predicted, labels=range(10))
    axes.imshow(counts, cmap="Blues")
    for (row, column), count in np.ndenumerate(counts):
        color = "white" if count > counts.max() / 2 else "black"
        axes.text(column, row, str(count), ha="center", va="center", fontsize=8, color=color)
    axes.set(xlabel="predicted", ylabel="digit", xticks=range(10), yticks=range(10))
    return figure


if __name__ == "__main__":
    for trained in train_all():
        print(f"{trained.accuracy:.3f}  {trained.name}  {trained.run_id}")  # noqa: T201  # a script's result
