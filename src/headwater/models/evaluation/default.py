"""What the built-in evaluator computes and draws for a classifier or a regressor."""

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np

from headwater.models.evaluation.options import Options
from headwater.models.evaluation.predicting import Predictions, Predictor
from headwater.models.evaluation.table import EvaluationData
from headwater.models.measuring import plots
from headwater.models.measuring.measures import measure, own_score
from headwater.models.measuring.outcome import Outcome, classify, regress
from headwater.protocol.errors import InvalidParameterValue

TYPES = ("classifier", "regressor")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Side:
    """A model or a column of predictions that is evaluated, and what it said."""

    predictions: Predictions
    predictor: Predictor | None = None

    @property
    def name(self) -> str:
        """Return what to call it in a plot."""
        return self.predictor.name if self.predictor else "predictions"


def make_outcome(model_type: str, data: EvaluationData, side: Side, options: Options) -> Outcome:
    """Return what a model said beside the truth."""
    weights = read_weights(options.sample_weights, data)
    if model_type == "regressor":
        return regress(data.truth, side.predictions.values, weights=weights)
    return classify(
        data.truth,
        side.predictions.values,
        probabilities=side.predictions.probabilities,
        classes=side.predictions.classes if side.predictions.probabilities is not None else None,
        label_list=options.label_list,
        pos_label=options.pos_label,
        average=options.average,
        weights=weights,
    )


def measure_side(side: Side, data: EvaluationData, outcome: Outcome) -> dict[str, float]:
    """Return the metrics of a model, its own score first if it has one."""
    values = measure(outcome)
    estimator = side.predictor.estimator if side.predictor else None
    if side.predictor is None or not hasattr(estimator, "score"):
        return values
    try:
        features = side.predictor.pick(data.features)
        score = own_score(estimator, features, data.truth, outcome.weights, values)
    except Exception as error:  # noqa: BLE001 - the model is the user's, and its score is no more than an extra
        _log.warning("The model's own score failed: %s: %s", type(error).__name__, error)
        return values
    return {"score": score, **values}


def draw(outcomes: Mapping[str, Outcome], options: Options) -> Iterator[tuple[str, bytes]]:
    """Yield plots of the first outcome, with the others for comparison where one plot can hold both."""
    if find_spec("PIL") is None:
        _log.warning('No plots: Pillow is not installed. Run: pip install "headwater[evaluate]"')
        return
    name, outcome = next(iter(outcomes.items()))
    if not outcome.names:
        yield "residuals_plot", plots.plot_residuals(f"Residuals of {name}", outcome)
        yield "predicted_vs_actual_plot", plots.plot_predictions(f"Predictions of {name}", outcome)
        return
    yield "confusion_matrix", plots.plot_confusion(f"Confusion matrix of {name}", outcome.confusion, outcome.names)
    if outcome.probabilities is None:
        return
    if outcome.is_binary:
        shown = [(title, some) for title, some in outcomes.items() if some.is_binary and some.probabilities is not None]
        about = f", positive: {outcome.names[1]}"
    else:
        shown = [(label, outcome.of_class(number)) for number, label in enumerate(outcome.names)]
        about = f" of {name}, each class against the others"
    yield from _draw_curves(shown, about, options, is_binary=outcome.is_binary)


def _draw_curves(
    shown: list[tuple[str, Outcome]], about: str, options: Options, *, is_binary: bool
) -> Iterator[tuple[str, bytes]]:
    limit = options.max_classes_for_multiclass_roc_pr
    if not is_binary and len(shown) > limit:
        _log.warning(
            "No ROC, precision-recall and calibration curves: there are %d classes. Raise "
            "'max_classes_for_multiclass_roc_pr' in evaluator_config to draw them.",
            len(shown),
        )
        return
    if any(0 < outcome.truth.sum() < len(outcome.truth) for _, outcome in shown):
        drawings: dict[str, tuple[str, Callable[[str, plots.Named], bytes]]] = {
            "roc_curve_plot": ("ROC curve", plots.plot_roc),
            "precision_recall_curve_plot": ("Precision and recall", plots.plot_precision_recall),
        }
        if is_binary:
            drawings["lift_curve_plot"] = ("Lift", plots.plot_lift)
        for key, (title, plot) in drawings.items():
            yield key, plot(f"{title}{about}", shown)
    yield "calibration_curve_plot", plots.plot_calibration(f"Calibration{about}", shown)


def read_weights(given: Any, data: EvaluationData) -> Any:
    """Return the weight of each row, given as values or as the name of a column; None if there are none."""
    if given is None:
        return None
    weights = np.asarray(data.column(given) if isinstance(given, str) else given, float)
    if weights.shape != (len(data),) or not np.isfinite(weights).all() or weights.min() < 0 or not weights.sum():
        raise InvalidParameterValue(
            f"Invalid `sample_weights` of shape '{weights.shape}'. Give a number of at least 0 for each of the "
            f"{len(data)} rows."
        )
    return weights
