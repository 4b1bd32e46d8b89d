"""What a fit of Spark ML logs."""

import json
from typing import Any

from headwater.flavors.sklearn_autolog.evaluation import remember_fit
from headwater.flavors.spark_autolog.searches import log_search
from headwater.flavors.spark_autolog.stages import Stages, is_search
from headwater.flavors.spark_autolog.training_data import describe_frame
from headwater.tracking.active import ActiveRun
from headwater.tracking.autolog import Call, Watch
from headwater.tracking.autolog.runs import log_new_params, training_run


def watch_fit(call: Call) -> Watch:
    """Log params and tags before a fit, search results and the model after it."""
    estimator, given = call.args[0], call.arguments.get("params")
    if isinstance(given, list | tuple):
        yield
        return
    with training_run(call) as run:
        if run is None:
            yield
            return
        stages = Stages(estimator.copy(given) if given else estimator)
        with call.step("params"):
            log_new_params(call, run.writer, stages.params())
        with call.step("tags"):
            run.writer.set_tags(describe_class(estimator), synchronous=None)
        with call.step("estimator_info.json"):
            if stages.has_parts():
                _log_json(run, _describe(stages), "estimator_info.json")
        yield
        if call.error is None:
            _log_fitted(call, run, stages)


def describe_class(estimator: Any) -> dict[str, str]:
    """Return the tags that name an estimator's class."""
    found = type(estimator)
    return {"estimator_name": found.__name__, "estimator_class": f"{found.__module__}.{found.__name__}"}


def _log_fitted(call: Call, run: ActiveRun, stages: Stages) -> None:
    if is_search(stages.root):
        with call.step("search results"):
            log_search(call, run, stages, call.result, describe_class)
    with call.step("post-training metrics"):
        if getattr(call.options, "log_post_training_metrics", False):
            remember_fit(call.result, run.writer)
    with call.step("datasets"):
        if call.options.log_datasets:
            run.writer.log_inputs(describe_frame(call.arguments["dataset"], "train"), (), synchronous=None)
    call.keep_model(run, call.result)


def _describe(stages: Stages) -> dict[str, Any]:
    found: dict[str, Any] = {"hierarchy": stages.hierarchy()}
    if is_search(stages.root):
        found[stages.name(stages.root)] = {
            "tuning_parameter_map_list": [
                stages.describe_candidate(candidate) for candidate in stages.root.getEstimatorParamMaps()
            ],
            "tuned_estimator_parameter_map": stages.tuned_params(),
        }
    return found


def _log_json(run: ActiveRun, value: Any, name: str) -> None:
    run.writer.log_bytes(json.dumps(value, indent=2, default=str).encode(), name)
