"""Runs as data frames: from columns that the store answers, or from whole runs."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from headwater.protocol.columns import RunColumn
from headwater.protocol.errors import NotSupported
from headwater.tracking.run import Run

if TYPE_CHECKING:
    import pandas
    import polars

FIXED = ("run_id", "experiment_id", "status", "artifact_uri", "start_time", "end_time")
TIMES = ("start_time", "end_time")

_OPEN_ENDED = -(2**63)  # how NumPy keeps the lack of a time


def run_columns(runs: Sequence[Run]) -> dict[str, list[Any]]:
    """Return the columns of a frame of runs by name; what a run lacks is None."""
    columns: dict[str, list[Any]] = {name: [getattr(run.info, name) for run in runs] for name in FIXED}
    columns["status"] = [str(status) for status in columns["status"]]
    for kind in ("metrics", "params", "tags"):
        facts: list[Mapping[str, Any]] = [getattr(run.data, kind) for run in runs]
        for key in dict.fromkeys(key for fact in facts for key in fact):
            columns[f"{kind}.{key}"] = [fact.get(key) for fact in facts]
    return columns


def wire_columns(runs: Sequence[Run]) -> list[RunColumn]:
    """Return whole runs as the columns that a store which knows columns would have answered."""
    return [_encode(name, values) for name, values in run_columns(runs).items()]


def _encode(name: str, values: list[Any]) -> RunColumn:
    if name in TIMES or name.startswith("metrics."):
        return RunColumn(name, numbers=values)
    distinct = dict.fromkeys(values)
    distinct.pop(None, None)
    codes = {value: code for code, value in enumerate(distinct)}
    return RunColumn(name, values=list(distinct), index=[codes.get(value, -1) for value in values])


def to_pandas(columns: Iterable[RunColumn]) -> "pandas.DataFrame":
    """Return columns as a pandas frame; what a run lacks is NaN, NaT or None."""
    try:
        import pandas  # loaded by those who ask for a frame
    except ImportError as error:
        raise _lacks("pandas") from error
    return pandas.DataFrame({column.name: _pandas_values(column) for column in columns})


def to_polars(columns: Iterable[RunColumn]) -> "polars.DataFrame":
    """Return columns as a polars frame; what a run lacks is null."""
    try:
        import polars  # loaded by those who ask for a frame
    except ImportError as error:
        raise _lacks("polars") from error
    return polars.DataFrame([_polars_series(column) for column in columns])


def _lacks(library: str) -> NotSupported:
    return NotSupported(
        f"This output needs {library}. Install it with: pip install {library}, or pass output_format='list'."
    )


def _pandas_values(column: RunColumn) -> Any:
    import numpy as np
    import pandas

    if column.numbers is None:
        texts = np.array([*(column.values or ()), None], dtype=object)
        return texts[np.array(column.index, dtype=np.int64)]  # -1 is absent, and the last
    if column.name not in TIMES:
        return np.array(column.numbers, dtype=np.float64)
    moments = [_OPEN_ENDED if number is None else int(number) for number in column.numbers]
    times = np.array(moments, dtype=np.int64).view("datetime64[ms]")
    return pandas.Series(times.astype("datetime64[ns]")).dt.tz_localize("UTC")


def _polars_series(column: RunColumn) -> "polars.Series":
    import polars

    if column.numbers is None:
        codes = polars.Series(column.index, dtype=polars.Int64)
        texts = polars.Series(column.values, dtype=polars.String)
        return texts.gather(codes.set(codes < 0, None)).alias(column.name)
    if column.name not in TIMES:
        return polars.Series(column.name, column.numbers, dtype=polars.Float64)
    moments = [None if number is None else int(number) for number in column.numbers]
    return polars.Series(column.name, moments, dtype=polars.Int64).cast(polars.Datetime("ms", "UTC"))


FRAMES: dict[str, Callable[[Iterable[RunColumn]], Any]] = {"pandas": to_pandas, "polars": to_polars}
