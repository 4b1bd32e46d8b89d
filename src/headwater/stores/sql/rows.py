"""Rows of runs: finding one, and turning rows into what goes on the wire."""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter

from headwater.protocol.errors import InvalidParameterValue, ResourceDoesNotExist
from headwater.protocol.experiments import LifecycleStage
from headwater.protocol.metrics import Metric
from headwater.protocol.runs import Param, Run, RunData, RunInfo, RunStatus, RunTag
from headwater.stores.sql.connection import Connection, Dialect, chunks, marks
from headwater.stores.sql.links import NO_LINKS, Links, load_links

_INFO_COLUMNS = "id, uuid, exp_id, name, user_id, status, start_time, end_time, artifact_uri, deleted"
_NAN, _NEGATIVE_ZERO = 1, 2
_key_of = attrgetter("key")


@dataclass(frozen=True, slots=True)
class RunRow:
    """What a write must know of a run: its row's id, its run id, its experiment and whether it is in the trash."""

    id: int
    uuid: str
    exp_id: int
    deleted: bool


def find_run(connection: Connection, uuid: str, *, active: bool) -> RunRow:
    """Return the run of this id; inside a write, keep other servers from writing to it until the commit.

    Raises `ResourceDoesNotExist` if there is none, `InvalidParameterValue` if it must be `active` and is deleted.
    """
    lock = " FOR NO KEY UPDATE" if connection.writable and connection.dialect is Dialect.POSTGRESQL else ""
    row = connection.one(f"SELECT id, exp_id, deleted FROM run WHERE uuid = ?{lock}", (uuid,))  # noqa: S608 - two constants
    if row is None:
        raise ResourceDoesNotExist(f"Run with id={uuid} not found")
    run = RunRow(row[0], uuid, row[1], bool(row[2]))
    if active and run.deleted:
        raise InvalidParameterValue(f"The run {uuid} must be in the 'active' state. Current state is deleted.")
    return run


def load_runs(connection: Connection, run_ids: Sequence[int]) -> list[Run]:
    """Return whole runs by their rows' ids, in that order; ids that do not exist are left out."""
    infos: dict[int, RunInfo] = {}
    links: dict[int, Links] = {}
    data: dict[int, RunData] = {run_id: RunData([], [], [], []) for run_id in run_ids}
    for chunk in chunks(run_ids):
        among = f"IN ({marks(chunk)})"
        for row in connection.all(f"SELECT {_INFO_COLUMNS} FROM run WHERE id {among}", chunk):  # noqa: S608 - marks
            infos[row[0]] = _info(row)
        _load_latest(connection, among, chunk, data)
        _load_texts(connection, among, chunk, data)
        links |= load_links(connection, chunk)
    return [Run(infos[run_id], data[run_id], *links.get(run_id, NO_LINKS)) for run_id in run_ids if run_id in infos]


def load_info(connection: Connection, run_id: int) -> RunInfo:
    """Return the info of one run that exists."""
    row = connection.one(f"SELECT {_INFO_COLUMNS} FROM run WHERE id = ?", (run_id,))  # noqa: S608 - constant columns
    assert row is not None, "the caller found the run in this transaction"
    return _info(row)


def _info(row: tuple[int, str, int, str, str, str, int, int | None, str, int]) -> RunInfo:
    _, uuid, exp_id, name, user_id, status, start_time, end_time, artifact_uri, deleted = row
    return RunInfo(
        run_uuid=uuid,
        experiment_id=str(exp_id),
        run_name=name,
        user_id=user_id,
        status=RunStatus(status),
        start_time=start_time,
        artifact_uri=artifact_uri,
        lifecycle_stage=LifecycleStage.DELETED if deleted else LifecycleStage.ACTIVE,
        run_id=uuid,
        end_time=end_time,
    )


def exact_value(value: float | None, special: int) -> float:
    """Return what a row of `latest` stands for."""
    if value is None or special == _NAN:
        return float("nan")
    return -0.0 if special == _NEGATIVE_ZERO else value


def _load_latest(connection: Connection, among: str, chunk: Sequence[int], data: dict[int, RunData]) -> None:
    rows = connection.all(
        f"SELECT run_id, key_id, value, special, time, step FROM latest WHERE run_id {among}",  # noqa: S608 - marks
        chunk,
    )
    names = connection.key_names({row[1] for row in rows})
    for run_id, key_id, value, special, time, step in rows:
        name = names[key_id]
        metrics = data[run_id].contexts if name[-1] == "}" else data[run_id].metrics
        metrics.append(Metric(name, exact_value(value, special), time, step))
    for run_id in chunk:
        data[run_id].metrics.sort(key=_key_of)
        data[run_id].contexts.sort(key=_key_of)


def _load_texts(connection: Connection, among: str, chunk: Sequence[int], data: dict[int, RunData]) -> None:
    params = connection.all(f"SELECT run_id, key_id, value FROM param WHERE run_id {among}", chunk)  # noqa: S608 - marks
    tags = connection.all(f"SELECT run_id, key_id, value FROM tag WHERE run_id {among}", chunk)  # noqa: S608 - marks
    names = connection.key_names({row[1] for row in params} | {row[1] for row in tags})
    for run_id, key_id, value in params:
        data[run_id].params.append(Param(names[key_id], value))
    for run_id, key_id, value in tags:
        data[run_id].tags.append(RunTag(names[key_id], value))
    for run_id in chunk:
        data[run_id].params.sort(key=_key_of)
        data[run_id].tags.sort(key=_key_of)
