"""Metrics and params of many versions at once: of their logged models and runs, or as they were when registered."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from headwater.protocol.provenance import SourceRun, latest_values
from headwater.stores.sql.connection import Connection, chunks, marks
from headwater.stores.sql.model_metrics import from_bits
from headwater.stores.sql.provenance import load_kept
from headwater.stores.sql.rows import exact_value

_SYSTEM = "system/"


@dataclass(frozen=True, slots=True)
class Basics:
    """A version: its row, its number, and the rows of its run and logged model, if they are here.

    `kept` is what was noted of a run that is not.
    """

    id: int
    number: int
    run_id: int | None
    run_name: str
    kept: SourceRun | None
    logged_model_id: int | None


def load_basics(connection: Connection, version_ids: Sequence[int]) -> list[Basics]:
    """Return versions in this order."""
    found: dict[int, Basics] = {}
    for chunk in chunks(version_ids):
        rows = connection.all(
            "SELECT v.id, v.version, r.id, COALESCE(r.name, ''), v.run_id, l.id FROM model_version v "  # noqa: S608 - marks
            "LEFT JOIN run r ON r.uuid = v.run_id "
            f"LEFT JOIN logged_model l ON l.uuid = v.logged_model_id WHERE v.id IN ({marks(chunk)})",
            chunk,
        )
        for version_id, number, run_id, run_name, uuid, logged_model_id in rows:
            kept = load_kept(connection, version_id).run if run_id is None and uuid else None
            name = kept.run_name if kept else run_name
            found[version_id] = Basics(version_id, number, run_id, name, kept, logged_model_id)
    return [found[version_id] for version_id in version_ids]


def load_metrics_of(
    connection: Connection, versions: Sequence[Basics], keys: Collection[str]
) -> dict[int, dict[str, float]]:
    """Return the latest values of these metrics, by the versions' row ids."""
    key_ids = connection.find_key_ids(keys)
    names = {key_id: name for name, key_id in key_ids.items()}
    found: dict[int, dict[str, float]] = {version.id: {} for version in versions}
    for chunk, of_run in _by_run(versions) if names else ():
        rows = connection.all(
            "SELECT run_id, key_id, value, special FROM latest "  # noqa: S608 - marks
            f"WHERE run_id IN ({marks(chunk)}) AND key_id IN ({marks(names)})",
            (*chunk, *names),
        )
        for run_id, key_id, value, special in rows:
            for version_id in of_run[run_id]:
                found[version_id][names[key_id]] = exact_value(value, special)
    for version in versions:
        if version.kept:
            values = latest_values(version.kept.metrics)
            found[version.id] |= {key: values[key] for key in keys if key in values}
    _add_points_of_models(connection, versions, names, found)
    return found


def load_params_of(
    connection: Connection, versions: Sequence[Basics], keys: Collection[str]
) -> dict[int, dict[str, str]]:
    """Return the values of these params, by the versions' row ids."""
    names = {key_id: name for name, key_id in connection.find_key_ids(keys).items()}
    found: dict[int, dict[str, str]] = {version.id: {} for version in versions}
    for chunk, of_run in _by_run(versions) if names else ():
        rows = connection.all(
            "SELECT run_id, key_id, value FROM param "  # noqa: S608 - marks
            f"WHERE run_id IN ({marks(chunk)}) AND key_id IN ({marks(names)})",
            (*chunk, *names),
        )
        for run_id, key_id, value in rows:
            for version_id in of_run[run_id]:
                found[version_id][names[key_id]] = value
    for version in versions:
        if version.kept:
            found[version.id] |= {param.key: param.value for param in version.kept.params if param.key in keys}
    return found


def count_metrics(connection: Connection, versions: Sequence[Basics]) -> Counter[str]:
    """Return the metrics that versions have, and how many have each; what the machine measured is left out."""
    found: Counter[str] = Counter()
    _count_keys(connection, versions, "latest", found)
    models = {version.logged_model_id: version for version in versions if version.logged_model_id is not None}
    for chunk in chunks(list(models)):
        rows = connection.all(
            "SELECT key_id, COUNT(DISTINCT model_id) FROM logged_model_metric "  # noqa: S608 - marks
            f"WHERE model_id IN ({marks(chunk)}) GROUP BY key_id",
            chunk,
        )
        names = connection.key_names([row[0] for row in rows])
        for key_id, count in rows:
            found[names[key_id]] = max(found[names[key_id]], count)
    for version in versions:
        if version.kept:
            found.update({point.key for point in version.kept.metrics})
    return Counter({name: count for name, count in found.items() if not name.startswith(_SYSTEM)})


def count_params(connection: Connection, versions: Sequence[Basics]) -> Counter[str]:
    """Return the params that versions have, and how many have each."""
    found: Counter[str] = Counter()
    _count_keys(connection, versions, "param", found)
    for version in versions:
        if version.kept:
            found.update({param.key for param in version.kept.params})
    return found


def _count_keys(connection: Connection, versions: Sequence[Basics], table: str, found: Counter[str]) -> None:
    for chunk, of_run in _by_run(versions):
        sql = f"SELECT run_id, key_id FROM {table} WHERE run_id IN ({marks(chunk)})"  # noqa: S608 - our tables
        rows = connection.all(sql, chunk)
        names = connection.key_names({row[1] for row in rows})
        for run_id, key_id in rows:
            found[names[key_id]] += len(of_run[run_id])


def _by_run(versions: Sequence[Basics]) -> Iterator[tuple[Sequence[int], dict[int, list[int]]]]:
    """Yield rows of runs in pieces that fit a statement, with the versions of each."""
    of_run: dict[int, list[int]] = {}
    for version in versions:
        if version.run_id is not None:
            of_run.setdefault(version.run_id, []).append(version.id)
    for chunk in chunks(list(of_run)):
        yield chunk, of_run


def _add_points_of_models(
    connection: Connection, versions: Sequence[Basics], names: dict[int, str], found: dict[int, dict[str, float]]
) -> None:
    """Put what was measured of logged models in the place of what their runs measured."""
    of_model: dict[int, list[int]] = {}
    for version in versions:
        if version.logged_model_id is not None:
            of_model.setdefault(version.logged_model_id, []).append(version.id)
    if not names:
        return
    for chunk in chunks(list(of_model)):
        rows = connection.all(
            "SELECT model_id, key_id, bits FROM logged_model_metric "  # noqa: S608 - marks
            f"WHERE model_id IN ({marks(chunk)}) AND key_id IN ({marks(names)}) ORDER BY step, time",
            (*chunk, *names),
        )
        for model_id, key_id, bits in rows:
            for version_id in of_model[model_id]:
                found[version_id][names[key_id]] = from_bits(bits)
