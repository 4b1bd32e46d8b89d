"""Governance of the registry in the database."""

from headwater.protocol.endpoint import Empty
from headwater.protocol.errors import PermissionDenied
from headwater.protocol.governance import (
    Approval,
    Approve,
    CheckPromotion,
    CheckPromotionResponse,
    GetPolicy,
    ListApprovals,
    ListApprovalsResponse,
    ListEvents,
    ListEventsResponse,
    PolicyResponse,
    RegistryAction,
    RollBack,
    RollBackResponse,
    SetPolicy,
)
from headwater.stores.sql.clock import now_ms
from headwater.stores.sql.connection import Connection
from headwater.stores.sql.database import Database
from headwater.stores.sql.gates import judge
from headwater.stores.sql.policies import load_policy, load_policy_response, save_policy
from headwater.stores.sql.registry_log import REGISTRY, list_events, record
from headwater.stores.sql.registry_rows import find_model, find_version
from headwater.stores.sql.rollback import roll_back

_APPROVE = (
    "INSERT INTO model_version_approval (version_id, role, user_id, time, reason) VALUES (?, ?, ?, ?, ?) "
    "ON CONFLICT DO NOTHING"
)


class SqlGovernance:
    """The log, policies, approvals and rollbacks. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def list_events(self, request: ListEvents) -> ListEventsResponse:
        """Return one page of the log."""
        request.check()
        with self._database.read() as connection:
            return list_events(connection, request)

    def get_policy(self, request: GetPolicy) -> PolicyResponse:
        """Return the policy in force."""
        with self._database.read() as connection:
            model_id = find_model(connection, request.name) if request.name else REGISTRY
            return load_policy_response(connection, model_id)

    def set_policy(self, request: SetPolicy) -> PolicyResponse:
        """Replace or forget a policy."""
        request.check()
        return self._database.write(lambda connection: save_policy(connection, request))

    def approve(self, request: Approve) -> Empty:
        """Note an approval, or its withdrawal; either may be repeated."""
        request.check()
        self._database.write(lambda connection: _approve(connection, request))
        return Empty()

    def list_approvals(self, request: ListApprovals) -> ListApprovalsResponse:
        """Return who approved a version."""
        request.check()
        with self._database.read() as connection:
            version = find_version(connection, request.name, request.version)
            rows = connection.all(
                "SELECT role, user_id, time, reason FROM model_version_approval WHERE version_id = ? "
                "ORDER BY time, role, user_id",
                (version.id,),
            )
        return ListApprovalsResponse([Approval(*row) for row in rows])

    def check_promotion(self, request: CheckPromotion) -> CheckPromotionResponse:
        """Return whether a version would be promoted."""
        request.check()
        with self._database.read() as connection:
            version = find_version(connection, request.name, request.version)
            stage = load_policy(connection, version.model_id).find_stage(request.stage) if request.stage else ""
            return judge(connection, version, request, alias=request.alias, stage=stage)

    def roll_back(self, request: RollBack) -> RollBackResponse:
        """Give an alias or a stage back to the version that had it before."""
        request.check()
        return self._database.write(lambda connection: roll_back(connection, request))


def _approve(connection: Connection, request: Approve) -> None:
    version = find_version(connection, request.name, request.version)
    if request.withdraw:
        changed = connection.execute(
            "DELETE FROM model_version_approval WHERE version_id = ? AND role = ? AND user_id = ?",
            (version.id, request.role, request.user_id),
        )
    else:
        members = load_policy(connection, version.model_id).roles.get(request.role)
        if members is None or request.user_id not in members:
            known = "has no such role" if members is None else f"gives it to {', '.join(members) or 'nobody'}"
            raise PermissionDenied(
                f"'{request.user_id}' cannot approve in the role '{request.role}': the policy of model "
                f"'{request.name}' {known}."
            )
        values = (version.id, request.role, request.user_id, now_ms(), request.reason)
        changed = connection.execute(_APPROVE, values)
    if changed:
        action = RegistryAction.WITHDRAW if request.withdraw else RegistryAction.APPROVE
        key, number = request.role, version.number
        record(connection, version.model_id, request.name, action, request, version=number, key=key)
