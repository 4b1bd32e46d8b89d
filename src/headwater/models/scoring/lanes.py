"""Who predicts when: one lane joins short requests, the other takes the rest one by one in several threads.

All of it but the predictions runs on the event loop, so nothing needs a lock.
"""

import asyncio
import logging
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from headwater.protocol.errors import DeadlineExceeded, RequestLimitExceeded

_logger = logging.getLogger(__name__)

ResultT = TypeVar("ResultT")
_LONGEST_WAIT_S = 0.002
_MOST_STUCK = 32


class Job:
    """One request's work: the future is set on the loop once the outcome is there, or its time is over.

    Attributes:
        batch: the pieces that it is predicted with, once it is.
        is_taken: a thread has it that predicts pieces alone.
        is_given_up: its time was over while it was predicted, so another thread took the place of that one.
    """

    __slots__ = ("batch", "future", "is_given_up", "is_taken", "rows", "timer", "work")

    def __init__(self, work: Any, rows: int, future: "asyncio.Future[Any]") -> None:
        self.work = work
        self.rows = rows
        self.future = future
        self.timer: asyncio.TimerHandle | None = None
        self.batch: Batch | None = None
        self.is_taken = False
        self.is_given_up = False


class Batch:
    """Pieces of work that are predicted together."""

    __slots__ = ("is_given_up", "jobs")

    def __init__(self, jobs: list[Job]) -> None:
        self.jobs = jobs
        self.is_given_up = False


@dataclass(frozen=True)
class Failure:
    """What was raised in place of an outcome."""

    error: Exception


class Lanes:
    """Runs work in threads, at most `waiting` pieces of it at once.

    A thread cannot be ended. One that is still predicting when the time of its work is over is given up: another takes
    its place until it comes back, up to a number of such threads.

    Args:
        run_joined: predicts several pieces of work together and returns an outcome, or a `Failure`, for each.
        run_alone: predicts one piece of work, or raises.
        waiting: beyond this many pieces `submit` refuses.
        threads: that run pieces alone.
        batch_rows: how many rows are predicted together at most.
        timeout_s: how long a piece may take, waiting included.
    """

    def __init__(
        self,
        run_joined: Callable[[Sequence[Any]], Sequence[Any]],
        run_alone: Callable[[Any], Any],
        *,
        waiting: int,
        threads: int,
        batch_rows: int,
        timeout_s: float,
    ) -> None:
        self._run_joined = run_joined
        self._run_alone = run_alone
        self._waiting = waiting
        self._timeout_s = timeout_s
        self._batch_rows = batch_rows
        self._unfinished = 0
        self._pending: deque[Job] = deque()
        self._is_joining = False
        self._expected = 1
        self._patience: asyncio.TimerHandle | None = None
        self._last_s = 0.0
        self._batches: queue.SimpleQueue[Batch | None] = queue.SimpleQueue()
        self._singles: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._alone = threads
        self._stuck = 0
        _start_thread(self._join_loop)
        for _ in range(threads):
            _start_thread(self._alone_loop)

    @property
    def unfinished(self) -> int:
        """Return how many pieces of work wait or run."""
        return self._unfinished

    @property
    def is_stuck(self) -> bool:
        """Return whether so many predictions do not end that no more threads are given up for them."""
        return self._stuck >= _MOST_STUCK

    async def submit(self, work: Any, rows: int, *, may_join: bool) -> Any:
        """Return the outcome of a piece of work.

        Raises `RequestLimitExceeded` if too many wait, `DeadlineExceeded` if it takes too long, and what it raises.
        """
        if self._unfinished >= self._waiting:
            raise RequestLimitExceeded(f"{self._unfinished} requests are waiting for the model. Try again in a second.")
        loop = asyncio.get_running_loop()
        job = Job(work, rows, loop.create_future())
        job.timer = loop.call_later(self._timeout_s, self._expire, job)
        self._unfinished += 1
        try:
            if may_join:
                self._pending.append(job)
                self._consider(loop)
            else:
                self._singles.put(job)
            return await job.future
        finally:
            self._unfinished -= 1
            job.timer.cancel()

    def close(self) -> None:
        """Let the threads end once they have done what they are doing."""
        self._batches.put(None)
        for _ in range(self._alone):
            self._singles.put(None)

    def _expire(self, job: Job) -> None:
        if job.future.done():
            return
        reason = f"The model did not answer within {self._timeout_s:g} s. Send less, or try again later."
        job.future.set_exception(DeadlineExceeded(reason))
        batch = job.batch
        if batch is not None and not batch.is_given_up and self._may_give_up():
            batch.is_given_up = True
            self._is_joining = False
            _start_thread(self._join_loop)
            if self._pending:
                self._consider(job.future.get_loop())
        elif job.is_taken and self._may_give_up():
            job.is_given_up = True
            _start_thread(self._alone_loop)

    def _may_give_up(self) -> bool:
        if self.is_stuck:
            return False
        self._stuck += 1
        _logger.warning(
            "A prediction did not end within %g s; another thread goes on (%d of %d at most).",
            self._timeout_s,
            self._stuck,
            _MOST_STUCK,
        )
        return True

    def _consider(self, loop: asyncio.AbstractEventLoop) -> None:
        """Start a batch if nobody predicts and as many wait as were there the last time, or wait a moment for them."""
        if self._is_joining:
            return
        if len(self._pending) >= self._expected or self._last_s == 0.0:
            self._start_batch()
        elif self._patience is None:
            self._patience = loop.call_later(min(self._last_s, _LONGEST_WAIT_S), self._lose_patience)

    def _lose_patience(self) -> None:
        self._patience = None
        if not self._is_joining:
            self._start_batch()

    def _start_batch(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
        batch = Batch([])
        rows = 0
        while self._pending and (not batch.jobs or rows + self._pending[0].rows <= self._batch_rows):
            job = self._pending.popleft()
            if not job.future.done():
                batch.jobs.append(job)
                job.batch = batch
                rows += job.rows
        if batch.jobs:
            self._is_joining = True
            self._expected = len(batch.jobs)
            self._batches.put(batch)

    def _join_loop(self) -> None:
        while (batch := self._batches.get()) is not None:
            started = time.perf_counter()
            try:
                outcomes = self._run_joined([job.work for job in batch.jobs])
            except Exception as error:  # noqa: BLE001 - raised where the request is answered
                outcomes = [Failure(error)] * len(batch.jobs)
            took_s = time.perf_counter() - started
            _call_on_loop(batch.jobs[0], self._finish_batch, batch, outcomes, took_s)

    def _finish_batch(self, batch: Batch, outcomes: Sequence[Any], took_s: float) -> None:
        for job, outcome in zip(batch.jobs, outcomes, strict=True):
            _settle(job, outcome)
        if batch.is_given_up:  # its thread is one too many now
            self._stuck -= 1
            self._batches.put(None)
            return
        self._is_joining = False
        self._last_s = took_s
        if self._pending:
            self._consider(batch.jobs[0].future.get_loop())

    def _alone_loop(self) -> None:
        while (job := self._singles.get()) is not None:
            job.is_taken = True  # before the look at its future, so that no thread is lost between the two
            outcome: Any = None
            if not job.future.done():
                try:
                    outcome = self._run_alone(job.work)
                except Exception as error:  # noqa: BLE001 - raised where the request is answered
                    outcome = Failure(error)
            _call_on_loop(job, self._finish_single, job, outcome)

    def _finish_single(self, job: Job, outcome: Any) -> None:
        _settle(job, outcome)
        job.is_taken = False
        if job.is_given_up:
            self._stuck -= 1
            self._singles.put(None)


def _start_thread(target: Callable[[], None]) -> None:
    threading.Thread(target=target, name="headwater-predicting", daemon=True).start()


def _settle(job: Job, outcome: Any) -> None:
    if job.future.done():
        return
    if isinstance(outcome, Failure):
        job.future.set_exception(outcome.error)
    else:
        job.future.set_result(outcome)


def _call_on_loop(job: Job, call: Callable[..., None], *arguments: Any) -> None:
    try:
        job.future.get_loop().call_soon_threadsafe(call, *arguments)
    except RuntimeError:
        _logger.debug("The server stopped before a prediction was done.")
