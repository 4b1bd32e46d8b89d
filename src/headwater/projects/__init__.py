"""Projects: code that anyone can run again."""

from importlib import import_module
from typing import TYPE_CHECKING

from headwater.projects.launch import ExecutionException, run
from headwater.projects.submitted import SubmittedRun

if TYPE_CHECKING:
    from headwater.projects.checkout import CheckoutComparison, compare_checkout
    from headwater.projects.reproducing import Reproduction, reproduce
    from headwater.projects.sweeps import Sweep, Trial
    from headwater.projects.sweeps.sweep import SweepOptions, sweep
    from headwater.projects.workflows import StepOutcome, Workflow, WorkflowRun

_LATE_NAMES = {
    "CheckoutComparison": "checkout",
    "Reproduction": "reproducing",
    "StepOutcome": "workflows",
    "Sweep": "sweeps",
    "SweepOptions": "sweeps",
    "Trial": "sweeps",
    "Workflow": "workflows",
    "WorkflowRun": "workflows",
    "compare_checkout": "checkout",
    "reproduce": "reproducing",
    "sweep": "sweeps",
}


def __getattr__(name: str) -> object:
    """Load what `headwater run` does not need."""
    if name in _LATE_NAMES:
        return getattr(import_module(f"headwater.projects.{_LATE_NAMES[name]}"), name)
    raise AttributeError(f"module 'headwater.projects' has no attribute '{name}'")


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
