"""What evaluators of Spark ML measure of a model's predictions, logged to the run of its fit."""

from typing import Any

from headwater.flavors.sklearn_autolog.evaluation import FittedRun, name_of, recall_fit
from headwater.flavors.spark_autolog.training_data import describe_frame
from headwater.tracking.autolog import Call, Watch
from headwater.tracking.autolog.memory import Memory

_PREDICTIONS = Memory()
"""The run and the name of the data of each frame of predictions."""

_DESCRIBED = Memory()
"""Which of these frames have been described as data that a model was evaluated on."""


def watch_transform(call: Call) -> Watch:
    """Remember whose predictions a frame holds, and on which data."""
    yield
    run = recall_fit(call.args[0])
    if run is not None and call.error is None:
        _PREDICTIONS.remember(call.result, (run, name_of(call.arguments.get("dataset"), call.caller)))


def watch_evaluate(call: Call) -> Watch:
    """Log a metric of known predictions."""
    yield
    known: tuple[FittedRun, str] | None = _PREDICTIONS.recall(call.arguments.get("dataset"))
    if known is None or call.error is not None or not getattr(call.options, "log_post_training_metrics", False):
        return
    given = call.arguments.get("params")
    evaluator = call.args[0].copy(given) if given else call.args[0]
    run, dataset = known
    metric = evaluator.getMetricName() if hasattr(evaluator, "getMetricName") else type(evaluator).__name__
    run.log(metric, dataset, float(call.result), _describe(evaluator))
    frame = call.arguments["dataset"]
    if call.options.log_datasets and _DESCRIBED.recall(frame) is None:
        _DESCRIBED.remember(frame, "eval")
        run.writer.log_inputs(describe_frame(frame, "eval"), (), synchronous=None)


def _describe(evaluator: Any) -> dict[str, Any]:
    kind = type(evaluator)
    params = {param.name: evaluator.getOrDefault(param) for param in evaluator.params if evaluator.isDefined(param)}
    return {"evaluator_class": f"{kind.__module__}.{kind.__name__}", "params": params}
