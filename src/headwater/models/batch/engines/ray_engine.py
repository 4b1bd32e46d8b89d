"""Ray: the blocks of a dataset are predicted by tasks, on one machine or many."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import ray
import ray.data

from headwater.models.batch.engines.counting import watching
from headwater.models.batch.formats import Format
from headwater.models.batch.job import Job
from headwater.models.batch.local import Watch

_ROWS = 50_000


def run(job: Job, watch: Watch | None) -> None:
    """Predict on the Ray cluster at the job's address, else on the one in force, else on this machine."""
    was_running = ray.is_initialized()
    if not was_running:
        ray.init(address=job.address or None, include_dashboard=False, logging_level="warning", log_to_driver=False)
    try:
        with _counter(job, watch) as counter:
            batch_size = job.chunk_rows or _ROWS
            found = _read(job).map_batches(
                _predict, fn_args=(job, counter), batch_format="pandas", batch_size=batch_size
            )
            _write(job, found)
    finally:
        if not was_running:
            ray.shutdown()


@contextmanager
def _counter(job: Job, watch: Watch | None) -> Iterator[Any]:
    """Yield an actor that the tasks tell how many rows they did, in place of Ray's own bars; None without a watch."""
    if watch is None:
        yield None
        return
    context = ray.data.DataContext.get_current()
    shown, context.enable_progress_bars = context.enable_progress_bars, False
    counter = ray.remote(num_cpus=0)(_Counter).remote()
    try:
        with watching(watch, lambda: int(ray.get(counter.read.remote())), job):
            yield counter
    finally:
        context.enable_progress_bars = shown


class _Counter:
    def __init__(self) -> None:
        self._rows = 0

    def add(self, rows: int) -> None:
        self._rows += rows

    def read(self) -> int:
        return self._rows


def _predict(frame: Any, job: Job, counter: Any) -> Any:
    found = job.predict(frame)
    if counter is not None:
        counter.add.remote(len(frame))
    return found


def _read(job: Job) -> "ray.data.Dataset":
    if job.input_format is Format.PARQUET:
        return ray.data.read_parquet(job.input_path, columns=job.columns)
    if job.input_format is Format.JSONL:
        return ray.data.read_json(job.input_path, lines=True)
    import pyarrow as pa
    import pyarrow.csv

    texts = dict.fromkeys(job.known_columns, pa.string())
    convert = pa.csv.ConvertOptions(column_types=texts, strings_can_be_null=True, timestamp_parsers=[])
    return ray.data.read_csv(job.input_path, convert_options=convert)


def _write(job: Job, found: "ray.data.Dataset") -> None:
    if job.output_format is Format.PARQUET:
        found.write_parquet(job.output_path)
    elif job.output_format is Format.CSV:
        found.write_csv(job.output_path)
    else:
        found.write_json(job.output_path)
