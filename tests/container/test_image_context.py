"""The folder from which an image is built, and the image's steps, executed one after the other."""

import json
import os
import shutil
import stat
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result
from uv import find_uv_bin

from container.image_steps import Machine
from headwater.cli._root import root
from headwater.models.container.context import generate_dockerfile
from headwater.models.container.manifests import KINDS, write_manifest_text
from headwater.protocol.errors import InvalidParameterValue, NotSupported, PermissionDenied, ResourceAlreadyExists
from scoring.models import save_echo, save_linear
from server.caller import call

HOSTILE = [
    "python:3.12\nRUN id",
    "python:3.12 AS x",
    "-v",
    "../x",
    "py thon",
    "$(id)",
    "UPPER/case:1",
    "a@sha256:12",
    "",
]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return this test's own folder, which is the current one."""
    monkeypatch.setenv("HEADWATER_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HEADWATER_TRACKING_URI", f"sqlite:///{tmp_path / 'headwater.db'}")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(root, ["models", *arguments])


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_steps_of_an_image_lead_to_a_server_of_the_model(home: Path) -> None:
    model = save_linear(home / "line", requirements=["scikit-learn", "skops"])
    context = generate_dockerfile(model, home / "context")
    machine = Machine(home / "machine", context)

    machine.build()

    with machine.started("serve", "--name", "line") as url:
        body = '{"inputs": {"a": [1.0], "b": [2.0]}}'
        headers = {"host": "model.example.com", "content-type": "application/json"}
        answer = call(url, "POST", "/invocations", body, headers)
        ready = call(url, "GET", "/v2/models/line/ready")
        version = call(url, "GET", "/version")
        assert machine.is_healthy(url)
        assert not machine.is_healthy("http://127.0.0.1:1")
    assert answer.status == 200, answer.body
    assert json.loads(answer.body)["predictions"] == pytest.approx([4.0])
    assert (ready.status, version.status) == (200, 200)
    assert machine.user == "10001:10001"
    assert machine.exposed == "8080"


def test_the_same_model_gives_the_same_folder(home: Path) -> None:
    model = save_linear(home / "line", requirements=["numpy"])

    first, second = (generate_dockerfile(model, home / name) for name in ("first", "second"))

    found = [{p.relative_to(f): p.read_bytes() for p in f.rglob("*") if p.is_file()} for f in (first, second)]
    assert found[0] == found[1]
    assert {str(path) for path in found[0]} >= {"Dockerfile", "serve", "requirements.lock", "model/MLmodel"}
    assert "--hash=sha256:" in (first / "requirements.lock").read_text()
    assert "mlflow" not in (first / "requirements.lock").read_text()


def test_the_user_of_an_image_can_read_what_its_maker_keeps_to_himself(home: Path) -> None:
    model = save_linear(home / "line", requirements=["numpy"])
    before = os.umask(0o077)
    try:
        context = generate_dockerfile(model, home / "context")
    finally:
        os.umask(before)

    found = {str(path.relative_to(context)): stat.S_IMODE(path.stat().st_mode) for path in context.rglob("*")}
    assert found.pop("serve") == found.pop("model") == 0o755
    assert set(found.values()) == {0o644}


def test_nothing_enters_an_image_but_what_was_written_for_it(home: Path) -> None:
    context = generate_dockerfile(save_linear(home / "line", requirements=["numpy"]), home / "context")
    (wheel,) = context.glob("*.whl")

    ignored = (context / ".dockerignore").read_text().splitlines()

    assert ignored == ["*", "!requirements.lock", f"!{wheel.name}", "!serve", "!model"]
    copied = [line.split()[1:-1] for line in (context / "Dockerfile").read_text().splitlines() if line[:5] == "COPY "]
    named = {name for names in copied for name in names if not name.startswith(("--", "/"))}
    assert named == {line[1:] for line in ignored[1:]}


def test_the_wheel_is_one_that_installers_take(home: Path) -> None:
    context = generate_dockerfile(None, home / "context")
    (wheel,) = context.glob("*.whl")
    python = home / "venv" / "bin" / "python"

    subprocess.run([find_uv_bin(), "venv", "--quiet", "--python", sys.executable, str(home / "venv")], check=True)
    install = [find_uv_bin(), "pip", "install", "--quiet", "--no-deps", "--python", str(python), str(wheel)]
    done = subprocess.run(install, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert (python.parent / "headwater").exists()
    assert not [name for name in zipfile.ZipFile(wheel).namelist() if "__pycache__" in name]


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_an_image_without_a_model_serves_one_that_is_mounted(home: Path) -> None:
    model = save_linear(home / "line", requirements=["scikit-learn", "skops", "pandas"])
    machine = Machine(home / "machine", generate_dockerfile(None, home / "context"))

    machine.build()
    machine.mount(model, "/opt/ml/model")
    machine.variables["HEADWATER_ALLOW_PICKLE"] = "1"

    with machine.started() as url:
        body = '{"inputs": {"a": [1.0], "b": [2.0]}}'
        answer = call(url, "POST", "/invocations", body, {"content-type": "application/json"})
    assert json.loads(answer.body)["predictions"] == pytest.approx([4.0])


def test_an_image_without_a_model_makes_its_environment_when_it_starts(home: Path) -> None:
    context = generate_dockerfile(None, home / "context")

    assert "--model-uri /opt/ml/model --env-manager uv" in (context / "serve").read_text()
    assert "COPY model" not in (context / "Dockerfile").read_text()
    assert "\nuv==" in (context / "requirements.lock").read_text()


def test_models_that_run_code_need_consent_which_the_image_then_has(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = save_echo(home, "free")
    monkeypatch.setenv("HEADWATER_HOME", str(home / "another"))

    with pytest.raises(PermissionDenied):
        generate_dockerfile(model, home / "context")
    context = generate_dockerfile(model, home / "context", allow_pickle=True)

    assert "HEADWATER_ALLOW_PICKLE=1" in (context / "Dockerfile").read_text()
    safe = generate_dockerfile(save_linear(home / "line"), home / "safe")
    assert "HEADWATER_ALLOW_PICKLE" not in (safe / "Dockerfile").read_text()


@pytest.mark.parametrize("name", HOSTILE)
def test_names_that_could_be_more_than_names_are_refused(home: Path, name: str) -> None:
    model = save_linear(home / "line")
    if name:
        with pytest.raises(InvalidParameterValue, match="Invalid name of an image"):
            generate_dockerfile(model, home / "context", base_image=name)
    with pytest.raises(InvalidParameterValue):
        write_manifest_text("kserve", "model", name)
    with pytest.raises(InvalidParameterValue):
        write_manifest_text("kserve", name, "image:1")

    assert run("build-docker", "-m", str(model), "-n", name).exit_code == 1
    assert not (home / "context").exists()


@pytest.mark.parametrize("name", ["python:3.12-slim", "reg.example.com:5000/a/b_c:1.2-x", "a@sha256:" + "0" * 64])
def test_names_of_images_are_taken(name: str) -> None:
    assert name in write_manifest_text("seldon", "model", name)


@pytest.mark.parametrize(
    ("file", "text", "reason"),
    [
        ("MLmodel", 'python_version: "3.12\\nRUN id"', "which is no version"),
        ("requirements.txt", "numpy\n--index-url=file:///x", "not one that can be installed"),
        ("requirements.txt", "numpy; $(id)", "cannot be locked"),
    ],
)
def test_what_a_models_author_wrote_reaches_no_command(home: Path, file: str, text: str, reason: str) -> None:
    model = save_linear(home / "line")
    (model / "headwater_manifest.json").unlink()
    path = model / file
    if file == "MLmodel":
        described = yaml.safe_load(path.read_text())
        described["flavors"]["python_function"] |= yaml.safe_load(text)
        path.write_text(yaml.safe_dump(described))
    else:
        path.write_text(text)

    with pytest.raises(InvalidParameterValue, match=reason):
        generate_dockerfile(model, home / "context", allow_pickle=True)

    assert not (home / "context").exists()


def test_a_link_out_of_the_model_is_not_followed(home: Path) -> None:
    model = save_linear(home / "line")
    (model / "headwater_manifest.json").unlink()
    (home / "secret").write_text("a secret")
    (model / "data").symlink_to(home / "secret")

    with pytest.raises(InvalidParameterValue, match="is a link to elsewhere"):
        generate_dockerfile(model, home / "context", allow_pickle=True)

    assert not (home / "context").exists()


def test_a_folder_with_files_is_left_alone(home: Path) -> None:
    (home / "context").mkdir()
    (home / "context" / "mine").touch()

    with pytest.raises(ResourceAlreadyExists):
        generate_dockerfile(save_linear(home / "line"), home / "context")


def test_packages_that_need_the_systems_get_them(home: Path) -> None:
    model = save_linear(home / "line", requirements=["lightgbm"])

    context = generate_dockerfile(model, home / "context", install_java=True)

    lines = (context / "Dockerfile").read_text().splitlines()
    (installing,) = [line for line in lines if "apt-get" in line]
    assert "default-jre-headless libgomp1" in installing


@pytest.mark.parametrize("kind", KINDS)
def test_manifests_run_the_image_under_the_models_name(home: Path, kind: str) -> None:
    result = run(
        "generate-dockerfile", "-m", str(save_linear(home / "line")), "-d", "context",
        "--manifest", kind, "--image", "reg.example.com/churn:1", "--name", "churn",
    )  # fmt: skip

    assert result.exit_code == 0, result.output
    text = (home / "context" / f"{kind}.yaml").read_text()
    resources = list(yaml.safe_load_all(text))
    container = _containers(resources)[0]
    assert container["image"] == "reg.example.com/churn:1"
    assert container["args"] == ["serve", "--name", "churn"]
    named = {} if kind == "kserve" else {"name": "http"}  # Knative allows no name of ours
    assert container["ports"] == [{**named, "containerPort": 8080, "protocol": "TCP"}]
    assert all(resource["metadata"]["name"] == "churn" for resource in resources)
    assert "&" not in text, "no anchors, which some tools do not read"


def _containers(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, list):
        return [found for item in value for found in _containers(item)]
    if isinstance(value, dict):
        return value.get("containers") or [found for item in value.values() for found in _containers(item)]
    return []


def test_a_manifest_needs_the_name_of_the_image(home: Path) -> None:
    result = run("generate-dockerfile", "-m", str(save_linear(home / "line")), "--manifest", "kserve")

    assert result.exit_code == 2
    assert "--image" in result.stderr


def test_docker_is_called_with_the_folder_and_the_name(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = save_linear(home / "line")
    with _engine(home, monkeypatch, status=0) as calls:
        done = run("build-docker", "-m", str(model), "-n", "churn:1")

        assert done.exit_code == 0, done.output
        assert calls.read_text().split()[:3] == ["build", "--tag", "churn:1"]
    with _engine(home, monkeypatch, status=3):
        failed = run("build-docker", "-m", str(model))

        assert failed.exit_code == 1
        assert "failed with status 3" in failed.stderr


def test_without_docker_it_is_said_what_else_to_do(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from headwater.models.container.build import build_docker

    monkeypatch.setenv("PATH", str(home))

    with pytest.raises(NotSupported, match="generate-dockerfile"):
        build_docker(save_linear(home / "line"))


@contextmanager
def _engine(folder: Path, monkeypatch: pytest.MonkeyPatch, *, status: int) -> Iterator[Path]:
    """Put a program called docker on PATH that writes down its arguments, since no engine runs here."""
    programs = folder / "programs"
    programs.mkdir(exist_ok=True)
    program = programs / "docker"
    program.write_text(f'#!/bin/sh\ntest -f "$4/Dockerfile" && echo "$@" > {folder}/calls\nexit {status}\n')
    program.chmod(0o755)
    with monkeypatch.context() as patch:
        patch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
        yield folder / "calls"
    shutil.rmtree(programs)
