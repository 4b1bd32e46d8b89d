"""A program with everything that it starts, which does not outlive this process."""

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from headwater.projects.project_log import ProjectLog
from headwater.protocol.errors import NotSupported

GRACE_S = 10.0
_WATCH = f"""
read -r group || exit
read -r _ && exit
kill -TERM "-$group"
sleep {GRACE_S:g}
kill -KILL "-$group"
"""
"""Reads the process group, then waits for a line; if this process dies instead, however it does, the group is ended."""


class ProcessGroup:
    """A program in a process group of its own, whose output goes to a log."""

    def __init__(self, command: Sequence[str], *, folder: Path, variables: Mapping[str, str], log: ProjectLog) -> None:
        self._watch = _start_watch()
        try:
            self._process = subprocess.Popen(
                command,
                cwd=folder,
                env=variables,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        except BaseException as error:
            self._dismiss()
            if isinstance(error, FileNotFoundError) and shutil.which(command[0]) is None:
                raise NotSupported(f"The program '{command[0]}' is not installed here. Install it.") from error
            raise
        self._tell(f"{self._process.pid}\n")
        log.follow(self._process)

    @property
    def group_id(self) -> int:
        """Return the id of the process group."""
        return self._process.pid

    def wait(self) -> int:
        """Wait until the program has ended, end what it left behind, and return its status as `subprocess` has it."""
        code = self._process.wait()
        self._signal(signal.SIGTERM)
        self._dismiss()
        return code

    def cancel(self) -> None:
        """Ask the group to end, and kill it if it does not in time."""
        self._signal(signal.SIGTERM)
        try:
            self._process.wait(GRACE_S)
        except subprocess.TimeoutExpired:
            self._signal(signal.SIGKILL)
            self._process.wait()

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)

    def _dismiss(self) -> None:
        self._tell("\n\n")
        if self._watch.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._watch.stdin.close()
        self._watch.wait()

    def _tell(self, text: str) -> None:
        if self._watch.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._watch.stdin.write(text.encode())
                self._watch.stdin.flush()


def describe_status(code: int) -> str:
    """Return why a program ended that was not successful, from its status as `subprocess` has it."""
    if code >= 0:
        return f"exit status {code}"
    try:
        return f"ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"ended by signal {-code}"


def _start_watch() -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        ["sh", "-c", _WATCH, "headwater-watch"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
