"""What a search of Spark ML logs besides its own fit: the best candidate, the table of all, a child run for each."""

import csv
import io
import json
from collections.abc import Callable
from typing import Any

from headwater.flavors.spark_autolog.stages import Stages
from headwater.tracking.active import ActiveRun
from headwater.tracking.autolog import Call
from headwater.tracking.autolog.runs import child_run, log_new_params, log_params


def log_search(
    call: Call, run: ActiveRun, stages: Stages, model: Any, describe_class: Callable[[Any], dict[str, str]]
) -> None:
    """Log the best candidate, `search_results.csv`, and a child run with params and metrics for each candidate."""
    search = stages.root
    candidates = search.getEstimatorParamMaps()
    scores = _find_scores(search, model)
    described = [stages.describe_candidate(candidate) for candidate in candidates]
    values = next(iter(scores.values()))
    choose = max if search.getEvaluator().isLargerBetter() else min
    best = described[values.index(choose(values))]
    log_new_params(call, run.writer, {f"best_{name}": value for name, value in best.items()})
    run.writer.log_bytes(json.dumps(best, indent=2, default=str).encode(), "best_parameters.json")
    run.writer.log_bytes(_as_csv(described, scores).encode(), "search_results.csv")
    for index, candidate in enumerate(candidates):
        with call.step("child runs of a search"):
            estimator = search.getEstimator().copy(candidate)
            with child_run(call, describe_class(estimator)) as child:
                log_params(call, child.writer, Stages(estimator).params())
                metrics = {name: float(column[index]) for name, column in scores.items()}
                child.writer.log_metrics(metrics, step=None, timestamp=None, synchronous=None)


def _find_scores(search: Any, model: Any) -> dict[str, list[float]]:
    """Return the metrics of all candidates by name, the one that decided first."""
    evaluator = search.getEvaluator()
    metric = evaluator.getMetricName() if hasattr(evaluator, "getMetricName") else type(evaluator).__name__
    if hasattr(model, "validationMetrics"):
        return {metric: list(model.validationMetrics)}
    found = {f"avg_{metric}": list(model.avgMetrics)}
    if getattr(model, "stdMetrics", None):
        found[f"std_{metric}"] = list(model.stdMetrics)
    return found


def _as_csv(described: list[dict[str, Any]], scores: dict[str, list[float]]) -> str:
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    names = list(dict.fromkeys(name for candidate in described for name in candidate))
    table.writerow(["params", *scores, *(f"param.{name}" for name in names)])
    for index, candidate in enumerate(described):
        shown = [candidate.get(name, "") for name in names]
        row = [json.dumps(candidate, default=str), *(column[index] for column in scores.values()), *shown]
        table.writerow(row)
    return text.getvalue()
