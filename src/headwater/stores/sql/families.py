"""The ancestors and descendants of runs, by the tag that names a run's parent."""

from collections.abc import Sequence

from headwater.protocol.families import MAX_RELATIVES, Family, Relative
from headwater.protocol.runs import RunStatus
from headwater.stores.sql.connection import Connection, chunks, marks
from headwater.stores.sql.rows import RunRow

PARENT_TAG = "mlflow.parentRunId"

_RELATIVES = (
    "SELECT r.uuid, r.name, r.status, r.start_time, r.end_time, COALESCE(t.value, ''), r.deleted FROM run r "
    "LEFT JOIN tag t ON t.run_id = r.id AND t.key_id = ?"
)


def load_family(connection: Connection, run: RunRow) -> Family:
    """Return the family of a run; a parent that is not here ends it, and so does one that was met before."""
    experiment = connection.one("SELECT name, deleted FROM experiment WHERE id = ?", (run.exp_id,))
    assert experiment is not None, "a run has an experiment"
    key = connection.find_key_ids([PARENT_TAG]).get(PARENT_TAG)
    if key is None:  # nobody has a parent yet
        return Family(experiment[0], bool(experiment[1]))
    ancestors = _find_ancestors(connection, key, run)
    descendants = _find_descendants(connection, key, run)
    truncated = len(descendants) > MAX_RELATIVES
    return Family(experiment[0], bool(experiment[1]), ancestors, descendants[:MAX_RELATIVES], truncated)


def _find_ancestors(connection: Connection, key: int, run: RunRow) -> list[Relative]:
    seen = {run.uuid}
    ancestors: list[Relative] = []
    [here] = _load(connection, key, "r.uuid IN", [run.uuid])
    while here.parent_id and here.parent_id not in seen and len(ancestors) < MAX_RELATIVES:
        seen.add(here.parent_id)
        found = _load(connection, key, "r.uuid IN", [here.parent_id])
        if not found:
            break
        [here] = found
        ancestors.append(here)
    return ancestors


def _find_descendants(connection: Connection, key: int, run: RunRow) -> list[Relative]:
    seen = {run.uuid}
    descendants: list[Relative] = []
    parents = [run.uuid]
    while parents and len(descendants) <= MAX_RELATIVES:
        children = [
            child
            for chunk in chunks(parents)
            for child in _load(connection, key, f"t.exp_id = {run.exp_id} AND t.value IN", chunk)
            if child.run_id not in seen
        ]
        parents = [child.run_id for child in children]
        seen.update(parents)
        descendants += children
    return descendants


def _load(connection: Connection, key: int, condition: str, values: Sequence[str]) -> list[Relative]:
    sql = f"{_RELATIVES} WHERE {condition} ({marks(values)}) ORDER BY r.start_time, r.id LIMIT {MAX_RELATIVES + 1}"
    return [
        Relative(uuid, name, RunStatus(status), start, end, parent, bool(deleted))
        for uuid, name, status, start, end, parent, deleted in connection.all(sql, (key, *values))
    ]
