"""Checks of the files and tables that a run reads with Spark; run by the Python of an environment that has Spark."""

import logging
import os
import shutil
from contextlib import suppress
from functools import cache
from pathlib import Path

from pyspark.errors import AnalysisException
from pyspark.sql import SparkSession
from reporting import report_checks  # type: ignore[import-not-found]  # beside it

import headwater as hw

TAG = "sparkDatasourceInfo"
FORMATS = ("csv", "json", "orc", "parquet", "text")


@cache
def spark() -> SparkSession:
    """Return the session of all checks, which has written a folder of each format, a table and a view."""
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    session = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    rows = session.createDataFrame([("a",), ("b",)], "x string")
    for name in FORMATS:
        rows.write.format(name).save(name)
    session.sql("CREATE TABLE sold USING parquet AS SELECT 1 AS n")
    session.sql("CREATE VIEW seen AS SELECT * FROM sold")
    return session


def line(path: str, name: str = "") -> str:
    """Return what a tag says of a folder here."""
    return f"path=file:{Path.cwd()}/{path},format={name or path}"


def tag_of(run: hw.Run) -> str:
    """Return what the store holds of a run's sources."""
    hw.flush()
    return hw.get_run(run.info.run_id).data.tags.get(TAG, "")


def check_autologging_of_all_notes_them_too() -> None:
    hw.autolog()
    try:
        with hw.start_run() as run:
            spark().read.csv("csv")
    finally:
        hw.autolog(disable=True)

    assert tag_of(run) == line("csv")


def check_each_format_and_each_verb() -> None:
    hw.spark.autolog()
    reader = spark().read
    with hw.start_run() as run:
        for name in FORMATS:
            getattr(reader, name)(name)
        for name in FORMATS:
            spark().read.format(name).load(name)

    assert tag_of(run).split("\n") == [line(name) for name in FORMATS], tag_of(run)


def check_tables_views_and_queries_name_the_files_behind_them() -> None:
    hw.spark.autolog()
    tags = set()
    session = spark()
    for read, name in ((session.read.table, "sold"), (session.table, "seen"), (session.sql, "SELECT * FROM seen")):
        with hw.start_run() as run:
            read(name)
        tags.add(tag_of(run))

    assert tags == {line("spark-warehouse/sold", "parquet")}, tags


def check_several_paths_and_files_of_the_newer_readers() -> None:
    hw.spark.autolog()
    session = spark()
    session.conf.set("spark.sql.sources.useV1SourceList", "")
    try:
        with hw.start_run() as run:
            session.read.load(["parquet", str(Path("parq*").absolute())])
            session.read.csv("csv")
    finally:
        session.conf.unset("spark.sql.sources.useV1SourceList")

    assert tag_of(run).split("\n") == [line("parquet"), line("csv")], tag_of(run)


def check_what_was_read_before_is_of_every_later_run() -> None:
    hw.spark.autolog()
    try:
        spark().read.json("json")
        with hw.start_run() as first:
            spark().read.csv("csv")
        with hw.start_run() as second:
            pass
    finally:
        hw.spark.autolog(disable=True)
    with hw.start_run() as third:
        spark().read.csv("csv")

    assert tag_of(first) == f"{line('json')}\n{line('csv')}"
    assert tag_of(second) == line("json")
    assert tag_of(third) == ""


def check_a_continued_run_keeps_its_lines() -> None:
    hw.spark.autolog()
    with hw.start_run() as run:
        spark().read.csv("csv")
    with hw.start_run(run_id=run.info.run_id):
        spark().read.json("json")

    assert tag_of(run) == f"{line('csv')}\n{line('json')}"


def check_secrets_in_paths_are_hidden() -> None:
    hw.spark.autolog()
    shutil.copytree("csv", "password=correcthorse9")
    with hw.start_run() as run:
        spark().read.csv("password=correcthorse9")

    assert tag_of(run) == line("password=***", "csv"), tag_of(run)


def check_a_tag_has_whole_lines_as_far_as_there_is_room() -> None:
    hw.spark.autolog()
    session, folders = spark(), [f"{number:0>200}" for number in range(60)]
    for folder in folders:
        shutil.copytree("csv", folder)
    with hw.start_run() as run:
        session.read.csv(folders)

    lines = tag_of(run).split("\n")
    assert lines == [line(folder, "csv") for folder in folders][: len(lines)]
    assert 8000 - 300 < len(tag_of(run)) <= 8000


def check_reading_fails_as_before_and_notes_nothing() -> None:
    hw.spark.autolog()
    with hw.start_run() as run:
        spark().range(3)
        spark().sql("SHOW TABLES")
        with suppress(AnalysisException):
            spark().read.csv("nothing-there")
            raise AssertionError("it was read")

    assert tag_of(run) == ""


if __name__ == "__main__":
    logging.getLogger("py4j").setLevel(logging.ERROR)
    report_checks(globals())
