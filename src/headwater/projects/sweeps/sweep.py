"""Sweep over a project or a function."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypedDict, Unpack

from headwater.projects.launch import choose_experiment, read_backend_config
from headwater.projects.sweeps.coordinator import Coordinator, Watch
from headwater.projects.sweeps.definition import SETTINGS
from headwater.projects.sweeps.parent import Parent, create_parent
from headwater.projects.sweeps.preparation import Prepared, Request, prepare, prepare_again
from headwater.projects.sweeps.trial import Sweep, Value
from headwater.tracking.active import active_run
from headwater.tracking.client import Client
from headwater.tracking.context import run_tags
from headwater.tracking.run import PARENT_RUN_TAG


class SweepOptions(TypedDict, total=False):
    """How a sweep is done; what is given replaces what the table of the search space says.

    Attributes:
        metric: of each trial's run, that is optimized.
        direction: "minimize" or "maximize".
        sampler: "tpe", "random" or "grid".
        trials: how many.
        parallel: how many at once.
        seed: of the sampler.
        early_stopping: what ends hopeless trials: its type, or a mapping of the type and its settings.
        parameters: values that are fixed.
        entry_point: of the project.
        version: branch, tag or commit of the project.
        env_manager: as for `headwater.projects.run`.
        experiment_name: where; created if there is none.
        experiment_id: where; default: the active experiment.
        run_name: of the run of the sweep.
        backend: where trials of a project run, as for `headwater.projects.run`.
        backend_config: what the backend takes.
        workers: "processes" or "threads" for a function, or the clusters "ray" and "dask"; threads share memory, and
            neither they nor tasks of Dask can be ended early.
        resources: what each trial takes of a cluster, such as `{"num_gpus": 1}` for Ray.
        watch: is called with all trials by number whenever one of them changes.
    """

    metric: str | None
    direction: str | None
    sampler: str | None
    trials: int | None
    parallel: int | None
    seed: int | None
    early_stopping: str | Mapping[str, Any] | None
    parameters: Mapping[str, Value] | None
    entry_point: str | None
    version: str | None
    env_manager: str | None
    experiment_name: str | None
    experiment_id: str | None
    run_name: str | None
    backend: str | None
    backend_config: Mapping[str, Any] | str | Path | None
    workers: str
    resources: Mapping[str, Any] | None
    watch: Watch | None


def sweep(
    what: str | Path | Callable[..., object] | None = None,
    space: Mapping[str, Any] | str | Path | None = None,
    *,
    resume: str | None = None,
    retry_failed: bool = False,
    **options: Unpack[SweepOptions],
) -> Sweep:
    """Try out a search space, each trial as a run below the run of the sweep, and return what came of it.

    An interrupt ends the trials that are live. Whatever ends the sweep, `resume` goes on with the missing trials.

    Args:
        what: a project (folder, git URL, zip archive), or a function, which is called with the values as keyword
            arguments within its run, and returns the metric, metrics by name, or nothing if it logs the metric.
        space: each parameter as `{"float": [low, high], "log": True}`, `{"int": [low, high], "step": 2}`, a list of
            values or one value; or the YAML file of all settings; default: the project's own table `sweep`.
        resume: the run of a sweep to go on with; a function must be given again.
        retry_failed: of a resumed sweep, begin the failed trials again.
        options: see `SweepOptions`.

    Raises:
        InvalidParameterValue: something is wrong with space, settings, project or function; there is no run then.
        ExecutionException: no trial is complete, or the first five all failed.
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
    asked = _read_request(what, space, options)
    client = Client()
    if resume:
        prepared, run_id = prepare_again(client, asked, resume), resume
    else:
        prepared = prepare(client, asked)
        experiment = choose_experiment(client, options.get("experiment_name"), options.get("experiment_id"))
        run_id = create_parent(client, experiment, options.get("run_name"), _tags(prepared))
    parent = Parent(client, run_id, prepared.study.definition)
    parent.take(prepared.record)
    watch = options.get("watch") or (lambda _trials: None)
    coordinator = Coordinator(client, client.get_run(run_id), parent, prepared.study, prepared.attempts, watch)
    return coordinator.carry_out(retry_failed=retry_failed)


def _read_request(
    what: str | Path | Callable[..., object] | None, space: Mapping[str, Any] | str | Path | None, options: SweepOptions
) -> Request:
    if unknown := options.keys() - SweepOptions.__annotations__.keys():
        raise TypeError(f"sweep() takes no '{min(unknown)}'; it takes {', '.join(SweepOptions.__annotations__)}.")
    given = {key: value for key, value in options.items() if value is not None}
    settings = {key: value for key, value in given.items() if key in SETTINGS}
    source = {key: given[key] for key in ("version", "env_manager", "backend", "backend_config") if given.get(key)}
    if config := options.get("backend_config"):
        source["backend_config"] = read_backend_config(config)
    fixed = dict(options.get("parameters") or {})
    workers, resources = options.get("workers", "processes"), options.get("resources") or {}
    return Request(what, space, settings, fixed, source, workers, resources)


def _tags(prepared: Prepared) -> dict[str, str]:
    outer = active_run()
    tags = {**run_tags(), PARENT_RUN_TAG: outer.info.run_id if outer else ""}
    if prepared.uri:
        tags |= {"mlflow.source.name": prepared.uri, "mlflow.source.type": "PROJECT"}
    return {key: value for key, value in tags.items() if value}
