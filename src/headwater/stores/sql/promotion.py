"""Moving aliases and stages, each move with its entry in the log; what was asked for is approved by it."""

from headwater.protocol.attributed import Attributed
from headwater.protocol.governance import RegistryAction
from headwater.protocol.model_names import ARCHIVED
from headwater.stores.sql.clock import now_ms
from headwater.stores.sql.connection import Connection
from headwater.stores.sql.gates import refuse
from headwater.stores.sql.promotion_rows import settle
from headwater.stores.sql.registry_log import record
from headwater.stores.sql.registry_rows import VersionRow, touch_model

_UPSERT_ALIAS = (
    "INSERT INTO registered_model_alias (model_id, alias, version) VALUES (?, ?, ?) "
    "ON CONFLICT (model_id, alias) DO UPDATE SET version = excluded.version"
)


def give_alias(connection: Connection, version: VersionRow, name: str, alias: str, who: Attributed) -> str:
    """Point an alias at a version if its gate is open; return why it is not, and note that, empty if it is."""
    if find_alias(connection, version.model_id, alias) == version.number:
        return ""
    refusal = refuse(connection, version, name, who, alias=alias)
    if not refusal:
        point_alias(connection, version, name, alias, who)
    return refusal


def enter_stage(
    connection: Connection, version: VersionRow, name: str, stage: str, who: Attributed, *, archive: bool
) -> str:
    """Move a version to a stage if its gate is open, and archive the others there if that is asked for.

    Return why the gate is closed, and note that, empty if it is open.
    """
    if find_stage(connection, version) != stage:
        refusal = refuse(connection, version, name, who, stage=stage)
        if refusal:
            return refusal
    now = now_ms()
    cause_id = move_stage(connection, version, name, stage, now, who)
    if archive:
        archive_others(connection, version, name, stage, now, who, cause_id=cause_id)
    touch_model(connection, version.model_id, now)
    return ""


def find_alias(connection: Connection, model_id: int, alias: str) -> int | None:
    """Return the number of the version that an alias points at, None if there is no such alias."""
    row = connection.one(
        "SELECT version FROM registered_model_alias WHERE model_id = ? AND alias = ?", (model_id, alias)
    )
    return row[0] if row else None


def point_alias(
    connection: Connection, version: VersionRow, name: str, alias: str, who: Attributed, *, cause_id: int = 0
) -> None:
    """Point an alias at a version, wherever it pointed before."""
    old = find_alias(connection, version.model_id, alias)
    if old == version.number:
        return
    connection.execute(_UPSERT_ALIAS, (version.model_id, alias, version.number))
    event_id = record(
        connection,
        version.model_id,
        name,
        RegistryAction.SET_ALIAS,
        who,
        version=version.number,
        key=alias,
        old=None if old is None else str(old),
        new=str(version.number),
        cause_id=cause_id,
    )
    settle(connection, version, who, alias=alias, cause_id=event_id)


def drop_alias(
    connection: Connection, model_id: int, name: str, alias: str, who: Attributed, *, cause_id: int = 0
) -> None:
    """Remove an alias, if it is there."""
    old = find_alias(connection, model_id, alias)
    if old is None:
        return
    connection.execute("DELETE FROM registered_model_alias WHERE model_id = ? AND alias = ?", (model_id, alias))
    record(
        connection,
        model_id,
        name,
        RegistryAction.DELETE_ALIAS,
        who,
        version=old,
        key=alias,
        old=str(old),
        cause_id=cause_id,
    )


def find_stage(connection: Connection, version: VersionRow) -> str:
    """Return the stage that a version is in."""
    row = connection.one("SELECT stage FROM model_version WHERE id = ?", (version.id,))
    assert row is not None, "the caller found the version in this transaction"
    stage: str = row[0]
    return stage


def move_stage(
    connection: Connection, version: VersionRow, name: str, stage: str, now: int, who: Attributed, *, cause_id: int = 0
) -> int:
    """Move a version to a stage, and return the event's id; 0 if it was there already."""
    old = find_stage(connection, version)
    connection.execute(
        "UPDATE model_version SET stage = ?, last_update_time = ? WHERE id = ?", (stage, now, version.id)
    )
    if old == stage:
        return 0
    event_id = record(
        connection,
        version.model_id,
        name,
        RegistryAction.MOVE_STAGE,
        who,
        version=version.number,
        old=old,
        new=stage,
        cause_id=cause_id,
    )
    settle(connection, version, who, stage=stage, cause_id=event_id)
    return event_id


def archive_others(
    connection: Connection, version: VersionRow, name: str, stage: str, now: int, who: Attributed, *, cause_id: int
) -> None:
    """Move every other version in a stage to Archived."""
    rows = connection.all(
        "SELECT id, version FROM model_version WHERE model_id = ? AND stage = ? AND id <> ? ORDER BY version",
        (version.model_id, stage, version.id),
    )
    for version_id, number in rows:
        other = VersionRow(version_id, version.model_id, number)
        move_stage(connection, other, name, ARCHIVED, now, who, cause_id=cause_id)
