"""Datasets of Spark: data frames, described without collecting them."""

from typing import TYPE_CHECKING, Any

from headwater.protocol.errors import InvalidParameterValue
from headwater.tracking.datasets.dataset import PyFuncInputsOutputs
from headwater.tracking.datasets.delta_tables import is_delta_path, latest_version
from headwater.tracking.datasets.digest import MAX_ROWS, digest_numbers
from headwater.tracking.datasets.schema import Schema
from headwater.tracking.datasets.source import DatasetSource
from headwater.tracking.datasets.sources import DeltaSource, SparkSource
from headwater.tracking.datasets.spark_schema import infer_spark
from headwater.tracking.datasets.tables import FrameDataset, split_frame

if TYPE_CHECKING:
    import pyspark.sql

_COUNT_MS = 1000
_COUNT_CONFIDENCE = 0.9


class SparkDataset(FrameDataset["pyspark.sql.DataFrame"]):
    """A Spark data frame; made by `from_spark` and `load_delta`."""

    _kind = "Spark dataset"

    def __init__(
        self,
        df: "pyspark.sql.DataFrame",
        source: object = None,
        targets: str | None = None,
        name: str | None = None,
        digest: str | None = None,
        predictions: str | None = None,
    ) -> None:
        if not all(hasattr(df, part) for part in ("semanticHash", "schema", "columns")):
            raise InvalidParameterValue(f"Invalid data of type '{type(df).__name__}'. Give a DataFrame of Spark.")
        super().__init__(df, source, targets, name, digest, predictions)

    @property
    def schema(self) -> Schema | None:
        """Return the type of each column."""
        return infer_spark(self._df)

    @property
    def profile(self) -> dict[str, Any]:
        """Return about how many rows there are, as far as Spark can tell within a second."""
        return {"approx_count": _count_about(self._df) or "unknown"}  # what is not counted in time counts as 0

    def to_pyfunc(self) -> PyFuncInputsOutputs:
        """Return a pandas frame of the first 10,000 rows without the targets, and the targets."""
        return split_frame(self._df.limit(MAX_ROWS).toPandas(), self._targets)

    def _compute_digest(self) -> str:
        return digest_numbers([self._df.semanticHash()])  # of the plan and its files, not of every row


def _count_about(df: "pyspark.sql.DataFrame") -> int:
    try:
        return int(df.rdd.countApprox(_COUNT_MS, _COUNT_CONFIDENCE))
    except Exception as error:
        if _is_of_spark(error):
            return 0  # a session over the network has no such count
        raise


def _is_of_spark(error: Exception) -> bool:
    return type(error).__module__.partition(".")[0] in {"pyspark", "py4j"}


def from_spark(
    df: "pyspark.sql.DataFrame",
    path: str | None = None,
    table_name: str | None = None,
    version: str | int | None = None,
    sql: str | None = None,
    targets: str | None = None,
    name: str | None = None,
    digest: str | None = None,
    predictions: str | None = None,
) -> SparkDataset:
    """Describe a Spark data frame as a dataset; its rows are neither collected nor kept.

    Args:
        df: the data frame.
        path: the file or folder it was read from; a folder of a Delta table is noted as such.
        table_name: or the table it was read from.
        version: of the Delta table at `path` or with that name; default: the newest, if that can be told.
        sql: or the query that made it.
        targets: the column to predict.
        name: what to call it; default "dataset".
        digest: a text that changes with the data; default: of Spark's plan, equal to MLflow's for the same frame.
        predictions: the column of predictions.

    Raises:
        InvalidParameterValue: more than one of `path`, `table_name` and `sql`, or a `version` of no Delta table.

    Example:
        >>> hw.log_input(hw.data.from_spark(spark.table("houses"), table_name="houses"), context="training")
    """
    given = [item for item in (path, table_name, sql) if item is not None]
    if len(given) > 1:
        raise InvalidParameterValue("Must specify at most one of `path`, `table_name`, or `sql`.")
    source = _delta_source(df, path, table_name, version)
    if source is None:
        source = SparkSource(path, table_name, sql) if given else None
    return SparkDataset(df, source, targets, name, digest, predictions)


def _delta_source(
    df: "pyspark.sql.DataFrame", path: str | None, table_name: str | None, version: str | int | None
) -> DatasetSource | None:
    """Return the Delta table that a frame was read from; None if it is none and no version was asked for."""
    number = None if version is None else int(version)
    if path is not None and is_delta_path(path):
        return DeltaSource(path=path, delta_table_version=latest_version(path) if number is None else number)
    if table_name is not None and _provider(df, table_name) == "delta":
        return DeltaSource(delta_table_name=table_name, delta_table_version=number)
    if number is None:
        return None
    if path is not None:
        raise InvalidParameterValue(
            f"Version '{version}' was specified, but the path '{path}' does not refer to a Delta table."
        )
    raise InvalidParameterValue(
        f"Version '{version}' was specified, but could not find a Delta table with name '{table_name or ''}'."
    )


def _provider(df: "pyspark.sql.DataFrame", table_name: str) -> str:
    """Return which format a table of the frame's session has, empty for a view and for a table that is not there."""
    session = df.sparkSession
    if not session.catalog.tableExists(table_name):
        return ""
    rows = session.sql(f"DESCRIBE TABLE EXTENDED {table_name}").collect()
    return next((row[1].lower() for row in rows if row[0] == "Provider"), "")
