"""Projects: code that anyone can run again."""

from headwater.projects.launch import ExecutionException, run
from headwater.projects.reproduce import Reproduction, reproduce
from headwater.projects.submitted import SubmittedRun
from headwater.projects.sweeps import Sweep, SweepOptions, Trial, sweep

__all__ = [
    "ExecutionException",
    "Reproduction",
    "SubmittedRun",
    "Sweep",
    "SweepOptions",
    "Trial",
    "reproduce",
    "run",
    "sweep",
]
