"""Versions of registered models in the database."""

from headwater.protocol.endpoint import Empty
from headwater.protocol.errors import PermissionDenied
from headwater.protocol.governance import RegistryAction
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
from headwater.protocol.version_table import QueryVersions, QueryVersionsResponse
from headwater.stores.interface import HeldBlobs
from headwater.stores.sql.clock import now_ms
from headwater.stores.sql.connection import Connection
from headwater.stores.sql.database import Database
from headwater.stores.sql.deployments import undeploy
from headwater.stores.sql.pins import check_pins
from headwater.stores.sql.policies import load_policy
from headwater.stores.sql.promotion import drop_alias, enter_stage
from headwater.stores.sql.registry_log import record
from headwater.stores.sql.registry_rows import (
    find_version,
    load_version,
    load_versions,
    touch_model,
)
from headwater.stores.sql.registry_tags import delete_version_tag, set_version_tag
from headwater.stores.sql.search_registry import select_model_versions
from headwater.stores.sql.version_facts import learn_file_facts
from headwater.stores.sql.version_making import create_version, drop_copied_files
from headwater.stores.sql.version_table import query_versions


class SqlModelVersions:
    """Versions and their tags, in a database. Thread-safe."""

    def __init__(self, database: Database, blobs: HeldBlobs) -> None:
        self._database = database
        self._blobs = blobs

    def create(self, request: CreateModelVersion) -> ModelVersionResponse:
        """Make the next version of a model that exists."""
        request.check()

        return ModelVersionResponse(
            self._database.write(lambda connection: load_version(connection, create_version(connection, request)))
        )

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
            row = connection.one("SELECT description FROM model_version WHERE id = ?", (version.id,))
            old, new = row[0] if row else None, request.description
            connection.execute(
                "UPDATE model_version SET description = ?, last_update_time = ? WHERE id = ?",
                (new, now_ms(), version.id),
            )
            if (old or None) != (new or None):
                action, number = RegistryAction.UPDATE_VERSION, version.number
                record(connection, version.model_id, request.name, action, request, version=number, old=old, new=new)
            return load_version(connection, version.id)

        return ModelVersionResponse(self._database.write(work))

    def delete(self, request: DeleteModelVersion) -> Empty:
        """Delete a version with its tags and aliases."""
        request.check()
        self._database.write(lambda connection: _delete(connection, request))
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

    def query(self, request: QueryVersions) -> QueryVersionsResponse:
        """Return one page of the versions of a model with what stands beside them."""
        request.check()
        with self._database.read() as connection:
            answer, unread = query_versions(connection, request)
        if unread and learn_file_facts(self._database, self._blobs, unread):
            with self._database.read() as connection:
                answer, _ = query_versions(connection, request)
        return answer

    def transition_stage(self, request: TransitionModelVersionStage) -> ModelVersionResponse:
        """Move a version to a stage; those it replaces there are archived if that is asked for.

        Raises `PermissionDenied` if the stage's gate is closed for the version.
        """
        request.check()
        moved = self._database.write(lambda connection: _transition(connection, request))
        if isinstance(moved, str):  # it is in the log
            raise PermissionDenied(moved)
        return ModelVersionResponse(moved)

    def get_download_uri(self, request: GetDownloadUri) -> GetDownloadUriResponse:
        """Return where the files of a version are; raise `ResourceConflict` if we see that they were changed."""
        request.check()
        with self._database.read() as connection:
            version = find_version(connection, request.name, request.version)
            row = connection.one("SELECT location FROM model_version WHERE id = ?", (version.id,))
            assert row is not None, "the version was found in this snapshot"
            check_pins(connection, version.id, row[0], request.name, version.number)
        return GetDownloadUriResponse(row[0])

    def set_tag(self, request: SetModelVersionTag) -> Empty:
        """Set or replace one tag."""
        request.check()

        def work(connection: Connection) -> None:
            version = find_version(connection, request.name, request.version)
            set_version_tag(connection, version, request.name, request.key, request.value, request)

        self._database.write(work)
        return Empty()

    def delete_tag(self, request: DeleteModelVersionTag) -> Empty:
        """Remove one tag, if it is there."""
        request.check()

        def work(connection: Connection) -> None:
            version = find_version(connection, request.name, request.version)
            delete_version_tag(connection, version, request.name, request.key, request)

        self._database.write(work)
        return Empty()


def _delete(connection: Connection, request: DeleteModelVersion) -> None:
    version = find_version(connection, request.name, request.version)
    name, model_id, number = request.name, version.model_id, version.number
    cause_id = record(connection, model_id, name, RegistryAction.DELETE_VERSION, request, version=number)
    held = (model_id, number)
    for (alias,) in connection.all(
        "SELECT alias FROM registered_model_alias WHERE model_id = ? AND version = ? ORDER BY alias", held
    ):
        drop_alias(connection, model_id, name, alias, request, cause_id=cause_id)
    for (target,) in connection.all(
        "SELECT target FROM model_deployment WHERE model_id = ? AND version = ? ORDER BY target", held
    ):
        undeploy(connection, model_id, name, target, request, cause_id=cause_id)
    drop_copied_files(connection, "id", version.id)
    connection.execute("DELETE FROM model_version WHERE id = ?", (version.id,))
    touch_model(connection, model_id, now_ms())


def _transition(connection: Connection, request: TransitionModelVersionStage) -> ModelVersion | str:
    """Return the version as it is then, or why it may not enter the stage."""
    version = find_version(connection, request.name, request.version)
    stage = load_policy(connection, version.model_id).find_stage(request.stage)
    archive = request.archive_existing_versions
    refusal = enter_stage(connection, version, request.name, stage, request, archive=archive)
    return refusal or load_version(connection, version.id)
