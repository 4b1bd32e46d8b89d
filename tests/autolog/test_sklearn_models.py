"""The models that autologging keeps."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.cluster import DBSCAN
from sklearn.datasets import load_iris
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import GridSearchCV

import headwater as hw
from autolog.places import artifact_names, only_run, own_engine
from headwater.models.model_file import Model
from headwater.models.pyfunc import load_model


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with own_engine(tmp_path, monkeypatch) as uri:
        yield uri


@pytest.fixture(scope="module")
def iris() -> tuple[Any, Any]:
    features, labels = load_iris(return_X_y=True, as_frame=True)
    return features, labels


def _models() -> dict[str, hw.LoggedModel]:
    return {model.name: model for model in hw.search_logged_models(output_format="list")}


def test_a_fitted_estimator_is_kept_with_its_signature_and_predicts_the_same(iris: tuple[Any, Any]) -> None:
    hw.autolog()

    fitted = LinearRegression().fit(*iris)

    run = only_run()
    kept = _models()["model"]
    model = load_model(kept.model_uri)
    assert np.array_equal(model.predict(iris[0]), fitted.predict(iris[0]))
    assert (kept.source_run_id, kept.status, kept.params["fit_intercept"]) == (run.info.run_id, "READY", "True")
    assert {point.key for point in kept.metrics} >= {"training_r2_score"}
    assert model.metadata.signature is not None
    assert model.metadata.signature.inputs is not None
    assert model.metadata.signature.inputs.input_names() == list(iris[0].columns)
    assert model.metadata.flavors["sklearn"]["serialization_format"] == "cloudpickle"
    assert model.input_example is None
    assert load_model(f"runs:/{run.info.run_id}/model").model_id == kept.model_id


def test_what_is_kept_is_what_was_fitted_and_not_what_the_program_made_of_it_later(iris: tuple[Any, Any]) -> None:
    hw.autolog(disable=False)
    estimator = LinearRegression()
    estimator.fit(*iris)
    estimator.coef_ = np.zeros(4)
    hw.flush()

    assert load_model(_models()["model"].model_uri).get_raw_model().coef_.any()


def test_the_options_decide_what_is_kept(iris: tuple[Any, Any]) -> None:
    hw.sklearn.autolog(
        log_input_examples=True, log_model_signatures=False, serialization_format="skops", registered_model_name="line"
    )

    LinearRegression().fit(*iris)
    hw.flush()

    model = load_model("models:/line/1")
    assert model.metadata.flavors["sklearn"]["pickled_model"] == "model.skops"
    assert model.metadata.signature is None
    pd.testing.assert_frame_equal(model.input_example, iris[0][:5])


def test_no_model_is_kept_where_that_is_off(iris: tuple[Any, Any]) -> None:
    hw.autolog(log_models=False)

    LinearRegression().fit(*iris)

    assert artifact_names(only_run()) == {"estimator.html"}
    assert _models() == {}


def test_a_search_keeps_itself_and_its_best_estimator(iris: tuple[Any, Any]) -> None:
    hw.autolog()

    search = GridSearchCV(LogisticRegression(max_iter=1000), {"C": [0.1, 1.0]}, cv=2).fit(*iris)
    hw.flush()

    kept = _models()
    assert set(kept) == {"model", "best_estimator"}
    best = load_model(kept["best_estimator"].model_uri).get_raw_model()
    assert search.best_params_["C"] == best.C


def test_what_has_no_predict_is_kept_without_the_generic_flavor(iris: tuple[Any, Any]) -> None:
    hw.autolog()

    DBSCAN().fit(iris[0])
    hw.flush()

    assert list(Model.load(_models()["model"].model_uri).flavors) == ["sklearn"]


def test_a_model_that_cannot_be_written_does_not_disturb_the_fit(iris: tuple[Any, Any]) -> None:
    hw.sklearn.autolog(serialization_format="no such format", silent=True)

    LinearRegression().fit(*iris)

    assert "training_r2_score" in only_run().data.metrics
    assert _models() == {}
