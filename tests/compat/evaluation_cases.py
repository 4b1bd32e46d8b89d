"""Evaluations by the real `mlflow` and by us, of the same models on the same data, to be compared.

Called as `python evaluation_cases.py mlflow|headwater`; prints one JSON list: what each evaluation gave, in order.
"""

import importlib
import json
import logging
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import Ridge
from sklearn.naive_bayes import GaussianNB

warnings.simplefilter("ignore")
EXPLAINED = {"explainability_algorithm": "permutation", "explainability_nsamples": 20}
PLAIN = {"log_model_explainability": False}
CLASSIFIER, REGRESSOR = "classifier", "regressor"


def load(loader: Callable[..., Any], columns: int) -> pd.DataFrame:
    """Return a data set with a column `target`; in fewer columns, so that models err."""
    frame: pd.DataFrame = loader(as_frame=True).frame
    return frame[[*frame.columns[:columns], "target"]]


BINARY, FLOWERS, DIABETES = load(load_breast_cancer, 3), load(load_iris, 2), load(load_diabetes, 10)
WORDS = BINARY.assign(target=np.where(BINARY["target"] == 1, "benign", "malignant"))
WEIGHTS = [1 + (number % 7) / 3 for number in range(len(BINARY))]


def absolute(predictions: Any, targets: Any, metrics: dict[str, Any]) -> float:
    return float(abs(predictions - targets).sum() + metrics["example_count"].aggregate_results["example_count"])


# a model, its data, its type, the configuration
MODELS: list[tuple[Any, pd.DataFrame, str, dict[str, Any]]] = [
    (GaussianNB(), BINARY, CLASSIFIER, PLAIN),
    (GaussianNB(), WORDS, CLASSIFIER, PLAIN),
    (GaussianNB(), WORDS, CLASSIFIER, {**PLAIN, "pos_label": "benign"}),
    (GaussianNB(), BINARY, CLASSIFIER, {**PLAIN, "sample_weights": WEIGHTS, "metric_prefix": "val_"}),
    (GaussianNB(), FLOWERS, CLASSIFIER, PLAIN),
    (GaussianNB(), FLOWERS, CLASSIFIER, {**PLAIN, "average": "macro"}),
    (GaussianNB(), FLOWERS, CLASSIFIER, {**PLAIN, "sample_weights": WEIGHTS[: len(FLOWERS)]}),
    (Ridge(), DIABETES, REGRESSOR, PLAIN),
    (Ridge(), DIABETES, REGRESSOR, EXPLAINED),
    (GaussianNB(), BINARY, CLASSIFIER, EXPLAINED),
    (RandomForestRegressor(3, random_state=0), DIABETES, REGRESSOR, {"explainability_nsamples": 20}),
    (RandomForestClassifier(3, random_state=0), FLOWERS, CLASSIFIER, {"explainability_nsamples": 20}),
]


def main(name: str) -> None:
    """Evaluate every case and print what came of it."""
    tracker = importlib.import_module(name)
    models = importlib.import_module(f"{name}.models")
    logging.disable(logging.CRITICAL)
    found = []
    for number, (estimator, frame, kind, config) in enumerate(MODELS):
        features = frame.drop(columns="target")
        fitted = estimator.fit(features, frame["target"])
        model = keep(name, fitted, number)
        result = models.evaluate(model, frame, targets="target", model_type=kind, evaluator_config=config)
        found.append(describe(tracker, result))
        tracker.end_run()
    found += [describe(tracker, result) for result in static_cases(tracker, models)]
    sys.stdout.write(json.dumps(found))


def static_cases(tracker: Any, models: Any) -> Any:
    """Evaluate predictions that are there, functions, and custom metrics."""
    fitted = GaussianNB().fit(FLOWERS.drop(columns="target"), FLOWERS["target"])
    said = FLOWERS.assign(said=fitted.predict(FLOWERS.drop(columns="target")))
    extra = [
        models.make_metric(eval_fn=absolute, greater_is_better=False),
        models.make_metric(eval_fn=absolute, greater_is_better=False, name="named", version="v1"),
    ]
    yield models.evaluate(
        data=said, targets="target", predictions="said", model_type=CLASSIFIER, evaluator_config=PLAIN
    )
    tracker.end_run()
    dataset = tracker.data.from_pandas(said, targets="target", predictions="said", name="flowers")
    yield models.evaluate(data=dataset, model_type=CLASSIFIER, extra_metrics=extra, evaluator_config=PLAIN)
    tracker.end_run()
    yield models.evaluate(fitted.predict, FLOWERS, targets="target", model_type=CLASSIFIER, evaluator_config=PLAIN)
    tracker.end_run()
    known = importlib.import_module(f"{tracker.__name__}.metrics")
    numbers = [known.mae(), known.mse(), known.rmse(), known.r2_score(), known.max_error(), known.mape()]
    labels = [known.precision_score(), known.recall_score(), known.f1_score()]
    said = DIABETES.assign(said=DIABETES["bmi"] * 100 + 150)
    for kind in (None, REGRESSOR):
        given = {"model_type": kind, "extra_metrics": numbers, "evaluator_config": PLAIN}
        yield models.evaluate(data=said, targets="target", predictions="said", **given)
        tracker.end_run()
    said = BINARY.assign(said=(BINARY["mean radius"] < 14).astype(int))
    yield models.evaluate(data=said, targets="target", predictions="said", extra_metrics=labels)
    tracker.end_run()


def keep(name: str, fitted: Any, number: int) -> Any:
    """Return the model as the tracker evaluates it: mlflow by a path only."""
    folder = Path(f"model-{number}").absolute()
    flavor = importlib.import_module(f"{name}.sklearn")
    trusted = {"skops_trusted_types": ["sklearn.tree._tree.Tree"]} if hasattr(fitted, "estimators_") else {}
    flavor.save_model(fitted, str(folder), serialization_format="skops", pip_requirements=["scikit-learn"], **trusted)
    return str(folder)


def describe(tracker: Any, result: Any) -> dict[str, Any]:
    if hasattr(tracker, "flush"):
        tracker.flush()
    run = tracker.MlflowClient().get_run(result.run_id)
    table = result.artifacts.get("per_class_metrics")
    datasets = [entry.dataset for entry in run.inputs.dataset_inputs]
    return {
        "metrics": {key: float(value) for key, value in result.metrics.items()},
        "logged": run.data.metrics,
        "artifacts": sorted(result.artifacts),
        "files": sorted(info.path for info in tracker.MlflowClient().list_artifacts(result.run_id)),
        "classes": {} if table is None else table.content.to_dict("list"),
        "datasets": [[entry.name, entry.digest, entry.profile] for entry in datasets],
        "status": run.info.status,
    }


if __name__ == "__main__":
    main(sys.argv[1])
