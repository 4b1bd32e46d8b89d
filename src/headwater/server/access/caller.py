"""Somebody who asks, with what they may do."""

from starlette.requests import Request

from headwater.protocol.endpoint import Permission
from headwater.protocol.errors import PermissionDenied
from headwater.protocol.roles import EVERYTHING, Kind, Level
from headwater.protocol.users import TokenScope, User
from headwater.stores.access import LEVELS, Rights, Thing

_KEY = "headwater.caller"
_ORDER = (Permission.READ, Permission.EDIT, Permission.MANAGE, Permission.ADMIN)


class Caller:
    """A user who was recognised. Immutable.

    Args:
        rights: what was granted to the user.
        default: what the user may do with things that nobody granted.
        scope: what the caller's token narrows that to; None if it does not.
    """

    def __init__(self, rights: Rights, default: Level, scope: TokenScope | None = None) -> None:
        self.rights = rights
        self.default = default
        self.scope = None if scope is None or scope.is_whole else scope
        self._least: dict[Kind, Level] = {}

    @property
    def user(self) -> User:
        """Return the user as the store has it."""
        return self.rights.user

    @property
    def username(self) -> str:
        """Return the name that goes into logs."""
        return self.rights.user.username

    @property
    def is_admin(self) -> bool:
        """Return whether everything is allowed."""
        return self.rights.user.is_admin and self.scope is None

    def level(self, thing: Thing) -> Level:
        """Return what the caller may do with a thing, or with all of its kind."""
        level = self.rights.find_level(*thing, self.default)
        if self.scope is None:
            return level
        kind, resource = thing
        if self.scope.is_limited and not {resource, EVERYTHING} & self.named(kind):
            return Level.NO_PERMISSIONS
        most = Level.MANAGE if self.scope.level is Permission.ADMIN else Level(self.scope.level)
        return min(level, most, key=LEVELS.index)

    def named(self, kind: Kind) -> set[str]:
        """Return the things of a kind that the caller's token names."""
        if self.scope is None:
            return set()
        named = self.scope.experiments if kind is Kind.EXPERIMENT else self.scope.registered_models
        return set(named or [])

    def check_scope(self, permission: Permission, *, is_reading: bool, made: Kind | None = None) -> None:
        """Raise `PermissionDenied` for what the caller's token is not for, whatever it is about.

        Args:
            permission: what the verb needs.
            is_reading: whether it changes nothing.
            made: the kind of thing that it makes.
        """
        scope = self.scope
        if scope is None:
            return
        if permission is Permission.SELF:
            is_allowed = is_reading
        else:
            is_allowed = _ORDER.index(permission) <= _ORDER.index(scope.level) and permission is not Permission.ADMIN
        if not is_allowed:
            what = f"may {scope.level} at most" if scope.level is not Permission.ADMIN else "is for some things alone"
            raise PermissionDenied(
                f"This token of '{self.username}' {what}, and this needs {permission}. Sign in with another."
            )
        if made is not None and scope.is_limited and EVERYTHING not in self.named(made):
            raise PermissionDenied(
                f"This token of '{self.username}' is for named things alone, and makes no new "
                f"{made.replace('_', ' ')}. Sign in with another."
            )

    def may(self, thing: Thing, needed: Level) -> bool:
        """Return whether the caller may do so much with a thing."""
        return LEVELS.index(self.level(thing)) >= LEVELS.index(needed)

    def may_with_all(self, kind: Kind, needed: Level) -> bool:
        """Return whether the caller may do so much with every thing of a kind, so that none needs to be looked at."""
        least = self._least.get(kind)
        if least is None:
            named = {grant.resource for grant in self.rights.grants if grant.kind is kind}
            levels = (self.level((kind, resource)) for resource in (EVERYTHING, *named))
            least = self._least[kind] = min(levels, key=LEVELS.index)
        return LEVELS.index(least) >= LEVELS.index(needed)

    def reads(self, experiment_id: str) -> bool:
        """Return whether the caller may see an experiment."""
        return self.may((Kind.EXPERIMENT, experiment_id), Level.READ)

    def reads_model(self, name: str) -> bool:
        """Return whether the caller may see a registered model."""
        return self.may((Kind.REGISTERED_MODEL, name), Level.READ)


def set_caller(request: Request, caller: Caller) -> None:
    """Note who sends a request."""
    request.scope[_KEY] = caller


def find_caller(request: Request) -> Caller | None:
    """Return who sends a request; None without authentication, and for what anybody may ask."""
    caller: Caller | None = request.scope.get(_KEY)
    return caller


def get_caller(request: Request) -> Caller:
    """Return who sends a request of a server that knows its users, for a route that needs a permission."""
    caller = find_caller(request)
    assert caller is not None, "such a request is refused before it gets here"
    return caller
