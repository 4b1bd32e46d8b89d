"""Dask: the partitions of a frame are predicted by processes of this machine, or by a cluster."""

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import dask
import dask.dataframe as dd

from headwater.models.batch.formats import Format
from headwater.models.batch.job import Job
from headwater.protocol.errors import InvalidParameterValue


def run(job: Job) -> None:
    """Predict on the Dask cluster at the job's address, else on the processors of this machine."""
    with ExitStack() as stack:
        if job.address:
            from distributed import Client  # which only a cluster needs

            stack.enter_context(Client(job.address))
        else:
            stack.enter_context(dask.config.set(scheduler="processes"))
        rows = _read(job)
        head = rows.head(5, npartitions=-1)
        if not len(head):
            raise InvalidParameterValue(f"There are no rows in '{job.input_path}'. Give some.")
        found = rows.map_partitions(_predict, job, meta=job.predict(head).iloc[:0])
        _write(job, found)


def _predict(frame: Any, job: Job) -> Any:
    return job.predict(frame)


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
