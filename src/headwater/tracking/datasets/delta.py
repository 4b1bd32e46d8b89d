"""Datasets of Delta tables: versions of data that never change, described without reading them."""

from functools import cached_property
from typing import TYPE_CHECKING, Any

from headwater.protocol.errors import InvalidParameterValue
from headwater.tracking.datasets.dataset import Dataset
from headwater.tracking.datasets.delta_tables import open_delta, read_with_spark
from headwater.tracking.datasets.digest import digest_facts
from headwater.tracking.datasets.schema import Schema, UnknownType, arrow_type
from headwater.tracking.datasets.sources import DeltaSource
from headwater.tracking.datasets.spark import SparkDataset
from headwater.tracking.datasets.tables import check_column

if TYPE_CHECKING:
    import pandas
    import pyarrow


class DeltaDataset(Dataset):
    """A version of a Delta table; made by `load_delta`. Its rows are read when they are first asked for."""

    def __init__(
        self,
        path: str,
        version: int | None = None,
        targets: str | None = None,
        name: str | None = None,
        digest: str | None = None,
    ) -> None:
        self._delta = open_delta(path, version)
        self._arrow_schema = _arrow_schema(self._delta)
        self._targets = check_column(self._arrow_schema.names, targets, "targets", "Delta table")
        super().__init__(DeltaSource(path=path, delta_table_version=self.version), name, digest)

    @property
    def version(self) -> int:
        """Return the version of the table."""
        return int(self._delta.version())

    @property
    def targets(self) -> str | None:
        """Return the name of the column to predict."""
        return self._targets

    @cached_property
    def table(self) -> "pyarrow.Table":
        """Return the rows as an Arrow table."""
        return self._delta.to_pyarrow_table()

    @property
    def df(self) -> "pandas.DataFrame":
        """Return the rows as a pandas frame."""
        frame: pandas.DataFrame = self.table.to_pandas()
        return frame

    @property
    def schema(self) -> Schema | None:
        """Return the type of each column; one that the table lets be null is not required."""
        fields = self._arrow_schema
        try:
            return Schema(
                tuple({**arrow_type(item.type), "name": item.name, "required": not item.nullable} for item in fields)
            )
        except UnknownType:
            return None

    @property
    def profile(self) -> dict[str, Any]:
        """Return the number of rows, as the table's log tells it."""
        return {"num_rows": self._delta.count()}

    def _compute_digest(self) -> str:
        return digest_facts({"table": str(self._delta.metadata().id), "version": self.version})


def _arrow_schema(delta: Any) -> "pyarrow.Schema":
    import pyarrow  # loaded by those who read Delta tables

    return pyarrow.schema(delta.schema().to_arrow())


def load_delta(
    path: str | None = None,
    table_name: str | None = None,
    version: str | int | None = None,
    targets: str | None = None,
    name: str | None = None,
    digest: str | None = None,
) -> SparkDataset | DeltaDataset:
    """Describe a Delta table as a dataset.

    The active Spark session reads it, if there is one that knows Delta: the result then has a Spark frame as `df`.
    Otherwise the package `deltalake` does, without Java, and the result has a pandas frame as `df`, read when it is
    first asked for.

    Args:
        path: the folder of the table, on this machine or in a bucket.
        table_name: or its name in Spark's catalog; this always needs Spark.
        version: of the table; default: the newest.
        targets: the column to predict.
        name: what to call it; default "dataset".
        digest: a text that changes with the data; default: of the table and its version.

    Raises:
        InvalidParameterValue: not exactly one of `path` and `table_name`, or no such table or version.
        NotSupported: neither a Spark session nor `deltalake` is at hand.

    Example:
        >>> hw.log_input(hw.data.load_delta("s3://lake/houses", version=3, targets="price"), context="training")
    """
    if (path is None) == (table_name is None):
        raise InvalidParameterValue("Must specify exactly one of `table_name` or `path`.")
    number = None if version is None else int(version)
    df = read_with_spark(path, table_name, number)
    if df is not None:
        source = DeltaSource(path=path, delta_table_name=table_name, delta_table_version=number)
        return SparkDataset(df, source, targets, name, digest)
    if path is None:
        raise AssertionError("a table with a name is read by Spark")
    return DeltaDataset(path, number, targets, name, digest)
