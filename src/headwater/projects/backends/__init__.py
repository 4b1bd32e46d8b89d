"""Where a project's command runs: on this machine, or where a plugin takes it."""

from headwater.projects.backends.backend import Backend, Job, find_backend

__all__ = ["Backend", "Job", "find_backend"]
