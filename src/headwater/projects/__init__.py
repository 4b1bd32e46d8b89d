"""Projects: code that anyone can run again."""

from headwater.projects.launch import ExecutionException, run
from headwater.projects.reproduce import Reproduction, reproduce
from headwater.projects.submitted import SubmittedRun

__all__ = ["ExecutionException", "Reproduction", "SubmittedRun", "reproduce", "run"]
