"""Projects in containers: which commands docker gets, and that what is in the image is what the project needs."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import headwater as hw
from container.image_steps import Machine
from faults.programs import wait_for
from headwater.projects import run
from headwater.projects.backends.backend import Job
from headwater.projects.backends.image import CODE, DOCKERFILE, write_context
from headwater.projects.command import Command
from headwater.projects.environment import describe_environment
from headwater.projects.launch import ExecutionException
from headwater.projects.project_file import EntryPoint, read_project
from headwater.stores import open_store
from headwater.testing.servers import live_server
from headwater.tracking.writer import RunWriter
from projects.programs import link_programs, write_program

HERE = Path(__file__).parent
IMAGE = "registry.example.com/team/base:1"
SHELL = ["sh", "-c", 'exec "$(command -v bash || echo sh)" -c "$0"']
HOSTILE = "$HOME $(touch mark) `touch mark` \"'\\ ü\n; touch mark, x"
MLPROJECT = f"""\
name: Tutorial One
docker_env:
  image: {IMAGE}
  volumes: ["/data:/data:ro", "./cache:/cache"]
  environment: [[MODE, "a b"], COPIED]
entry_points:
  main:
    parameters:
      data: {{type: path, default: data.csv}}
      text: string
    command: "python show.py {{data}} {{text}}"
  fail: {{command: "echo reason >&2; exit 3"}}
  sleep: {{command: "touch started; sleep 300"}}
"""
SHOW = """\
import json, os, sys
import headwater as hw
with hw.start_run() as active:
    hw.log_metric("size", os.path.getsize(sys.argv[1]))
print(json.dumps([sys.argv[2:], os.environ["MODE"], os.environ["COPIED"], "SECRET" in os.environ]))
"""


@pytest.fixture
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[list[str]]]:
    """Put the program on PATH, and return a function that tells what it was called with."""
    write_program(tmp_path / "programs", "docker", (HERE / "docker_program.py").read_text(), interpreter=sys.executable)
    (tmp_path / "docker").mkdir()
    python = Path(sys.executable).parent
    monkeypatch.setenv("PATH", f"{tmp_path / 'programs'}:{python}:{os.environ['PATH']}")
    monkeypatch.setenv("COPIED", "copied")
    monkeypatch.setenv("SECRET", "1")
    calls = tmp_path / "docker" / "calls"
    return lambda: [json.loads(line) for line in calls.read_text().splitlines()]


@pytest.fixture
def imaged(project: Path) -> Path:
    """Return the folder of a project that names an image."""
    (project / "MLproject").write_text(MLPROJECT)
    (project / "show.py").write_text(SHOW)
    (project / "data.csv").write_text("12345")
    return project


def _log(run_id: str) -> str:
    return hw.artifacts.load_text(f"runs:/{run_id}/logs/project.log")


@pytest.mark.parametrize("backend", ["local", "docker"])
def test_a_project_that_names_an_image_runs_in_it(
    imaged: Path, tmp_path: Path, docker: Callable[[], list[list[str]]], backend: str
) -> None:
    submitted = run(imaged, parameters={"text": HOSTILE}, backend=backend)

    found = hw.get_run(submitted.run_id)
    assert (found.info.status, found.data.metrics) == ("FINISHED", {"size": 5.0})
    tags = {key: value for key, value in found.data.tags.items() if ".docker." in key or ".project." in key}
    assert tags == {
        "mlflow.project.backend": backend,
        "mlflow.project.env": "docker",
        "mlflow.project.entryPoint": "main",
        "mlflow.docker.image.uri": IMAGE,
        "mlflow.docker.image.id": f"sha256:{'0' * 64}",
    }
    printed = _log(submitted.run_id).partition(" out ")[2]
    assert json.loads(printed) == [[HOSTILE], "a b", "copied", False]
    inspect, pull, again, started = docker()
    assert inspect == again == ["image", "inspect", "--format={{.Id}}", "--", IMAGE]
    assert pull == ["pull", "--", IMAGE]
    passed = {f"{brand}_{name}" for brand in ("HEADWATER", "MLFLOW") for name in ("RUN_ID", "TRACKING_URI")}
    passed |= {"HEADWATER_EXPERIMENT_ID", "MLFLOW_EXPERIMENT_ID", "HEADWATER_EXIT_TIMEOUT"}
    passed |= {"HEADWATER_PARAMETER_1", "HEADWATER_PARAMETER_2", "PYTHONUNBUFFERED"}
    variables = [word for word in started if word.startswith("--env=")]
    assert sorted(variables) == sorted(
        [*(f"--env={name}" for name in passed), "--env=HOME=/tmp", "--env=MODE=a b", "--env=COPIED"]
    )
    assert [word for word in started if not word.startswith("--env=")] == [
        "run",
        "--rm",
        "--init",
        f"--name=headwater-{submitted.run_id}",
        f"--user={os.getuid()}:{os.getgid()}",
        f"--mount=type=bind,source={imaged},target={CODE}",
        f"--mount=type=bind,source={tmp_path},target={tmp_path}",
        f"--mount=type=bind,source={imaged}/data.csv,target={imaged}/data.csv,readonly",
        f"--workdir={CODE}",
        "--volume=/data:/data:ro",
        f"--volume={imaged}/cache:/cache",
        "--",
        IMAGE,
        *SHELL,
        'python show.py "${HEADWATER_PARAMETER_1}" "${HEADWATER_PARAMETER_2}"',
    ]  # fmt: skip
    assert not (imaged / "mark").exists()


def test_the_users_options_of_docker_are_single_words(imaged: Path, docker: Callable[[], list[list[str]]]) -> None:
    options = {"gpus": "all", "user": "0", "v": ["/a:/a", "/b b:/b"], "privileged": True, "read-only": False}

    run(imaged, parameters={"text": "x"}, docker_args=options)

    words = docker()[-1]
    assert words[words.index("--") - 5 : words.index("--")] == [
        "--gpus=all",
        "--user=0",
        "--volume=/a:/a",
        "--volume=/b b:/b",
        "--privileged",
    ]
    assert not any(word.startswith(f"--user={os.getuid()}:") for word in words)


def test_an_image_is_built_from_the_one_that_a_project_names(
    imaged: Path, git: Callable[..., str], docker: Callable[[], list[list[str]]], tmp_path: Path
) -> None:
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "first"]):
        git(imaged, *words)
    name = f"tutorial-one:{git(imaged, 'rev-parse', 'HEAD')[:7]}"
    (imaged / ".venv").mkdir()

    submitted = run(imaged, parameters={"text": "x"}, build_image=True)

    assert hw.get_run(submitted.run_id).data.tags["mlflow.docker.image.uri"] == name
    build, _inspect, started = docker()
    assert build[:2] == ["build", f"--tag={name}"]
    assert build[-2:] == ["--", "."]
    assert not any(f"target={CODE}" in word for word in started)
    context = tmp_path / "docker" / "images" / name
    assert (context / DOCKERFILE).read_text().splitlines()[1:] == [
        f"FROM {IMAGE}",
        f"COPY . {CODE}/",
        f'RUN ["chmod", "a+rwx", "{CODE}"]',
        f"WORKDIR {CODE}",
    ]
    assert sorted(path.name for path in context.iterdir()) == [
        ".dockerignore", ".headwater-image", "MLproject", "data.csv", "show.py", "train.py",
    ]  # fmt: skip


def test_a_store_on_this_machine_is_reached_over_its_network(
    imaged: Path, docker: Callable[[], list[list[str]]]
) -> None:

    store = open_store(hw.get_tracking_uri())
    with live_server(store) as url:
        hw.set_tracking_uri(url)
        run(imaged, parameters={"text": "x"})
        hw.flush()

    assert "--network=host" in docker()[-1]
    assert not any("runs.db" in word for word in docker()[-1])
    store.close()


@pytest.mark.parametrize(("entry_point", "reason"), [("fail", "exit status 3"), ("nope.sh", "exit status 127")])
def test_a_container_that_fails_says_why(
    imaged: Path, docker: Callable[[], list[list[str]]], entry_point: str, reason: str
) -> None:
    (imaged / "nope.sh").write_text("no-such-program")

    with pytest.raises(ExecutionException, match=f"failed: container of '{IMAGE}': {reason}"):
        run(imaged, entry_point)

    (found,) = hw.search_runs(output_format="list")
    assert found.info.status == "FAILED"
    assert found.data.tags["headwater.project.failure"] == f"container of '{IMAGE}': {reason}"


def test_a_cancelled_container_is_removed(imaged: Path, docker: Callable[[], list[list[str]]]) -> None:
    submitted = run(imaged, "sleep", synchronous=False)
    wait_for((imaged / "started").exists)

    submitted.cancel()

    assert submitted.get_status() == hw.get_run(submitted.run_id).info.status == "KILLED"
    assert docker()[-1] == ["rm", "--force", "--", f"headwater-{submitted.run_id}"]


def test_an_image_of_a_private_registry_is_fetched_with_credentials_on_no_command_line(
    imaged: Path, docker: Callable[[], list[list[str]]]
) -> None:
    (imaged / "MLproject").write_text(MLPROJECT.replace("team/base", "private/base"))
    auth = {"username": "me", "password": "hunter2"}

    with pytest.raises(ExecutionException, match="'docker pull' failed with status 1"):
        run(imaged, parameters={"text": "x"})
    submitted = run(imaged, parameters={"text": "x"}, docker_auth=auth)

    assert submitted.get_status() == "FINISHED"
    assert "hunter2" not in json.dumps(docker())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"docker_args": {"name": "x"}}, "'name' of docker_args is not taken"),
        ({"docker_args": {"d": True}}, "'d' of docker_args is not taken"),
        ({"docker_args": {"gpus all": True}}, "is not taken"),
        ({"docker_args": {"gpus": {"a": 1}}}, "Give a text or true"),
        ({"backend_config": {"image": "x"}}, "knows no option 'image'"),
    ],
)
def test_what_is_said_to_docker_stays_an_option(imaged: Path, arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(hw.InvalidParameterValue, match=message):
        run(imaged, parameters={"text": "x"}, backend="docker", **arguments)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("/data:/data:ro", "/data", "has the volume"),
        ("/data:/data:ro", "/data:data", "has the volume"),
        ("COPIED", "A=1", "which is no name"),
        ("COPIED", '"--privileged"', "which is no name"),
    ],
)
def test_what_a_project_asks_of_docker_stays_what_it_is(imaged: Path, old: str, new: str, message: str) -> None:
    (imaged / "MLproject").write_text(MLPROJECT.replace(old, new))

    with pytest.raises(hw.InvalidParameterValue, match=message):
        run(imaged, parameters={"text": "x"})


def test_the_name_of_an_image_is_one(imaged: Path, docker: Callable[[], list[list[str]]]) -> None:
    (imaged / "MLproject").write_text(MLPROJECT.replace(IMAGE, "a@b;id"))

    with pytest.raises(ExecutionException, match="Invalid name of an image"):
        run(imaged, parameters={"text": "x"})


def test_without_an_engine_it_is_said_what_to_install(
    imaged: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link_programs(tmp_path / "programs", "git", "sh")
    monkeypatch.setenv("PATH", str(tmp_path / "programs"))

    with pytest.raises(ExecutionException, match=r"Neither docker nor podman is installed\. Install one of them"):
        run(imaged, parameters={"text": "x"})


def test_a_project_without_an_image_gets_one_with_its_environment(project: Path, tmp_path: Path, uri: str) -> None:
    (project / "MLproject").write_text("python_env: env.yaml\nentry_points: {main: {command: python show.py}}\n")
    (project / "env.yaml").write_text("dependencies: [six==1.16.0]\n")
    (project / "show.py").write_text("import six, sys; open('written', 'w'); print(six.__version__, sys.prefix)\n")
    job = _job(project, uri)

    write_context(job, tmp_path / "context")

    machine = Machine(tmp_path / "machine", tmp_path / "context", DOCKERFILE)
    machine.build()
    done = machine.execute("bash", "-c", job.command.text)
    assert done.stdout == f"1.16.0 {tmp_path / 'machine' / 'final' / 'opt' / 'environment'}\n", done.stderr
    assert (tmp_path / "context" / DOCKERFILE).read_text().splitlines()[1].startswith("FROM python:3.")


def test_the_image_of_a_project_that_logs_has_this_headwater(project: Path, tmp_path: Path, uri: str) -> None:
    job = _job(project, uri)

    write_context(job, tmp_path / "context")

    folder = tmp_path / "context" / ".headwater-image"
    (wheel,) = [path.name for path in folder.glob("headwater-*.whl")]
    assert (
        f"COPY .headwater-image/requirements.lock .headwater-image/{wheel} /build/"
        in (folder / "Dockerfile").read_text()
    )
    assert "msgspec==" in (folder / "requirements.lock").read_text()
    assert (tmp_path / "context" / ".dockerignore").read_text().endswith("\n!.headwater-image\n")


def test_links_out_of_a_project_are_not_followed_into_its_image(project: Path, tmp_path: Path, uri: str) -> None:
    (tmp_path / "secret").write_text("a secret")
    (project / "link").symlink_to(tmp_path / "secret")
    (project / "MLproject").write_text("docker_env: {image: a}\n")

    write_context(_job(project, uri), tmp_path / "context")

    assert (tmp_path / "context" / "link").is_symlink()


def _job(project: Path, uri: str) -> Job:
    found = read_project(project)
    point = found.entry_points.get("main", EntryPoint("main", "true"))
    writer = RunWriter(uri, "0" * 32)
    environment = describe_environment(found, point)
    return Job(writer, found, Command(point.command), project, {}, environment=environment)
