"""Artifacts: a tree of named files per run, each file kept once under the SHA-256 of its content."""

import re
import unicodedata

import msgspec

from headwater.protocol.endpoint import ARTIFACTS_BASES, NATIVE_BASE, Empty, Endpoint, Permission
from headwater.protocol.entity import Entity
from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.names import check_no_nul, check_run_id, require

_DIGEST_PATTERN = re.compile(r"[0-9a-f]{64}", re.ASCII)
MAX_PATH = 4096
MAX_PARTS = 10_000  # of one object in S3
_MAX_EXPIRATION_S = 7 * 24 * 3600


def check_path(path: str) -> str:
    """Return `path`, or raise `InvalidParameterValue` if it could leave its root.

    A path is relative, uses `/`, and has no empty, `.` or `..` part; encoded, full-width and backslash spellings of
    those are refused too, so that no later decoding can turn it into another path.
    """
    check_no_nul("path", path)
    decoded = path
    for _ in range(13):
        following = re.sub(r"%([0-9a-fA-F]{2})", lambda match: chr(int(match[1], 16)), decoded)
        if following == decoded:
            break
        decoded = following
    folded = unicodedata.normalize("NFKC", decoded).replace("\\", "/")
    # Clients put times between percent signs (`loss%timestamp%1795…`), which look like encoded control characters.
    control = "\0" in decoded or any(ord(character) < 32 or ord(character) == 127 for character in path)
    parts = folded.split("/")
    drive = re.match(r"[A-Za-z]:", folded)
    scheme = re.match(r"[A-Za-z][A-Za-z0-9+.\-]*:/", folded)
    if control or len(path) > MAX_PATH or drive or scheme or any(part in {"", ".", ".."} for part in parts):
        raise InvalidParameterValue(f"Invalid path '{path[:200]}'. Give a relative path without '..' or empty parts.")
    if any(part.rstrip(". ") == "" or part.split(";")[0] == ".." for part in parts):
        raise InvalidParameterValue(f"Invalid path '{path[:200]}'. A part has only dots or blanks.")
    return path


def check_digest(digest: str) -> str:
    """Return `digest`, or raise `InvalidParameterValue` unless it is 64 lower-case hexadecimal digits."""
    if not _DIGEST_PATTERN.fullmatch(digest):
        raise InvalidParameterValue(f"Invalid digest '{digest[:80]}'. Give a SHA-256 as 64 hexadecimal digits.")
    return digest


class FileInfo(Entity, msgspec.Struct, frozen=True, omit_defaults=True):
    """A file or folder; folders and empty files have no `file_size`, which is in bytes."""

    path: str
    is_dir: bool
    file_size: int | None = None


class ListArtifacts(msgspec.Struct, frozen=True, omit_defaults=True):
    """List one folder of a run's artifacts, not recursively; paths are relative to the run's root."""

    run_id: str = ""
    run_uuid: str = ""
    path: str = ""
    page_token: str = ""

    @property
    def run(self) -> str:
        """Return the run's id, whichever way it was spelled."""
        return self.run_id or self.run_uuid

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the run is named and the path stays inside."""
        check_run_id(self.run)
        if self.path:
            check_path(self.path)


class ListArtifactsResponse(msgspec.Struct, frozen=True, omit_defaults=True):
    """The folder's entries, sorted by path."""

    root_uri: str
    files: list[FileInfo] = []
    next_page_token: str = ""


class ArtifactFile(msgspec.Struct, frozen=True):
    """A file of an artifact tree: path relative to its root, SHA-256 and size in bytes."""

    path: str
    digest: str
    size: int


class FindMissing(msgspec.Struct, frozen=True):
    """Ask which of these digests the store does not hold yet."""

    digests: list[str]

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless every digest is a SHA-256."""
        for digest in self.digests:
            check_digest(digest)


class FindMissingResponse(msgspec.Struct, frozen=True):
    """The digests to upload."""

    digests: list[str]


class CommitArtifacts(msgspec.Struct, frozen=True):
    """Name files in the store; `root` is a path like `1/<run_id>/artifacts`, every digest must be held already."""

    root: str
    files: list[ArtifactFile]

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the root, paths and digests are allowed."""
        check_path(self.root)
        for file in self.files:
            check_path(file.path)
            check_digest(file.digest)


class GetTree(msgspec.Struct, frozen=True, omit_defaults=True):
    """Get every file under `root` (a path like `1/<run_id>/artifacts`, or a file below it), recursively."""

    root: str

    def check(self) -> None:
        """Raise `InvalidParameterValue` if the path leaves the store."""
        check_path(self.root)


class TreeResponse(msgspec.Struct, frozen=True):
    """Files, with paths relative to the root asked for (an empty path: the root is that file itself)."""

    files: list[ArtifactFile]


class ListTree(msgspec.Struct, frozen=True, omit_defaults=True):
    """List one folder of the whole store; entries are base names. An empty path is the top."""

    path: str = ""

    def check(self) -> None:
        """Raise `InvalidParameterValue` if the path leaves the store."""
        if self.path:
            check_path(self.path)


class ListTreeResponse(msgspec.Struct, frozen=True, omit_defaults=True):
    """The folder's entries."""

    files: list[FileInfo] = []


class DeleteTree(msgspec.Struct, frozen=True):
    """Remove a file or folder by its path from the top of the store; removing what is not there is fine."""

    path: str

    def check(self) -> None:
        """Raise `InvalidParameterValue` if the path is empty or leaves the store."""
        check_path(require("path", self.path))


class SignedUrl(msgspec.Struct, frozen=True, omit_defaults=True):
    """A URL that reads or writes one object of a store past the server, with the headers to send along."""

    url: str
    headers: dict[str, str] = {}


class SignedPart(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where to PUT one part of a file; parts are numbered from 1."""

    part_number: int
    url: str
    headers: dict[str, str] = {}


class UploadedPart(msgspec.Struct, frozen=True, omit_defaults=True):
    """A part that the object store has taken, with the ETag that it answered."""

    part_number: int
    etag: str
    url: str = ""


class StartUpload(msgspec.Struct, frozen=True):
    """Begin or continue to upload a large file, by its SHA-256 and its size in bytes."""

    digest: str
    size: int

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the digest and the size can be those of a file."""
        check_digest(self.digest)
        if not 0 <= self.size < 2**53:
            raise InvalidParameterValue(f"Invalid size '{self.size}'. Give the file's size in bytes.")


class StartUploadResponse(msgspec.Struct, frozen=True, omit_defaults=True):
    """How to send the file.

    With `parts`, PUT each of `part_bytes` bytes straight to its URL and finish the upload. Without, PUT the file to
    `blobs/<digest>`; its first `received` bytes are here already.
    """

    received: int = 0
    upload_id: str = ""
    part_bytes: int = 0
    parts: list[SignedPart] = []


class FinishUpload(msgspec.Struct, frozen=True):
    """Put the parts of an upload together; the bytes are verified, which reads them once."""

    digest: str
    upload_id: str
    parts: list[UploadedPart]

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the digest is one and the upload is named."""
        check_digest(self.digest)
        require("upload_id", self.upload_id)


class SignDownload(msgspec.Struct, frozen=True):
    """Ask for a URL that reads the file with this SHA-256 straight from the object store."""

    digest: str

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the digest is one."""
        check_digest(self.digest)


def multipart_name(path: str) -> str:
    """Return the name in the URL's folder of a file that MLflow's clients upload: the last part of a local path."""
    return check_path(require("path", path).replace("\\", "/").rpartition("/")[2])


class CreateMultipart(msgspec.Struct, frozen=True):
    """MLflow's way to begin an upload in parts to the folder of the URL; `path` is where the client has the file."""

    path: str
    num_parts: int

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless there is a name and a possible number of parts."""
        multipart_name(self.path)
        if not 1 <= self.num_parts <= MAX_PARTS:
            raise InvalidParameterValue(f"Invalid num_parts '{self.num_parts}'. Ask for 1 to {MAX_PARTS} parts.")


class CreateMultipartResponse(msgspec.Struct, frozen=True):
    """Where to PUT each part."""

    upload_id: str
    credentials: list[SignedPart]


class CompleteMultipart(msgspec.Struct, frozen=True):
    """MLflow's way to put the parts of an upload together."""

    path: str
    upload_id: str
    parts: list[UploadedPart]

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the file and the upload are named."""
        multipart_name(self.path)
        require("upload_id", self.upload_id)


class AbortMultipart(msgspec.Struct, frozen=True):
    """MLflow's way to give an upload up."""

    path: str
    upload_id: str

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the file and the upload are named."""
        multipart_name(self.path)
        require("upload_id", self.upload_id)


class PresignedFile(msgspec.Struct, frozen=True):
    """MLflow's answer to `presigned/<path>`: where a proxied file can be read past the server."""

    url: str
    headers: dict[str, str]
    file_size: int


class PresignUpload(msgspec.Struct, frozen=True, omit_defaults=True):
    """Ask for a URL to PUT one artifact of a run or logged model to, whose location is in an object store."""

    run_id: str = ""
    path: str = ""
    expiration: int = 0
    model_id: str = ""

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless exactly one owner and a path inside it are named."""
        if bool(self.run_id) == bool(self.model_id):
            raise InvalidParameterValue("Exactly one of run_id and model_id must be provided.")
        check_path(require("path", self.path))
        _check_expiration(self.expiration)


class PresignUploadResponse(msgspec.Struct, frozen=True):
    """Where to PUT the file."""

    presigned_url: str
    headers: dict[str, str] = {}


class PresignDownload(msgspec.Struct, frozen=True, omit_defaults=True):
    """Ask for a URL to GET one artifact of a run from, whose location is in an object store."""

    run_id: str = ""
    path: str = ""
    expiration: int = 0

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless a run and a path inside it are named."""
        check_run_id(self.run_id)
        check_path(require("path", self.path))
        _check_expiration(self.expiration)


class PresignDownloadResponse(msgspec.Struct, frozen=True):
    """Where to GET the file, and its size in bytes."""

    presigned_url: str
    headers: dict[str, str]
    file_size: int


def _check_expiration(seconds: int) -> None:
    if not 0 <= seconds <= _MAX_EXPIRATION_S:
        raise InvalidParameterValue(
            f"Invalid expiration '{seconds}'. Give 1 to {_MAX_EXPIRATION_S} seconds, or 0 for the server's own choice."
        )


LIST = Endpoint(
    resource="artifacts",
    verb="list",
    methods=("GET",),
    path="artifacts/list",
    request=ListArtifacts,
    response=ListArtifactsResponse,
    permission=Permission.READ,
)
LIST_TREE = Endpoint(
    resource="artifacts",
    verb="list_tree",
    methods=("GET",),
    path="artifacts",
    request=ListTree,
    response=ListTreeResponse,
    permission=Permission.READ,
    bases=ARTIFACTS_BASES,
)
FIND_MISSING = Endpoint(
    resource="artifacts",
    verb="find_missing",
    methods=("POST",),
    path="artifacts/missing",
    request=FindMissing,
    response=FindMissingResponse,
    permission=Permission.EDIT,
    bases=NATIVE_BASE,
)
COMMIT = Endpoint(
    resource="artifacts",
    verb="commit",
    methods=("POST",),
    path="artifacts/commit",
    request=CommitArtifacts,
    response=Empty,
    permission=Permission.EDIT,
    bases=NATIVE_BASE,
)
GET_TREE = Endpoint(
    resource="artifacts",
    verb="get_tree",
    methods=("GET",),
    path="artifacts/tree",
    request=GetTree,
    response=TreeResponse,
    permission=Permission.READ,
    bases=NATIVE_BASE,
)
DELETE_TREE = Endpoint(
    resource="artifacts",
    verb="delete_tree",
    methods=("POST",),
    path="artifacts/delete",
    request=DeleteTree,
    response=Empty,
    permission=Permission.EDIT,
    bases=NATIVE_BASE,
)
START_UPLOAD = Endpoint(
    resource="artifacts",
    verb="start_upload",
    methods=("POST",),
    path="artifacts/start-upload",
    request=StartUpload,
    response=StartUploadResponse,
    permission=Permission.EDIT,
    bases=NATIVE_BASE,
)
FINISH_UPLOAD = Endpoint(
    resource="artifacts",
    verb="finish_upload",
    methods=("POST",),
    path="artifacts/finish-upload",
    request=FinishUpload,
    response=Empty,
    permission=Permission.EDIT,
    bases=NATIVE_BASE,
)
SIGN_DOWNLOAD = Endpoint(
    resource="artifacts",
    verb="sign_download",
    methods=("POST",),
    path="artifacts/sign-download",
    request=SignDownload,
    response=SignedUrl,
    permission=Permission.READ,
    bases=NATIVE_BASE,
)
PRESIGN_UPLOAD = Endpoint(
    resource="artifacts",
    verb="presign_upload",
    methods=("POST",),
    path="artifacts/presigned-upload-url",
    request=PresignUpload,
    response=PresignUploadResponse,
    permission=Permission.EDIT,
)
PRESIGN_DOWNLOAD = Endpoint(
    resource="artifacts",
    verb="presign_download",
    methods=("POST",),
    path="artifacts/presigned-download-url",
    request=PresignDownload,
    response=PresignDownloadResponse,
    permission=Permission.READ,
)

ENDPOINTS = (
    LIST,
    LIST_TREE,
    FIND_MISSING,
    COMMIT,
    GET_TREE,
    DELETE_TREE,
    START_UPLOAD,
    FINISH_UPLOAD,
    SIGN_DOWNLOAD,
    PRESIGN_UPLOAD,
    PRESIGN_DOWNLOAD,
)
