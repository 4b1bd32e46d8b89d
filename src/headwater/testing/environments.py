"""Programs and packages of others that tests and benchmarks run beside: installed once from a pinned list, and kept."""

import fcntl
import hashlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path


def environment_python(requirements: Path, cache: Path, *, by_pip: bool = False, is_compiled: bool = False) -> Path:
    """Return the Python of an environment with exactly `requirements`, a pinned list, made below `cache` if new.

    Several processes may ask at once: one makes it, the others wait. `by_pip` installs with pip as this machine has
    configured it, which may know of builds that uv does not, such as PyTorch's for the CPU; nothing but what the list
    names is installed, so that a package may go without what it says it needs. Modules are compiled when they are
    first imported, which for most is never; with `is_compiled` all at once, for who measures.
    """
    digest = hashlib.sha256(requirements.read_bytes() + sys.version.encode()).hexdigest()[:12]
    folder = cache / f"{requirements.stem}-{digest}"
    _make_once(folder, lambda new: _make(requirements, new, by_pip=by_pip, is_compiled=is_compiled))
    return _python(folder)


def node_program(name: str, packages: Path, cache: Path) -> list[str]:
    """Return the command of a program of npm packages, installed below `cache` if new; its arguments are to follow.

    `packages` is a folder with a `package.json` and its lock. Scripts that a package wants to run when it is installed
    are not run. Several processes may ask at once. Raises `FileNotFoundError` if the machine has no npm.
    """
    lock = packages / "package-lock.json"
    folder = cache / f"{packages.name}-{hashlib.sha256(lock.read_bytes()).hexdigest()[:12]}"
    _make_once(folder, lambda new: _install(packages, new))
    return ["node", str(folder / "node_modules" / ".bin" / name)]


def _make_once(folder: Path, make: Callable[[Path], None]) -> None:
    cache = folder.parent
    cache.mkdir(parents=True, exist_ok=True)
    (cache / "CACHEDIR.TAG").write_text("Signature: 8a477f597d28d172789f06886806bc55\n")
    with (cache / f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            new = Path(tempfile.mkdtemp(prefix=f"{folder.name.rpartition('-')[0]}-", dir=cache))
            make(new)
            new.rename(folder)


def _make(requirements: Path, new: Path, *, by_pip: bool, is_compiled: bool) -> None:
    python = str(_python(new))
    listed = ("--requirement", str(requirements))
    _uv("venv", "--relocatable", "--clear", "--python", sys.executable, str(new))
    if by_pip:
        _uv("pip", "install", "--python", python, "pip")
        _run([python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-compile", *listed])
    else:
        _uv("pip", "install", "--python", python, *(["--compile-bytecode"] if is_compiled else []), *listed)


def _install(packages: Path, new: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise FileNotFoundError(f"npm is not installed, which '{packages}' needs. Run `just setup`, or install Node.")
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(packages / name, new / name)
    _run([npm, "ci", "--prefix", str(new), "--ignore-scripts", "--no-audit", "--no-fund"])


def _python(folder: Path) -> Path:
    return folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def _uv(*arguments: str) -> None:
    from uv import find_uv_bin

    _run([find_uv_bin(), *arguments])


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"'{' '.join(command)}' failed with status {done.returncode}:\n{done.stderr}")
