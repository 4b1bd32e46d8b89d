"""What each feature does to the predictions of any model, measured with SHAP and logged as files."""

import shutil
from collections.abc import Callable
from typing import Any

import numpy as np

from headwater.tracking.artifact_files import temporary_folder
from headwater.tracking.fluent import get_artifact_uri, log_artifacts

_MAX_SUMMARIES = 10
"""How many typical rows the effects are measured against."""


def log_explanation(predict_function: Callable[..., Any], features: Any, artifact_path: str | None = None) -> str:
    """Measure what each feature does to predictions, log it to the active run, and return the URI of the files.

    These are `base_values.npy`, `shap_values.npy` and `summary_bar_plot.png`, in "model_explanations_shap" unless
    `artifact_path` says otherwise. It takes long for many rows: give some dozens.

    Example:
        >>> hw.shap.log_explanation(forest.predict, X.head(50))
    """
    import shap
    from matplotlib import pyplot

    place = artifact_path or "model_explanations_shap"
    background = shap.kmeans(features, min(_MAX_SUMMARIES, len(features)))
    explainer = shap.KernelExplainer(predict_function, background)
    values = explainer.shap_values(features)
    folder = temporary_folder()
    try:
        np.save(folder / "base_values.npy", explainer.expected_value)
        np.save(folder / "shap_values.npy", values)
        with pyplot.ioff():
            shap.summary_plot(values, features, plot_type="bar", show=False)
            pyplot.savefig(folder / "summary_bar_plot.png", bbox_inches="tight")
            pyplot.close()
        log_artifacts(str(folder), place)
    finally:
        shutil.rmtree(folder)
    return get_artifact_uri(place)
