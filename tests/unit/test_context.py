"""What a new run says about where it came from, from real programs in real repositories."""

import json
import os
import platform
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from headwater.tracking.context import hide_secrets

PROGRAM = """
import json
import headwater as hw
with hw.start_run(tags={"winner": "user"}) as run:
    pass
print(json.dumps(hw.get_run(run.info.run_id).data.tags))
"""


def run_tags(folder: Path, *arguments: str, **variables: str) -> dict[str, str]:
    """Run the program in `folder` and return the tags of its run."""
    result = run_program(folder, *arguments, **variables)
    assert result.returncode == 0, result.stderr
    tags: dict[str, str] = json.loads(result.stdout)
    return tags


def run_program(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    (folder / "train.py").write_text(PROGRAM)
    kept = {name: value for name, value in os.environ.items() if "HEADWATER" not in name and "MLFLOW" not in name}
    place = {
        "HEADWATER_HOME": str(folder / "home"),
        "HEADWATER_TRACKING_URI": f"sqlite:///{folder / 'runs.db'}",
        "GIT_CEILING_DIRECTORIES": str(folder.parent),
    }
    return subprocess.run(
        [sys.executable, "train.py", *arguments],
        env=kept | place | variables,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "commit.gpgsign=false")
    result = subprocess.run(
        ["git", "-C", str(folder), *identity, *arguments], capture_output=True, text=True, check=True, timeout=60
    )
    return result.stdout.strip()


def make_repository(folder: Path, remote: str) -> str:
    """Make a repository with one commit on the branch `topic/one` and return the commit."""
    git(folder, "init", "--quiet", "--initial-branch", "topic/one")
    git(folder, "remote", "add", "origin", remote)
    (folder / "notes.txt").write_text("notes")
    git(folder, "add", "notes.txt")
    git(folder, "commit", "--quiet", "--message", "Begin")
    return git(folder, "rev-parse", "HEAD")


def test_a_run_names_its_program_user_and_commit_without_credentials(tmp_path: Path) -> None:
    commit = make_repository(tmp_path, "https://ada:hunter2@example.com/team/model.git")

    tags = run_tags(tmp_path, "--password=hunter2", "--api-key", "hunter2", "--depth", "6")

    assert tags["mlflow.source.name"] == "train.py"
    assert tags["mlflow.source.type"] == "LOCAL"
    assert tags["mlflow.user"]
    assert tags["headwater.source.host"] == platform.node()
    assert tags["mlflow.source.git.commit"] == commit
    assert tags["mlflow.source.git.branch"] == "topic/one"
    assert tags["mlflow.source.git.repoURL"] == "https://example.com/team/model.git"
    assert tags["headwater.source.command"] == "train.py '--password=***' --api-key '***' --depth 6"
    assert "hunter2" not in json.dumps(tags)


def test_a_commit_is_found_when_refs_are_packed_and_when_no_branch_is_checked_out(tmp_path: Path) -> None:
    commit = make_repository(tmp_path, "git@example.com:team/model.git")
    git(tmp_path, "pack-refs", "--all")

    packed = run_tags(tmp_path)
    git(tmp_path, "checkout", "--quiet", "--detach")
    detached = run_tags(tmp_path)

    assert packed["mlflow.source.git.commit"] == detached["mlflow.source.git.commit"] == commit
    assert packed["mlflow.source.git.branch"] == "topic/one"
    assert "mlflow.source.git.branch" not in detached
    assert detached["mlflow.source.git.repoURL"] == "git@example.com:team/model.git"


def test_a_worktree_has_the_commit_of_its_own_branch(tmp_path: Path) -> None:
    main = tmp_path / "main"
    main.mkdir()
    make_repository(main, "https://example.com/team/model.git")
    tree = tmp_path / "tree"
    git(main, "worktree", "add", "--quiet", "-b", "second", str(tree))
    git(tree, "commit", "--quiet", "--allow-empty", "--message", "Go on")

    tags = run_tags(tree)

    assert tags["mlflow.source.git.commit"] == git(tree, "rev-parse", "HEAD") != git(main, "rev-parse", "HEAD")
    assert tags["mlflow.source.git.branch"] == "second"
    assert tags["mlflow.source.git.repoURL"] == "https://example.com/team/model.git"


@pytest.mark.parametrize("name", ["HEADWATER_RUN_CONTEXT", "MLFLOW_RUN_CONTEXT"])
def test_the_environment_adds_tags_over_which_the_users_win(tmp_path: Path, name: str) -> None:
    context = {"cluster": "north", "gpus": 8, "mlflow.source.name": "job 17", "winner": "environment"}

    tags = run_tags(tmp_path, **{name: json.dumps(context)})

    assert (tags["cluster"], tags["gpus"], tags["mlflow.source.name"]) == ("north", "8", "job 17")
    assert tags["winner"] == "user"
    assert not any(key.startswith("mlflow.source.git.") for key in tags)


@pytest.mark.parametrize("text", ["{", "[1]"])
def test_a_context_that_is_no_json_object_is_an_error_that_says_so(tmp_path: Path, text: str) -> None:
    result = run_program(tmp_path, HEADWATER_RUN_CONTEXT=text)

    assert result.returncode == 1
    assert f"Invalid HEADWATER_RUN_CONTEXT '{text}'. Give a JSON object of tags." in result.stderr


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        (["train.py", "--depth=6", "two words"], "train.py --depth=6 'two words'"),
        (["train.py", "--db-passwd", "s3cret"], "train.py --db-passwd '***'"),
        (["train.py", "AUTH_TOKEN=s3cret"], "train.py 'AUTH_TOKEN=***'"),
        (["train.py", "--secret", "--depth", "6"], "train.py --secret --depth 6"),
        (["train.py", "--db=postgresql://ada:s3cret@host/db"], "train.py '--db=postgresql://ada:***@host/db'"),
    ],
)
def test_secrets_are_hidden_in_command_lines(arguments: list[str], shown: str) -> None:
    assert shlex.join(hide_secrets(arguments)) == shown
