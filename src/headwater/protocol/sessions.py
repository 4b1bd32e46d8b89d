"""Signing in to a server in a browser, and who one is there. A server answers these; a store knows no sessions."""

import msgspec

from headwater.protocol.endpoint import NATIVE_BASE, Empty, Endpoint, Permission
from headwater.protocol.names import require
from headwater.protocol.roles import Me, ReadMe
from headwater.protocol.users import check_password, check_username


class OpenSession(msgspec.Struct, frozen=True):
    """Sign in: the answer comes with the cookie of a session."""

    username: str
    password: str

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless both are given."""
        require("username", self.username)
        require("password", self.password)


class CloseSession(msgspec.Struct, frozen=True):
    """Sign out: the session of the cookie ends."""


class SetUp(msgspec.Struct, frozen=True):
    """Make the first administrator of a server that has no users yet, with the code that it told when it started."""

    code: str
    username: str
    password: str

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless name and password are allowed."""
        require("code", self.code)
        check_username(self.username)
        check_password(self.password)


OPEN = Endpoint(
    resource="sessions",
    verb="open",
    methods=("POST",),
    path="session/open",
    request=OpenSession,
    response=Me,
    permission=Permission.SELF,
    bases=NATIVE_BASE,
)
CLOSE = Endpoint(
    resource="sessions",
    verb="close",
    methods=("POST",),
    path="session/close",
    request=CloseSession,
    response=Empty,
    permission=Permission.SELF,
    bases=NATIVE_BASE,
)
SET_UP = Endpoint(
    resource="sessions",
    verb="set_up",
    methods=("POST",),
    path="session/setup",
    request=SetUp,
    response=Me,
    permission=Permission.SELF,
    bases=NATIVE_BASE,
)
READ_ME = Endpoint(
    resource="sessions",
    verb="read_me",
    methods=("GET",),
    path="me",
    request=ReadMe,
    response=Me,
    permission=Permission.SELF,
    bases=NATIVE_BASE,
)

SESSION_ENDPOINTS = (OPEN, CLOSE, SET_UP, READ_ME)
