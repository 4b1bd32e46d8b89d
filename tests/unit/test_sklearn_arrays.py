"""Estimators that predict from arrays for the scoring server: the same bits as from frames, and no warnings."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    IsolationForest,
    RandomForestClassifier,
    RandomForestRegressor,
    StackingClassifier,
    VotingClassifier,
)
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from headwater.flavors.sklearn_arrays import forget_names
from headwater.flavors.sklearn_forests import ask_trees

X = pd.DataFrame(np.random.default_rng(0).normal(size=(200, 4)), columns=["a", "b", "c", "d"])
Y = (X["a"] + X["b"] > 0).astype(int)
NAMES = tuple(X.columns)

FREE: list[Any] = [
    LogisticRegression(),
    Ridge(),
    RandomForestClassifier(10, random_state=0),
    RandomForestRegressor(10, random_state=0),
    HistGradientBoostingClassifier(max_iter=5),
    GradientBoostingClassifier(n_estimators=5),
    KNeighborsClassifier(),
    BaggingClassifier(n_estimators=3, random_state=0),
    AdaBoostClassifier(n_estimators=3, random_state=0),
    IsolationForest(n_estimators=5, random_state=0),
    make_pipeline(StandardScaler(), LogisticRegression()),
]
BOUND: list[Any] = [
    make_pipeline(ColumnTransformer([("scale", StandardScaler(), ["a", "b"])]), LogisticRegression()),
    ColumnTransformer([("scale", StandardScaler(), ["a"])]),
    make_pipeline(StandardScaler().set_output(transform="pandas"), Ridge()),
    GridSearchCV(Ridge(), {"alpha": [1, 2]}, cv=2),
    VotingClassifier([("a", LogisticRegression()), ("b", DecisionTreeClassifier())]),
    StackingClassifier([("a", LogisticRegression())], cv=2),
    CalibratedClassifierCV(LogisticRegression(), cv=2),
]


@pytest.mark.parametrize("estimator", FREE, ids=lambda one: type(one).__name__)
def test_an_estimator_without_its_names_predicts_the_same_from_an_array(estimator: Any) -> None:
    estimator.fit(X, Y)

    found = forget_names(estimator, NAMES)

    assert np.array_equal(found.predict(X.to_numpy()), estimator.predict(X))
    assert list(estimator.feature_names_in_) == list(NAMES)


@pytest.mark.parametrize("estimator", BOUND, ids=lambda one: type(one).__name__)
def test_estimators_with_parts_that_care_for_names_keep_them(estimator: Any) -> None:
    estimator.fit(X, Y)

    assert forget_names(estimator, NAMES) is None


def test_other_columns_another_order_and_other_classes_keep_the_frame() -> None:
    class Mine(LogisticRegression):  # type: ignore[misc]  # scikit-learn has no types
        pass

    named, unnamed = LogisticRegression().fit(X, Y), LogisticRegression().fit(X.to_numpy(), Y)

    assert forget_names(named, NAMES[::-1]) is None
    assert forget_names(named, NAMES[:3]) is None
    assert forget_names(unnamed, NAMES[:3]) is None
    assert forget_names(Mine().fit(X, Y), NAMES) is None
    assert forget_names(unnamed, NAMES) is not None


@pytest.mark.parametrize(
    ("forest", "method"),
    [
        (RandomForestClassifier(30, random_state=0), "predict"),
        (RandomForestClassifier(30, random_state=0), "predict_proba"),
        (RandomForestRegressor(30, random_state=0), "predict"),
        (ExtraTreesRegressor(30, random_state=0), "predict"),
    ],
)
@pytest.mark.parametrize("rows", [1, 50, 2000])
def test_a_forest_that_asks_its_trees_gives_the_same_bits(forest: Any, method: str, rows: int) -> None:
    values = np.random.default_rng(1).normal(size=(rows, 4))
    forest.fit(X.to_numpy(), Y)

    quick = ask_trees(forest, method)

    assert quick is not None
    assert np.array_equal(quick(values), getattr(forest, method)(values))


@pytest.mark.parametrize("values", [[[np.nan, 0, 1, 2]], [[1, 2, 3, 4]], [[1e30, 0, -1e30, 1]]], ids=repr)
@pytest.mark.parametrize("kind", [RandomForestClassifier, ExtraTreesRegressor])
def test_a_forest_that_asks_its_trees_takes_missing_whole_and_large_values(kind: Any, values: Any) -> None:
    known = X.to_numpy(copy=True)
    known[::3, 0] = np.nan
    forest = kind(30, random_state=0).fit(known, np.arange(len(X)) % 5)
    rows = np.array(values)

    quick = ask_trees(forest, "predict")

    assert quick is not None
    assert np.array_equal(quick(rows), forest.predict(rows))


@pytest.mark.filterwarnings("ignore:overflow encountered")
def test_a_forest_that_asks_its_trees_refuses_what_is_too_large_for_it() -> None:
    forest = RandomForestRegressor(10, random_state=0).fit(X.to_numpy(), Y)
    quick = ask_trees(forest, "predict")
    assert quick is not None

    with pytest.raises(ValueError, match="too large for dtype"):
        quick(np.array([[1e300, 0, 0, 0]]))


def test_a_forest_of_texts_as_classes_answers_with_them() -> None:
    forest = RandomForestClassifier(10, random_state=0).fit(X.to_numpy(), np.where(Y, "yes", "no"))

    quick = ask_trees(forest, "predict")

    assert quick is not None
    assert np.array_equal(quick(X.to_numpy()), forest.predict(X.to_numpy()))


def test_a_forest_refuses_what_it_would_refuse() -> None:
    forest = RandomForestClassifier(10, random_state=0).fit(X.to_numpy(), Y)
    quick = ask_trees(forest, "predict")
    assert quick is not None

    with pytest.raises(ValueError, match="expecting 4 features"):
        quick(np.zeros((1, 3)))


def test_other_estimators_and_several_outputs_are_left_alone() -> None:
    several = RandomForestRegressor(5, random_state=0).fit(X.to_numpy(), np.stack([Y, Y], axis=1))
    forest = RandomForestClassifier(5, random_state=0).fit(X.to_numpy(), Y)

    found = [ask_trees(several, "predict"), ask_trees(Ridge().fit(X, Y), "predict"), ask_trees(forest, "apply")]

    assert found == [None, None, None]
