"""Transfers past the server: parts that clients send to S3 and files that they read there, by signed URLs."""

import hashlib
import re
from collections.abc import Sequence
from typing import Literal
from uuid import uuid4
from xml.sax.saxutils import escape

import urllib3
from urllib3.exceptions import HTTPError, InsecureRequestWarning

from headwater.config import S3_IGNORE_TLS, SIGNED_URL_S
from headwater.protocol.artifacts import MAX_PARTS, SignedPart, SignedUrl, UploadedPart, check_digest
from headwater.protocol.errors import (
    DataLoss,
    InvalidParameterValue,
    NotSupported,
    ResourceDoesNotExist,
    TemporarilyUnavailable,
)
from headwater.stores.artifacts.bucket import Bucket
from headwater.stores.artifacts.signing import S3Signer

_STAGE = "incoming"
_UPLOAD_ID = re.compile(r"([0-9a-f]{32})\.([\x21-\x7e]{1,1024})", re.ASCII)
_MAX_COPY_BYTES = 5 * 1024**3  # of one copy inside S3
_COPY_PART_BYTES = 1024**3
_OWN_EXPIRY_S = 900
_PATIENCE = urllib3.Timeout(connect=5, read=600)


def blob_key(digest: str) -> str:
    """Return the key of the file with this SHA-256."""
    check_digest(digest)
    return f"{digest[:2]}/{digest[2:]}"


class SignedDownloads:
    """Reads past the server, for every provider that signs URLs."""

    takes_parts = False

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket

    def start(self, _count: int) -> tuple[str, list[SignedPart]]:
        """Raise `NotSupported`: only S3 takes parts."""
        raise self._refusal()

    def finish(self, _upload_id: str, _parts: Sequence[UploadedPart], _digest: str = "") -> tuple[str, int]:
        """Raise `NotSupported`: only S3 takes parts."""
        raise self._refusal()

    def abort(self, _upload_id: str) -> None:
        """Raise `NotSupported`: only S3 takes parts."""
        raise self._refusal()

    def sign_download(self, digest: str) -> SignedUrl:
        """Return where the file with this SHA-256 can be read for a while."""
        return SignedUrl(self._bucket.sign("GET", blob_key(digest), int(SIGNED_URL_S.get())))

    def _refusal(self) -> NotSupported:
        return NotSupported(
            "Multipart upload is not supported for the current artifact repository: it takes S3, and keys in "
            "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY to sign with. Send the file through the server."
        )


class S3Direct(SignedDownloads):
    """Uploads in parts and reads past the server, in one S3 bucket."""

    takes_parts = True

    def __init__(self, bucket: Bucket, signer: S3Signer) -> None:
        super().__init__(bucket)
        self._signer = signer
        if S3_IGNORE_TLS.is_on():
            urllib3.disable_warnings(InsecureRequestWarning)  # which was asked for, and would come with every request
        self._pool = urllib3.PoolManager(
            maxsize=8,
            timeout=_PATIENCE,
            retries=urllib3.Retry(2, redirect=False),
            cert_reqs="CERT_NONE" if S3_IGNORE_TLS.is_on() else "CERT_REQUIRED",
        )

    def start(self, count: int) -> tuple[str, list[SignedPart]]:
        """Begin an upload in `count` parts and return its id and where to PUT each."""
        if not 1 <= count <= MAX_PARTS:
            raise InvalidParameterValue(f"Invalid number of parts '{count}'. Ask for 1 to {MAX_PARTS}.")
        stage = f"{_STAGE}/{uuid4().hex}"
        answer = self._call("POST", stage, {"uploads": ""})
        upload = _element("UploadId", answer)
        expires_s = int(SIGNED_URL_S.get())
        parts = [
            SignedPart(
                number,
                self._signer.presign(
                    "PUT",
                    self._whole_key(stage),
                    {"partNumber": str(number), "uploadId": upload},
                    expires_s=expires_s,
                ),
            )
            for number in range(1, count + 1)
        ]
        return f"{stage.rpartition('/')[2]}.{upload}", parts

    def finish(self, upload_id: str, parts: Sequence[UploadedPart], digest: str = "") -> tuple[str, int]:
        """Put the parts together, read them once to learn their SHA-256, and move the file to its place."""
        stage, upload = _split_upload(upload_id)
        try:
            self._complete(stage, upload, parts)
        except ResourceDoesNotExist as error:
            self._check_staged(stage, error)
        actual, size = self._hash(stage)
        if digest and actual != digest:
            self._bucket.delete(stage)
            raise DataLoss(f"The bytes have SHA-256 '{actual}', not '{digest}' as announced. Send them again.")
        self._copy(stage, blob_key(actual), size)
        self._bucket.delete(stage)
        return actual, size

    def abort(self, upload_id: str) -> None:
        """Forget an upload; one that is not known is fine."""
        stage, upload = _split_upload(upload_id)
        try:
            self._call("DELETE", stage, {"uploadId": upload})
        except ResourceDoesNotExist:
            return

    def _complete(self, stage: str, upload: str, parts: Sequence[UploadedPart]) -> None:
        listed = "".join(
            f"<Part><PartNumber>{part.part_number}</PartNumber><ETag>{escape(part.etag)}</ETag></Part>"
            for part in sorted(parts, key=lambda part: part.part_number)
        )
        body = f"<CompleteMultipartUpload>{listed}</CompleteMultipartUpload>".encode()
        self._call("POST", stage, {"uploadId": upload}, body)

    def _check_staged(self, stage: str, error: ResourceDoesNotExist) -> None:
        """Go on with an upload that was put together before, when the answer did not arrive."""
        try:
            self._bucket.find(stage)
        except ResourceDoesNotExist:
            message = "This upload is not known: it was finished or aborted before. Start it again."
            raise InvalidParameterValue(message) from error

    def _hash(self, stage: str) -> tuple[str, int]:
        checksum = hashlib.sha256()
        size = 0
        for chunk in self._bucket.read(stage):
            checksum.update(chunk)
            size += len(chunk)
        return checksum.hexdigest(), size

    def _copy(self, stage: str, target: str, size: int) -> None:
        if size <= _MAX_COPY_BYTES:
            self._bucket.copy(stage, target)
            return
        upload = _element("UploadId", self._call("POST", target, {"uploads": ""}))
        source = f"/{self._signer.bucket}/{self._whole_key(stage)}"
        copied = []
        for number, start in enumerate(range(0, size, _COPY_PART_BYTES), 1):
            end = min(size, start + _COPY_PART_BYTES) - 1
            headers = {"x-amz-copy-source": source, "x-amz-copy-source-range": f"bytes={start}-{end}"}
            query = {"partNumber": str(number), "uploadId": upload}
            answer = self._call("PUT", target, query, headers=headers)
            copied.append(UploadedPart(number, _element("ETag", answer).replace("&quot;", '"')))
        self._complete(target, upload, copied)

    def _whole_key(self, key: str) -> str:
        folder = self._bucket.address.folder
        return f"{folder}/{key}" if folder else key

    def _call(
        self,
        method: Literal["POST", "PUT", "DELETE"],
        key: str,
        query: dict[str, str],
        body: bytes = b"",
        headers: dict[str, str] | None = None,
    ) -> str:
        """Return what S3 answers; an error may come with status 200 when putting parts together took long."""
        url = self._signer.presign(method, self._whole_key(key), query, expires_s=_OWN_EXPIRY_S, headers=headers)
        try:
            response = self._pool.request(method, url, body=body, headers=headers or {})
        except HTTPError as error:
            raise TemporarilyUnavailable(
                f"The object store of '{self._bucket.uri}' cannot be reached. Try again later."
            ) from error
        text = response.data.decode(errors="replace")
        code = re.search(r"<Error>.*?<Code>(\w+)</Code>", text, re.DOTALL)
        if response.status < 300 and code is None:
            return text
        name = code[1] if code else f"status {response.status}"
        if name == "NoSuchUpload" or (response.status == 404 and name != "NoSuchBucket"):
            raise ResourceDoesNotExist(f"The object store answers '{name}'.")
        if name in {"InvalidPart", "InvalidPartOrder", "EntityTooSmall", "MalformedXML"}:
            raise InvalidParameterValue(f"The object store answers '{name}': send every part, with its ETag.")
        raise TemporarilyUnavailable(f"The object store of '{self._bucket.uri}' answers '{name}'. Try again later.")


def _split_upload(upload_id: str) -> tuple[str, str]:
    match = _UPLOAD_ID.fullmatch(upload_id)
    if match is None:
        raise InvalidParameterValue(f"Invalid upload_id '{upload_id[:80]}'. Send the one that starting answered.")
    return f"{_STAGE}/{match[1]}", match[2]


def _element(name: str, text: str) -> str:
    match = re.search(rf"<{name}>([^<]+)</{name}>", text)
    if match is None:
        raise TemporarilyUnavailable(f"The object store answered without '{name}'. Try again later.")
    return match[1]
