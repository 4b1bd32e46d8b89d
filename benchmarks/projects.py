"""Running a project: its environment made anew and found again, and what the launch adds."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from measure import Row, peer_python, report, scratch

PROJECT = """\
name: bench
python_env: python_env.yaml
entry_points:
  main: {command: "python -c 'import sklearn'"}
  empty: {command: "true"}
"""
ENVIRONMENT = "python: {python}\nbuild_dependencies: [pip]\ndependencies: [scikit-learn==1.7.2]\n"
VERSION = ".".join(map(str, sys.version_info[:3]))


def measure() -> list[Row]:
    """Run a project whose environment has scikit-learn: first, again, and an empty command in this environment."""
    ours, peer = [sys.executable, "-m", "headwater"], [str(peer_python()), "-m", "mlflow"]
    with scratch() as folder:
        project = folder / "project"
        project.mkdir()
        (project / "MLproject").write_text(PROJECT)
        (project / "python_env.yaml").write_text(ENVIRONMENT.format(python=VERSION))
        cold, peer_cold = _run(ours, folder, "uv"), _run(peer, folder, "virtualenv")
        warm, peer_warm = min(_run(ours, folder, "uv") for _ in range(3)), _run(peer, folder, "virtualenv")
        bare = min(_import(folder) for _ in range(3))
        uncompiled = _import(folder, {"PYTHONPYCACHEPREFIX": str(folder / "no-modules-yet")})
        launch, peer_launch = (min(_run(what, folder, "local", "empty") for _ in range(3)) for what in (ours, peer))
    return [
        Row(
            name="first run, environment made",
            unit="s",
            ours=cold,
            peer=peer_cold,
            note="packages from the index's cache",
        ),
        Row(
            name="first run, without the command itself",
            unit="s",
            ours=cold - uncompiled,
            peer=peer_cold - bare,
            note=f"the first import compiles modules here ({uncompiled:.2f} s), which pip does as it installs them",
        ),
        Row(
            name="next run, environment there",
            unit="s",
            ours=warm,
            peer=peer_warm,
            note="with the import of scikit-learn",
        ),
        Row(
            name="next run, without the command itself",
            unit="s",
            ours=warm - bare,
            peer=peer_warm - bare,
            note=f"what is left without the {bare:.2f} s of importing scikit-learn in that environment",
        ),
        Row(
            name="an empty command, no environment",
            unit="s",
            ours=launch,
            peer=peer_launch,
            note="the whole command line",
        ),
    ]


def _run(command: list[str], folder: Path, manager: str, entry_point: str = "main") -> float:
    variables = {**os.environ, "HEADWATER_HOME": str(folder / "home"), "MLFLOW_ENV_ROOT": str(folder / "peer-envs")}
    variables.pop("PYTHONDONTWRITEBYTECODE", None)  # compiled modules are kept on a user's machine
    name = "headwater" if "headwater" in command else "mlflow"
    variables["MLFLOW_TRACKING_URI"] = variables["HEADWATER_TRACKING_URI"] = f"sqlite:///{folder / name}.db"
    arguments = ["run", str(folder / "project"), "-e", entry_point, "--env-manager", manager]
    started = time.perf_counter()
    done = subprocess.run(
        [*command, *arguments], env=variables, cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return time.perf_counter() - started


def _import(folder: Path, variables: dict[str, str] | None = None) -> float:
    """Return the time of the command itself in the environment that was made."""
    (python,) = (folder / "home" / "environments").glob("*/bin/python")
    started = time.perf_counter()
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    subprocess.run([str(python), "-c", "import sklearn"], env={**inherited, **(variables or {})}, check=True)
    return time.perf_counter() - started


if __name__ == "__main__":
    if shutil.which("pyenv") is None:
        raise SystemExit("The peer's virtualenv manager needs pyenv.")
    report(measure())
