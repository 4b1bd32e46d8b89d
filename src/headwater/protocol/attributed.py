"""Who asks for a change, and why: what every request that changes the model registry may say."""

from typing import TypeVar

import msgspec

from headwater.protocol.names import check_length, check_no_nul

MAX_USER = 256
MAX_REASON = 10_000


class Attributed(msgspec.Struct, frozen=True, kw_only=True):
    """A request that is kept in a log with the name of who sent it and the reason given, both as the client says.

    An empty `user_id` is filled in by a server with the user of HTTP Basic credentials, if there are any.
    """

    user_id: str = ""
    reason: str = ""

    def check_who(self) -> None:
        """Raise `InvalidParameterValue` unless both texts can be kept."""
        check_length("user_id", self.user_id, MAX_USER)
        check_no_nul("user_id", self.user_id)
        check_length("reason", self.reason, MAX_REASON)
        check_no_nul("reason", self.reason)


AttributedT = TypeVar("AttributedT", bound=msgspec.Struct)


def attribute(request: AttributedT, user_id: str) -> AttributedT:
    """Return a request with this user, unless it names one or is not kept in a log."""
    if isinstance(request, Attributed) and user_id and not request.user_id:
        return msgspec.structs.replace(request, user_id=user_id[:MAX_USER])
    return request
