"""Enforcement on pandas frames: what fits already is passed on, columns are converted one by one, or all at once."""

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from headwater.models.schema.columns import Columns
from headwater.models.schema.data_types import AnyType, DataType, SparkMLVector
from headwater.models.schema.fitting import MISSING_HINT, Column, fit_plain
from headwater.models.schema.kinds import is_arrow_table
from headwater.models.schema.misfit import Misfit, located
from headwater.models.schema.nested import as_objects, fit_column
from headwater.models.schema.selecting import check_count, in_column, select_names
from headwater.models.schema.types import ColSpec, Schema

if TYPE_CHECKING:
    import pandas

_SOURCE = re.compile(r"convert \S+ to")
_ZONE_HINT = "Please ensure that the datetimes are timezone-naive: `.dt.tz_convert('UTC').dt.tz_localize(None)`."


def frame_from_columns(columns: Columns, index: Any = None) -> "pandas.DataFrame":
    """Return a frame of these columns, which it shares."""
    import pandas as pd

    return pd.DataFrame(columns, index=index, copy=False)


def to_pandas(data: Any) -> "pandas.DataFrame":
    """Return a frame of polars, or a table of Arrow, as a frame of pandas."""
    if is_arrow_table(data):
        frame: pandas.DataFrame = data.to_pandas()
        return frame
    collected = data.collect() if hasattr(data, "collect") else data
    return frame_from_columns({name: collected[name].to_numpy() for name in collected.columns})


def fit_frame(frame: "pandas.DataFrame", schema: Schema) -> "pandas.DataFrame":
    """Return a frame as a schema wants it, with the rows' index kept; raise `Misfit` if it does not fit.

    The given frame is left alone; columns that fit already are shared with it.
    """
    chosen, specs = _select(frame, schema)
    dtypes = chosen.dtypes.tolist()
    changed = [place for place, spec in enumerate(specs) if not _fits(dtypes[place], spec)]
    if len(changed) > 2 and len(changed) == len(specs):
        whole = _fit_block(chosen, dtypes, specs)
        if whole is not None:
            return whole
    names = chosen.columns.tolist()
    has_names = schema.has_input_names()
    for position in changed:
        series = chosen[names[position]] if has_names else chosen.iloc[:, position]  # names are faster, and unique then
        try:
            fitted = _fit_series(series, specs[position])
        except Misfit as misfit:
            raise in_column(misfit, names[position], specs[position]) from None
        if fitted is not None:
            chosen.isetitem(position, fitted)
    return chosen


def _select(frame: "pandas.DataFrame", schema: Schema) -> "tuple[pandas.DataFrame, list[ColSpec]]":
    given = frame.columns.tolist()
    if not schema.has_input_names():
        check_count(len(given), schema)
        return frame.iloc[:, : len(schema.inputs)].copy(deep=False), schema.inputs
    if given == schema.input_names():
        return frame.copy(deep=False), schema.inputs
    names = select_names(given, schema)
    places: dict[Any, int] = {name: place for place, name in enumerate(given)}
    specs = dict(zip(schema.names, schema.inputs, strict=True))
    return frame.take([places[name] for name in names], axis=1), [specs[name] for name in names]


def _fits(dtype: Any, spec: ColSpec) -> bool:
    kind = spec.type
    if isinstance(kind, AnyType | SparkMLVector):
        return True
    if not isinstance(kind, DataType):
        return False
    if kind is DataType.string:
        return type(dtype).__name__ == "StringDtype"
    return isinstance(dtype, np.dtype) and dtype == kind.to_numpy()


def _fit_block(frame: "pandas.DataFrame", dtypes: list[Any], specs: list[ColSpec]) -> "pandas.DataFrame | None":
    """Convert all columns at once if they are numbers of one type; None if they are not, or if something is amiss."""
    kind, first = specs[0].type, dtypes[0]
    if not isinstance(kind, DataType) or not isinstance(first, np.dtype) or first.kind not in "iuf":
        return None
    if any(spec.type is not kind for spec in specs) or dtypes.count(first) < len(dtypes):
        return None
    block = frame.to_numpy()
    try:
        fitted = fit_plain(block.ravel(), kind).reshape(block.shape)
    except Misfit:
        return None
    return type(frame)(fitted, columns=frame.columns, index=frame.index, copy=False)


def _fit_series(series: "pandas.Series[Any]", spec: ColSpec) -> "Column | None":
    """Return what the column becomes, None if it stays as it is."""
    dtype: Any = series.dtype
    if isinstance(dtype, np.dtype):
        values = np.asarray(series.values)
        fitted = fit_column(values, spec.type, required=spec.required)
        return None if fitted is values else fitted
    try:
        return _fit_extension(series, dtype, spec)
    except Misfit as misfit:
        reason = _SOURCE.sub(f"convert {dtype} to", misfit.reason)
        raise Misfit(reason, misfit.index, got=misfit.got, fix=misfit.fix, path=misfit.path) from None


def _fit_extension(series: "pandas.Series[Any]", dtype: Any, spec: ColSpec) -> "Column | None":
    """Do the same for what is pandas' own type: categories, numbers with missing values, texts, moments with a zone."""
    match type(dtype).__name__:
        case "CategoricalDtype":
            _check_categories(series, spec)
            return None
        case "DatetimeTZDtype" if spec.type is DataType.datetime:
            raise Misfit(f"Can not safely convert {dtype} to datetime64[ns].", fix=_ZONE_HINT)
    numpy_dtype = getattr(dtype, "numpy_dtype", None)
    if numpy_dtype is None or numpy_dtype.kind not in "iufb":
        return fit_column(as_objects(series.tolist()), spec.type, required=spec.required)
    return _fit_nullable(series, numpy_dtype, spec)


def _check_categories(series: "pandas.Series[Any]", spec: ColSpec) -> None:
    """Check the categories; the column stays categorical, as the model knew it."""
    fit_column(np.asarray(series.cat.categories), spec.type)
    missing = series.isna().to_numpy()
    if spec.required and spec.type in (DataType.integer, DataType.long, DataType.boolean) and missing.any():
        raise _missing("category", spec.type, missing)


def _missing(dtype: Any, kind: Any, missing: "Column") -> Misfit:
    reason = f"Can not safely convert {dtype} to {kind.to_numpy()}."
    return Misfit(reason, int(missing.argmax()), got="a missing value", fix=MISSING_HINT)


def _fit_nullable(series: "pandas.Series[Any]", dtype: np.dtype[Any], spec: ColSpec) -> "Column | None":
    missing = series.isna().to_numpy()
    if not missing.any():
        return fit_column(series.to_numpy(dtype=dtype), spec.type, required=spec.required)
    if dtype.kind == "f":
        return fit_column(series.to_numpy(dtype=dtype, na_value=np.nan), spec.type, required=spec.required)
    present = np.flatnonzero(~missing)
    with located(lambda index: (int(present[index]), "")):
        fitted = fit_column(series.iloc[present].to_numpy(dtype=dtype), spec.type)
    if fitted.dtype.kind == "f":
        found = np.full(len(missing), np.nan, fitted.dtype)
        found[present] = fitted
        return found
    if spec.required:
        raise _missing(series.dtype, spec.type, missing)
    return None
