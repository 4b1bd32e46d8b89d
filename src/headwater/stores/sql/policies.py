"""Policies in the database: a model's own, else the registry's, else none."""

import msgspec

from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.governance import PolicyResponse, RegistryAction, SetPolicy
from headwater.protocol.policies import Policy
from headwater.stores.sql.connection import Connection, marks
from headwater.stores.sql.registry_log import REGISTRY, record
from headwater.stores.sql.registry_rows import find_model

_UPSERT = (
    "INSERT INTO registry_policy (model_id, data) VALUES (?, ?) "
    "ON CONFLICT (model_id) DO UPDATE SET data = excluded.data"
)


def load_policy(connection: Connection, model_id: int) -> Policy:
    """Return the policy in force for a model."""
    return load_policy_response(connection, model_id).policy


def load_policy_response(connection: Connection, model_id: int) -> PolicyResponse:
    """Return the policy in force for a model, or for `REGISTRY`, and whether it is its own."""
    rows = connection.all(
        "SELECT model_id, data FROM registry_policy WHERE model_id IN (?, ?) ORDER BY model_id DESC",
        (model_id, REGISTRY),
    )
    for owner, data in rows:
        return PolicyResponse(msgspec.json.decode(data, type=Policy), is_own=owner == model_id)
    return PolicyResponse(Policy(), is_own=False)


def save_policy(connection: Connection, request: SetPolicy) -> PolicyResponse:
    """Keep a policy, or forget it; raise `InvalidParameterValue` if a version is in a stage that it does not have."""
    model_id = find_model(connection, request.name) if request.name else REGISTRY
    row = connection.one("SELECT data FROM registry_policy WHERE model_id = ?", (model_id,))
    old = row[0] if row else None
    new = None if request.policy is None else msgspec.json.encode(request.policy).decode()
    if new is None:
        connection.execute("DELETE FROM registry_policy WHERE model_id = ?", (model_id,))
    else:
        connection.execute(_UPSERT, (model_id, new))
    answer = load_policy_response(connection, model_id)
    _check_no_version_is_left(connection, model_id, answer.policy)
    if new != old:
        record(connection, model_id, request.name, RegistryAction.SET_POLICY, request, old=old, new=new)
    return answer


def forget_policy(connection: Connection, model_id: int) -> None:
    """Forget the policy of a model that is deleted."""
    connection.execute("DELETE FROM registry_policy WHERE model_id = ?", (model_id,))


def _check_no_version_is_left(connection: Connection, model_id: int, policy: Policy) -> None:
    whose = "model_id = ?" if model_id else "model_id NOT IN (SELECT model_id FROM registry_policy WHERE model_id <> ?)"
    stages = policy.all_stages
    row = connection.one(
        f"SELECT name, version, stage FROM model_version WHERE {whose} AND stage NOT IN ({marks(stages)}) LIMIT 1",  # noqa: S608 - constants
        (model_id, *stages),
    )
    if row is not None:
        raise InvalidParameterValue(
            f"Version {row[1]} of model '{row[0]}' is in the stage '{row[2]}', which the policy does not have. "
            "Move it first, or keep the stage."
        )
