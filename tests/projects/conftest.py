"""What the tests of projects share: a place of their own, and real git repositories."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from unit.tracking_places import own_place

TRAIN = """\
import sys
import headwater as hw
with hw.start_run() as run:
    hw.log_metric("alpha", float(sys.argv[1]))
print("trained", run.info.run_id)
"""
PROJECT = """\
name: tutorial
entry_points:
  main:
    parameters:
      alpha: {type: float, default: 0.5}
    command: "python train.py {alpha}"
  fail: {command: "echo reason >&2; exit 3"}
  sleep: {command: "echo started; sleep 60 & sleep 60"}
"""


@pytest.fixture(autouse=True)
def uri(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Return the URI of a new store, to which this test logs."""
    with own_place(tmp_path, monkeypatch) as place:
        yield place


@pytest.fixture
def git(tmp_path: Path) -> Callable[..., str]:
    """Return a function that calls git in a folder and returns what it prints."""

    def call(folder: Path, *arguments: str) -> str:
        identity = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "protocol.file.allow=always")
        command = ["git", *identity, "-c", "init.defaultBranch=main", *arguments]
        return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout.strip()

    return call


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return the folder of a project."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "MLproject").write_text(PROJECT)
    (folder / "train.py").write_text(TRAIN)
    return folder


@pytest.fixture
def repository(project: Path, git: Callable[..., str]) -> Path:
    """Return the same as a git repository with one commit on `main`."""
    git(project, "init", "-q")
    git(project, "add", ".")
    git(project, "commit", "-qm", "first")
    return project
