"""Saved views in the database."""

import uuid

import msgspec

from headwater.protocol.endpoint import Empty
from headwater.protocol.errors import ResourceConflict, ResourceDoesNotExist
from headwater.protocol.views import (
    CreateView,
    DeleteView,
    GetView,
    ListViews,
    ListViewsResponse,
    ListViewVersions,
    ListViewVersionsResponse,
    UpdateView,
    View,
    ViewInfo,
    ViewResponse,
    ViewVersion,
)
from headwater.stores.sql.clock import now_ms
from headwater.stores.sql.connection import Connection, Dialect
from headwater.stores.sql.database import Database
from headwater.stores.sql.experiments import find_active_experiment

_INFO = "id, COALESCE(CAST(exp_id AS TEXT), ''), name, owner, creation_time, last_update_time, version, kind"
_INSERT_VERSION = "INSERT INTO view_version (view_id, version, user_id, time, state) VALUES (?, ?, ?, ?, ?)"


class SqlViews:
    """Views and their versions. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, request: CreateView) -> ViewResponse:
        """Save a view."""
        request.check()
        return ViewResponse(self._database.write(lambda connection: _create(connection, request)))

    def get(self, request: GetView) -> ViewResponse:
        """Return a version of a view."""
        request.check()
        with self._database.read() as connection:
            return ViewResponse(_load(connection, request.view_id, request.version))

    def list(self, request: ListViews) -> ListViewsResponse:
        """Return the views of an experiment, or those across experiments."""
        request.check()
        where, params = (
            ("exp_id = ?", [int(request.experiment_id)]) if request.experiment_id else ("exp_id IS NULL", [])
        )
        with self._database.read() as connection:
            rows = connection.all(
                f"SELECT {_INFO} FROM view WHERE {where} AND kind = ? ORDER BY name, id",  # noqa: S608 - constants
                [*params, request.kind],
            )
        return ListViewsResponse([ViewInfo(*row) for row in rows])

    def list_versions(self, request: ListViewVersions) -> ListViewVersionsResponse:
        """Return who saved a view when."""
        request.check()
        with self._database.read() as connection:
            rows = connection.all(
                "SELECT version, user_id, time FROM view_version WHERE view_id = ? ORDER BY version DESC",
                [request.view_id],
            )
        if not rows:
            raise _no_view(request.view_id)
        return ListViewVersionsResponse([ViewVersion(*row) for row in rows])

    def update(self, request: UpdateView) -> ViewResponse:
        """Save a new version of a view."""
        request.check()
        return ViewResponse(self._database.write(lambda connection: _update(connection, request)))

    def delete(self, request: DeleteView) -> Empty:
        """Delete a view with all its versions."""
        request.check()
        self._database.write(lambda connection: connection.execute("DELETE FROM view WHERE id = ?", (request.view_id,)))
        return Empty()


def _create(connection: Connection, request: CreateView) -> View:
    exp_id = find_active_experiment(connection, request.experiment_id) if request.experiment_id else None
    view_id, now = request.view_id or uuid.uuid4().hex, now_ms()
    made = connection.execute(
        "INSERT INTO view (id, exp_id, name, owner, version, creation_time, last_update_time, kind) "
        "VALUES (?, ?, ?, ?, 1, ?, ?, ?) ON CONFLICT DO NOTHING",
        (view_id, exp_id, request.name, request.user_id, now, now, request.kind),
    )
    if made:
        state = msgspec.json.encode(request.state).decode()
        connection.execute(_INSERT_VERSION, (view_id, 1, request.user_id, now, state))
    return _load(connection, view_id, 0)


def _update(connection: Connection, request: UpdateView) -> View:
    lock = " FOR UPDATE" if connection.dialect is Dialect.POSTGRESQL else ""
    row = connection.one(f"SELECT version FROM view WHERE id = ?{lock}", (request.view_id,))  # noqa: S608 - two constants
    old = _load(connection, request.view_id, 0)
    if row is None or row[0] != request.version:
        raise ResourceConflict(
            f"The view '{old.name}' has version '{old.version}' by now, not '{request.version}'. "
            "Look at it, then save yours with that version."
        )
    now, version = now_ms(), old.version + 1
    connection.execute(
        "UPDATE view SET name = ?, version = ?, last_update_time = ? WHERE id = ?",
        (request.name or old.name, version, now, request.view_id),
    )
    state = msgspec.json.encode(old.state if request.state is None else request.state).decode()
    connection.execute(_INSERT_VERSION, (request.view_id, version, request.user_id, now, state))
    return _load(connection, request.view_id, 0)


def _load(connection: Connection, view_id: str, version: int) -> View:
    """Return a version of a view, the newest for 0."""
    row = connection.one(f"SELECT {_INFO} FROM view WHERE id = ?", (view_id,))  # noqa: S608 - constant columns
    if row is None:
        raise _no_view(view_id)
    info = ViewInfo(*row)
    wanted = version or info.version
    kept = connection.one(
        "SELECT user_id, state FROM view_version WHERE view_id = ? AND version = ?", (view_id, wanted)
    )
    if kept is None:
        raise ResourceDoesNotExist(f"The view '{info.name}' has no version '{wanted}'; its newest is {info.version}.")
    facts = msgspec.structs.asdict(info) | {"version": wanted}
    return View(**facts, user_id=kept[0], state=msgspec.json.decode(kept[1]))


def _no_view(view_id: str) -> ResourceDoesNotExist:
    return ResourceDoesNotExist(f"No view has the id '{view_id}'. It may have been deleted.")
