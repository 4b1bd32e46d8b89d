"""Environments of models: made by uv once for all models that need the same, and kept below the user's own folder."""

import fcntl
import logging
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

import headwater
from headwater import config
from headwater.models.isolated import bootstrap
from headwater.models.isolated.needs import Needs
from headwater.protocol.errors import InvalidParameterValue, NotSupported

_DESCRIPTION = "headwater-environment.json"
_SHOWN_LINES = 15
_log = logging.getLogger(__name__)


class Description(msgspec.Struct, frozen=True, kw_only=True):
    """What an environment was made of, and when."""

    python: str
    requirements: list[str]
    constraints: list[str] = []
    created_s: float = 0.0


class Venv:
    """An environment in use: it is not removed while this object lives, in this process or any other.

    Attributes:
        folder: where it is.
        python: its interpreter.
    """

    def __init__(self, folder: Path, lock: int) -> None:
        self.folder = folder
        self.python = _python_in(folder)
        self._lock = lock

    def command(self, module: str, *arguments: str) -> list[str]:
        """Return the command that calls `main` of a module of Headwater, of this very Headwater, in the environment.

        Example:
            >>> command = venv.command("headwater.cli", "doctor")
            >>> venv.keep_over_exec()
            >>> os.execv(command[0], command)
        """
        package = Path(headwater.__file__).parent
        return [str(self.python), "-I", bootstrap.__file__, str(package), module, *arguments]

    def keep_over_exec(self) -> None:
        """Let a program that replaces this one by `exec` keep the environment in use."""
        os.set_inheritable(self._lock, True)

    def close(self) -> None:
        """Let it be removed from now on."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def __del__(self) -> None:
        self.close()


@dataclass(frozen=True)
class KeptVenv:
    """An environment that is kept: its key, what it was made of, when it was last used, and how large it is."""

    key: str
    description: Description
    used_s: float
    size_bytes: int


def open_venv(needs: Needs) -> Venv:
    """Return the environment that has what a model needs, made now unless it is there already.

    Several processes may ask at once: one makes it, the others wait. Raises `InvalidParameterValue` with what uv said
    if it cannot be made, `NotSupported` without uv.
    """
    key = needs.key()
    while True:
        lock = _open_lock(key)
        fcntl.flock(lock, fcntl.LOCK_SH)  # shared with all who use it, and waits for the one who makes it
        if (_root() / key / _DESCRIPTION).exists():
            os.utime(_root() / key / _DESCRIPTION)
            return Venv(_root() / key, lock)
        os.close(lock)
        with _locked(key) as (folder, _):
            if not (folder / _DESCRIPTION).exists():
                _make(folder, needs)


def list_venvs() -> list[KeptVenv]:
    """Return the environments that are kept, the one used last first."""
    found = []
    for file in _root().glob(f"*/{_DESCRIPTION}"):
        try:
            described = msgspec.json.decode(file.read_bytes(), type=Description)
            used = file.stat().st_mtime
        except (OSError, msgspec.DecodeError):  # just removed, or of another version
            continue
        found.append(KeptVenv(file.parent.name, described, used, _size_of(file.parent)))
    return sorted(found, key=lambda venv: -venv.used_s)


def prune_venvs(unused_s: float = 0.0, *, dry_run: bool = False) -> list[KeptVenv]:
    """Remove the environments that nobody uses now or used in the last `unused_s` seconds, and return them."""
    removed = []
    for venv in list_venvs():
        if time.time() - venv.used_s < unused_s:
            continue
        with _locked(venv.key, wait=False) as (folder, is_free):
            if is_free:
                removed.append(venv)
                if not dry_run:
                    shutil.rmtree(folder)
    return removed


def has_uv() -> bool:
    """Tell whether environments can be made here."""
    try:
        return bool(find_uv())
    except NotSupported:
        return False


def find_uv() -> str:
    """Return the path of uv: of its package, else on PATH; raise `NotSupported` without it."""
    try:
        from uv import find_uv_bin  # an optional package

        return str(find_uv_bin())
    except (ImportError, FileNotFoundError):
        found = shutil.which("uv")
    if found is None:
        raise NotSupported("Environments of models are made by uv, which is not installed. Run: pip install uv")
    return found


def _make(folder: Path, needs: Needs) -> None:
    """Make an environment beside its place and move it there, so that an interrupted one is never used."""
    uv = find_uv()
    new = Path(tempfile.mkdtemp(prefix=f"{folder.name}-", suffix=".part", dir=folder.parent))
    try:
        _make_empty(uv, new, needs.python)
        (new / "requirements.txt").write_text("\n".join(needs.requirements), encoding="utf-8")
        (new / "constraints.txt").write_text("\n".join(needs.constraints), encoding="utf-8")
        files = ["--requirements", str(new / "requirements.txt"), "--constraints", str(new / "constraints.txt")]
        _run([uv, "pip", "install", "--quiet", "--python", str(_python_in(new)), *files], new)
        described = Description(
            python=needs.python,
            requirements=needs.requirements,
            constraints=needs.constraints,
            created_s=time.time(),
        )
        (new / _DESCRIPTION).write_bytes(msgspec.json.encode(described))
        shutil.rmtree(folder, ignore_errors=True)
        new.rename(folder)
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise


def _make_empty(uv: str, new: Path, python: str) -> None:
    """Make an environment without packages, of the Python that is wanted, else of the one that is running."""
    command = [uv, "venv", "--quiet", "--relocatable", "--clear", "--python"]
    if python != ".".join(platform.python_version_tuple()[:2]):
        try:
            return _run([*command, python, str(new)], new)
        except InvalidParameterValue:
            _log.warning("There is no Python %s here for the model. Using %s.", python, platform.python_version())
            new.mkdir(exist_ok=True)
    return _run([*command, sys.executable, str(new)], new)


def _run(command: list[str], folder: Path) -> None:
    """Run uv in a folder of ours: settings in the model's folder, or where the user happens to be, are not read."""
    variables = {
        key: value for key, value in os.environ.items() if key not in ("VIRTUAL_ENV", "UV_PROJECT_ENVIRONMENT")
    }
    done = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False)
    if done.returncode:
        said = "\n".join(done.stderr.strip().splitlines()[-_SHOWN_LINES:])
        raise InvalidParameterValue(
            f"The model's environment cannot be made: {said}\nCorrect the model's requirements with "
            "update_model_requirements, or use env_manager='local'."
        )


def _python_in(folder: Path) -> Path:
    return folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def _size_of(folder: Path) -> int:
    """Return how much disk an environment takes, without what it shares with uv's cache by hard links."""
    total = 0
    for path in folder.rglob("*"):
        found = path.lstat()
        if found.st_nlink == 1:
            total += found.st_size
    return total


def _root() -> Path:
    folder = config.home() / "environments"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _open_lock(key: str) -> int:
    return os.open(_root() / f"{key}.lock", os.O_RDWR | os.O_CREAT, 0o600)


@contextmanager
def _locked(key: str, *, wait: bool = True) -> Iterator[tuple[Path, bool]]:
    """Yield where the environment with this key is, and whether this process alone has it, for which it may wait."""
    lock = _open_lock(key)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield _root() / key, False
        else:
            yield _root() / key, True
    finally:
        os.close(lock)
