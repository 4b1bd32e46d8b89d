"""Metrics that a program computes after a fit, logged to the run of the fit."""

import gc
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import GridSearchCV
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

import headwater as hw
from autolog.places import all_runs, artifact_names, only_run, own_engine

Data = tuple[Any, Any]


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with own_engine(tmp_path, monkeypatch) as uri:
        yield uri


@pytest.fixture(scope="module")
def data() -> Data:
    features, labels = load_breast_cancer(return_X_y=True)
    return StandardScaler().fit_transform(features)[:, :4], labels


def later_metrics(run: hw.Run) -> dict[str, float]:
    return {name: value for name, value in run.data.metrics.items() if not name.startswith("training_")}


def info_of(run: hw.Run) -> dict[str, str]:
    path = hw.download_artifacts(run_id=run.info.run_id, artifact_path="metric_info.json")
    found: dict[str, str] = json.loads(Path(path).read_text())
    return found


def test_metrics_are_named_for_the_function_and_the_variable_of_the_data(data: Data) -> None:
    features, labels = data
    hw.autolog()

    model = LogisticRegression().fit(features, labels)
    X_test, y_test = features[:200], labels[:200]  # noqa: N806 - as users name them
    guesses = model.predict(X_test)
    chances = model.predict_proba(X_test)
    expected = {
        "accuracy_score_X_test": metrics.accuracy_score(y_test, guesses),
        "f1_score_X_test": f1_score(y_test, guesses),
        "f1_score-2_X_test": metrics.f1_score(y_test, guesses, average="macro"),
        "log_loss_X_test": metrics.log_loss(y_test, chances),
        "roc_auc_score_X_test": metrics.roc_auc_score(y_test, chances[:, 1]),
        "LogisticRegression_score_X_test": model.score(X_test, y_test),
        "LogisticRegression_score-2_unknown_dataset": model.score(features[:10], labels[:10]),
    }

    run = only_run()
    assert later_metrics(run) == expected
    assert info_of(run) == {
        "LogisticRegression_score-2_unknown_dataset": "LogisticRegression.score(X=<ndarray>, y=<ndarray>)",
        "LogisticRegression_score_X_test": "LogisticRegression.score(X=X_test, y=y_test)",
        "accuracy_score_X_test": "accuracy_score(y_true=y_test, y_pred=guesses)",
        "f1_score-2_X_test": "f1_score(y_true=y_test, y_pred=guesses, average='macro')",
        "f1_score_X_test": "f1_score(y_true=y_test, y_pred=guesses)",
        "log_loss_X_test": "log_loss(y_true=y_test, y_proba=chances)",
        "roc_auc_score_X_test": "roc_auc_score(y_true=y_test, y_score=<ndarray>)",
    }
    assert run.info.status == "FINISHED"


def test_what_is_no_metric_of_predictions_is_not_logged(data: Data) -> None:
    features, labels = data
    hw.autolog()

    model = LogisticRegression().fit(features, labels)
    guesses = model.predict(features)
    metrics.confusion_matrix(labels, guesses)
    metrics.classification_report(labels, guesses)
    metrics.precision_recall_curve(labels, guesses)
    metrics.f1_score(labels, guesses, average=None)
    metrics.accuracy_score(labels, guesses.copy())
    metrics.accuracy_score(labels[:10], guesses[:10])
    metrics.accuracy_score(labels, labels)

    assert later_metrics(only_run()) == {}


def test_frames_and_searches_are_recognized(data: Data) -> None:
    features, labels = pd.DataFrame(data[0]), pd.Series(data[1])
    hw.sklearn.autolog(max_tuning_runs=0)

    search = GridSearchCV(DecisionTreeClassifier(random_state=0), {"max_depth": [1, 2]}, cv=2).fit(features, labels)
    frame = features.iloc[:50]
    f1_score(labels.iloc[:50], search.predict(frame))
    search.score(frame, labels.iloc[:50])

    assert later_metrics(only_run()).keys() == {"best_cv_score", "f1_score_frame", "GridSearchCV_score_frame"}


def test_each_models_metrics_go_to_its_own_run(data: Data) -> None:
    features, labels = data
    hw.autolog()

    first = LogisticRegression(C=1.0).fit(features, labels)
    second = LogisticRegression(C=2.0).fit(features, labels)
    guesses = first.predict(features)
    second.score(features, labels)
    f1_score(labels, guesses)

    one, two = all_runs()
    assert later_metrics(one).keys() == {"f1_score_features"}
    assert later_metrics(two).keys() == {"LogisticRegression_score_features"}


def test_fitting_again_starts_a_new_run_and_old_predictions_stay_with_the_old_one(data: Data) -> None:
    features, labels = data
    hw.autolog()

    model = LogisticRegression().fit(features, labels)
    old = model.predict(features)
    model.fit(features, labels)
    f1_score(labels, old)
    model.score(features, labels)

    one, two = all_runs()
    assert later_metrics(one).keys() == {"f1_score_features"}
    assert later_metrics(two).keys() == {"LogisticRegression_score_features"}


def test_run_of_the_user_gets_metrics_even_after_its_end(data: Data) -> None:
    features, labels = data
    hw.autolog()

    with hw.start_run():
        model = LogisticRegression().fit(features, labels)
        model.score(features, labels)
    f1_score(labels, model.predict(features))

    run = only_run()
    assert later_metrics(run).keys() == {"LogisticRegression_score_features", "f1_score_features"}
    assert run.info.status == "FINISHED"


def test_switched_off(data: Data) -> None:
    features, labels = data
    hw.sklearn.autolog(log_post_training_metrics=False)

    model = LogisticRegression().fit(features, labels)
    model.score(features, labels)
    f1_score(labels, model.predict(features))

    run = only_run()
    assert later_metrics(run) == {}
    assert "metric_info.json" not in artifact_names(run)


def test_models_that_were_not_logged_have_no_metrics(data: Data) -> None:
    features, labels = data
    model = LogisticRegression().fit(features, labels)
    hw.autolog()

    model.score(features, labels)
    f1_score(labels, model.predict(features))

    assert not all_runs()


def test_nothing_is_kept_alive(data: Data) -> None:
    from headwater.flavors.sklearn_autolog import evaluation

    features, labels = data
    hw.autolog()
    model = LogisticRegression().fit(features, labels)
    guesses = model.predict(features)
    f1_score(labels, guesses)

    hw.flush()
    del model, guesses
    gc.collect()

    assert not evaluation._fits()._entries
    assert not evaluation._predictions()._entries
    assert not evaluation._runs()


def test_threads_may_evaluate_one_model(data: Data) -> None:
    features, labels = data
    hw.autolog()
    model = LogisticRegression().fit(features, labels)

    threads = [threading.Thread(target=lambda: [model.score(features, labels) for _ in "123"]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    numbers = [name.removeprefix("LogisticRegression_score").rpartition("_")[0] for name in later_metrics(only_run())]
    assert sorted(number.partition("_")[0] for number in numbers) == sorted(["", *(f"-{n}" for n in range(2, 13))])


def test_errors_of_scikit_learn_pass(data: Data) -> None:
    features, labels = data
    hw.autolog()
    model = LogisticRegression().fit(features, labels)
    guesses = model.predict(features)

    with pytest.raises(ValueError, match="inconsistent"):
        f1_score(labels[:3], guesses)
    with pytest.raises(ValueError, match="features"):
        model.predict(np.ones((1, 1)))

    assert later_metrics(only_run()) == {}
