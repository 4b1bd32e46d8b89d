"""Where the code of a project is, and how it gets to this machine: folders, git repositories and zip archives."""

import hashlib
import re
import shlex
import shutil
import stat
import tempfile
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from headwater import config
from headwater.projects.git import Git
from headwater.protocol.errors import InvalidParameterValue, ResourceDoesNotExist
from headwater.tracking.artifacts import download_artifacts
from headwater.tracking.context import without_credentials

_GIT_SCHEMES = frozenset({"https", "http", "ssh", "git", "file", "git+https", "git+http", "git+ssh", "git+file"})
_SCP = re.compile(r"(?:[A-Za-z0-9._-]+@)?[A-Za-z0-9.-]+:(?!//)[^\s].*")
_DRIVE = re.compile(r"[A-Za-z]:[\\/]")
_MAX_UNPACKED_BYTES = 4 << 30
_MAX_MEMBERS = 100_000


@dataclass(frozen=True)
class Source:
    """The code of a project on this machine.

    Attributes:
        folder: of the project, which is the user's own unless the code was fetched.
        uri: where it is from, for the run's tag.
        commit: of git, "" without.
        repository: the URL of the repository it was fetched from, "" for the user's own folder.
        branch: that the version names, "" if it names none.
        is_fetched: whether the folder is a copy in the cache.
        remote: the URL that the repository of the user's own folder was cloned from, "" without.
        inside: the path of the user's own folder within its repository.
    """

    folder: Path
    uri: str
    commit: str = ""
    repository: str = ""
    branch: str = ""
    is_fetched: bool = False
    remote: str = ""
    inside: str = ""


def fetch_source(uri: str, version: str = "") -> Source:
    """Return the code that a URI names, fetched into the user's cache unless it is a folder of this machine.

    Args:
        uri: a folder, the URL of a git repository, or a `.zip`; `#subdirectory` after it names a folder in it, and
            `#subdirectory@version` or `#@version` a version, too.
        version: a branch, tag or commit. Of a folder of this machine, that commit is copied: the folder stays as it is.

    Raises:
        InvalidParameterValue: the URI or the version cannot be one, or has no such subdirectory.
        ResourceDoesNotExist: there is nothing at the URI, or no such version.
    """
    if "\0" in uri or "\n" in uri or uri.startswith("-"):
        raise InvalidParameterValue(f"Invalid project URI '{uri}'. Give a folder, a git URL or a zip archive.")
    location, _, subdirectory = uri.partition("#")
    local = _local_path(location)
    if not version and not (local is not None and (local / subdirectory).is_dir()):
        subdirectory, _, version = subdirectory.partition("@")
    _check_subdirectory(uri, subdirectory)
    if urlsplit(location).path.lower().endswith(".zip"):
        archive = _fetch_zip(location, local, version)
        return enter_subdirectory(archive, subdirectory) if subdirectory else _enter_only_folder(archive)
    if local is not None and local.is_dir() and not _is_bare(local):
        found = _from_folder(local, version)
    elif local is not None and not local.exists():
        raise ResourceDoesNotExist(f"No such project: '{uri}'. Give a folder, a git URL or a zip archive.")
    elif local is not None and local.is_file():
        raise InvalidParameterValue(
            f"The project '{uri}' is a file. Name its folder, and the file as the entry point: "
            f"headwater run {shlex.quote(str(local.parent))} -e {shlex.quote(local.name)}"
        )
    else:
        found = _fetch_git(_check_git_url(location), version)
    return enter_subdirectory(found, subdirectory)


def _local_path(location: str) -> Path | None:
    parts = urlsplit(location)
    if parts.scheme == "file":
        if parts.netloc not in {"", "localhost"}:
            raise InvalidParameterValue(f"'{location}' is on another machine. Give a path of this one.")
        return Path(unquote(parts.path))
    is_path = not parts.scheme or bool(_DRIVE.match(location))
    if is_path and not (_SCP.fullmatch(location) and not Path(location).exists()):
        return Path(location).expanduser()
    return None


def _check_git_url(location: str) -> str:
    scheme = urlsplit(location).scheme
    if scheme in _GIT_SCHEMES and "://" in location:
        url = location.removeprefix("git+")
        if not urlsplit(url).netloc.startswith("-"):
            return url
    elif Path(location).exists():
        return str(Path(location).resolve())
    elif _SCP.fullmatch(location) and "::" not in location:
        return location
    raise InvalidParameterValue(
        f"'{location}' is no project URI. Use a folder, a zip archive, or a git URL with https, ssh, git or file."
    )


def _check_subdirectory(uri: str, subdirectory: str) -> None:
    if any(part == ".." for part in PurePosixPath(subdirectory).parts) or subdirectory.startswith(("/", "\\")):
        raise InvalidParameterValue(f"The subdirectory '{subdirectory}' of '{uri}' leaves the project. Name one in it.")


def enter_subdirectory(source: Source, subdirectory: str) -> Source:
    """Return the code in a folder of a source; raise `InvalidParameterValue` if there is none, or it is outside."""
    if not subdirectory:
        return source
    folder = (source.folder / subdirectory).resolve()
    if not folder.is_relative_to(source.folder.resolve()) or not folder.is_dir():
        raise InvalidParameterValue(f"The project '{source.uri}' has no folder '{subdirectory}'.")
    return replace(source, folder=folder, uri=f"{source.uri}#{subdirectory}")


def _enter_only_folder(source: Source) -> Source:
    """Return the code in the one folder that is all there is, as in archives that hosts make of repositories."""
    entries = list(source.folder.iterdir())
    return replace(source, folder=entries[0]) if len(entries) == 1 and entries[0].is_dir() else source


def _from_folder(folder: Path, version: str) -> Source:
    folder = folder.resolve()
    git = Git(folder)
    top = git.find_top()
    if not version:
        if top is None:
            return Source(folder, folder.as_uri())
        remote, inside = without_credentials(git.read_remote()), folder.relative_to(top).as_posix()
        return Source(folder, folder.as_uri(), git.read_commit(), remote=remote, inside=inside)
    if top is None:
        raise InvalidParameterValue(f"'{folder}' is in no git repository, so it has no version '{version}'.")
    fetched = _fetch_git(str(top), version)
    inner = folder.relative_to(top)
    remote = without_credentials(git.read_remote())
    return Source(
        fetched.folder / inner,
        folder.as_uri(),
        fetched.commit,
        remote or top.as_uri(),
        fetched.branch,
        is_fetched=True,
        remote=remote,
        inside=inner.as_posix(),
    )


def _fetch_git(url: str, version: str) -> Source:
    """Return a copy of one commit in the cache; the same commit is fetched once."""
    git = Git()
    commit, branch = git.resolve(url, version)
    shown = without_credentials(url) if "://" in url or _SCP.fullmatch(url) else Path(url).resolve().as_uri()
    cache = config.home() / "projects" / hashlib.sha256(without_credentials(url).encode()).hexdigest()[:16]
    target = cache / commit
    if not commit or not target.exists():
        cache.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(prefix="part-", dir=cache))
        try:
            commit = Git(part).fetch(url, commit or version, version)
            target = cache / commit
            _move(part, target)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    return Source(target, shown, commit, shown, branch, is_fetched=True)


def _fetch_zip(location: str, local: Path | None, version: str) -> Source:
    if version:
        raise InvalidParameterValue(f"The archive '{location}' has no versions. Leave '{version}' out.")
    archive = local if local is not None else Path(download_artifacts(location))
    if not archive.is_file():
        raise ResourceDoesNotExist(f"No such archive: '{location}'.")
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    target = config.home() / "projects" / f"zip-{digest[:16]}"
    if not target.exists():
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(prefix="part-", dir=target.parent))
        try:
            _unpack(archive, part)
            _move(part, target)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    return Source(target, without_credentials(location) if local is None else local.resolve().as_uri(), is_fetched=True)


def _unpack(archive: Path, target: Path) -> None:
    """Unpack regular files only, each inside of `target`, within bounds."""
    try:
        with zipfile.ZipFile(archive) as opened:
            members = opened.infolist()
            if len(members) > _MAX_MEMBERS or sum(member.file_size for member in members) > _MAX_UNPACKED_BYTES:
                raise InvalidParameterValue(f"The archive '{archive}' is too large to be a project.")
            for member in members:
                kind = stat.S_IFMT(member.external_attr >> 16)
                path = PurePosixPath(member.filename.replace("\\", "/"))
                if path.is_absolute() or ".." in path.parts or kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
                    raise InvalidParameterValue(f"The archive '{archive}' has the unsafe member '{member.filename}'.")
                opened.extract(member, target)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise InvalidParameterValue(f"'{archive}' is no zip archive that can be read: {error}.") from error


def _move(part: Path, target: Path) -> None:
    try:
        part.rename(target)
    except OSError:
        if not target.exists():  # another process was not quicker
            raise


def _is_bare(folder: Path) -> bool:
    return (folder / "HEAD").is_file() and (folder / "objects").is_dir()
