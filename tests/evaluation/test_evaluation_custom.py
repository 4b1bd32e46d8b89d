"""Metrics and artifacts of the user's, and evaluators of other packages."""

import json
import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import headwater as hw
from headwater.exceptions import InvalidParameterValue, PermissionDenied
from headwater.models import EvaluationArtifact, EvaluationResult, MetricValue, list_evaluators, make_metric
from headwater.models.evaluation import ModelValidationFailed, plugins
from unit.tracking_places import own_place

FRAME = pd.DataFrame({"x": [1.0, 2.0, 3.0, 4.0], "w": [1.0, 2.0, 3.0, 4.0], "y": [1.0, 2.0, 3.0, 4.0]})
FRAME["said"] = [1.0, 2.0, 4.0, 6.0]


@pytest.fixture(autouse=True)
def uri(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with own_place(tmp_path, monkeypatch) as place:
        yield place


def evaluate(**arguments: Any) -> EvaluationResult:
    usual: dict[str, Any] = {"data": FRAME, "targets": "y", "predictions": "said", "model_type": "regressor"}
    return hw.evaluate(**{**usual, **arguments})


def bias(predictions: Any, targets: Any) -> float:
    return float((predictions - targets).mean())


def rows(predictions: Any, targets: Any) -> MetricValue:
    return MetricValue(scores=list(abs(predictions - targets)), justifications=["because"] * len(targets))


def test_a_function_is_given_what_it_names() -> None:
    def weighted(predictions: Any, targets: Any, w: Any) -> float:
        return float(np.average(abs(predictions - targets), weights=w))

    def scaled(metrics: dict[str, float], factor: float, missing: int = 3) -> float:
        return metrics["mean_absolute_error"] * factor * missing

    def after(bias: float) -> float:
        return bias * 2

    def old_kind(eval_df: Any, builtin: dict[str, float]) -> float:
        return float((eval_df["prediction"] > eval_df["target"]).sum() + builtin["example_count"])

    result = evaluate(
        extra_metrics=[
            make_metric(eval_fn=function, greater_is_better=False)
            for function in (bias, weighted, scaled, old_kind, after)
        ],
        evaluator_config={"factor": 10},
    )

    assert {name: result.metrics[name] for name in ("bias", "weighted", "scaled", "old_kind", "after")} == {
        "bias": 0.75,
        "weighted": 1.1,
        "scaled": 22.5,
        "old_kind": 6.0,
        "after": 1.5,
    }
    hw.flush()
    assert hw.get_run(str(result.run_id)).data.metrics["bias"] == 0.75


def test_columns_are_mapped_to_the_names_of_arguments() -> None:
    def cost(predictions: Any, price: Any) -> float:
        return float((predictions * price).sum())

    result = evaluate(
        extra_metrics=[make_metric(eval_fn=cost, greater_is_better=False)],
        evaluator_config={"col_mapping": {"price": "w"}},
    )

    assert result.metrics["cost"] == 41.0


def test_scores_of_rows_become_a_table_and_means_with_intervals() -> None:
    metric = make_metric(eval_fn=rows, greater_is_better=False, version="v2")

    result = evaluate(extra_metrics=[metric], bootstrap=100)

    assert result.metrics["rows/v2/mean"] == 0.75
    assert result.metrics["rows/v2/variance"] == pytest.approx(0.6875)
    assert result.metrics["rows/v2/p90"] == pytest.approx(1.7)
    assert result.intervals["rows/v2/mean"].value == 0.75
    assert result.intervals["rows/v2/mean"].high > 0.75
    table = result.tables["eval_results_table"]
    assert list(table.columns) == ["x", "w", "y", "said", "rows/v2/score", "rows/v2/justification"]
    assert list(table["rows/v2/score"]) == [0.0, 0.0, 1.0, 2.0]
    hw.flush()
    kept = json.loads(hw.artifacts.load_text(f"runs:/{result.run_id}/eval_results_table.json"))
    assert kept["columns"] == list(table.columns)


def test_custom_metrics_are_computed_for_slices_and_the_baseline_too(caplog: pytest.LogCaptureFixture) -> None:
    def fragile(predictions: Any) -> float:
        if len(predictions) < 4:
            raise ValueError("too few")
        return 1.0

    result = evaluate(
        extra_metrics=[make_metric(eval_fn=bias, greater_is_better=False)],
        slices={"small": FRAME["x"] < 3, "large": FRAME["x"] >= 3},
        baseline_predictions=np.zeros(4),
    )
    with caplog.at_level(logging.WARNING):
        other = evaluate(
            extra_metrics=[make_metric(eval_fn=fragile, greater_is_better=True)], slices={"small": FRAME["x"] < 3}
        )

    assert (result.slices["small"]["bias"], result.slices["large"]["bias"]) == (0.0, 1.5)
    assert result.comparison["bias"][:3] == (0.75, -2.5, 3.25)
    assert "fragile" not in other.slices["small"]
    said = "The metric 'fragile' failed: ValueError: too few. Mend its function."
    assert f"No custom metrics of 'slices/small/…': {said}" in caplog.messages


def test_extra_metrics_need_no_type_of_model() -> None:
    result = evaluate(model_type=None, extra_metrics=[make_metric(eval_fn=bias, greater_is_better=False)])

    assert result.metrics == {"bias": 0.75}
    assert result.artifacts == {}


ERRORS = [hw.metrics.mae(), hw.metrics.mse(), hw.metrics.rmse(), hw.metrics.r2_score(), hw.metrics.max_error()]
ERRORS += [hw.metrics.mape()]
LABELS = [hw.metrics.precision_score(), hw.metrics.recall_score(), hw.metrics.f1_score()]


def test_metrics_of_regressors_are_given_one_by_one() -> None:
    known = evaluate().metrics

    result = evaluate(model_type=None, extra_metrics=ERRORS)
    sliced = evaluate(model_type=None, extra_metrics=ERRORS, slices={"small": FRAME["x"] < 3})

    assert result.metrics == {metric.name: known[metric.name] for metric in ERRORS}
    assert sliced.slices["small"]["mean_squared_error"] == 0.0


@pytest.mark.parametrize("config", [{}, {"average": "macro"}, {"sample_weights": "w"}])
def test_metrics_of_classifiers_are_given_one_by_one(config: dict[str, Any]) -> None:
    frame = pd.DataFrame({"y": list("aabcc"), "said": list("abbcb"), "w": [1.0, 2.0, 3.0, 4.0, 5.0]})
    masks = {"some": frame["w"] > 1}
    arguments: dict[str, Any] = {"data": frame, "evaluator_config": {**config, "log_model_explainability": False}}
    known = evaluate(model_type="classifier", slices=masks, **arguments)

    result = evaluate(model_type=None, extra_metrics=LABELS, slices=masks, **arguments)

    for metric in LABELS:
        assert result.metrics[metric.name] == known.metrics[metric.name]
        assert result.slices["some"][metric.name] == pytest.approx(known.slices["some"][metric.name])


def test_a_metric_that_is_measured_already_is_not_measured_again() -> None:
    arguments: dict[str, Any] = {"baseline_predictions": "x", "evaluator_config": {"sample_weights": "w"}}
    known = evaluate(**arguments)

    result = evaluate(extra_metrics=[hw.metrics.mse(), *ERRORS], **arguments)

    assert result.metrics == known.metrics
    assert result.comparison["mean_squared_error"].low == known.comparison["mean_squared_error"].low


def test_thresholds_know_which_way_a_metric_is_better() -> None:
    with pytest.raises(ModelValidationFailed, match="max_error"):
        evaluate(model_type=None, extra_metrics=ERRORS, validate={"max_error": 1.0})


def test_a_metric_that_returns_nothing_is_left_out_with_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        result = evaluate(
            extra_metrics=[make_metric(eval_fn=lambda predictions: None, name="void", greater_is_better=True)]
        )

    assert "void" not in result.metrics
    assert "The metric 'void' returned None and is left out." in caplog.messages


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda predictions, nowhere, targets: 1, "asks for 'nowhere', which is neither a column (x, w, y, said)"),
        (lambda predictions: "good", "returned ''good'' of type 'str'"),
    ],
)
def test_a_metric_that_cannot_be_used_is_refused(function: Any, message: str) -> None:
    with pytest.raises(InvalidParameterValue) as caught:
        evaluate(extra_metrics=[make_metric(eval_fn=function, name="wrong", greater_is_better=True)])

    assert message in caught.value.message


def test_a_metric_needs_a_function_and_a_name() -> None:
    with pytest.raises(InvalidParameterValue, match="`name` must be specified if `eval_fn` is a lambda function"):
        make_metric(eval_fn=lambda predictions: 1, greater_is_better=True)
    with pytest.raises(InvalidParameterValue, match="Invalid `eval_fn` '3'"):
        make_metric(eval_fn=3, greater_is_better=True)  # type: ignore[arg-type]  # a user's mistake
    assert repr(make_metric(eval_fn=bias, greater_is_better=False, version="v1")) == (
        "EvaluationMetric(name=bias, greater_is_better=False, long_name=bias, version=v1)"
    )


def make_everything(eval_df: Any, metrics: dict[str, float], folder: str) -> dict[str, Any]:
    from matplotlib import pyplot

    figure = pyplot.figure()
    pyplot.close(figure)
    path = Path(folder) / "note.txt"
    path.write_text(f"{metrics['example_count']:g} rows")
    return {
        "note": str(path),
        "figure": figure,
        "picture": Image.new("RGB", (2, 3)),
        "frame": eval_df,
        "array": np.eye(2),
        "facts": {"a": 1},
        "text": '{"b": 2}',
        "thing": {1, 2},
    }


def test_custom_artifacts_become_files(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        result = evaluate(custom_artifacts=[make_everything])

    hw.flush()
    files = {info.path for info in hw.list_artifacts(run_id=result.run_id)}
    assert files >= {
        "note.txt",
        "figure.png",
        "picture.png",
        "frame.csv",
        "array.npy",
        "facts.json",
        "text.json",
        "thing.pickle",
    }
    read = {name: EvaluationArtifact(result.artifacts[name].uri).content for name in ("note", "array", "text", "facts")}
    assert read["note"] == "4 rows"
    assert read["array"].tolist() == [[1.0, 0.0], [0.0, 1.0]]
    assert (read["text"], read["facts"]) == ({"b": 2}, {"a": 1})
    assert list(EvaluationArtifact(result.artifacts["frame"].uri).content.columns) == ["prediction", "target"]
    with pytest.raises(PermissionDenied, match="A pickle runs code"):
        _ = EvaluationArtifact(result.artifacts["thing"].uri).content
    assert "The artifact 'thing' of type 'set' is kept as a pickle." in caplog.messages


@pytest.mark.parametrize(
    ("made", "message"),
    [("text", "returned 'str'. Return a dict"), ({"a": "no file"}, "neither the path of a file nor JSON")],
)
def test_artifacts_that_cannot_be_kept_are_refused(made: Any, message: str) -> None:
    with pytest.raises(InvalidParameterValue) as caught:
        evaluate(custom_artifacts=[lambda frame, metrics, folder: made])

    assert message in caught.value.message


PLUGIN = """
from headwater.models import EvaluationArtifact, EvaluationResult


class Counter:
    def can_evaluate(self, *, model_type, evaluator_config, **options):
        return model_type == "counted"

    def evaluate(self, *, model_type, dataset, run_id, evaluator_config, predictions=None, **options):
        count = len(dataset.labels_data) * evaluator_config.get("times", 1)
        return EvaluationResult({"count": count, "columns": len(dataset.features_data.columns)}, {}, run_id)
"""


def test_an_evaluator_of_another_package_is_found_by_its_entry_point(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "counter_plugin.py").write_text(PLUGIN)
    described = tmp_path / "site" / "counter_plugin-1.0.dist-info"
    described.mkdir()
    (described / "METADATA").write_text("Metadata-Version: 2.1\nName: counter-plugin\nVersion: 1.0\n")
    (described / "entry_points.txt").write_text("[mlflow.model_evaluator]\ncounter = counter_plugin:Counter\n")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    plugins._entries.cache_clear()

    try:
        names = list_evaluators()
        result = evaluate(model_type="counted", evaluators="counter", evaluator_config={"times": 3})
        several = evaluate(
            model_type="counted", evaluators=["default", "counter"], evaluator_config={"counter": {"times": 2}}
        )
        ignored = evaluate(model_type="regressor")
    finally:
        plugins._entries.cache_clear()
        sys.modules.pop("counter_plugin", None)

    assert names == ["default", "classifier", "regressor", "shap", "counter"]
    assert result.metrics == {"count": 12, "columns": 2}
    assert several.metrics["count"] == 8
    assert "count" not in ignored.metrics


def test_a_metric_that_fails_is_named() -> None:
    broken = hw.models.make_metric(eval_fn=lambda predictions, targets: 1 / 0, greater_is_better=True, name="own")

    with pytest.raises(InvalidParameterValue, match="The metric 'own' failed: ZeroDivisionError: division by zero"):
        evaluate(extra_metrics=[broken])
