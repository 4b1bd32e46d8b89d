"""What a place to run must offer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from headwater.entry_points import find_entry_points
from headwater.environments import Description
from headwater.projects.command import Command
from headwater.projects.project_file import Project
from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.runs import RunStatus
from headwater.tracking.writer import RunWriter

ENTRY_POINTS = "headwater.project_backends"
BACKENDS = ("docker", "kubernetes", "local", "ray", "slurm")


@dataclass(frozen=True)
class Job:
    """One execution of an entry point.

    Attributes:
        writer: of the run that it is.
        project: whose code.
        command: what to execute in a shell, within `folder`.
        folder: of the project's code on this machine.
        variables: for the command's environment, besides those of this process.
        path: folders to find programs in first; none for a backend that makes environments elsewhere.
        environment: what a backend that makes environments elsewhere must install; None if the project does not say.
        commit: of the code, "" if it is in no repository.
        config: what the user says to the backend.
        is_shown: whether what it prints is passed on; it is a log of the run anyway.
    """

    writer: RunWriter
    project: Project
    command: Command
    folder: Path
    variables: Mapping[str, str]
    path: tuple[Path, ...] = ()
    environment: Description | None = None
    commit: str = ""
    config: Mapping[str, Any] = field(default_factory=dict)
    is_shown: bool = True


@dataclass(frozen=True)
class Outcome:
    """How a job ended: FINISHED, FAILED or KILLED, and why if it did not finish."""

    status: RunStatus
    reason: str = ""


class Execution(Protocol):
    """A job that was started."""

    def wait(self) -> Outcome:
        """Wait until it has ended and return how."""

    def cancel(self) -> None:
        """End it, with everything that it started; return once that is done or `wait` sees to it."""


class Backend(Protocol):
    """A place where jobs run.

    Attributes:
        is_elsewhere: whether it makes the environment itself, from `Job.environment`; else programs are in `Job.path`.
    """

    is_elsewhere: bool

    def start(self, job: Job) -> Execution:
        """Start a job and return at once; raise for a request that cannot be right."""


def find_backend(name: str) -> Backend:
    """Return the backend of this name: one of ours, or one that an installed package offers.

    Raises `InvalidParameterValue` if there is none.
    """
    if name in BACKENDS:
        found: Backend = import_module(f"headwater.projects.backends.{name}").BACKEND
        return found
    others = {entry.name: entry for entry in find_entry_points(ENTRY_POINTS)}
    if name in others:
        loaded: Backend = others[name].load()
        return loaded
    known = f"Supported values: {sorted([*BACKENDS, *others])}."
    if name == "databricks":
        raise InvalidParameterValue(
            f"The backend 'databricks' is left to a plugin, and none is installed. {known} Install a package that "
            f"offers it as an entry point of the group '{ENTRY_POINTS}'."
        )
    raise InvalidParameterValue(
        f"Got unsupported execution mode {name}. {known} Another one needs its plugin installed."
    )
