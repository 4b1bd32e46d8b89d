"""Models that need what the lock of their author's uv project names."""

import subprocess
from pathlib import Path

import pytest

import headwater as hw
from headwater.environments.uv import uv_command
from headwater.models.environment import load_requirements
from models.wheels import write_wheel

PROJECT = """
[project]
name = "trainer"
version = "1.0"
requires-python = ">=3.11"
dependencies = ["always"]
[project.optional-dependencies]
fast = ["sometimes"]
[dependency-groups]
serving = ["when-serving"]
[tool.uv]
no-index = true
find-links = ["wheels"]
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a locked project, whose packages are in a folder of its own."""
    folder = tmp_path / "project"
    (folder / "wheels").mkdir(parents=True)
    for name in ("always", "sometimes", "when_serving"):
        write_wheel(folder / "wheels", name, "")
    (folder / "pyproject.toml").write_text(PROJECT)
    (folder / ".python-version").write_text("3.11\n")
    subprocess.run([*uv_command(), "lock", "--quiet", "--offline"], cwd=folder, check=True)
    return folder


def test_the_lock_says_what_the_model_needs(project: Path, tmp_path: Path) -> None:
    hw.pyfunc.save_model(tmp_path / "model", python_model=len, uv_project_path=project)

    assert load_requirements(tmp_path / "model") == ["mlflow", "always==1.0"]
    for name in ("pyproject.toml", "uv.lock", ".python-version"):
        assert (tmp_path / "model" / name).read_bytes() == (project / name).read_bytes()


def test_groups_and_extras_are_added(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)

    hw.pyfunc.save_model(
        tmp_path / "model", python_model=len, uv_groups=["serving"], uv_extras=["fast"], extra_pip_requirements=["more"]
    )

    found = load_requirements(tmp_path / "model")
    assert found == ["mlflow", "always==1.0", "sometimes==1.0", "when-serving==1.0", "more"]


def test_mistakes_with_projects_are_told(project: Path, tmp_path: Path) -> None:
    folder = tmp_path / "model"

    with pytest.raises(hw.InvalidParameterValue, match="nothing"):
        hw.pyfunc.save_model(folder, python_model=len, uv_project_path=project, uv_groups=["nothing"])
    with pytest.raises(hw.InvalidParameterValue, match=r"has no 'pyproject.toml'"):
        hw.pyfunc.save_model(folder, python_model=len, uv_project_path=tmp_path)
    with pytest.raises(hw.InvalidParameterValue, match="says all"):
        hw.pyfunc.save_model(folder, python_model=len, uv_project_path=project, pip_requirements=["x"])
    assert not folder.exists()
