"""Carrying out a workflow: steps are begun as soon as those they need are done, some at once, until none is left."""

import contextlib
import json
import logging
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

import msgspec

from headwater.projects.fingerprint import FINGERPRINT_TAG, note_reuse
from headwater.projects.ownership import Ownership, end_processes
from headwater.projects.submitted import SubmittedRun
from headwater.projects.workflows.outcome import DONE, StepOutcome, StepState
from headwater.projects.workflows.step import PreparedStep
from headwater.protocol.errors import HeadwaterError, ResourceConflict
from headwater.protocol.runs import RunStatus
from headwater.tracking.client import Client
from headwater.tracking.run import PARENT_RUN_TAG
from headwater.tracking.writer import RunWriter

_log = logging.getLogger(__name__)

STEPS_FILE = "workflow/steps.json"
LOOK_S = 1.0
_HOPELESS = {StepState.FAILED: "failed", StepState.SKIPPED: "was skipped", StepState.KILLED: "was ended"}
Watch = Callable[[StepOutcome], None]
"""What is told of a step whenever its state changes."""


class Execution:
    """One execution of a workflow, whose run is there.

    Args:
        client: of the store of the runs.
        run_id: of the workflow's run.
        steps: in an order in which they could be carried out one after another.
        parameters: of the workflow.
        forced: names of steps that no earlier run may stand for.
        parallel: how many steps at once.
        watch: is told of changes, by any thread.
    """

    def __init__(
        self,
        client: Client,
        run_id: str,
        steps: list[PreparedStep],
        parameters: Mapping[str, str],
        forced: Collection[str],
        parallel: int,
        watch: Watch,
    ) -> None:
        self._client = client
        self._run_id = run_id
        self._steps = {step.name: step for step in steps}
        self._parameters = parameters
        self._forced = forced
        self._parallel = parallel
        self._watch = watch
        self._ownership = Ownership(client, run_id, "workflow")
        self._writer = RunWriter(client.tracking_uri, run_id)
        self._outcomes = {step.name: StepOutcome(step.name) for step in steps}
        self._live: dict[str, SubmittedRun] = {}
        self._lock = threading.Lock()
        self._is_ending = False
        self._experiment_id = client.get_run(run_id).info.experiment_id

    def carry_out(self) -> dict[str, StepOutcome]:
        """Carry out all steps and return what came of each; a step that fails spares those that do not need it.

        Raises `ResourceConflict` if another process carries out this run.
        """
        self._ownership.take()
        self._end_left()
        with self._ending(), ThreadPoolExecutor(self._parallel, thread_name_prefix="headwater-step") as pool:
            try:
                self._follow(pool)
            except BaseException:
                self._end_live()
                raise
        return self._outcomes

    def _end_left(self) -> None:
        """End the runs of steps that a process which is gone has left."""
        left = f"tags.`{PARENT_RUN_TAG}` = '{self._run_id}' AND attributes.status = 'RUNNING'"
        runs = list(self._client.search_runs([self._experiment_id], left))
        if runs:
            end_processes({run.info.run_id for run in runs})
        for run in runs:
            self._client.set_terminated(run.info.run_id, RunStatus.KILLED)

    def _follow(self, pool: ThreadPoolExecutor) -> None:
        live: dict[Future[StepOutcome], str] = {}
        while True:
            self._skip_hopeless()
            for name in self._list_ready():
                self._note(StepOutcome(name, StepState.RUNNING))
                live[pool.submit(self._try, self._steps[name])] = name
            if not live:
                return
            done, _ = wait(live, LOOK_S, FIRST_COMPLETED)
            self._ownership.renew()
            for future in done:
                live.pop(future)
                self._note(future.result())

    def _list_ready(self) -> list[str]:
        finished = {name for name, outcome in self._outcomes.items() if outcome.state in DONE}
        waiting = [name for name, outcome in self._outcomes.items() if outcome.state == StepState.WAITING]
        return [name for name in waiting if self._steps[name].step.list_needs() <= finished]

    def _skip_hopeless(self) -> None:
        """Skip the steps that need one that was not done; they are in order, so one look is enough."""
        for name, outcome in self._outcomes.items():
            if outcome.state != StepState.WAITING:
                continue
            for needed in sorted(self._steps[name].step.list_needs()):
                if what := _HOPELESS.get(self._outcomes[needed].state):
                    reason = f"It needs the step '{needed}', which {what}."
                    self._note(StepOutcome(name, StepState.SKIPPED, reason=reason))
                    break

    def _try(self, step: PreparedStep) -> StepOutcome:
        """Carry out a step; what is wrong with it is its outcome."""
        try:
            return self._carry_out(step)
        except HeadwaterError as error:
            return StepOutcome(step.name, StepState.FAILED, reason=error.message)

    def _carry_out(self, step: PreparedStep) -> StepOutcome:
        plan = step.plan(self._client, self._parameters, self._outcomes)
        mark = step.fingerprint(self._client, plan)
        earlier = None if step.name in self._forced else step.find_earlier(self._client, self._experiment_id, mark)
        if earlier is not None:
            if earlier.data.tags.get(PARENT_RUN_TAG) != self._run_id:
                note_reuse(self._client, earlier, self._run_id, step.name)
            return StepOutcome(step.name, StepState.REUSED, earlier.info.run_id)
        tags = {PARENT_RUN_TAG: self._run_id, FINGERPRINT_TAG: mark}
        return step.carry_out(self._client, plan, tags, self._register, is_shown=self._parallel == 1)

    def _register(self, name: str, submitted: SubmittedRun) -> None:
        with self._lock:
            self._live[name] = submitted
            is_late = self._is_ending
        if is_late:
            submitted.cancel()

    def _note(self, outcome: StepOutcome) -> None:
        self._outcomes[outcome.name] = outcome
        self._live.pop(outcome.name, None)
        self._watch(outcome)
        if outcome.state != StepState.RUNNING:
            self._save()

    def _save(self) -> None:
        steps = [
            {**msgspec.to_builtins(outcome), "needs": sorted(self._steps[name].step.list_needs())}
            for name, outcome in self._outcomes.items()
        ]
        self._writer.log_bytes(json.dumps({"steps": steps}, indent=1).encode(), STEPS_FILE, synchronous=False)

    def _end_live(self) -> None:
        """End the steps that are being carried out, all at once."""
        with self._lock:
            self._is_ending = True
            live = list(self._live.values())
        enders = [threading.Thread(target=submitted.cancel) for submitted in live]
        for ender in enders:
            ender.start()
        for ender in enders:
            ender.join()

    @contextlib.contextmanager
    def _ending(self) -> Iterator[None]:
        """End the run of the workflow as it went, unless it is another's now."""
        status = RunStatus.FAILED
        is_ours = True
        try:
            yield
            if all(outcome.state in DONE for outcome in self._outcomes.values()):
                status = RunStatus.FINISHED
        except KeyboardInterrupt:
            status = RunStatus.KILLED
            _log.warning("Go on with the missing steps later: headwater workflows resume %s", self._run_id)
            raise
        except ResourceConflict:
            is_ours = False
            raise
        finally:
            if is_ours:
                for outcome in self._outcomes.values():
                    if outcome.state == StepState.RUNNING:
                        outcome.state = StepState.KILLED
                self._save()
                self._ownership.leave(status)
