"""Carrying out a sweep: trials are begun, watched, stopped early and told to the study until none is missing."""

import contextlib
import logging
import math
import queue
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from headwater.projects.launch import ExecutionException
from headwater.projects.sweeps.attempts import Attempt, Attempts
from headwater.projects.sweeps.parent import Parent
from headwater.projects.sweeps.runs import (
    TRIAL_TAG,
    list_trials,
    read_points,
    read_value,
    replace_runs,
    save_state,
)
from headwater.projects.sweeps.study import Asked, Study
from headwater.projects.sweeps.trial import Sweep, Trial, TrialState, Value, find_best
from headwater.protocol.errors import ResourceConflict
from headwater.protocol.runs import RunStatus
from headwater.tracking.client import Client
from headwater.tracking.run import PARENT_RUN_TAG, Run

_log = logging.getLogger(__name__)
LOOK_S = 0.5
FAILURES_AT_START = 5
Watch = Callable[[Mapping[int, Trial]], None]
"""What is told of all trials so far, by number, whenever one of them changes."""


@dataclass
class _Live:
    """A trial that is being carried out."""

    trial: Trial
    asked: Asked
    attempt: Attempt
    points: dict[int, float] = field(default_factory=dict)
    is_hopeless: bool = False


class Coordinator:
    """Carries out one sweep; of one thread."""

    def __init__(
        self, client: Client, run: Run, parent: Parent, study: Study, attempts: Attempts, watch: Watch
    ) -> None:
        self._client = client
        self._run = run
        self._parent = parent
        self._definition = study.definition
        self._attempts = attempts
        self._watch = watch
        self._study = study
        self._trials: dict[int, Trial] = {}
        self._again: dict[int, dict[str, Value]] = {}
        self._live: dict[int, _Live] = {}
        self._ended: queue.SimpleQueue[tuple[int, bool]] = queue.SimpleQueue()
        self._looked = 0.0
        self._starter = ThreadPoolExecutor(1, thread_name_prefix="headwater-sweep")  # which no interrupt can halve

    def carry_out(self, *, retry_failed: bool) -> Sweep:
        """Carry out the missing trials, perhaps the failed ones again, and return what came of all.

        Raises `ExecutionException` if no trial is complete, early if the first trials all failed.
        """
        with self._ending():
            self._restore(retry_failed=retry_failed)
            missing = iter([number for number in range(self._definition.trials) if number not in self._trials])
            self._fill(missing)
            while self._live:
                self._await_end(missing)
                self._parent.renew()
                if self._study.can_stop and time.monotonic() - self._looked >= LOOK_S:
                    self._stop_hopeless()
            return self._conclude()

    def _restore(self, *, retry_failed: bool) -> None:
        """Tell the study the trials that there are; those without an end will be begun again at the same point."""
        found = list_trials(self._client, self._run, self._definition)
        open_states = {TrialState.RUNNING, TrialState.FAILED} if retry_failed else {TrialState.RUNNING}
        missing = {number: trial for number, trial in found.items() if trial.state in open_states}
        replace_runs(self._client, [trial.run_id for trial in missing.values()])
        self._again = {number: trial.params for number, trial in missing.items() if trial.params}
        self._trials = {number: found[number] for number in sorted(found.keys() - missing.keys())}
        for number, trial in self._trials.items():
            asked = self._study.ask(number, trial.params or None)
            if self._study.can_stop:
                asked.is_hopeless(read_points(self._client, trial.run_id, self._definition.metric))
            self._study.tell(asked, trial.state, trial.value)

    def _fill(self, missing: Iterator[int]) -> None:
        while len(self._live) < self._definition.parallel and (number := next(missing, -1)) >= 0:
            self._starter.submit(self._begin, number).result()
        self._tell_watch()

    def _await_end(self, missing: Iterator[int]) -> None:
        try:
            number, was_successful = self._ended.get(timeout=LOOK_S)
        except queue.Empty:
            return
        self._finish(self._live.pop(number), was_successful=was_successful)
        self._check_start()
        self._fill(missing)

    def _begin(self, number: int) -> None:
        asked = self._study.ask(number, self._again.get(number))
        params = {**self._definition.space.fixed, **asked.params}
        tags = {PARENT_RUN_TAG: self._run.info.run_id, TRIAL_TAG: str(number)}
        name = f"{self._run.info.run_name}-{number}"
        run_id = self._attempts.create_run(self._run.info.experiment_id, params, name, tags)
        trial = Trial(number=number, run_id=run_id, state=TrialState.RUNNING, params=asked.params, start_time=_now())
        self._trials[number] = trial
        attempt = self._attempts.start(run_id, params)
        self._live[number] = _Live(trial, asked, attempt)

        def follow() -> None:
            was_successful = False
            try:
                was_successful = attempt.wait()
            finally:
                self._ended.put((number, was_successful))

        threading.Thread(target=follow, name=f"headwater-trial-{number}", daemon=True).start()

    def _finish(self, live: _Live, *, was_successful: bool) -> None:
        trial = live.trial
        trial.end_time = _now()
        if live.is_hopeless:
            trial.state = TrialState.PRUNED
        elif was_successful:
            trial.value, trial.reason = read_value(self._client, trial.run_id, self._definition.metric)
            trial.state = TrialState.FAILED if trial.value is None else TrialState.COMPLETE
        else:
            trial.state, trial.reason = TrialState.FAILED, "its process failed"
        self._study.tell(live.asked, trial.state, trial.value)
        save_state(self._client, trial)
        self._parent.note_best(self._trials, trial.number)
        self._parent.save(self._trials, self._study.measure_importance)

    def _stop_hopeless(self) -> None:
        """Look at what live trials have logged, and end those that the pruner gives up."""
        self._looked = time.monotonic()
        for live in self._live.values():
            if live.is_hopeless:
                continue
            points = read_points(self._client, live.trial.run_id, self._definition.metric)
            if points.keys() == live.points.keys():
                continue
            live.points = points
            last = points[max(points)]
            live.trial.value = last if math.isfinite(last) else None
            if live.asked.is_hopeless(points):
                live.is_hopeless = True
                threading.Thread(target=live.attempt.cancel, name="headwater-trial-end").start()
        self._tell_watch()

    def _check_start(self) -> None:
        ended = [trial for trial in self._trials.values() if trial.state != TrialState.RUNNING]
        failed = [trial for trial in ended if trial.state == TrialState.FAILED]
        if len(failed) == len(ended) >= FAILURES_AT_START and self._definition.trials > len(ended):
            raise ExecutionException(
                f"The first {len(failed)} trials of sweep '{self._run.info.run_id}' all failed: {failed[-1].reason}. "
                f"Read a log with: headwater runs logs {failed[-1].run_id}"
            )

    def _conclude(self) -> Sweep:
        best = find_best(self._trials, self._definition.direction)
        if best is None or best.value is None:
            last = self._trials[max(self._trials)]
            raise ExecutionException(
                f"None of the {len(self._trials)} trials of sweep '{self._run.info.run_id}' is complete: "
                f"{last.reason or last.state}. Read a log with: headwater runs logs {last.run_id}"
            )
        self._parent.copy_best(best)
        return Sweep(
            run_id=self._run.info.run_id,
            metric=self._definition.metric,
            direction=self._definition.direction,
            best_run_id=best.run_id,
            best_params=best.params,
            best_value=best.value,
            importance=self._study.measure_importance(),
            trials=[self._trials[number] for number in sorted(self._trials)],
        )

    @contextlib.contextmanager
    def _ending(self) -> Iterator[None]:
        """End the run of the sweep as it went, unless it is another's now; end what is live first."""
        status = RunStatus.FAILED
        is_ours = True
        try:
            yield
            status = RunStatus.FINISHED
        except KeyboardInterrupt:
            status = RunStatus.KILLED
            raise
        except ResourceConflict:
            is_ours = False
            raise
        finally:
            self._starter.shutdown()
            self._end_live()
            self._attempts.close()
            if status != RunStatus.FINISHED:
                _log.warning("Go on with the missing trials later: headwater sweep --resume %s", self._run.info.run_id)
            if is_ours:
                self._parent.save(self._trials, self._study.measure_importance, is_last=True)
                self._parent.leave(status)

    def _end_live(self) -> None:
        enders = [threading.Thread(target=live.attempt.cancel) for live in self._live.values()]
        for ender in enders:
            ender.start()
        for ender in enders:
            ender.join()
        self._live.clear()
        self._trials = {number: trial for number, trial in self._trials.items() if trial.state != TrialState.RUNNING}

    def _tell_watch(self) -> None:
        """Tell of all trials."""
        self._watch(self._trials)


def _now() -> int:
    return time.time_ns() // 1_000_000
