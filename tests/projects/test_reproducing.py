"""Running a tracked run again, from what is kept of it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import headwater as hw
from headwater.projects import compare_checkout, reproduce, run

Git = Callable[..., str]
TRAIN = """\
import pathlib, sys
import headwater as hw
with hw.start_run():
    hw.log_metric("score", float(sys.argv[1]) * {factor})
    pathlib.Path("model.txt").write_text("{factor}")
    hw.log_artifact("model.txt")
"""


@pytest.fixture
def trained(repository: Path, git: Git) -> str:
    """Return a run of a commit with changes on top, in a repository that went on since."""
    (repository / "train.py").write_text(TRAIN.format(factor=2))
    (repository / "picture.bin").write_bytes(b"\0")
    git(repository, "add", ".")
    git(repository, "commit", "-qm", "twice")
    (repository / "picture.bin").write_bytes(b"\0\1")
    (repository / "train.py").write_text(TRAIN.format(factor=3))
    (repository / "new.txt").write_text("new\n")
    run_id = run(str(repository), parameters={"alpha": 0.25}, env_manager="local").run_id
    git(repository, "checkout", "-q", ".")
    (repository / "new.txt").unlink()
    (repository / "train.py").write_text("raise SystemExit('later')\n")
    git(repository, "commit", "-qam", "later")
    return run_id


def test_a_run_is_the_same_again_though_its_code_went_on(trained: str) -> None:
    found = reproduce(trained, env_manager="local")

    again = hw.get_run(found.new_run_id)
    assert (found.is_same, found.comparison.differences) == (True, [])
    assert again.data.metrics == {"score": 0.75}
    assert again.data.params == {"alpha": "0.25"}
    assert again.data.tags["headwater.reproduces"] == trained
    assert again.info.run_name == f"{hw.get_run(trained).info.run_name} again"
    assert found.caveats == [
        "the environment is this process's, not the one of the original",
        "changes of the binary file 'picture.bin' were not kept",
    ]


def test_where_the_folder_is_not_the_code_and_its_data_come_from_where_it_was_cloned_from(
    repository: Path, git: Git, tmp_path: Path
) -> None:
    (repository / "inner").mkdir()
    (repository / "inner" / "MLproject").write_text(
        "entry_points: {main: {parameters: {data: {type: path, default: d.csv}}, command: 'grep 7 {data}'}}\n"
    )
    (repository / "inner" / "d.csv").write_text("7\n")
    git(repository, "add", ".")
    git(repository, "commit", "-qm", "inner")
    git(tmp_path, "clone", "-q", repository.as_uri(), "clone")
    original = run(str(tmp_path / "clone" / "inner"), env_manager="local").run_id
    shutil.rmtree(tmp_path / "clone")

    found = reproduce(original, env_manager="local")

    assert found.is_same
    assert hw.get_run(found.new_run_id).data.params == {"data": "d.csv"}
    assert f"the code is that of '{repository.as_uri()}#inner'" in found.caveats[1]


def test_what_came_out_otherwise_is_named(trained: str) -> None:
    hw.Client().log_metric(trained, "score", 0.75001)
    hw.Client().log_metric(trained, "extra", 1.0)

    found = reproduce(trained, env_manager="local")

    differences = [(item.kind, item.name, item.before, item.after) for item in found.comparison.differences]
    assert differences == [("metric", "extra", 1.0, None), ("metric", "score", 0.75001, 0.75)]
    assert not found.is_same
    assert reproduce(trained, env_manager="local", tolerance=0.01).comparison.differences[0].name == "extra"


def test_the_environment_is_made_again_package_by_package(
    project: Path, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "MLproject").write_text("python_env: env.yaml\nentry_points: {main: {command: python show.py}}\n")
    (project / "env.yaml").write_text("dependencies: [six]\n")
    (project / "show.py").write_text("import six, sys; print(six.__version__, sys.prefix)\n")
    original = run(str(project)).run_id
    made = shutil.move(hw.config.home() / "environments", hw.config.home() / "gone")

    found = reproduce(original)

    log = hw.artifacts.load_text(f"runs:/{found.new_run_id}/logs/project.log")
    assert found.is_same
    assert found.caveats == ["the code is in no git repository: it is run as it is now"]
    assert "six==" not in log
    assert Path(made).exists()
    assert str(hw.config.home() / "environments") in log


def test_the_command_line_says_whether_it_is_the_same(trained: str) -> None:
    command = [sys.executable, "-m", "headwater", "reproduce", "--env-manager", "local", trained]

    same = subprocess.run(command, capture_output=True, text=True, check=False)
    hw.Client().log_metric(trained, "score", 9.0)
    hw.flush()
    other = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (same.returncode, other.returncode) == (0, 1), same.stderr
    assert "the same (3 compared, 0 different)" in same.stderr
    assert "different (3 compared, 1 different)" in other.stderr
    assert "score" in other.stdout


def test_a_run_of_which_nothing_is_kept_cannot_be_reproduced() -> None:
    with hw.start_run() as plain:
        pass

    with pytest.raises(hw.ResourceDoesNotExist, match="Nothing is kept of how run"):
        reproduce(plain.info.run_id)


PROGRAM = """\
import argparse
import headwater as hw
from part import FACTOR
parser = argparse.ArgumentParser()
parser.add_argument("--rate", type=float)
parser.add_argument("--token")
given = parser.parse_args()
with hw.start_run(run_name="mine") as run:
    hw.log_param("rate", given.rate)
    hw.log_metric("score", given.rate * FACTOR)
    hw.log_text("{{}}", "model.json")
"""


@pytest.fixture
def program(tmp_path: Path, git: Git) -> Path:
    """Return a folder within a repository, with a program in it that no project describes."""
    folder = tmp_path / "work" / "inner"
    folder.mkdir(parents=True)
    (folder / "train.py").write_text(PROGRAM)
    (folder / "part.py").write_text("FACTOR = 1\n")
    git(folder.parent, "init", "-q")
    git(folder.parent, "add", ".")
    git(folder.parent, "commit", "-qm", "first")
    return folder


def _start(command: list[str], folder: Path) -> str:
    """Run a program that captures its code, and return its run."""
    variables = {**os.environ, "HEADWATER_CAPTURE": "code"}
    subprocess.run([sys.executable, *command], cwd=folder, env=variables, check=True, capture_output=True)
    (found,) = hw.Client().search_runs(["0"])
    return found.info.run_id


@pytest.mark.parametrize("words", [["train.py"], ["-m", "train"], ["{folder}/train.py"]])
def test_a_program_that_captured_its_code_is_run_again(program: Path, git: Git, words: list[str]) -> None:
    (program / "part.py").write_text("FACTOR = 2\n")
    original = _start([*(word.format(folder=program) for word in words), "--rate", "0.25"], program)
    git(program, "checkout", "-q", ".")
    (program / "train.py").write_text("raise SystemExit('later')\n")

    found = reproduce(original, env_manager="local")

    again = hw.get_run(found.new_run_id)
    assert (found.is_same, found.comparison.differences) == (True, [])
    assert (again.data.params, again.data.metrics) == ({"rate": "0.25"}, {"score": 0.5})
    assert reproduce(found.new_run_id, env_manager="local").is_same


def test_the_run_that_is_meant_of_a_program_with_several_is_run_again(tmp_path: Path) -> None:
    loop = "import headwater as hw\nfor rate in (1, 2):\n    with hw.start_run():\n        hw.log_param('rate', rate)\n"
    (tmp_path / "loop.py").write_text(loop)
    variables = {**os.environ, "HEADWATER_CAPTURE": "code"}
    subprocess.run([sys.executable, "loop.py"], cwd=tmp_path, env=variables, check=True, capture_output=True)
    (last,) = hw.search_runs(["0"], "params.rate = '2'", output_format="list")

    found = reproduce(last.info.run_id, env_manager="local")

    assert found.is_same
    assert hw.get_run(found.new_run_id).data.params == {"rate": "2"}


def test_the_environment_of_a_program_is_made_again(tmp_path: Path) -> None:
    (tmp_path / "show.py").write_text("import headwater as hw, sys\nwith hw.start_run():\n    print(sys.prefix)\n")
    original = _start(["show.py"], tmp_path)
    hw.Client().log_text(original, "# Python 3\nheadwater\n", "code/requirements.txt")

    found = reproduce(original)

    assert found.is_same
    assert str(hw.config.home() / "environments") in hw.artifacts.load_text(
        f"runs:/{found.new_run_id}/logs/project.log"
    )


def test_a_program_that_was_given_a_secret_is_not_run_without_it(program: Path) -> None:
    original = _start(["train.py", "--rate", "1", "--token", "abc"], program)

    with pytest.raises(hw.InvalidParameterValue, match=r"held a secret, which was not kept: .* --token '\*\*\*'"):
        reproduce(original, env_manager="local")


def test_a_checkout_is_compared_with_what_a_program_ran(program: Path, git: Git) -> None:
    (program / "part.py").write_text("FACTOR = 2\n")
    original = _start(["train.py", "--rate", "0.25"], program)
    untouched = compare_checkout(original, program)

    (program / "part.py").write_text("FACTOR = 3\n")
    (program / "new.py").write_text("x = 1\n")
    edited = compare_checkout(original, program)
    git(program, "checkout", "-q", ".")
    (program / "new.py").unlink()
    (program / "train.py").write_text("print('later')\n")
    git(program, "commit", "-qam", "go on")
    moved = compare_checkout(original, program)

    assert (untouched.differences, untouched.caveats) == ([], [])
    assert untouched.compared > 20
    assert [(one.kind, one.name, one.before, one.after) for one in edited.differences] == [
        ("file", "inner/new.py", None, "changed"),
        ("file", "inner/part.py", "changed", "changed otherwise"),
    ]
    assert [(one.kind, one.name, one.after) for one in moved.differences][1:] == [
        ("file", "inner/part.py", None),
        ("file", "inner/train.py", moved.differences[0].after),
    ]
    assert moved.differences[0].kind == "commit"


def test_a_check_on_the_command_line_runs_nothing(program: Path, tmp_path: Path) -> None:
    original = _start(["train.py", "--rate", "0.25"], program)
    command = [sys.executable, "-m", "headwater", "reproduce", original, "--check"]
    runs = len(hw.search_runs(output_format="list", search_all_experiments=True))

    same = subprocess.run(command, cwd=program, capture_output=True, text=True, check=False)
    elsewhere = subprocess.run(command, cwd=tmp_path.parent, capture_output=True, text=True, check=False)

    assert (same.returncode, same.stdout) == (0, ""), same.stderr
    assert "different." in same.stderr
    assert "is in no git repository with a commit" in elsewhere.stderr
    assert len(hw.search_runs(output_format="list", search_all_experiments=True)) == runs
