"""git, called with fixed options before `--`, without hooks, prompts and transports that run programs."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from headwater.capture.code import is_in_repository
from headwater.config import environment
from headwater.protocol.errors import InvalidParameterValue, NotSupported, ResourceDoesNotExist
from headwater.tracking.context import without_credentials

_SAFE = (
    "-c", "core.hooksPath=/dev/null",
    "-c", "core.fsmonitor=false",
    "-c", "protocol.allow=never",
    "-c", "protocol.https.allow=always",
    "-c", "protocol.http.allow=always",
    "-c", "protocol.ssh.allow=always",
    "-c", "protocol.git.allow=always",
    "-c", "submodule.recurse=false",
)  # fmt: skip
_FILES_TOO = ("-c", "protocol.file.allow=always")
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_VERSION = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./@+\-]*")


@dataclass(frozen=True)
class Git:
    """git in a folder; without one, for what concerns remote repositories only."""

    folder: Path | None = None

    def find_top(self) -> Path | None:
        """Return the top folder of the working copy that holds this folder, None if there is none, or no git."""
        if not is_in_repository(self._folder):
            return None
        try:
            found = self._ask("rev-parse", "--show-toplevel")
        except NotSupported:
            return None
        return Path(found).resolve() if found else None

    def read_commit(self) -> str:
        """Return the commit that is checked out, "" without one."""
        return self._ask("rev-parse", "--verify", "--quiet", "HEAD")

    def list_files(self) -> list[str]:
        """Return the files below this folder that git has or does not ignore, and submodules as folders."""
        listed = self._run("ls-files", "--cached", "--others", "--exclude-standard", "-z", files=True)
        return sorted({name for name in listed.split("\0") if name})

    def read_remote(self) -> str:
        """Return the URL of the remote `origin`, "" without one."""
        return self._ask("remote", "get-url", "origin")

    def resolve(self, url: str, version: str) -> tuple[str, str]:
        """Return the commit and the branch that a version of a repository names; an empty version is its HEAD.

        The commit is "" for a short one, which only a fetch can tell.
        """
        _check_version(version)
        if _COMMIT.fullmatch(version):
            return version, ""
        listed = self._run(
            "ls-remote",
            *(() if version else ("--symref",)),
            "--",
            url,
            *([f"{version}*"] if version else ["HEAD"]),
            files=_is_local(url),
        )
        refs: dict[str, str] = {}
        head = ""
        for line in listed.splitlines():
            left, _, name = line.partition("\t")
            if left.startswith("ref: "):
                head = left.removeprefix("ref: refs/heads/")
            else:
                refs[name] = left
        if not version:
            return refs.get("HEAD", ""), head
        for name in (f"refs/tags/{version}^{{}}", f"refs/heads/{version}", f"refs/tags/{version}", version):
            if name in refs:
                return refs[name], version if name.startswith("refs/heads/") else ""
        return "", ""

    def fetch(self, url: str, wanted: str, version: str) -> str:
        """Check out a version of a repository in this empty folder, with its submodules, and return the commit."""
        files = _is_local(url)
        self._run("init", "--quiet", files=files)
        self._run("remote", "add", "origin", "--", url, files=files)
        reference = wanted or "HEAD"
        if self._try("fetch", "--quiet", "--depth=1", "--", "origin", reference, files=files):
            reference = "FETCH_HEAD"
        else:
            self._run("fetch", "--quiet", "--tags", "--", "origin", files=files)
        if not self._try("checkout", "--quiet", "--detach", reference, files=files):
            raise ResourceDoesNotExist(
                f"Unable to checkout version '{version}' of git repo '{without_credentials(url)}' please ensure that "
                "the version exists in the repo."
            )
        if (self._folder / ".gitmodules").exists():
            self._run("submodule", "--quiet", "update", "--init", "--recursive", files=files)
        attributes = self._folder / ".gitattributes"
        if attributes.exists() and "filter=lfs" in attributes.read_text(errors="replace"):
            self._run("lfs", "pull", files=files)
        return self.read_commit()

    @property
    def _folder(self) -> Path:
        return self.folder or Path()

    def _ask(self, *arguments: str) -> str:
        done = self._call(arguments, files=True)
        return done.stdout.strip() if done.returncode == 0 else ""

    def _try(self, *arguments: str, files: bool) -> bool:
        return self._call(arguments, files=files).returncode == 0

    def _run(self, *arguments: str, files: bool) -> str:
        done = self._call(arguments, files=files)
        if done.returncode:
            reason = " ".join(done.stderr.split())[-500:].rstrip(".")
            raise ResourceDoesNotExist(f"git {arguments[0]} failed: {reason}. Check the URL and your access to it.")
        return done.stdout

    def _call(self, arguments: tuple[str, ...], *, files: bool) -> "subprocess.CompletedProcess[str]":
        command = ["git", *_SAFE, *(_FILES_TOO if files else ()), *arguments]
        inherited = environment().items()
        variables = {name: value for name, value in inherited if not name.startswith("GIT_") or "SSH" in name}
        variables |= {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"}
        try:
            return subprocess.run(
                command,
                cwd=self.folder,
                env=variables,
                capture_output=True,
                text=True,
                check=False,
                stdin=subprocess.DEVNULL,
            )
        except FileNotFoundError as error:
            raise NotSupported("Projects in git repositories need git. Install it.") from error


def _check_version(version: str) -> None:
    if version and (not _VERSION.fullmatch(version) or ".." in version):
        raise InvalidParameterValue(f"Invalid version '{version}'. Give a branch, a tag or a commit.")


def _is_local(url: str) -> bool:
    return url.startswith("file://") or Path(url).exists()
