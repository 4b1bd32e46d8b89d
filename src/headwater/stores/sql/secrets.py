"""Tokens and sessions: random secrets of which the database keeps the SHA-256."""

import hashlib
import secrets
import uuid
from typing import NamedTuple

from headwater.protocol.users import TOKEN_PREFIX, Token
from headwater.stores.access import SecretKind
from headwater.stores.sql.clock import now_ms
from headwater.stores.sql.connection import Connection
from headwater.stores.sql.token_scopes import load_scopes

_DAY_MS = 86_400_000
SESSION_IDLE_MS = 7 * _DAY_MS
SESSION_MS = 30 * _DAY_MS
_SECRET_BYTES = 32
_SHOWN = 6
_PREFIXES = {SecretKind.TOKEN: TOKEN_PREFIX, SecretKind.SESSION: "hws_"}
_COLUMNS = "s.id, u.name, s.name, s.prefix, s.creation_time, s.expires, s.last_used, s.level, s.is_limited"


class FoundSecret(NamedTuple):
    """A secret that is in force: its row's id, whose it is, and when it began and was used last."""

    secret_id: str
    user_id: int
    creation_time: int
    last_used: int


def digest_secret(secret: str) -> str:
    """Return what the database keeps of a secret, whatever it is that somebody sent as one."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def insert_secret(
    connection: Connection, user_id: int, kind: SecretKind, *, name: str = "", lifetime_ms: int = 0
) -> tuple[str, str]:
    """Make a secret for a user and return its id and itself, which nobody can read again; 0 lets it live for ever."""
    now = now_ms()
    secret = _PREFIXES[kind] + secrets.token_urlsafe(_SECRET_BYTES)
    secret_id, prefix = uuid.uuid4().hex, secret[: len(_PREFIXES[kind]) + _SHOWN]
    connection.execute(
        "INSERT INTO user_secret (id, user_id, kind, digest, prefix, name, creation_time, expires) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (secret_id, user_id, kind, digest_secret(secret), prefix, name, now, now + lifetime_ms if lifetime_ms else 0),
    )
    return secret_id, secret


def find_live_secret(connection: Connection, secret: str, kind: SecretKind) -> FoundSecret | None:
    """Return the secret of an active user, unless it has expired or is none."""
    row = connection.one(
        "SELECT s.id, s.user_id, s.creation_time, s.last_used FROM user_secret s "
        "JOIN user_account u ON u.id = s.user_id "
        "WHERE s.digest = ? AND s.kind = ? AND (s.expires = 0 OR s.expires > ?) AND u.is_active = 1",
        (digest_secret(secret), kind, now_ms()),
    )
    return FoundSecret(*row) if row else None


def note_use(connection: Connection, found: FoundSecret, kind: SecretKind) -> None:
    """Note that a secret was used now, which lets a session last longer."""
    now = now_ms()
    if kind is SecretKind.SESSION:
        expires = min(now + SESSION_IDLE_MS, found.creation_time + SESSION_MS)
        connection.execute("UPDATE user_secret SET expires = ? WHERE id = ?", (expires, found.secret_id))
    connection.execute("UPDATE user_secret SET last_used = ? WHERE id = ?", (now, found.secret_id))
    note_seen(connection, found.user_id, now)


def note_seen(connection: Connection, user_id: int, now: int) -> None:
    """Note that a user was here."""
    connection.execute("UPDATE user_account SET last_seen = ? WHERE id = ?", (now, user_id))


def load_tokens(connection: Connection, where: str, *params: object) -> list[Token]:
    """Return tokens, the newest first."""
    rows = connection.all(
        f"SELECT {_COLUMNS} FROM user_secret s JOIN user_account u ON u.id = s.user_id "  # noqa: S608 - constants
        f"WHERE s.kind = ? AND {where} ORDER BY s.creation_time DESC, s.id",
        (SecretKind.TOKEN, *params),
    )
    scopes = load_scopes(connection, {row[0]: (row[7], row[8]) for row in rows})
    return [
        Token(
            token_id=token_id,
            username=username,
            name=name,
            prefix=prefix,
            creation_time=creation_time,
            expires=expires,
            last_used=last_used,
            scope=scopes[token_id],
        )
        for token_id, username, name, prefix, creation_time, expires, last_used, _level, _is_limited in rows
    ]


def end_sessions(connection: Connection, user_id: int) -> None:
    """End all sessions of a user."""
    connection.execute("DELETE FROM user_secret WHERE user_id = ? AND kind = ?", (user_id, SecretKind.SESSION))


def forget_expired_sessions(connection: Connection) -> None:
    """Delete the sessions that are over."""
    connection.execute(
        "DELETE FROM user_secret WHERE kind = ? AND expires > 0 AND expires <= ?", (SecretKind.SESSION, now_ms())
    )
