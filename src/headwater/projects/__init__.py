"""Projects: code that anyone can run again."""

from headwater.projects.launch import ExecutionException, run
from headwater.projects.reproduce import Reproduction, reproduce
from headwater.projects.submitted import SubmittedRun
from headwater.projects.sweeps import Sweep, SweepOptions, Trial, sweep
from headwater.projects.workflows import StepOutcome, Workflow, WorkflowRun

__all__ = [
    "ExecutionException",
    "Reproduction",
    "StepOutcome",
    "SubmittedRun",
    "Sweep",
    "SweepOptions",
    "Trial",
    "Workflow",
    "WorkflowRun",
    "reproduce",
    "run",
    "sweep",
]
