"""Write a store as Parquet files: experiments, runs, params, tags, metrics (the latest values) and points."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from headwater.interop.reading import read_experiments, read_runs, read_series
from headwater.protocol.errors import InvalidParameterValue, NotSupported
from headwater.protocol.experiments import Experiment
from headwater.protocol.runs import Run, RunInfo
from headwater.stores.interface import Store

_ROWS_HELD = 50_000
_TEXT, _WHOLE, _REAL, _TIME = "string", "int64", "float64", "timestamp[ms, tz=UTC]"
_TABLES: Mapping[str, Mapping[str, str]] = {
    "experiments": {
        "experiment_id": _TEXT,
        "name": _TEXT,
        "artifact_location": _TEXT,
        "lifecycle_stage": _TEXT,
        "creation_time": _TIME,
        "last_update_time": _TIME,
    },
    "experiment_tags": {"experiment_id": _TEXT, "key": _TEXT, "value": _TEXT},
    "runs": {
        "run_id": _TEXT,
        "experiment_id": _TEXT,
        "run_name": _TEXT,
        "user_id": _TEXT,
        "status": _TEXT,
        "start_time": _TIME,
        "end_time": _TIME,
        "artifact_uri": _TEXT,
        "lifecycle_stage": _TEXT,
    },
    "params": {"run_id": _TEXT, "key": _TEXT, "value": _TEXT},
    "tags": {"run_id": _TEXT, "key": _TEXT, "value": _TEXT},
    "metrics": {"run_id": _TEXT, "key": _TEXT, "value": _REAL, "step": _WHOLE, "timestamp": _TIME},
    "points": {"run_id": _TEXT, "key": _TEXT, "step": _WHOLE, "timestamp": _TIME, "value": _REAL},
}


def write_parquet(store: Store, folder: Path) -> tuple[int, int]:
    """Write every table into the folder, which must be empty or new; return the number of runs and of points.

    Raises `NotSupported` without pyarrow. Memory stays bounded: tables are written in groups of rows.
    """
    if find_spec("pyarrow") is None:
        raise NotSupported("Parquet needs pyarrow. Install it with `pip install 'headwater[parquet]'`.")
    if folder.exists() and any(folder.iterdir()):
        raise InvalidParameterValue(f"'{folder}' is not an empty folder. Name a new one.")
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        tables = {name: stack.enter_context(_Table(folder / f"{name}.parquet", _TABLES[name])) for name in _TABLES}
        for experiment in read_experiments(store):
            tables["experiments"].add([_cells(experiment, _TABLES["experiments"])])
            tables["experiment_tags"].add([(experiment.experiment_id, tag.key, tag.value) for tag in experiment.tags])
            for run in read_runs(store, experiment.experiment_id):
                _add_run(store, tables, run)
    return tables["runs"].count, tables["points"].count


class _Table:
    """One Parquet file, written in groups of rows."""

    def __init__(self, path: Path, columns: Mapping[str, str]) -> None:
        import pyarrow
        import pyarrow.parquet

        kinds = {
            _TEXT: pyarrow.string(),
            _WHOLE: pyarrow.int64(),
            _REAL: pyarrow.float64(),
            _TIME: pyarrow.timestamp("ms", tz="UTC"),
        }
        self._arrow = pyarrow
        self._schema = pyarrow.schema([(name, kinds[kind]) for name, kind in columns.items()])
        self._writer = pyarrow.parquet.ParquetWriter(path, self._schema, compression="zstd")
        self._rows: list[tuple[object, ...]] = []
        self._batches: list[Any] = []
        self._held = 0
        self.count = 0

    def add(self, rows: Sequence[tuple[object, ...]]) -> None:
        """Add rows."""
        self._rows += rows
        self._count(len(rows))

    def add_columns(self, texts: Sequence[str], numbers: Sequence[Any]) -> None:
        """Add as many rows as `numbers`, columns of equal length, have; their first cells are the same `texts`."""
        length = len(numbers[0])
        columns = [self._arrow.repeat(text, length) for text in texts]
        for field, column in zip(list(self._schema)[len(texts) :], numbers, strict=True):
            columns.append(self._arrow.array(column).cast(field.type))
        self._batches.append(self._arrow.Table.from_arrays(columns, schema=self._schema))
        self._count(length)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._flush()
        self._writer.close()

    def _count(self, rows: int) -> None:
        self.count += rows
        self._held += rows
        if self._held >= _ROWS_HELD:
            self._flush()

    def _flush(self) -> None:
        if self._rows:
            columns = list(zip(*self._rows, strict=True))
            arrays = [
                self._arrow.array(column, field.type) for column, field in zip(columns, self._schema, strict=True)
            ]
            self._batches.append(self._arrow.Table.from_arrays(arrays, schema=self._schema))
        if self._batches:
            self._writer.write_table(self._arrow.concat_tables(self._batches).combine_chunks())
        self._rows, self._batches, self._held = [], [], 0


def _add_run(store: Store, tables: Mapping[str, _Table], run: Run) -> None:
    run_id = run.info.run_id
    tables["runs"].add([_cells(run.info, _TABLES["runs"])])
    tables["params"].add([(run_id, param.key, param.value) for param in run.data.params])
    tables["tags"].add([(run_id, tag.key, tag.value) for tag in run.data.tags])
    tables["metrics"].add([(run_id, m.key, m.value, m.step, m.timestamp) for m in run.data.metrics])
    for metric in run.data.metrics:
        for columns in read_series(store, run_id, metric.key):
            steps, times = (np.frombuffer(data, "<i8") for data in (columns.steps, columns.timestamps))
            tables["points"].add_columns([run_id, metric.key], [steps, times, np.frombuffer(columns.values, "<f8")])


def _cells(record: Experiment | RunInfo, columns: Mapping[str, str]) -> tuple[object, ...]:
    return tuple(
        str(getattr(record, name)) if kind == _TEXT else getattr(record, name) for name, kind in columns.items()
    )
