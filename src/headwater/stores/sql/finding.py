"""Finding experiments, runs and models in the database by a part of their names."""

from typing import NamedTuple

from headwater.protocol.finding import Find, FindResponse, FoundExperiment, FoundModel, FoundRun
from headwater.protocol.registered_models import RegisteredModelAlias
from headwater.protocol.runs import RunStatus
from headwater.stores.sql.connection import Connection
from headwater.stores.sql.database import Database
from headwater.stores.sql.search_conditions import in_experiments

_LOOSE = 40
"""Of longer texts somebody knows every letter."""

_ESCAPED = str.maketrans({"\\": r"\\", "%": r"\%", "_": r"\_"})


class SqlFinding:
    """Finds things by a part of their names. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, request: Find) -> FindResponse:
        """Return what fits."""
        request.check()
        text = request.text.strip().lower()
        with self._database.read() as connection:
            found = _find(connection, request, _Wanted(text, is_loose=False))
            if found.experiments or found.runs or found.models or not 0 < len(text) <= _LOOSE:
                return found
            return _find(connection, request, _Wanted(text, is_loose=True))


class _Wanted(NamedTuple):
    """A text, and whether the letters of a word may stand apart."""

    text: str
    is_loose: bool


def _find(connection: Connection, request: Find, wanted: _Wanted) -> FindResponse:
    return FindResponse(
        _experiments(connection, request, wanted),
        _runs(connection, request, wanted),
        _models(connection, wanted, request.limit),
    )


def _pattern(word: str, *, is_loose: bool) -> str:
    letters = [letter.translate(_ESCAPED) for letter in word]
    return f"%{('%' if is_loose else '').join(letters)}%"


def _fits(column: str, wanted: _Wanted, id_column: str = "") -> tuple[str, list[str]]:
    """Return the condition that a name holds every word of a text, or that an id begins with it, and its values."""
    words = [_pattern(word, is_loose=wanted.is_loose) for word in wanted.text.split()]
    if not words:
        return "1 = 1", []
    named = " AND ".join(f"LOWER({column}) LIKE ? ESCAPE '\\'" for _ in words)
    if not id_column:
        return f"({named})", words
    return f"(({named}) OR {id_column} LIKE ? ESCAPE '\\')", [*words, f"{wanted.text.translate(_ESCAPED)}%"]


def _experiments(connection: Connection, request: Find, wanted: _Wanted) -> list[FoundExperiment]:
    condition, words = _fits("name", wanted, "CAST(id AS TEXT)")
    scope = in_experiments("id", request.among, connection.dialect)
    rows = connection.all(
        f"SELECT CAST(id AS TEXT), name FROM experiment WHERE deleted = 0 AND {condition} AND {scope.text} "  # noqa: S608 - constants
        "ORDER BY last_update_time DESC, id DESC LIMIT ?",
        [*words, *scope.params, request.limit],
    )
    return [FoundExperiment(*row) for row in rows]


def _runs(connection: Connection, request: Find, wanted: _Wanted) -> list[FoundRun]:
    condition, words = _fits("run.name", wanted, "run.uuid")
    scope = in_experiments("run.exp_id", request.among, connection.dialect)
    rows = connection.all(
        "SELECT run.uuid, run.name, run.status, run.start_time, CAST(run.exp_id AS TEXT), experiment.name "  # noqa: S608 - constants
        f"FROM run JOIN experiment ON experiment.id = run.exp_id WHERE run.deleted = 0 AND {condition} "
        f"AND {scope.text} ORDER BY run.start_time DESC, run.uuid LIMIT ?",
        [*words, *scope.params, request.limit],
    )
    return [FoundRun(row[0], row[1], RunStatus(row[2]), *row[3:]) for row in rows]


def _models(connection: Connection, wanted: _Wanted, limit: int) -> list[FoundModel]:
    condition, words = _fits("name", wanted)
    called, aliases = _fits("alias", wanted)
    rows = connection.all(
        "SELECT id, name, (SELECT COALESCE(MAX(version), 0) FROM model_version WHERE model_id = registered_model.id) "  # noqa: S608 - constants
        f"FROM registered_model WHERE {condition} OR EXISTS (SELECT 1 FROM registered_model_alias "
        f"WHERE model_id = registered_model.id AND {called}) ORDER BY last_update_time DESC, name LIMIT ?",
        [*words, *aliases, limit],
    )
    return [FoundModel(name, newest, _aliases(connection, model_id)) for model_id, name, newest in rows]


def _aliases(connection: Connection, model_id: int) -> list[RegisteredModelAlias]:
    rows = connection.all(
        "SELECT alias, CAST(version AS TEXT) FROM registered_model_alias WHERE model_id = ? ORDER BY alias", [model_id]
    )
    return [RegisteredModelAlias(*row) for row in rows]
