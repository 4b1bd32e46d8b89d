"""Versions of registered models in the database."""

from headwater.protocol.endpoint import Empty
from headwater.protocol.errors import ResourceDoesNotExist
from headwater.protocol.model_names import ARCHIVED, is_model_uri, parse_model_uri, parse_stage
from headwater.protocol.model_sources import append_path
from headwater.protocol.model_versions import (
    CreateModelVersion,
    DeleteModelVersion,
    DeleteModelVersionTag,
    GetDownloadUri,
    GetDownloadUriResponse,
    GetModelVersion,
    ModelVersion,
    ModelVersionResponse,
    SearchModelVersions,
    SearchModelVersionsResponse,
    SetModelVersionTag,
    TransitionModelVersionStage,
    UpdateModelVersion,
)
from headwater.protocol.paging import decode_page_token, encode_page_token
from headwater.stores.sql.clock import now_ms
from headwater.stores.sql.connection import Connection
from headwater.stores.sql.database import Database
from headwater.stores.sql.event_words import note_version_created, note_version_tag
from headwater.stores.sql.registry_rows import (
    VersionRow,
    find_model,
    find_version,
    load_version,
    load_versions,
)
from headwater.stores.sql.search_registry import select_model_versions

_INSERT = (
    "INSERT INTO model_version (model_id, version, name, creation_time, last_update_time, description, source, "
    "location, run_id, run_link, logged_model_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id"
)
_UPSERT_TAG = (
    "INSERT INTO model_version_tag (version_id, key, value) VALUES (?, ?, ?) "
    "ON CONFLICT (version_id, key) DO UPDATE SET value = excluded.value"
)


class SqlModelVersions:
    """Versions and their tags, in a database. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, request: CreateModelVersion) -> ModelVersionResponse:
        """Make the next version of a model that exists."""
        request.check()

        def work(connection: Connection) -> ModelVersion:
            model_id = find_model(connection, request.name)
            location, run_id, logged_model_id = _locate(connection, request)
            now = now_ms()
            number = connection.insert(
                "UPDATE registered_model SET last_version = last_version + 1, last_update_time = ? WHERE id = ? "
                "RETURNING last_version",
                (now, model_id),
            )
            known = (request.name, now, now, request.description, request.source, location)
            row = (model_id, number, *known, run_id, request.run_link, logged_model_id)
            version_id = connection.insert(_INSERT, row)
            tags = {tag.key: tag.value for tag in request.tags}
            connection.many(_UPSERT_TAG, [(version_id, key, value) for key, value in tags.items()])
            version = load_version(connection, version_id)
            note_version_created(connection, version)
            return version

        return ModelVersionResponse(self._database.write(work))

    def get(self, request: GetModelVersion) -> ModelVersionResponse:
        """Return a version."""
        request.check()
        with self._database.read() as connection:
            version = find_version(connection, request.name, request.version)
            return ModelVersionResponse(load_version(connection, version.id))

    def update(self, request: UpdateModelVersion) -> ModelVersionResponse:
        """Replace or remove the description of a version."""
        request.check()

        def work(connection: Connection) -> ModelVersion:
            version = find_version(connection, request.name, request.version)
            connection.execute(
                "UPDATE model_version SET description = ?, last_update_time = ? WHERE id = ?",
                (request.description, now_ms(), version.id),
            )
            return load_version(connection, version.id)

        return ModelVersionResponse(self._database.write(work))

    def delete(self, request: DeleteModelVersion) -> Empty:
        """Delete a version with its tags and aliases."""
        request.check()

        def work(connection: Connection) -> None:
            version = find_version(connection, request.name, request.version)
            connection.execute("DELETE FROM model_version WHERE id = ?", (version.id,))
            _touch_model(connection, version, now_ms())

        self._database.write(work)
        return Empty()

    def search(self, request: SearchModelVersions) -> SearchModelVersionsResponse:
        """Return one page of the versions that match."""
        request.check()
        offset = decode_page_token(request.page_token)
        with self._database.read() as connection:
            ids = select_model_versions(
                connection,
                filter=request.filter,
                order_by=request.order_by,
                limit=request.max_results + 1,
                offset=offset,
            )
            found = load_versions(connection, ids[: request.max_results])
        more = len(ids) > request.max_results
        return SearchModelVersionsResponse(found, encode_page_token(offset + request.max_results) if more else "")

    def transition_stage(self, request: TransitionModelVersionStage) -> ModelVersionResponse:
        """Move a version to a stage; those it replaces there are archived if that is asked for."""
        request.check()
        stage = parse_stage(request.stage)

        def work(connection: Connection) -> ModelVersion:
            version = find_version(connection, request.name, request.version)
            now = now_ms()
            if request.archive_existing_versions:
                connection.execute(
                    "UPDATE model_version SET stage = ?, last_update_time = ? "
                    "WHERE model_id = ? AND stage = ? AND id <> ?",
                    (ARCHIVED, now, version.model_id, stage, version.id),
                )
            connection.execute(
                "UPDATE model_version SET stage = ?, last_update_time = ? WHERE id = ?", (stage, now, version.id)
            )
            _touch_model(connection, version, now)
            return load_version(connection, version.id)

        return ModelVersionResponse(self._database.write(work))

    def get_download_uri(self, request: GetDownloadUri) -> GetDownloadUriResponse:
        """Return where the files of a version are."""
        request.check()
        with self._database.read() as connection:
            version = find_version(connection, request.name, request.version)
            row = connection.one("SELECT location FROM model_version WHERE id = ?", (version.id,))
        assert row is not None, "the version was found in this snapshot"
        return GetDownloadUriResponse(row[0])

    def set_tag(self, request: SetModelVersionTag) -> Empty:
        """Set or replace one tag."""
        request.check()

        def work(connection: Connection) -> None:
            version = find_version(connection, request.name, request.version)
            connection.execute(_UPSERT_TAG, (version.id, request.key, request.value))
            number = str(version.number)
            note_version_tag(connection, version.model_id, request.name, number, request.key, request.value)

        self._database.write(work)
        return Empty()

    def delete_tag(self, request: DeleteModelVersionTag) -> Empty:
        """Remove one tag, if it is there."""
        request.check()

        def work(connection: Connection) -> None:
            version = find_version(connection, request.name, request.version)
            deleted = connection.execute(
                "DELETE FROM model_version_tag WHERE version_id = ? AND key = ?", (version.id, request.key)
            )
            if deleted:
                note_version_tag(connection, version.model_id, request.name, str(version.number), request.key, None)

        self._database.write(work)
        return Empty()


def _locate(connection: Connection, request: CreateModelVersion) -> tuple[str, str, str]:
    """Return where the files of a new version are, and the run and logged model that it is known to come from."""
    given = (request.source, request.run_id, request.model_id)
    if not is_model_uri(request.source):
        return given
    uri = parse_model_uri(request.source)
    if uri.model_id:
        # It may be kept elsewhere: the registry need not be where runs are.
        row = connection.one("SELECT artifact_uri, source_run_id FROM logged_model WHERE uuid = ?", (uri.model_id,))
        return (append_path(row[0], uri.path), request.run_id or row[1], request.model_id) if row else given
    row = connection.one(
        "SELECT location, run_id, logged_model_id FROM model_version WHERE name = ? AND version = ?",
        (uri.name, int(uri.version)),
    )
    if row is None:
        raise ResourceDoesNotExist(f"Model Version (name={uri.name}, version={uri.version}) not found")
    return row[0], request.run_id or row[1], request.model_id or row[2]


def _touch_model(connection: Connection, version: VersionRow, now: int) -> None:
    connection.execute("UPDATE registered_model SET last_update_time = ? WHERE id = ?", (now, version.model_id))
