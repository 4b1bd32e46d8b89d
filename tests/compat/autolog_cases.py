"""Fits that are logged by the real `mlflow` and by us, in an environment of each, to be compared.

Called as `python autolog_cases.py mlflow|headwater`; prints one JSON list: what each run of each case holds, in order.
"""

import importlib
import json
import logging
import sys
import warnings
from collections.abc import Callable
from typing import Any

from sklearn.cluster import DBSCAN, KMeans
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

warnings.simplefilter("ignore")
BINARY = load_breast_cancer(return_X_y=True)
IRIS = load_iris(return_X_y=True)
DIABETES = load_diabetes(return_X_y=True)
SCALED = StandardScaler().fit_transform(BINARY[0])[:, :6], BINARY[1]


def evaluate_later() -> None:
    from sklearn import metrics

    features, labels = SCALED
    model = LogisticRegression().fit(features, labels)
    some, truth = features[:100], labels[:100]
    guesses = model.predict(some)
    metrics.f1_score(truth, guesses)
    metrics.f1_score(truth, guesses, average="macro")
    metrics.log_loss(truth, model.predict_proba(some))
    metrics.confusion_matrix(truth, guesses)
    model.score(some, truth)
    model.score(features[:10], labels[:10])


CASES: list[Callable[[], Any]] = [
    lambda: LogisticRegression().fit(*SCALED),
    lambda: LogisticRegression(max_iter=500).fit(*IRIS),
    lambda: RandomForestRegressor(n_estimators=3, random_state=0).fit(*DIABETES),
    lambda: KNeighborsClassifier().fit(*SCALED),
    lambda: SVC(kernel="linear").fit(*SCALED),
    lambda: make_pipeline(StandardScaler(), Ridge(alpha=2.0)).fit(*DIABETES),
    lambda: KMeans(3, n_init=1, random_state=0).fit(IRIS[0]),
    lambda: DBSCAN().fit_predict(IRIS[0]),
    lambda: PCA(2).fit_transform(IRIS[0]),
    lambda: StandardScaler().fit(IRIS[0]),
    lambda: GridSearchCV(KNeighborsClassifier(), {"n_neighbors": [1, 3, 5]}, cv=2).fit(*IRIS),
    lambda: GridSearchCV(Ridge(), {"alpha": [1.0, 2.0]}, cv=2, scoring=["r2", "neg_max_error"], refit="r2").fit(
        *DIABETES
    ),
    evaluate_later,
]


def main(name: str) -> None:
    """Log every case and print what the store holds."""
    tracker = importlib.import_module(name)
    flavor = importlib.import_module(f"{name}.sklearn")
    logging.disable(logging.CRITICAL)
    flavor.autolog(log_models=False, log_datasets=False, max_tuning_runs=2)
    found = []
    for number, case in enumerate(CASES):
        experiment = tracker.set_experiment(f"case {number}").experiment_id
        case()
        runs = tracker.MlflowClient().search_runs([experiment])
        found.append(sorted((describe(tracker, run) for run in runs), key=lambda run: json.dumps(run["params"])))
    sys.stdout.write(json.dumps(found))


def describe(tracker: Any, run: Any) -> dict[str, Any]:
    tags = {key: value for key, value in run.data.tags.items() if key.startswith("estimator_")}
    tags["mlflow.autologging"] = run.data.tags.get("mlflow.autologging", "")
    files = [info.path for info in tracker.MlflowClient().list_artifacts(run.info.run_id)]
    return {
        "status": run.info.status,
        "params": run.data.params,
        "metrics": run.data.metrics,
        "tags": tags,
        "is_child": "mlflow.parentRunId" in run.data.tags,
        "artifacts": sorted(files),
        "metric_info": read(tracker, run, "metric_info.json") if "metric_info.json" in files else "",
        "table": read(tracker, run, "cv_results.csv").splitlines()[0] if "cv_results.csv" in files else "",
    }


def read(tracker: Any, run: Any, name: str) -> str:
    path = tracker.MlflowClient().download_artifacts(run.info.run_id, name)
    with open(path, encoding="utf-8") as file:  # noqa: PTH123 - the text of a path is what both return
        return file.read()


if __name__ == "__main__":
    main(sys.argv[1])
