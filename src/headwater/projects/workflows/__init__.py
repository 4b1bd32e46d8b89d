"""Workflows: projects whose results are the inputs of others."""

from headwater.projects.workflows.outcome import StepOutcome, StepState, WorkflowRun
from headwater.projects.workflows.workflow import StepHandle, Workflow

__all__ = ["StepHandle", "StepOutcome", "StepState", "Workflow", "WorkflowRun"]
