"""What a model answered, as the values of one of Spark's types."""

from typing import Any

import numpy as np

from headwater.models.batch.predictions import name_predictions
from headwater.protocol.errors import InvalidParameterValue


def to_spark_values(result: Any, kind: Any, rows: int) -> Any:
    """Return a pandas series, or a frame for a struct, of predictions for some rows.

    A struct takes the columns with its fields' names, an array all columns of its kind of value, and a single value the
    leftmost column of its kind. Raises `InvalidParameterValue` if there is none.
    """
    import pandas as pd
    import pyspark.sql.types as spark

    columns = name_predictions(result, rows)
    if isinstance(kind, spark.StructType):
        return pd.DataFrame({field.name: _cast(_field(columns, field.name), field.dataType) for field in kind})
    if isinstance(kind, spark.ArrayType):
        if len(columns) == 1 and _is_nested(next(iter(columns.values()))):
            return pd.Series([_as_list(item) for item in next(iter(columns.values()))], dtype=object)
        chosen = [_cast(column, kind.elementType) for column in columns.values() if _fits(column, kind.elementType)]
        if chosen:
            return pd.Series([list(row) for row in zip(*chosen, strict=True)], dtype=object)
    else:
        for column in columns.values():
            if _fits(column, kind):
                return _cast(column, kind)
    found = {name: str(np.asarray(column).dtype) for name, column in columns.items()}
    raise InvalidParameterValue(f"No prediction is of the type '{kind.simpleString()}', only {found}. Use result_type.")


def _field(columns: dict[str, Any], name: str) -> Any:
    if name not in columns:
        raise InvalidParameterValue(f"The model does not predict '{name}', only {list(columns)}. Change result_type.")
    return columns[name]


def _fits(column: Any, kind: Any) -> bool:
    """Return whether a column can become a type without being cut: numbers any type of numbers that holds them."""
    values = np.asarray(column)
    name = kind.typeName()
    if name in {"string", "binary", "timestamp", "date"} or _is_complex(kind):
        return True
    if name == "boolean":
        return values.dtype.kind == "b"
    if name in {"float", "double"}:
        return values.dtype.kind in "iuf"
    limits: Any = {"integer": np.iinfo(np.int32), "short": np.iinfo(np.int16), "byte": np.iinfo(np.int8)}.get(name)
    if values.dtype.kind not in "iu":
        return False
    return limits is None or not values.size or bool(limits.min <= values.min() and values.max() <= limits.max)


def _cast(column: Any, kind: Any) -> Any:
    """Return a column as a pandas series of a type of Spark."""
    import pandas as pd

    dtypes = {"integer": "int32", "long": "int64", "short": "int16", "byte": "int8", "float": "float32"}
    dtypes |= {"double": "float64", "boolean": "bool"}
    name = kind.typeName()
    if _is_complex(kind):
        return pd.Series([_as_list(item) for item in column], dtype=object)
    series: Any = pd.Series(column)
    if name == "string":
        return pd.Series([item if isinstance(item, str | None) else str(item) for item in series], dtype=object)
    if name in dtypes and not series.isna().any():
        return series.astype(dtypes[name])
    return series


def _is_complex(kind: Any) -> bool:
    return kind.typeName() in {"array", "map", "struct"}


def _is_nested(column: Any) -> bool:
    return len(column) > 0 and isinstance(column[0], list | tuple | np.ndarray)


def _as_list(item: Any) -> Any:
    return item.tolist() if isinstance(item, np.ndarray) else item
