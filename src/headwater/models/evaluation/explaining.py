"""Which features a model heeds, by SHAP, where that is installed."""

import logging
import warnings
from importlib.util import find_spec
from typing import Any

import numpy as np

from headwater.models.drawing import draw_bars, draw_swarm
from headwater.models.evaluation.options import Options
from headwater.models.evaluation.predicting import Predictor
from headwater.models.evaluation.table import EvaluationData

_log = logging.getLogger(__name__)

_BACKGROUND = 100
_SHOWN = 20  # features


def explain(predictor: Predictor, data: EvaluationData, names: tuple[str, ...], options: Options) -> dict[str, bytes]:
    """Return plots of what each feature adds to the predictions, as PNG files by name; none if SHAP fails.

    Args:
        names: the classes, none for a regressor.
    """
    if not options.log_model_explainability or find_spec("shap") is None or find_spec("PIL") is None:
        return {}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _plot(predictor, data, names, options)
    except Exception as error:  # noqa: BLE001 - other people's explainers fail on models that they do not know
        _log.warning("SHAP could not explain the model: %s: %s", type(error).__name__, error, exc_info=True)
        return {}


def _plot(predictor: Predictor, data: EvaluationData, names: tuple[str, ...], options: Options) -> dict[str, bytes]:
    features = predictor.pick(data.features)
    columns = list(map(str, features.columns)) if hasattr(features, "columns") else list(data.feature_names)
    sample = _sample(np.asarray(features), options.explainability_nsamples)
    values = _explain(predictor, features, sample, options)
    if not names and values.ndim == 3:
        values = values[:, :, 0]
    if len(names) == 2 and values.ndim == 3:
        values = values[:, :, 1]  # the positive class says it all
    parts = np.abs(values).mean(axis=0).reshape(len(columns), -1)
    order = np.argsort(-parts.sum(axis=1), kind="stable")[:_SHOWN]
    shown = [columns[number] for number in order]
    series = names if values.ndim == 3 else ()
    bars = draw_bars("Importance of the features", "Mean |SHAP value|", shown, parts[order], series)
    strongest = values if values.ndim == 2 else values[:, :, int(parts.sum(axis=0).argmax())]
    about = f" for '{names[int(parts.sum(axis=0).argmax())]}'" if values.ndim == 3 else ""
    swarm = draw_swarm(
        f"What the features add{about}", "SHAP value", shown, strongest[:, order], _levels(sample[:, order])
    )
    return {"shap_beeswarm_plot": swarm, "shap_summary_plot": swarm, "shap_feature_importance_plot": bars}


def _explain(predictor: Predictor, features: Any, sample: Any, options: Options) -> Any:
    """Return SHAP values: rows × features, × classes where there are several outputs."""
    import shap

    is_frame = hasattr(features, "iloc")
    to_frame = type(features) if is_frame else None
    columns = list(features.columns) if is_frame else []
    estimator = predictor.estimator
    chances = getattr(estimator, "predict_proba", None)
    ask = chances if chances is not None else predictor.predict

    def answer(rows: Any) -> Any:
        given = to_frame(rows, columns=columns).astype(features.dtypes.to_dict()) if to_frame is not None else rows
        found = np.asarray(ask(given))
        return found.astype(float)

    algorithm = options.explainability_algorithm
    if algorithm is None and shap.explainers.Tree.supports_model_with_masker(estimator, None):
        return np.asarray(shap.explainers.Tree(estimator)(sample, check_additivity=False).values)  # exact, in no time
    background = shap.sample(sample, min(_BACKGROUND, len(sample)), random_state=0)
    if algorithm == "kernel":
        explainer = shap.KernelExplainer(answer, background, link=options.explainability_kernel_link)
        found = explainer.shap_values(sample, silent=True)
        return np.stack(found, axis=-1) if isinstance(found, list) else np.asarray(found)
    explainer = shap.Explainer(answer, background, algorithm=algorithm or "auto", seed=0)
    return np.asarray(explainer(sample, silent=True).values)


def _sample(features: Any, count: int) -> Any:
    """Return at most so many rows, evenly spread over the data."""
    if len(features) <= count:
        return features
    return features[np.linspace(0, len(features) - 1, count).astype(int)]


def _levels(features: Any) -> Any:
    """Return for each value of a column which share of the column's is below it; NaN for what is no number."""
    levels = np.full(features.shape, np.nan)
    for column in range(features.shape[1]):
        try:
            values = features[:, column].astype(float)
        except (TypeError, ValueError):
            continue
        known = np.unique(values[np.isfinite(values)])
        if len(known) > 1:
            levels[:, column] = np.searchsorted(known, values) / (len(known) - 1)
    return np.clip(levels, 0, 1)
