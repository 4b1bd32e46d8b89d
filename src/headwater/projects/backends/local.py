"""Projects on this machine: a process group of their own, whose output is passed on and kept as the run's log."""

import contextlib
import os
import signal
import subprocess
import threading

from headwater.config import environment
from headwater.projects.backends.backend import Execution, Job
from headwater.projects.child_log import ChildLog
from headwater.protocol.errors import NotSupported

GRACE_S = 10.0


class LocalExecution:
    """A shell and everything that it started."""

    def __init__(self, process: "subprocess.Popen[bytes]", log: ChildLog) -> None:
        self._process = process
        self._log = log
        self._lock = threading.Lock()
        self._was_cancelled = False

    def wait(self) -> bool:
        """Wait until the shell has ended and its output is kept; what it left behind is ended too."""
        code = self._process.wait()
        with self._lock:
            self._end_group(signal.SIGTERM)
            self._log.close()
        return code == 0 and not self._was_cancelled

    def cancel(self) -> None:
        """Ask the process group to end, and kill it if it does not in time."""
        self._was_cancelled = True
        self._end_group(signal.SIGTERM)
        try:
            self._process.wait(GRACE_S)
        except subprocess.TimeoutExpired:
            self._end_group(signal.SIGKILL)
            self._process.wait()

    def _end_group(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)


class LocalBackend:
    """Starts jobs as processes of this machine."""

    def start(self, job: Job) -> Execution:
        """Start the job's command in a shell.

        Raises `NotSupported` for a project that wants to run in an image, and without bash.
        """
        if job.project.docker_env is not None or job.config.keys() & {"docker_args", "build_image", "docker_auth"}:
            raise NotSupported("A project that runs in an image needs a backend for images, which is a plugin.")
        variables = {**environment(), **job.variables, **job.command.variables}
        variables["PATH"] = os.pathsep.join([*map(str, job.path), variables.get("PATH", os.defpath)])
        try:
            process = subprocess.Popen(
                ["bash", "-c", job.command.text],
                cwd=job.folder,
                env=variables,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        except FileNotFoundError as error:
            raise NotSupported("Commands of projects are texts for bash, which is not installed.") from error
        return LocalExecution(process, ChildLog(job.writer, process, is_shown=job.is_shown))


BACKEND = LocalBackend()
