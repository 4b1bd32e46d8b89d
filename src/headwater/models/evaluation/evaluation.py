"""One evaluation: what is asked of whom, in which order, and what comes of it."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from headwater.models.evaluation.artifacts import ArtifactMaker, MadeFile, make_artifacts
from headwater.models.evaluation.custom import CustomInputs, CustomResults, EvaluationMetric, eval_frame
from headwater.models.evaluation.default import TYPES, Side, draw, make_outcome, measure_side
from headwater.models.evaluation.explaining import explain
from headwater.models.evaluation.measures import MEASURES, measure_classes
from headwater.models.evaluation.outcome import Outcome
from headwater.models.evaluation.plugins import BUILT_IN, load_evaluator
from headwater.models.evaluation.predicting import Predictions, Predictor, ask, given_chances, given_predictions
from headwater.models.evaluation.recording import Findings, log_findings, log_read
from headwater.models.evaluation.resampling import Resampling, compare, resample, resample_means
from headwater.models.evaluation.results import EvaluationResult
from headwater.models.evaluation.slicing import Slices, cut_slices, measure_slices, slice_key
from headwater.models.evaluation.table import EvaluationData, require_pandas
from headwater.tracking.active import ActiveRun

_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False, kw_only=True)
class Evaluation:
    """Everything that `evaluate` was given, checked."""

    data: EvaluationData
    model_type: str | None
    predictor: Predictor | None
    predictions: Any
    probabilities: Any
    baseline: Predictor | None
    baseline_predictions: Any
    evaluators: Mapping[str, dict[str, Any]]
    config: Mapping[str, Any]
    extra_metrics: list[EvaluationMetric]
    custom_artifacts: list[ArtifactMaker]
    slices: Slices | None
    resampling: Resampling
    model_id: str

    def run(self, run: ActiveRun) -> EvaluationResult:
        """Evaluate, log to the run, and return the result."""
        masks = cut_slices(self.slices, self.data)
        log_read(run.writer, self.data.dataset, self.model_id)
        findings = Findings(prefix=str(self.config.get("metric_prefix") or ""))
        if any(name in BUILT_IN for name in self.evaluators):
            _Asked(self, findings).evaluate(masks)
        result = log_findings(run, findings, self.data.dataset, self.model_id)
        for name in self.evaluators:
            if name not in BUILT_IN:
                self._ask_plugin(name, run, result)
        return result

    def _ask_plugin(self, name: str, run: ActiveRun, result: EvaluationResult) -> None:
        evaluator = load_evaluator(name)
        options = self.evaluators[name]
        if not evaluator.can_evaluate(model_type=self.model_type, evaluator_config=options):
            return
        found = evaluator.evaluate(
            model_type=self.model_type,
            dataset=self.data,
            run_id=run.info.run_id,
            evaluator_config=options,
            model=self.predictor,
            extra_metrics=self.extra_metrics,
            custom_artifacts=self.custom_artifacts,
            predictions=self.predictions,
        )
        if found is not None:
            result.metrics.update(found.metrics)
            result.artifacts.update(found.artifacts)


@dataclass(eq=False)
class _Asked:
    """An evaluation by the built-in evaluators, on its way."""

    plan: Evaluation
    findings: Findings
    outcomes: dict[str, Outcome] = field(default_factory=dict)

    def evaluate(self, masks: Mapping[str, Any]) -> None:
        """Ask the models and gather findings."""
        plan = self.plan
        side = self._side(plan.predictor, plan.predictions, plan.probabilities)
        other = self._other_side()
        measures = plan.model_type in TYPES and any(name in plan.evaluators for name in ("default", plan.model_type))
        if measures:
            self._measure(side, other, masks)
        if plan.extra_metrics:
            self._add_custom(side, other, masks)
        if measures:
            self._draw(side)
        if plan.custom_artifacts:
            frame = eval_frame(*self._series(side.predictions))
            made = make_artifacts(plan.custom_artifacts, frame, self.findings.metrics)
            self.findings.files.update(made)
        if plan.predictor is not None and any(name in plan.evaluators for name in ("default", "shap")):
            outcome = next(iter(self.outcomes.values()), None)
            names = outcome.names if outcome else ()
            pictures = explain(plan.predictor, plan.data, names, plan.config) if plan.model_type in TYPES else {}
            self.findings.files |= {name: MadeFile(f"{name}.png", data) for name, data in pictures.items()}

    def _side(self, predictor: Predictor | None, predictions: Any, probabilities: Any) -> Side:
        data = self.plan.data
        if predictor is None:
            found = given_predictions(data, predictions)
        else:
            column = predictions if isinstance(predictions, str) else None
            found = ask(predictor, data, column=column, with_chances=self.plan.model_type == "classifier")
        if probabilities is not None:
            found = Predictions(found.values, given_chances(data, probabilities), None, found.outputs)
        return Side(found, predictor)

    def _other_side(self) -> Side | None:
        plan = self.plan
        if plan.baseline is None and plan.baseline_predictions is None:
            return None
        return self._side(plan.baseline, plan.baseline_predictions, None)

    def _measure(self, side: Side, other: Side | None, masks: Mapping[str, Any]) -> None:
        plan, findings = self.plan, self.findings
        assert plan.model_type is not None
        outcome = make_outcome(plan.model_type, plan.data, side, plan.config)
        self.outcomes[side.name] = outcome
        findings.metrics |= measure_side(side, plan.data, outcome)
        findings.directions |= {
            name: row.greater_is_better for name, row in MEASURES.items() if row.greater_is_better is not None
        }
        if plan.resampling.resamples:
            findings.intervals |= resample(outcome, findings.metrics, plan.resampling)
        findings.slices = measure_slices(outcome, masks)
        if other is not None:
            second = make_outcome(plan.model_type, plan.data, other, plan.config)
            name = other.name if other.name not in self.outcomes else f"{other.name} (baseline)"
            self.outcomes[name if other.predictor else "baseline"] = second
            values = measure_side(other, plan.data, second)
            findings.comparison |= compare(outcome, second, findings.metrics, values, plan.resampling)

    def _draw(self, side: Side) -> None:
        outcome = self.outcomes[side.name]
        for name, data in draw(self.outcomes, self.plan.config):
            self.findings.files[name] = MadeFile(f"{name}.png", data)
        if outcome.names and not outcome.is_binary:
            self.findings.add_csv("per_class_metrics", measure_classes(outcome))

    def _series(self, predictions: Predictions) -> tuple[Any, Any]:
        """Return predictions and truth as pandas series, in the index of the data."""
        pandas = require_pandas()
        frame = self.plan.data.to_pandas()
        truth = self.plan.data.truth
        values = pandas.Series(predictions.values, index=frame.index, name="predictions")
        return values, None if truth is None else pandas.Series(truth, index=frame.index, name="targets")

    def _compute(self, side: Side, builtin: Mapping[str, float], mask: Any = None) -> CustomResults:
        predictions, truth = self._series(side.predictions)
        frame = self.plan.data.to_pandas()
        outputs = side.predictions.outputs or {}
        if mask is not None:
            predictions, frame = predictions[mask], frame[mask]
            truth = None if truth is None else truth[mask]
            outputs = {name: values[mask] for name, values in outputs.items()}
        return CustomInputs(predictions, truth, frame, outputs, self.plan.config, builtin).compute(
            self.plan.extra_metrics
        )

    def _add_custom(self, side: Side, other: Side | None, masks: Mapping[str, Any]) -> None:
        findings, how = self.findings, self.plan.resampling
        found = self._compute(side, findings.metrics)
        findings.metrics |= found.metrics
        findings.directions |= found.directions
        if found.columns:
            findings.add_rows(self.plan.data, side.predictions.values, found.columns, self.plan.predictions)
        if how.resamples:
            means = {key: found.numbers(key) for key in found.columns if found.is_mean(key)}
            named = {f"{key.removesuffix('/score')}/mean": scores for key, scores in means.items()}
            findings.intervals |= resample_means(named, how)
        for name, mask in masks.items():
            if mask.any():
                self._add_custom_slice(side, name, mask)
        if other is not None:
            baseline = self._compute(other, {name: moved.baseline for name, moved in findings.comparison.items()})
            findings.compare_plainly(found.metrics, baseline.metrics)

    def _add_custom_slice(self, side: Side, name: str, mask: Any) -> None:
        slices = self.findings.slices.setdefault(name, {"example_count": float(mask.sum())})
        try:
            slices |= self._compute(side, slices, mask).metrics
        except Exception as error:  # noqa: BLE001 - the user's function, on fewer rows than it was written for
            key = slice_key(name, "…")
            _log.warning("Custom metrics of '%s' failed: %s: %s", key, type(error).__name__, error)
