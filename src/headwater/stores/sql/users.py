"""Users and their tokens in the database."""

from headwater.protocol.endpoint import Empty
from headwater.protocol.errors import PermissionDenied, RequestLimitExceeded, ResourceDoesNotExist
from headwater.protocol.names import require
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
    UpdateAdmin,
    UpdatePassword,
    UserResponse,
)
from headwater.stores.access import SecretKind
from headwater.stores.sql.connection import Connection
from headwater.stores.sql.database import Database
from headwater.stores.sql.passwords import Passwords
from headwater.stores.sql.secrets import end_sessions, insert_secret, load_tokens
from headwater.stores.sql.token_scopes import insert_scope
from headwater.stores.sql.user_rows import check_not_last, find_user, insert_user, load_user, load_users

MAX_TOKENS = 200


class SqlUsers:
    """Users, their passwords and tokens. Thread-safe."""

    def __init__(self, database: Database, passwords: Passwords) -> None:
        self._database = database
        self._passwords = passwords

    def create(self, request: CreateUser) -> UserResponse:
        """Add a user."""
        request.check()
        hashed = self._passwords.hash(request.password) if request.password else ""

        def work(connection: Connection) -> UserResponse:
            user_id = insert_user(connection, request.username, hashed, "password", is_admin=request.is_admin)
            return UserResponse(load_user(connection, user_id))

        return self._database.write(work)

    def get(self, request: GetUser) -> UserResponse:
        """Return a user."""
        request.check()
        with self._database.read() as connection:
            return UserResponse(load_user(connection, find_user(connection, request.username)))

    def get_current(self, request: GetCurrentUser) -> CurrentUserResponse:
        """Return the user named: a server names who asks."""
        request.check()
        return CurrentUserResponse(self.get(GetUser(request.username)).user)

    def list(self, request: ListUsers) -> ListUsersResponse:  # noqa: ARG002 - every verb has a request
        """Return all users by name."""
        with self._database.read() as connection:
            return ListUsersResponse(load_users(connection, "1 = 1"))

    def update_password(self, request: UpdatePassword) -> Empty:
        """Change a password, if the one said to be the current one is, and end the user's sessions."""
        request.check()
        if request.current_password:
            self._check_current(request.username, request.current_password)
        hashed = self._passwords.hash(request.password)

        def work(connection: Connection) -> None:
            user_id = find_user(connection, request.username)
            connection.execute("UPDATE user_account SET password = ? WHERE id = ?", (hashed, user_id))
            end_sessions(connection, user_id)

        self._database.write(work)
        return Empty()

    def update_admin(self, request: UpdateAdmin) -> Empty:
        """Make a user an administrator, or no longer one."""
        request.check()

        def work(connection: Connection) -> None:
            user_id = find_user(connection, request.username)
            if not request.is_admin:
                check_not_last(connection, user_id)
            connection.execute("UPDATE user_account SET is_admin = ? WHERE id = ?", (int(request.is_admin), user_id))

        self._database.write(work)
        return Empty()

    def set_active(self, request: SetActive) -> UserResponse:
        """Let a user sign in, or no longer."""
        request.check()

        def work(connection: Connection) -> UserResponse:
            user_id = find_user(connection, request.username)
            if not request.is_active:
                check_not_last(connection, user_id)
                end_sessions(connection, user_id)
            connection.execute("UPDATE user_account SET is_active = ? WHERE id = ?", (int(request.is_active), user_id))
            return UserResponse(load_user(connection, user_id))

        return self._database.write(work)

    def delete(self, request: DeleteUser) -> Empty:
        """Delete a user with tokens, sessions, roles and grants."""
        request.check()

        def work(connection: Connection) -> None:
            user_id = find_user(connection, request.username)
            check_not_last(connection, user_id)
            connection.execute("DELETE FROM user_account WHERE id = ?", (user_id,))

        self._database.write(work)
        return Empty()

    def create_token(self, request: CreateToken) -> CreateTokenResponse:
        """Make a token for a user."""
        request.check()
        require("username", request.username)

        def work(connection: Connection) -> CreateTokenResponse:
            user_id = find_user(connection, request.username)
            if len(load_tokens(connection, "s.user_id = ?", user_id)) >= MAX_TOKENS:
                raise RequestLimitExceeded(
                    f"'{request.username}' has '{MAX_TOKENS}' tokens already. Revoke those that are not used."
                )
            token_id, secret = insert_secret(
                connection, user_id, SecretKind.TOKEN, name=request.name, lifetime_ms=1000 * request.lifetime_s
            )
            insert_scope(connection, token_id, request.scope)
            return CreateTokenResponse(load_tokens(connection, "s.id = ?", token_id)[0], secret)

        return self._database.write(work)

    def list_tokens(self, request: ListTokens) -> ListTokensResponse:
        """Return the tokens of a user, the newest first; their secrets are kept nowhere."""
        request.check()
        require("username", request.username)
        with self._database.read() as connection:
            user_id = find_user(connection, request.username)
            return ListTokensResponse(load_tokens(connection, "s.user_id = ?", user_id))

    def revoke_token(self, request: RevokeToken) -> Empty:
        """Make a token stop working."""
        request.check()
        require("username", request.username)

        def work(connection: Connection) -> None:
            user_id = find_user(connection, request.username)
            revoked = connection.execute(
                "DELETE FROM user_secret WHERE id = ? AND user_id = ? AND kind = ?",
                (request.token_id, user_id, SecretKind.TOKEN),
            )
            if not revoked:
                raise ResourceDoesNotExist(
                    f"'{request.username}' has no token with the id '{request.token_id[:100]}'. "
                    "It may have been revoked."
                )

        self._database.write(work)
        return Empty()

    def _check_current(self, username: str, password: str) -> None:
        with self._database.read() as connection:
            row = connection.one("SELECT password FROM user_account WHERE name = ?", (username,))
        if not self._passwords.verify(row[0] if row else "", password):
            raise PermissionDenied("The current password is wrong. Try again, or let an administrator set a new one.")
