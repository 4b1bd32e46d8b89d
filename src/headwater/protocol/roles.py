"""Who may do what: grants on experiments and registered models, to users and to roles that users have.

What a user may do with a thing is, the first that exists: the grant to the user on that thing; the highest grant of the
user's roles on it; the grant to the user on all things of its kind; the highest of the user's roles on all of its kind;
the server's default. Administrators may do everything.
"""

import enum

import msgspec

from headwater.protocol.endpoint import NATIVE_BASE, Empty, Endpoint, Permission
from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.names import check_experiment_id, check_key, check_length, check_no_nul, require
from headwater.protocol.users import User, require_user

EVERYTHING = "*"
MAX_DESCRIPTION = 1000


class Kind(enum.StrEnum):
    """What a grant is about."""

    EXPERIMENT = "experiment"
    REGISTERED_MODEL = "registered_model"


class Level(enum.StrEnum):
    """What a grant allows; each level includes the ones before it, and `NO_PERMISSIONS` hides the thing."""

    NO_PERMISSIONS = "NO_PERMISSIONS"
    READ = "READ"
    EDIT = "EDIT"
    MANAGE = "MANAGE"


class Grant(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """That a user, or whoever has a role, may do something with one thing, or all of its kind if `resource` is `*`.

    `resource` is an experiment's ID or a registered model's name. One of `username` and `role` is given.
    """

    kind: Kind
    resource: str
    level: Level
    username: str = ""
    role: str = ""

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless one subject and one possible thing are named."""
        check_subject(self.username, self.role)
        check_resource(self.kind, self.resource)


class Role(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A name for what several users may do."""

    name: str
    description: str = ""
    users: list[str] = []
    grants: list[Grant] = []


class CreateRole(msgspec.Struct, frozen=True, omit_defaults=True):
    """Make a role that nobody has and that allows nothing yet."""

    name: str
    description: str = ""

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless name and description are allowed."""
        check_key("name", self.name)
        check_length("description", self.description, MAX_DESCRIPTION)
        check_no_nul("description", self.description)


class RoleResponse(msgspec.Struct, frozen=True):
    """The role made or changed."""

    role: Role


class ListRoles(msgspec.Struct, frozen=True):
    """List all roles by name, with who has them and what they allow."""


class ListRolesResponse(msgspec.Struct, frozen=True):
    """The roles."""

    roles: list[Role]


class DeleteRole(msgspec.Struct, frozen=True):
    """Delete a role; whoever had it loses what it allowed."""

    name: str

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless a role is named."""
        check_key("name", self.name)


class AssignRole(msgspec.Struct, frozen=True):
    """Give a role to a user, or take it away."""

    name: str
    username: str
    withdraw: bool = False

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless a role and a user are named."""
        check_key("name", self.name)
        require_user(self.username)


class PutGrant(msgspec.Struct, frozen=True):
    """Grant, in place of what was granted to the same subject on the same thing.

    Of a thing, whoever may manage it may grant; only administrators grant on all things of a kind.
    """

    grant: Grant

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the grant is possible."""
        self.grant.check()


class GrantResponse(msgspec.Struct, frozen=True):
    """The grant in force."""

    grant: Grant


class DeleteGrant(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Take a grant back: what roles, all things of the kind and the default allow applies again."""

    kind: Kind
    resource: str
    username: str = ""
    role: str = ""

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless one subject and one possible thing are named."""
        check_subject(self.username, self.role)
        check_resource(self.kind, self.resource)


class ListGrants(msgspec.Struct, frozen=True, omit_defaults=True):
    """List the grants on a thing: needs the right to manage it."""

    kind: Kind
    resource: str

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless a possible thing is named."""
        check_resource(self.kind, self.resource)


class ListGrantsResponse(msgspec.Struct, frozen=True):
    """The grants, and what everybody else may do."""

    grants: list[Grant]
    default: Level


class ReadMe(msgspec.Struct, frozen=True):
    """Ask who one is."""


class Provider(msgspec.Struct, frozen=True):
    """An identity provider that vouches for users; `label` is what its button says."""

    name: str
    label: str


class Me(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Who asks, as the server knows them, and what they may do.

    `authentication` says whether the server knows users at all: without, `user` is absent and everybody may do
    everything. `grants` are the user's own and those of the user's roles; `default` holds for everything else.
    `setup_needed`: there is no user yet, and the server waits for its first administrator.
    """

    authentication: bool
    user: User | None = None
    grants: list[Grant] = []
    default: Level = Level.MANAGE
    setup_needed: bool = False
    providers: list[Provider] = []


def parse_level(text: str) -> Level:
    """Return the level of this name, in any case; raise `InvalidParameterValue` for another."""
    try:
        return Level(text.upper())
    except ValueError as error:
        raise InvalidParameterValue(f"Invalid permission '{text[:100]}'. Use one of {', '.join(Level)}.") from error


def check_subject(username: str, role: str) -> None:
    """Raise `InvalidParameterValue` unless exactly one of them is named."""
    if bool(username) == bool(role):
        raise InvalidParameterValue(f"Name a user or a role, not username '{username}' and role '{role}'.")
    check_no_nul("username", username)
    check_no_nul("role", role)


def check_resource(kind: Kind, resource: str) -> None:
    """Raise `InvalidParameterValue` unless this can be a thing of the kind."""
    require("resource", resource)
    check_no_nul("resource", resource)
    if kind is Kind.EXPERIMENT and resource != EVERYTHING:
        check_experiment_id(resource)


LIST = Endpoint(
    resource="roles",
    verb="list",
    methods=("GET",),
    path="roles/list",
    request=ListRoles,
    response=ListRolesResponse,
    permission=Permission.ADMIN,
    bases=NATIVE_BASE,
)
CREATE = Endpoint(
    resource="roles",
    verb="create",
    methods=("POST",),
    path="roles/create",
    request=CreateRole,
    response=RoleResponse,
    permission=Permission.ADMIN,
    bases=NATIVE_BASE,
)
DELETE = Endpoint(
    resource="roles",
    verb="delete",
    methods=("POST",),
    path="roles/delete",
    request=DeleteRole,
    response=Empty,
    permission=Permission.ADMIN,
    bases=NATIVE_BASE,
)
ASSIGN = Endpoint(
    resource="roles",
    verb="assign",
    methods=("POST",),
    path="roles/assign",
    request=AssignRole,
    response=RoleResponse,
    permission=Permission.ADMIN,
    bases=NATIVE_BASE,
)
PUT_GRANT = Endpoint(
    resource="roles",
    verb="put_grant",
    methods=("POST",),
    path="grants/put",
    request=PutGrant,
    response=GrantResponse,
    permission=Permission.MANAGE,
    bases=NATIVE_BASE,
)
DELETE_GRANT = Endpoint(
    resource="roles",
    verb="delete_grant",
    methods=("POST",),
    path="grants/delete",
    request=DeleteGrant,
    response=Empty,
    permission=Permission.MANAGE,
    bases=NATIVE_BASE,
)
LIST_GRANTS = Endpoint(
    resource="roles",
    verb="list_grants",
    methods=("GET",),
    path="grants/list",
    request=ListGrants,
    response=ListGrantsResponse,
    permission=Permission.MANAGE,
    bases=NATIVE_BASE,
)

ENDPOINTS = (LIST, CREATE, DELETE, ASSIGN, PUT_GRANT, DELETE_GRANT, LIST_GRANTS)
