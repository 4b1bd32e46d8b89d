"""Running projects as runs of an experiment, for real, on this machine."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

import pytest

import headwater as hw
from faults.programs import wait_for
from headwater.config import home
from headwater.environments import Description
from headwater.projects.backends import Execution, Job, find_backend
from headwater.projects.launch import ExecutionException, create_run, run
from headwater.projects.plan import make_plan, start_plan

Git = Callable[..., str]


def _log(run_id: str) -> str:
    return hw.artifacts.load_text(f"runs:/{run_id}/logs/project.log")


def test_a_project_runs_as_a_run_that_says_what_it_was(
    repository: Path, git: Git, capfd: pytest.CaptureFixture[str]
) -> None:
    submitted = run(str(repository), parameters={"alpha": 0.25}, experiment_name="tutorial", run_name="first")

    found = hw.get_run(submitted.run_id)
    assert (found.info.status, found.info.run_name) == ("FINISHED", "first")
    assert hw.get_experiment_by_name("tutorial").experiment_id == found.info.experiment_id  # type: ignore[union-attr]
    assert found.data.params == {"alpha": "0.25"}
    assert found.data.metrics == {"alpha": 0.25}
    expected = {
        "mlflow.source.name": repository.as_uri(),
        "mlflow.source.type": "PROJECT",
        "mlflow.project.entryPoint": "main",
        "mlflow.project.backend": "local",
        "mlflow.source.git.commit": git(repository, "rev-parse", "HEAD"),
    }
    assert expected.items() <= found.data.tags.items()
    assert submitted.get_status() == "FINISHED"
    assert f"trained {submitted.run_id}" in _log(submitted.run_id)
    assert f"trained {submitted.run_id}" in capfd.readouterr().out


def test_what_a_python_program_prints_is_shown_while_it_runs(
    project: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)
    heard = tmp_path / "heard"
    lines = ["import pathlib, time", "print('begun')"]
    lines += [f"while not pathlib.Path({str(heard)!r}).exists(): time.sleep(0.01)"]
    (project / "slow.py").write_text("\n".join(lines))
    shown = ""

    def is_begun() -> bool:
        nonlocal shown
        shown += capfd.readouterr().out
        return "begun" in shown

    submitted = run(str(project), "slow.py", synchronous=False)

    try:
        wait_for(is_begun)
    finally:
        heard.touch()
    assert submitted.wait()


def test_a_version_is_run_as_it_was_and_recorded(repository: Path, git: Git) -> None:
    first = git(repository, "rev-parse", "HEAD")
    (repository / "train.py").write_text("raise SystemExit('not this one')")
    git(repository, "commit", "-qam", "broken")

    submitted = run(str(repository), version=first)

    tags = hw.get_run(submitted.run_id).data.tags
    assert tags["mlflow.source.git.commit"] == first
    assert tags["mlflow.source.git.repoURL"] == repository.as_uri()


def test_changes_that_git_does_not_have_are_kept_as_a_patch(repository: Path, git: Git, tmp_path: Path) -> None:
    commit = git(repository, "rev-parse", "HEAD")
    (repository / "train.py").write_text("print('changed')\n")
    submitted = run(str(repository))
    again = tmp_path / "again"
    git(tmp_path, "clone", "-q", str(repository), str(again))

    patch = hw.artifacts.download_artifacts(f"runs:/{submitted.run_id}/code/changes.patch")

    git(again, "checkout", "-q", commit)
    git(again, "apply", patch)
    assert (again / "train.py").read_text() == "print('changed')\n"


def test_a_project_that_fails_is_an_error_and_a_failed_run(project: Path) -> None:
    with pytest.raises(ExecutionException, match=r"Run \(ID '(\w+)'\) failed") as caught:
        run(str(project), "fail")

    run_id = caught.value.message.split("'")[1]
    assert hw.get_run(run_id).info.status == "FAILED"
    assert "reason" in _log(run_id)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"entry_point": "nope"}, "Could not find nope among entry points"),
        ({"entry_point": "train"}, r"Perhaps you want: -e train\.py"),
        ({"entry_point": "sleeep"}, "Perhaps you want: -e sleep"),
        ({"parameters": {"alpha": "x"}}, "Expected float"),
        ({"parameters": {"a b": "x"}}, "Invalid parameter name"),
        ({"backend": "zzz"}, "Got unsupported execution mode zzz"),
        ({"backend_config": "{"}, "no JSON"),
    ],
)
def test_what_is_wrong_with_the_request_leaves_no_run_running(
    project: Path, arguments: dict[str, str], message: str
) -> None:
    with pytest.raises(hw.InvalidParameterValue, match=message):
        run(str(project), **arguments)  # type: ignore[arg-type]

    assert [found.info.status for found in hw.search_runs(output_format="list")] in ([], ["FAILED"])


def test_a_run_below_an_active_one_is_its_child(project: Path) -> None:
    with hw.start_run() as parent:
        child = run(str(project))

    assert hw.get_run(child.run_id).data.tags["mlflow.parentRunId"] == parent.info.run_id


def test_a_submitted_run_is_followed_and_cancelled_with_all_its_processes(project: Path) -> None:
    submitted = run(str(project), "sleep", synchronous=False)
    wait_for(lambda: submitted._execution._log._recording.size() > 0)  # type: ignore[attr-defined]
    group = submitted._execution._group.group_id  # type: ignore[attr-defined]
    assert submitted.get_status() == "RUNNING"

    submitted.cancel()

    assert (submitted.get_status(), submitted.wait()) == ("KILLED", False)
    assert hw.get_run(submitted.run_id).info.status == "KILLED"
    wait_for(lambda: not _lives(group))


def _lives(group: int) -> bool:
    found = subprocess.run(["ps", "-o", "stat=", "-g", str(group)], capture_output=True, text=True, check=False).stdout
    return any(not line.startswith("Z") for line in found.split())


def test_a_terminated_command_line_ends_its_project(project: Path, uri: str) -> None:
    command = [sys.executable, "-m", "headwater", "run", str(project), "-e", "sleep"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "started\n"

        process.send_signal(signal.SIGTERM)

        assert process.wait(30) != 0
    (found,) = hw.search_runs(output_format="list")
    assert found.info.status == "KILLED"


def test_a_command_line_that_is_terminated_while_an_environment_is_made_kills_its_run(project: Path, uri: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        (project / "requirements.txt").write_text(f"--index-url https://127.0.0.1:{port}/simple\nnone\n")
        command = [sys.executable, "-m", "headwater", "run", str(project)]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
            asked, _ = silent.accept()  # by uv, which will not be answered

            process.terminate()

            assert process.wait(timeout=20) == 1
            asked.close()
            assert process.stderr is not None
            assert process.stderr.read().endswith("Error: Interrupted.\n")
    assert hw.search_runs(output_format="list")[0].info.status == "KILLED"


def test_the_command_line_runs_a_project(project: Path, uri: str) -> None:
    command = [sys.executable, "-m", "headwater", "run", str(project), "-P", "alpha=0.75", "-P", "extra=1"]

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    (found,) = hw.search_runs(output_format="list")
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"trained {found.info.run_id}\n"
    assert done.stderr.endswith(f"=== Run (ID '{found.info.run_id}') succeeded ===\n")
    assert found.data.params == {"alpha": "0.75", "extra": "1"}
    assert not list((home() / "journal").iterdir())


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["-P", "alpha"], 2),
        (["-P", "a=1", "-P", "a=2"], 2),
        (["--experiment-name", "a", "--experiment-id", "0"], 2),
        (["-e", "fail"], 1),
    ],
)
def test_the_exit_status_says_whether_it_was_the_request_or_the_project(
    project: Path, arguments: list[str], code: int
) -> None:
    command = [sys.executable, "-m", "headwater", "run", str(project), *arguments]

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == code
    assert "Traceback" not in done.stderr


def test_mlflow_finds_the_run_in_its_own_variables(project: Path) -> None:
    (project / "show.sh").write_text("echo $MLFLOW_RUN_ID $MLFLOW_EXPERIMENT_ID $MLFLOW_TRACKING_URI\n")

    submitted = run(str(project), "show.sh")

    info = hw.get_run(submitted.run_id).info
    assert f"{info.run_id} {info.experiment_id} {hw.get_tracking_uri()}" in _log(submitted.run_id)


def test_a_project_runs_in_its_own_environment(project: Path) -> None:
    (project / "MLproject").write_text("python_env: env.yaml\nentry_points: {main: {command: python show.py}}\n")
    (project / "env.yaml").write_text("dependencies: [six==1.16.0]\n")
    (project / "show.py").write_text("import six, sys; print(six.__version__, sys.prefix)\n")

    submitted = run(str(project))

    assert f"1.16.0 {hw.config.home() / 'environments'}" in _log(submitted.run_id)
    assert hw.get_run(submitted.run_id).data.tags["mlflow.project.env"] == "uv"


def test_a_projects_own_packages_in_src_are_found(project: Path) -> None:
    (project / "MLproject").unlink()
    (project / "pyproject.toml").write_text('[project]\nname = "mine"\nversion = "1"\n')
    (project / "src" / "mine").mkdir(parents=True)
    (project / "src" / "mine" / "__init__.py").write_text("print('found')\n")
    (project / "show.py").write_text("import mine\n")

    submitted = run(str(project), "show.py", env_manager="local")

    assert "found" in _log(submitted.run_id)


@pytest.mark.parametrize(
    ("more", "expected"), [("", ("six==1.16.0",)), ("# /// script\n# dependencies = []\n# ///\n", ())]
)
def test_the_dependencies_in_pyproject_are_the_environment_of_what_has_no_other(
    project: Path, more: str, expected: tuple[str, ...]
) -> None:
    (project / "MLproject").unlink()
    (project / "pyproject.toml").write_text('[project]\ndependencies = ["six==1.16.0"]\nrequires-python = ">=3.11"\n')
    (project / "show.py").write_text(f"{more}print()\n")

    plan = make_plan(str(project), "show.py", "", {}, "")

    assert plan.environment == Description("", expected)


def test_a_script_runs_in_the_environment_that_its_head_describes(project: Path) -> None:
    (project / "MLproject").unlink()
    (project / "show.py").write_text(
        "# /// script\n# dependencies = ['six==1.16.0']\n# ///\nimport six\nprint(six.__version__)\n"
    )

    assert "1.16.0" in _log(run(str(project), "show.py").run_id)


@pytest.mark.parametrize("manager", ["zzz", "Conda"])
def test_an_environment_manager_that_is_not_used_is_refused(project: Path, manager: str) -> None:
    with pytest.raises(hw.InvalidParameterValue, match="env_manager"):
        run(str(project), env_manager=manager)

    assert hw.search_runs(output_format="list") == []


def test_options_of_images_are_refused_without_one(project: Path) -> None:
    with pytest.raises(hw.InvalidParameterValue, match="'local' knows no option 'docker_args'"):
        run(str(project), docker_args={"gpus": "all"})
    assert [found.info.status for found in hw.search_runs(output_format="list")] == ["FAILED"]


def test_the_backend_of_databricks_is_left_to_a_plugin(project: Path) -> None:
    with pytest.raises(hw.InvalidParameterValue, match="'databricks' is left to a plugin, and none is installed"):
        run(str(project), backend="databricks")


def test_a_folder_runs_where_there_is_no_git(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("bash", "sh"):
        (programs / name).symlink_to(shutil.which(name) or name)
    monkeypatch.setenv("PATH", str(programs))

    submitted = run(str(project), parameters={"alpha": 1}, env_manager="local")

    assert hw.get_run(submitted.run_id).data.metrics == {"alpha": 1.0}


def test_a_run_that_is_not_there_cannot_be_continued(project: Path) -> None:
    with pytest.raises(hw.ResourceDoesNotExist):
        run(str(project), run_id="0" * 32, env_manager="local")

    assert not list((home() / "journal").glob("*"))


def test_a_run_says_what_it_failed_of(project: Path) -> None:
    (project / "kill.sh").write_text("kill -KILL $$")
    failed, killed = (run(str(project), name, synchronous=False) for name in ("fail", "kill.sh"))

    assert (failed.wait(), failed.failure) == (False, "exit status 3")
    assert (killed.wait(), killed.failure) == (False, "ended by SIGKILL")
    assert hw.get_run(failed.run_id).data.tags["headwater.project.failure"] == "exit status 3"


@pytest.mark.parametrize("extension", ["json", "yaml"])
def test_a_backends_configuration_may_be_a_file(project: Path, tmp_path: Path, extension: str) -> None:
    (tmp_path / f"config.{extension}").write_text('{"partition": "a b"}')

    with pytest.raises(hw.InvalidParameterValue, match="'partition' of backend 'slurm' is 'a b'"):
        run(str(project), backend="slurm", backend_config=tmp_path / f"config.{extension}")


def test_a_program_that_is_killed_takes_its_project_along(project: Path, uri: str) -> None:
    (project / "long.sh").write_text("trap '' HUP; echo $$ > group.part; mv group.part group; sleep 300 & sleep 300")
    command = [sys.executable, "-m", "headwater", "run", str(project), "-e", "long.sh"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        wait_for((project / "group").exists)
        group = int((project / "group").read_text())
        assert _lives(group)

        process.kill()

    wait_for(lambda: not _lives(group))


class _Interrupting:
    """The local backend, in the middle of which somebody presses ^C."""

    is_elsewhere = False
    executions: ClassVar[list[Execution]] = []

    def start(self, job: Job) -> Execution:
        os.kill(os.getpid(), signal.SIGINT)
        self.executions.append(find_backend("local").start(job))
        return self.executions[0]


def test_an_interrupt_in_the_middle_of_a_start_leaves_nothing_running(project: Path) -> None:
    client = hw.Client()
    plan = make_plan(str(project), "sleep", "", {}, "local")
    run_id = create_run(client, plan, None, None, None, "local")

    with pytest.raises(KeyboardInterrupt):
        start_plan(client, run_id, plan, _Interrupting(), {})

    assert hw.get_run(run_id).info.status == "KILLED"
    (execution,) = _Interrupting.executions
    wait_for(lambda: not _lives(execution._group.group_id))  # type: ignore[attr-defined]
