"""Every estimator of scikit-learn behaves with autologging exactly as without."""

import pickle
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.utils import all_estimators

import headwater as hw
from autolog.places import all_runs, own_engine
from headwater.flavors.sklearn_autolog.hooks import is_quiet

MIN_FITTED = 170
NEEDED: dict[str, Any] = {
    "estimator": LogisticRegression(),
    "estimators": [("a", LogisticRegression()), ("b", LogisticRegression(C=0.1))],
    "base_estimator": LogisticRegression(),
    "transformers": [("a", "passthrough", [0, 1])],
    "steps": [("a", LogisticRegression())],
    "transformer_list": [("a", "passthrough")],
    "param_grid": {"C": [0.1, 1.0]},
    "param_distributions": {"C": [0.1, 1.0]},
}
CALLS = ("predict", "predict_proba", "decision_function", "transform")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with own_engine(tmp_path, monkeypatch) as uri:
        yield uri


def make(kind: type[Any]) -> Any:
    """Return an estimator, as cheap to fit as its defaults allow."""
    required = {name: NEEDED[name] for name in getattr(kind, "_required_parameters", ()) if name in NEEDED}
    try:
        model = kind(**required)
    except TypeError:
        names = kind.__init__.__code__.co_varnames[1 : kind.__init__.__code__.co_argcount]
        model = kind(**{name: NEEDED[name] for name in names if name in NEEDED})
    if "Regressor" in kind.__name__ and hasattr(model, "estimators"):
        model.set_params(estimators=[("a", LinearRegression()), ("b", LinearRegression(fit_intercept=False))])
    small = {"n_estimators": 3, "max_iter": 20, "n_components": 2, "n_iter": 2, "cv": 2}
    known = model.get_params(deep=False)
    return model.set_params(**{name: value for name, value in small.items() if name in known})


def behaviour(kind: type[Any], features: Any, labels: Any) -> dict[str, Any]:
    """Return all that can be seen of a fit: results, params, and whether a pickled copy does the same."""
    np.random.seed(7)
    model = make(kind)
    model.fit(features, labels)
    seen: dict[str, Any] = {"random": np.random.random(), "params": str(model.get_params())}
    for name in CALLS:
        if hasattr(model, name):
            seen[name] = plain(getattr(model, name)(features))
            np.random.seed(7)
            seen[f"{name} again"] = plain(getattr(pickle.loads(pickle.dumps(model)), name)(features))
    seen["clone"] = str(clone(model).get_params())
    seen["attributes"] = sorted(vars(model))
    return seen


def plain(result: Any) -> Any:
    parts = result if isinstance(result, list | tuple) else [result]
    return [np.asarray(part.todense() if hasattr(part, "todense") else part) for part in parts]


def observe(kind: type[Any], data: tuple[Any, Any]) -> dict[str, Any] | str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return behaviour(kind, *data)
        except Exception as error:  # noqa: BLE001 - the data are not for it; with autologging it must say the same
            return f"{type(error).__name__}: {error}"


def is_same(one: Any, other: Any) -> bool:
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(is_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and one and isinstance(one[0], np.ndarray):
        return len(one) == len(other) and all(
            np.array_equal(a, b, equal_nan=a.dtype.kind == "f") for a, b in zip(one, other, strict=True)
        )
    return bool(one == other)


def test_every_estimator_gives_the_same_with_and_without(place: str) -> None:
    random = np.random.RandomState(0)
    data = random.uniform(0.1, 1.0, (40, 4)), np.arange(40) % 2
    kinds = [kind for _, kind in all_estimators()]
    plain_results = {kind: observe(kind, data) for kind in kinds}
    hw.sklearn.autolog(max_tuning_runs=1)

    different = [kind.__name__ for kind in kinds if not is_same(plain_results[kind], observe(kind, data))]

    assert not different
    fitted = [kind for kind in kinds if isinstance(plain_results[kind], dict)]
    assert len(fitted) >= MIN_FITTED
    logged = {run.data.tags["estimator_name"] for run in all_runs()}
    assert {kind.__name__ for kind in fitted if not is_quiet(kind)} <= logged


def test_classes_are_as_they_were_afterwards(place: str) -> None:
    before = {kind: dict(vars(kind)) for _, kind in all_estimators()}

    hw.autolog()
    assert any(dict(vars(kind)) != before[kind] for kind in before)
    hw.autolog(disable=True)

    assert not [kind.__name__ for kind in before if dict(vars(kind)) != before[kind]]
