"""A job that consists of steps, such as building, submitting and following, any of which can be cancelled."""

import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from headwater.config import environment
from headwater.projects.backends.backend import Job, Outcome
from headwater.projects.backends.process import ProcessGroup
from headwater.projects.project_log import ProjectLog
from headwater.protocol.errors import HeadwaterError, NotSupported
from headwater.protocol.runs import RunStatus

_QUERY_TIMEOUT_S = 60.0


class Cancelled(Exception):
    """The job was cancelled: clean up and let it pass."""


@dataclass(frozen=True)
class Answer:
    """What a short program said."""

    code: int
    out: str
    err: str


class Steps:
    """What the steps of a job are made of; each raises `Cancelled` once the job is cancelled."""

    def __init__(self, log: ProjectLog) -> None:
        self.log = log
        self._is_cancelled = threading.Event()
        self._lock = threading.Lock()
        self._current: ProcessGroup | None = None

    def run(self, command: Sequence[str], *, folder: Path, variables: Mapping[str, str]) -> int:
        """Run a program whose output is the project's, with variables besides this process's; return its status."""
        with self._lock:
            self.check()
            group = ProcessGroup(command, folder=folder, variables={**environment(), **variables}, log=self.log)
            self._current = group
        code = group.wait()
        with self._lock:
            self._current = None
        self.log.join()
        self.check()
        return code

    def pause(self, seconds: float) -> None:
        """Wait, but not once the job is cancelled."""
        self._is_cancelled.wait(seconds)
        self.check()

    def check(self) -> None:
        """Raise `Cancelled` if the job is."""
        if self._is_cancelled.is_set():
            raise Cancelled

    def cancel(self) -> None:
        """Cancel the job: end the program that runs, if one does, and let the next step raise."""
        with self._lock:
            self._is_cancelled.set()
            current = self._current
        if current is not None:
            current.cancel()


class StepsExecution:
    """An execution that does its work in `wait`, step by step."""

    def __init__(self, job: Job, work: Callable[[Steps], Outcome]) -> None:
        self._steps = Steps(ProjectLog(job.writer, is_shown=job.is_shown))
        self._work = work

    def wait(self) -> Outcome:
        """Do the work and return how it ended; an error of ours or the system's is the reason of a failure."""
        log = self._steps.log
        try:
            outcome = self._work(self._steps)
            if outcome.reason:
                log.say(outcome.reason)
        except Cancelled:
            outcome = Outcome(RunStatus.KILLED, "cancelled")
        except (HeadwaterError, OSError) as error:
            outcome = Outcome(RunStatus.FAILED, str(error))
            log.say(outcome.reason)
        finally:
            log.close()
        return outcome

    def cancel(self) -> None:
        """Let the work end; it cleans up in `wait`."""
        self._steps.cancel()


def ask(command: Sequence[str], *, advice: str, variables: Mapping[str, str] | None = None) -> Answer:
    """Run a program that answers at once, and return what it said.

    Raises `NotSupported` with the advice if it is not installed, and `HeadwaterError` if it does not answer in time.
    """
    try:
        done = subprocess.run(
            command,
            env={**environment(), **(variables or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=_QUERY_TIMEOUT_S,
        )
    except FileNotFoundError as error:
        raise NotSupported(f"The program '{command[0]}' is not installed. {advice}") from error
    except subprocess.TimeoutExpired as error:
        raise HeadwaterError(f"'{command[0]}' did not answer within {_QUERY_TIMEOUT_S:g} s. Try again.") from error
    return Answer(done.returncode, done.stdout, done.stderr)
