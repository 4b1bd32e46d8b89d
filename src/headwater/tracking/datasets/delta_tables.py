"""Opening Delta tables: with the active Spark session, or with the package `deltalake`, which needs no Java."""

import importlib.util
import re
import sys
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from headwater.protocol.errors import InvalidParameterValue, NotSupported

_LOG = "_delta_log"
_URI = re.compile(r"[a-zA-Z][a-zA-Z0-9+.\-]+:", re.ASCII)  # one letter is a drive
_UNKNOWN_TO_SPARK = "DATA_SOURCE_NOT_FOUND"


def open_delta(path: str, version: int | None = None) -> Any:
    """Return the `deltalake.DeltaTable` at a path or URI.

    Raises:
        NotSupported: deltalake is not installed.
        InvalidParameterValue: there is no such table, or it has no such version.
    """
    try:
        import deltalake  # loaded by those who read Delta tables without Spark
    except ImportError as error:
        raise NotSupported(
            f"Reading the Delta table '{path}' needs deltalake, or a Spark session that knows Delta. "
            "Install it with: pip install deltalake"
        ) from error
    try:
        return deltalake.DeltaTable(path, version=version)
    except deltalake.exceptions.TableNotFoundError as error:
        raise InvalidParameterValue(f"There is no Delta table at '{path}'. Give the folder of one.") from error
    except deltalake.exceptions.DeltaError as error:
        at = "" if version is None else f" at version '{version}'"
        raise InvalidParameterValue(f"The Delta table '{path}'{at} cannot be read: {error}") from error


def read_with_spark(path: str | None, table_name: str | None, version: int | None) -> Any:
    """Return the Spark data frame of a Delta table; None if no session is active that knows Delta, for one at a path.

    A table with a name is always Spark's: its active session, or a new one.
    """
    session = active_session() if table_name is None else spark_session()
    if session is None:
        return None
    reader = session.read.format("delta")
    if version is not None:
        reader = reader.option("versionAsOf", version)
    try:
        return reader.load(path) if table_name is None else reader.table(table_name)
    except Exception as error:
        if table_name is None and _UNKNOWN_TO_SPARK in str(error):
            return None
        raise


def active_session() -> Any:
    """Return the active Spark session, None without one; Spark is not loaded for it."""
    if "pyspark.sql" not in sys.modules:
        return None
    from pyspark.sql import SparkSession

    return SparkSession.getActiveSession()


def spark_session() -> Any:
    """Return the active Spark session, or a new one; raise `NotSupported` without Spark."""
    try:
        from pyspark.sql import SparkSession  # loaded by those who have Spark
    except ImportError as error:
        raise NotSupported("Loading this source needs Spark. Install it with: pip install pyspark") from error
    return SparkSession.builder.getOrCreate()


def is_delta_path(path: str) -> bool:
    """Return whether a Delta table is at a path; of another machine's paths only deltalake can tell."""
    folder = _local(path)
    if folder is not None:
        return (folder / _LOG).is_dir()
    if importlib.util.find_spec("deltalake") is None:
        return False
    import deltalake

    return bool(deltalake.DeltaTable.is_deltatable(path))


def latest_version(path: str) -> int | None:
    """Return the newest version of the Delta table at a path, None if nothing here can tell."""
    if importlib.util.find_spec("deltalake") is None:
        return None
    return int(open_delta(path).version())


def _local(path: str) -> Path | None:
    if path.startswith("file:"):
        return Path(unquote(urlsplit(path).path))
    return None if _URI.match(path) else Path(path)
