"""Projects on this machine: a process group of their own, whose output is passed on and kept as the run's log."""

import os
import threading

from headwater.config import environment
from headwater.projects.backends.backend import Execution, Job, Outcome, find_backend
from headwater.projects.backends.process import ProcessGroup, describe_status
from headwater.projects.backends.settings import read_settings
from headwater.projects.project_log import ProjectLog
from headwater.protocol.runs import RunStatus


class LocalExecution:
    """A shell and everything that it started."""

    def __init__(self, job: Job) -> None:
        variables = {**environment(), **job.variables, **job.command.variables}
        variables["PATH"] = os.pathsep.join([*map(str, job.path), variables.get("PATH", os.defpath)])
        self._log = ProjectLog(job.writer, is_shown=job.is_shown)
        self._lock = threading.Lock()
        self._was_cancelled = False
        try:
            command = ["bash", "-c", job.command.text]
            self._group = ProcessGroup(command, folder=job.folder, variables=variables, log=self._log)
        except BaseException:
            self._log.close()
            raise

    def wait(self) -> Outcome:
        """Wait until the shell has ended and its output is kept; what it left behind is ended too."""
        code = self._group.wait()
        with self._lock:
            self._log.close()
        if self._was_cancelled:
            return Outcome(RunStatus.KILLED, "cancelled")
        return Outcome(RunStatus.FAILED, describe_status(code)) if code else Outcome(RunStatus.FINISHED)

    def cancel(self) -> None:
        """Ask the process group to end, and kill it if it does not in time."""
        self._was_cancelled = True
        self._group.cancel()


class LocalBackend:
    """Starts jobs as processes of this machine, and in its container engine if the project names an image."""

    is_elsewhere = False

    def start(self, job: Job) -> Execution:
        """Start the job's command in a shell.

        Raises `InvalidParameterValue` for options of images where there is none, `NotSupported` without bash.
        """
        if job.project.docker_env is not None:
            return find_backend("docker").start(job)
        read_settings("local", job.config, {})
        return LocalExecution(job)


BACKEND = LocalBackend()
