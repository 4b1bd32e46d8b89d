"""Making environments, once for each content, shared by all processes of a user."""

import fcntl
import json
import logging
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from headwater import config
from headwater.environments.conda import make_conda
from headwater.environments.description import Description
from headwater.environments.uv import uv_command
from headwater.protocol.errors import InvalidParameterValue

_log = logging.getLogger(__name__)
_READY = "headwater-environment.json"


class Held:
    """An environment in use: while this is open, in this process or another, `prune_environments` leaves it alone.

    Attributes:
        python: its interpreter.
    """

    def __init__(self, folder: Path, lock: int) -> None:
        self.python = _python(folder)
        self._mark = folder / _READY
        self._lock = lock

    def touch(self) -> bool:
        """Note that it is used now; return whether it is there."""
        if not self._mark.exists():
            return False
        os.utime(self._mark)
        return True

    def keep_over_exec(self) -> None:
        """Let a program that replaces this one by `exec` keep it in use."""
        os.set_inheritable(self._lock, True)

    def close(self) -> None:
        """Let it be removed from now on."""
        lock, self._lock = self._lock, -1
        if lock >= 0:
            os.close(lock)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def __del__(self) -> None:
        self.close()


@dataclass(frozen=True)
class Kept:
    """An environment that is kept: its name, size and last use, and what it was made of."""

    name: str
    path: Path
    size_bytes: int
    used_at: float
    requirements: list[str]


def prepare_environment(description: Description, *, with_headwater: bool = False) -> Path:
    """Return the Python of an environment with this content, made first if there is none yet.

    Several processes may ask at once: one makes it, the others wait. Headwater is installed as a copy of the one that
    is running, if it is among the requirements or `with_headwater`.

    Raises `InvalidParameterValue` with uv's reason if it cannot be made.
    """
    with hold_environment(description, with_headwater=with_headwater) as held:
        return held.python


def hold_environment(description: Description, *, with_headwater: bool = False) -> "Held":
    """Return an environment as `prepare_environment` makes it, which is not removed until it is closed."""
    has_headwater = with_headwater or description.needs_headwater
    name = description.digest() + ("-hw" if has_headwater else "")
    while True:
        lock = _open_lock(name)
        fcntl.flock(lock, fcntl.LOCK_SH)  # shared with all who use it; waits for the one who makes it
        held = Held(_root() / name, lock)
        if held.touch():
            return held
        held.close()
        with _locked(name) as folder:
            if not (folder / _READY).exists():
                shutil.rmtree(folder, ignore_errors=True)
                _log.info("=== Making the environment %s (%s) ===", name, description.summary())
                started = time.monotonic()
                _make(folder, description, has_headwater=has_headwater)
                _log.info("=== Made the environment %s in %.1f s ===", name, time.monotonic() - started)


def read_installed(python: Path) -> Description:
    """Return everything that is in an environment that `prepare_environment` made, pinned."""
    folder = python.parent.parent
    facts = json.loads((folder / _READY).read_text(encoding="utf-8"))
    return Description(facts.get("python", ""), tuple(facts["installed"]))


def list_environments() -> list[Kept]:
    """Return the environments that are kept, the last used first."""
    found = []
    for mark in _root().glob(f"*/{_READY}"):
        folder = mark.parent
        size = sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
        requirements = json.loads(mark.read_text(encoding="utf-8"))["requirements"]
        found.append(Kept(folder.name, folder, size, mark.stat().st_mtime, requirements))
    return sorted(found, key=lambda kept: kept.used_at, reverse=True)


def prune_environments(unused_s: float = 0.0, *, dry_run: bool = False) -> list[Kept]:
    """Remove the environments that are not in use and were not for this many seconds, and return them.

    A `dry_run` only tells which these are.
    """
    removed = []
    for kept in list_environments():
        with suppress(BlockingIOError), _locked(kept.name, wait=False) as folder:
            mark = folder / _READY
            if mark.exists() and time.time() - mark.stat().st_mtime >= unused_s:
                removed.append(kept)
                if not dry_run:
                    shutil.rmtree(folder)
    return removed


def _make(folder: Path, description: Description, *, has_headwater: bool) -> None:
    from headwater.environments.own_package import copy_own_package, own_requirements  # wheels: for this only

    if description.conda:
        make_conda(folder, description.conda)
    else:
        _make_venv(folder, description.python)
    python = _python(folder)
    requirements = description.others()
    if has_headwater:
        requirements += own_requirements()
    if requirements:
        with tempfile.TemporaryDirectory(prefix="headwater-") as scratch:
            listed, bounds = Path(scratch) / "requirements.txt", Path(scratch) / "constraints.txt"
            listed.write_text("\n".join(requirements) + "\n", encoding="utf-8")
            bounds.write_text("\n".join(description.constraints) + "\n", encoding="utf-8")
            arguments = ["--python", str(python), "--requirements", str(listed), "--constraints", str(bounds)]
            _uv("pip", "install", "--quiet", *arguments)
    if has_headwater:
        copy_own_package(python)
    content = list(description.requirements) or description.conda.splitlines()
    facts = {"requirements": content, "python": _ask_version(python), "installed": _freeze(python)}
    (folder / _READY).write_text(json.dumps(facts), encoding="utf-8")


def _make_venv(folder: Path, python: str) -> None:
    """Make an empty environment, with the nearest Python of the same minor version if the very one cannot be had."""
    wanted = [python, ".".join(python.split(".")[:2])] if python else [sys.executable]
    for version in dict.fromkeys(wanted):
        try:
            _uv("venv", "--quiet", "--clear", "--python", version, str(folder))
        except InvalidParameterValue as error:
            reason = error
        else:
            if version != wanted[0]:
                _log.warning("Python %s is not here and cannot be fetched; another %s is used.", python, version)
            return
    raise reason


def _ask_version(python: Path) -> str:
    command = [str(python), "-I", "-c", "import platform; print(platform.python_version())"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def _freeze(python: Path) -> list[str]:
    done = subprocess.run(
        [*uv_command(), "pip", "freeze", "--python", str(python)], capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()


def _uv(*arguments: str) -> None:
    done = subprocess.run([*uv_command(), *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        reason = re.sub(r"\s+", " ", done.stderr).strip()[-1500:]
        raise InvalidParameterValue(f"The environment cannot be made: {reason}")


def _python(folder: Path) -> Path:
    return folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def _root() -> Path:
    return config.home() / "environments"


def _open_lock(name: str) -> int:
    _root().mkdir(mode=0o700, parents=True, exist_ok=True)
    return os.open(_root() / f"{name}.lock", os.O_RDWR | os.O_CREAT, 0o600)


@contextmanager
def _locked(name: str, *, wait: bool = True) -> Iterator[Path]:
    """Yield an environment's folder to this process alone; raise `BlockingIOError` for one in use, unless it waits."""
    descriptor = _open_lock(name)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        yield _root() / name
    finally:
        os.close(descriptor)
