"""Ray: the blocks of a dataset are predicted by tasks, on one machine or many."""

import ray
import ray.data

from headwater.models.batch.formats import Format
from headwater.models.batch.job import Job

_ROWS = 50_000


def run(job: Job) -> None:
    """Predict on the Ray cluster at the job's address, else on the one in force, else on this machine."""
    was_running = ray.is_initialized()
    if not was_running:
        ray.init(address=job.address or None, include_dashboard=False, logging_level="warning", log_to_driver=False)
    try:
        found = _read(job).map_batches(job.predict, batch_format="pandas", batch_size=job.chunk_rows or _ROWS)
        _write(job, found)
    finally:
        if not was_running:
            ray.shutdown()


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
