"""What a place to run must offer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module, metadata
from pathlib import Path
from typing import Any, Protocol

from headwater.projects.command import Command
from headwater.projects.project_file import Project
from headwater.protocol.errors import InvalidParameterValue
from headwater.tracking.writer import RunWriter

ENTRY_POINTS = "headwater.project_backends"
BACKENDS = ("local",)


@dataclass(frozen=True)
class Job:
    """One execution of an entry point.

    Attributes:
        writer: of the run that it is.
        project: whose code.
        command: what to execute in a shell, within `folder`.
        folder: of the project's code on this machine.
        variables: for the command's environment, besides those of this process.
        path: folders to find programs in first.
        config: what the user says to the backend.
        is_shown: whether what it prints is passed on; it is a log of the run anyway.
    """

    writer: RunWriter
    project: Project
    command: Command
    folder: Path
    variables: Mapping[str, str]
    path: tuple[Path, ...] = ()
    config: Mapping[str, Any] = field(default_factory=dict)
    is_shown: bool = True


class Execution(Protocol):
    """A job that was started."""

    def wait(self) -> bool:
        """Wait until it has ended and return whether it was successful."""

    def cancel(self) -> None:
        """End it, with everything that it started; return once that is done."""


class Backend(Protocol):
    """A place where jobs run."""

    def start(self, job: Job) -> Execution:
        """Start a job and return at once."""


def find_backend(name: str) -> Backend:
    """Return the backend of this name: one of ours, or one that an installed package offers.

    Raises `InvalidParameterValue` if there is none.
    """
    if name in BACKENDS:
        found: Backend = import_module(f"headwater.projects.backends.{name}").BACKEND
        return found
    for entry in metadata.entry_points(group=ENTRY_POINTS, name=name):
        loaded: Backend = entry.load()
        return loaded
    others = [entry.name for entry in metadata.entry_points(group=ENTRY_POINTS)]
    raise InvalidParameterValue(
        f"Got unsupported execution mode {name}. Supported values: {sorted([*BACKENDS, *others])}. "
        "Another one needs its plugin installed."
    )
