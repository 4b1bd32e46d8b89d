"""The code of a run: its program, what git does not have of it yet, and the installed packages."""

import json
import os
import platform
import re
import subprocess
import sys
from pathlib import Path

GIT_TIMEOUT_S = 30.0
MAX_DIFF_BYTES = 4_000_000
MAX_NEW_FILE_BYTES = 100_000
MAX_NEW_FILES = 200
MAX_PROGRAM_BYTES = 4_000_000

OURS = "headwater"
_INSTALLED = re.compile(r"(?P<name>[\w.\-]+?)-(?P<version>\d[^-]*)(?:-py[\d.]+)?\.(?:dist|egg)-info")


def read_diff(folder: Path) -> str:
    """Return what the working tree around `folder` has beyond its commit, as a patch that `git apply` takes.

    Small text files that git does not know yet are included; what is left out for its size is named in a comment
    before the patch. Empty without changes, without git or without a commit.
    """
    top = _git(folder, "rev-parse", "--show-toplevel").strip() if is_in_repository(folder) else ""
    if not top:
        return ""
    root = Path(top)
    notes: list[str] = []
    diff = _git(root, "-c", "core.quotepath=off", "diff", "HEAD", "--no-color", "--no-ext-diff", "--no-textconv")
    parts = [_cap(diff, "changes of tracked files", notes)]
    room = MAX_DIFF_BYTES - len(parts[0])
    names = [name for name in _git(root, "ls-files", "--others", "--exclude-standard", "-z").split("\0") if name]
    for name in names[:MAX_NEW_FILES]:
        part = _new_file(root, name)
        if part and len(part) <= room:
            parts.append(part)
            room -= len(part)
        elif not (root / name).is_dir():
            notes.append(f"# new file '{name}': not text, or too large")
    if len(names) > MAX_NEW_FILES:
        notes.append(f"# {len(names) - MAX_NEW_FILES} more new files")
    patch = "".join(parts)
    head = "".join(f"{note}\n" for note in ["# Left out of this patch:", *notes]) if notes else ""
    return head + patch


def is_in_repository(folder: Path) -> bool:
    """Return whether git may find a working copy around a folder: a look at the disk, which starts no program."""
    absolute = folder.absolute()
    return any((parent / ".git").exists() for parent in (absolute, *absolute.parents))


def read_requirements() -> str:
    """Return the installed distributions as a requirements file that pins each, after the Python they belong to.

    Names and versions are taken from the folders' names: reading every package's metadata takes a hundred times longer.
    One that was installed from a repository is pinned to its commit; one that was installed from a folder, which nobody
    else can install, is a comment, but for Headwater.
    """
    found: dict[str, str] = {}
    for place in sys.path:
        try:
            entries = os.listdir(place or ".")  # noqa: PTH208 - thousands of names, and no paths of them
        except OSError:
            continue
        for entry in entries:
            if parts := _INSTALLED.fullmatch(entry):
                name = re.sub(r"[-_.]+", "-", parts["name"]).lower()
                found.setdefault(name, _pin(name, parts["version"], f"{place or '.'}/{entry}/direct_url.json"))
    system = f"{platform.system()}-{platform.release()}-{platform.machine()}"  # platform.platform() starts a process
    head = f"# Python {platform.python_version()} ({platform.python_implementation()}), {system}\n"
    return head + "".join(f"{found[name]}\n" for name in sorted(found))


def _pin(name: str, version: str, origin: str) -> str:
    try:
        with open(origin, "rb") as file:  # noqa: PTH123 - a path of each costs more than all else
            described = json.load(file)
        url = re.sub(r"//[^/@]*@", "//", described["url"])  # without a password or token
        if "dir_info" in described and name != OURS:
            return f"# {name}=={version} from {url}"
        if vcs := described.get("vcs_info"):
            return f"{name} @ {vcs['vcs']}+{url}@{vcs['commit_id']}"
    except (OSError, ValueError, KeyError, TypeError):  # as for nearly all: it is from an index
        pass
    return f"{name}=={version}"


def find_program(notebook: str = "") -> Path | None:
    """Return the file of the running script or notebook, if there is one of reasonable size."""
    name = notebook or (sys.argv[0] if sys.argv else "")
    path = Path(name)
    if not name or not path.is_file() or path.stat().st_size > MAX_PROGRAM_BYTES:
        return None
    return path if path.suffix in {".py", ".ipynb"} or _is_text(path.read_bytes()[:4096]) else None


def _git(folder: Path, *arguments: str) -> str:
    """Return what git prints, nothing if it fails; it takes no lock that the user's own git would wait for."""
    command = ["git", "--no-optional-locks", "-C", str(folder), *arguments]
    try:
        result = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=GIT_TIMEOUT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return "" if result.returncode else result.stdout.decode("utf-8", "replace")


def _cap(diff: str, what: str, notes: list[str]) -> str:
    """Return whole files of a diff up to the limit."""
    if len(diff) <= MAX_DIFF_BYTES:
        return diff
    end = diff.rfind("\ndiff --git ", 0, MAX_DIFF_BYTES) + 1
    left_out = re.findall(r"^diff --git a/(.+?) b/", diff[end:], re.MULTILINE)
    notes.append(f"# {what}, beyond {MAX_DIFF_BYTES // 1_000_000} MB: {', '.join(left_out[:50])}")
    return diff[:end]


def _new_file(root: Path, name: str) -> str:
    path = root / name
    try:
        if path.is_symlink() or not path.is_file() or path.stat().st_size > MAX_NEW_FILE_BYTES:
            return ""
        data = path.read_bytes()
    except OSError:
        return ""
    if not _is_text(data):
        return ""
    head = f"diff --git a/{name} b/{name}\nnew file mode 100644\n"
    if not data:
        return head
    lines = data.decode("utf-8", "replace").split("\n")
    is_cut = lines[-1] != ""
    lines = lines if is_cut else lines[:-1]
    body = "".join(f"+{line}\n" for line in lines) + ("\\ No newline at end of file\n" if is_cut else "")
    return f"{head}--- /dev/null\n+++ b/{name}\n@@ -0,0 +1,{len(lines)} @@\n{body}"


def _is_text(data: bytes) -> bool:
    return b"\0" not in data
