"""Roles and grants in the database."""

from headwater.config import DEFAULT_PERMISSION
from headwater.protocol.endpoint import Empty
from headwater.protocol.roles import (
    AssignRole,
    CreateRole,
    DeleteGrant,
    DeleteRole,
    GrantResponse,
    ListGrants,
    ListGrantsResponse,
    ListRoles,
    ListRolesResponse,
    PutGrant,
    RoleResponse,
    parse_level,
)
from headwater.stores.sql.connection import Connection
from headwater.stores.sql.database import Database
from headwater.stores.sql.grant_rows import (
    delete_grant,
    find_role,
    insert_role,
    load_grants_on,
    load_role,
    load_roles,
    put_grant,
    put_member,
)
from headwater.stores.sql.user_rows import find_user


class SqlRoles:
    """Roles, who has them, and what they and users may do. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def list(self, request: ListRoles) -> ListRolesResponse:  # noqa: ARG002 - every verb has a request
        """Return all roles by name."""
        with self._database.read() as connection:
            return ListRolesResponse(load_roles(connection))

    def create(self, request: CreateRole) -> RoleResponse:
        """Make a role, whose name must be new."""
        request.check()

        def work(connection: Connection) -> RoleResponse:
            return RoleResponse(load_role(connection, insert_role(connection, request.name, request.description)))

        return self._database.write(work)

    def delete(self, request: DeleteRole) -> Empty:
        """Delete a role with its grants."""
        request.check()
        self._database.write(
            lambda connection: connection.execute(
                "DELETE FROM role WHERE id = ?", (find_role(connection, request.name),)
            )
        )
        return Empty()

    def assign(self, request: AssignRole) -> RoleResponse:
        """Give a role to a user, or take it away; doing so again changes nothing."""
        request.check()

        def work(connection: Connection) -> RoleResponse:
            role_id = find_role(connection, request.name)
            put_member(connection, role_id, find_user(connection, request.username), withdraw=request.withdraw)
            return RoleResponse(load_role(connection, role_id))

        return self._database.write(work)

    def put_grant(self, request: PutGrant) -> GrantResponse:
        """Grant."""
        request.check()
        self._database.write(lambda connection: put_grant(connection, request.grant))
        return GrantResponse(request.grant)

    def delete_grant(self, request: DeleteGrant) -> Empty:
        """Take a grant back."""
        request.check()
        self._database.write(lambda connection: delete_grant(connection, request))
        return Empty()

    def list_grants(self, request: ListGrants) -> ListGrantsResponse:
        """Return the grants on a thing; a server says itself what its default is."""
        request.check()
        with self._database.read() as connection:
            grants = load_grants_on(connection, request.kind, request.resource)
        return ListGrantsResponse(grants, parse_level(DEFAULT_PERMISSION.get()))
