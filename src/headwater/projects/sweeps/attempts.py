"""Attempts: how the trial of a point is carried out, as a process of its own or as a thread of this one."""

import json
import logging
import shlex
import sys
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace
from os import pathsep
from pathlib import Path
from typing import Any, Protocol

from headwater.projects.backends import Job, find_backend
from headwater.projects.command import Command, make_command
from headwater.projects.launch import create_run
from headwater.projects.parameters import choose_values
from headwater.projects.plan import Plan, name_run, start_plan
from headwater.projects.project_file import Project
from headwater.projects.submitted import SubmittedRun
from headwater.projects.sweeps.trial import Value
from headwater.projects.sweeps.worker import Call, carry_out
from headwater.tracking.artifact_files import temporary_folder
from headwater.tracking.client import Client
from headwater.tracking.context import run_tags
from headwater.tracking.writer import RunWriter

_WORKER = "import sys; from headwater.projects.sweeps.worker import main; main(sys.argv[1:])"
_log = logging.getLogger(__name__)


class Attempt(Protocol):
    """The execution of one trial."""

    def wait(self) -> bool:
        """Wait until it has ended and return whether it was successful."""

    def cancel(self) -> None:
        """End it and return once that is done."""


class Attempts(Protocol):
    """What a sweep tries: a project or a function."""

    def create_run(self, experiment_id: str, params: Mapping[str, Value], name: str, tags: Mapping[str, str]) -> str:
        """Create the run of a trial, with its params, and return its id."""

    def start(self, run_id: str, params: Mapping[str, Value]) -> Attempt:
        """Start the trial as that run and return at once."""

    def close(self) -> None:
        """Let go of what trials were carried out with, once all have ended."""


class ProjectAttempts:
    """Trials that are runs of a project: its code is fetched and its environment made once.

    Args:
        client: of the store of the runs.
        plan: of the project, with any values.
        backend: the name of where trials run.
        config: what the backend takes.
    """

    def __init__(self, client: Client, plan: Plan, backend: str, config: Mapping[str, Any]) -> None:
        self._client = client
        self._plan = plan
        self._backend = backend
        self._config = config

    def create_run(self, experiment_id: str, params: Mapping[str, Value], name: str, tags: Mapping[str, str]) -> str:
        """Create the run of a trial."""
        return create_run(self._client, self._with(params), None, experiment_id, name, self._backend, tags)

    def start(self, run_id: str, params: Mapping[str, Value]) -> Attempt:
        """Start the project's command; what it prints is the run's log only."""
        where = find_backend(self._backend)
        return start_plan(self._client, run_id, self._with(params), where, self._config, is_shown=False)

    def close(self) -> None:
        """Do nothing: each trial ended by itself."""

    def _with(self, params: Mapping[str, Value]) -> Plan:
        values = choose_values(self._plan.point, params, self._plan.source.folder)
        make_command(self._plan.point, values)
        return replace(self._plan, values=values)


class FunctionRuns:
    """The runs of trials that call a function."""

    def __init__(self, client: Client, call: Call) -> None:
        self._client = client
        self._call = call

    def create_run(self, experiment_id: str, params: Mapping[str, Value], name: str, tags: Mapping[str, str]) -> str:
        """Create the run of a trial."""
        run_id = self._client.create_run(experiment_id, tags={**run_tags(), **tags}, run_name=name).info.run_id
        RunWriter(self._client.tracking_uri, run_id).log_params(params, synchronous=True)
        return run_id

    def close(self) -> None:
        """Do nothing: each trial ended by itself."""


class FunctionProcesses(FunctionRuns):
    """Trials that call a function in a process of their own."""

    def __init__(self, client: Client, call: Call) -> None:
        import cloudpickle  # loaded by those who sweep over functions

        super().__init__(client, call)
        self._file = temporary_folder() / "call.pickle"
        self._file.write_bytes(cloudpickle.dumps(call))

    def start(self, run_id: str, params: Mapping[str, Value]) -> Attempt:
        """Start a Python that finds the same modules as this one."""
        words = [sys.executable, "-c", _WORKER, str(self._file), json.dumps(dict(params))]
        path = pathsep.join(place or str(Path.cwd()) for place in sys.path)
        variables = {**name_run(self._client, run_id), "PYTHONPATH": path}
        folder = Path.cwd()
        command = Command(f"exec {shlex.join(words)}")
        writer = RunWriter(self._client.tracking_uri, run_id)
        job = Job(writer, Project(folder), command, folder, variables, is_shown=False)
        return SubmittedRun(run_id, find_backend("local").start(job), self._client)


class FunctionThreads(FunctionRuns):
    """Trials that call a function in a thread, which nothing can end."""

    def start(self, run_id: str, params: Mapping[str, Value]) -> Attempt:
        """Start the thread."""
        experiment_id = self._client.get_run(run_id).info.experiment_id
        thread = ThreadPoolExecutor(1, thread_name_prefix="headwater-trial")
        called = thread.submit(carry_out, self._call, params, run_id, experiment_id)
        thread.shutdown(wait=False)
        return ThreadAttempt(run_id, called)


class ThreadAttempt:
    """A call in a thread."""

    def __init__(self, run_id: str, called: "Future[None]") -> None:
        self._run_id = run_id
        self._called = called

    def wait(self) -> bool:
        """Wait until the call has returned, or raised, which is logged."""
        error = self._called.exception()
        if error is not None:
            _log.warning("The trial of run '%s' failed.", self._run_id, exc_info=error)
        return error is None

    def cancel(self) -> None:
        """Wait until the call has returned."""
        wait([self._called])
