"""Projects: code that anyone can run again."""

from headwater.projects.checkout import CheckoutComparison, compare_checkout
from headwater.projects.launch import ExecutionException, run
from headwater.projects.reproduce import Reproduction, reproduce
from headwater.projects.submitted import SubmittedRun
from headwater.projects.sweeps import Sweep, SweepOptions, Trial, sweep
from headwater.projects.workflows import StepOutcome, Workflow, WorkflowRun

__all__ = [
    "CheckoutComparison",
    "ExecutionException",
    "Reproduction",
    "StepOutcome",
    "SubmittedRun",
    "Sweep",
    "SweepOptions",
    "Trial",
    "Workflow",
    "WorkflowRun",
    "compare_checkout",
    "reproduce",
    "run",
    "sweep",
]
