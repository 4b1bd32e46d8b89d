"""Registered models from elsewhere, put into the database with their numbers, stages and times."""

from headwater.protocol.attributed import Attributed
from headwater.protocol.errors import ResourceAlreadyExists, ResourceDoesNotExist
from headwater.protocol.governance import RegistryAction
from headwater.protocol.imports import PutModel, PutVersion
from headwater.protocol.model_names import NO_STAGE, parse_stage
from headwater.stores.sql.connection import Connection
from headwater.stores.sql.pins import find_files, pin_files, resolve_location
from headwater.stores.sql.promotion import point_alias
from headwater.stores.sql.provenance import describe_run, keep_provenance
from headwater.stores.sql.registry_log import record
from headwater.stores.sql.registry_rows import VersionRow, find_model, find_number
from headwater.stores.sql.registry_tags import set_model_tag, set_version_tag

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
_IMPORTED = Attributed(reason="imported")


def put_model(connection: Connection, request: PutModel) -> None:
    """Make or update a model with everything that belongs to it; raise `ResourceAlreadyExists` if it is another one."""
    model = request.model
    model_id = _find_or_insert(connection, request)
    last = max([request.last_version, *(int(put.version.version) for put in request.versions)])
    connection.execute(_UPDATE_MODEL, (model.description, model.last_updated_timestamp, last, last, model_id))
    for tag in model.tags:
        set_model_tag(connection, model_id, model.name, tag.key, tag.value, _IMPORTED)
    for put in request.versions:
        version = _put_version(connection, model_id, put)
        for version_tag in put.version.tags:
            set_version_tag(connection, version, model.name, version_tag.key, version_tag.value, _IMPORTED)
    for alias in model.aliases:
        version = find_number(connection, model_id, model.name, int(alias.version))
        point_alias(connection, version, model.name, alias.alias, _IMPORTED)


def _find_or_insert(connection: Connection, request: PutModel) -> int:
    model = request.model
    try:
        model_id = find_model(connection, model.name)
    except ResourceDoesNotExist:
        values = (model.name, model.description, model.creation_timestamp, model.last_updated_timestamp)
        model_id = connection.insert(_INSERT_MODEL, values)
        action, new = RegistryAction.CREATE_MODEL, model.description or None
        record(connection, model_id, model.name, action, _IMPORTED, new=new)
        return model_id
    row = connection.one("SELECT creation_time FROM registered_model WHERE id = ?", (model_id,))
    if row is None or row[0] != model.creation_timestamp:
        raise _other(f"Registered Model (name={model.name})")
    return model_id


def _put_version(connection: Connection, model_id: int, put: PutVersion) -> VersionRow:
    version, number = put.version, int(put.version.version)
    row = connection.one(
        "SELECT creation_time, source, stage FROM model_version WHERE model_id = ? AND version = ?",
        (model_id, number),
    )
    if row is not None and tuple(row[:2]) != (version.creation_timestamp, version.source):
        raise _other(f"Model Version (name={version.name}, version={version.version})")
    stage, location = parse_stage(version.current_stage), put.location or resolve_location(connection, version.source)
    version_id = connection.insert(
        _UPSERT_VERSION,
        (
            model_id,
            number,
            version.name,
            version.creation_timestamp,
            version.last_updated_timestamp,
            stage,
            version.description,
            version.source,
            location,
            version.run_id,
            version.run_link,
            version.model_id,
            str(version.status),
            version.status_message,
        ),
    )
    made = VersionRow(version_id, model_id, number)
    if row is None:
        action = RegistryAction.CREATE_VERSION
        record(connection, model_id, version.name, action, _IMPORTED, version=number, new=version.source)
        pin_files(connection, version_id, find_files(connection, location))
        run = describe_run(connection, version.run_id) if version.run_id else None
        keep_provenance(connection, version_id, run, None, None)
    old = row[2] if row else NO_STAGE
    if old != stage:
        action = RegistryAction.MOVE_STAGE
        record(connection, model_id, version.name, action, _IMPORTED, version=number, old=old, new=stage)
    return made


def _other(what: str) -> ResourceAlreadyExists:
    return ResourceAlreadyExists(f"{what} already exists and was made otherwise. Rename one of the two models.")
