"""Dask: the partitions of a frame are predicted by processes of this machine, or by a cluster."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import dask
import dask.dataframe as dd

from headwater.models.batch.engines.counting import Count, FileCount, count_nothing, watching
from headwater.models.batch.formats import Format
from headwater.models.batch.job import Job
from headwater.models.batch.local import Watch
from headwater.protocol.errors import InvalidParameterValue


def run(job: Job, watch: Watch | None) -> None:
    """Predict on the Dask cluster at the job's address, else on the processors of this machine."""
    with ExitStack() as stack:
        if job.address:
            from distributed import Client  # which only a cluster needs

            client = stack.enter_context(Client(job.address))
            counted = _counted_on(client, job, watch)
        else:
            stack.enter_context(dask.config.set(scheduler="processes"))
            counted = _counted_here(job, watch)
        rows = _read(job)
        head = rows.head(5, npartitions=-1)
        if not len(head):
            raise InvalidParameterValue(f"There are no rows in '{job.input_path}'. Give some.")
        empty = job.predict(head).iloc[:0]
        count = stack.enter_context(counted)
        _write(job, rows.map_partitions(_predict, job, count, meta=empty))


@contextmanager
def _counted_here(job: Job, watch: Watch | None) -> Iterator[Count]:
    if watch is None:
        yield count_nothing
        return
    with FileCount.made() as count, watching(watch, count.read, job):
        yield count


@contextmanager
def _counted_on(client: Any, job: Job, watch: Watch | None) -> Iterator[Count]:
    """Let the workers of a cluster tell the rows that they did as events."""
    if watch is None:
        yield count_nothing
        return
    done: list[int] = []
    topic = f"headwater-{uuid4().hex}"
    client.subscribe_topic(topic, lambda event: done.append(event[1]))
    try:
        with watching(watch, lambda: sum(done), job):
            yield _EventCount(topic)
    finally:
        client.unsubscribe_topic(topic)


@dataclass(frozen=True)
class _EventCount:
    topic: str

    def __call__(self, rows: int) -> None:
        from distributed import get_worker

        get_worker().log_event(self.topic, rows)


def _predict(frame: Any, job: Job, count: Count) -> Any:
    found = job.predict(frame)
    count(len(frame))
    return found


def _read(job: Job) -> Any:
    if job.input_format is Format.PARQUET:
        return dd.read_parquet(job.input_path, columns=job.columns)
    path = f"{job.input_path}/*" if Path(job.input_path).is_dir() else job.input_path
    if job.input_format is Format.JSONL:
        return dd.read_json(path, lines=True, blocksize=2**24, dtype=False)
    return dd.read_csv(path, dtype=dict.fromkeys(job.known_columns, str) or None)


def _write(job: Job, found: Any) -> None:
    if job.output_format is Format.PARQUET:
        found.to_parquet(job.output_path, write_index=False)
    elif job.output_format is Format.CSV:
        found.to_csv(f"{job.output_path}/part-*.csv", index=False)
    else:
        found.to_json(f"{job.output_path}/part-*.jsonl", orient="records", lines=True)
