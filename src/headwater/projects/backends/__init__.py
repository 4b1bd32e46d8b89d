"""Where a project's command runs: on this machine, in a container, on a cluster, or where a plugin takes it."""

from headwater.projects.backends.backend import Backend, Execution, Job, Outcome, find_backend

__all__ = ["Backend", "Execution", "Job", "Outcome", "find_backend"]
