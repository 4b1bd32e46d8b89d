"""Users of a server, and the tokens by which their programs are known."""

import msgspec

from headwater.protocol.endpoint import MLFLOW_BASES, NATIVE_BASE, Empty, Endpoint, Permission
from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.names import check_length, check_no_nul, require

MAX_USERNAME = 256
MIN_PASSWORD = 12
MAX_PASSWORD = 1024
MAX_TOKEN_NAME = 200
MAX_SCOPE = 200
MAX_LIFETIME_S = 100 * 366 * 86_400
TOKEN_PREFIX = "hwt_"  # noqa: S105 - what every token begins with, so that a leaked one is recognised


class ExperimentPermission(msgspec.Struct, frozen=True):
    """What a user may do with an experiment, in the words of MLflow 2's clients."""

    experiment_id: str
    user_id: int
    permission: str


class RegisteredModelPermission(msgspec.Struct, frozen=True):
    """What a user may do with a registered model, in the words of MLflow 2's clients."""

    name: str
    user_id: int
    permission: str


class User(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody, or a program, that may sign in.

    `source` is `password` or the name of the identity provider that vouches for the user; without a password, who has
    the source `password` signs in by tokens alone. `last_seen` is 0 for who has never signed in. Times are milliseconds
    since 1970. The two lists have what was granted to the user alone on single things, for MLflow 2's clients.
    """

    username: str
    id: int = 0
    is_admin: bool = False
    is_active: bool = True
    source: str = "password"
    has_password: bool = True
    creation_time: int = 0
    last_seen: int = 0
    roles: list[str] = []
    experiment_permissions: list[ExperimentPermission] = []
    registered_model_permissions: list[RegisteredModelPermission] = []


class CreateUser(msgspec.Struct, frozen=True, omit_defaults=True):
    """Add a user. Without a password, nobody can sign in with one: tokens and identity providers still can."""

    username: str
    password: str = ""
    is_admin: bool = False

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless name and password are allowed."""
        check_username(self.username)
        if self.password:
            check_password(self.password)


class UserResponse(msgspec.Struct, frozen=True):
    """The user made, changed or asked for."""

    user: User


class GetUser(msgspec.Struct, frozen=True):
    """Get a user by name."""

    username: str

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless a user is named."""
        require_user(self.username)


class GetCurrentUser(msgspec.Struct, frozen=True, omit_defaults=True):
    """Get the user who asks, in the words of MLflow; a server fills in the name."""

    username: str = ""

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless a user is named."""
        require_user(self.username)


class CurrentUserResponse(msgspec.Struct, frozen=True):
    """The user who asks."""

    user: User
    is_basic_auth: bool = True


class ListUsers(msgspec.Struct, frozen=True):
    """List all users by name."""


class ListUsersResponse(msgspec.Struct, frozen=True):
    """The users."""

    users: list[User]


class UpdatePassword(msgspec.Struct, frozen=True):
    """Change a password; ends the user's sessions. Whoever changes their own must say the `current_password`."""

    username: str
    password: str
    current_password: str = ""

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the password is allowed."""
        require_user(self.username)
        check_password(self.password)


class UpdateAdmin(msgspec.Struct, frozen=True):
    """Make a user an administrator, or no longer one; the last active administrator stays one."""

    username: str
    is_admin: bool

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless a user is named."""
        require_user(self.username)


class SetActive(msgspec.Struct, frozen=True):
    """Let a user sign in, or no longer: their tokens and sessions stop working at once, nothing of theirs is lost."""

    username: str
    is_active: bool

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless a user is named."""
        require_user(self.username)


class DeleteUser(msgspec.Struct, frozen=True):
    """Delete a user with tokens, grants and roles; what they logged stays."""

    username: str

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless a user is named."""
        require_user(self.username)


class TokenScope(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """How much a token may do of what its user may.

    `level` is the most: `READ`, `EDIT`, `MANAGE`, or with `ADMIN` also what administrators and the user alone may. If
    `experiments` (ids) or `registered_models` (names) are given, it is for those alone, `*` for all of the kind, and
    manages nothing else.
    """

    level: Permission = Permission.ADMIN
    experiments: list[str] | None = None
    registered_models: list[str] | None = None

    @property
    def is_limited(self) -> bool:
        """Return whether it is for some things alone."""
        return self.experiments is not None or self.registered_models is not None

    @property
    def is_whole(self) -> bool:
        """Return whether the token may do all that its user may."""
        return self.level is Permission.ADMIN and not self.is_limited

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless it is a level, and things that can be."""
        if self.level is Permission.SELF:
            raise InvalidParameterValue("Invalid level 'SELF' of a token. Use READ, EDIT, MANAGE or ADMIN.")
        named = [*(self.experiments or []), *(self.registered_models or [])]
        if self.is_limited and not 1 <= len(named) <= MAX_SCOPE:
            raise InvalidParameterValue(
                f"A token is for 1 to {MAX_SCOPE} experiments and registered models; got '{len(named)}'. "
                "Name some, or '*' for all of a kind."
            )
        for name in named:
            check_no_nul("scope", require("scope", name))


class Token(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A secret that stands for a user; only its beginning is kept readable. `expires` is 0 for one that does not."""

    token_id: str
    username: str
    name: str
    prefix: str
    creation_time: int
    expires: int = 0
    last_used: int = 0
    scope: TokenScope = TokenScope()


class CreateToken(msgspec.Struct, frozen=True, omit_defaults=True):
    """Make a token for a user, the caller if none is named, for `lifetime_s` seconds, or 0: until it is revoked.

    It may do all that its user may, or what its `scope` says of that.
    """

    name: str
    username: str = ""
    lifetime_s: int = 0
    scope: TokenScope = TokenScope()

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless it has a name, a possible lifetime and a possible scope."""
        check_length("name", require("name", self.name), MAX_TOKEN_NAME)
        check_no_nul("name", self.name)
        check_no_nul("username", self.username)
        if not 0 <= self.lifetime_s <= MAX_LIFETIME_S:
            raise InvalidParameterValue(
                f"Invalid lifetime_s '{self.lifetime_s}'. Give at most {MAX_LIFETIME_S} seconds, or 0 for no end."
            )
        self.scope.check()


class CreateTokenResponse(msgspec.Struct, frozen=True):
    """The token, with its `secret`: this is the only time it is told."""

    token: Token
    secret: str


class ListTokens(msgspec.Struct, frozen=True, omit_defaults=True):
    """List the tokens of a user, the caller if none is named."""

    username: str = ""

    def check(self) -> None:
        """Raise `InvalidParameterValue` for a name that no user can have."""
        check_no_nul("username", self.username)


class ListTokensResponse(msgspec.Struct, frozen=True):
    """The tokens, newest first."""

    tokens: list[Token]


class RevokeToken(msgspec.Struct, frozen=True, omit_defaults=True):
    """Make a token of a user, the caller if none is named, stop working at once."""

    token_id: str
    username: str = ""

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless a token is named."""
        check_no_nul("token_id", require("token_id", self.token_id))
        check_no_nul("username", self.username)


class OpenSession(msgspec.Struct, frozen=True):
    """Sign in with a password: the answer is `roles.Me`, and sets the cookie of a session."""

    username: str
    password: str


class SetUp(msgspec.Struct, frozen=True):
    """Make the first administrator and sign in, with the one-time code that the server printed when it started."""

    code: str
    username: str
    password: str

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless code, name and password are allowed."""
        require("code", self.code)
        check_username(self.username)
        check_password(self.password)


def require_user(username: str) -> None:
    """Raise `InvalidParameterValue` unless a user is named, by whatever name."""
    check_no_nul("username", require("username", username))


def check_username(username: str) -> None:
    """Raise `InvalidParameterValue` unless this may be the name of a user."""
    check_length("username", require("username", username), MAX_USERNAME)
    if username != username.strip() or ":" in username or not username.isprintable():
        raise InvalidParameterValue(
            f"Invalid username '{username[:100]}'. Use printable characters without ':' and without spaces at the ends."
        )


def check_password(password: str) -> None:
    """Raise `InvalidParameterValue` unless a password is long enough to be one; it is never repeated."""
    check_no_nul("password", password)
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise InvalidParameterValue(
            f"Invalid password of {len(password)} characters. Use {MIN_PASSWORD} to {MAX_PASSWORD}."
        )


CREATE = Endpoint(
    resource="users",
    verb="create",
    methods=("POST",),
    path="users/create",
    request=CreateUser,
    response=UserResponse,
    permission=Permission.ADMIN,
    bases=(*MLFLOW_BASES, *NATIVE_BASE),
)
GET = Endpoint(
    resource="users",
    verb="get",
    methods=("GET",),
    path="users/get",
    request=GetUser,
    response=UserResponse,
    permission=Permission.SELF,
    bases=(*MLFLOW_BASES, *NATIVE_BASE),
)
GET_CURRENT = Endpoint(
    resource="users",
    verb="get_current",
    methods=("GET",),
    path="users/current",
    request=GetCurrentUser,
    response=CurrentUserResponse,
    permission=Permission.SELF,
    bases=MLFLOW_BASES,
)
LIST = Endpoint(
    resource="users",
    verb="list",
    methods=("GET",),
    path="users/list",
    request=ListUsers,
    response=ListUsersResponse,
    permission=Permission.ADMIN,
    bases=(*MLFLOW_BASES, *NATIVE_BASE),
)
UPDATE_PASSWORD = Endpoint(
    resource="users",
    verb="update_password",
    methods=("PATCH",),
    path="users/update-password",
    request=UpdatePassword,
    response=Empty,
    permission=Permission.SELF,
    bases=(*MLFLOW_BASES, *NATIVE_BASE),
)
UPDATE_ADMIN = Endpoint(
    resource="users",
    verb="update_admin",
    methods=("PATCH",),
    path="users/update-admin",
    request=UpdateAdmin,
    response=Empty,
    permission=Permission.ADMIN,
    bases=(*MLFLOW_BASES, *NATIVE_BASE),
)
SET_ACTIVE = Endpoint(
    resource="users",
    verb="set_active",
    methods=("POST",),
    path="users/set-active",
    request=SetActive,
    response=UserResponse,
    permission=Permission.ADMIN,
    bases=NATIVE_BASE,
)
DELETE = Endpoint(
    resource="users",
    verb="delete",
    methods=("DELETE",),
    path="users/delete",
    request=DeleteUser,
    response=Empty,
    permission=Permission.ADMIN,
    bases=(*MLFLOW_BASES, *NATIVE_BASE),
)
CREATE_TOKEN = Endpoint(
    resource="users",
    verb="create_token",
    methods=("POST",),
    path="tokens/create",
    request=CreateToken,
    response=CreateTokenResponse,
    permission=Permission.SELF,
    bases=NATIVE_BASE,
)
LIST_TOKENS = Endpoint(
    resource="users",
    verb="list_tokens",
    methods=("GET",),
    path="tokens/list",
    request=ListTokens,
    response=ListTokensResponse,
    permission=Permission.SELF,
    bases=NATIVE_BASE,
)
REVOKE_TOKEN = Endpoint(
    resource="users",
    verb="revoke_token",
    methods=("POST",),
    path="tokens/revoke",
    request=RevokeToken,
    response=Empty,
    permission=Permission.SELF,
    bases=NATIVE_BASE,
)

ENDPOINTS = (
    CREATE,
    GET,
    GET_CURRENT,
    LIST,
    UPDATE_PASSWORD,
    UPDATE_ADMIN,
    SET_ACTIVE,
    DELETE,
    CREATE_TOKEN,
    LIST_TOKENS,
    REVOKE_TOKEN,
)
