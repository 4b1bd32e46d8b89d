"""Rows of grants and of roles."""

from typing import NamedTuple

from headwater.protocol.errors import ResourceAlreadyExists, ResourceDoesNotExist
from headwater.protocol.roles import EVERYTHING, DeleteGrant, Grant, Kind, Level, Role
from headwater.stores.access import Rights
from headwater.stores.sql.connection import Connection
from headwater.stores.sql.experiments import find_experiment
from headwater.stores.sql.registry_rows import find_model
from headwater.stores.sql.user_rows import find_user, load_user

# Written as the unique index is, so that it is used.
_SAME = (
    "kind = ? AND COALESCE(exp_id, -1) = ? AND COALESCE(model_id, -1) = ? "
    "AND COALESCE(user_id, -1) = ? AND COALESCE(role_id, -1) = ?"
)
_UPSERT = (
    "INSERT INTO access_grant (kind, exp_id, model_id, user_id, role_id, level) VALUES (?, ?, ?, ?, ?, ?) "
    "ON CONFLICT (kind, COALESCE(exp_id, -1), COALESCE(model_id, -1), COALESCE(user_id, -1), COALESCE(role_id, -1)) "
    "DO UPDATE SET level = excluded.level RETURNING id"
)
_GRANTS = (
    "SELECT g.kind, COALESCE(CAST(g.exp_id AS TEXT), m.name, '*'), g.level, COALESCE(u.name, ''), COALESCE(r.name, '') "
    "FROM access_grant g LEFT JOIN registered_model m ON m.id = g.model_id "
    "LEFT JOIN user_account u ON u.id = g.user_id LEFT JOIN role r ON r.id = g.role_id"
)


_OF_USER = "g.user_id = ? OR g.role_id IN (SELECT role_id FROM role_member WHERE user_id = ?)"


class Place(NamedTuple):
    """The row of a grant without its level."""

    kind: Kind
    exp_id: int | None
    model_id: int | None
    user_id: int | None
    role_id: int | None

    @property
    def key(self) -> tuple[object, ...]:
        """Return it as the unique index has it."""
        return tuple(-1 if part is None else part for part in self)


def put_grant(connection: Connection, grant: Grant) -> int:
    """Grant in place of what was granted to the same subject on the same thing, and return the id of the row."""
    return connection.insert(_UPSERT, (*find_place(connection, grant), grant.level))


def delete_grant(connection: Connection, request: DeleteGrant) -> None:
    """Take a grant back; raise `ResourceDoesNotExist` if there is none."""
    if not remove_grant(connection, find_place(connection, request)):
        subject = f"user '{request.username}'" if request.username else f"role '{request.role}'"
        thing = request.kind.replace("_", " ")
        raise ResourceDoesNotExist(f"Nothing is granted to the {subject} on the {thing} '{request.resource}'.")


def find_grant(connection: Connection, place: Place) -> Level | None:
    """Return what is granted to exactly this subject on exactly this thing."""
    row = connection.one(f"SELECT level FROM access_grant WHERE {_SAME}", place.key)  # noqa: S608 - constant
    return Level(row[0]) if row else None


def remove_grant(connection: Connection, place: Place) -> bool:
    """Take a grant back; return whether there was one."""
    return bool(connection.execute(f"DELETE FROM access_grant WHERE {_SAME}", place.key))  # noqa: S608 - constant


def load_rights(connection: Connection, user_id: int) -> Rights:
    """Return what a user who exists may do."""
    return Rights(load_user(connection, user_id), load_grants(connection, _OF_USER, user_id, user_id))


def load_grants(connection: Connection, where: str, *params: object) -> list[Grant]:
    """Return grants, those to users before those to roles, each by name and then by thing."""
    order = "CASE WHEN g.role_id IS NULL THEN 0 ELSE 1 END, u.name, r.name, g.kind, g.exp_id, m.name"
    rows = connection.all(f"{_GRANTS} WHERE {where} ORDER BY {order}", params)
    return [
        Grant(kind=Kind(kind), resource=resource, level=Level(level), username=username, role=role)
        for kind, resource, level, username, role in rows
    ]


def load_grants_on(connection: Connection, kind: Kind, resource: str) -> list[Grant]:
    """Return the grants on one thing, or those on everything of the kind."""
    if resource == EVERYTHING:
        return load_grants(connection, "g.kind = ? AND g.exp_id IS NULL AND g.model_id IS NULL", kind)
    if kind is Kind.EXPERIMENT:
        return load_grants(connection, "g.exp_id = ?", find_experiment(connection, resource))
    return load_grants(connection, "g.model_id = ?", find_model(connection, resource))


def insert_role(connection: Connection, name: str, description: str) -> int:
    """Make a role, whose name must be new, and return the row's id."""
    row = connection.one(
        "INSERT INTO role (name, description) VALUES (?, ?) ON CONFLICT DO NOTHING RETURNING id", (name, description)
    )
    if row is None:
        raise ResourceAlreadyExists(f"The role '{name}' exists already. Choose another name.")
    return int(row[0])


def find_role(connection: Connection, name: str) -> int:
    """Return the id of the row of a role; raise `ResourceDoesNotExist` if there is none."""
    row = connection.one("SELECT id FROM role WHERE name = ?", (name,))
    if row is None:
        raise ResourceDoesNotExist(f"No role has the name '{name[:100]}'. Create it first.")
    return int(row[0])


def put_member(connection: Connection, role_id: int, user_id: int, *, withdraw: bool) -> None:
    """Give a role to a user, or take it away; doing so again changes nothing."""
    sql = (
        "DELETE FROM role_member WHERE role_id = ? AND user_id = ?"
        if withdraw
        else "INSERT INTO role_member (role_id, user_id) VALUES (?, ?) ON CONFLICT DO NOTHING"
    )
    connection.execute(sql, (role_id, user_id))


def load_roles(connection: Connection) -> list[Role]:
    """Return all roles by name, with their users and grants."""
    users: dict[str, list[str]] = {}
    members = (
        "SELECT r.name, u.name FROM role_member m JOIN role r ON r.id = m.role_id "
        "JOIN user_account u ON u.id = m.user_id ORDER BY u.name"
    )
    for role, username in connection.all(members):
        users.setdefault(role, []).append(username)
    grants: dict[str, list[Grant]] = {}
    for grant in load_grants(connection, "g.role_id IS NOT NULL"):
        grants.setdefault(grant.role, []).append(grant)
    rows = connection.all("SELECT name, description FROM role ORDER BY name")
    return [
        Role(name=name, description=description, users=users.get(name, []), grants=grants.get(name, []))
        for name, description in rows
    ]


def load_role(connection: Connection, role_id: int) -> Role:
    """Return a role that exists."""
    ((name, description),) = connection.all("SELECT name, description FROM role WHERE id = ?", (role_id,))
    members = (
        "SELECT u.name FROM role_member m JOIN user_account u ON u.id = m.user_id WHERE m.role_id = ? ORDER BY u.name"
    )
    users = [row[0] for row in connection.all(members, (role_id,))]
    return Role(
        name=name, description=description, users=users, grants=load_grants(connection, "g.role_id = ?", role_id)
    )


def find_place(connection: Connection, grant: Grant | DeleteGrant) -> Place:
    exp_id = model_id = None
    if grant.resource != EVERYTHING:
        if grant.kind is Kind.EXPERIMENT:
            exp_id = find_experiment(connection, grant.resource)
        else:
            model_id = find_model(connection, grant.resource)
    return Place(
        grant.kind,
        exp_id,
        model_id,
        find_user(connection, grant.username) if grant.username else None,
        find_role(connection, grant.role) if grant.role else None,
    )
