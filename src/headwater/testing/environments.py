"""Virtual environments of other packages, made once and kept, for tests and benchmarks beside real peers."""

import hashlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path


def environment_python(requirements: Path, cache: Path, *, by_pip: bool = False) -> Path:
    """Return the Python of an environment with exactly `requirements`, a pinned list, made below `cache` if new.

    Two processes may ask at once: each makes its own and the first one to finish is kept. `by_pip` installs with pip
    as this machine has configured it, which may know of builds that uv does not, such as PyTorch's for the CPU.
    """
    digest = hashlib.sha256(requirements.read_bytes() + sys.version.encode()).hexdigest()[:12]
    folder = cache / f"{requirements.stem}-{digest}"
    if not folder.exists():
        cache.mkdir(parents=True, exist_ok=True)
        (cache / "CACHEDIR.TAG").write_text("Signature: 8a477f597d28d172789f06886806bc55\n")
        new = Path(tempfile.mkdtemp(prefix=f"{requirements.stem}-", dir=cache))
        _uv("venv", "--relocatable", "--clear", "--python", sys.executable, str(new))
        if by_pip:
            _uv("pip", "install", "--python", str(_python(new)), "pip")
            _run([str(_python(new)), "-m", "pip", "install", "--quiet", "--requirement", str(requirements)])
        else:
            python = str(_python(new))
            _uv("pip", "install", "--python", python, "--compile-bytecode", "--requirement", str(requirements))
        try:
            new.rename(folder)
        except OSError:
            if not folder.exists():
                raise
            shutil.rmtree(new)
    return _python(folder)


def _python(folder: Path) -> Path:
    return folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def _uv(*arguments: str) -> None:
    from uv import find_uv_bin

    _run([find_uv_bin(), *arguments])


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"'{' '.join(command)}' failed with status {done.returncode}:\n{done.stderr}")
