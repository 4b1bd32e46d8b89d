"""Writing runs, or the points of their metrics, as CSV, JSON or one JSON object a line."""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TextIO

import msgspec

from headwater.cli._output import format_time
from headwater.cli._pages import RunRecord, RunValues, run_record
from headwater.protocol.codec import encode
from headwater.protocol.metrics import GetHistory, Metric
from headwater.protocol.runs import Run, RunInfo
from headwater.stores.interface import Store


class RunWithHistories(msgspec.Struct, frozen=True):
    """A run and, for each metric, its points as (step, timestamp, value)."""

    info: RunInfo
    data: RunValues
    histories: dict[str, list[tuple[int, int, float]]]


def read_history(store: Store, run_id: str, key: str) -> list[Metric]:
    """Return every point of a metric."""
    request = GetHistory(metric_key=key, run_id=run_id)
    points: list[Metric] = []
    while True:
        page = store.metrics.get_history(request)
        points += page.metrics
        if not page.next_page_token:
            return points
        request = msgspec.structs.replace(request, page_token=page.next_page_token)


def with_histories(store: Store, run: Run) -> RunWithHistories:
    """Return the run's record together with all points."""
    record = run_record(run)
    histories = {
        key: [(point.step, point.timestamp, point.value) for point in read_history(store, run.info.run_id, key)]
        for key in record.data.metrics
    }
    return RunWithHistories(record.info, record.data, histories)


def write_jsonl(records: Iterable[msgspec.Struct], out: TextIO) -> None:
    """Write one JSON object a line, as they come."""
    for record in records:
        out.write(encode(record).decode() + "\n")


def write_json(records: Iterable[msgspec.Struct], out: TextIO) -> None:
    """Write one JSON array, an element a line, as they come."""
    separator = "[\n"
    for record in records:
        out.write(separator + encode(record).decode())
        separator = ",\n"
    out.write("\n]\n" if separator != "[\n" else "[]\n")


def write_runs_csv(records: Iterable[RunRecord], out: TextIO) -> None:
    """Write one row a run: its attributes, then `metrics.…`, `params.…` and `tags.…`."""
    rows = [_flatten(record) for record in records]
    names = {name for row in rows for name in row}
    attributes = ["run_id", "experiment_id", "run_name", "status", "start_time", "end_time", "artifact_uri"]
    writer = csv.DictWriter(out, [*attributes, *sorted(names.difference(attributes))], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)


def write_points_csv(store: Store, runs: Iterable[Run], out: TextIO) -> None:
    """Write one row a point of every metric of the runs."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["run_id", "key", "step", "timestamp", "value"])
    writer.writerows(_point_rows(store, runs))


def _point_rows(store: Store, runs: Iterable[Run]) -> Iterator[tuple[str, str, int, int, float]]:
    for run in runs:
        for metric in run.data.metrics:
            for point in read_history(store, run.info.run_id, metric.key):
                yield run.info.run_id, metric.key, point.step, point.timestamp, point.value


def _flatten(record: RunRecord) -> Mapping[str, object]:
    info = record.info
    row: dict[str, object] = {
        "run_id": info.run_id,
        "experiment_id": info.experiment_id,
        "run_name": info.run_name,
        "status": str(info.status),
        "start_time": _format_moment(info.start_time),
        "end_time": _format_moment(info.end_time),
        "artifact_uri": info.artifact_uri,
    }
    row |= {f"metrics.{key}": value for key, value in record.data.metrics.items()}
    row |= {f"params.{key}": value for key, value in record.data.params.items()}
    return row | {f"tags.{key}": value for key, value in record.data.tags.items()}


def _format_moment(milliseconds: int | None) -> str:
    """Return a moment as MLflow and pandas write it: `2026-11-24 08:04:32.602+00:00`."""
    return "" if milliseconds is None else format_time(milliseconds) + f".{milliseconds % 1000:03}+00:00"


JSON_WRITERS: Mapping[str, Callable[[Iterable[msgspec.Struct], TextIO], None]] = {
    "json": write_json,
    "jsonl": write_jsonl,
}
