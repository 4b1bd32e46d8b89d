"""Which target runs which version of a model."""

from headwater.protocol.attributed import Attributed
from headwater.protocol.governance import RegistryAction
from headwater.protocol.lineage import Deploy
from headwater.stores.sql.clock import now_ms
from headwater.stores.sql.connection import Connection
from headwater.stores.sql.registry_log import record
from headwater.stores.sql.registry_rows import find_version

_UPSERT = """
INSERT INTO model_deployment (model_id, target, version, url, user_id, time) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (model_id, target) DO UPDATE SET version = excluded.version, url = excluded.url,
  user_id = excluded.user_id, time = excluded.time
"""


def deploy(connection: Connection, request: Deploy) -> None:
    """Note that a target runs a version now."""
    version = find_version(connection, request.name, request.version)
    row = connection.one(
        "SELECT version, url FROM model_deployment WHERE model_id = ? AND target = ?",
        (version.model_id, request.target),
    )
    if row is not None and tuple(row) == (version.number, request.url):
        return
    values = (version.model_id, request.target, version.number, request.url, request.user_id, now_ms())
    connection.execute(_UPSERT, values)
    record(
        connection,
        version.model_id,
        request.name,
        RegistryAction.DEPLOY,
        request,
        version=version.number,
        key=request.target,
        old=str(row[0]) if row else None,
        new=str(version.number),
    )


def undeploy(
    connection: Connection, model_id: int, name: str, target: str, who: Attributed, *, cause_id: int = 0
) -> None:
    """Note that a target runs no version any more, if it ran one."""
    row = connection.one("SELECT version FROM model_deployment WHERE model_id = ? AND target = ?", (model_id, target))
    if row is None:
        return
    connection.execute("DELETE FROM model_deployment WHERE model_id = ? AND target = ?", (model_id, target))
    action, number = RegistryAction.UNDEPLOY, row[0]
    old = str(number)
    record(connection, model_id, name, action, who, version=number, key=target, old=old, cause_id=cause_id)
