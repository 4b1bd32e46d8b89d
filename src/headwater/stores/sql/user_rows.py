"""Rows of users."""

from headwater.protocol.errors import InvalidParameterValue, ResourceAlreadyExists, ResourceDoesNotExist
from headwater.protocol.users import User
from headwater.stores.sql.clock import now_ms
from headwater.stores.sql.connection import Connection, Dialect

_COLUMNS = "name, id, is_admin, is_active, source, creation_time, last_seen"


def insert_user(connection: Connection, username: str, password: str, source: str, *, is_admin: bool) -> int:
    """Add a user whose name is new, with the hash of a password or none, and return the row's id."""
    row = connection.one(
        "INSERT INTO user_account (name, password, is_admin, source, creation_time) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT DO NOTHING RETURNING id",
        (username, password, int(is_admin), source, now_ms()),
    )
    if row is None:
        raise ResourceAlreadyExists(f"User (username={username}) already exists. Choose another name.")
    return int(row[0])


def find_user(connection: Connection, username: str) -> int:
    """Return the id of the row of a user; raise `ResourceDoesNotExist` if there is none."""
    row = connection.one("SELECT id FROM user_account WHERE name = ?", (username,))
    if row is None:
        raise ResourceDoesNotExist(f"User with username={username} not found")
    return int(row[0])


def load_user(connection: Connection, user_id: int) -> User:
    """Return a user who exists."""
    return load_users(connection, "id = ?", user_id)[0]


def load_users(connection: Connection, where: str, *params: object) -> list[User]:
    """Return users by name."""
    rows = connection.all(f"SELECT {_COLUMNS} FROM user_account WHERE {where} ORDER BY name", params)  # noqa: S608 - constants
    roles: dict[int, list[str]] = {row[1]: [] for row in rows}
    members = "SELECT m.user_id, r.name FROM role_member m JOIN role r ON r.id = m.role_id"
    if len(rows) == 1:
        of_roles = connection.all(f"{members} WHERE m.user_id = ? ORDER BY r.name", (rows[0][1],))
    else:
        of_roles = connection.all(f"{members} ORDER BY r.name")
    for user_id, role in of_roles:
        if user_id in roles:
            roles[user_id].append(role)
    return [
        User(
            username=name,
            id=user_id,
            is_admin=bool(is_admin),
            is_active=bool(is_active),
            source=source,
            creation_time=creation_time,
            last_seen=last_seen,
            roles=roles[user_id],
        )
        for name, user_id, is_admin, is_active, source, creation_time, last_seen in rows
    ]


def check_not_last(connection: Connection, user_id: int) -> None:
    """Raise `InvalidParameterValue` if this is the only active administrator: nobody could make another."""
    lock = " FOR UPDATE" if connection.dialect is Dialect.POSTGRESQL else ""
    rows = connection.all(
        f"SELECT id, name FROM user_account WHERE is_admin = 1 AND is_active = 1 ORDER BY id{lock}"  # noqa: S608 - two constants
    )
    if [row[0] for row in rows] == [user_id]:
        raise InvalidParameterValue(
            f"'{rows[0][1]}' is the last active administrator. Make another user an administrator first."
        )
