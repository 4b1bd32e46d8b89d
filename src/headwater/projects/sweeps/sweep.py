"""Sweep over a project or a function."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from headwater.projects.launch import choose_experiment
from headwater.projects.sweeps.coordinator import Coordinator, Watch
from headwater.projects.sweeps.parent import Parent, create_parent
from headwater.projects.sweeps.preparation import Prepared, Request, prepare, prepare_again
from headwater.projects.sweeps.trial import Sweep, Value
from headwater.tracking.active import active_run
from headwater.tracking.client import Client
from headwater.tracking.context import run_tags
from headwater.tracking.run import PARENT_RUN_TAG


def sweep(
    what: str | Path | Callable[..., object] | None = None,
    space: Mapping[str, Any] | str | Path | None = None,
    *,
    metric: str | None = None,
    direction: str | None = None,
    sampler: str | None = None,
    trials: int | None = None,
    parallel: int | None = None,
    seed: int | None = None,
    early_stopping: str | Mapping[str, Any] | None = None,
    parameters: Mapping[str, Value] | None = None,
    entry_point: str | None = None,
    version: str | None = None,
    experiment_name: str | None = None,
    experiment_id: str | None = None,
    run_name: str | None = None,
    env_manager: str | None = None,
    workers: str = "processes",
    resume: str | None = None,
    retry_failed: bool = False,
    watch: Watch | None = None,
) -> Sweep:
    """Try out a search space, each trial as a run below the run of the sweep, and return the best.

    An interrupt ends the trials that are live. Whatever ends the sweep, `resume` goes on with the missing trials.

    Args:
        what: a project (folder, git URL, zip archive), or a function, which is called with the values as keyword
            arguments within its run, and returns the metric, metrics by name, or nothing if it logs the metric.
        space: each parameter as `{"float": [low, high], "log": True}`, `{"int": [low, high], "step": 2}`, a list of
            values or one value; or the YAML file of all settings; default: the project's own table `sweep`.
        metric, direction, sampler, trials, parallel, seed, early_stopping, entry_point: replace what the table says.
        parameters: values that are fixed.
        version, env_manager: of the project, as for `headwater.projects.run`.
        experiment_name, experiment_id, run_name: of the run of the sweep.
        workers: "processes" or "threads" for a function; threads share memory and cannot be stopped early.
        resume: the run of a sweep to go on with; a function must be given again.
        retry_failed: of a resumed sweep, begin the failed trials again.
        watch: is called with all trials by number whenever one of them changes.

    Raises:
        InvalidParameterValue: something is wrong with space, settings, project or function; there is no run then.
        ExecutionException: no trial is complete; the first five all failed.
        ResourceConflict: the sweep to resume is carried out by another process.
        NotSupported: Optuna is not installed.

    Example:
        >>> def train(alpha, depth):
        ...     return (alpha - 0.3) ** 2 + depth
        >>> space = {"alpha": {"float": [0, 1]}, "depth": {"int": [2, 10]}}
        >>> found = hw.projects.sweep(train, space, metric="loss", trials=40, parallel=4)
        >>> found.best_params
        {'alpha': 0.29, 'depth': 2}
    """
    given = {
        "metric": metric,
        "direction": direction,
        "sampler": sampler,
        "trials": trials,
        "parallel": parallel,
        "seed": seed,
        "early_stopping": early_stopping,
        "entry_point": entry_point,
    }
    settings = {key: value for key, value in given.items() if value is not None}
    source = {"version": version, "env_manager": env_manager}
    asked = Request(what, space, settings, dict(parameters or {}), {k: v for k, v in source.items() if v}, workers)
    client = Client()
    if resume:
        prepared = prepare_again(client, asked, resume)
        run_id = resume
    else:
        prepared = prepare(client, asked)
        experiment = choose_experiment(client, experiment_name, experiment_id)
        run_id = create_parent(client, experiment, run_name, _tags(prepared))
    parent = Parent(client, run_id, prepared.definition)
    parent.take(prepared.record)
    run = client.get_run(run_id)
    told = watch or (lambda _trials: None)
    coordinator = Coordinator(client, run, parent, prepared.definition, prepared.attempts, told)
    coordinator.restore(retry_failed=retry_failed)
    return coordinator.carry_out()


def _tags(prepared: Prepared) -> dict[str, str]:
    outer = active_run()
    tags = {**run_tags(), PARENT_RUN_TAG: outer.info.run_id if outer else ""}
    if prepared.uri:
        tags |= {"mlflow.source.name": prepared.uri, "mlflow.source.type": "PROJECT"}
    return {key: value for key, value in tags.items() if value}
