"""Roles in the words of MLflow 3's `AuthServiceClient`, which knows them and their grants by numbers."""

import msgspec

from headwater.protocol.endpoint import MLFLOW_3_BASES, Empty, Endpoint, Permission
from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.names import check_key, check_length, check_no_nul, require
from headwater.protocol.permissions import read_kind, read_level
from headwater.protocol.roles import MAX_DESCRIPTION, Grant, check_resource
from headwater.protocol.users import require_user

WORKSPACE = "default"


class RolePermission(msgspec.Struct, frozen=True, kw_only=True):
    """A grant to a role; `resource_pattern` is an experiment's ID, a registered model's name, or `*` for all."""

    id: int
    role_id: int
    resource_type: str
    resource_pattern: str
    permission: str


class NumberedRole(msgspec.Struct, frozen=True, kw_only=True):
    """A role; there is one workspace."""

    id: int
    name: str
    workspace: str = WORKSPACE
    description: str | None = None
    permissions: list[RolePermission] = []


class RoleAssignment(msgspec.Struct, frozen=True, kw_only=True):
    """That a user has a role."""

    id: int
    user_id: int
    role_id: int


class CreateNumberedRole(msgspec.Struct, frozen=True):
    """Make a role that nobody has and that allows nothing yet."""

    name: str
    workspace: str = WORKSPACE
    description: str | None = None

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless name, workspace and description are allowed."""
        check_key("name", self.name)
        _check_workspace(self.workspace)
        _check_description(self.description)


class NameRole(msgspec.Struct, frozen=True):
    """Name a role, to read or to delete it, or to list its grants or users."""

    role_id: int


class NumberedRoleResponse(msgspec.Struct, frozen=True):
    """The role made, changed or asked for."""

    role: NumberedRole


class ListNumberedRoles(msgspec.Struct, frozen=True):
    """List the roles of a workspace, or all."""

    workspace: str = ""


class ListUserRoles(msgspec.Struct, frozen=True, omit_defaults=True):
    """List the roles of a user."""

    username: str = ""

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless a user is named."""
        require_user(self.username)


class NumberedRolesResponse(msgspec.Struct, frozen=True):
    """The roles by name."""

    roles: list[NumberedRole]


class UpdateNumberedRole(msgspec.Struct, frozen=True):
    """Give a role another name or description; what is left out stays."""

    role_id: int
    name: str | None = None
    description: str | None = None

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless name and description are allowed."""
        if self.name is not None:
            check_key("name", self.name)
        _check_description(self.description)


class AssignNumberedRole(msgspec.Struct, frozen=True):
    """Give a role to a user for the first time, or take it away."""

    username: str
    role_id: int

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless a user is named."""
        require_user(self.username)


class RoleAssignmentResponse(msgspec.Struct, frozen=True):
    """The role given."""

    assignment: RoleAssignment


class RoleAssignmentsResponse(msgspec.Struct, frozen=True):
    """Who has the role."""

    assignments: list[RoleAssignment]


class AddRolePermission(msgspec.Struct, frozen=True):
    """Grant something to a role on a thing, for the first time."""

    role_id: int
    resource_type: str
    resource_pattern: str
    permission: str

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the grant is possible."""
        check_resource(read_kind(self.resource_type), require("resource_pattern", self.resource_pattern))
        read_level(self.permission)

    def grant_to(self, role: str) -> Grant:
        """Return the same in our words."""
        kind, level = read_kind(self.resource_type), read_level(self.permission)
        return Grant(kind=kind, resource=self.resource_pattern, level=level, role=role)


class UpdateRolePermission(msgspec.Struct, frozen=True):
    """Let a grant to a role allow something else."""

    role_permission_id: int
    permission: str

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the level is one."""
        read_level(self.permission)


class RemoveRolePermission(msgspec.Struct, frozen=True):
    """Take a grant to a role back."""

    role_permission_id: int


class RolePermissionResponse(msgspec.Struct, frozen=True):
    """The grant in force."""

    role_permission: RolePermission


class RolePermissionsResponse(msgspec.Struct, frozen=True):
    """The grants to the role."""

    role_permissions: list[RolePermission]


def _check_workspace(workspace: str) -> None:
    if workspace != WORKSPACE:
        raise InvalidParameterValue(f"Invalid workspace '{workspace[:100]}'. There is one, which is called 'default'.")


def _check_description(description: str | None) -> None:
    check_length("description", description or "", MAX_DESCRIPTION)
    check_no_nul("description", description or "")


CREATE = Endpoint(
    resource="numbered_roles",
    verb="create",
    methods=("POST",),
    path="roles/create",
    request=CreateNumberedRole,
    response=NumberedRoleResponse,
    permission=Permission.ADMIN,
    bases=MLFLOW_3_BASES,
)
GET = Endpoint(
    resource="numbered_roles",
    verb="get",
    methods=("GET",),
    path="roles/get",
    request=NameRole,
    response=NumberedRoleResponse,
    permission=Permission.ADMIN,
    bases=MLFLOW_3_BASES,
)
LIST = Endpoint(
    resource="numbered_roles",
    verb="list",
    methods=("GET",),
    path="roles/list",
    request=ListNumberedRoles,
    response=NumberedRolesResponse,
    permission=Permission.ADMIN,
    bases=MLFLOW_3_BASES,
)
LIST_OF_USER = Endpoint(
    resource="numbered_roles",
    verb="list_of_user",
    methods=("GET",),
    path="users/roles/list",
    request=ListUserRoles,
    response=NumberedRolesResponse,
    permission=Permission.SELF,
    bases=MLFLOW_3_BASES,
)
UPDATE = Endpoint(
    resource="numbered_roles",
    verb="update",
    methods=("PATCH",),
    path="roles/update",
    request=UpdateNumberedRole,
    response=NumberedRoleResponse,
    permission=Permission.ADMIN,
    bases=MLFLOW_3_BASES,
)
DELETE = Endpoint(
    resource="numbered_roles",
    verb="delete",
    methods=("DELETE",),
    path="roles/delete",
    request=NameRole,
    response=Empty,
    permission=Permission.ADMIN,
    bases=MLFLOW_3_BASES,
)
ASSIGN = Endpoint(
    resource="numbered_roles",
    verb="assign",
    methods=("POST",),
    path="roles/assign",
    request=AssignNumberedRole,
    response=RoleAssignmentResponse,
    permission=Permission.ADMIN,
    bases=MLFLOW_3_BASES,
)
UNASSIGN = Endpoint(
    resource="numbered_roles",
    verb="unassign",
    methods=("DELETE",),
    path="roles/unassign",
    request=AssignNumberedRole,
    response=Empty,
    permission=Permission.ADMIN,
    bases=MLFLOW_3_BASES,
)
LIST_USERS = Endpoint(
    resource="numbered_roles",
    verb="list_users",
    methods=("GET",),
    path="roles/users/list",
    request=NameRole,
    response=RoleAssignmentsResponse,
    permission=Permission.ADMIN,
    bases=MLFLOW_3_BASES,
)
ADD_PERMISSION = Endpoint(
    resource="numbered_roles",
    verb="add_permission",
    methods=("POST",),
    path="roles/permissions/add",
    request=AddRolePermission,
    response=RolePermissionResponse,
    permission=Permission.ADMIN,
    bases=MLFLOW_3_BASES,
)
UPDATE_PERMISSION = Endpoint(
    resource="numbered_roles",
    verb="update_permission",
    methods=("PATCH",),
    path="roles/permissions/update",
    request=UpdateRolePermission,
    response=RolePermissionResponse,
    permission=Permission.ADMIN,
    bases=MLFLOW_3_BASES,
)
REMOVE_PERMISSION = Endpoint(
    resource="numbered_roles",
    verb="remove_permission",
    methods=("DELETE",),
    path="roles/permissions/remove",
    request=RemoveRolePermission,
    response=Empty,
    permission=Permission.ADMIN,
    bases=MLFLOW_3_BASES,
)
LIST_PERMISSIONS = Endpoint(
    resource="numbered_roles",
    verb="list_permissions",
    methods=("GET",),
    path="roles/permissions/list",
    request=NameRole,
    response=RolePermissionsResponse,
    permission=Permission.ADMIN,
    bases=MLFLOW_3_BASES,
)

ENDPOINTS = (
    CREATE,
    GET,
    LIST,
    LIST_OF_USER,
    UPDATE,
    DELETE,
    ASSIGN,
    UNASSIGN,
    LIST_USERS,
    ADD_PERMISSION,
    UPDATE_PERMISSION,
    REMOVE_PERMISSION,
    LIST_PERMISSIONS,
)
