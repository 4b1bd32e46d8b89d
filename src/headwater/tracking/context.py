"""Where a run came from: the user, the program, its git commit, and what the environment adds."""

import getpass
import json
import os
import platform
import re
import shlex
import subprocess
import sys
import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from headwater import config
from headwater.capture.redaction import Redactor, is_secret_name
from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.names import HOST_TAG
from headwater.tracking.run import USER_TAG

_GIT_TIMEOUT_S = 30.0


def run_tags() -> dict[str, str]:
    """Return the tags of a new run; costs no more than a few small files read once."""
    tags = {USER_TAG: user_name(), **_source_tags(), **_git_tags()}
    from headwater.plugins import context_tags  # reads what is installed, which costs some milliseconds

    return tags | context_tags() | _environment_tags()


def resolve_tags(tags: dict[str, str] | None = None) -> dict[str, str]:
    """Return the tags that a new run would get here; those in `tags` win."""
    return run_tags() | (tags or {})


@cache
def user_name() -> str:
    """Return who runs this process: the user that the server knows, else the system's."""
    known, _ = config.credentials()
    if known:
        return known
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


@cache
def _source_tags() -> dict[str, str]:
    notebook = notebook_file()
    script = sys.argv[0] if sys.argv else ""
    return {
        "mlflow.source.name": notebook or script or "<console>",
        "mlflow.source.type": "NOTEBOOK" if notebook else "LOCAL",
        "headwater.source.command": shlex.join(hide_secrets(sys.argv)),
        HOST_TAG: platform.node(),
    }


def hide_secrets(arguments: list[str]) -> list[str]:
    """Return the words of a command line with stars in the place of passwords, tokens and keys."""
    redact = Redactor().redact
    shown: list[str] = []
    hide_next = False
    for argument in arguments:
        name, equals, _ = argument.partition("=")
        if hide_next and not argument.startswith("-"):
            shown.append("***")
        elif equals and is_secret_name(name):
            shown.append(f"{name}=***")
        else:
            shown.append(redact(argument))
        hide_next = not equals and argument.startswith("-") and is_secret_name(argument)
    return shown


def notebook_file() -> str:
    """Return the notebook that runs here, as far as it is known; empty outside of one."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is None or "ipykernel" not in sys.modules:
        return ""
    of_jupyter = config.environment().get("JPY_SESSION_NAME", "")
    return str(shell.user_ns.get("__vsc_ipynb_file__") or (of_jupyter if of_jupyter.endswith(".ipynb") else "notebook"))


def _environment_tags() -> dict[str, str]:
    text = config.RUN_CONTEXT.get()
    if not text:
        return {}
    try:
        tags = json.loads(text)
    except ValueError as error:
        raise _bad_context(text) from error
    if not isinstance(tags, dict):
        raise _bad_context(text)
    return {str(key): str(value) for key, value in tags.items()}


def _bad_context(text: str) -> InvalidParameterValue:
    return InvalidParameterValue(f"Invalid {config.RUN_CONTEXT.name} '{text[:200]}'. Give a JSON object of tags.")


@cache
def _git_tags() -> dict[str, str]:
    folder = _git_folder()
    if folder is None:
        return {}
    head = _read(folder / "HEAD")
    reference = head.removeprefix("ref: ") if head.startswith("ref: ") else ""
    commit = _resolve(folder, reference) if reference else head
    branch = reference.removeprefix("refs/heads/") if reference.startswith("refs/heads/") else ""
    tags = {  # in MLflow's order, which the JSON text of a dataset's source keeps
        "mlflow.source.git.commit": commit,
        "mlflow.source.git.branch": branch,
        "mlflow.source.git.repoURL": _remote_url(folder),
    }
    return {key: value for key, value in tags.items() if value}


def source_folder() -> Path:
    """Return the folder of the running script, else the working folder."""
    script = Path(sys.argv[0]) if sys.argv and sys.argv[0] else Path()
    return script.resolve().parent if script.is_file() else Path.cwd()


def find_commit() -> str:
    """Return the commit that is checked out around the running script, "" without one."""
    return _git_tags().get("mlflow.source.git.commit", "")


def find_top() -> Path | None:
    """Return the top folder of the repository around the running script, None if there is none."""
    start = source_folder()
    return next((folder for folder in (start, *start.parents) if (folder / ".git").exists()), None)


def _git_folder() -> Path | None:
    top = find_top()
    if top is None:
        return None
    dot_git = top / ".git"
    return dot_git if dot_git.is_dir() else top / _read(dot_git).removeprefix("gitdir: ")  # of a worktree or submodule


def _resolve(folder: Path, reference: str) -> str:
    common = folder / (_read(folder / "commondir") or ".")
    for base in (folder, common):
        if commit := _read(base / reference):
            return commit
    for line in _read(common / "packed-refs").splitlines():
        commit, _, name = line.partition(" ")
        if name == reference:
            return commit
    return ""


def _remote_url(folder: Path) -> str:
    text = _read(folder / (_read(folder / "commondir") or ".") / "config")
    section = re.search(r'^\[remote "origin"\]\s*$(.*?)(?=^\[|\Z)', text, re.MULTILINE | re.DOTALL)
    found = re.search(r"^\s*url\s*=\s*(\S+)", section[1], re.MULTILINE) if section else None
    if found is None:
        return ""
    return without_credentials(found[1])


def without_credentials(url: str) -> str:
    """Return the URL of a repository or an archive without passwords and tokens; ssh keeps the name of its user."""
    parts = urlsplit(url)
    user, at, host = parts.netloc.rpartition("@")
    if not at:
        return url
    name = f"{user.partition(':')[0]}@" if "ssh" in parts.scheme else ""
    return urlunsplit(parts._replace(netloc=name + host))


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace").strip()
    except OSError:
        return ""


def report_dirty(tell: Callable[[dict[str, str]], None]) -> None:
    """Call `tell` with the tag that says whether the working tree differs from its commit, from another thread.

    Git is asked once per process; a tree without git is not reported.
    """
    if _git_folder() is not None:
        threading.Thread(target=lambda: tell(_dirty_tag(os.getpid())), name="headwater-git", daemon=True).start()


@cache
def _dirty_tag(pid: int) -> dict[str, str]:  # noqa: ARG001 - once for each process
    command = ["git", "-C", str(source_folder()), "status", "--porcelain", "--untracked-files=no"]
    try:
        result = subprocess.run(command, capture_output=True, timeout=_GIT_TIMEOUT_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return {}
    return {} if result.returncode else {"mlflow.source.git.dirty": "true" if result.stdout.strip() else "false"}
