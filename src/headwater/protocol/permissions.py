"""Grants in the words of MLflow's `AuthServiceClient`: those of MLflow 2, one set a kind, and those of MLflow 3."""

import msgspec

from headwater.protocol.endpoint import MLFLOW_3_BASES, Empty, Endpoint, Permission
from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.model_names import check_model_name
from headwater.protocol.names import check_experiment_id, check_no_nul, require
from headwater.protocol.roles import Grant, Kind, Level, check_resource, parse_level
from headwater.protocol.users import ExperimentPermission, RegisteredModelPermission, require_user

_SPELLINGS = {"USE": Level.READ, "DENY": Level.NO_PERMISSIONS}


def read_level(permission: str) -> Level:
    """Return our level for one of MLflow's: `USE` is READ, since nothing here is used without being read."""
    return _SPELLINGS.get(permission) or parse_level(require("permission", permission))


def read_kind(resource_type: str) -> Kind:
    """Return the kind of this name; raise `InvalidParameterValue` for what grants are not about."""
    try:
        return Kind(require("resource_type", resource_type))
    except ValueError as error:
        raise InvalidParameterValue(
            f"Invalid resource type '{resource_type[:100]}'. Rights are granted on: {', '.join(Kind)}."
        ) from error


class NameExperimentPermission(msgspec.Struct, frozen=True):
    """Name what a user was granted on an experiment, to read it or to take it back."""

    experiment_id: str
    username: str

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless an experiment and a user are named."""
        check_experiment_id(require("experiment_id", self.experiment_id))
        require_user(self.username)


class PutExperimentPermission(msgspec.Struct, frozen=True):
    """Grant a user something on an experiment: for the first time to create it, not for the first time to update it."""

    experiment_id: str
    username: str
    permission: str

    @property
    def grant(self) -> Grant:
        """Return the same in our words."""
        level = read_level(self.permission)
        return Grant(kind=Kind.EXPERIMENT, resource=self.experiment_id, level=level, username=self.username)

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the grant is possible."""
        check_experiment_id(require("experiment_id", self.experiment_id))
        require_user(self.username)
        self.grant.check()


class ExperimentPermissionResponse(msgspec.Struct, frozen=True):
    """What the user was granted."""

    experiment_permission: ExperimentPermission


class NameModelPermission(msgspec.Struct, frozen=True):
    """Name what a user was granted on a registered model, to read it or to take it back."""

    name: str
    username: str

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless a model and a user are named."""
        check_model_name("name", self.name)
        require_user(self.username)


class PutModelPermission(msgspec.Struct, frozen=True):
    """Grant a user something on a model: for the first time to create it, not for the first time to update it."""

    name: str
    username: str
    permission: str

    @property
    def grant(self) -> Grant:
        """Return the same in our words."""
        level = read_level(self.permission)
        return Grant(kind=Kind.REGISTERED_MODEL, resource=self.name, level=level, username=self.username)

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the grant is possible."""
        check_model_name("name", self.name)
        require_user(self.username)
        self.grant.check()


class ModelPermissionResponse(msgspec.Struct, frozen=True):
    """What the user was granted."""

    registered_model_permission: RegisteredModelPermission


class NamePermission(msgspec.Struct, frozen=True):
    """Name what a user was granted on a thing, to take it back, or what the user may do with it."""

    username: str
    resource_type: str
    resource_id: str

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless a user and a possible thing are named."""
        require_user(self.username)
        check_resource(read_kind(self.resource_type), require("resource_id", self.resource_id))


class GrantPermission(msgspec.Struct, frozen=True):
    """Grant a user something on a thing, for the first time."""

    username: str
    resource_type: str
    resource_id: str
    permission: str

    @property
    def grant(self) -> Grant:
        """Return the same in our words."""
        kind, level = read_kind(self.resource_type), read_level(self.permission)
        return Grant(kind=kind, resource=self.resource_id, level=level, username=self.username)

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the grant is possible."""
        require_user(self.username)
        require("resource_id", self.resource_id)
        self.grant.check()


class PermissionResponse(msgspec.Struct, frozen=True):
    """What a user may do with a thing; `allowed` says whether that is more than to read it."""

    allowed: bool
    permission: str


class ListPermissions(msgspec.Struct, frozen=True, omit_defaults=True):
    """List what a user was granted, alone and by roles; a server fills in the name of who asks if it is left out."""

    username: str = ""

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless a user is named."""
        check_no_nul("username", require("username", self.username))


class GrantedPermission(msgspec.Struct, frozen=True, kw_only=True):
    """A grant in the words of MLflow 3; the one to a user alone has no role's name, and the number 0."""

    permission: str
    resource_pattern: str
    resource_type: str
    role_id: int = 0
    role_name: str = ""
    workspace: str = "default"


class ListPermissionsResponse(msgspec.Struct, frozen=True):
    """The grants."""

    is_admin: bool
    permissions: list[GrantedPermission]


CREATE_EXPERIMENT = Endpoint(
    resource="permissions",
    verb="create_experiment",
    methods=("POST",),
    path="experiments/permissions/create",
    request=PutExperimentPermission,
    response=ExperimentPermissionResponse,
    permission=Permission.MANAGE,
)
GET_EXPERIMENT = Endpoint(
    resource="permissions",
    verb="get_experiment",
    methods=("GET",),
    path="experiments/permissions/get",
    request=NameExperimentPermission,
    response=ExperimentPermissionResponse,
    permission=Permission.MANAGE,
)
UPDATE_EXPERIMENT = Endpoint(
    resource="permissions",
    verb="update_experiment",
    methods=("PATCH",),
    path="experiments/permissions/update",
    request=PutExperimentPermission,
    response=Empty,
    permission=Permission.MANAGE,
)
DELETE_EXPERIMENT = Endpoint(
    resource="permissions",
    verb="delete_experiment",
    methods=("DELETE",),
    path="experiments/permissions/delete",
    request=NameExperimentPermission,
    response=Empty,
    permission=Permission.MANAGE,
)
CREATE_MODEL = Endpoint(
    resource="permissions",
    verb="create_model",
    methods=("POST",),
    path="registered-models/permissions/create",
    request=PutModelPermission,
    response=ModelPermissionResponse,
    permission=Permission.MANAGE,
)
GET_MODEL = Endpoint(
    resource="permissions",
    verb="get_model",
    methods=("GET",),
    path="registered-models/permissions/get",
    request=NameModelPermission,
    response=ModelPermissionResponse,
    permission=Permission.MANAGE,
)
UPDATE_MODEL = Endpoint(
    resource="permissions",
    verb="update_model",
    methods=("PATCH",),
    path="registered-models/permissions/update",
    request=PutModelPermission,
    response=Empty,
    permission=Permission.MANAGE,
)
DELETE_MODEL = Endpoint(
    resource="permissions",
    verb="delete_model",
    methods=("DELETE",),
    path="registered-models/permissions/delete",
    request=NameModelPermission,
    response=Empty,
    permission=Permission.MANAGE,
)
GRANT = Endpoint(
    resource="permissions",
    verb="grant",
    methods=("POST",),
    path="users/permissions/grant",
    request=GrantPermission,
    response=Empty,
    permission=Permission.MANAGE,
    bases=MLFLOW_3_BASES,
)
REVOKE = Endpoint(
    resource="permissions",
    verb="revoke",
    methods=("POST",),
    path="users/permissions/revoke",
    request=NamePermission,
    response=Empty,
    permission=Permission.MANAGE,
    bases=MLFLOW_3_BASES,
)
GET = Endpoint(
    resource="permissions",
    verb="get",
    methods=("GET",),
    path="users/permissions/get",
    request=NamePermission,
    response=PermissionResponse,
    permission=Permission.SELF,
    bases=MLFLOW_3_BASES,
)
LIST = Endpoint(
    resource="permissions",
    verb="list",
    methods=("GET",),
    path="users/permissions/list",
    request=ListPermissions,
    response=ListPermissionsResponse,
    permission=Permission.SELF,
    bases=MLFLOW_3_BASES,
)
LIST_CURRENT = Endpoint(
    resource="permissions",
    verb="list_current",
    methods=("GET",),
    path="users/current/permissions",
    request=ListPermissions,
    response=ListPermissionsResponse,
    permission=Permission.SELF,
    bases=MLFLOW_3_BASES,
)

ENDPOINTS = (
    CREATE_EXPERIMENT,
    GET_EXPERIMENT,
    UPDATE_EXPERIMENT,
    DELETE_EXPERIMENT,
    CREATE_MODEL,
    GET_MODEL,
    UPDATE_MODEL,
    DELETE_MODEL,
    GRANT,
    REVOKE,
    GET,
    LIST,
    LIST_CURRENT,
)
