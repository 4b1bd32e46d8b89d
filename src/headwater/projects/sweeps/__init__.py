"""Sweeps: a search space tried out, each trial a run below the run of the sweep."""

from headwater.projects.sweeps.sweep import sweep
from headwater.projects.sweeps.trial import Sweep, Trial, TrialState

__all__ = ["Sweep", "Trial", "TrialState", "sweep"]
