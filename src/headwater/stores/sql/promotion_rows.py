"""Rows of requests for promotions: turning them into what goes on the wire, and deciding them."""

from collections.abc import Sequence

from headwater.protocol.attributed import Attributed
from headwater.protocol.errors import ResourceDoesNotExist
from headwater.protocol.governance import RegistryAction
from headwater.protocol.promotions import PromotionComment, PromotionRequest, PromotionStatus
from headwater.stores.sql.clock import now_ms
from headwater.stores.sql.connection import Connection, chunks, marks
from headwater.stores.sql.event_words import note_promotion_request
from headwater.stores.sql.registry_log import record
from headwater.stores.sql.registry_rows import VersionRow

_COLUMNS = (
    "p.id, m.name, p.version, p.alias, p.stage, p.archive, p.status, p.user_id, p.time, p.reason, p.decided_by, "
    "p.decision_time, p.decision_reason"
)
_FROM = "promotion_request p JOIN registered_model m ON m.id = p.model_id"
_OPEN_ONE = (
    "SELECT id FROM promotion_request WHERE model_id = ? AND version = ? AND alias = ? AND stage = ? AND status = ?"
)
_DECIDE = (
    "UPDATE promotion_request SET status = ?, decided_by = ?, decision_time = ?, decision_reason = ? "
    "WHERE id = ? AND status = ?"
)
_ACTIONS = {
    PromotionStatus.APPROVED: RegistryAction.APPROVE_REQUEST,
    PromotionStatus.REJECTED: RegistryAction.REJECT_REQUEST,
    PromotionStatus.WITHDRAWN: RegistryAction.WITHDRAW_REQUEST,
}


def load_requests(connection: Connection, ids: Sequence[int]) -> list[PromotionRequest]:
    """Return requests with their comments, in the order of `ids`; those that do not exist are left out."""
    found: dict[int, PromotionRequest] = {}
    for chunk in chunks(ids):
        comments: dict[int, list[PromotionComment]] = {request_id: [] for request_id in chunk}
        said = (
            "SELECT request_id, user_id, time, text FROM promotion_comment "  # noqa: S608 - marks
            f"WHERE request_id IN ({marks(chunk)}) ORDER BY id"
        )
        for request_id, *comment in connection.all(said, chunk):
            comments[request_id].append(PromotionComment(*comment))
        rows = connection.all(f"SELECT {_COLUMNS} FROM {_FROM} WHERE p.id IN ({marks(chunk)})", chunk)  # noqa: S608 - marks
        found.update((row[0], _request(row, comments[row[0]])) for row in rows)
    return [found[request_id] for request_id in ids if request_id in found]


def find_request(connection: Connection, model_id: int, name: str, request_id: int) -> PromotionRequest:
    """Return a request of a model; raise `ResourceDoesNotExist` if it has none of this number."""
    if connection.one("SELECT 1 FROM promotion_request WHERE id = ? AND model_id = ?", (request_id, model_id)):
        return load_requests(connection, [request_id])[0]
    raise ResourceDoesNotExist(f"Model '{name}' has no request for a promotion with the number '{request_id}'.")


def find_open(connection: Connection, version: VersionRow, *, alias: str = "", stage: str = "") -> int:
    """Return the number of the open request that a version gets an alias or a stage, 0 if there is none."""
    values = (version.model_id, version.number, alias, stage, PromotionStatus.OPEN.value)
    row = connection.one(_OPEN_ONE, values)
    return row[0] if row else 0


def settle(
    connection: Connection, version: VersionRow, who: Attributed, *, alias: str = "", stage: str = "", cause_id: int = 0
) -> None:
    """Approve what was asked for, as the version has it now."""
    if request_id := find_open(connection, version, alias=alias, stage=stage):
        decide(connection, version.model_id, request_id, PromotionStatus.APPROVED, who, cause_id=cause_id)


def decide(
    connection: Connection,
    model_id: int,
    request_id: int,
    status: PromotionStatus,
    who: Attributed,
    *,
    cause_id: int = 0,
) -> None:
    """End an open request."""
    values = (status.value, who.user_id, now_ms(), who.reason, request_id, PromotionStatus.OPEN.value)
    connection.execute(_DECIDE, values)
    (request,) = load_requests(connection, [request_id])
    note(connection, model_id, request, _ACTIONS[status], who, cause_id=cause_id)


def note(
    connection: Connection,
    model_id: int,
    request: PromotionRequest,
    action: RegistryAction,
    who: Attributed,
    *,
    cause_id: int = 0,
) -> None:
    """Write down what happened to a request, and tell webhooks of it."""
    number = int(request.version)
    new = str(request.request_id)
    record(
        connection,
        model_id,
        request.name,
        action,
        who,
        version=number,
        key=request.target,
        new=new,
        cause_id=cause_id,
    )
    note_promotion_request(connection, request, action, who)


def _request(
    row: tuple[int, str, int, str, str, int, str, str, int, str, str, int, str], comments: list[PromotionComment]
) -> PromotionRequest:
    request_id, name, number, alias, stage, archive, status, user_id, time, reason, decider, decided, why = row
    return PromotionRequest(
        request_id=request_id,
        name=name,
        version=str(number),
        alias=alias,
        stage=stage,
        archive_existing_versions=bool(archive),
        status=PromotionStatus(status),
        user_id=user_id,
        time=time,
        reason=reason,
        comments=comments,
        decided_by=decider,
        decision_time=decided,
        decision_reason=why,
    )
