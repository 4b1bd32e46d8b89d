"""What a fit of scikit-learn logs, and what it leaves alone."""

import io
import logging
import pickle
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from sklearn.cluster import DBSCAN, KMeans
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
from sklearn.decomposition import PCA
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import BaggingClassifier, RandomForestRegressor, VotingClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score
from sklearn.model_selection import cross_val_score
from sklearn.multioutput import MultiOutputClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier

import headwater as hw
from autolog.places import all_runs, artifact_names, only_run, own_engine

CLASSIFIER_METRICS = {
    "training_precision_score",
    "training_recall_score",
    "training_f1_score",
    "training_accuracy_score",
    "training_log_loss",
    "training_roc_auc",
    "training_score",
}
REGRESSOR_METRICS = {
    "training_mean_squared_error",
    "training_mean_absolute_error",
    "training_r2_score",
    "training_root_mean_squared_error",
    "training_score",
}
CURVES = {"training_roc_curve.png", "training_precision_recall_curve.png"}


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with own_engine(tmp_path, monkeypatch) as uri:
        yield uri


@pytest.fixture(scope="module")
def binary() -> tuple[Any, Any]:
    features, labels = load_breast_cancer(return_X_y=True)
    return StandardScaler().fit_transform(features)[:, :6], labels


@pytest.fixture(scope="module")
def iris() -> tuple[Any, Any]:
    found: tuple[Any, Any] = load_iris(return_X_y=True)
    return found


@pytest.fixture(scope="module")
def diabetes() -> tuple[Any, Any]:
    found: tuple[Any, Any] = load_diabetes(return_X_y=True)
    return found


def test_binary_classifier(binary: tuple[Any, Any]) -> None:
    features, labels = binary
    hw.autolog()

    model = LogisticRegression(C=0.5).fit(features, labels)

    run = only_run()
    guesses = model.predict(features).tolist()
    assert run.info.status == "FINISHED"
    assert run.data.params == {key: str(value) for key, value in model.get_params().items()}
    assert run.data.metrics.keys() == CLASSIFIER_METRICS
    assert run.data.metrics["training_accuracy_score"] == accuracy_score(labels, guesses)
    assert run.data.metrics["training_score"] == accuracy_score(labels, guesses)
    assert run.data.metrics["training_f1_score"] == pytest.approx(f1_score(labels, guesses, average="weighted"))
    assert run.data.tags["mlflow.autologging"] == "sklearn"
    assert run.data.tags["estimator_name"] == "LogisticRegression"
    assert run.data.tags["estimator_class"] == "sklearn.linear_model._logistic.LogisticRegression"
    assert artifact_names(run) == {"estimator.html", "training_confusion_matrix.png"} | CURVES


def test_plots_are_pictures_and_the_page_shows_the_estimator(binary: tuple[Any, Any]) -> None:
    hw.autolog()

    LogisticRegression().fit(*binary)

    folder = Path(hw.download_artifacts(run_id=only_run().info.run_id))
    for name in {"training_confusion_matrix.png"} | CURVES:
        with Image.open(io.BytesIO((folder / name).read_bytes())) as picture:
            assert picture.size == (960, 720)
            assert len(picture.getcolors(100_000) or ()) > 20
    assert "LogisticRegression" in (folder / "estimator.html").read_text()


def test_classifier_of_many_classes(iris: tuple[Any, Any]) -> None:
    hw.sklearn.autolog()

    LogisticRegression(max_iter=500).fit(*iris)

    run = only_run()
    assert run.data.metrics.keys() == CLASSIFIER_METRICS
    assert artifact_names(run) == {"estimator.html", "training_confusion_matrix.png"}


def test_classifier_without_probabilities_has_curves_of_its_decisions(binary: tuple[Any, Any]) -> None:
    hw.autolog()

    LinearSVC().fit(*binary)

    run = only_run()
    assert run.data.metrics.keys() == CLASSIFIER_METRICS - {"training_log_loss", "training_roc_auc"}
    assert artifact_names(run) >= CURVES


def test_labels_may_be_words_and_columns(binary: tuple[Any, Any]) -> None:
    features, labels = binary
    hw.autolog()

    LogisticRegression().fit(features, np.where(labels == 1, "yes", "no"))
    LinearRegression().fit(features, labels.reshape(-1, 1))

    first, second = all_runs()
    assert first.data.metrics.keys() == CLASSIFIER_METRICS
    assert artifact_names(first) >= CURVES
    assert second.data.metrics.keys() == REGRESSOR_METRICS


def test_weights_count_in_the_metrics(binary: tuple[Any, Any]) -> None:
    features, labels = binary
    weights = np.linspace(0.1, 1, len(labels))
    hw.autolog()

    model = LogisticRegression().fit(features, labels, weights)

    score = only_run().data.metrics["training_score"]
    assert score == pytest.approx(model.score(features, labels, sample_weight=weights))
    assert score != model.score(features, labels)


def test_regressor(diabetes: tuple[Any, Any]) -> None:
    hw.autolog()

    model = RandomForestRegressor(n_estimators=3, random_state=0).fit(*diabetes)

    run = only_run()
    assert run.data.metrics.keys() == REGRESSOR_METRICS
    assert run.data.metrics["training_score"] == pytest.approx(model.score(*diabetes))
    assert artifact_names(run) == {"estimator.html", "metric_info.json"}


def test_what_has_no_labels_has_no_metrics(iris: tuple[Any, Any]) -> None:
    hw.autolog()

    KMeans(3, n_init=1).fit(iris[0])
    DBSCAN().fit_predict(iris[0])
    PCA(2).fit_transform(iris[0])

    runs = all_runs()
    assert [run.data.tags["estimator_name"] for run in runs] == ["KMeans", "DBSCAN", "PCA"]
    assert [run.data.metrics for run in runs] == [{}, {}, {}]
    assert [artifact_names(run) for run in runs] == [{"estimator.html"}] * 3


def test_score_of_what_is_neither_classifier_nor_regressor(iris: tuple[Any, Any]) -> None:
    hw.autolog()

    PCA(2).fit(*iris)

    assert only_run().data.metrics.keys() == {"training_score"}


def test_preparation_of_data_has_no_run_of_its_own(iris: tuple[Any, Any]) -> None:
    hw.autolog()

    StandardScaler().fit_transform(iris[0])
    ColumnTransformer([("first", StandardScaler(), [0])]).fit(iris[0])

    assert not all_runs()


def test_pipeline_is_one_run_with_the_params_of_its_steps(binary: tuple[Any, Any]) -> None:
    hw.autolog()

    pipeline = make_pipeline(StandardScaler(), LogisticRegression(C=0.5)).fit(*binary)

    run = only_run()
    assert run.data.params["logisticregression__C"] == "0.5"
    assert run.data.params.keys() == pipeline.get_params(deep=True).keys()
    assert run.data.metrics.keys() == CLASSIFIER_METRICS
    assert run.data.tags["estimator_class"] == "sklearn.pipeline.Pipeline"
    assert artifact_names(run) == {"estimator.html", "training_confusion_matrix.png"} | CURVES


def test_ensemble_is_one_run_even_where_it_fits_in_threads(iris: tuple[Any, Any]) -> None:
    hw.autolog()

    BaggingClassifier(LogisticRegression(max_iter=500), n_estimators=4, n_jobs=2).fit(*iris)
    VotingClassifier([("a", LogisticRegression(max_iter=500)), ("b", DecisionTreeClassifier())]).fit(*iris)

    assert [run.data.tags["estimator_name"] for run in all_runs()] == ["BaggingClassifier", "VotingClassifier"]


def test_cross_validation_makes_no_runs(iris: tuple[Any, Any]) -> None:
    hw.autolog()

    cross_val_score(LogisticRegression(max_iter=500), *iris, cv=3)

    assert not all_runs()


def test_long_params_are_cut_as_the_store_would(iris: tuple[Any, Any]) -> None:
    hw.autolog()

    KMeans(3, init=[[float(number)] * 4 for number in range(3)], n_init=1, tol=1e-4).fit(iris[0])
    DecisionTreeClassifier(class_weight={0: 1, 1: 1, 2: 1} | dict.fromkeys(range(3, 1500), 1)).fit(*iris)

    first, second = all_runs()
    assert first.data.params["init"] == str([[0.0] * 4, [1.0] * 4, [2.0] * 4])
    assert len(second.data.params["class_weight"]) == 6000
    assert second.data.params["class_weight"].endswith("...")
    assert second.data.metrics


def test_param_whose_name_is_too_long_does_not_cost_the_others(
    iris: tuple[Any, Any], caplog: pytest.LogCaptureFixture
) -> None:
    hw.autolog()

    VotingClassifier([("a" * 300, DecisionTreeClassifier(max_depth=2))]).fit(*iris)

    run = only_run()
    assert run.data.params["voting"] == "hard"
    assert not [name for name in run.data.params if name.startswith("aaa")]
    assert "exceeds the maximum length" in caplog.text


def test_error_of_a_fit_is_the_users_and_fails_the_run(binary: tuple[Any, Any]) -> None:
    features, labels = binary
    with pytest.raises(ValueError, match="inconsistent") as expected:
        LogisticRegression().fit(features, labels[:3])
    hw.autolog()

    with pytest.raises(ValueError, match="inconsistent") as caught:
        LogisticRegression().fit(features, labels[:3])

    assert str(caught.value) == str(expected.value)
    run = only_run()
    assert run.info.status == "FAILED"
    assert run.data.params["C"] == "1.0"
    assert not run.data.metrics


def test_wrong_call_of_a_fit_raises_what_it_always_raised() -> None:
    hw.autolog()

    with pytest.raises(TypeError, match="missing 2 required positional arguments"):
        LogisticRegression().fit()
    with pytest.raises(TypeError, match="unexpected keyword argument 'depth'"):
        LogisticRegression().fit([[0], [1]], [0, 1], depth=3)


def test_metric_that_cannot_be_computed_is_left_out_with_a_word(
    iris: tuple[Any, Any], caplog: pytest.LogCaptureFixture
) -> None:
    features, labels = iris
    hw.sklearn.autolog(pos_label=7)

    MultiOutputClassifier(LogisticRegression(max_iter=500)).fit(features, np.c_[labels, labels % 2])
    LogisticRegression().fit(features[:100], labels[:100])

    first, second = all_runs()
    assert first.data.metrics.keys() == {"training_score"}
    assert second.data.metrics.keys() == {
        "training_accuracy_score",
        "training_log_loss",
        "training_roc_auc",
        "training_score",
    }
    assert "pos_label=7" in caplog.text
    assert all(record.levelno == logging.WARNING for record in caplog.records)


def test_positive_label_is_the_one_that_was_chosen(binary: tuple[Any, Any]) -> None:
    features, labels = binary
    hw.sklearn.autolog(pos_label=0)

    model = LogisticRegression().fit(features, labels)

    expected = f1_score(labels, model.predict(features), pos_label=0)
    assert only_run().data.metrics["training_f1_score"] == pytest.approx(expected)


def test_user_classes_are_logged_where_scikit_learn_fits_them(binary: tuple[Any, Any]) -> None:
    class Mine(LogisticRegression):  # type: ignore[misc]  # scikit-learn has no types
        def fit(self, features: Any, y: Any) -> "Mine":
            super().fit(features, y)
            return self

    hw.autolog()

    Mine(C=2.0).fit(*binary)

    run = only_run()
    assert run.data.tags["estimator_name"] == "Mine"
    assert run.data.metrics.keys() == CLASSIFIER_METRICS


def test_random_numbers_of_the_user_are_not_used_up(iris: tuple[Any, Any]) -> None:
    def draw() -> tuple[Any, Any]:
        np.random.seed(3)
        model = DummyClassifier(strategy="stratified").fit(*iris)
        return np.random.random(3).tolist(), model.predict(iris[0]).tolist()

    plain = draw()
    hw.autolog()

    assert draw() == plain


def test_threads_fit_into_runs_of_their_own(iris: tuple[Any, Any]) -> None:
    hw.autolog()
    start = threading.Barrier(4)

    def work(strength: float) -> None:
        start.wait()
        for _ in range(3):
            Ridge(alpha=strength).fit(*iris)

    threads = [threading.Thread(target=work, args=(strength,)) for strength in (1.0, 2.0, 3.0, 4.0)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    found = all_runs()
    assert sorted(run.data.params["alpha"] for run in found) == sorted(["1.0", "2.0", "3.0", "4.0"] * 3)
    assert all(run.data.metrics.keys() == REGRESSOR_METRICS for run in found)


def test_data_are_described_and_not_where_that_is_off(iris: tuple[Any, Any]) -> None:
    features, labels = iris
    hw.autolog()

    model = LinearRegression().fit(features, labels)
    model.predict(features[:20])
    LinearRegression().fit(pd.DataFrame(features), labels)
    LinearRegression().fit(features.tolist(), labels.tolist())
    hw.sklearn.autolog(log_datasets=False)
    LinearRegression().fit(features, labels).predict(features)

    array, frame, lists, off = (run.inputs.dataset_inputs for run in all_runs())
    expected = hw.data.from_numpy(features, targets=labels).digest
    assert [(entry.context, entry.dataset.source_type) for entry in array] == [("train", "code"), ("eval", "code")]
    assert array[0].dataset.digest == expected
    assert '"features_shape": [20, 4]' in array[1].dataset.profile
    assert [entry.dataset.digest for entry in frame] == [hw.data.from_pandas(pd.DataFrame(features)).digest]
    assert (lists, off) == ([], [])


def test_plots_are_those_of_the_data_as_they_were(iris: tuple[Any, Any]) -> None:
    features, labels = iris[0].copy(), iris[1].copy()
    hw.autolog()

    DecisionTreeClassifier(random_state=0).fit(features, labels)
    labels[:] = 0
    DecisionTreeClassifier(random_state=0).fit(*iris)

    first, second = (hw.download_artifacts(run_id=run.info.run_id) for run in all_runs())
    name = "training_confusion_matrix.png"
    assert Path(first, name).read_bytes() == Path(second, name).read_bytes()
    assert confusion_matrix(labels, iris[1]).tolist() == [[50, 50, 50], [0, 0, 0], [0, 0, 0]]


def test_fitted_models_and_scikit_learns_functions_pickle_as_before(iris: tuple[Any, Any]) -> None:
    hw.autolog()
    import sklearn.metrics

    model = LogisticRegression(max_iter=500).fit(*iris)

    assert b"headwater" not in pickle.dumps(model)
    assert pickle.loads(pickle.dumps(sklearn.metrics.f1_score)) is sklearn.metrics.f1_score
    hw.autolog(disable=True)
    assert (pickle.loads(pickle.dumps(model)).predict(iris[0]) == model.predict(iris[0])).all()


def test_a_negative_number_of_tuning_runs_is_refused() -> None:
    with pytest.raises(hw.InvalidParameterValue, match="'-1' for max_tuning_runs"):
        hw.sklearn.autolog(max_tuning_runs=-1)


def test_excluded_flavors_are_left_alone(iris: tuple[Any, Any]) -> None:
    hw.autolog(exclude_flavors=["sklearn", "tensorflow"])

    LinearRegression().fit(*iris)

    assert not all_runs()
