"""What a fit logs: params and tags before it; metrics, plots, page and search results after it."""

import copy
from typing import TYPE_CHECKING, Any

import numpy as np

from headwater.flavors.sklearn_autolog.data import describe_data
from headwater.flavors.sklearn_autolog.evaluation import remember_fit, remember_predictions
from headwater.flavors.sklearn_autolog.plots import defer_plots
from headwater.flavors.sklearn_autolog.searches import is_search, log_search
from headwater.flavors.sklearn_autolog.training_data import TrainingData
from headwater.flavors.sklearn_autolog.training_metrics import Predictions, predict, training_metrics
from headwater.tracking.active import ActiveRun
from headwater.tracking.autolog import Call, Watch
from headwater.tracking.autolog.runs import defer, log_new_params, training_run

if TYPE_CHECKING:
    from headwater.protocol.inputs import DatasetInput


def watch_fit(call: Call) -> Watch:
    """Log one outermost `fit`, `fit_transform` or `fit_predict`."""
    estimator = call.args[0]
    with training_run(call) as run:
        if run is None:
            yield
            return
        with call.step("params"):
            log_new_params(call, run.writer, estimator.get_params(deep=not is_search(estimator)))
        with call.step("tags"):
            run.writer.set_tags(estimator_tags(estimator), synchronous=None)
        yield
        if call.error is None:
            random_state = np.random.get_state()
            try:
                _log_fitted(call, run, estimator)
            finally:
                np.random.set_state(random_state)


def estimator_tags(estimator: Any) -> dict[str, str]:
    """Return the tags that name an estimator's class."""
    found = type(estimator)
    return {"estimator_name": found.__name__, "estimator_class": f"{found.__module__}.{found.__name__}"}


def _log_page(call: Call, run: ActiveRun, estimator: Any) -> None:
    """Keep scikit-learn's own view of an estimator, made in the background if a shallow copy holds all of it."""
    from sklearn.utils import estimator_html_repr

    def log(shown: Any) -> None:
        run.writer.log_bytes(estimator_html_repr(shown).encode(), "estimator.html", synchronous=False)

    if len(estimator.get_params(deep=True)) > len(estimator.get_params(deep=False)):
        log(estimator)
    else:
        shown = copy.copy(estimator)
        defer(call, run, "estimator.html", lambda: log(shown))


def _log_fitted(call: Call, run: ActiveRun, estimator: Any) -> None:
    data = TrainingData.of(call)
    inputs: list[DatasetInput] = []
    if call.options.log_datasets:
        with call.step("datasets"):
            inputs = describe_data(data.X, data.y, "train")
            run.writer.log_inputs(inputs, (), synchronous=None)
    predictions = Predictions()
    if data.y is None:
        call.tell("No training metrics: %s was fitted without labels.", type(estimator).__name__)
    else:
        with call.step("predictions for training metrics"):
            predictions = predict(estimator, data)
        with call.step("training metrics"):
            found = training_metrics(call, estimator, data, predictions)
            run.writer.log_metrics(found, step=None, timestamp=None, synchronous=None)
        with call.step("plots"):
            defer_plots(call, run, estimator, data, predictions)
    with call.step("estimator.html"):
        _log_page(call, run, estimator)
    call.keep_model(run, estimator)
    if is_search(estimator):
        with call.step("search results"):
            log_search(call, run, estimator, estimator_tags, inputs)
    if getattr(call.options, "log_post_training_metrics", False):
        with call.step("post-training metrics"):
            record = remember_fit(estimator, run.writer)
            if call.function.__name__ != "fit":
                remember_predictions(record, call)
