"""Registered models from elsewhere, put into the database with their numbers, stages and times."""

from headwater.protocol.errors import ResourceAlreadyExists, ResourceDoesNotExist
from headwater.protocol.imports import PutModel, PutVersion
from headwater.protocol.model_names import parse_stage
from headwater.protocol.model_sources import append_path, split_run_source
from headwater.stores.sql.connection import Connection
from headwater.stores.sql.registry_rows import find_model
from headwater.stores.sql.rows import find_run, load_info

_INSERT_MODEL = (
    "INSERT INTO registered_model (name, description, creation_time, last_update_time) VALUES (?, ?, ?, ?) RETURNING id"
)
_UPDATE_MODEL = (
    "UPDATE registered_model SET description = ?, last_update_time = ?, "
    "last_version = CASE WHEN last_version < ? THEN ? ELSE last_version END WHERE id = ?"
)
_UPSERT_VERSION = """
INSERT INTO model_version (model_id, version, name, creation_time, last_update_time, stage, description, source,
  location, run_id, run_link, logged_model_id, status, status_message) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (model_id, version) DO UPDATE SET last_update_time = excluded.last_update_time, stage = excluded.stage,
  description = excluded.description, location = excluded.location, status = excluded.status,
  status_message = excluded.status_message
RETURNING id
"""
_UPSERT_MODEL_TAG = (
    "INSERT INTO registered_model_tag (model_id, key, value) VALUES (?, ?, ?) "
    "ON CONFLICT (model_id, key) DO UPDATE SET value = excluded.value"
)
_UPSERT_VERSION_TAG = (
    "INSERT INTO model_version_tag (version_id, key, value) VALUES (?, ?, ?) "
    "ON CONFLICT (version_id, key) DO UPDATE SET value = excluded.value"
)
_UPSERT_ALIAS = (
    "INSERT INTO registered_model_alias (model_id, alias, version) VALUES (?, ?, ?) "
    "ON CONFLICT (model_id, alias) DO UPDATE SET version = excluded.version"
)


def put_model(connection: Connection, request: PutModel) -> None:
    """Make or update a model with everything that belongs to it; raise `ResourceAlreadyExists` if it is another one."""
    model = request.model
    model_id = _find_or_insert(connection, request)
    last = max([request.last_version, *(int(put.version.version) for put in request.versions)])
    connection.execute(_UPDATE_MODEL, (model.description, model.last_updated_timestamp, last, last, model_id))
    connection.many(_UPSERT_MODEL_TAG, [(model_id, tag.key, tag.value) for tag in model.tags])
    for put in request.versions:
        version_id = _put_version(connection, model_id, put)
        connection.many(_UPSERT_VERSION_TAG, [(version_id, tag.key, tag.value) for tag in put.version.tags])
    connection.many(_UPSERT_ALIAS, [(model_id, alias.alias, int(alias.version)) for alias in model.aliases])


def _find_or_insert(connection: Connection, request: PutModel) -> int:
    model = request.model
    try:
        model_id = find_model(connection, model.name)
    except ResourceDoesNotExist:
        values = (model.name, model.description, model.creation_timestamp, model.last_updated_timestamp)
        return connection.insert(_INSERT_MODEL, values)
    row = connection.one("SELECT creation_time FROM registered_model WHERE id = ?", (model_id,))
    if row is None or row[0] != model.creation_timestamp:
        raise _other(f"Registered Model (name={model.name})")
    return model_id


def _put_version(connection: Connection, model_id: int, put: PutVersion) -> int:
    version = put.version
    row = connection.one(
        "SELECT creation_time, source FROM model_version WHERE model_id = ? AND version = ?",
        (model_id, int(version.version)),
    )
    if row is not None and tuple(row) != (version.creation_timestamp, version.source):
        raise _other(f"Model Version (name={version.name}, version={version.version})")
    return connection.insert(
        _UPSERT_VERSION,
        (
            model_id,
            int(version.version),
            version.name,
            version.creation_timestamp,
            version.last_updated_timestamp,
            parse_stage(version.current_stage),
            version.description,
            version.source,
            put.location or _locate(connection, version.source),
            version.run_id,
            version.run_link,
            version.model_id,
            str(version.status),
            version.status_message,
        ),
    )


def _locate(connection: Connection, source: str) -> str:
    """Return where the files of a source are: below the artifacts of a run that it names, else at the source itself."""
    run_id, path = split_run_source(source)
    if not run_id:
        return source
    try:
        info = load_info(connection, find_run(connection, run_id, active=False).id)
    except ResourceDoesNotExist:
        return source
    return append_path(info.artifact_uri, path)


def _other(what: str) -> ResourceAlreadyExists:
    return ResourceAlreadyExists(f"{what} already exists and was made otherwise. Rename one of the two models.")
