"""An execution of a project that was checked, and its start."""

import logging
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextvars import copy_context
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from headwater.config import home
from headwater.environments import Description
from headwater.projects.backends import Backend, Job
from headwater.projects.command import find_entry_point, make_command
from headwater.projects.environment import DOCKER, LOCAL, choose_manager, describe_environment, find_modules, prepare
from headwater.projects.parameters import choose_values, resolve_values
from headwater.projects.project_file import EntryPoint, Project, read_project
from headwater.projects.record import RECORD_FILE, ProjectRecord
from headwater.projects.source import Source, fetch_source
from headwater.projects.submitted import SubmittedRun
from headwater.protocol.runs import RunStatus
from headwater.tracking.artifacts import download_artifacts
from headwater.tracking.client import Client
from headwater.tracking.context import without_credentials
from headwater.tracking.writer import RunWriter

_log = logging.getLogger(__name__)
_LIVE = {"PYTHONUNBUFFERED": "1"}
"""Lets Python pass on each line at once, as on a terminal: its output goes into a pipe here, which it fills first."""


@dataclass(frozen=True)
class Plan:
    """What will be run.

    Attributes:
        source: the code.
        project: what the code says about how it is run.
        point: what is run of it.
        values: of its parameters.
        environment: that it runs in, None for this process's.
        manager: what makes the environment.
        variables: for the command's environment, besides those that name the run.
    """

    source: Source
    project: Project
    point: EntryPoint
    values: dict[str, str]
    environment: Description | None
    manager: str
    variables: dict[str, str] = field(default_factory=dict)


def make_plan(uri: str, entry_point: str, version: str, parameters: Mapping[str, object], env_manager: str) -> Plan:
    """Fetch a project and check everything that can be checked before there is a run."""
    manager = choose_manager(env_manager)
    _log.info("=== Fetching project from %s ===", without_credentials(uri))
    return plan_source(fetch_source(uri, version), entry_point, parameters, manager)


def plan_source(
    source: Source,
    entry_point: str,
    parameters: Mapping[str, object],
    manager: str,
    environment: Description | None = None,
) -> Plan:
    """Check what is to be run of code that is here; `environment` replaces what the project says about its own."""
    project = read_project(source.folder)
    point = find_entry_point(project, entry_point)
    values = choose_values(point, parameters, source.folder)
    make_command(point, values)
    if project.docker_env is not None:
        environment, manager = None, DOCKER
    elif environment is None and manager != LOCAL:
        environment = describe_environment(project, point, manager)
    return Plan(source, project, point, values, environment, manager)


def start_plan(
    client: Client,
    run_id: str,
    plan: Plan,
    backend: Backend,
    config: Mapping[str, Any],
    storage_dir: str | Path | None = None,
    *,
    is_shown: bool = True,
) -> SubmittedRun:
    """Start a plan as an existing run, which is FAILED if that cannot be done; pass on its output if `is_shown`.

    An interrupt meanwhile ends what was started, and the run is KILLED.
    """
    try:
        return _start(client, run_id, plan, backend, config, storage_dir, is_shown=is_shown)
    except BaseException as error:
        client.set_terminated(run_id, RunStatus.FAILED if isinstance(error, Exception) else RunStatus.KILLED)
        raise


def _start(
    client: Client,
    run_id: str,
    plan: Plan,
    backend: Backend,
    config: Mapping[str, Any],
    storage_dir: str | Path | None,
    *,
    is_shown: bool,
) -> SubmittedRun:
    storage = Path(storage_dir) if storage_dir else home() / "projects" / "downloads" / run_id
    command = make_command(plan.point, resolve_values(plan.point, plan.values, plan.source.folder, storage, _download))
    variables = {**_LIVE, **name_run(client, run_id), **plan.variables}
    writer = RunWriter(client.tracking_uri, run_id)
    is_elsewhere = backend.is_elsewhere or plan.manager == DOCKER
    path, installed = ((), plan.environment or Description()) if is_elsewhere else prepare(plan.environment)
    if not is_elsewhere:
        variables |= find_modules(plan.source.folder)
    writer.log_bytes(_record(plan, installed), RECORD_FILE, synchronous=False)
    job = Job(
        writer=writer,
        project=plan.project,
        command=command,
        folder=plan.source.folder,
        variables=variables,
        path=path,
        environment=plan.environment,
        commit=plan.source.commit,
        config=config,
        is_shown=is_shown,
    )
    if is_shown:
        _log.info("=== Running command '%s' in run with ID '%s' ===", command.shown, run_id)
    return _start_whole(lambda: SubmittedRun(run_id, backend.start(job), client))


def _start_whole(start: Callable[[], SubmittedRun]) -> SubmittedRun:
    """Start in a thread of its own: an interrupt, which only the main thread gets, leaves nothing half started."""
    future: Future[SubmittedRun] = Future()
    context = copy_context()
    try:
        threading.Thread(target=lambda: context.run(_fulfil, future, start), name="headwater-project-start").start()
        return future.result()
    except BaseException:
        if not future.cancel() and future.exception() is None:  # it has begun, and ends now
            future.result().cancel()
        raise


def _fulfil(future: "Future[SubmittedRun]", start: Callable[[], SubmittedRun]) -> None:
    if future.set_running_or_notify_cancel():
        try:
            future.set_result(start())
        except BaseException as error:  # noqa: BLE001 - raised by whoever waits for it
            future.set_exception(error)


def name_run(client: Client, run_id: str) -> dict[str, str]:
    """Return the variables by which a process finds the run that it is."""
    experiment_id = client.get_run(run_id).info.experiment_id
    place = {"RUN_ID": run_id, "TRACKING_URI": client.tracking_uri, "EXPERIMENT_ID": experiment_id}
    return {f"{prefix}_{name}": value for prefix in ("HEADWATER", "MLFLOW") for name, value in place.items()}


def _record(plan: Plan, installed: Description) -> bytes:
    record = ProjectRecord(
        uri=plan.source.uri,
        entry_point=plan.point.name,
        parameters=plan.values,
        commit=plan.source.commit,
        python=installed.python,
        installed=list(installed.requirements),
        conda=plan.environment.conda if plan.environment else "",
        remote=plan.source.remote,
        inside=plan.source.inside,
    )
    return msgspec.json.format(msgspec.json.encode(record), indent=1)


def _download(uri: str, target: Path) -> Path:
    return Path(download_artifacts(uri, dst_path=target))
