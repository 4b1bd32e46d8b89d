"""What a model said beside what is true, in the one form that metrics, plots and resampling read."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from headwater.protocol.errors import InvalidParameterValue


@dataclass(frozen=True, eq=False)
class Outcome:
    """Truth and predictions of the same rows, with what else is known; None what is not.

    Those that `classify` makes hold classes as numbers from 0, a binary one with the positive class as 1.
    """

    truth: Any
    predicted: Any
    probabilities: Any = None
    """A column for each class."""
    weights: Any = None
    labels: Any = None
    """The classes in the order of the columns of `probabilities`, in the values of `truth`."""
    average: Any = "weighted"
    pos_label: Any = None
    multi_class: str = "ovr"
    names: tuple[str, ...] = ()
    """What to call the classes."""

    @property
    def is_binary(self) -> bool:
        """Return whether there are two classes, one of which is sought."""
        return len(self.names) == 2

    @property
    def scores(self) -> Any:
        """Return how likely the positive class is, of a binary outcome with probabilities."""
        return self.probabilities[:, 1]

    @cached_property
    def confusion(self) -> Any:
        """Return how many rows of each class (row) were said to be of which (column), without weights."""
        size = len(self.names)
        cells = np.bincount(self.truth * size + self.predicted, minlength=size * size)
        return cells.reshape(size, size)

    @cached_property
    def support(self) -> tuple[float, float, float]:
        """Return precision, recall and F1."""
        from sklearn.metrics import precision_recall_fscore_support

        kind = {"average": self.average} if self.pos_label is None else {"average": "binary"}
        about = {} if self.pos_label is None else {"pos_label": self.pos_label}
        found = precision_recall_fscore_support(
            self.truth, self.predicted, sample_weight=self.weights, zero_division=0, **kind, **about
        )
        return float(found[0]), float(found[1]), float(found[2])

    def of_class(self, number: int) -> "Outcome":
        """Return the same for one class against all others."""
        chances = None
        if self.probabilities is not None:
            one = self.probabilities[:, number]
            chances = np.column_stack([1 - one, one])
        return Outcome(
            (self.truth == number).astype(int),
            (self.predicted == number).astype(int),
            chances,
            self.weights,
            labels=[0, 1],
            pos_label=1,
            names=("other", self.names[number]),
        )

    def rows(self, mask: Any) -> "Outcome":
        """Return the same of some rows."""
        return replace(
            self,
            truth=self.truth[mask],
            predicted=self.predicted[mask],
            probabilities=None if self.probabilities is None else self.probabilities[mask],
            weights=None if self.weights is None else self.weights[mask],
        )


def classify(
    truth: Any,
    predicted: Any,
    *,
    probabilities: Any = None,
    classes: Any = None,
    label_list: Any = None,
    pos_label: Any = None,
    average: Any = "weighted",
    weights: Any = None,
) -> Outcome:
    """Return the outcome of a classifier.

    Args:
        truth, predicted: labels of any kind, one for each row.
        probabilities: a column for each class, in the order of `classes`; or one, of the positive class.
        classes: the classes that the model knows.
        label_list: the classes that there are; default: those that occur or are known to the model.
        pos_label: of two classes, the one that is sought; default: the last.

    Raises:
        InvalidParameterValue: labels, probabilities and classes do not fit each other.
    """
    truth, predicted = _check_labels(truth, "targets"), _check_labels(predicted, "predictions")
    if (truth.dtype.kind in "US") != (predicted.dtype.kind in "US"):
        raise InvalidParameterValue(
            f"The targets are of type '{truth.dtype}', such as '{truth[0]}', the predictions of type "
            f"'{predicted.dtype}', such as '{predicted[0]}'. Give both in the same labels."
        )
    _check_fractions(truth, predicted)
    labels = _find_labels(truth, predicted, classes, label_list)
    if len(labels) == 2:
        labels = _positive_last(labels, pos_label)
    aligned = None if probabilities is None else _align(np.asarray(probabilities, float), labels, classes)
    is_binary = len(labels) == 2
    return Outcome(
        _encode(truth, labels),
        _encode(predicted, labels),
        aligned,
        weights,
        labels=list(range(len(labels))),
        average=average,
        pos_label=1 if is_binary else None,
        names=tuple(map(str, labels)),
    )


def _check_labels(values: Any, role: str) -> Any:
    found = np.asarray(values)
    if found.dtype.kind == "O":
        missing = [value is None or value != value for value in found]
        found = found if any(missing) else np.array(found.tolist())
    elif found.dtype.kind == "f":
        missing = np.isnan(found)
    else:
        return found
    if np.any(missing):
        raise InvalidParameterValue(
            f"{int(np.sum(missing))} of {len(found)} {role} are missing. Leave these rows out of the data."
        )
    return found


def _check_fractions(truth: Any, predicted: Any) -> None:
    """Raise for predictions that are numbers with fractions, and no labels of the targets."""
    if predicted.dtype.kind != "f":
        return
    odd = predicted[(predicted != np.floor(predicted)) & ~np.isin(predicted, truth)]
    if len(odd):
        raise InvalidParameterValue(
            f"{len(odd)} of {len(predicted)} predictions, such as '{odd[0]}', are no labels of the targets, which are "
            f"such as '{truth[0]}'. Give labels, with chances as `probabilities`, or model_type=\"regressor\"."
        )


def _find_labels(truth: Any, predicted: Any, classes: Any, label_list: Any) -> Any:
    """Return the labels that there are, those of numbers and texts in their order."""
    labels = np.union1d(truth, predicted)
    if label_list is not None:
        unknown = [label for label in labels.tolist() if label not in list(label_list)]
        if unknown:
            raise InvalidParameterValue(
                f"The label '{unknown[0]}' occurs {int(np.sum(truth == unknown[0]))} times in the targets and is not "
                "in `label_list`. Add it, or leave these rows out."
            )
        return np.asarray(label_list)
    if classes is not None:
        labels = np.union1d(labels, classes)
    is_sign = len(labels) == 1 and labels.dtype.kind in "biuf" and labels[0] in (0, 1)
    return np.array([0, 1]).astype(labels.dtype) if is_sign else labels


def _positive_last(labels: Any, pos_label: Any) -> Any:
    if pos_label is None:
        return labels
    if pos_label not in labels:
        raise InvalidParameterValue(
            f"There is no label '{pos_label}' for `pos_label`. Use one of {', '.join(map(repr, labels.tolist()))}."
        )
    return labels if labels[1] == pos_label else labels[::-1]


def _encode(values: Any, labels: Any) -> Any:
    order = np.argsort(labels)
    return order[np.searchsorted(labels, values, sorter=order)]


def _align(probabilities: Any, labels: Any, classes: Any) -> Any:
    """Return probabilities with a column for each label."""
    if probabilities.ndim == 1 or probabilities.shape[1] == 1:
        if len(labels) != 2:
            raise InvalidParameterValue(
                f"Probabilities of one class were given, and there are {len(labels)} labels. Give a column for each."
            )
        one = probabilities.reshape(-1)
        return np.column_stack([1 - one, one])
    known = np.sort(labels) if classes is None else np.asarray(classes)
    if probabilities.shape[1] != len(known):
        raise InvalidParameterValue(
            f"There are {probabilities.shape[1]} columns of probabilities for {len(known)} labels. Say with "
            "`label_list` in evaluator_config which labels there are."
        )
    places = {label: number for number, label in enumerate(known.tolist())}
    aligned = np.zeros((len(probabilities), len(labels)))
    for number, label in enumerate(labels.tolist()):
        if label in places:
            aligned[:, number] = probabilities[:, places[label]]
    return aligned


def regress(truth: Any, predicted: Any, *, weights: Any = None) -> Outcome:
    """Return the outcome of a regressor; raise `InvalidParameterValue` for what is missing or no number."""
    return Outcome(_check_numbers(truth, "targets"), _check_numbers(predicted, "predictions"), weights=weights)


def _check_numbers(values: Any, role: str) -> Any:
    try:
        found = np.array(values, dtype=float).reshape(-1)  # a copy: autologging knows predictions by identity
    except (TypeError, ValueError) as error:
        raise InvalidParameterValue(
            f"The {role} of a regressor must be numbers, and hold '{np.asarray(values).reshape(-1)[0]}'."
            ' Give others, or model_type="classifier".'
        ) from error
    count = int(np.sum(~np.isfinite(found)))
    if count:
        raise InvalidParameterValue(
            f"{count} of {len(found)} {role} are missing or infinite. Leave these rows out of the data."
        )
    return found
