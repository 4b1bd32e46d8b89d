"""Checks of projects on a Ray cluster; run by the Python of an environment that has Ray."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from ray.runtime_env import RuntimeEnv
from reporting import report_checks  # type: ignore[import-not-found]  # beside it

import headwater as hw
from headwater.environments import Description
from headwater.projects import run
from headwater.projects.backends import Job
from headwater.projects.backends.ray_job import join_runtime_env, write_working_dir
from headwater.projects.command import Command
from headwater.projects.launch import ExecutionException
from headwater.projects.project_file import read_project
from headwater.tracking.writer import RunWriter

PROJECT = """\
name: tutorial
python_env: env.yaml
entry_points:
  main:
    parameters:
      data: {type: path, default: data.txt}
      text: string
    command: "python train.py {data} {text}"
  fail: {command: "echo reason; exit 3"}
  sleep: {command: "echo started; sleep 300 & sleep 300"}
"""
TRAIN = """\
import json, os, sys
import headwater as hw
import ray
with hw.start_run() as active:
    hw.log_metric("size", os.path.getsize(sys.argv[1]))
print(json.dumps([active.info.run_id, sys.argv[2:]]))
"""
TEXT = "$HOME ${HOME} $(id) `id` \"'\\ ü\n; id"


def project() -> Path:
    """Return the folder of the project."""
    folder = Path("project")
    if not folder.exists():
        folder.mkdir()
        (folder / "MLproject").write_text(PROJECT)
        (folder / "env.yaml").write_text("dependencies: [six==1.16.0]\n")
        (folder / "train.py").write_text(TRAIN)
        (folder / "data.txt").write_text("12345")
        (folder / ".gitignore").write_text("data.txt\n")
    return folder


def config(**others: Any) -> dict[str, Any]:
    """Return what the backend is told."""
    return {"address": ADDRESS[0], "poll-s": 0.2, **others}


def log_of(run_id: str) -> str:
    """Return what a run's job printed."""
    return hw.artifacts.load_text(f"runs:/{run_id}/logs/project.log")


def failure_of(entry_point: str, settings: dict[str, Any]) -> str:
    """Run an entry point that fails, and return what is said about it."""
    try:
        run(project(), entry_point, backend="ray", backend_config=settings, env_manager="local")
    except ExecutionException as error:
        return error.message
    return ""


def check_a_project_runs_on_ray_with_its_code_and_values() -> None:
    given = {"text": TEXT}

    found = run(project(), parameters=given, backend="ray", backend_config=config(), env_manager="local")

    tracked = hw.get_run(found.run_id)
    assert tracked.info.status == "FINISHED", tracked.info.status
    assert tracked.data.metrics == {"size": 5.0}, tracked.data.metrics
    assert tracked.data.tags["mlflow.project.backend"] == "ray", tracked.data.tags
    assert tracked.data.tags["headwater.project.job_id"] == f"headwater-{found.run_id}", tracked.data.tags
    line = next(line for line in log_of(found.run_id).splitlines() if found.run_id in line and "[" in line)
    printed = json.loads(line[line.index("[") :])
    assert printed == [found.run_id, [TEXT]], printed


def check_an_environment_is_one_that_ray_makes() -> None:
    found = read_project(project())
    assert found.python_env is not None
    described = Description("", ("six==1.16.0",), ("numpy<3",))
    job = Job(
        RunWriter(hw.get_tracking_uri(), "0" * 32), found, Command("true"), found.folder, {}, environment=described
    )

    made = write_working_dir(job, Path("uploaded"), {"A": TEXT})

    parsed = RuntimeEnv(**join_runtime_env(made, {"env_vars": {"B": "1"}}))
    assert parsed["uv"]["packages"] == ["six==1.16.0"], parsed
    assert parsed["env_vars"] == {"B": "1"}, parsed
    (option,) = parsed["uv"]["uv_pip_install_options"]
    assert option.endswith("/.headwater-job/constraints.txt"), option
    assert join_runtime_env(made, {"pip": ["a"]}) == {"working_dir": "uploaded", "pip": ["a"]}
    assert (Path("uploaded") / "data.txt").is_file()


def check_a_file_outside_of_the_project_is_refused() -> None:
    try:
        run(project(), parameters={"text": "x", "data": "/etc/hostname"}, backend="ray", env_manager="local")
    except hw.InvalidParameterValue as error:
        refusal = error.message
    assert "outside of the project, so a job of 'ray' lacks it" in refusal, refusal


def check_a_job_that_fails_says_why() -> None:
    message = failure_of("fail", config())
    assert "FAILED, exit status 3" in message, message
    run_id = message.split("'")[1]
    assert hw.get_run(run_id).info.status == "FAILED"
    assert "reason" in log_of(run_id), log_of(run_id)


def check_a_cancelled_job_is_stopped() -> None:
    submitted = run(project(), "sleep", backend="ray", backend_config=config(), env_manager="local", synchronous=False)
    log: Any = submitted._execution._steps.log._recording  # type: ignore[attr-defined]
    while not (log.exists() and b"started" in log.read(0, 100_000)[1]):
        assert not submitted._is_over.wait(0.1), log_of(submitted.run_id)
    assert submitted.get_status() == "RUNNING", submitted.get_status()

    submitted.cancel()

    assert submitted.get_status() == "KILLED", submitted.get_status()
    assert hw.get_run(submitted.run_id).info.status == "KILLED"


def check_a_cluster_that_does_not_answer_is_a_failure_that_says_what_to_do() -> None:
    message = failure_of("fail", {"address": "http://127.0.0.1:9"})
    assert "No Ray cluster answers at 'http://127.0.0.1:9'. Start one by `ray start --head`" in message, message


ADDRESS: list[str] = []


@contextmanager
def cluster() -> Iterator[str]:
    """Run a cluster of one node and yield the address of its jobs."""
    with socket.create_server(("127.0.0.1", 0)) as first, socket.create_server(("127.0.0.1", 0)) as second:
        ports = [free.getsockname()[1] for free in (first, second)]
    ray = Path(sys.executable).parent / "ray"
    variables = {**os.environ, "PATH": f"{ray.parent}{os.pathsep}{os.environ['PATH']}"}  # whose python jobs use
    with tempfile.TemporaryDirectory(prefix="ray-") as scratch:
        command = [str(ray), "start", "--head", "--block", "--num-cpus=2", "--include-dashboard=true"]
        command += [f"--port={ports[0]}", f"--dashboard-port={ports[1]}", f"--temp-dir={scratch}"]
        command += ["--node-ip-address=127.0.0.1", "--object-store-memory=100000000", "--disable-usage-stats"]
        with Path("ray.log").open("wb") as log:
            process = subprocess.Popen(command, env=variables, stdout=log, stderr=log, start_new_session=True)
        try:
            wait_for(f"http://127.0.0.1:{ports[1]}", process)
            yield f"http://127.0.0.1:{ports[1]}"
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(20)
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def wait_for(url: str, process: "subprocess.Popen[bytes]") -> None:
    """Ask until the cluster takes jobs; between two questions its process has time to end, which is an error."""
    for _ in range(600):
        try:
            with urllib.request.urlopen(f"{url}/api/version", timeout=5):
                return
        except OSError:
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.1)
                break
    raise AssertionError(f"Ray does not answer: {Path('ray.log').read_text()}")


if __name__ == "__main__":
    os.environ["HEADWATER_HOME"] = str(Path("home").resolve())
    with cluster() as address:
        ADDRESS.append(address)
        report_checks(globals())
