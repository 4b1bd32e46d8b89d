"""What a hyperparameter search logs: itself, its table, and a child run for each of the best candidates."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from joblib import parallel_config
from sklearn.datasets import load_iris
from sklearn.exceptions import FitFailedWarning
from sklearn.experimental import enable_halving_search_cv  # noqa: F401 - scikit-learn's way to allow the import below
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, HalvingGridSearchCV, RandomizedSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

import headwater as hw
from autolog.places import all_runs, artifact_names, own_engine

Data = tuple[Any, Any]


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with own_engine(tmp_path, monkeypatch) as uri:
        yield uri


@pytest.fixture(scope="module")
def iris() -> Data:
    found: Data = load_iris(return_X_y=True)
    return found


def split_runs() -> tuple[hw.Run, list[hw.Run]]:
    """Return the run of the search and those of its candidates."""
    runs = all_runs()
    (parent,) = [run for run in runs if "mlflow.parentRunId" not in run.data.tags]
    children = [run for run in runs if run is not parent]
    assert {run.data.tags["mlflow.parentRunId"] for run in children} <= {parent.info.run_id}
    assert {run.info.status for run in runs} == {"FINISHED"}
    return parent, children


def table_of(run: hw.Run) -> list[dict[str, str]]:
    path = hw.download_artifacts(run_id=run.info.run_id, artifact_path="cv_results.csv")
    with Path(path).open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("threads", [1, 2])
def test_grid_search(iris: Data, threads: int) -> None:
    grid = {"max_depth": [1, 2, 3], "criterion": ["gini", "entropy"]}
    hw.autolog()

    with parallel_config("threading", n_jobs=threads):
        search = GridSearchCV(DecisionTreeClassifier(random_state=0), grid, cv=3).fit(*iris)

    parent, children = split_runs()
    assert parent.data.params["param_grid"] == str(grid)
    assert parent.data.params["estimator"] == "DecisionTreeClassifier(random_state=0)"
    assert "estimator__max_depth" not in parent.data.params
    assert parent.data.params["best_max_depth"] == str(search.best_params_["max_depth"])
    assert parent.data.metrics["best_cv_score"] == search.best_score_
    assert parent.data.metrics["training_score"] == pytest.approx(search.best_estimator_.score(*iris))
    assert parent.data.tags["estimator_name"] == "GridSearchCV"
    assert artifact_names(parent) >= {"cv_results.csv", "estimator.html", "training_confusion_matrix.png"}
    assert [row["mean_test_score"] for row in table_of(parent)] == [
        str(value) for value in search.cv_results_["mean_test_score"]
    ]
    assert len(children) == 5
    for child in children:
        assert child.data.tags["estimator_name"] == "DecisionTreeClassifier"
        assert child.data.tags["mlflow.autologging"] == "sklearn"
        assert child.data.params["random_state"] == "0"
        assert child.data.metrics.keys() == {
            f"{kind}_{name}" for kind in ("mean", "std") for name in ("fit_time", "score_time", "test_score")
        } | {"rank_test_score"}
    ranks = sorted(search.cv_results_["rank_test_score"])[:5]
    assert sorted(child.data.metrics["rank_test_score"] for child in children) == ranks


@pytest.mark.parametrize(("limit", "count"), [(0, 0), (1, 1), (None, 6)])
def test_number_of_child_runs(iris: Data, limit: int | None, count: int) -> None:
    hw.sklearn.autolog(max_tuning_runs=limit, extra_tags={"team": "a"})

    GridSearchCV(DecisionTreeClassifier(), {"max_depth": [1, 2, 3, 4, 5, 6]}, cv=2).fit(*iris)

    parent, children = split_runs()
    assert len(children) == count
    assert parent.data.tags["team"] == "a"


def test_random_search_over_a_pipeline(iris: Data) -> None:
    pipeline = make_pipeline(StandardScaler(), LogisticRegression(max_iter=500))
    hw.autolog()

    choices = {"logisticregression__C": [0.1, 1.0, 10.0]}
    search = RandomizedSearchCV(pipeline, choices, n_iter=2, cv=2, random_state=0).fit(*iris)

    parent, children = split_runs()
    best = str(search.best_params_["logisticregression__C"])
    assert parent.data.params["best_logisticregression__C"] == best
    assert len(children) == 2
    assert best in {child.data.params["logisticregression__C"] for child in children}
    assert {child.data.tags["estimator_name"] for child in children} == {"Pipeline"}


def test_search_with_several_metrics_ranks_by_the_one_it_refits_for(iris: Data) -> None:
    hw.sklearn.autolog(max_tuning_runs=1)

    search = GridSearchCV(
        DecisionTreeClassifier(random_state=0),
        {"max_depth": [1, 3]},
        scoring=["accuracy", "f1_macro"],
        refit="f1_macro",
        cv=2,
        return_train_score=True,
    ).fit(*iris)

    parent, (child,) = split_runs()
    assert parent.data.metrics["best_cv_score"] == search.best_score_
    assert child.data.metrics["rank_test_f1_macro"] == 1
    assert child.data.metrics.keys() >= {"mean_train_accuracy", "std_train_f1_macro", "mean_test_accuracy"}


def test_search_that_does_not_refit_has_no_training_metrics(iris: Data) -> None:
    hw.autolog()

    GridSearchCV(
        DecisionTreeClassifier(), {"max_depth": [1, 3]}, scoring=["accuracy", "f1_macro"], refit=False, cv=2
    ).fit(*iris)

    parent, children = split_runs()
    assert not parent.data.metrics
    assert len(children) == 2
    assert artifact_names(parent) == {"cv_results.csv", "estimator.html"}


def test_halving_search_is_one_search_too(iris: Data) -> None:
    hw.autolog()

    search = HalvingGridSearchCV(DecisionTreeClassifier(), {"max_depth": [1, 2, 3]}, cv=2, min_resources=30).fit(*iris)

    parent, children = split_runs()
    assert parent.data.tags["estimator_name"] == "HalvingGridSearchCV"
    assert len(table_of(parent)) == len(search.cv_results_["params"])
    assert 0 < len(children) <= 5
    assert str(search.best_params_["max_depth"]) in {child.data.params["max_depth"] for child in children}


def test_search_in_a_run_of_the_user_is_logged_there(iris: Data) -> None:
    hw.autolog()

    with hw.start_run(run_name="mine"):
        GridSearchCV(DecisionTreeClassifier(), {"max_depth": [1, 3]}, cv=2).fit(*iris)

    parent, children = split_runs()
    assert parent.info.run_name == "mine"
    assert parent.data.metrics["best_cv_score"] > 0
    assert len(children) == 2


def test_failed_candidates_leave_the_others(iris: Data) -> None:
    hw.autolog()

    with pytest.warns(FitFailedWarning), pytest.warns(UserWarning, match="non-finite"):
        GridSearchCV(DecisionTreeClassifier(), {"max_depth": [2, -1]}, cv=2).fit(*iris)

    parent, children = split_runs()
    assert len(children) == 2
    assert [row["mean_test_score"] for row in table_of(parent)][1] == "nan"
