"""Rows of registered models and their versions: finding one, and turning rows into what goes on the wire."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from headwater.protocol.errors import ResourceDoesNotExist
from headwater.protocol.model_names import STAGES, check_version
from headwater.protocol.model_versions import ModelVersion, ModelVersionStatus, ModelVersionTag
from headwater.protocol.registered_models import RegisteredModel, RegisteredModelAlias, RegisteredModelTag
from headwater.stores.sql.connection import Connection, Dialect, chunks, marks

_MODEL_COLUMNS = "id, name, creation_time, last_update_time, description"
_VERSION_COLUMNS = (
    "id, model_id, name, version, creation_time, last_update_time, stage, description, source, run_id, run_link, "
    "logged_model_id, status, status_message"
)


@dataclass(frozen=True, slots=True)
class VersionRow:
    """What a write must know of a version: its row's id, its model's and its number."""

    id: int
    model_id: int
    number: int


def find_model(connection: Connection, name: str) -> int:
    """Return the row id of a model; inside a write, keep other servers from changing it or its versions.

    Raises `ResourceDoesNotExist` if there is none.
    """
    lock = " FOR NO KEY UPDATE" if connection.writable and connection.dialect is Dialect.POSTGRESQL else ""
    row = connection.one(f"SELECT id FROM registered_model WHERE name = ?{lock}", (name,))  # noqa: S608 - two constants
    if row is None:
        raise ResourceDoesNotExist(f"Registered Model with name={name} not found")
    model_id: int = row[0]
    return model_id


def find_version(connection: Connection, name: str, version: str) -> VersionRow:
    """Return a version; inside a write, keep other servers from changing its model. See `find_model`."""
    number = check_version(version)
    return find_number(connection, find_model(connection, name), name, number)


def find_number(connection: Connection, model_id: int, name: str, number: int) -> VersionRow:
    """Return a version of a model that was found; raise `ResourceDoesNotExist` if it has none of this number."""
    row = connection.one("SELECT id FROM model_version WHERE model_id = ? AND version = ?", (model_id, number))
    if row is None:
        raise ResourceDoesNotExist(f"Model Version (name={name}, version={number}) not found")
    return VersionRow(row[0], model_id, number)


def touch_model(connection: Connection, model_id: int, now: int) -> None:
    """Note that a model was changed."""
    connection.execute("UPDATE registered_model SET last_update_time = ? WHERE id = ?", (now, model_id))


def load_model(connection: Connection, model_id: int) -> RegisteredModel:
    """Return one model that exists."""
    return load_models(connection, [model_id])[0]


def load_models(connection: Connection, ids: Sequence[int]) -> list[RegisteredModel]:
    """Return whole models by their rows' ids, in that order; ids that do not exist are left out."""
    found: dict[int, RegisteredModel] = {}
    for chunk in chunks(ids):
        among = f"IN ({marks(chunk)})"
        tags: dict[int, list[RegisteredModelTag]] = {model_id: [] for model_id in chunk}
        query = f"SELECT model_id, key, value FROM registered_model_tag WHERE model_id {among} ORDER BY 1, 2"  # noqa: S608 - marks
        for model_id, key, value in connection.all(query, chunk):
            tags[model_id].append(RegisteredModelTag(key, value))
        aliases: dict[int, list[RegisteredModelAlias]] = {model_id: [] for model_id in chunk}
        query = f"SELECT model_id, alias, version FROM registered_model_alias WHERE model_id {among} ORDER BY 1, 2"  # noqa: S608 - marks
        for model_id, alias, version in connection.all(query, chunk):
            aliases[model_id].append(RegisteredModelAlias(alias, str(version)))
        latest = _load_latest(connection, chunk)
        rows = connection.all(f"SELECT {_MODEL_COLUMNS} FROM registered_model WHERE id {among}", chunk)  # noqa: S608 - marks
        for model_id, name, created, updated, description in rows:
            found[model_id] = RegisteredModel(
                name, created, updated, description, latest[model_id], tags[model_id], aliases[model_id]
            )
    return [found[model_id] for model_id in ids if model_id in found]


def load_version(connection: Connection, version_id: int) -> ModelVersion:
    """Return one version that exists."""
    return load_versions(connection, [version_id])[0]


def load_versions(connection: Connection, ids: Sequence[int]) -> list[ModelVersion]:
    """Return whole versions by their rows' ids, in that order; ids that do not exist are left out."""
    found: dict[int, ModelVersion] = {}
    for chunk in chunks(ids):
        among = f"IN ({marks(chunk)})"
        tags: dict[int, list[ModelVersionTag]] = {version_id: [] for version_id in chunk}
        query = (
            f"SELECT version_id, key, value FROM model_version_tag WHERE version_id {among} ORDER BY version_id, key"  # noqa: S608 - marks
        )
        for version_id, key, value in connection.all(query, chunk):
            tags[version_id].append(ModelVersionTag(key, value))
        aliases: dict[int, list[str]] = {version_id: [] for version_id in chunk}
        query = (
            "SELECT v.id, a.alias FROM model_version v JOIN registered_model_alias a "  # noqa: S608 - marks
            f"ON a.model_id = v.model_id AND a.version = v.version WHERE v.id {among} ORDER BY 1, 2"
        )
        for version_id, alias in connection.all(query, chunk):
            aliases[version_id].append(alias)
        rows = connection.all(f"SELECT {_VERSION_COLUMNS} FROM model_version WHERE id {among}", chunk)  # noqa: S608 - marks
        for row in rows:
            found[row[0]] = _version(row, tags[row[0]], aliases[row[0]])
    return [found[version_id] for version_id in ids if version_id in found]


def find_latest(connection: Connection, model_ids: Sequence[int]) -> list[tuple[int, str, int]]:
    """Return model, stage and row id of the highest version of each stage, as far as a model has any there."""
    # The inner query reads nothing but the index model_version_stage.
    return [
        (model_id, stage, version_id)
        for model_id, stage, version_id in connection.all(
            "SELECT v.model_id, v.stage, v.id FROM model_version v JOIN "  # noqa: S608 - marks
            "(SELECT model_id, max(version) AS version FROM model_version "
            f"WHERE model_id IN ({marks(model_ids)}) GROUP BY model_id, stage) n "
            "ON n.model_id = v.model_id AND n.version = v.version",
            model_ids,
        )
    ]


def _load_latest(connection: Connection, model_ids: Sequence[int]) -> dict[int, list[ModelVersion]]:
    found = sort_by_stage(find_latest(connection, model_ids))
    versions = load_versions(connection, [version_id for _, _, version_id in found])
    latest: dict[int, list[ModelVersion]] = {model_id: [] for model_id in model_ids}
    for (model_id, _, _), version in zip(found, versions, strict=True):
        latest[model_id].append(version)
    return latest


def sort_by_stage(found: Iterable[tuple[int, str, int]], stages: Sequence[str] = STAGES) -> list[tuple[int, str, int]]:
    """Return models, stages and versions in the order of `stages`; other stages come last, by name."""
    order = {stage: index for index, stage in enumerate(stages)}
    return sorted(found, key=lambda entry: (order.get(entry[1], len(order)), entry[1]))


def _version(
    row: tuple[int, int, str, int, int, int, str, str | None, str, str, str, str, str, str],
    tags: list[ModelVersionTag],
    aliases: list[str],
) -> ModelVersion:
    _, _, name, number, created, updated, stage, description, source, run_id, run_link, model_id, status, message = row
    return ModelVersion(
        name=name,
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
        aliases=aliases,
        model_id=model_id,
    )
