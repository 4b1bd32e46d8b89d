"""What a server that knows its users asks the database: who somebody is, what they may do, what things belong to."""

import logging
from collections.abc import Collection
from contextlib import suppress

from headwater.protocol.artifacts import check_path
from headwater.protocol.errors import HeadwaterError, InvalidParameterValue, PermissionDenied, ResourceDoesNotExist
from headwater.protocol.names import check_no_nul
from headwater.protocol.users import TokenScope, User, check_username, require_user
from headwater.stores.access import Membership, Rights, SecretKind, Thing
from headwater.stores.sql.clock import now_ms
from headwater.stores.sql.connection import Connection, chunks, marks
from headwater.stores.sql.database import Database
from headwater.stores.sql.grant_rows import insert_role, load_rights, put_member
from headwater.stores.sql.moves import find_descendants
from headwater.stores.sql.owners import find_owners
from headwater.stores.sql.passwords import Passwords
from headwater.stores.sql.secrets import (
    SESSION_IDLE_MS,
    digest_secret,
    find_live_secret,
    forget_expired_sessions,
    insert_secret,
    load_tokens,
    note_seen,
    note_use,
)
from headwater.stores.sql.user_rows import check_not_last, find_user, insert_user, load_user, load_users

_NOTED_EVERY_MS = 60_000

_logger = logging.getLogger(__name__)


class SqlCredentials:
    """Implements `Credentials`. Thread-safe."""

    def __init__(self, database: Database, passwords: Passwords) -> None:
        self._database = database
        self._passwords = passwords

    def any_user(self) -> bool:
        """Return whether there is a user at all."""
        with self._database.read() as connection:
            return connection.one("SELECT 1 FROM user_account LIMIT 1") is not None

    def find_password(self, username: str, password: str) -> User | None:
        """Return the active user with this name and password."""
        row = None
        if _is_keepable(username):
            with self._database.read() as connection:
                row = connection.one("SELECT password FROM user_account WHERE name = ? AND is_active = 1", (username,))
        if not self._passwords.verify(row[0] if row else "", password):
            return None
        with self._database.read() as connection:
            found = load_users(connection, "name = ? AND is_active = 1", username)
        user = found[0] if found else None
        now = now_ms()
        if user and user.last_seen < now - _NOTED_EVERY_MS:
            with suppress(HeadwaterError):  # who may sign in may do so while nothing can be written
                self._database.write(lambda connection: note_seen(connection, user.id, now))
        return user

    def find_secret(self, secret: str, kind: SecretKind) -> User | None:
        """Return the active user whose token or session this is."""
        with self._database.read() as connection:
            found = find_live_secret(connection, secret, kind)
            user = load_user(connection, found.user_id) if found else None
        if found and found.last_used < now_ms() - _NOTED_EVERY_MS:
            with suppress(HeadwaterError):
                self._database.write(lambda connection: note_use(connection, found, kind))
        return user

    def find_scope(self, secret: str) -> TokenScope | None:
        """Return how much a token may do of what its user may."""
        with self._database.read() as connection:
            found = load_tokens(connection, "s.digest = ?", digest_secret(secret))
        return found[0].scope if found else None

    def open_session(self, username: str) -> str:
        """Return the secret of a new session of a user."""

        def work(connection: Connection) -> str:
            forget_expired_sessions(connection)
            user_id = find_user(connection, username)
            note_seen(connection, user_id, now_ms())
            return insert_secret(connection, user_id, SecretKind.SESSION, lifetime_ms=SESSION_IDLE_MS)[1]

        return self._database.write(work)

    def close_session(self, secret: str) -> None:
        """End a session."""
        sql = "DELETE FROM user_secret WHERE digest = ? AND kind = ?"
        digest = digest_secret(secret)
        self._database.write(lambda connection: connection.execute(sql, (digest, SecretKind.SESSION)))

    def vouch(self, username: str, source: str, said: Membership = Membership()) -> User | None:  # noqa: B008 - immutable
        """Return the user whom an identity provider vouches for, made at the first time, as the provider said."""
        check_username(username)

        def work(connection: Connection) -> User | None:
            found = load_users(connection, "name = ?", username)
            user_id = found[0].id if found else insert_user(connection, username, "", source, is_admin=False)
            if found and found[0].source != source:
                raise PermissionDenied(
                    f"The user '{username}' does not sign in with '{source}'. Sign in the way the user was made."
                )
            if found and not found[0].is_active:
                return None
            _apply(connection, user_id, said)
            return load_user(connection, user_id)

        return self._database.write(work)

    def rights(self, username: str) -> Rights:
        """Return what a user may do."""
        require_user(username)
        with self._database.read() as connection:
            return load_rights(connection, find_user(connection, username))

    def experiments_of_runs(self, run_ids: Collection[str]) -> dict[str, str]:
        """Return the experiment's ID of each of the runs that exist."""
        return self._experiments_of("run", run_ids)

    def descendants_of_runs(self, run_ids: Collection[str]) -> set[str]:
        """Return the ids of the runs' children, theirs, and so on."""
        with self._database.read() as connection:
            return find_descendants(connection, run_ids)

    def experiments_of_logged_models(self, model_ids: Collection[str]) -> dict[str, str]:
        """Return the experiment's ID of each of the logged models that exist."""
        return self._experiments_of("logged_model", model_ids)

    def experiment_of_view(self, view_id: str) -> str:
        """Return the experiment's ID of a view, empty for one across experiments."""
        return self._experiment_of("view", view_id)

    def experiment_of_rule(self, rule_id: str) -> str:
        """Return the experiment's ID of an alert rule, empty for one of all."""
        return self._experiment_of("alert_rule", rule_id)

    def owners_of_path(self, path: str) -> set[Thing] | None:
        """Return what the artifacts at and below a path belong to; None where only an administrator may look."""
        if path:
            check_path(path)
        with self._database.read() as connection:
            return find_owners(connection, path)

    def _experiments_of(self, table: str, ids: Collection[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        with self._database.read() as connection:
            for chunk in chunks(list(filter(_is_keepable, ids))):
                sql = f"SELECT uuid, exp_id FROM {table} WHERE uuid IN ({marks(chunk)})"  # noqa: S608 - constants and marks
                found.update((uuid, str(exp_id)) for uuid, exp_id in connection.all(sql, chunk))
        return found

    def _experiment_of(self, table: str, row_id: str) -> str:
        check_no_nul("id", row_id)
        with self._database.read() as connection:
            row = connection.one(f"SELECT exp_id FROM {table} WHERE id = ?", (row_id,))  # noqa: S608 - constants
        if row is None:
            raise ResourceDoesNotExist(f"No {table.replace('_', ' ')} has the id '{row_id[:100]}'. It may be deleted.")
        return "" if row[0] is None else str(row[0])


def _is_keepable(text: str) -> bool:
    """Return whether a database can hold, and so be asked for, a text."""
    try:
        check_no_nul("text", text)
    except InvalidParameterValue:
        return False
    return True


def _apply(connection: Connection, user_id: int, said: Membership) -> None:
    """Give a user what an identity provider said, and take what it said the user has no more."""
    for name, has in said.roles.items():
        row = connection.one("SELECT id FROM role WHERE name = ?", (name,))
        if row or has:
            role_id = row[0] if row else insert_role(connection, name, "")
            put_member(connection, role_id, user_id, withdraw=not has)
    if said.is_admin is None:
        return
    try:
        if not said.is_admin:
            check_not_last(connection, user_id)
    except InvalidParameterValue:
        _logger.warning("The identity provider takes the rights of an administrator from the last one, who keeps them.")
        return
    connection.execute("UPDATE user_account SET is_admin = ? WHERE id = ?", (int(said.is_admin), user_id))
