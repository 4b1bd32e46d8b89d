"""Virtual environments of other packages, made once and kept, for tests and benchmarks beside real peers."""

import fcntl
import hashlib
import subprocess
import sys
import tempfile
from pathlib import Path


def environment_python(requirements: Path, cache: Path, *, by_pip: bool = False) -> Path:
    """Return the Python of an environment with exactly `requirements`, a pinned list, made below `cache` if new.

    Several processes may ask at once: one makes it, the others wait. `by_pip` installs with pip as this machine has
    configured it, which may know of builds that uv does not, such as PyTorch's for the CPU.
    """
    digest = hashlib.sha256(requirements.read_bytes() + sys.version.encode()).hexdigest()[:12]
    folder = cache / f"{requirements.stem}-{digest}"
    cache.mkdir(parents=True, exist_ok=True)
    (cache / "CACHEDIR.TAG").write_text("Signature: 8a477f597d28d172789f06886806bc55\n")
    with (cache / f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            _make(requirements, folder, by_pip=by_pip)
    return _python(folder)


def _make(requirements: Path, folder: Path, *, by_pip: bool) -> None:
    new = Path(tempfile.mkdtemp(prefix=f"{requirements.stem}-", dir=folder.parent))
    python = str(_python(new))
    _uv("venv", "--relocatable", "--clear", "--python", sys.executable, str(new))
    if by_pip:
        _uv("pip", "install", "--python", python, "pip")
        _run([python, "-m", "pip", "install", "--quiet", "--requirement", str(requirements)])
    else:
        _uv("pip", "install", "--python", python, "--compile-bytecode", "--requirement", str(requirements))
    new.rename(folder)


def _python(folder: Path) -> Path:
    return folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def _uv(*arguments: str) -> None:
    from uv import find_uv_bin

    _run([find_uv_bin(), *arguments])


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"'{' '.join(command)}' failed with status {done.returncode}:\n{done.stderr}")
