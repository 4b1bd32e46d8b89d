"""The estimators that a boosting library offers in scikit-learn's manner."""

from collections.abc import Callable, Iterator
from types import ModuleType

from headwater.flavors.boosting.data import describe_sets, find_sets
from headwater.flavors.sklearn_autolog.evaluation import remember_fit, watch_prediction, watch_score
from headwater.flavors.sklearn_autolog.training_data import TrainingData
from headwater.tracking.autolog import Call, Hook, Watch, Watcher
from headwater.tracking.autolog.runs import training_run

_WATCHERS: dict[str, Watcher] = {
    "predict": watch_prediction,
    "predict_proba": watch_prediction,
    "score": watch_score,
}


def estimator_hooks(module: ModuleType, watch_fit: Watcher) -> Iterator[Hook]:
    """Yield hooks for each class with a `fit` that a module defines."""
    for found in list(vars(module).values()):
        if not isinstance(found, type) or found.__module__ != module.__name__ or not hasattr(found, "fit"):
            continue
        for name, watcher in (("fit", watch_fit), *_WATCHERS.items()):
            inherited = name == "score" and hasattr(found, name)  # from a class of scikit-learn
            if inherited or name in vars(found):
                yield Hook(found, name, watcher)


def make_fit_watcher(pattern: str, own_name: str = "") -> Callable[[Call], Watch]:
    """Return what watches `fit`: the run, its data and the model; params and metrics come from the training within.

    `pattern` and `own_name` are those of `find_sets`.
    """

    def watch_fit(call: Call) -> Watch:
        estimator = call.args[0]
        with training_run(call) as run:
            if run is None:
                yield
                return
            data = TrainingData.of(call)
            with call.step("datasets"):
                describe_sets(call, run, (data.X, data.y), find_sets(call.arguments, pattern, own_name))
            yield
            if call.error is None:
                call.keep_model(run, estimator)
                with call.step("post-training metrics"):
                    remember_fit(estimator, run.writer)

    return watch_fit
