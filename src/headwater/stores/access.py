"""What a store knows of users, tokens, roles and grants, and what a server asks it; a part of `stores.interface`."""

import enum
from collections.abc import Collection, Iterable, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple, Protocol

from headwater.protocol.endpoint import Empty
from headwater.protocol.numbered_roles import (
    AddRolePermission,
    AssignNumberedRole,
    CreateNumberedRole,
    ListNumberedRoles,
    ListUserRoles,
    NameRole,
    NumberedRoleResponse,
    NumberedRolesResponse,
    RemoveRolePermission,
    RoleAssignmentResponse,
    RoleAssignmentsResponse,
    RolePermissionResponse,
    RolePermissionsResponse,
    UpdateNumberedRole,
    UpdateRolePermission,
)
from headwater.protocol.permissions import (
    ExperimentPermissionResponse,
    GrantPermission,
    ListPermissions,
    ListPermissionsResponse,
    ModelPermissionResponse,
    NameExperimentPermission,
    NameModelPermission,
    NamePermission,
    PermissionResponse,
    PutExperimentPermission,
    PutModelPermission,
)
from headwater.protocol.roles import (
    EVERYTHING,
    AssignRole,
    CreateRole,
    DeleteGrant,
    DeleteRole,
    Grant,
    GrantResponse,
    Kind,
    Level,
    ListGrants,
    ListGrantsResponse,
    ListRoles,
    ListRolesResponse,
    PutGrant,
    RoleResponse,
)
from headwater.protocol.users import (
    CreateToken,
    CreateTokenResponse,
    CreateUser,
    CurrentUserResponse,
    DeleteUser,
    GetCurrentUser,
    GetUser,
    ListTokens,
    ListTokensResponse,
    ListUsers,
    ListUsersResponse,
    RevokeToken,
    SetActive,
    TokenScope,
    UpdateAdmin,
    UpdatePassword,
    User,
    UserResponse,
)

LEVELS = tuple(Level)
"""From the least to the most."""

Thing = tuple[Kind, str]
"""What grants are about: an experiment by its ID or a registered model by its name."""


class Users(Protocol):
    """Who may sign in, and with what."""

    def create(self, request: CreateUser) -> UserResponse:
        """See `CreateUser`."""

    def get(self, request: GetUser) -> UserResponse:
        """See `GetUser`."""

    def get_current(self, request: GetCurrentUser) -> CurrentUserResponse:
        """See `GetCurrentUser`."""

    def list(self, request: ListUsers) -> ListUsersResponse:
        """See `ListUsers`."""

    def update_password(self, request: UpdatePassword) -> Empty:
        """See `UpdatePassword`."""

    def update_admin(self, request: UpdateAdmin) -> Empty:
        """See `UpdateAdmin`."""

    def set_active(self, request: SetActive) -> UserResponse:
        """See `SetActive`."""

    def delete(self, request: DeleteUser) -> Empty:
        """See `DeleteUser`."""

    def create_token(self, request: CreateToken) -> CreateTokenResponse:
        """See `CreateToken`."""

    def list_tokens(self, request: ListTokens) -> ListTokensResponse:
        """See `ListTokens`."""

    def revoke_token(self, request: RevokeToken) -> Empty:
        """See `RevokeToken`."""


class Roles(Protocol):
    """What users may do."""

    def list(self, request: ListRoles) -> ListRolesResponse:
        """See `ListRoles`."""

    def create(self, request: CreateRole) -> RoleResponse:
        """See `CreateRole`."""

    def delete(self, request: DeleteRole) -> Empty:
        """See `DeleteRole`."""

    def assign(self, request: AssignRole) -> RoleResponse:
        """See `AssignRole`."""

    def put_grant(self, request: PutGrant) -> GrantResponse:
        """See `PutGrant`."""

    def delete_grant(self, request: DeleteGrant) -> Empty:
        """See `DeleteGrant`."""

    def list_grants(self, request: ListGrants) -> ListGrantsResponse:
        """See `ListGrants`."""


class Permissions(Protocol):
    """Grants to users in the words of MLflow."""

    def create_experiment(self, request: PutExperimentPermission) -> ExperimentPermissionResponse:
        """See `PutExperimentPermission`."""

    def get_experiment(self, request: NameExperimentPermission) -> ExperimentPermissionResponse:
        """See `NameExperimentPermission`."""

    def update_experiment(self, request: PutExperimentPermission) -> Empty:
        """See `PutExperimentPermission`."""

    def delete_experiment(self, request: NameExperimentPermission) -> Empty:
        """See `NameExperimentPermission`."""

    def create_model(self, request: PutModelPermission) -> ModelPermissionResponse:
        """See `PutModelPermission`."""

    def get_model(self, request: NameModelPermission) -> ModelPermissionResponse:
        """See `NameModelPermission`."""

    def update_model(self, request: PutModelPermission) -> Empty:
        """See `PutModelPermission`."""

    def delete_model(self, request: NameModelPermission) -> Empty:
        """See `NameModelPermission`."""

    def grant(self, request: GrantPermission) -> Empty:
        """See `GrantPermission`."""

    def revoke(self, request: NamePermission) -> Empty:
        """See `NamePermission`."""

    def get(self, request: NamePermission) -> PermissionResponse:
        """See `NamePermission`."""

    def list(self, request: ListPermissions) -> ListPermissionsResponse:
        """See `ListPermissions`."""

    def list_current(self, request: ListPermissions) -> ListPermissionsResponse:
        """See `ListPermissions`."""


class NumberedRoles(Protocol):
    """Roles by their numbers, in the words of MLflow."""

    def create(self, request: CreateNumberedRole) -> NumberedRoleResponse:
        """See `CreateNumberedRole`."""

    def get(self, request: NameRole) -> NumberedRoleResponse:
        """See `NameRole`."""

    def list(self, request: ListNumberedRoles) -> NumberedRolesResponse:
        """See `ListNumberedRoles`."""

    def list_of_user(self, request: ListUserRoles) -> NumberedRolesResponse:
        """See `ListUserRoles`."""

    def update(self, request: UpdateNumberedRole) -> NumberedRoleResponse:
        """See `UpdateNumberedRole`."""

    def delete(self, request: NameRole) -> Empty:
        """See `NameRole`."""

    def assign(self, request: AssignNumberedRole) -> RoleAssignmentResponse:
        """See `AssignNumberedRole`."""

    def unassign(self, request: AssignNumberedRole) -> Empty:
        """See `AssignNumberedRole`."""

    def list_users(self, request: NameRole) -> RoleAssignmentsResponse:
        """See `NameRole`."""

    def add_permission(self, request: AddRolePermission) -> RolePermissionResponse:
        """See `AddRolePermission`."""

    def update_permission(self, request: UpdateRolePermission) -> RolePermissionResponse:
        """See `UpdateRolePermission`."""

    def remove_permission(self, request: RemoveRolePermission) -> Empty:
        """See `RemoveRolePermission`."""

    def list_permissions(self, request: NameRole) -> RolePermissionsResponse:
        """See `NameRole`."""


class SecretKind(enum.StrEnum):
    """What a secret is: programs send a token, browsers the cookie of a session."""

    TOKEN = "token"  # noqa: S105 - the kind of it
    SESSION = "session"


class Rights:
    """What a user may do: their own grants and those of their roles. Immutable.

    Args:
        user: whose they are.
        grants: the user's own, which name the user, and those of the user's roles, which name the role.
    """

    def __init__(self, user: User, grants: Iterable[Grant]) -> None:
        self.user = user
        self.grants = tuple(grants)

    def find_level(self, kind: Kind, resource: str, default: Level) -> Level:
        """Return what the user may do with a thing; `default` where nothing was granted. See `protocol.roles`."""
        if self.user.is_admin:
            return Level.MANAGE
        levels = self._levels
        return levels.get((kind, resource)) or levels.get((kind, EVERYTHING)) or default

    @cached_property
    def _levels(self) -> dict[Thing, Level]:
        own: dict[Thing, Level] = {}
        of_roles: dict[Thing, Level] = {}
        for grant in self.grants:
            thing = (grant.kind, grant.resource)
            if grant.username:
                own[thing] = grant.level
            else:
                of_roles[thing] = max(grant.level, of_roles.get(thing, LEVELS[0]), key=LEVELS.index)
        return of_roles | own


class Membership(NamedTuple):
    """What an identity provider says that a user is.

    `roles` are those that it decides about, and whether the user has each; `is_admin` is None if it does not decide.
    """

    roles: Mapping[str, bool] = MappingProxyType({})
    is_admin: bool | None = None


class Credentials(Protocol):
    """What a server that knows its users asks its store: who somebody is, what they may do, what things belong to.

    Never on the wire. Thread-safe; what takes long (hashing a password, 0.2 s of CPU) happens outside of transactions.
    """

    def any_user(self) -> bool:
        """Return whether there is a user at all."""

    def find_password(self, username: str, password: str) -> User | None:
        """Return the active user with this name and password; takes as long for a name that nobody has."""

    def find_secret(self, secret: str, kind: SecretKind) -> User | None:
        """Return the active user whose token or session this is, unless it has expired; notes that it was used."""

    def find_scope(self, secret: str) -> TokenScope | None:
        """Return how much a token may do of what its user may; None if there is none such any more."""

    def open_session(self, username: str) -> str:
        """Return the secret of a new session, which ends 7 days after it was used last, and after 30 days anyway."""

    def close_session(self, secret: str) -> None:
        """End a session; one that is over is fine."""

    def vouch(self, username: str, source: str, said: Membership = Membership()) -> User | None:  # noqa: B008 - immutable
        """Return the user whom an identity provider vouches for, made at the first time; None for one that is disabled.

        The user then has the roles that the provider said, which are made if they are missing. The last active
        administrator stays one. Raises `PermissionDenied` if the name is that of a user with another source: a provider
        takes over nobody.
        """

    def rights(self, username: str) -> Rights:
        """Return what a user may do; raise `ResourceDoesNotExist` for one who is gone."""

    def experiments_of_runs(self, run_ids: Collection[str]) -> dict[str, str]:
        """Return the experiment's ID of each of the runs that exist, those in the trash too."""

    def descendants_of_runs(self, run_ids: Collection[str]) -> set[str]:
        """Return the ids of the runs' children, theirs, and so on, whichever experiments they are in."""

    def experiments_of_logged_models(self, model_ids: Collection[str]) -> dict[str, str]:
        """Return the experiment's ID of each of the logged models that exist, those in the trash too."""

    def experiment_of_view(self, view_id: str) -> str:
        """Return the experiment's ID of a view, empty for one across experiments; raise `ResourceDoesNotExist`."""

    def experiment_of_rule(self, rule_id: str) -> str:
        """Return the experiment's ID of an alert rule, empty for one of all; raise `ResourceDoesNotExist`."""

    def owners_of_path(self, path: str) -> set[Thing] | None:
        """Return what the artifacts at and below a path belong to; None where nobody but an administrator may look.

        A path in an experiment's folder that nothing is recorded of belongs to that experiment.
        """
