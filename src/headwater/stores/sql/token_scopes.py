"""What tokens narrow their users' rights to, as rows."""

from collections.abc import Mapping

from headwater.protocol.endpoint import Permission
from headwater.protocol.roles import EVERYTHING, Kind
from headwater.protocol.users import TokenScope
from headwater.stores.sql.connection import Connection, chunks, marks
from headwater.stores.sql.experiments import find_experiment
from headwater.stores.sql.registry_rows import find_model


def insert_scope(connection: Connection, secret_id: str, scope: TokenScope) -> None:
    """Narrow a token that was just made; raise `ResourceDoesNotExist` for a thing that is not there."""
    connection.execute(
        "UPDATE user_secret SET level = ?, is_limited = ? WHERE id = ?",
        (scope.level, int(scope.is_limited), secret_id),
    )
    rows: dict[tuple[Kind, int | None, int | None], None] = {}
    for name in scope.experiments or []:
        rows[Kind.EXPERIMENT, None if name == EVERYTHING else find_experiment(connection, name), None] = None
    for name in scope.registered_models or []:
        rows[Kind.REGISTERED_MODEL, None, None if name == EVERYTHING else find_model(connection, name)] = None
    connection.many(
        "INSERT INTO secret_scope (secret_id, kind, exp_id, model_id) VALUES (?, ?, ?, ?)",
        [(secret_id, *row) for row in rows],
    )


def load_scopes(connection: Connection, secrets: Mapping[str, tuple[str, int]]) -> dict[str, TokenScope]:
    """Return the scopes of secrets, given by id with their levels and whether they are limited."""
    named: dict[tuple[str, str], list[str]] = {}
    for chunk in chunks([secret_id for secret_id, (_, is_limited) in secrets.items() if is_limited]):
        found = connection.all(
            "SELECT s.secret_id, s.kind, COALESCE(CAST(s.exp_id AS TEXT), m.name, '*') FROM secret_scope s "  # noqa: S608 - marks
            f"LEFT JOIN registered_model m ON m.id = s.model_id WHERE s.secret_id IN ({marks(chunk)}) ORDER BY s.id",
            chunk,
        )
        for secret_id, kind, name in found:
            named.setdefault((secret_id, kind), []).append(name)
    return {
        secret_id: TokenScope(
            level=Permission(level),
            experiments=named.get((secret_id, Kind.EXPERIMENT), []) if is_limited else None,
            registered_models=named.get((secret_id, Kind.REGISTERED_MODEL), []) if is_limited else None,
        )
        for secret_id, (level, is_limited) in secrets.items()
    }
