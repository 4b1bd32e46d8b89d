"""Registered models in the database."""

from headwater.protocol.endpoint import Empty
from headwater.protocol.errors import (
    InvalidParameterValue,
    PermissionDenied,
    ResourceAlreadyExists,
    ResourceDoesNotExist,
)
from headwater.protocol.governance import RegistryAction
from headwater.protocol.model_names import is_latest
from headwater.protocol.model_versions import ModelVersionResponse
from headwater.protocol.paging import decode_page_token, encode_page_token
from headwater.protocol.registered_models import (
    CreateRegisteredModel,
    DeleteRegisteredModel,
    DeleteRegisteredModelAlias,
    DeleteRegisteredModelTag,
    GetLatestVersions,
    GetLatestVersionsResponse,
    GetModelVersionByAlias,
    GetRegisteredModel,
    RegisteredModel,
    RegisteredModelResponse,
    RenameRegisteredModel,
    SearchRegisteredModels,
    SearchRegisteredModelsResponse,
    SetRegisteredModelAlias,
    SetRegisteredModelTag,
    UpdateRegisteredModel,
)
from headwater.stores.sql.clock import now_ms
from headwater.stores.sql.connection import Connection
from headwater.stores.sql.database import Database
from headwater.stores.sql.event_words import note_model_created
from headwater.stores.sql.policies import forget_policy, load_policy
from headwater.stores.sql.promotion import drop_alias, give_alias
from headwater.stores.sql.registry_log import record
from headwater.stores.sql.registry_rows import (
    find_latest,
    find_model,
    find_version,
    load_model,
    load_models,
    load_version,
    load_versions,
    sort_by_stage,
)
from headwater.stores.sql.registry_tags import delete_model_tag, set_model_tag
from headwater.stores.sql.search_registry import select_registered_models
from headwater.stores.sql.version_making import drop_copied_files


class SqlRegisteredModels:
    """Registered models, their tags and aliases, in a database. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, request: CreateRegisteredModel) -> RegisteredModelResponse:
        """Create a model; its name must be new."""
        request.check()

        def work(connection: Connection) -> RegisteredModel:
            _check_name_is_free(connection, request.name)
            now = now_ms()
            model_id = connection.insert(
                "INSERT INTO registered_model (name, description, creation_time, last_update_time) "
                "VALUES (?, ?, ?, ?) RETURNING id",
                (request.name, request.description or None, now, now),
            )
            tags = {tag.key: tag.value for tag in request.tags}
            action, new = RegistryAction.CREATE_MODEL, request.description or None
            cause_id = record(connection, model_id, request.name, action, request, new=new)
            for key, value in tags.items():
                set_model_tag(connection, model_id, request.name, key, value, request, cause_id=cause_id)
            model = load_model(connection, model_id)
            note_model_created(connection, model)
            return model

        return RegisteredModelResponse(self._database.write(work))

    def get(self, request: GetRegisteredModel) -> RegisteredModelResponse:
        """Return a model."""
        request.check()
        with self._database.read() as connection:
            return RegisteredModelResponse(load_model(connection, find_model(connection, request.name)))

    def update(self, request: UpdateRegisteredModel) -> RegisteredModelResponse:
        """Replace or remove the description of a model."""
        request.check()

        def work(connection: Connection) -> RegisteredModel:
            model_id = find_model(connection, request.name)
            row = connection.one("SELECT description FROM registered_model WHERE id = ?", (model_id,))
            old = row[0] if row else None
            connection.execute(
                "UPDATE registered_model SET description = ?, last_update_time = ? WHERE id = ?",
                (request.description, now_ms(), model_id),
            )
            if (old or None) != (request.description or None):
                action, new = RegistryAction.UPDATE_MODEL, request.description
                record(connection, model_id, request.name, action, request, old=old, new=new)
            return load_model(connection, model_id)

        return RegisteredModelResponse(self._database.write(work))

    def rename(self, request: RenameRegisteredModel) -> RegisteredModelResponse:
        """Give a model another name, which must be free."""
        request.check()

        def work(connection: Connection) -> RegisteredModel:
            model_id = find_model(connection, request.name)
            if request.new_name != request.name:
                _check_name_is_free(connection, request.new_name)
            connection.execute(
                "UPDATE registered_model SET name = ?, last_update_time = ? WHERE id = ?",
                (request.new_name, now_ms(), model_id),
            )
            connection.execute("UPDATE model_version SET name = ? WHERE model_id = ?", (request.new_name, model_id))
            if request.new_name != request.name:
                action, old, new = RegistryAction.RENAME_MODEL, request.name, request.new_name
                record(connection, model_id, new, action, request, old=old, new=new)
            return load_model(connection, model_id)

        return RegisteredModelResponse(self._database.write(work))

    def delete(self, request: DeleteRegisteredModel) -> Empty:
        """Delete a model with all that belongs to it."""
        request.check()

        def work(connection: Connection) -> None:
            model_id = find_model(connection, request.name)
            drop_copied_files(connection, "model_id", model_id)
            connection.execute("DELETE FROM registered_model WHERE id = ?", (model_id,))
            forget_policy(connection, model_id)
            record(connection, model_id, request.name, RegistryAction.DELETE_MODEL, request)

        self._database.write(work)
        return Empty()

    def search(self, request: SearchRegisteredModels) -> SearchRegisteredModelsResponse:
        """Return one page of the models that match."""
        request.check()
        offset = decode_page_token(request.page_token)
        with self._database.read() as connection:
            ids = select_registered_models(
                connection,
                filter=request.filter,
                order_by=request.order_by,
                limit=request.max_results + 1,
                offset=offset,
            )
            found = load_models(connection, ids[: request.max_results])
        more = len(ids) > request.max_results
        return SearchRegisteredModelsResponse(found, encode_page_token(offset + request.max_results) if more else "")

    def get_latest_versions(self, request: GetLatestVersions) -> GetLatestVersionsResponse:
        """Return the highest version of each stage asked for, in the order of the stages."""
        request.check()
        with self._database.read() as connection:
            model_id = find_model(connection, request.name)
            policy = load_policy(connection, model_id)
            stages = list(dict.fromkeys(map(policy.find_stage, request.stages))) or policy.all_stages
            latest = sort_by_stage(find_latest(connection, [model_id]), stages)
            ids = [version_id for _, stage, version_id in latest if stage in stages]
            return GetLatestVersionsResponse(load_versions(connection, ids))

    def set_tag(self, request: SetRegisteredModelTag) -> Empty:
        """Set or replace one tag."""
        request.check()

        def work(connection: Connection) -> None:
            model_id = find_model(connection, request.name)
            set_model_tag(connection, model_id, request.name, request.key, request.value, request)

        self._database.write(work)
        return Empty()

    def delete_tag(self, request: DeleteRegisteredModelTag) -> Empty:
        """Remove one tag, if it is there."""
        request.check()

        def work(connection: Connection) -> None:
            model_id = find_model(connection, request.name)
            delete_model_tag(connection, model_id, request.name, request.key, request)

        self._database.write(work)
        return Empty()

    def set_alias(self, request: SetRegisteredModelAlias) -> Empty:
        """Point an alias at a version that exists; raise `PermissionDenied` if its gate is closed for the version."""
        request.check()

        def work(connection: Connection) -> str:
            version = find_version(connection, request.name, request.version)
            return give_alias(connection, version, request.name, request.alias, request)

        if refusal := self._database.write(work):  # it is in the log
            raise PermissionDenied(refusal)
        return Empty()

    def get_by_alias(self, request: GetModelVersionByAlias) -> ModelVersionResponse:
        """Return the version that an alias points at."""
        request.check()
        with self._database.read() as connection:
            model_id = find_model(connection, request.name)
            version_id = (
                _find_highest(connection, model_id, request.name)
                if is_latest(request.alias)
                else _find_aliased(connection, model_id, request.alias)
            )
            return ModelVersionResponse(load_version(connection, version_id))

    def delete_alias(self, request: DeleteRegisteredModelAlias) -> Empty:
        """Remove an alias, if it is there."""
        request.check()

        def work(connection: Connection) -> None:
            model_id = find_model(connection, request.name)
            drop_alias(connection, model_id, request.name, request.alias, request)

        self._database.write(work)
        return Empty()


def _check_name_is_free(connection: Connection, name: str) -> None:
    if connection.one("SELECT 1 FROM registered_model WHERE name = ?", (name,)) is not None:
        raise ResourceAlreadyExists(f"Registered Model (name={name}) already exists.")


def _find_aliased(connection: Connection, model_id: int, alias: str) -> int:
    row = connection.one(
        "SELECT v.id FROM registered_model_alias a JOIN model_version v "
        "ON v.model_id = a.model_id AND v.version = a.version WHERE a.model_id = ? AND a.alias = ?",
        (model_id, alias),
    )
    if row is None:
        raise InvalidParameterValue(f"Registered model alias {alias} not found.")
    version_id: int = row[0]
    return version_id


def _find_highest(connection: Connection, model_id: int, name: str) -> int:
    row = connection.one("SELECT id FROM model_version WHERE model_id = ? ORDER BY version DESC LIMIT 1", (model_id,))
    if row is None:
        raise ResourceDoesNotExist(f"Registered Model with name={name} has no versions. Create one first.")
    version_id: int = row[0]
    return version_id
