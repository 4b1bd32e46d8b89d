"""How an environment gets into an image. Every command is a list of words: no shell reads what an author wrote."""

import json
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from headwater.environments.description import Description
from headwater.environments.uv import uv_command
from headwater.protocol.errors import InvalidParameterValue, NotSupported

LOCK_FILE = "requirements.lock"
_ENGINES = ("docker", "podman")


def find_engine(advice: str) -> str:
    """Return the path of the container engine's program; raise `NotSupported` with the advice if there is none."""
    engine = next((path for word in _ENGINES if (path := shutil.which(word))), None)
    if engine is None:
        raise NotSupported(f"Neither docker nor podman is installed. {advice}")
    return engine


def install_lines(prefix: str, uv: str, wheel: str, folder: str = "") -> list[str]:
    """Return the lines of a Dockerfile that make the environment `prefix` from a lock file.

    The lock file, and Headwater's wheel unless `wheel` is empty, are in `folder` of the context, such as "" or "a/".
    """
    install = ["python3", "-m", "uv", "pip", "install", "--python", f"{prefix}/bin/python"]
    install += ["--no-deps", "--compile-bytecode"]
    copied = " ".join(f"{folder}{name}" for name in (LOCK_FILE, wheel) if name)
    return [
        "ENV UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never UV_NO_CACHE=1",
        run_line("python3", "-m", "pip", "install", "--no-cache-dir", "--quiet", f"uv=={uv}"),
        run_line("python3", "-m", "venv", "--without-pip", prefix),
        f"COPY {copied} /build/",
        run_line(*install, "--require-hashes", "--requirement", f"/build/{LOCK_FILE}"),
        *([run_line(*install, f"/build/{wheel}")] if wheel else []),
    ]


def run_line(*words: str) -> str:
    """Return the line of a Dockerfile that runs a command."""
    return f"RUN {json.dumps(words)}"


def lock_requirements(description: Description, whose: str = "model") -> str:
    """Return requirements with exact versions and hashes, for every platform; raise if there is no solution."""
    with tempfile.TemporaryDirectory(prefix="headwater-lock-") as scratch:
        listed, bounds = Path(scratch) / "requirements.in", Path(scratch) / "constraints.txt"
        listed.write_text("\n".join(description.requirements) + "\n", encoding="utf-8")
        bounds.write_text("\n".join(description.constraints) + "\n", encoding="utf-8")
        command = [
            *uv_command(), "pip", "compile", "--quiet", "--no-header", "--no-annotate", "--generate-hashes",
            "--universal", "--python-version", description.python, "--constraints", str(bounds), str(listed),
        ]  # fmt: skip
        done = subprocess.run(command, cwd=scratch, capture_output=True, text=True, check=False)
    if done.returncode:
        reason = re.sub(r"\s+", " ", done.stderr).strip()[-1500:]
        raise InvalidParameterValue(f"The {whose}'s requirements cannot be locked: {reason}")
    return done.stdout


def find_uv_version() -> str:
    """Return the version of uv that images get: the one that is used here."""
    done = subprocess.run([*uv_command(), "--version"], capture_output=True, text=True, check=True)
    match = re.search(r"\d+\.\d+\.\d+", done.stdout)
    if match is None:
        raise InvalidParameterValue(f"'{uv_command()[0]}' does not say its version. Install uv again.")
    return match[0]
