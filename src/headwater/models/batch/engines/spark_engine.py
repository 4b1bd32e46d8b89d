"""Spark: the partitions of a frame are predicted by the executors' Python processes."""

import sys
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from typing import Any

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.pandas.types import from_arrow_schema

from headwater.config import environment, set_environment
from headwater.models.batch.engines.counting import Count, watching
from headwater.models.batch.formats import Format
from headwater.models.batch.job import Job
from headwater.models.batch.local import Watch
from headwater.models.batch.spark_files import SentModel, send_model
from headwater.protocol.errors import InvalidParameterValue

_ROWS = 50_000


def run(job: Job, watch: Watch | None) -> None:
    """Predict in the active Spark session, else in a new one at the job's address, which is Spark's `master`."""
    active = SparkSession.getActiveSession()
    spark = active or _start(job)
    try:
        rows = _read(spark, job)
        sample = rows.limit(5).toPandas()
        if not len(sample):
            raise InvalidParameterValue(f"There are no rows in '{job.input_path}'. Give some.")
        schema = from_arrow_schema(pa.Schema.from_pandas(job.predict(sample), preserve_index=False))
        sent = send_model(spark, job.scorer.model_uri)
        done = spark.sparkContext.accumulator(0)
        with nullcontext() if watch is None else watching(watch, lambda: done.value, job):
            _write(job, rows.mapInPandas(_Predict(job, sent, done.add), schema))
    finally:
        if active is None:
            spark.stop()


class _Predict:
    """What an executor's Python process does with its rows."""

    def __init__(self, job: Job, sent: SentModel, count: Count) -> None:
        self._job = job
        self._sent = sent
        self._count = count

    def __call__(self, frames: Iterator[Any]) -> Iterator[Any]:
        scorer = replace(self._job.scorer, model_uri=self._sent.locate())
        job = replace(self._job, scorer=scorer)
        for frame in frames:
            yield job.predict(frame)
            self._count(len(frame))


def _start(job: Job) -> SparkSession:
    variables = environment()
    set_environment({"PYSPARK_PYTHON": variables.get("PYSPARK_PYTHON", sys.executable)})
    builder = SparkSession.builder.appName("headwater").config("spark.ui.enabled", "false")
    builder = builder.config("spark.ui.showConsoleProgress", "false")
    builder = builder.config("spark.sql.execution.arrow.maxRecordsPerBatch", job.chunk_rows or _ROWS)
    return builder.master(job.address or variables.get("MASTER") or "local[*]").getOrCreate()


def _read(spark: SparkSession, job: Job) -> DataFrame:
    reader = spark.read
    if job.input_format is Format.PARQUET:
        found = reader.parquet(job.input_path)
    elif job.input_format is Format.JSONL:
        found = reader.json(job.input_path)
    else:
        found = reader.csv(job.input_path, header=True, inferSchema=not job.known_columns, multiLine=True, escape='"')
    if job.columns is None:
        return found
    return found.select([name for name in found.columns if name in job.columns])


def _write(job: Job, found: DataFrame) -> None:
    if job.output_format is Format.PARQUET:
        found.write.parquet(job.output_path)
    elif job.output_format is Format.CSV:
        found.write.csv(job.output_path, header=True)
    else:
        found.write.json(job.output_path)
