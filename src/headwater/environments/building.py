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
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from headwater import config
from headwater.environments.description import Description
from headwater.environments.uv import uv_command
from headwater.protocol.errors import InvalidParameterValue
from headwater.version import __version__

_log = logging.getLogger(__name__)
_READY = "headwater-environment.json"


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
    has_headwater = with_headwater or description.needs_headwater
    name = description.digest() + ("-hw" if has_headwater else "")
    with _locked(name) as folder:
        if not (folder / _READY).exists():
            shutil.rmtree(folder, ignore_errors=True)
            started = time.monotonic()
            _make(folder, description, has_headwater=has_headwater)
            _log.info("Made the environment '%s' in %.1f s.", name, time.monotonic() - started)
        os.utime(folder / _READY)
    return _python(folder)


def read_installed(python: Path) -> Description:
    """Return everything that is in an environment that `prepare_environment` made, pinned."""
    folder = python.parent.parent
    facts = json.loads((folder / _READY).read_text(encoding="utf-8"))
    configured = (folder / "pyvenv.cfg").read_text(encoding="utf-8")
    match = re.search(r"(?m)^version_info\s*=\s*(\d+\.\d+\.\d+)", configured)
    return Description(match[1] if match else "", tuple(facts["installed"]))


def list_environments() -> list[Kept]:
    """Return the environments that are kept, the last used first."""
    found = []
    for mark in _root().glob(f"*/{_READY}"):
        folder = mark.parent
        size = sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
        requirements = json.loads(mark.read_text(encoding="utf-8"))["requirements"]
        found.append(Kept(folder.name, folder, size, mark.stat().st_mtime, requirements))
    return sorted(found, key=lambda kept: kept.used_at, reverse=True)


def prune_environments(unused_s: float = 0.0) -> list[Kept]:
    """Remove the environments that were not used for this many seconds, and return them."""
    removed = []
    for kept in list_environments():
        with _locked(kept.name) as folder:
            mark = folder / _READY
            if mark.exists() and time.time() - mark.stat().st_mtime >= unused_s:
                shutil.rmtree(folder)
                removed.append(kept)
    return removed


def _make(folder: Path, description: Description, *, has_headwater: bool) -> None:
    _make_venv(folder, description.python)
    python = _python(folder)
    requirements = description.others()
    if has_headwater:
        requirements += _own_requirements()
    if requirements:
        with tempfile.TemporaryDirectory(prefix="headwater-") as scratch:
            listed, bounds = Path(scratch) / "requirements.txt", Path(scratch) / "constraints.txt"
            listed.write_text("\n".join(requirements) + "\n", encoding="utf-8")
            bounds.write_text("\n".join(description.constraints) + "\n", encoding="utf-8")
            arguments = ["--python", str(python), "--requirements", str(listed), "--constraints", str(bounds)]
            _uv("pip", "install", "--quiet", *arguments)
    if has_headwater:
        _copy_headwater(python)
    facts = {"requirements": list(description.requirements), "installed": _freeze(python)}
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


def _own_requirements() -> list[str]:
    listed = metadata.requires("headwater") or []
    return [line for line in listed if "extra ==" not in line]


def _copy_headwater(python: Path) -> None:
    """Install the Headwater that is running: its package as it is, be it from a wheel or a checkout."""
    command = [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    site = Path(subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip())
    package = Path(__file__).parents[1]
    shutil.copytree(package, site / package.name, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
    information = site / f"headwater-{__version__}.dist-info"
    information.mkdir(exist_ok=True)
    text = metadata.distribution("headwater").read_text("METADATA") or ""
    (information / "METADATA").write_text(text, encoding="utf-8")
    (information / "INSTALLER").write_text("headwater\n", encoding="utf-8")


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


@contextmanager
def _locked(name: str) -> Iterator[Path]:
    _root().mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(_root() / f"{name}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield _root() / name
    finally:
        os.close(descriptor)
