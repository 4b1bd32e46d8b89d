"""One bucket of an object store, or a folder in it: S3, Google Cloud Storage, Azure, or this process's memory.

Endpoint, region and credentials come from the environment variables that each provider's own tools read; an address
chooses no more than bucket and folder, so that who may name an address cannot choose whom our credentials are sent to.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from itertools import chain
from typing import TYPE_CHECKING, Literal, NamedTuple, cast
from urllib.parse import quote, unquote, urlsplit

from headwater.config import S3_IGNORE_TLS, aws_settings
from headwater.protocol.errors import (
    HeadwaterError,
    InvalidParameterValue,
    NotSupported,
    PermissionDenied,
    ResourceDoesNotExist,
    TemporarilyUnavailable,
)
from headwater.stores.artifacts.s3_upload import S3Upload, upload_options

if TYPE_CHECKING:
    from obstore import Attributes, GetOptions, ObjectMeta
    from obstore.store import AzureConfig, ClientConfig, ObjectStore, RetryConfig, S3Config

SCHEMES = {
    "s3": "s3", "s3a": "s3", "gs": "gs", "az": "az", "abfs": "az", "abfss": "az", "wasb": "az", "wasbs": "az",
    "memory": "memory",
}  # fmt: skip
PART_BYTES = 16 * 1024 * 1024
CHUNK_BYTES = 1024 * 1024
_PARTS_AT_ONCE = 3
_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._\-]{1,220}", re.ASCII)
_AZURE_HOST = re.compile(r"([a-z0-9]{3,24})\.(?:blob|dfs)\.core\.windows\.net", re.ASCII)


class Address(NamedTuple):
    """What a URI names: the provider, an account (Azure only), a bucket, and a folder in it without slashes around."""

    provider: str
    account: str
    bucket: str
    folder: str


class StoredObject(NamedTuple):
    """An object: its key below the bucket's folder, size in bytes, what changes when its bytes do, and its age."""

    key: str
    size: int
    etag: str
    modified_ms: int


def parse_address(uri: str) -> Address:
    """Return what an object store's URI names; its query string is ignored.

    Raises `InvalidParameterValue` if it names no bucket, or a host that is none of the provider's.
    """
    parts = urlsplit(uri)
    provider = SCHEMES.get(parts.scheme.lower(), "")
    container, at, host = parts.netloc.rpartition("@")
    account = ""
    if at:
        match = _AZURE_HOST.fullmatch(host)
        if provider != "az" or match is None:
            raise InvalidParameterValue(f"Invalid address '{uri}'. Name a bucket, such as s3://bucket/folder.")
        account = match[1]
    bucket = container if at else host
    if not provider or (not _BUCKET.fullmatch(bucket) and provider != "memory"):
        raise InvalidParameterValue(
            f"Invalid address '{uri}'. Use s3://bucket/folder, gs://bucket/folder or az://container/folder."
        )
    return Address(provider, account, bucket, unquote(parts.path).strip("/"))


class Bucket:
    """Objects below one URI. Thread-safe; nothing is asked of the network before the first call.

    Raises `NotSupported` if the package obstore is missing.
    """

    def __init__(self, uri: str) -> None:
        self.address = parse_address(uri)
        self.uri = uri.partition("?")[0].rstrip("/")
        upload = upload_options() if self.address.provider == "s3" else S3Upload({}, {})
        self.has_upload_options = bool(upload.config or upload.attributes)
        self._attributes: Attributes = dict(upload.attributes)
        self.store = _open(self.address, upload.config)

    def find(self, key: str) -> StoredObject:
        """Return what is known of an object; raise `ResourceDoesNotExist` if there is none."""
        import obstore

        with self._translated(key):
            meta = obstore.head(self.store, key)
        return _describe_object(meta)._replace(key=key)

    def read(self, key: str, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        """Yield an object or a part of it in chunks of at most 1 MiB, going on where a broken answer ended."""
        import obstore

        if length == 0:
            return
        wanted: GetOptions = {}
        if length is not None:
            wanted["range"] = (start, start + length)
        elif start:
            wanted["range"] = {"offset": start}
        with self._translated(key):
            for block in obstore.get(self.store, key, options=wanted).stream(min_chunk_size=CHUNK_BYTES):
                view = memoryview(block)
                for offset in range(0, len(view), CHUNK_BYTES):
                    yield bytes(view[offset : offset + CHUNK_BYTES])

    def put(self, key: str, data: bytes) -> None:
        """Keep a small object, which is there at once or not at all."""
        import obstore

        with self._translated(key, writing=True):
            obstore.put(self.store, key, data, attributes=self._attributes, use_multipart=False)

    def create(self, key: str, data: bytes) -> bool:
        """Keep a small object unless the key is taken; return whether it was free."""
        import obstore
        from obstore.exceptions import AlreadyExistsError, NotSupportedError

        with self._translated(key, writing=True):
            try:
                obstore.put(self.store, key, data, attributes=self._attributes, mode="create", use_multipart=False)
            except AlreadyExistsError:
                return False
            except NotSupportedError:  # some servers of this protocol cannot create conditionally
                obstore.put(self.store, key, data, attributes=self._attributes, use_multipart=False)
        return True

    def stream(self, key: str, chunks: Iterable[bytes]) -> None:
        """Keep an object, in parts of 16 MiB; it appears when all are there, and never if `chunks` raises."""
        import obstore

        source = iter(chunks)
        head = gather(source, PART_BYTES)
        if len(head) < PART_BYTES:
            self.put(key, head)
            return
        with self._translated(key, writing=True):
            obstore.put(
                self.store,
                key,
                chain([head], source),
                attributes=self._attributes,
                use_multipart=True,
                chunk_size=PART_BYTES,
                max_concurrency=_PARTS_AT_ONCE,
            )

    def copy(self, source: str, target: str) -> None:
        """Copy an object inside the store, without its bytes passing here."""
        import obstore

        with self._translated(source):
            obstore.copy(self.store, source, target)

    def delete(self, key: str) -> None:
        """Remove an object; one that is not there is fine."""
        import obstore

        with self._translated(key):
            try:
                obstore.delete(self.store, key)
            except FileNotFoundError:
                return

    def list_folder(self, folder: str) -> tuple[list[str], list[StoredObject]]:
        """Return the folders and the objects directly in a folder, an empty one being the top."""
        import obstore

        with self._translated(folder):
            found = obstore.list_with_delimiter(self.store, folder or None)
        objects = [_describe_object(meta) for meta in found["objects"]]
        # Consoles make "folders" by empty objects whose key is the folder's own.
        return list(found["common_prefixes"]), [item for item in objects if item.key.strip("/") != folder]

    def list_below(self, folder: str) -> Iterator[StoredObject]:
        """Yield every object below a folder."""
        import obstore

        with self._translated(folder):
            for page in obstore.list(self.store, folder or None):
                for meta in page:
                    yield _describe_object(meta)

    def sign(self, method: Literal["GET", "PUT"], key: str, expires_s: int) -> str:
        """Return a URL with which anybody may read or write one object for a while."""
        import obstore
        from obstore.store import AzureStore, GCSStore, S3Store

        if not isinstance(self.store, S3Store | GCSStore | AzureStore):
            raise NotSupported(f"'{self.uri}' has no signed URLs. Send the file through the server.")
        whole = f"{self.address.folder}/{key}"
        if self.address.provider == "az" and quote(whole, safe="/~") != whole:
            # The library signs the name as the URL spells it, where Azure expects the name itself.
            raise NotSupported(f"Azure has no signed URL for '{key}': letters in it must be escaped. Rename the file.")
        with self._translated(key):
            return obstore.sign(self.store, method, key, timedelta(seconds=expires_s))

    @contextmanager
    def _translated(self, key: str, *, writing: bool = False) -> Iterator[None]:
        from obstore.exceptions import (
            BaseError,
            NotSupportedError,
            PermissionDeniedError,
            UnauthenticatedError,
        )

        try:
            yield
        except FileNotFoundError as error:
            if writing:
                raise TemporarilyUnavailable(f"There is no bucket '{self.uri}'. Create it, or fix its name.") from error
            raise ResourceDoesNotExist(f"No object '{key}' in '{self.uri}'.") from error
        except (PermissionDeniedError, UnauthenticatedError) as error:
            message = f"The object store refuses '{self.uri}'. Check the credentials in the environment."
            raise PermissionDenied(message) from error
        except NotSupportedError as error:
            raise NotSupported(f"'{self.uri}' cannot do this: {_describe(error)}.") from error
        except BaseError as error:
            raise self._explain(error) from error

    def _explain(self, error: Exception) -> HeadwaterError:
        text = _describe(error)
        if "://169.254.169.254/" in text:  # where machines in the cloud find theirs, after everything else was tried
            return PermissionDenied(f"There are no credentials for '{self.uri}'. Put them into the environment.")
        if "NoSuchBucket" in str(error):
            return TemporarilyUnavailable(f"There is no bucket '{self.uri}'. Create it, or fix its name.")
        return TemporarilyUnavailable(f"The object store of '{self.uri}' does not answer as it should: {text}.")


def _describe_object(meta: "ObjectMeta") -> StoredObject:
    modified_ms = int(meta["last_modified"].timestamp() * 1000)
    return StoredObject(meta["path"], meta["size"], (meta["e_tag"] or "").strip('"'), modified_ms)


def gather(chunks: Iterator[bytes], least: int) -> bytes:
    """Return the beginning of `chunks`, as many as have `least` bytes; fewer bytes are all that there are."""
    gathered = bytearray()
    for chunk in chunks:
        gathered += chunk
        if len(gathered) >= least:
            break
    return bytes(gathered)


def _describe(error: Exception) -> str:
    """Return the beginning of the library's message: what follows may hold key names and signatures."""
    line = str(error).partition("\n")[0].partition(": <")[0]
    return re.sub(r"\?\S*", "", line)[:300]


def _open(address: Address, upload: Mapping[str, str | bool]) -> "ObjectStore":
    try:
        from obstore.store import AzureStore, GCSStore, MemoryStore, S3Store
    except ImportError as error:
        raise NotSupported(
            f"Object stores need the package obstore: {error}. Install it with `pip install 'headwater[cloud]'`."
        ) from error
    if address.provider == "memory":
        return MemoryStore()
    client: ClientConfig = {"connect_timeout": "5s", "read_timeout": "120s", "timeout": "3600s"}
    retries: RetryConfig = {"max_retries": 3, "retry_timeout": timedelta(seconds=60)}
    prefix = address.folder or None
    try:
        if address.provider == "gs":
            client["allow_http"] = True  # only an emulator that the environment names is reached so
            return GCSStore(address.bucket, prefix=prefix, client_options=client, retry_config=retries)
        if address.provider == "az":
            client["allow_http"] = True
            account: AzureConfig = {"account_name": address.account} if address.account else {}
            return AzureStore(
                address.bucket, prefix=prefix, config=account, client_options=client, retry_config=retries
            )
        aws = aws_settings()
        client["allow_http"] = aws.endpoint.startswith("http://")
        client["allow_invalid_certificates"] = S3_IGNORE_TLS.is_on()
        config = cast("S3Config", {"region": aws.region, **upload})
        if aws.endpoint:
            config["endpoint"] = aws.endpoint
        return S3Store(address.bucket, prefix=prefix, config=config, client_options=client, retry_config=retries)
    except Exception as error:  # the library's errors of configuration have no class in common
        raise InvalidParameterValue(
            f"The environment does not say how to reach '{address.provider}://{address.bucket}': {_describe(error)}."
        ) from error
