"""What a hyperparameter search logs besides its own fit: the table of candidates, and a child run for the best."""

import csv
import io
from collections.abc import Callable
from typing import Any

import numpy as np

from headwater.protocol.inputs import DatasetInput
from headwater.tracking.active import ActiveRun
from headwater.tracking.autolog import Call
from headwater.tracking.autolog.runs import child_run, log_new_params, log_params

Tags = Callable[[Any], dict[str, str]]


def is_search(estimator: Any) -> bool:
    """Return whether an estimator tries candidates: a grid, random or halving search."""
    from sklearn.model_selection._search import BaseSearchCV

    return isinstance(estimator, BaseSearchCV)


def log_search(call: Call, run: ActiveRun, search: Any, tags: Tags, inputs: list[DatasetInput]) -> None:
    """Log the best candidate, the table `cv_results.csv` and a child run for each of the best candidates."""
    if hasattr(search, "best_score_"):
        run.writer.log_metrics({"best_cv_score": search.best_score_}, step=None, timestamp=None, synchronous=None)
    if hasattr(search, "best_params_"):
        best = {f"best_{name}": value for name, value in search.best_params_.items()}
        log_new_params(call, run.writer, best)
    results: dict[str, Any] = search.cv_results_
    run.writer.log_bytes(_as_csv(results).encode(), "cv_results.csv")
    limit = getattr(call.options, "max_tuning_runs", None)
    candidates = _best_first(search, results)
    chosen = candidates if limit is None else candidates[:limit]
    call.tell(
        "Logging the best %d of %d candidates as child runs; cv_results.csv has all.", len(chosen), len(candidates)
    )
    for index in chosen:
        with call.step("child runs of a search"):
            _log_candidate(call, search, index, tags, inputs)


def _log_candidate(call: Call, search: Any, index: int, tags: Tags, inputs: list[DatasetInput]) -> None:
    from sklearn.base import clone

    results: dict[str, Any] = search.cv_results_
    estimator = clone(search.estimator).set_params(**clone(results["params"][index], safe=False))
    with child_run(call, tags(estimator)) as run:
        log_params(call, run.writer, estimator.get_params(deep=True))
        run.writer.log_inputs(inputs, (), synchronous=None)
        scores = {
            name: values[index]
            for name, values in results.items()
            if name.startswith(("mean_", "std_", "rank_")) and np.ndim(values[index]) == 0
        }
        run.writer.log_metrics(scores, step=None, timestamp=None, synchronous=None)


def _best_first(search: Any, results: dict[str, Any]) -> list[int]:
    wanted = f"rank_test_{search.refit}" if isinstance(search.refit, str) else "rank_test_score"
    ranks = results.get(wanted)
    if ranks is None:
        ranks = next((values for name, values in results.items() if name.startswith("rank_test_")), None)
    count = len(results["params"])
    order = list(range(count) if ranks is None else np.argsort(ranks, kind="stable"))
    if "iter" in results:  # of a halving search: the last rounds used the most data
        order.sort(key=lambda index: -int(results["iter"][index]))
    return [int(index) for index in order]


def _as_csv(results: dict[str, Any]) -> str:
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(results)
    masked = [
        np.ma.getmaskarray(np.ma.asarray(values)) if np.ma.isMaskedArray(values) else None
        for values in results.values()
    ]
    for index in range(len(results["params"])):
        table.writerow(
            [
                "" if mask is not None and mask[index] else values[index]
                for mask, values in zip(masked, results.values(), strict=True)
            ]
        )
    return text.getvalue()
