"""How commands show the steps of a workflow."""

from headwater.cli._output import print_json, print_records, printable, say
from headwater.projects.workflows import StepOutcome, WorkflowRun


def say_step(outcome: StepOutcome) -> None:
    """Tell the person at the terminal where a step stands now."""
    say(printable(f"{outcome.name}: {outcome.state} {outcome.reason or outcome.run_id}".rstrip()))


def print_workflow(found: WorkflowRun, *, as_json: bool) -> None:
    """Print what came of a workflow."""
    if as_json:
        print_json(found)
        return
    print_records(
        list(found.steps.values()),
        {
            "step": lambda step: step.name,
            "state": lambda step: str(step.state),
            "seconds": lambda step: f"{step.seconds:.1f}" if step.seconds else "",
            "run_id": lambda step: step.run_id,
        },
    )
    if found.run_id:
        say(f"Workflow {found.run_id} succeeded.")
