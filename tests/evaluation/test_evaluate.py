"""`evaluate`: what it measures, logs and refuses, with real models on a real store."""

import json
import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from PIL import Image
from sklearn import metrics
from sklearn.linear_model import LogisticRegression

import headwater as hw
from evaluation.evaluation_cases import binary_case, multiclass_case, regressor_case
from headwater.exceptions import InvalidParameterValue, NotSupported
from headwater.models import EvaluationResult
from headwater.models.pyfunc import load_model
from unit.tracking_places import own_place

BINARY_PLOTS = {
    "confusion_matrix",
    "roc_curve_plot",
    "precision_recall_curve_plot",
    "lift_curve_plot",
    "calibration_curve_plot",
}


@pytest.fixture(autouse=True)
def uri(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with own_place(tmp_path, monkeypatch) as place:
        yield place


@pytest.fixture(scope="module")
def binary() -> tuple[Any, pd.DataFrame]:
    return binary_case()


def run_of(result: EvaluationResult) -> hw.Run:
    hw.flush()
    return hw.get_run(str(result.run_id))


def files_of(result: EvaluationResult) -> set[str]:
    hw.flush()
    return {info.path for info in hw.list_artifacts(run_id=result.run_id)}


def test_a_binary_classifier_is_measured_with_its_probabilities(binary: tuple[Any, pd.DataFrame]) -> None:
    model, frame = binary
    features, truth = frame.drop(columns="target"), frame["target"]
    predicted, chances = model.predict(features), model.predict_proba(features)

    result = hw.evaluate(model, frame, targets="target", model_type="classifier")

    tn, fp, fn, tp = metrics.confusion_matrix(truth, predicted).ravel()
    assert result.metrics == pytest.approx(
        {
            "score": model.score(features, truth),
            "true_negatives": tn,
            "false_positives": fp,
            "false_negatives": fn,
            "true_positives": tp,
            "example_count": 569,
            "accuracy_score": metrics.accuracy_score(truth, predicted),
            "recall_score": metrics.recall_score(truth, predicted, pos_label="malignant"),
            "precision_score": metrics.precision_score(truth, predicted, pos_label="malignant"),
            "f1_score": metrics.f1_score(truth, predicted, pos_label="malignant"),
            "log_loss": metrics.log_loss(truth, chances),
            "roc_auc": metrics.roc_auc_score(truth, chances[:, 1]),
            "precision_recall_auc": metrics.average_precision_score(truth, chances[:, 1], pos_label="malignant"),
        }
    )
    assert set(result.artifacts) == BINARY_PLOTS
    assert files_of(result) == {f"{name}.png" for name in BINARY_PLOTS}
    run = run_of(result)
    assert run.data.metrics == result.metrics
    assert run.info.status == "FINISHED"


def test_what_is_logged_is_tied_to_the_dataset_and_the_model(binary: tuple[Any, pd.DataFrame]) -> None:
    model, frame = binary
    dataset = hw.data.from_pandas(frame, "cancer.csv", targets="target", name="cancer")
    logged = hw.initialize_logged_model("forest")
    hw.finalize_logged_model(logged.model_id, "READY")

    result = hw.evaluate(model, dataset, model_type="classifier", model_id=logged.model_id)

    hw.flush()
    run = run_of(result)
    (read,) = run.inputs.dataset_inputs
    assert (read.dataset.name, read.dataset.digest, read.context) == ("cancer", dataset.digest, "eval")
    assert [entry.model_id for entry in run.inputs.model_inputs] == [logged.model_id]
    tag = json.loads(run.data.tags["mlflow.datasets"])
    assert tag == [{"name": "cancer", "hash": dataset.digest, "model": logged.model_id}]
    measured = {metric.key: metric for metric in hw.get_logged_model(logged.model_id).metrics}
    assert measured["roc_auc"].value == result.metrics["roc_auc"]
    assert measured["roc_auc"].dataset_digest == dataset.digest


def test_a_model_that_was_logged_is_evaluated_by_its_uri(binary: tuple[Any, pd.DataFrame]) -> None:
    model, frame = binary
    with hw.start_run():
        info = hw.sklearn.log_model(model, name="cancer", input_example=frame.drop(columns="target")[:3])

    by_uri = hw.evaluate(info.model_uri, frame, targets="target", model_type="classifier")
    loaded = hw.evaluate(
        load_model(info.model_uri),
        frame,
        targets="target",
        model_type="classifier",
        baseline_model=info.model_uri,
    )
    by_object = hw.evaluate(model, frame, targets="target", model_type="classifier")

    assert by_uri.metrics == pytest.approx(by_object.metrics)
    assert [entry.model_id for entry in run_of(by_uri).inputs.model_inputs] == [info.model_id]
    kept = {metric.key: metric.value for metric in hw.get_logged_model(str(info.model_id)).metrics}
    assert kept["roc_auc"] == by_uri.metrics["roc_auc"]
    assert loaded.comparison["roc_auc"].difference == 0.0


def test_several_classes_have_a_table_of_each_against_the_others() -> None:
    model, frame = multiclass_case()
    features, truth = frame.drop(columns="target"), frame["target"]
    predicted, chances = model.predict(features), model.predict_proba(features)

    result = hw.evaluate(model, frame, targets="target", model_type="classifier")

    assert set(result.artifacts) == {*BINARY_PLOTS - {"lift_curve_plot"}, "per_class_metrics"}
    assert result.metrics["roc_auc"] == pytest.approx(
        metrics.roc_auc_score(truth, chances, multi_class="ovr", average="weighted")
    )
    assert result.metrics["f1_score"] == pytest.approx(metrics.f1_score(truth, predicted, average="weighted"))
    table = result.artifacts["per_class_metrics"].content
    assert list(table["positive_class"]) == [0, 1, 2]
    assert list(table["recall_score"]) == pytest.approx(metrics.recall_score(truth, predicted, average=None))
    assert list(table["roc_auc"]) == pytest.approx(
        [metrics.roc_auc_score(truth == number, chances[:, number]) for number in range(3)]
    )


def test_a_regressor_is_measured_and_its_residuals_are_drawn() -> None:
    model, frame = regressor_case()
    predicted = model.predict(frame.drop(columns="target"))

    result = hw.evaluate(model, frame, targets="target", model_type="regressor")

    assert set(result.metrics) == {
        "score",
        "example_count",
        "mean_absolute_error",
        "mean_squared_error",
        "root_mean_squared_error",
        "sum_on_target",
        "mean_on_target",
        "r2_score",
        "max_error",
        "mean_absolute_percentage_error",
    }
    assert result.metrics["root_mean_squared_error"] == pytest.approx(
        metrics.root_mean_squared_error(frame["target"], predicted)
    )
    assert result.metrics["mean_on_target"] == pytest.approx(frame["target"].mean())
    assert set(result.artifacts) == {"residuals_plot", "predicted_vs_actual_plot"}
    assert result.artifacts["residuals_plot"].content.size == (960, 720)


@pytest.mark.parametrize("kind", ["function", "array", "polars", "arrow", "lists", "numpy dataset"])
def test_models_and_data_of_every_kind_give_the_same(kind: str, binary: tuple[Any, pd.DataFrame]) -> None:
    _, frame = binary
    features, truth = frame.drop(columns="target"), frame["target"]
    plain = LogisticRegression().fit(features.to_numpy(), truth)
    expected = metrics.accuracy_score(truth, plain.predict(features.to_numpy()))
    by_arrays = {
        "function": (features.to_numpy(), truth.to_numpy()),
        "array": (features.to_numpy(), list(truth)),
        "lists": (features.to_numpy().tolist(), truth),
        "numpy dataset": (hw.data.from_numpy(features.to_numpy(), targets=truth.to_numpy().astype(str)), None),
    }
    frames = {"polars": pl.DataFrame(frame.to_dict("list")), "arrow": pa.table(frame.to_dict("list"))}

    def ask(given: Any) -> Any:
        return plain.predict(np.asarray(given))

    if kind in frames:
        result = hw.evaluate(ask, frames[kind], targets="target", model_type="classifier")
    else:
        data, targets = by_arrays[kind]
        result = hw.evaluate(ask if kind == "function" else plain, data, targets=targets, model_type="classifier")

    assert result.metrics["accuracy_score"] == expected


def test_predictions_that_are_there_need_no_model_and_may_bring_probabilities(binary: tuple[Any, pd.DataFrame]) -> None:
    model, frame = binary
    features = frame.drop(columns="target")
    chances = model.predict_proba(features)
    frame = frame.assign(said=model.predict(features), chance=chances[:, 1], other=chances[:, 0])
    with_model = hw.evaluate(model, frame[[*features, "target"]], targets="target", model_type="classifier")

    labels = hw.evaluate(data=frame, targets="target", predictions="said", model_type="classifier")
    one = hw.evaluate(data=frame, targets="target", predictions="said", probabilities="chance", model_type="classifier")
    both = hw.evaluate(
        data=frame, targets="target", predictions="said", probabilities=["other", "chance"], model_type="classifier"
    )

    assert "roc_auc" not in labels.metrics
    assert set(labels.artifacts) == {"confusion_matrix"}
    with_model.metrics.pop("score")
    assert one.metrics == pytest.approx(with_model.metrics)
    assert both.metrics == pytest.approx(with_model.metrics)


def test_a_function_that_returns_probabilities_is_a_classifier(binary: tuple[Any, pd.DataFrame]) -> None:
    _, frame = multiclass_case()
    features, truth = frame.drop(columns="target"), frame["target"]
    model = LogisticRegression().fit(features, truth)

    result = hw.evaluate(model.predict_proba, frame, targets="target", model_type="classifier")

    assert result.metrics["accuracy_score"] == model.score(features, truth)
    assert "log_loss" in result.metrics


def test_the_positive_class_the_average_and_weights_can_be_chosen(binary: tuple[Any, pd.DataFrame]) -> None:
    model, frame = binary
    features, truth = frame.drop(columns="target"), frame["target"]
    predicted, chances = model.predict(features), model.predict_proba(features)
    weights = np.linspace(0.1, 3, len(frame))
    iris, flowers = multiclass_case()

    other = hw.evaluate(
        model, frame, targets="target", model_type="classifier", evaluator_config={"pos_label": "benign"}
    )
    weighted = hw.evaluate(
        model, frame, targets="target", model_type="classifier", evaluator_config={"sample_weights": weights}
    )
    macro = hw.evaluate(iris, flowers, targets="target", model_type="classifier", evaluator_config={"average": "macro"})

    assert other.metrics["recall_score"] == metrics.recall_score(truth, predicted, pos_label="benign")
    assert other.metrics["precision_recall_auc"] == metrics.average_precision_score(
        truth, chances[:, 0], pos_label="benign"
    )
    assert weighted.metrics["roc_auc"] == pytest.approx(
        metrics.roc_auc_score(truth, chances[:, 1], sample_weight=weights)
    )
    assert weighted.metrics["score"] == pytest.approx(model.score(features, truth, sample_weight=weights))
    assert macro.metrics["recall_score"] == pytest.approx(
        metrics.recall_score(flowers["target"], iris.predict(flowers.drop(columns="target")), average="macro")
    )


def test_data_may_lack_classes_that_the_model_knows() -> None:
    model, frame = multiclass_case()
    two = frame[frame["target"] != 1]
    chances = model.predict_proba(two.drop(columns="target"))

    result = hw.evaluate(model, two, targets="target", model_type="classifier")

    expected = [metrics.roc_auc_score(two["target"] == number, chances[:, number]) for number in (0, 2)]
    assert result.metrics["roc_auc"] == pytest.approx(np.mean(expected))  # 50 rows of each
    assert np.isnan(result.artifacts["per_class_metrics"].content["roc_auc"][1])


def test_what_is_not_defined_is_left_out_and_told(caplog: pytest.LogCaptureFixture) -> None:
    chances = np.array([[0.2, 0.8], [0.4, 0.6]])

    with caplog.at_level(logging.WARNING):
        result = hw.evaluate(
            data=np.zeros((2, 1)), targets=[1, 1], predictions=[1, 1], probabilities=chances, model_type="classifier"
        )

    assert "roc_auc" not in result.metrics
    assert result.metrics["true_positives"] == 2
    assert "The metric 'roc_auc' is not defined for these 2 rows." in caplog.messages


def test_a_prefix_goes_before_metrics_and_files() -> None:
    model, frame = regressor_case()

    result = hw.evaluate(
        model, frame, targets="target", model_type="regressor", evaluator_config={"metric_prefix": "val_"}
    )

    assert all(name.startswith("val_") for name in result.metrics)
    assert files_of(result) == {"val_residuals_plot.png", "val_predicted_vs_actual_plot.png"}


def test_the_active_run_is_used_and_stays_open() -> None:
    model, frame = regressor_case()

    with hw.start_run() as run:
        result = hw.evaluate(model, frame, targets="target", model_type="regressor")

        assert hw.active_run() is run
    assert result.run_id == run.info.run_id


def test_columns_that_the_model_was_not_fitted_on_are_kept_from_it() -> None:
    model, frame = regressor_case()
    wider = frame.assign(region="north", note=1.0)

    result = hw.evaluate(model, wider, targets="target", model_type="regressor")
    chosen = hw.evaluate(
        lambda features: np.zeros(len(features)) + features.shape[1],
        wider,
        targets="target",
        model_type="regressor",
        feature_names=["age", "bmi"],
        predictions=None,
    )

    assert result.metrics["r2_score"] == model.score(frame.drop(columns="target"), frame["target"])
    assert chosen.metrics["mean_absolute_error"] == pytest.approx(np.abs(frame["target"] - 2).mean())


def test_slices_by_column_by_quarter_and_by_condition() -> None:
    model, frame = regressor_case()
    region = np.where(frame["bmi"] > 0, "north", "south (rural)")
    wide = frame.assign(region=region)

    by_column = hw.evaluate(model, wide, targets="target", model_type="regressor", slices="region")
    by_quarter = hw.evaluate(model, wide, targets="target", model_type="regressor", slices=["age"])
    by_condition = hw.evaluate(
        model,
        wide,
        targets="target",
        model_type="regressor",
        slices={
            "query": "bmi > 0",
            "function": lambda data: data["bmi"] > 0,
            "equal": {"region": "north"},
            "mask": region == "north",
            "nothing": np.zeros(len(wide), bool),
        },
    )

    north = frame[region == "north"]
    error = metrics.mean_absolute_error(north["target"], model.predict(north.drop(columns="target")))
    assert set(by_column.slices) == {"region:north", "region:south rural"}
    assert by_column.metrics["slices/region:north/mean_absolute_error"] == pytest.approx(error)
    assert run_of(by_column).data.metrics["slices/region:north/example_count"] == len(north)
    assert list(by_column.tables["slices"]["slice"]) == ["region:north", "region:south rural"]
    assert sum(found["example_count"] for found in by_quarter.slices.values()) == len(frame)
    assert len(by_quarter.slices) == 4
    assert set(by_condition.slices) == {"query", "function", "equal", "mask"}
    assert all(found["mean_absolute_error"] == pytest.approx(error) for found in by_condition.slices.values())


def test_intervals_are_logged_beside_their_metrics(binary: tuple[Any, pd.DataFrame]) -> None:
    model, frame = binary

    result = hw.evaluate(model, frame, targets="target", model_type="classifier", bootstrap=200, confidence=0.9)

    interval = result.intervals["roc_auc"]
    assert interval.low < result.metrics["roc_auc"] < interval.high
    logged = run_of(result).data.metrics
    assert (logged["interval_low/roc_auc"], logged["interval_high/roc_auc"]) == interval[1:]
    table = result.tables["intervals"].set_index("metric")
    assert table.loc["roc_auc", "low"] == interval.low


def test_a_baseline_is_compared_on_the_same_rows(binary: tuple[Any, pd.DataFrame]) -> None:
    model, frame = binary
    weaker = LogisticRegression().fit(frame[["mean texture"]].to_numpy(), frame["target"])

    result = hw.evaluate(
        model,
        frame,
        targets="target",
        model_type="classifier",
        baseline_model=lambda features: weaker.predict(features[["mean texture"]].to_numpy()),
    )

    found = result.comparison["accuracy_score"]
    assert found.difference == pytest.approx(result.metrics["accuracy_score"] - found.baseline)
    assert 0 < found.low < found.difference < found.high
    assert found.share_better == 1.0
    assert result.metrics["difference/accuracy_score"] == found.difference
    assert result.metrics["baseline/accuracy_score"] == found.baseline
    assert "example_count" not in result.comparison
    assert list(result.tables["baseline_comparison"].columns) == [
        "metric",
        "value",
        "baseline",
        "difference",
        "low",
        "high",
        "share_better",
    ]


def test_an_evaluation_again_in_the_same_run_replaces_its_tables() -> None:
    model, frame = regressor_case()

    with hw.start_run() as run:
        for _ in range(2):
            hw.evaluate(model, frame, targets="target", model_type="regressor", slices="sex")

    table = json.loads(hw.artifacts.load_text(f"runs:/{run.info.run_id}/slices.json"))
    assert len(table["data"]) == 2
    assert json.loads(hw.get_run(run.info.run_id).data.tags["mlflow.loggedArtifacts"]) == [
        {"path": "slices.json", "type": "table"}
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"targets": None}, "The targets argument must be specified for classifier models"),
        ({"targets": "nope"}, "does not contain the specified targets column 'nope'"),
        ({"targets": [1, 0]}, "have the shape '(2,)', and the data 4 rows"),
        ({"model": None}, "Neither a model nor predictions"),
        ({"model": 3}, "Invalid model of type 'int'"),
        ({"model": None, "predictions": "nope"}, "does not contain the specified predictions column 'nope'"),
        ({"model": lambda features: 1}, "one value for 4 rows"),
        ({"model": lambda features: [1, 0]}, "2 values for 4 rows"),
        ({"model": lambda features: ["a", "b", "a", "b"]}, "Give both in the same labels"),
        ({"model": lambda features: np.eye(4)[:, :2] * 3}, "returned several columns"),
        ({"model_type": "text"}, "Invalid value 'text' for `model_type`"),
        ({"model_type": None}, "nothing to measure"),
        ({"evaluators": "nope"}, "There is no evaluator 'nope'"),
        ({"data": 5}, "Invalid data of type 'int'"),
        ({"evaluator_config": {"average": "best"}}, "Invalid value 'best' for `average`"),
        ({"evaluator_config": {"pos_lable": 1}}, "no 'pos_lable' in evaluator_config. Did you mean 'pos_label'?"),
        ({"evaluator_config": {"pos_label": 7}}, "no label '7'"),
        ({"evaluator_config": {"label_list": [0, 2]}}, "The label '1' occurs 2 times"),
        ({"evaluator_config": {"sample_weights": [1, 2]}}, "Give a number of at least 0 for each of the 4 rows"),
        ({"evaluator_config": {"explainability_algorithm": "magic"}}, "Invalid value 'magic'"),
        (
            {"evaluator_config": {"explainability_nsamples": "many"}},
            "Invalid value 'many' for `explainability_nsamples`",
        ),
        (
            {"model": lambda features: [0, 1, 0.25, 1]},
            "1 of 4 predictions, such as '0.25', are no labels of the targets",
        ),
        ({"slices": "nope"}, "no column 'nope'"),
        ({"slices": {"odd": [1, 2]}}, "Give true or false for each of the 4 rows"),
        ({"bootstrap": 3}, "Invalid value '3' for `bootstrap`"),
        ({"bootstrap": 100, "confidence": 95}, "Invalid value '95' for `confidence`"),
        ({"validate": {"my_metric": 0.9}}, "not known which way 'my_metric' is better"),
        ({"validate": {"f1_score": "high"}}, "Invalid threshold 'high'"),
    ],
)
def test_arguments_that_do_not_fit_are_refused_with_what_to_do(arguments: dict[str, Any], message: str) -> None:
    frame = pd.DataFrame({"x": [1.0, 2.0, 3.0, 4.0], "y": [0, 1, 0, 1]})
    usual = {"model": lambda features: [0, 1, 1, 1], "data": frame, "targets": "y", "model_type": "classifier"}

    with pytest.raises(InvalidParameterValue) as caught:
        hw.evaluate(**{**usual, **arguments})

    assert message in caught.value.message


def test_missing_truth_is_refused_with_its_count() -> None:
    frame = pd.DataFrame({"x": [1.0, 2.0, 3.0], "y": [1.0, np.nan, 2.0], "label": ["a", None, "b"]})

    with pytest.raises(InvalidParameterValue, match="1 of 3 targets are missing or infinite"):
        hw.evaluate(lambda some: np.ones(3), frame[["x", "y"]], targets="y", model_type="regressor")
    with pytest.raises(InvalidParameterValue, match="1 of 3 targets are missing"):
        hw.evaluate(lambda some: ["a"] * 3, frame[["x", "label"]], targets="label", model_type="classifier")
    with pytest.raises(InvalidParameterValue, match="must be numbers, and hold 'a'"):
        hw.evaluate(lambda some: ["a"] * 3, frame[["x"]], targets=[1, 2, 3], model_type="regressor")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"env_manager": "virtualenv"}, "an environment of 'virtualenv'"),
        ({"model": "endpoints:/chat"}, "The endpoint 'endpoints:/chat'"),
        ({"evaluator_config": {"log_explainer": True}}, "'log_explainer', which is not supported"),
    ],
)
def test_what_is_not_offered_is_said(arguments: dict[str, Any], message: str) -> None:
    usual: dict[str, Any] = {"model": len, "data": np.ones((2, 2)), "targets": [1, 2], "model_type": "regressor"}

    with pytest.raises(NotSupported) as caught:
        hw.evaluate(**{**usual, **arguments})

    assert message in caught.value.message


def test_a_missing_scikit_learn_is_said_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn", None)

    with pytest.raises(NotSupported, match=r'pip install "headwater\[evaluate\]"'):
        hw.evaluate(lambda some: np.ones(2), np.ones((2, 1)), targets=[1, 2], model_type="regressor")


def test_a_failed_prediction_fails_the_run_that_was_started_for_it() -> None:
    def broken(features: Any) -> Any:
        raise ZeroDivisionError("no")

    with pytest.raises(ZeroDivisionError):
        hw.evaluate(broken, np.ones((2, 2)), targets=[1, 2], model_type="regressor")

    hw.flush()
    (run,) = hw.Client().search_runs(["0"])
    assert run.info.status == "FAILED"


def test_autologging_does_not_log_what_an_evaluation_computes(
    binary: tuple[Any, pd.DataFrame], monkeypatch: pytest.MonkeyPatch
) -> None:
    model, frame = binary

    hw.sklearn.autolog(log_models=False)
    try:
        with hw.start_run() as run:
            model.fit(frame.drop(columns="target"), frame["target"])
            hw.evaluate(model, frame, targets="target", model_type="classifier")
    finally:
        hw.sklearn.autolog(disable=True)

    hw.flush()
    names = set(hw.get_run(run.info.run_id).data.metrics)
    assert {name for name in names if not name.startswith("training_")} == set(
        hw.evaluate(model, frame, targets="target", model_type="classifier").metrics
    )


def test_a_result_is_saved_and_loaded(tmp_path: Path, binary: tuple[Any, pd.DataFrame]) -> None:
    model, frame = binary
    result = hw.evaluate(model, frame, targets="target", model_type="classifier")

    result.save(tmp_path / "saved")
    loaded = EvaluationResult.load(tmp_path / "saved")

    assert loaded.metrics == result.metrics
    assert set(loaded.artifacts) == set(result.artifacts)
    picture = loaded.artifacts["confusion_matrix"].content
    assert isinstance(picture, Image.Image)
    assert picture.tobytes() == result.artifacts["confusion_matrix"].content.tobytes()
    with pytest.raises(InvalidParameterValue, match="holds no saved evaluation"):
        EvaluationResult.load(tmp_path)


def test_an_artifact_is_read_from_where_it_is_kept(binary: tuple[Any, pd.DataFrame]) -> None:
    model, frame = binary
    result = hw.evaluate(model, frame, targets="target", model_type="classifier", bootstrap=50)
    hw.flush()

    content = result.artifacts["intervals"].content

    assert content["columns"] == ["metric", "value", "low", "high"]
