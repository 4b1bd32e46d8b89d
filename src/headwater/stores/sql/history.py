"""Changing the points that a run has: dropping, renaming, cutting and copying them, with `latest` kept exact.

Every function is called inside a write that has locked the run. The run is sealed first, so all its points are blocks.
"""

from collections.abc import Iterable, Sequence

from headwater.protocol.contexts import name_of
from headwater.protocol.errors import InvalidParameterValue, ResourceAlreadyExists, ResourceDoesNotExist
from headwater.stores.sql.blocks import Points, concatenate, decode_block, rank_values, sort_points
from headwater.stores.sql.connection import Connection, chunks, marks
from headwater.stores.sql.points import INSERT_BLOCK, block_rows, latest_row, seal_run
from headwater.stores.sql.rows import RunRow

Greatest = tuple[int, int, int]
"""What orders points: step, timestamp, rank of the value."""

_READ_LAST = """
SELECT key_id, n, data FROM block b WHERE run_id = ? AND key_id IN ({keys})
AND max_step = (SELECT MAX(max_step) FROM block WHERE run_id = b.run_id AND key_id = b.key_id)
"""
_COPY_BLOCKS = """
INSERT INTO block (run_id, key_id, n, min_step, max_step, min_time, max_time, mini, data)
SELECT CAST(? AS BIGINT), key_id, n, min_step, max_step, min_time, max_time, mini, data FROM block
WHERE run_id = ? AND max_step <= ?
"""
_COPY_LATEST = """
INSERT INTO latest (exp_id, key_id, run_id, step, time, value, special)
SELECT CAST(? AS BIGINT), key_id, CAST(? AS BIGINT), step, time, value, special FROM latest
WHERE run_id = ? AND step <= ?
"""
_COUNT_AND_DROP = "DELETE FROM block WHERE run_id = ? AND key_id IN ({keys}) RETURNING n"
_MAX_STEP = 2**63 - 1


def delete_metric(connection: Connection, run: RunRow, key: str) -> int:
    """Drop the points of a key, and return how many; a metric goes with all its contexts."""
    seal_run(connection, run.id, merge_all=False)
    keys = _find_present(connection, run, key)
    dropped = 0
    for chunk in chunks(list(keys.values())):
        rows = connection.all(_COUNT_AND_DROP.format(keys=marks(chunk)), (run.id, *chunk))
        dropped += sum(row[0] for row in rows)
    refresh_latest(connection, run, connection.find_key_ids([*keys, name_of(key)]).values())
    return dropped


def rename_metric(connection: Connection, run: RunRow, old: str, new: str) -> int:
    """Give the points of a key another one, and return how many they are."""
    if old == new:
        return 0
    seal_run(connection, run.id, merge_all=False)
    sources = _find_present(connection, run, old)
    taken = _find_present(connection, run, new)
    targets = {key: new + key[len(old) :] for key in sources}
    if not sources:
        raise ResourceDoesNotExist(f"No metric '{old}' in run '{run.uuid}'. See its metrics for the exact name.")
    if len(sources) > 1 and "{" in new:
        raise InvalidParameterValue(
            f"The metric '{old}' has contexts, which '{new}' cannot hold. Rename each of them by its own key."
        )
    if clash := sorted((taken.keys() if "{" not in new else set(targets.values()) & taken.keys()) - sources.keys()):
        raise ResourceAlreadyExists(f"Run '{run.uuid}' has a metric '{clash[0]}' already. Delete or rename it first.")
    ids = connection.key_ids({*targets.values(), name_of(old), name_of(new)})
    moved = 0
    for key, target in targets.items():
        sql = "UPDATE block SET key_id = ? WHERE run_id = ? AND key_id = ? RETURNING n"
        moved += sum(row[0] for row in connection.all(sql, (ids[target], run.id, sources[key])))
    refresh_latest(connection, run, {*sources.values(), *ids.values()})
    return moved


def rewind(connection: Connection, run: RunRow, step: int) -> int:
    """Drop the points after a step, and return how many."""
    seal_run(connection, run.id, merge_all=False)
    whole = connection.all("DELETE FROM block WHERE run_id = ? AND min_step > ? RETURNING key_id, n", (run.id, step))
    sql = "DELETE FROM block WHERE run_id = ? AND max_step > ? RETURNING key_id, n, data"
    cut = connection.all(sql, (run.id, step))
    dropped = sum(int(count) for _, count in whole)
    for key_id, count, data in cut:
        kept = _up_to(decode_block(count, data), step)
        dropped += count - len(kept)
        connection.many(INSERT_BLOCK, block_rows(run.id, key_id, kept))
    touched = {row[0] for row in (*whole, *cut)}
    names = connection.key_names(touched)
    bases = connection.find_key_ids({name_of(name) for name in names.values()})
    refresh_latest(connection, run, touched.union(bases.values()))
    return dropped


def copy_history(connection: Connection, source: RunRow, target: RunRow, step: int | None) -> None:
    """Give a run without points those of another, up to a step."""
    seal_run(connection, source.id, merge_all=False)
    last = _MAX_STEP if step is None else step
    connection.execute(_COPY_BLOCKS, (target.id, source.id, last))
    connection.execute(_COPY_LATEST, (target.exp_id, target.id, source.id, last))
    sql = "SELECT id, key_id, n FROM block WHERE run_id = ? AND min_step <= ? AND max_step > ?"
    for block_id, key_id, count in connection.all(sql, (source.id, last, last)):
        data = connection.all("SELECT data FROM block WHERE id = ?", (block_id,))[0][0]
        connection.many(INSERT_BLOCK, block_rows(target.id, key_id, _up_to(decode_block(count, data), last)))
    later = connection.all("SELECT key_id FROM latest WHERE run_id = ? AND step > ?", (source.id, last))
    refresh_latest(connection, target, [row[0] for row in later])


def refresh_latest(connection: Connection, run: RunRow, key_ids: Iterable[int]) -> None:
    """Find the greatest point of each of a sealed run's keys anew; a metric's is that of all its contexts."""
    wanted = sorted(set(key_ids))
    owners = {key_id: {key_id} for key_id in wanted}
    for chunk in chunks(wanted):
        sql = f"SELECT id, base_id FROM key WHERE base_id IN ({marks(chunk)})"  # noqa: S608 - marks
        for key_id, base_id in connection.all(sql, chunk):
            owners.setdefault(key_id, set()).add(base_id)
    greatest: dict[int, tuple[Greatest, float]] = {}
    for key_id, (place, value) in _read_greatest(connection, run, list(owners)).items():
        for owner in owners[key_id]:
            if owner not in greatest or greatest[owner][0] < place:
                greatest[owner] = (place, value)
    connection.many("DELETE FROM latest WHERE run_id = ? AND key_id = ?", [(run.id, key_id) for key_id in wanted])
    rows = [(key_id, *greatest[key_id][0][:2], greatest[key_id][1]) for key_id in wanted if key_id in greatest]
    connection.many(
        "INSERT INTO latest (exp_id, key_id, run_id, step, time, value, special) VALUES (?, ?, ?, ?, ?, ?, ?)",
        [latest_row(run, *row) for row in rows],
    )


def _read_greatest(connection: Connection, run: RunRow, key_ids: Sequence[int]) -> dict[int, tuple[Greatest, float]]:
    parts: dict[int, list[Points]] = {}
    for chunk in chunks(key_ids):
        for key_id, count, data in connection.all(_READ_LAST.format(keys=marks(chunk)), (run.id, *chunk)):
            parts.setdefault(key_id, []).append(decode_block(count, data))
    found: dict[int, tuple[Greatest, float]] = {}
    for key_id, blocks in parts.items():
        last = sort_points(concatenate(blocks))[-1:]
        place = (int(last.steps[0]), int(last.times[0]), int(rank_values(last.values)[0]))
        found[key_id] = (place, float(last.values[0]))
    return found


def _find_present(connection: Connection, run: RunRow, key: str) -> dict[str, int]:
    """Return the keys with points that `key` stands for: itself and, if it is a metric, its contexts."""
    ids = connection.find_key_ids([key])
    if key not in ids:
        return {}
    rows = connection.all(
        "SELECT id FROM key WHERE (id = ? OR base_id = ?) "
        "AND EXISTS (SELECT 1 FROM block WHERE run_id = ? AND key_id = key.id)",
        (ids[key], ids[key], run.id),
    )
    return {name: key_id for key_id, name in connection.key_names([row[0] for row in rows]).items()}


def _up_to(points: Points, step: int) -> Points:
    # A block's points are in the order of their steps.
    return points[: int((points.steps <= step).sum())]
