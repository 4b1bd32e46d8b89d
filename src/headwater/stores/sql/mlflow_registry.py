"""Read the registry's tables of an MLflow database, of any version; see `mlflow_schema`."""

from typing import Any

from headwater.protocol.imports import PutModel, PutVersion
from headwater.protocol.model_versions import ModelVersion, ModelVersionStatus, ModelVersionTag
from headwater.protocol.registered_models import RegisteredModel, RegisteredModelAlias, RegisteredModelTag
from headwater.stores.sql.mlflow_schema import MlflowDatabase

_DELETED = "Deleted_Internal"
_MODEL = {
    "workspace": "'default'",
    "name": "",
    "creation_time": "0",
    "last_updated_time": "0",
    "description": "NULL",
}
_VERSION = {
    "workspace": "'default'",
    "name": "",
    "version": "",
    "creation_time": "0",
    "last_updated_time": "0",
    "current_stage": "'None'",
    "description": "NULL",
    "source": "''",
    "run_id": "''",
    "status": "'READY'",
    "status_message": "''",
    "run_link": "''",
}

_Name = tuple[str, str]
"""Workspace and name."""


def read_models(database: MlflowDatabase) -> list[PutModel]:
    """Return every registered model; versions that were deleted only count for the next number."""
    if not database.has_table("registered_models"):
        return []
    tags: dict[_Name, list[RegisteredModelTag]] = {}
    for workspace, name, key, value in _rows(database, "registered_model_tags", ("name", "key", "value")):
        tags.setdefault((workspace, name), []).append(RegisteredModelTag(key, value or ""))
    aliases: dict[_Name, list[RegisteredModelAlias]] = {}
    for workspace, name, alias, version in _rows(database, "registered_model_aliases", ("name", "alias", "version")):
        aliases.setdefault((workspace, name), []).append(RegisteredModelAlias(alias, str(version)))
    versions, last = _read_versions(database)
    found = []
    for workspace, name, created, updated, description in database.select("registered_models", _MODEL, "name"):
        key = (workspace, name)
        qualified = _qualify(key)
        model = RegisteredModel(qualified, created, updated, description, [], tags.get(key, []), aliases.get(key, []))
        found.append(PutModel(model, versions.get(key, []), last.get(key, 0)))
    return found


def _read_versions(database: MlflowDatabase) -> tuple[dict[_Name, list[PutVersion]], dict[_Name, int]]:
    """Return the versions of each model, and the highest number that was ever given."""
    tags: dict[tuple[_Name, int], list[ModelVersionTag]] = {}
    for workspace, name, version, key, value in _rows(
        database, "model_version_tags", ("name", "version", "key", "value")
    ):
        tags.setdefault(((workspace, name), version), []).append(ModelVersionTag(key, value or ""))
    versions: dict[_Name, list[PutVersion]] = {}
    last: dict[_Name, int] = {}
    for row in database.select("model_versions", _VERSION, "name, version"):
        model, number, stage = (row[0], row[1]), row[2], row[5]
        last[model] = max(last.get(model, 0), number)
        if stage != _DELETED:
            versions.setdefault(model, []).append(PutVersion(_version(row, tags.get((model, number), []))))
    return versions, last


def _version(row: tuple[Any, ...], tags: list[ModelVersionTag]) -> ModelVersion:
    workspace, name, number, created, updated, stage, description, source, run_id, status, message, run_link = row
    return ModelVersion(
        name=_qualify((workspace, name)),
        version=str(number),
        creation_timestamp=created,
        last_updated_timestamp=updated,
        current_stage=stage,
        description=description,
        source=source,
        run_id=run_id,
        status=ModelVersionStatus(status),
        status_message=message,
        tags=tags,
        run_link=run_link,
    )


def _rows(database: MlflowDatabase, table: str, columns: tuple[str, ...]) -> list[tuple[Any, ...]]:
    if not database.has_table(table):
        return []
    wanted = {"workspace": "'default'", **dict.fromkeys(columns, "")}
    return database.select(table, wanted, ", ".join(columns))


def _qualify(name: _Name) -> str:
    return name[1] if name[0] == "default" else f"{name[0]}.{name[1]}"
