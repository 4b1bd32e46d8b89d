"""What one call of `xgboost.train` logs, be it the user's or that of an estimator's `fit`."""

from typing import Any

from headwater.flavors.boosting.data import describe_sets
from headwater.flavors.boosting.importance import log_importance
from headwater.flavors.boosting.rounds import Rounds
from headwater.tracking.active import ActiveRun
from headwater.tracking.autolog import Call, Watch
from headwater.tracking.autolog.runs import log_new_params, training_run

_NOT_PARAMS = {"params", "dtrain", "evals", "obj", "evals_result", "xgb_model", "callbacks", "feval"}
_MAX_DESCRIBED = 25_000_000
"""Values; XGBoost gives its data out as a copy, which takes longer than training on larger ones should wait."""


def watch_train(call: Call) -> Watch:
    """Log the params before a training, the metrics of each round, and importances and the booster after it."""
    with training_run(call) as run:
        if run is None:
            yield
            return
        with call.step("params"):
            params = {key: value for key, value in call.settings.items() if key not in _NOT_PARAMS}
            log_new_params(call, run.writer, {**dict(call.arguments.get("params") or {}), **params})
        if call.outer is None:
            with call.step("datasets"):
                _describe(call, run)
        rounds = Rounds(call, run)
        with call.step("metrics of rounds"):
            call.give("callbacks", [_make_callback(rounds), *(call.arguments.get("callbacks") or ())])
        yield
        if call.error is None:
            _log_trained(call, run, rounds)


def _log_trained(call: Call, run: ActiveRun, rounds: Rounds) -> None:
    booster = call.result
    if _stops_early(call):
        with call.step("best iteration"):
            rounds.log_best(int(booster.best_iteration))
    for kind in getattr(call.options, "importance_types", ()):
        with call.step("feature importance"):
            log_importance(call, run, kind, booster.get_score(importance_type=kind))
    if call.outer is None:
        call.keep_model(run, booster)


def _stops_early(call: Call) -> bool:
    from xgboost.callback import EarlyStopping

    given = call.arguments
    return given.get("early_stopping_rounds") is not None or any(
        isinstance(callback, EarlyStopping) for callback in given.get("callbacks") or ()
    )


def _describe(call: Call, run: ActiveRun) -> None:
    if not call.options.log_datasets:
        return
    given = call.arguments
    evaluated = [(name, _read(data), None) for data, name in given.get("evals") or ()]
    describe_sets(call, run, (_read(given["dtrain"]), None), evaluated)


def _read(matrix: Any) -> Any:
    """Return the features of a matrix as an array; None if they are too many."""
    return matrix.get_data().toarray() if matrix.num_row() * matrix.num_col() <= _MAX_DESCRIBED else None


def _make_callback(rounds: Rounds) -> Any:
    """Return a callback that records each round; it stands first, since one that stops hides those after it."""
    from xgboost.callback import TrainingCallback

    class RoundCallback(TrainingCallback):  # type: ignore[misc] # XGBoost has no types
        def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:  # noqa: ARG002 - XGBoost gives it
            values = [(data, metric, log[-1]) for data, logs in evals_log.items() for metric, log in logs.items()]
            if values:
                rounds.record(epoch, values)
            return False

    return RoundCallback()
