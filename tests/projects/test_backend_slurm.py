"""Projects as batch jobs, on a real Slurm of one node where it is installed."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import headwater as hw
from faults.programs import wait_for
from headwater.projects import run
from headwater.projects.launch import ExecutionException
from projects.programs import link_programs, write_program
from projects.slurm_cluster import find_daemons, running_cluster

needs_slurm = pytest.mark.skipif(len(find_daemons()) < 3, reason="Slurm is not installed")
HOSTILE = "$HOME $(touch mark) `touch mark` \"'\\ ü\n; touch mark, x"
CONFIG = {"poll-s": 0.05}


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with running_cluster(tmp_path_factory.mktemp("slurm")) as configuration:
        yield configuration


@pytest.fixture
def slurm(cluster: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLURM_CONF", str(cluster))


def _log(run_id: str) -> str:
    return hw.artifacts.load_text(f"runs:/{run_id}/logs/project.log")


@needs_slurm
@pytest.mark.usefixtures("slurm")
def test_a_project_runs_as_a_batch_job(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    config = {**CONFIG, "partition": "main", "time": 5, "cpus_per_task": 1, "options": ["--comment=a"]}
    config["setup"] = ["export FROM_SETUP=yes"]
    (project / "show.sh").write_text("set -e; echo $FROM_SETUP $SLURM_JOB_PARTITION; python train.py 0.25; echo $@ >&2")

    submitted = run(project, "show.sh", parameters={"text": HOSTILE}, backend="slurm", backend_config=config)

    found = hw.get_run(submitted.run_id)
    assert (found.info.status, submitted.get_status(), submitted.failure) == ("FINISHED", "FINISHED", "")
    assert found.data.metrics == {"alpha": 0.25}
    assert found.data.tags["mlflow.project.backend"] == "slurm"
    assert found.data.tags["headwater.project.job_id"].isdigit()
    printed = capfd.readouterr()
    assert printed.out == f"yes main\ntrained {submitted.run_id}\n"
    assert " ".join(HOSTILE.split()) in " ".join(printed.err.split())
    assert "#SBATCH --time=5\n" in hw.artifacts.load_text(f"runs:/{submitted.run_id}/code/job.sh")
    assert not (project / "mark").exists()


@needs_slurm
@pytest.mark.usefixtures("slurm")
def test_a_batch_job_that_fails_says_why(project: Path) -> None:
    with pytest.raises(ExecutionException, match=r"failed: job \d+ of Slurm: FAILED, exit status 3\.") as caught:
        run(project, "fail", backend="slurm", backend_config=CONFIG)

    found = hw.get_run(caught.value.message.split("'")[1])
    assert found.info.status == "FAILED"
    assert found.data.tags["headwater.project.failure"].endswith("exit status 3")
    assert "err reason" in _log(found.info.run_id)


@needs_slurm
@pytest.mark.parametrize("by_whom", ["us", "an administrator"])
@pytest.mark.usefixtures("slurm")
def test_a_batch_job_is_cancelled(project: Path, by_whom: str) -> None:
    (project / "long.sh").write_text("touch started; sleep 300")
    submitted = run(project, "long.sh", backend="slurm", backend_config=CONFIG, synchronous=False)
    wait_for((project / "started").exists)
    assert submitted.get_status() == "RUNNING"

    if by_whom == "us":
        submitted.cancel()
    else:
        subprocess.run(["scancel", "--user", _user()], check=True)

    assert submitted.wait() is False
    assert submitted.get_status() == hw.get_run(submitted.run_id).info.status == "KILLED"
    queue = subprocess.run(["squeue", "--noheader"], capture_output=True, text=True, check=True)
    assert " R " not in queue.stdout


@needs_slurm
@pytest.mark.usefixtures("slurm")
def test_a_batch_job_that_slurm_refuses_fails_with_its_reason(project: Path) -> None:
    with pytest.raises(ExecutionException, match=r"Slurm refused the job: .*invalid partition"):
        run(project, backend="slurm", backend_config={**CONFIG, "partition": "nope"})

    assert [found.info.status for found in hw.search_runs(output_format="list")] == ["FAILED"]


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"partition": "a b"}, "without spaces"),
        ({"partition": "a\n#SBATCH --uid=0"}, "Give a text"),
        ({"time": "$(id)"}, "without spaces"),
        ({"gpus": '1"'}, "without spaces"),
        ({"options": ["--output=/etc/passwd"]}, "is set by Headwater"),
        ({"options": ["--wrap=id"]}, "is set by Headwater"),
        ({"options": ["-p main"]}, "is no option of sbatch"),
        ({"options": ["--comment=a\n#SBATCH --uid=0"]}, "one line"),
        ({"options": "--comment=a"}, "Give a list"),
        ({"setup": ["module load cuda\nid"]}, "one line"),
        ({"nodes": True}, "Give a text"),
        ({"ntasks": "many"}, "whole number"),
        ({"poll-s": -1}, "Give a number"),
        ({"shell": "bash"}, "knows no option 'shell'"),
    ],
)
def test_what_is_said_to_slurm_stays_an_option(project: Path, config: dict[str, Any], message: str) -> None:
    with pytest.raises(hw.InvalidParameterValue, match=message):
        run(project, backend="slurm", backend_config=config)

    assert [found.info.status for found in hw.search_runs(output_format="list")] == ["FAILED"]


def test_without_slurm_it_is_said_where_to_submit(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link_programs(tmp_path / "programs", "git", "sh")
    monkeypatch.setenv("PATH", str(tmp_path / "programs"))

    with pytest.raises(ExecutionException, match=r"'sbatch' is not installed\. Submit from a machine of the cluster"):
        run(project, backend="slurm", backend_config=CONFIG)


@pytest.mark.parametrize(
    ("state", "status", "reason"),
    [
        ("COMPLETED", "FINISHED", ""),
        ("TIMEOUT", "FAILED", "job 7 of Slurm: TIMEOUT"),
        ("OUT_OF_MEMORY", "FAILED", "job 7 of Slurm: OUT_OF_MEMORY"),
        ("CANCELLED by 0", "KILLED", "job 7 of Slurm: CANCELLED"),
    ],
)
def test_what_squeue_has_forgotten_is_asked_of_sacct(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, state: str, status: str, reason: str
) -> None:
    programs = tmp_path / "programs"
    write_program(programs, "sbatch", "echo '7;cluster'")
    write_program(programs, "squeue", "echo 'slurm_load_jobs error: Invalid job id specified' >&2; exit 1")
    write_program(programs, "sacct", f'echo "$*" > {tmp_path}/asked; echo "{state}"')
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")

    submitted = run(project, backend="slurm", backend_config=CONFIG, synchronous=False)

    assert submitted.wait() is (status == "FINISHED")
    assert (submitted.get_status(), submitted.failure) == (status, reason)
    assert (tmp_path / "asked").read_text() == "--noheader --allocations --parsable2 --jobs=7 --format=State\n"


def _user() -> str:
    return subprocess.run(["id", "-un"], capture_output=True, text=True, check=True).stdout.strip()
