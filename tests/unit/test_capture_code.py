"""The code of a run, from real repositories and real programs."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from faults.programs import run_program
from headwater.capture.code import MAX_DIFF_BYTES, find_program, read_diff, read_requirements
from headwater.protocol.runs import GetRun
from headwater.stores import open_store
from headwater.stores.interface import Store
from headwater.tracking.artifact_files import download_tree
from unit.test_context import git, make_repository


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    make_repository(folder, "https://example.com/team/model.git")
    return folder


def apply(repository: Path, patch: str, target: Path) -> dict[str, str]:
    """Return the files of a fresh checkout of the same commit after the patch."""
    subprocess.run(["git", "clone", "--quiet", str(repository), str(target)], check=True)
    subprocess.run(["git", "-C", str(target), "apply", "-"], input=patch.encode(), check=True)
    return {
        path.relative_to(target).as_posix(): path.read_text()
        for path in sorted(target.rglob("*"))
        if path.is_file() and ".git/" not in f"{path.relative_to(target)}/"
    }


def test_the_patch_turns_the_commit_into_the_working_tree(repository: Path, tmp_path: Path) -> None:
    (repository / "notes.txt").write_text("other notes\nwith zwölf lines")
    (repository / "new").mkdir()
    (repository / "new" / "model.py").write_text("depth = 6\n\nwidth = 2\n")
    (repository / "empty.py").write_text("")
    (repository / "no-end.txt").write_text("no newline")
    (repository / "staged.txt").write_text("staged\n")
    git(repository, "add", "staged.txt")

    patch = read_diff(repository / "new")

    assert apply(repository, patch, tmp_path / "clone") == {
        "empty.py": "",
        "new/model.py": "depth = 6\n\nwidth = 2\n",
        "no-end.txt": "no newline",
        "notes.txt": "other notes\nwith zwölf lines",
        "staged.txt": "staged\n",
    }


def test_what_is_large_or_no_text_is_named_and_left_out(repository: Path) -> None:
    (repository / "weights.bin").write_bytes(b"\0" * 100)
    (repository / "big.txt").write_text("x" * 200_000)
    (repository / "notes.txt").write_text("x\n" * MAX_DIFF_BYTES)
    (repository / "small.py").write_text("pass\n")
    (repository / ".gitignore").write_text("ignored.txt\n")
    (repository / "ignored.txt").write_text("never mind\n")

    patch = read_diff(repository)

    head = patch[: patch.index("diff --git")]
    assert "weights.bin" in head
    assert "big.txt" in head
    assert "notes.txt" in head
    assert "+pass" in patch
    assert "never mind" not in patch
    assert len(patch) < MAX_DIFF_BYTES


def test_there_is_no_patch_without_changes_git_or_commit(repository: Path, tmp_path: Path) -> None:
    (tmp_path / "bare").mkdir()
    subprocess.run(["git", "init", "--quiet", str(tmp_path / "bare")], check=True)

    assert read_diff(repository) == ""
    assert read_diff(tmp_path / "bare") == ""
    assert read_diff(Path("/")) == ""


def test_reading_the_patch_leaves_the_repository_alone(repository: Path) -> None:
    (repository / "notes.txt").write_text("changed")
    os.utime(repository / "notes.txt", (1, 1))
    index = (repository / ".git" / "index").read_bytes()

    read_diff(repository)

    assert (repository / ".git" / "index").read_bytes() == index
    assert not list((repository / ".git").glob("*.lock"))


@pytest.mark.parametrize(
    ("origin", "line"),
    [
        ({"url": "file:///home/ada/mine", "dir_info": {"editable": True}}, "# mine==1.0 from file:///home/ada/mine"),
        (
            {"url": "https://ada:pw@host/mine.git", "vcs_info": {"vcs": "git", "commit_id": "abc"}},
            "mine @ git+https://host/mine.git@abc",
        ),
        ({"url": "https://host/mine-1.0.whl", "archive_info": {}}, "mine==1.0"),
        ([], "mine==1.0"),
    ],
)
def test_the_requirements_say_where_a_package_is_from_that_no_index_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, origin: object, line: str
) -> None:
    (tmp_path / "mine-1.0.dist-info").mkdir()
    (tmp_path / "mine-1.0.dist-info" / "direct_url.json").write_text(json.dumps(origin))
    monkeypatch.syspath_prepend(str(tmp_path))

    assert line in read_requirements().splitlines()


def test_the_requirements_pin_what_is_installed() -> None:
    lines = read_requirements().splitlines()

    assert re.match(r"# Python 3\.\d+\.\d+ \(CPython\), ", lines[0])
    assert [line for line in lines if re.fullmatch(r"msgspec==\d[\w.]*", line)]
    assert [line for line in lines if line.startswith("typing-extensions==")]
    names = [line.partition("==")[0] for line in lines[1:]]
    assert names == sorted(set(names))


def test_a_program_is_a_readable_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "train.py"
    script.write_text("pass")
    (tmp_path / "binary").write_bytes(b"\x7fELF\0\0")

    for name, found in {str(script): script, str(tmp_path / "binary"): None, "-c": None, "": None}.items():
        monkeypatch.setattr("sys.argv", [name])
        assert find_program() == found
    assert find_program(str(script)) == script


@pytest.fixture
def store(repository: Path) -> Store:
    return open_store(f"sqlite:///{repository.parent / 'headwater.db'}")


def test_a_run_keeps_its_code_without_the_secrets_in_it(repository: Path, tmp_path: Path, store: Store) -> None:
    (repository / "notes.txt").write_text("API_KEY=abcd1234\n")
    code = "run = hw.start_run(capture='code')\nprint(run.info.run_id)\npassword = 'hunter2x'"

    done = run_program(repository, f"sqlite:///{tmp_path / 'headwater.db'}", code)

    run_id = done.stdout.strip()
    assert done.returncode == 0, done.stderr
    run = store.runs.get(GetRun(run_id=run_id)).run
    tags = {tag.key: tag.value for tag in run.data.tags}
    assert tags["headwater.captured"] == "code"
    folder = download_tree(store, run.info.artifact_uri, "code", tmp_path / "down")
    store.close()
    files = {path.name: path.read_text() for path in folder.iterdir()}
    assert set(files) == {"diff.patch", "requirements.txt", "program.json", "program-0.py"}
    assert "+API_KEY=***" in files["diff.patch"]
    assert "password = '***'" in files["program-0.py"]
    assert "msgspec==" in files["requirements.txt"]
