"""Rows of users."""

from headwater.protocol.errors import InvalidParameterValue, ResourceAlreadyExists, ResourceDoesNotExist
from headwater.protocol.users import ExperimentPermission, RegisteredModelPermission, User
from headwater.stores.sql.clock import now_ms
from headwater.stores.sql.connection import Connection, Dialect, chunks, marks

_COLUMNS = "name, id, is_admin, is_active, source, creation_time, last_seen, password <> ''"


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
    experiments, models = _load_own_grants(connection, [row[1] for row in rows])
    return [
        User(
            username=name,
            id=user_id,
            is_admin=bool(is_admin),
            is_active=bool(is_active),
            source=source,
            has_password=bool(has_password),
            creation_time=creation_time,
            last_seen=last_seen,
            roles=roles[user_id],
            experiment_permissions=experiments.get(user_id, []),
            registered_model_permissions=models.get(user_id, []),
        )
        for name, user_id, is_admin, is_active, source, creation_time, last_seen, has_password in rows
    ]


def _load_own_grants(
    connection: Connection, user_ids: list[int]
) -> tuple[dict[int, list[ExperimentPermission]], dict[int, list[RegisteredModelPermission]]]:
    """Return what was granted to users alone on single things."""
    experiments: dict[int, list[ExperimentPermission]] = {}
    models: dict[int, list[RegisteredModelPermission]] = {}
    for chunk in chunks(user_ids):
        rows = connection.all(
            "SELECT g.user_id, g.exp_id, m.name, g.level FROM access_grant g "  # noqa: S608 - marks
            "LEFT JOIN registered_model m ON m.id = g.model_id "
            f"WHERE (g.exp_id IS NOT NULL OR g.model_id IS NOT NULL) AND g.user_id IN ({marks(chunk)}) "
            "ORDER BY g.exp_id, m.name",
            chunk,
        )
        for user_id, exp_id, name, level in rows:
            if exp_id is None:
                models.setdefault(user_id, []).append(RegisteredModelPermission(name, user_id, level))
            else:
                experiments.setdefault(user_id, []).append(ExperimentPermission(str(exp_id), user_id, level))
    return experiments, models


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
