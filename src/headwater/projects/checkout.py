"""What differs between the code and packages of a run, and those that are at hand here."""

import platform
import re
import subprocess
from pathlib import Path

import msgspec

from headwater.capture.code import read_diff, read_requirements
from headwater.projects.comparison import Difference
from headwater.projects.recipe import PATCH_FILE, REQUIREMENTS_FILE, fetch_file, find_origin
from headwater.projects.record import DIFF_FILE, RECORD_FILE, ProjectRecord
from headwater.protocol.errors import ResourceDoesNotExist
from headwater.tracking.client import Client

_GIT_TIMEOUT_S = 30.0
_SHORT = 12
_CHANGED = "changed"


class CheckoutComparison(msgspec.Struct, frozen=True):
    """How a checkout stands to a run.

    Attributes:
        run_id: of the run.
        compared: how many files and packages were compared.
        differences: of the kinds "commit", "file", "python" and "package"; `before` is the run's.
        caveats: what cannot be known, for people.
    """

    run_id: str
    compared: int
    differences: list[Difference]
    caveats: list[str]


def compare_checkout(run_id: str, folder: str | Path = ".") -> CheckoutComparison:
    """Say what differs between a run and the git checkout and packages here; nothing is run or changed.

    Args:
        run_id: of a run that kept its commit or its code.
        folder: within the checkout.

    Raises:
        ResourceDoesNotExist: nothing is kept of the run's code.

    Example:
        >>> hw.projects.compare_checkout(run_id).differences
        [Difference(kind='package', name='numpy', before='2.3.1', after='2.4.0')]
    """
    client = Client()
    origin = find_origin(client, run_id)
    tags = client.get_run(origin).data.tags
    record_file = fetch_file(client, origin, RECORD_FILE)
    record = msgspec.json.decode(record_file.read_bytes(), type=ProjectRecord) if record_file else None
    commit = tags.get("mlflow.source.git.commit", "") or (record.commit if record else "")
    listed = fetch_file(client, origin, REQUIREMENTS_FILE)
    lines = listed.read_text(encoding="utf-8").splitlines() if listed else record.installed if record else []
    if not commit and not lines:
        raise ResourceDoesNotExist(
            f"Nothing is kept of the code of run '{run_id}'. Runs in a git repository keep their commit, and those "
            "that capture their code (HEADWATER_CAPTURE=code) their changes and packages."
        )
    caveats: list[str] = []
    patch = fetch_file(client, origin, DIFF_FILE) or fetch_file(client, origin, PATCH_FILE)
    if patch is None and tags.get("mlflow.source.git.dirty") == "true":
        caveats.append("the run had uncommitted changes, which were not kept")
    code = _compare_code(commit, patch.read_text(encoding="utf-8") if patch else "", Path(folder), caveats)
    python = record.python if record else _read_python(lines)
    packages = _compare_packages(lines, python, caveats)
    both = [*code, *packages]
    return CheckoutComparison(run_id, len(both), [one for one in both if one.before != one.after], caveats)


def _compare_code(commit: str, patch: str, folder: Path, caveats: list[str]) -> list[Difference]:
    if not commit:
        caveats.append("the run's code was in no git repository")
        return []
    here = _git(folder, "rev-parse", "HEAD").strip()
    if not here:
        caveats.append(f"'{folder.resolve()}' is in no git repository with a commit")
        return []
    pairs = [Difference("commit", "HEAD", commit[:_SHORT], here[:_SHORT])]
    then, now = _split_patch(patch), _split_patch(read_diff(folder))
    committed: set[str] = set()
    if commit != here:
        if _git(folder, "cat-file", "-t", commit).strip() != "commit":
            caveats.append(f"this repository does not have the run's commit '{commit}': `git fetch` may bring it")
            return pairs
        committed = set(_git(folder, "diff", "--name-only", "-z", commit, here).split("\0")) - {""}
    for path in sorted({*then, *now, *committed}):
        if path in committed:
            pairs.append(Difference("file", path, _of_commit(commit, path, then), _of_commit(here, path, now)))
        else:
            is_same = path not in then or then[path] == now.get(path)
            after = (_CHANGED if is_same else "changed otherwise") if path in now else None
            pairs.append(Difference("file", path, _CHANGED if path in then else None, after))
    return pairs


def _of_commit(commit: str, path: str, changed: dict[str, str]) -> str:
    return f"{commit[:_SHORT]}, {_CHANGED}" if path in changed else commit[:_SHORT]


def _split_patch(patch: str) -> dict[str, str]:
    """Return each file's part of a patch, without the hashes of git."""
    parts = re.split(r"(?m)^(?=diff --git )", patch)
    named = ((re.match(r"diff --git a/.+? b/(.+)$", part, re.MULTILINE), part) for part in parts)
    return {found[1]: re.sub(r"(?m)^index .*$", "", part) for found, part in named if found}


def _compare_packages(lines: list[str], python: str, caveats: list[str]) -> list[Difference]:
    if not lines:
        caveats.append("the run's packages were not kept")
        return []
    then, now = _read_pins(lines), _read_pins(read_requirements().splitlines())
    pairs = [Difference("package", name, then.get(name), now.get(name)) for name in sorted({*then, *now})]
    return [Difference("python", "python", python, platform.python_version()), *pairs] if python else pairs


def _read_pins(lines: list[str]) -> dict[str, str]:
    pins = (line.partition("==") for line in lines if not line.startswith("#"))
    return {re.sub(r"[-_.]+", "-", name.strip()).lower(): version.strip() for name, equal, version in pins if equal}


def _read_python(lines: list[str]) -> str:
    found = re.match(r"# Python (\S+)", lines[0]) if lines else None
    return found[1] if found else ""


def _git(folder: Path, *arguments: str) -> str:
    """Return what git prints, nothing if it fails."""
    command = ["git", "--no-optional-locks", "-C", str(folder), *arguments]
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_GIT_TIMEOUT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return "" if done.returncode else done.stdout
