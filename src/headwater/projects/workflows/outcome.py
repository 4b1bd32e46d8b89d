"""What came of a workflow and of its steps."""

from enum import StrEnum

import msgspec


class StepState(StrEnum):
    """Where a step stands."""

    WAITING = "waiting"
    RUNNING = "running"
    FINISHED = "finished"
    REUSED = "reused"
    FAILED = "failed"
    SKIPPED = "skipped"
    KILLED = "killed"


DONE = frozenset({StepState.FINISHED, StepState.REUSED})


class StepOutcome(msgspec.Struct):
    """What came of a step.

    Attributes:
        name: of the step.
        state: where it stands.
        run_id: of the run that has its results, an earlier one if it is reused; "" without one.
        reason: why it failed or was skipped.
        seconds: how long it took.
    """

    name: str
    state: StepState = StepState.WAITING
    run_id: str = ""
    reason: str = ""
    seconds: float = 0.0


class WorkflowRun(msgspec.Struct):
    """What came of a workflow.

    Attributes:
        run_id: of its run, which is the parent of the steps' runs; "" if it was only planned.
        steps: by name, in the order of the workflow.
    """

    run_id: str
    steps: dict[str, StepOutcome]

    @property
    def was_successful(self) -> bool:
        """Return whether every step is done."""
        return all(step.state in DONE for step in self.steps.values())
