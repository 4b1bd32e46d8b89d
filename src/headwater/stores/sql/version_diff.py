"""What the database and the files that it names tell of a version, to compare it with another."""

from headwater.protocol.errors import HeadwaterError, ResourceDoesNotExist
from headwater.protocol.model_names import is_model_uri
from headwater.protocol.model_sources import split_run_source
from headwater.protocol.version_comparison import CompareVersions, VersionComparison
from headwater.stores.interface import HeldBlobs, Locations
from headwater.stores.sql.artifacts import find_root
from headwater.stores.sql.connection import Connection
from headwater.stores.sql.database import Database
from headwater.stores.sql.pins import find_files, resolve_location
from headwater.stores.sql.provenance import load_facts, load_metrics, load_provenance
from headwater.stores.sql.registry_rows import find_version, load_version
from headwater.stores.version_diff import MODEL_FILE, REQUIREMENTS, ComparedVersion, compare, uri_of

_MAX_BYTES = 8 * 1024 * 1024


class _Found:
    """A version as the database has it, and where its files are."""

    def __init__(self, connection: Connection, name: str, number: str) -> None:
        row = find_version(connection, name, number)
        self.version = load_version(connection, row.id)
        self.provenance = load_provenance(connection, load_facts(connection, row.id))
        self.metrics = load_metrics(connection, row.id)
        where = connection.one("SELECT location FROM model_version WHERE id = ?", (row.id,))
        assert where is not None, "the version was found in this snapshot"
        self.location = where[0]
        self.place = resolve_location(connection, self.location)
        self.files = self.provenance.files or find_files(connection, self.location)
        self.unread = [] if self.provenance.run or not self.version.run_id else [f"runs:/{self.version.run_id}"]
        if self.version.model_id and not _has_model(connection, self.version.model_id):
            self.unread.append(f"models:/{self.version.model_id}")


class Comparer:
    """Compares versions. Thread-safe."""

    def __init__(self, database: Database, blobs: HeldBlobs, locations: Locations) -> None:
        self._database = database
        self._blobs = blobs
        self._locations = locations

    def compare(self, request: CompareVersions) -> VersionComparison:
        """Return what differs; files that are not ours to read are named as unread."""
        with self._database.read() as connection:
            old = _Found(connection, request.name, request.old)
            new = _Found(connection, request.new_name or request.name, request.new)
        return compare(self._describe(old), self._describe(new), include_equal=request.include_equal)

    def _describe(self, found: _Found) -> ComparedVersion:
        unread = list(found.unread)
        texts = {}
        for path in (MODEL_FILE, REQUIREMENTS):
            try:
                texts[path] = self._read(found, path)
            except (HeadwaterError, OSError, UnicodeDecodeError):
                texts[path] = ""
                unread.append(f"{uri_of(found.version)}/{path}")
        return ComparedVersion(
            version=found.version,
            provenance=found.provenance,
            metrics=found.metrics,
            model_file=texts[MODEL_FILE],
            requirements=texts[REQUIREMENTS],
            unread=unread,
        )

    def _read(self, found: _Found, path: str) -> str:
        """Return the text of a file, empty if there is none; raise `HeadwaterError` where it cannot be read."""
        named = next((file for file in found.files if file.path == path), None)
        if named is None and (found.files or find_root(found.place)):
            return ""
        if named is not None and named.size > _MAX_BYTES:
            raise ResourceDoesNotExist(f"'{path}' has '{named.size}' bytes, too many to compare.")
        if named is not None and self._blobs.sizes([named.digest]):
            return b"".join(self._blobs.read(named.digest)).decode()
        if not (split_run_source(found.location)[0] or is_model_uri(found.location)):
            # Anybody may name any place as a source, which is no reason to read it with this server's rights.
            raise ResourceDoesNotExist(f"The files at '{found.location}' are kept outside of this store.")
        location = self._locations.open(found.place)
        if named is None and not any(file.path == path for file in location.list_folder("")):
            return ""
        return b"".join(location.read(path, 0, _MAX_BYTES)).decode()


def _has_model(connection: Connection, model_id: str) -> bool:
    return connection.one("SELECT 1 FROM logged_model WHERE uuid = ?", (model_id,)) is not None
