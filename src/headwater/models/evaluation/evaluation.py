"""One evaluation: what is asked of whom, in which order, and what comes of it."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from headwater.models.evaluation.artifacts import MadeFile, make_artifacts
from headwater.models.evaluation.custom import CustomInputs, CustomResults, eval_frame
from headwater.models.evaluation.default import TYPES, Side, draw, make_outcome, measure_side, read_weights
from headwater.models.evaluation.explaining import explain
from headwater.models.evaluation.known import KnownMetric
from headwater.models.evaluation.plugins import BUILT_IN, load_evaluator
from headwater.models.evaluation.predicting import Predictions, Predictor, ask, given_chances, given_predictions
from headwater.models.evaluation.recording import Findings, log_findings, log_read
from headwater.models.evaluation.request import Request
from headwater.models.evaluation.resampling import compare, resample, resample_means
from headwater.models.evaluation.results import EvaluationResult
from headwater.models.evaluation.slicing import cut_slices, measure_slices, slice_key
from headwater.models.evaluation.table import EvaluationData, require_pandas
from headwater.models.measuring.measures import MEASURES, measure_classes
from headwater.models.measuring.outcome import Outcome
from headwater.tracking.active import ActiveRun

_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Evaluation:
    """A request that was checked, with its data read and its models opened."""

    request: Request
    data: EvaluationData
    predictor: Predictor | None
    baseline: Predictor | None

    @property
    def model_id(self) -> str:
        """Return the id of the logged model that is evaluated, empty if it is none."""
        return self.request.model_id or (self.predictor.model_id if self.predictor else "")

    @property
    def predictions(self) -> Any:
        """Return the predictions that are there: a column or the values, None if a model is to be asked."""
        given = self.request.predictions
        return given if given is not None else getattr(self.data.dataset, "predictions", None)

    def run(self, run: ActiveRun) -> EvaluationResult:
        """Evaluate, log to the run, and return the result."""
        masks = cut_slices(self.request.slices, self.data)
        log_read(run.writer, self.data.dataset, self.model_id)
        findings = Findings(prefix=str(self.request.options.metric_prefix))
        if any(name in BUILT_IN for name in self.request.chosen):
            _Asked(self, findings).evaluate(masks)
        result = log_findings(run, findings, self.data.dataset, self.model_id)
        for name in self.request.chosen:
            if name not in BUILT_IN:
                self._ask_plugin(name, run, result)
        return result

    def _ask_plugin(self, name: str, run: ActiveRun, result: EvaluationResult) -> None:
        evaluator = load_evaluator(name)
        options = self.request.chosen[name]
        if not evaluator.can_evaluate(model_type=self.request.model_type, evaluator_config=options):
            return
        found = evaluator.evaluate(
            model_type=self.request.model_type,
            dataset=self.data,
            run_id=run.info.run_id,
            evaluator_config=options,
            model=self.predictor,
            extra_metrics=self.request.extra_metrics,
            custom_artifacts=self.request.custom_artifacts,
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
        plan, request = self.plan, self.plan.request
        is_known = request.model_type in TYPES
        if not (is_known or request.extra_metrics or request.custom_artifacts):
            return  # a type that only evaluators of other packages know
        side = self._side(plan.predictor, plan.predictions, request.probabilities)
        other = self._other_side()
        measures = is_known and any(name in request.chosen for name in ("default", request.model_type))
        if measures:
            self._measure(side, other, masks)
        if request.extra_metrics:
            self._add_custom(side, other, masks)
        if measures:
            self._draw(side)
        if request.custom_artifacts:
            frame = eval_frame(*self._series(side.predictions))
            self.findings.files |= make_artifacts(request.custom_artifacts, frame, self.findings.metrics)
        if plan.predictor is not None and is_known and any(name in request.chosen for name in ("default", "shap")):
            names = self.outcomes[side.name].names if side.name in self.outcomes else ()
            pictures = explain(plan.predictor, plan.data, names, request.options)
            self.findings.files |= {name: MadeFile(f"{name}.png", data) for name, data in pictures.items()}

    def _side(self, predictor: Predictor | None, predictions: Any, probabilities: Any) -> Side:
        data = self.plan.data
        if predictor is None:
            found = given_predictions(data, predictions)
        else:
            column = predictions if isinstance(predictions, str) else None
            found = ask(predictor, data, column=column, with_chances=self.plan.request.model_type == "classifier")
        if probabilities is not None:
            found = Predictions(found.values, given_chances(data, probabilities), None, found.outputs)
        return Side(found, predictor)

    def _other_side(self) -> Side | None:
        plan = self.plan
        if plan.baseline is None and plan.request.baseline_predictions is None:
            return None
        return self._side(plan.baseline, plan.request.baseline_predictions, None)

    def _measure(self, side: Side, other: Side | None, masks: Mapping[str, Any]) -> None:
        plan, findings = self.plan, self.findings
        assert plan.request.model_type is not None
        outcome = make_outcome(plan.request.model_type, plan.data, side, plan.request.options)
        self.outcomes[side.name] = outcome
        findings.metrics |= measure_side(side, plan.data, outcome)
        findings.directions |= {
            name: row.greater_is_better for name, row in MEASURES.items() if row.greater_is_better is not None
        }
        if plan.request.resampling.resamples:
            findings.intervals |= resample(outcome, findings.metrics, plan.request.resampling)
        findings.slices = measure_slices(outcome, masks)
        if other is not None:
            second = make_outcome(plan.request.model_type, plan.data, other, plan.request.options)
            name = other.name if other.name not in self.outcomes else f"{other.name} (baseline)"
            self.outcomes[name if other.predictor else "baseline"] = second
            values = measure_side(other, plan.data, second)
            findings.comparison |= compare(outcome, second, findings.metrics, values, plan.request.resampling)

    def _draw(self, side: Side) -> None:
        outcome = self.outcomes[side.name]
        for name, data in draw(self.outcomes, self.plan.request.options):
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
        inputs = CustomInputs(predictions, truth, frame, outputs, self._config(mask), builtin)
        wanted = self.plan.request.extra_metrics or ()
        return inputs.compute(each for each in wanted if not (isinstance(each, KnownMetric) and each.name in builtin))

    def _config(self, mask: Any) -> dict[str, Any]:
        """Return the configuration with the weights of some rows, or of all."""
        config, weights = (
            self.plan.request.config,
            read_weights(self.plan.request.options.sample_weights, self.plan.data),
        )
        return config if weights is None else {**config, "sample_weights": weights if mask is None else weights[mask]}

    def _add_custom(self, side: Side, other: Side | None, masks: Mapping[str, Any]) -> None:
        findings, how = self.findings, self.plan.request.resampling
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
            _log.warning("No custom metrics of '%s': %s", key, error)
