"""Which models are in use, and which versions wait for something."""

from headwater.protocol.governance import RegistryAction
from headwater.protocol.home import AliasInUse, PendingVersion
from headwater.stores.sql.connection import Connection
from headwater.stores.sql.gates import list_missing
from headwater.stores.sql.promotions import list_open
from headwater.stores.sql.registry_rows import VersionRow

_SHOWN = 12
_LOOKED_AT = 2000
_SET = """
SELECT MAX(id) FROM registry_event WHERE model_id = m.id
AND (action = ? AND key = a.alias OR action = ? AND key = '@' || a.alias)
"""
_LIST_ALIASES = f"""
SELECT m.name, a.alias, CAST(a.version AS TEXT), COALESCE(e.time, 0), COALESCE(e.user_id, '')
FROM registered_model_alias a JOIN registered_model m ON m.id = a.model_id
LEFT JOIN registry_event e ON e.id = ({_SET})
ORDER BY COALESCE(e.id, 0) DESC, m.name, a.alias LIMIT ?
"""  # noqa: S608 - constants
_LIST_REFUSED = """
SELECT v.id, v.model_id, v.version, v.stage, m.name, e.key, e.time, e.user_id FROM registry_event e
JOIN registered_model m ON m.id = e.model_id
JOIN model_version v ON v.model_id = e.model_id AND v.version = e.version
WHERE e.id IN (
  SELECT MAX(id) FROM registry_event
  WHERE id > (SELECT COALESCE(MAX(id), 0) FROM registry_event) - ? AND action = ? GROUP BY model_id, version, key
)
ORDER BY e.id DESC LIMIT ?
"""


def list_aliases(connection: Connection) -> list[AliasInUse]:
    """Return the aliases that were set last."""
    values = (RegistryAction.SET_ALIAS.value, RegistryAction.ROLL_BACK.value, _SHOWN)
    return [AliasInUse(*row) for row in connection.all(_LIST_ALIASES, values)]


def list_pending(connection: Connection) -> tuple[list[PendingVersion], int]:
    """Return the versions that somebody asked a promotion for, then those that were refused one, each the latest first.

    Those that were refused an alias or a stage and have it by now wait for nothing. Return also how many requests
    there are.
    """
    asked_for = list_open(connection, _SHOWN)
    found = [
        PendingVersion(
            each.name,
            each.version,
            each.target,
            each.time,
            each.user_id,
            each.missing,
            request_id=each.request_id,
            reason=each.reason,
            comments=len(each.comments),
        )
        for each in asked_for.requests
    ]
    asked = {(each.name, each.version, each.target) for each in found}
    refused = connection.all(_LIST_REFUSED, (_LOOKED_AT, RegistryAction.REFUSE.value, _SHOWN))
    for version_id, model_id, number, stage, name, target, time, user_id in refused:
        version = VersionRow(version_id, model_id, number)
        alias = target[1:] if target.startswith("@") else ""
        has_it = _has_alias(connection, version, alias) if alias else stage == target
        if has_it or (name, str(number), target) in asked:
            continue
        missing = list_missing(connection, version, alias=alias, stage="" if alias else target)
        found.append(PendingVersion(name, str(number), target, time, user_id, missing))
    return found, asked_for.total


def _has_alias(connection: Connection, version: VersionRow, alias: str) -> bool:
    row = connection.one(
        "SELECT version FROM registered_model_alias WHERE model_id = ? AND alias = ?", (version.model_id, alias)
    )
    return row is not None and row[0] == version.number
