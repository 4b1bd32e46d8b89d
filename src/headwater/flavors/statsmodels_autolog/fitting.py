"""What a fit of statsmodels logs: its arguments before it; statistics, summary and results after it."""

import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import numpy as np

from headwater.flavors.sklearn_autolog.data import describe_data
from headwater.tracking.active import ActiveRun
from headwater.tracking.autolog import Call, Hook, Watch
from headwater.tracking.autolog.runs import log_new_params, training_run

METRICS = (
    "aic",
    "bic",
    "centered_tss",
    "condition_number",
    "df_model",
    "df_resid",
    "ess",
    "f_pvalue",
    "fvalue",
    "llf",
    "mse_model",
    "mse_resid",
    "mse_total",
    "rsquared",
    "rsquared_adj",
    "scale",
    "ssr",
    "uncentered_tss",
)
"""Attributes of results; each kind of results has some of them."""

_SUMMARY = "model_summary.txt"
_SEARCHES = ("pmdarima.",)
"""Libraries that fit many models to choose one: a run for each would be noise."""


def find_hooks(module: ModuleType) -> Iterator[Hook]:
    """Yield a hook for the `fit` of each model that a module defines."""
    model = getattr(sys.modules.get("statsmodels.base.model"), "Model", None)
    if model is None:
        return
    for found in list(vars(module).values()):
        is_own = isinstance(found, type) and found.__module__ == module.__name__
        if is_own and issubclass(found, model) and "fit" in vars(found):
            yield Hook(found, "fit", watch_fit)


def watch_fit(call: Call) -> Watch:
    """Log one outermost `fit`."""
    if str(call.caller.f_globals.get("__name__")).startswith(_SEARCHES):
        yield
        return
    with training_run(call) as run:
        if run is None:
            yield
            return
        with call.step("params"):
            params = {key: value for key, value in call.settings.items() if key != "self"}
            log_new_params(call, run.writer, params)
        yield
        if call.error is None:
            _log_fitted(call, run, call.result)


def _log_fitted(call: Call, run: ActiveRun, results: Any) -> None:
    if call.options.log_datasets:
        with call.step("datasets"):
            run.writer.log_inputs(_describe(call.args[0].data), (), synchronous=None)
    metrics: dict[str, float] = {}
    for name in METRICS:
        with call.step(f"metric {name}"):
            value = _read(results, name)
            if isinstance(value, int | float | np.number) and not isinstance(value, bool):
                metrics[name] = float(value)
    with call.step("metrics"):
        run.writer.log_metrics(metrics, step=None, timestamp=None, synchronous=None)
    if hasattr(results, "summary"):
        with call.step(_SUMMARY):
            summary = results.summary()
            text = summary.as_text() if hasattr(summary, "as_text") else str(summary)
            run.writer.log_bytes(text.encode(), _SUMMARY)
    call.keep_model(run, results)


def _read(results: Any, name: str) -> Any:
    """Return a statistic; None for one that results of this kind do not have."""
    try:
        return getattr(results, name, None)
    except (NotImplementedError, ValueError):
        return None


def _describe(data: Any) -> Any:
    """Return the data of a model as the user gave them: the frame of a formula, else the arrays."""
    frame = getattr(data, "frame", None)
    features = data.orig_exog if frame is None else frame
    return describe_data(data.orig_endog if features is None else features, data.orig_endog, "train")
