"""A run of a project that was started."""

import contextlib
import threading

from headwater import config
from headwater.projects.backends.backend import Execution
from headwater.protocol.errors import HeadwaterError
from headwater.protocol.runs import RunStatus
from headwater.tracking.client import Client
from headwater.tracking.session import current_session


class SubmittedRun:
    """An execution of a project: wait for it, ask for its status, or end it. Thread-safe.

    A program that ends waits for the runs that it submitted.

    Example:
        >>> submitted = hw.projects.run(".", parameters={"alpha": 0.5}, synchronous=False)
        >>> submitted.get_status()
        'RUNNING'
        >>> submitted.wait()
        True
    """

    def __init__(self, run_id: str, execution: Execution | None, client: Client) -> None:
        self.run_id = run_id
        self._client = client
        self._was_successful = execution is None  # an earlier run that is reused
        self._was_cancelled = False
        self._is_over = threading.Event()  # not the thread's own state, which an interrupted join spoils
        if execution is None:
            self._is_over.set()
            return
        self._execution = execution
        threading.Thread(target=self._follow, name=f"headwater-project-{run_id}").start()

    def wait(self) -> bool:
        """Wait until it has ended and return whether it was successful.

        An interrupt of this program ends it, too.
        """
        try:
            self._is_over.wait()
        except BaseException:
            self.cancel()
            raise
        return self._was_successful

    def get_status(self) -> str:
        """Return "RUNNING", "FINISHED", "FAILED" or "KILLED"."""
        if not self._is_over.is_set():
            return str(RunStatus.RUNNING)
        if self._was_cancelled:
            return str(RunStatus.KILLED)
        return str(RunStatus.FINISHED if self._was_successful else RunStatus.FAILED)

    def cancel(self) -> None:
        """End it, with everything that it started, and return once its run is KILLED.

        One that has ended stays as it is.
        """
        if not self._is_over.is_set():
            self._was_cancelled = True
            self._execution.cancel()
            self._is_over.wait()

    def _follow(self) -> None:
        try:
            self._was_successful = self._execution.wait()
        finally:
            ended = RunStatus.FINISHED if self._was_successful else RunStatus.FAILED
            self._client.set_terminated(self.run_id, RunStatus.KILLED if self._was_cancelled else ended)
            with contextlib.suppress(HeadwaterError):  # it stays in the journal, for `headwater sync`
                current_session().flush(float(config.EXIT_TIMEOUT_S.get()))
            self._is_over.set()
