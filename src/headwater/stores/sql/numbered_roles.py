"""Roles by their numbers, in the words of MLflow 3, in the database."""

from headwater.protocol.endpoint import Empty
from headwater.protocol.errors import ResourceAlreadyExists, ResourceDoesNotExist
from headwater.protocol.numbered_roles import (
    WORKSPACE,
    AddRolePermission,
    AssignNumberedRole,
    CreateNumberedRole,
    ListNumberedRoles,
    ListUserRoles,
    NameRole,
    NumberedRole,
    NumberedRoleResponse,
    NumberedRolesResponse,
    RemoveRolePermission,
    RoleAssignment,
    RoleAssignmentResponse,
    RoleAssignmentsResponse,
    RolePermission,
    RolePermissionResponse,
    RolePermissionsResponse,
    UpdateNumberedRole,
    UpdateRolePermission,
)
from headwater.protocol.permissions import read_level
from headwater.stores.sql.connection import Connection
from headwater.stores.sql.database import Database
from headwater.stores.sql.grant_rows import find_grant, find_place, insert_role, put_grant
from headwater.stores.sql.user_rows import find_user

_PERMISSIONS = (
    "SELECT g.id, g.role_id, g.kind, COALESCE(CAST(g.exp_id AS TEXT), m.name, '*'), g.level "
    "FROM access_grant g LEFT JOIN registered_model m ON m.id = g.model_id WHERE g.role_id IS NOT NULL"
)


class SqlNumberedRoles:
    """Roles, their users and grants, as MLflow's clients see them. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, request: CreateNumberedRole) -> NumberedRoleResponse:
        """Make a role, whose name must be new."""
        request.check()

        def work(connection: Connection) -> NumberedRoleResponse:
            role_id = insert_role(connection, request.name, request.description or "")
            return NumberedRoleResponse(_load_role(connection, role_id))

        return self._database.write(work)

    def get(self, request: NameRole) -> NumberedRoleResponse:
        """Return a role."""
        with self._database.read() as connection:
            return NumberedRoleResponse(_load_role(connection, request.role_id))

    def list(self, request: ListNumberedRoles) -> NumberedRolesResponse:
        """Return the roles of a workspace, of which there is one."""
        if request.workspace not in {"", WORKSPACE}:
            return NumberedRolesResponse([])
        with self._database.read() as connection:
            return NumberedRolesResponse(_load_roles(connection, "1 = 1"))

    def list_of_user(self, request: ListUserRoles) -> NumberedRolesResponse:
        """Return the roles of a user."""
        request.check()
        with self._database.read() as connection:
            user_id = find_user(connection, request.username)
            mine = "id IN (SELECT role_id FROM role_member WHERE user_id = ?)"
            return NumberedRolesResponse(_load_roles(connection, mine, user_id))

    def update(self, request: UpdateNumberedRole) -> NumberedRoleResponse:
        """Give a role another name or description."""
        request.check()

        def work(connection: Connection) -> NumberedRoleResponse:
            role = _load_role(connection, request.role_id)
            name = role.name if request.name is None else request.name
            description = role.description if request.description is None else request.description
            if name != role.name and connection.one("SELECT 1 FROM role WHERE name = ?", (name,)):
                raise ResourceAlreadyExists(f"The role '{name}' exists already. Choose another name.")
            connection.execute(
                "UPDATE role SET name = ?, description = ? WHERE id = ?", (name, description or "", role.id)
            )
            return NumberedRoleResponse(_load_role(connection, role.id))

        return self._database.write(work)

    def delete(self, request: NameRole) -> Empty:
        """Delete a role with its grants."""

        def work(connection: Connection) -> None:
            if not connection.execute("DELETE FROM role WHERE id = ?", (request.role_id,)):
                raise _no_role(request.role_id)

        self._database.write(work)
        return Empty()

    def assign(self, request: AssignNumberedRole) -> RoleAssignmentResponse:
        """Give a role to a user who does not have it."""
        request.check()

        def work(connection: Connection) -> RoleAssignmentResponse:
            role, user_id = _load_role(connection, request.role_id), find_user(connection, request.username)
            row = connection.one(
                "INSERT INTO role_member (role_id, user_id) VALUES (?, ?) ON CONFLICT DO NOTHING RETURNING id",
                (role.id, user_id),
            )
            if row is None:
                raise ResourceAlreadyExists(f"'{request.username}' has the role '{role.name}' already.")
            return RoleAssignmentResponse(RoleAssignment(id=row[0], user_id=user_id, role_id=role.id))

        return self._database.write(work)

    def unassign(self, request: AssignNumberedRole) -> Empty:
        """Take a role away from a user who has it."""
        request.check()

        def work(connection: Connection) -> None:
            role, user_id = _load_role(connection, request.role_id), find_user(connection, request.username)
            sql = "DELETE FROM role_member WHERE role_id = ? AND user_id = ?"
            if not connection.execute(sql, (role.id, user_id)):
                raise ResourceDoesNotExist(f"'{request.username}' does not have the role '{role.name}'.")

        self._database.write(work)
        return Empty()

    def list_users(self, request: NameRole) -> RoleAssignmentsResponse:
        """Return who has a role."""
        with self._database.read() as connection:
            role = _load_role(connection, request.role_id)
            rows = connection.all("SELECT id, user_id FROM role_member WHERE role_id = ? ORDER BY id", (role.id,))
        return RoleAssignmentsResponse(
            [RoleAssignment(id=row_id, user_id=user_id, role_id=role.id) for row_id, user_id in rows]
        )

    def add_permission(self, request: AddRolePermission) -> RolePermissionResponse:
        """Grant something to a role on a thing where nothing is."""
        request.check()

        def work(connection: Connection) -> RolePermissionResponse:
            grant = request.grant_to(_load_role(connection, request.role_id).name)
            if find_grant(connection, find_place(connection, grant)):
                raise ResourceAlreadyExists(
                    f"Something is granted to the role '{grant.role}' on '{grant.resource}' already. Update it."
                )
            return RolePermissionResponse(_load_permission(connection, put_grant(connection, grant)))

        return self._database.write(work)

    def update_permission(self, request: UpdateRolePermission) -> RolePermissionResponse:
        """Let a grant to a role allow something else."""
        request.check()

        def work(connection: Connection) -> RolePermissionResponse:
            found = _load_permission(connection, request.role_permission_id)
            level = read_level(request.permission)
            connection.execute("UPDATE access_grant SET level = ? WHERE id = ?", (level, found.id))
            return RolePermissionResponse(_load_permission(connection, found.id))

        return self._database.write(work)

    def remove_permission(self, request: RemoveRolePermission) -> Empty:
        """Take a grant to a role back."""

        def work(connection: Connection) -> None:
            found = _load_permission(connection, request.role_permission_id)
            connection.execute("DELETE FROM access_grant WHERE id = ?", (found.id,))

        self._database.write(work)
        return Empty()

    def list_permissions(self, request: NameRole) -> RolePermissionsResponse:
        """Return the grants to a role."""
        with self._database.read() as connection:
            return RolePermissionsResponse(_load_role(connection, request.role_id).permissions)


def _load_role(connection: Connection, role_id: int) -> NumberedRole:
    found = _load_roles(connection, "id = ?", role_id)
    if not found:
        raise _no_role(role_id)
    return found[0]


def _load_roles(connection: Connection, where: str, *params: object) -> list[NumberedRole]:
    permissions: dict[int, list[RolePermission]] = {}
    for row in connection.all(f"{_PERMISSIONS} ORDER BY g.id"):
        permissions.setdefault(row[1], []).append(_as_permission(*row))
    rows = connection.all(f"SELECT id, name, description FROM role WHERE {where} ORDER BY name", params)  # noqa: S608 - constants
    return [
        NumberedRole(id=role_id, name=name, description=description or None, permissions=permissions.get(role_id, []))
        for role_id, name, description in rows
    ]


def _load_permission(connection: Connection, permission_id: int) -> RolePermission:
    row = connection.one(f"{_PERMISSIONS} AND g.id = ?", (permission_id,))
    if row is None:
        raise ResourceDoesNotExist(f"Role permission with id={permission_id} not found")
    return _as_permission(*row)


def _as_permission(row_id: int, role_id: int, kind: str, resource: str, level: str) -> RolePermission:
    return RolePermission(id=row_id, role_id=role_id, resource_type=kind, resource_pattern=resource, permission=level)


def _no_role(role_id: int) -> ResourceDoesNotExist:
    return ResourceDoesNotExist(f"Role with id={role_id} not found")
