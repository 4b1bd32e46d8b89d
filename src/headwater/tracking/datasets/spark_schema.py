"""Schemas of Spark's data frames, in MLflow's spelling."""

from typing import TYPE_CHECKING, Any

from headwater.tracking.datasets.schema import ANY, Schema, Spec, UnknownType

if TYPE_CHECKING:
    import pyspark.sql

_SAMPLE_ROWS = 100
_TYPES = {
    **dict.fromkeys(("ByteType", "ShortType", "IntegerType"), "integer"),
    **dict.fromkeys(("DateType", "TimestampType"), "datetime"),
    "LongType": "long",
    "FloatType": "float",
    "DoubleType": "double",
    "StringType": "string",
    "BooleanType": "boolean",
    "BinaryType": "binary",
}


def infer_spark(df: "pyspark.sql.DataFrame") -> Schema | None:
    """Return the schema of a frame, None if a column's type has no name here.

    Every column counts as required, since Spark takes almost all for nullable; those of maps are told from some rows.
    """
    if not df.columns:
        return None
    try:
        return Schema(tuple({**_column(df, field), "name": field.name, "required": True} for field in df.schema.fields))
    except UnknownType:
        return None


def _column(df: "pyspark.sql.DataFrame", field: Any) -> Spec:
    if type(field.dataType).__name__ != "MapType":
        return _type(field.dataType)
    spec = _type(field.dataType.valueType)
    maps = [row[0] for row in df.select(df[field.name]).limit(_SAMPLE_ROWS).collect() if row[0]]
    keys = sorted({str(key) for found in maps for key in found})
    properties = {key: {**spec, "required": all(key in found for found in maps)} for key in keys}
    return {"type": "object", "properties": properties} if properties else ANY


def _type(dtype: Any) -> Spec:
    """Return the type of a column's values; raise `UnknownType` if there is none."""
    kind = type(dtype).__name__
    if kind == "ArrayType":
        return {"type": "array", "items": _type(dtype.elementType)}
    if kind == "StructType":
        fields = sorted(dtype.fields, key=_name)
        return {
            "type": "object",
            "properties": {field.name: {**_type(field.dataType), "required": not field.nullable} for field in fields},
        }
    if kind not in _TYPES:
        raise UnknownType
    return {"type": _TYPES[kind]}


def _name(field: Any) -> str:
    name: str = field.name
    return name
