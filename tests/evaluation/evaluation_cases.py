"""Models and data that the tests of evaluation share."""

from typing import Any

import numpy as np
import pandas as pd
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def binary_case() -> tuple[Any, pd.DataFrame]:
    """Return a classifier of two classes, and data with labels in words and a column `target`."""
    frame = load_breast_cancer(as_frame=True).frame
    frame = frame[[*frame.columns[:4], "target"]]
    frame["target"] = np.where(frame["target"] == 1, "benign", "malignant")
    return _fit(make_pipeline(StandardScaler(), LogisticRegression()), frame), frame


def multiclass_case() -> tuple[Any, pd.DataFrame]:
    """Return a classifier of three classes that errs, and its data."""
    frame = load_iris(as_frame=True).frame
    frame = frame[[*frame.columns[:2], "target"]]
    return _fit(LogisticRegression(), frame), frame


def regressor_case() -> tuple[Any, pd.DataFrame]:
    """Return a regressor and its data."""
    frame = load_diabetes(as_frame=True).frame
    return _fit(Ridge(), frame), frame


def _fit(estimator: Any, frame: pd.DataFrame) -> Any:
    return estimator.fit(frame.drop(columns="target"), frame["target"])
