"""Tags of registered models and of their versions, each change with its entry in the log."""

from headwater.protocol.attributed import Attributed
from headwater.protocol.governance import RegistryAction
from headwater.stores.sql.connection import Connection
from headwater.stores.sql.registry_log import record
from headwater.stores.sql.registry_rows import VersionRow

_UPSERT_MODEL = (
    "INSERT INTO registered_model_tag (model_id, key, value) VALUES (?, ?, ?) "
    "ON CONFLICT (model_id, key) DO UPDATE SET value = excluded.value"
)
_UPSERT_VERSION = (
    "INSERT INTO model_version_tag (version_id, key, value) VALUES (?, ?, ?) "
    "ON CONFLICT (version_id, key) DO UPDATE SET value = excluded.value"
)


def set_model_tag(
    connection: Connection, model_id: int, name: str, key: str, value: str, who: Attributed, *, cause_id: int = 0
) -> None:
    """Set or replace a tag of a model."""
    old = _find_model_tag(connection, model_id, key)
    if old != value:
        connection.execute(_UPSERT_MODEL, (model_id, key, value))
        action = RegistryAction.SET_MODEL_TAG
        record(connection, model_id, name, action, who, key=key, old=old, new=value, cause_id=cause_id)


def delete_model_tag(connection: Connection, model_id: int, name: str, key: str, who: Attributed) -> None:
    """Remove a tag of a model, if it is there."""
    old = _find_model_tag(connection, model_id, key)
    if old is not None:
        connection.execute("DELETE FROM registered_model_tag WHERE model_id = ? AND key = ?", (model_id, key))
        record(connection, model_id, name, RegistryAction.DELETE_MODEL_TAG, who, key=key, old=old)


def set_version_tag(
    connection: Connection, version: VersionRow, name: str, key: str, value: str, who: Attributed, *, cause_id: int = 0
) -> None:
    """Set or replace a tag of a version."""
    old = find_version_tag(connection, version, key)
    if old != value:
        connection.execute(_UPSERT_VERSION, (version.id, key, value))
        action, number = RegistryAction.SET_VERSION_TAG, version.number
        record(
            connection,
            version.model_id,
            name,
            action,
            who,
            version=number,
            key=key,
            old=old,
            new=value,
            cause_id=cause_id,
        )


def delete_version_tag(connection: Connection, version: VersionRow, name: str, key: str, who: Attributed) -> None:
    """Remove a tag of a version, if it is there."""
    old = find_version_tag(connection, version, key)
    if old is not None:
        connection.execute("DELETE FROM model_version_tag WHERE version_id = ? AND key = ?", (version.id, key))
        action, number = RegistryAction.DELETE_VERSION_TAG, version.number
        record(connection, version.model_id, name, action, who, version=number, key=key, old=old)


def find_version_tag(connection: Connection, version: VersionRow, key: str) -> str | None:
    """Return the value of a version's tag, None if it has no such tag."""
    row = connection.one("SELECT value FROM model_version_tag WHERE version_id = ? AND key = ?", (version.id, key))
    return row[0] if row else None


def _find_model_tag(connection: Connection, model_id: int, key: str) -> str | None:
    row = connection.one("SELECT value FROM registered_model_tag WHERE model_id = ? AND key = ?", (model_id, key))
    return row[0] if row else None
