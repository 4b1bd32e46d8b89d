"""Requests for promotions in the database."""

import msgspec

from headwater.protocol.attributed import Attributed
from headwater.protocol.endpoint import Empty
from headwater.protocol.errors import (
    InvalidParameterValue,
    PermissionDenied,
    ResourceAlreadyExists,
    ResourceConflict,
)
from headwater.protocol.governance import RegistryAction
from headwater.protocol.paging import decode_page_token, encode_page_token
from headwater.protocol.promotions import (
    ApprovePromotion,
    CommentPromotion,
    GetPromotion,
    ListPromotions,
    ListPromotionsResponse,
    PromotionRequest,
    PromotionResponse,
    PromotionStatus,
    RejectPromotion,
    RequestPromotion,
    WithdrawPromotion,
)
from headwater.stores.sql.clock import now_ms
from headwater.stores.sql.connection import Connection
from headwater.stores.sql.database import Database
from headwater.stores.sql.gates import list_missing
from headwater.stores.sql.policies import load_policy
from headwater.stores.sql.promotion import enter_stage, find_alias, find_stage, give_alias
from headwater.stores.sql.promotion_rows import decide, find_open, find_request, load_requests, note, settle
from headwater.stores.sql.registry_rows import find_model, find_number, find_version

_INSERT = (
    "INSERT INTO promotion_request (model_id, version, alias, stage, archive, status, user_id, time, reason) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id"
)


class SqlPromotions:
    """Requests for promotions, what is said about them and how they end. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, request: RequestPromotion) -> PromotionResponse:
        """Note a request; raise `ResourceAlreadyExists` if one for the same is open."""
        request.check()
        return PromotionResponse(self._database.write(lambda connection: _create(connection, request)))

    def get(self, request: GetPromotion) -> PromotionResponse:
        """Return a request."""
        request.check()
        with self._database.read() as connection:
            model_id = find_model(connection, request.name)
            found = find_request(connection, model_id, request.name, request.request_id)
            return PromotionResponse(_with_missing(connection, found))

    def list(self, request: ListPromotions) -> ListPromotionsResponse:
        """Return one page of requests, the newest first."""
        request.check()
        with self._database.read() as connection:
            return _list(connection, request)

    def comment(self, request: CommentPromotion) -> Empty:
        """Note what somebody says about a request."""
        request.check()

        def work(connection: Connection) -> None:
            model_id = find_model(connection, request.name)
            found = find_request(connection, model_id, request.name, request.request_id)
            connection.execute(
                "INSERT INTO promotion_comment (request_id, user_id, time, text) VALUES (?, ?, ?, ?)",
                (found.request_id, request.user_id, now_ms(), request.text),
            )
            said = Attributed(user_id=request.user_id, reason=request.text)
            note(connection, model_id, found, RegistryAction.COMMENT_REQUEST, said)

        self._database.write(work)
        return Empty()

    def approve(self, request: ApprovePromotion) -> PromotionResponse:
        """Do what was asked for; raise `PermissionDenied` if the gate is closed for the version."""
        request.check()
        found = self._database.write(lambda connection: _approve(connection, request))
        if isinstance(found, str):  # it is in the log
            raise PermissionDenied(found)
        return PromotionResponse(found)

    def reject(self, request: RejectPromotion) -> PromotionResponse:
        """Turn a request down."""
        request.check()

        def work(connection: Connection) -> PromotionRequest:
            model_id, found = _find_open(connection, request.name, request.request_id)
            decide(connection, model_id, found.request_id, PromotionStatus.REJECTED, request)
            return load_requests(connection, [found.request_id])[0]

        return PromotionResponse(self._database.write(work))

    def withdraw(self, request: WithdrawPromotion) -> PromotionResponse:
        """Take a request back; raise `PermissionDenied` unless it is one's own."""
        request.check()

        def work(connection: Connection) -> PromotionRequest:
            model_id, found = _find_open(connection, request.name, request.request_id)
            if found.user_id != request.user_id:
                raise PermissionDenied(
                    f"'{request.user_id}' cannot withdraw request '{found.request_id}', which is one of "
                    f"'{found.user_id}'. Reject it, and say why."
                )
            decide(connection, model_id, found.request_id, PromotionStatus.WITHDRAWN, request)
            return load_requests(connection, [found.request_id])[0]

        return PromotionResponse(self._database.write(work))


def list_open(connection: Connection, most: int) -> ListPromotionsResponse:
    """Return the requests of all models that wait for somebody, the newest first, with what they lack."""
    return _list(connection, ListPromotions(status=PromotionStatus.OPEN, max_results=most))


def _create(connection: Connection, request: RequestPromotion) -> PromotionRequest:
    version = find_version(connection, request.name, request.version)
    alias, stage = request.alias, request.stage
    if stage:
        stage = load_policy(connection, version.model_id).find_stage(stage)
    target = f"@{alias}" if alias else stage
    has = find_alias(connection, version.model_id, alias) == version.number if alias else False
    if has or (stage and find_stage(connection, version) == stage):
        raise InvalidParameterValue(f"Version {version.number} of model '{request.name}' is '{target}' already.")
    if known := find_open(connection, version, alias=alias, stage=stage):
        raise ResourceAlreadyExists(
            f"Request '{known}' asks already that version {version.number} of model '{request.name}' becomes "
            f"'{target}'. Comment on that one."
        )
    asked = (request.user_id, now_ms(), request.reason)
    open_status = PromotionStatus.OPEN.value
    values = (version.model_id, version.number, alias, stage, int(request.archive_existing_versions), open_status)
    (made,) = load_requests(connection, [connection.insert(_INSERT, (*values, *asked))])
    note(connection, version.model_id, made, RegistryAction.REQUEST_PROMOTION, request)
    return _with_missing(connection, made)


def _approve(connection: Connection, request: ApprovePromotion) -> PromotionRequest | str:
    """Return the request as it is then, or why its version may not be promoted."""
    model_id, found = _find_open(connection, request.name, request.request_id)
    version = find_number(connection, model_id, request.name, int(found.version))
    who = msgspec.structs.replace(request, reason=request.reason if request.reason.strip() else found.reason)
    if found.alias:
        refusal = give_alias(connection, version, request.name, found.alias, who)
    else:
        refusal = enter_stage(
            connection, version, request.name, found.stage, who, archive=found.archive_existing_versions
        )
    if refusal:
        return refusal
    settle(connection, version, who, alias=found.alias, stage=found.stage)  # it had it already
    return load_requests(connection, [found.request_id])[0]


def _find_open(connection: Connection, name: str, request_id: int) -> tuple[int, PromotionRequest]:
    """Return a request that can be decided, after the row id of its model."""
    model_id = find_model(connection, name)
    found = find_request(connection, model_id, name, request_id)
    if found.status is not PromotionStatus.OPEN:
        raise ResourceConflict(
            f"Request '{request_id}' of model '{name}' is {found.status.lower()} by '{found.decided_by}' already. "
            "Make a new one if it is to be decided again."
        )
    return model_id, found


def _list(connection: Connection, request: ListPromotions) -> ListPromotionsResponse:
    conditions, params = ["1 = 1"], list[object]()
    if request.name:
        model_id = find_model(connection, request.name)
        conditions.append("model_id = ?")
        params.append(model_id)
        if request.version:
            conditions.append("version = ?")
            params.append(find_version(connection, request.name, request.version).number)
    if request.status is not None:
        conditions.append("status = ?")
        params.append(request.status.value)
    where = " AND ".join(conditions)
    offset = decode_page_token(request.page_token)
    ((total,),) = connection.all(f"SELECT COUNT(*) FROM promotion_request WHERE {where}", params)  # noqa: S608 - constants
    rows = connection.all(
        f"SELECT id FROM promotion_request WHERE {where} ORDER BY id DESC LIMIT ? OFFSET ?",  # noqa: S608 - constants
        (*params, request.max_results, offset),
    )
    found = [_with_missing(connection, each) for each in load_requests(connection, [row[0] for row in rows])]
    end = offset + len(found)
    return ListPromotionsResponse(found, total, encode_page_token(end) if end < total else "")


def _with_missing(connection: Connection, request: PromotionRequest) -> PromotionRequest:
    if request.status is not PromotionStatus.OPEN:
        return request
    version = find_version(connection, request.name, request.version)
    missing = list_missing(connection, version, alias=request.alias, stage=request.stage)
    return msgspec.structs.replace(request, missing=missing)
