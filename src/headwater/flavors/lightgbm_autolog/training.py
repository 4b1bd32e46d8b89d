"""What one call of `lightgbm.train` logs, be it the user's or that of an estimator's `fit`."""

from typing import Any

from headwater.flavors.boosting.data import describe_sets
from headwater.flavors.boosting.importance import log_importance
from headwater.flavors.boosting.rounds import Rounds
from headwater.tracking.active import ActiveRun
from headwater.tracking.autolog import Call, Watch
from headwater.tracking.autolog.runs import log_new_params, training_run

_NOT_PARAMS = {
    "params",
    "train_set",
    "valid_sets",
    "valid_names",
    "fobj",
    "feval",
    "init_model",
    "feature_name",
    "categorical_feature",
    "evals_result",
    "learning_rates",
    "callbacks",
}
_IMPORTANCE_TYPES = ("split", "gain")
_BEFORE_STOPPING = 15  # early stopping has 30 and ends a round


def watch_train(call: Call) -> Watch:
    """Log the params before a training, the metrics of each round, and importances and the booster after it."""
    with training_run(call) as run:
        if run is None:
            yield
            return
        with call.step("params"):
            params = {key: value for key, value in call.settings.items() if key not in _NOT_PARAMS}
            log_new_params(call, run.writer, {**(call.arguments.get("params") or {}), **params})
        if call.outer is None:
            with call.step("datasets"):
                _describe(call, run)
        rounds = Rounds(call, run)
        with call.step("metrics of rounds"):
            call.give("callbacks", [*(call.arguments.get("callbacks") or ()), _Recorder(rounds)])
        yield
        if call.error is None:
            _log_trained(call, run, rounds)


class _Recorder:
    """A callback that records each round."""

    order = _BEFORE_STOPPING
    before_iteration = False

    def __init__(self, rounds: Rounds) -> None:
        self._rounds = rounds

    def __call__(self, env: Any) -> None:
        if env.evaluation_result_list:
            self._rounds.record(env.iteration, [tuple(result[:3]) for result in env.evaluation_result_list])


def _log_trained(call: Call, run: ActiveRun, rounds: Rounds) -> None:
    booster = call.result
    if booster.best_iteration > 0:  # it looked for the best one, to stop early
        with call.step("best iteration"):
            rounds.log_best(booster.best_iteration, first=1)
    with call.step("feature importance"):
        names = booster.feature_name()
        for kind in _IMPORTANCE_TYPES:
            importance = booster.feature_importance(importance_type=kind).tolist()
            log_importance(call, run, kind, dict(zip(names, importance, strict=True)))
    if call.outer is None:
        call.keep_model(run, booster)


def _describe(call: Call, run: ActiveRun) -> None:
    given = call.arguments
    train, evaluated = given["train_set"], given.get("valid_sets") or ()
    sets: list[Any] = [evaluated] if hasattr(evaluated, "get_label") else list(evaluated)
    names = given.get("valid_names") or ()
    listed = [names] if isinstance(names, str) else list(names)
    for number in range(len(listed), len(sets)):
        listed.append("training" if sets[number] is train else f"valid_{number}")
    named = [(name, data.data, data.label) for name, data in zip(listed, sets, strict=False)]
    describe_sets(call, run, (train.data, train.label), named)
