"""Artifacts in their plain layout: experiments whose `artifact_location` is a bucket, a folder or a web address."""

import os
import posixpath
import stat
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NoReturn
from urllib.parse import quote, unquote, urlsplit
from uuid import uuid4

from headwater.protocol.artifacts import FileInfo, SignedUrl, check_path
from headwater.protocol.errors import (
    InsufficientStorage,
    InvalidParameterValue,
    NotSupported,
    ResourceDoesNotExist,
)
from headwater.stores.artifacts.bucket import SCHEMES, Bucket
from headwater.stores.found import FoundFile

if TYPE_CHECKING:
    from headwater.stores.interface import Location

_CHUNK_BYTES = 1 << 20
_CLOUD_SCHEMES = frozenset(SCHEMES) - {"memory"}  # what is kept in memory would be gone when it is looked for
_LOCAL_HOSTS = frozenset({"", "localhost"})


def open_location(uri: str) -> "Location":
    """Open any location with this process's own rights and credentials: what the client does for its user.

    A server opens what others name through `ServedLocations` only.
    """
    scheme = urlsplit(uri).scheme.lower()
    if scheme in _CLOUD_SCHEMES:
        return CloudLocation(uri)
    if scheme in {"http", "https"}:
        from headwater.stores.artifacts.web import WebLocation  # an HTTP client costs 80 ms

        return WebLocation(uri)
    return LocalLocation(local_path(uri))


def local_path(uri: str) -> Path:
    """Return the path that a plain path or a `file:` URI names.

    Raises `NotSupported` for any other scheme, `InvalidParameterValue` if the URI names another machine.
    """
    parts = urlsplit(uri)
    if parts.scheme.lower() == "file":
        if parts.netloc.lower() not in _LOCAL_HOSTS:
            raise InvalidParameterValue(f"Invalid location '{uri}': it names another machine. Use file:///folder.")
        return Path(unquote(parts.path))
    if parts.scheme and len(parts.scheme) > 1:
        raise NotSupported(
            f"Artifacts at '{uri}' cannot be reached. Use s3://, gs://, az://, a folder, or the server's own storage."
        )
    return Path(uri)


class ServedLocations:
    """What a server lists and serves for others: locations that begin as its operator said.

    A user of the server chooses an experiment's location, and the server would read it with its own rights. So buckets
    and folders of its machine are out of bounds unless named, and web addresses always.

    Args:
        prefixes: beginnings of URIs, such as `s3://` or `s3://team-bucket/` or `file:///srv/shared/`.
    """

    def __init__(self, prefixes: Sequence[str]) -> None:
        self._prefixes = tuple(_spell(prefix) for prefix in prefixes)

    def open(self, uri: str) -> "Location":
        """Return the location; raise `NotSupported` if it is not served from here."""
        spelled = _spell(uri)
        scheme = urlsplit(spelled).scheme
        prefix = next((prefix for prefix in self._prefixes if _is_below(spelled, prefix)), None)
        if prefix is not None and scheme in _CLOUD_SCHEMES:
            return CloudLocation(spelled)
        if prefix is not None and scheme == "file":
            return LocalLocation(local_path(spelled), fence=local_path(prefix))
        raise NotSupported(
            f"The artifacts at '{uri}' are kept outside of this server. Read them there, or let its operator name the "
            "place in HEADWATER_ARTIFACT_LOCATIONS."
        )


def _spell(uri: str) -> str:
    """Return a URI in the one spelling that prefixes are compared in; a path becomes a `file:` URI.

    What it names is decoded once, normalised and encoded again, so that decoding it later gives just what was compared.
    """
    parts = urlsplit(uri)
    scheme = parts.scheme.lower()
    if scheme in {"", "file"} and parts.netloc.lower() in _LOCAL_HOSTS:
        path = unquote(parts.path) if scheme else uri
        if not path.startswith("/"):  # relative to a folder of the client's
            return f"relative:{path}"
        folder = posixpath.normpath(path).replace("//", "/")
        return "file://" + quote(folder if folder == "/" or not path.endswith("/") else f"{folder}/")
    path = posixpath.normpath(unquote(parts.path)) if parts.path.strip("/") else ""
    slash = "/" if path and parts.path.endswith("/") else ""
    folder = quote(path.lstrip("/"))
    return f"{SCHEMES.get(scheme, scheme)}://{parts.netloc}" + (f"/{folder}{slash}" if parts.netloc and folder else "")


def _is_below(spelled: str, prefix: str) -> bool:
    return spelled.startswith(prefix) if prefix.endswith("/") else f"{spelled}/".startswith(f"{prefix}/")


class CloudLocation:
    """A folder of a bucket."""

    def __init__(self, uri: str) -> None:
        self._bucket = Bucket(uri)

    @property
    def uri(self) -> str:
        """Return the URI."""
        return self._bucket.uri

    def list_folder(self, path: str) -> list[FileInfo]:
        """Return one folder sorted by path."""
        folders, objects = self._bucket.list_folder(_check(path))
        entries = [FileInfo(folder, is_dir=True) for folder in folders]
        entries += [FileInfo(item.key, False, item.size or None) for item in objects]
        return sorted(entries, key=lambda entry: entry.path)

    def walk(self, path: str) -> list[FileInfo]:
        """Return every file below a folder."""
        found = self._bucket.list_below(_check(path))
        return [FileInfo(item.key, False, item.size or None) for item in found]

    def find(self, path: str) -> FoundFile:
        """Return a file's size and ETag."""
        found = self._bucket.find(check_path(path))
        return FoundFile(found.size, found.etag)

    def read(self, path: str, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        """Yield chunks of at most 1 MiB."""
        return self._bucket.read(check_path(path), start, length)

    def write(self, path: str, chunks: Iterable[bytes]) -> None:
        """Keep a file."""
        self._bucket.stream(check_path(path), chunks)

    def sign(self, method: Literal["GET", "PUT"], path: str, expires_s: int) -> SignedUrl:
        """Return a URL of one file."""
        if method == "PUT" and self._bucket.has_upload_options:
            raise NotSupported(
                "Objects here are written with options that no signed URL carries. Send the file itself."
            )
        url = self._bucket.sign(method, check_path(path), expires_s)
        needs_type = method == "PUT" and self._bucket.address.provider == "az"
        return SignedUrl(url, {"x-ms-blob-type": "BlockBlob"} if needs_type else {})


class LocalLocation:
    """A folder of this machine.

    Args:
        root: the folder; it need not exist.
        fence: a folder around it that nothing may lead out of: below it symbolic links are not followed, whoever
            makes them meanwhile. Without one, links are files and folders like any other.
    """

    def __init__(self, root: Path, *, fence: Path | None = None) -> None:
        self.root = root
        self._fence = fence

    @property
    def uri(self) -> str:
        """Return the folder as a `file:` URI."""
        return self.root.absolute().as_uri()

    def list_folder(self, path: str) -> list[FileInfo]:
        """Return one folder sorted by path."""
        folder = self.root / _check(path)
        if not folder.is_dir() or not self._is_inside(folder):
            return []
        with os.scandir(folder) as entries:
            found = [info for entry in entries if (info := self._describe(entry, path)) is not None]
        return sorted(found, key=lambda info: info.path)

    def walk(self, path: str) -> list[FileInfo]:
        """Return every file below a folder."""
        found = []
        for info in self.list_folder(path):
            found += self.walk(info.path) if info.is_dir else [info]
        return found

    def find(self, path: str) -> FoundFile:
        """Return a file's size, and its time and size in place of an ETag."""
        descriptor = self._open(path)
        try:
            status = os.fstat(descriptor)
        finally:
            os.close(descriptor)
        return FoundFile(status.st_size, f"{status.st_mtime_ns:x}-{status.st_size:x}")

    def read(self, path: str, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        """Yield chunks of at most 1 MiB."""
        with os.fdopen(self._open(path), "rb", buffering=0) as file:
            file.seek(start)
            left = length
            while chunk := file.read(_CHUNK_BYTES if left is None else min(_CHUNK_BYTES, left)):
                yield chunk
                left = None if left is None else left - len(chunk)

    def write(self, path: str, chunks: Iterable[bytes]) -> None:
        """Keep a file, which is there whole or not at all."""
        target = self.root / check_path(path)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            if not self._is_inside(target.parent):
                raise _missing(path)
            part = target.with_name(f".{uuid4().hex}.part")
            try:
                with part.open("xb") as file:
                    file.writelines(chunks)
                part.replace(target)
            finally:
                part.unlink(missing_ok=True)
        except OSError as error:
            raise InsufficientStorage(
                f"The artifact '{target}' cannot be written: {error.strerror}. Make room or fix its permissions."
            ) from error

    def sign(self, _method: Literal["GET", "PUT"], _path: str, _expires_s: int) -> NoReturn:
        """Raise `NotSupported`: a folder has no URLs."""
        raise NotSupported("Presigned URLs are not supported for the current artifact repository")

    def _describe(self, entry: os.DirEntry[str], folder: str) -> FileInfo | None:
        path = f"{folder}/{entry.name}" if folder else entry.name
        follow = self._fence is None
        if entry.is_dir(follow_symlinks=follow):
            return FileInfo(path, is_dir=True)
        if entry.is_file(follow_symlinks=follow):
            return FileInfo(path, False, entry.stat().st_size or None)
        return None

    def _is_inside(self, folder: Path) -> bool:
        fence = self._fence
        return fence is None or folder.resolve() == fence.resolve() / folder.relative_to(fence)

    def _open(self, path: str) -> int:
        """Return a descriptor of a regular file; without links, every folder on the way is opened in turn."""
        check_path(path)
        flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC
        try:
            if self._fence is None:
                descriptor = os.open(self.root / path, flags)
            else:
                parts = (self.root / path).relative_to(self._fence).parts
                descriptor = _open_beneath(self._fence, parts, flags | os.O_NOFOLLOW)
        except OSError as error:
            raise _missing(path) from error
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise _missing(path)
        return descriptor


def _open_beneath(root: Path, parts: tuple[str, ...], flags: int) -> int:
    folder = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for part in parts[:-1]:
            inner = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
            os.close(folder)
            folder = inner
        return os.open(parts[-1], flags, dir_fd=folder)
    finally:
        os.close(folder)


def _check(folder: str) -> str:
    return check_path(folder) if folder else ""


def _missing(path: str) -> ResourceDoesNotExist:
    return ResourceDoesNotExist(f"No such artifact: '{path}'")
