"""A run of a project that was started."""

import contextlib
import threading

from headwater import config
from headwater.projects.backends.backend import Execution, Outcome
from headwater.protocol.errors import HeadwaterError
from headwater.protocol.runs import RunStatus
from headwater.tracking.client import Client
from headwater.tracking.session import current_session

FAILURE_TAG = "headwater.project.failure"


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
        self._outcome = Outcome(RunStatus.FAILED if execution else RunStatus.FINISHED)  # of an earlier run, if reused
        self._was_cancelled = False
        self._is_over = threading.Event()  # not the thread's own state, which an interrupted join spoils
        if execution is None:
            self._is_over.set()
            return
        self._execution = execution
        threading.Thread(target=self._follow, name=f"headwater-project-{run_id}").start()

    def __repr__(self) -> str:
        """Return its id and status, for people."""
        return f"SubmittedRun('{self.run_id}', {self.get_status()})"

    def wait(self) -> bool:
        """Wait until it has ended and return whether it was successful.

        An interrupt of this program ends it, too.
        """
        try:
            self._is_over.wait()
        except BaseException:
            self.cancel()
            raise
        return self._outcome.status == RunStatus.FINISHED

    def get_status(self) -> str:
        """Return "RUNNING", "FINISHED", "FAILED" or "KILLED"."""
        if not self._is_over.is_set():
            return str(RunStatus.RUNNING)
        return str(self._outcome.status)

    @property
    def failure(self) -> str:
        """Return why it failed or was killed; "" while it runs, and of one that finished."""
        return self._outcome.reason

    def cancel(self) -> None:
        """End it, with everything that it started, and return once its run is KILLED.

        One that has ended stays as it is.
        """
        if not self._is_over.is_set():
            self._was_cancelled = True
            self._execution.cancel()
            self._is_over.wait()

    def _follow(self) -> None:
        outcome = Outcome(RunStatus.FAILED)
        try:
            outcome = self._execution.wait()
        finally:
            if self._was_cancelled:
                outcome = Outcome(RunStatus.KILLED, outcome.reason)
            try:
                if outcome.reason:
                    self._client.set_tag(self.run_id, FAILURE_TAG, outcome.reason)
                self._client.set_terminated(self.run_id, outcome.status)
                with contextlib.suppress(HeadwaterError):  # it stays in the journal, for `headwater sync`
                    current_session().flush(float(config.EXIT_TIMEOUT_S.get()))
            finally:
                self._outcome = outcome
                self._is_over.set()
