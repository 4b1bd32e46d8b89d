"""Somebody who asks, with what they may do."""

from starlette.requests import Request

from headwater.protocol.roles import EVERYTHING, Kind, Level
from headwater.protocol.users import User
from headwater.stores.access import LEVELS, Rights, Thing

_KEY = "headwater.caller"


class Caller:
    """A user who was recognised. Immutable.

    Args:
        rights: what was granted to the user.
        default: what the user may do with things that nobody granted.
    """

    def __init__(self, rights: Rights, default: Level) -> None:
        self.rights = rights
        self.default = default
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
        return self.rights.user.is_admin

    def level(self, thing: Thing) -> Level:
        """Return what the caller may do with a thing, or with all of its kind."""
        return self.rights.find_level(*thing, self.default)

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
