"""Frames, series and sparse matrices as trees: their columns are arrays, and what is special to them is named."""

import io
from collections.abc import Callable
from typing import Any

from headwater.protocol.errors import NotSupported

Part = Callable[[Any], Any]


def encode_frame(value: Any, encode: Part) -> Any:
    """Return a frame, a series, an index, a moment or a sparse matrix as a tree; None for anything else."""
    library = type(value).__module__.partition(".")[0]
    name = type(value).__name__
    if library == "pandas":
        return _encode_pandas(value, name, encode)
    if library == "polars" and name in ("DataFrame", "LazyFrame"):
        stream = io.BytesIO()
        (value.collect() if name == "LazyFrame" else value).write_ipc(stream)
        return ["polars", encode(stream.getvalue())]
    if library == "pyarrow" and name == "Table":
        import pyarrow as pa  # it is a table of it

        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, value.schema) as writer:
            writer.write_table(value)
        return ["arrow", sink.getvalue().to_pybytes()]
    if library == "scipy" and hasattr(value, "tocsr"):
        found = value if value.format in ("csr", "csc") else value.tocsr()
        return [
            "sparse",
            found.format,
            list(found.shape),
            [encode(p) for p in (found.data, found.indices, found.indptr)],
        ]
    return None


def _encode_pandas(value: Any, name: str, encode: Part) -> Any:
    if name == "DataFrame":
        columns = [[encode(label), _encode_column(value.iloc[:, at], encode)] for at, label in enumerate(value.columns)]
        return ["frame", columns, _encode_index(value.index, encode), encode(value.columns.name)]
    if name == "Series":
        return ["series", encode(value.name), _encode_column(value, encode), _encode_index(value.index, encode)]
    if name == "Timestamp":
        return ["timestamp", value.isoformat(), str(value.tz) if value.tz else None]
    if name == "NaTType":
        return ["nat"]
    if name == "NAType":
        return ["na"]
    return _encode_index(value, encode) if name.endswith("Index") else None


def _encode_column(column: Any, encode: Part) -> Any:
    """Return a column by its type: of NumPy, categorical, of moments in a zone, or by its values."""
    import numpy as np

    dtype = column.dtype
    if isinstance(dtype, np.dtype):
        return ["plain", encode(column.to_numpy())]
    if str(dtype) == "category":
        categories = _encode_column(column.cat.categories.to_series(), encode)
        return ["category", encode(column.cat.codes.to_numpy()), categories, bool(column.cat.ordered)]
    if hasattr(dtype, "tz"):
        moments = column.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy()
        return ["zoned", encode(moments), str(dtype.tz)]
    spell = str if str(dtype).startswith("period") else _same
    values = [None if missing else spell(item) for item, missing in zip(column, column.isna(), strict=True)]
    return ["typed", str(dtype), encode(values)]


def _same(value: Any) -> Any:
    return value


def _encode_index(index: Any, encode: Part) -> Any:
    if type(index).__name__ == "RangeIndex":
        return ["range", index.start, index.stop, index.step, encode(index.name)]
    if index.nlevels > 1:
        return ["levels", encode(list(index.names)), [encode(tuple(row)) for row in index]]
    return ["index", _encode_column(index.to_series(), encode), encode(index.name)]


def decode_frame(tree: Any, decode: Part) -> Any:
    """Return what `encode_frame` made a tree of; raise `NotSupported` where its library is missing."""
    kind, *rest = tree
    library = {"sparse": "scipy", "polars": "polars", "arrow": "pyarrow"}.get(kind, "pandas")
    try:
        return _DECODERS[kind](rest, decode)
    except ImportError as error:
        raise NotSupported(
            f"The data needs {library}, which is missing in one of the two environments: {error}. "
            f"Add {library} to the model's requirements, or send lists and dicts."
        ) from error


def _decode_pandas_frame(rest: list[Any], decode: Part) -> Any:
    import pandas as pd

    columns, index, name = rest
    labels = [decode(label) for label, _column in columns]
    rows = _decode_index(index, decode)
    frame = pd.DataFrame(
        {at: _decode_column(column, decode).set_axis(rows) for at, (_, column) in enumerate(columns)}, rows
    )
    frame.columns = pd.Index(labels, name=decode(name)) if labels else pd.RangeIndex(0)
    return frame


def _decode_series(rest: list[Any], decode: Part) -> Any:
    name, column, index = rest
    return _decode_column(column, decode).set_axis(_decode_index(index, decode)).rename(decode(name))


def _decode_column(tree: Any, decode: Part) -> Any:
    import pandas as pd

    kind, *rest = tree
    if kind == "plain":
        return pd.Series(decode(rest[0]), copy=True)
    if kind == "category":
        categories = pd.Index(_decode_column(rest[1], decode))
        return pd.Series(pd.Categorical.from_codes(decode(rest[0]), categories, ordered=rest[2]))
    if kind == "zoned":
        moments = pd.DatetimeIndex(decode(rest[0])).tz_localize("UTC").tz_convert(rest[1])
        return pd.Series(moments)
    values = decode(rest[1])
    try:
        return pd.Series(values, dtype=rest[0])
    except TypeError:  # a type that this version of pandas has not
        return pd.Series(values, dtype=object)


def _decode_index(tree: Any, decode: Part) -> Any:
    import pandas as pd

    kind, *rest = tree
    if kind == "range":
        start, stop, step, name = rest
        return pd.RangeIndex(start, stop, step, name=decode(name))
    if kind == "levels":
        return pd.MultiIndex.from_tuples([decode(row) for row in rest[1]], names=decode(rest[0]))
    return pd.Index(_decode_column(rest[0], decode), name=decode(rest[1]))


def _decode_timestamp(rest: list[Any], _decode: Part) -> Any:
    import pandas as pd

    moment = pd.Timestamp(rest[0])
    return moment.tz_convert(rest[1]) if rest[1] else moment


def _decode_missing(name: str) -> Callable[[list[Any], Part], Any]:
    def decode(_rest: list[Any], _decode: Part) -> Any:
        import pandas as pd

        return getattr(pd, name)

    return decode


def _decode_polars(rest: list[Any], decode: Part) -> Any:
    import polars as pl

    return pl.read_ipc(io.BytesIO(decode(rest[0])))


def _decode_arrow(rest: list[Any], decode: Part) -> Any:
    import pyarrow as pa

    return pa.ipc.open_stream(decode(rest[0])).read_all()


def _decode_sparse(rest: list[Any], decode: Part) -> Any:
    import scipy.sparse as sp

    form, shape, parts = rest
    matrix = sp.csr_matrix if form == "csr" else sp.csc_matrix
    return matrix(tuple(decode(part) for part in parts), shape=tuple(shape))


_DECODERS: dict[str, Callable[[list[Any], Part], Any]] = {
    "frame": _decode_pandas_frame,
    "series": _decode_series,
    "timestamp": _decode_timestamp,
    "nat": _decode_missing("NaT"),
    "na": _decode_missing("NA"),
    "range": lambda rest, decode: _decode_index(["range", *rest], decode),
    "levels": lambda rest, decode: _decode_index(["levels", *rest], decode),
    "index": lambda rest, decode: _decode_index(["index", *rest], decode),
    "polars": _decode_polars,
    "arrow": _decode_arrow,
    "sparse": _decode_sparse,
}
