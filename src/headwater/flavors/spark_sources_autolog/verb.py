"""`headwater.spark.autolog`."""

from collections.abc import Iterable
from types import ModuleType
from typing import Any

from headwater.tracking.autolog import Hook, Integration, Options, configure
from headwater.tracking.session import current_session

_READERS = ("csv", "json", "load", "orc", "parquet", "table", "text", "xml")


def _find_hooks(module: ModuleType) -> Iterable[Hook]:
    from headwater.flavors.spark_sources_autolog.reading import watch_read  # loaded once there is Spark

    if module.__name__ == "pyspark.sql.readwriter":
        return [Hook(module.DataFrameReader, name, watch_read) for name in _READERS]
    if module.__name__ == "pyspark.sql.session":
        return [Hook(module.SparkSession, name, watch_read) for name in ("sql", "table")]
    return ()


_INTEGRATION = Integration(
    flavor="spark", package="pyspark", versions=("4.3", "4.4"), tested="4.3.0", find_hooks=_find_hooks
)


def autolog(
    disable: bool = False,  # noqa: FBT001 - the order that callers of MLflow know
    silent: bool = False,  # noqa: FBT001
) -> None:
    """Note in the tag `sparkDatasourceInfo` which files and tables a run reads with Spark, in a line for each.

    What is read while no run is active is noted on every run that this program starts afterwards. Nothing has to be
    installed in Spark. Reading never fails by that.

    Args:
        disable: note nothing, forget what was read, and take the hooks out of PySpark.
        silent: print nothing about autologging.

    Example:
        >>> hw.spark.autolog()
        >>> with hw.start_run():  # sparkDatasourceInfo: path=file:/data/houses.csv,format=csv
        ...     houses = session.read.csv("/data/houses.csv", header=True)
    """
    _configure(Options(disable=disable, silent=silent), general=False)


def configure_generally(**options: Any) -> None:
    """Put in force what `headwater.autolog` was given, where `autolog` of this flavor was not called."""
    _configure(Options(**options), general=True)


def _configure(options: Options, *, general: bool) -> None:
    configure(_INTEGRATION, options, general=general)
    if options.disable:
        current_session().start_tags.clear()
