"""Sweeps: a search space tried out, each trial a run below the run of the sweep."""

from headwater.projects.sweeps.sweep import SweepOptions, sweep
from headwater.projects.sweeps.trial import Sweep, Trial, TrialState

__all__ = ["Sweep", "SweepOptions", "Trial", "TrialState", "sweep"]
