"""Spark's types for those of a signature."""

from typing import TYPE_CHECKING, Any

from headwater.models.schema.data_types import Array, DataType, Map, Object, SparkMLVector, ValueType
from headwater.models.schema.types import ColSpec, Schema, TensorSpec
from headwater.protocol.errors import InvalidParameterValue

if TYPE_CHECKING:
    from pyspark.sql.types import DataType as SparkType
    from pyspark.sql.types import StructType

_NAMES = {
    DataType.boolean: "BooleanType",
    DataType.integer: "IntegerType",
    DataType.long: "LongType",
    DataType.float: "FloatType",
    DataType.double: "DoubleType",
    DataType.string: "StringType",
    DataType.binary: "BinaryType",
    DataType.datetime: "TimestampType",
}
_KINDS = {"b": "BooleanType", "i": "LongType", "u": "LongType", "f": "DoubleType", "U": "StringType", "S": "BinaryType"}
_SMALL = {"int8", "int16", "int32", "uint8", "uint16"}


def to_spark_type(kind: ValueType) -> "SparkType":
    """Return Spark's type for a column's; raise `InvalidParameterValue` for one that Spark has not."""
    import pyspark.sql.types as spark

    if isinstance(kind, DataType):
        found: SparkType = getattr(spark, _NAMES[kind])()
        return found
    if isinstance(kind, Array):
        return spark.ArrayType(to_spark_type(kind.dtype))
    if isinstance(kind, Map):
        return spark.MapType(spark.StringType(), to_spark_type(kind.value_type))
    if isinstance(kind, Object):
        return spark.StructType(
            [spark.StructField(item.name, to_spark_type(item.dtype), not item.required) for item in kind.properties]
        )
    if isinstance(kind, SparkMLVector):
        from pyspark.ml.linalg import VectorUDT

        return VectorUDT()
    raise InvalidParameterValue(f"Spark has no type for '{kind}'. Say which with result_type.")


def to_spark_schema(schema: Schema) -> "StructType":
    """Return Spark's schema for the columns of a signature.

    Raises `InvalidParameterValue` if they have no names, or a type that Spark has not.
    """
    import pyspark.sql.types as spark

    if schema.is_tensor_spec() or not schema.has_input_names():
        raise InvalidParameterValue("Only a signature of columns with names is a schema for Spark.")
    return spark.StructType(
        [spark.StructField(str(spec.name), to_spark_type(spec.type), not spec.required) for spec in schema.inputs]
    )


def find_result_type(outputs: Schema | None) -> "SparkType":
    """Return the type of a prediction: one value, an array or a struct, as the signature says; numbers without one."""
    import pyspark.sql.types as spark

    if outputs is None:
        return spark.DoubleType()
    if len(outputs.inputs) > 1:
        names = [str(name) for name in outputs.names]
        kinds = [_result_type(spec) for spec in outputs.inputs]
        return spark.StructType([spark.StructField(name, kind) for name, kind in zip(names, kinds, strict=True)])
    return _result_type(outputs.inputs[0])


def _result_type(spec: Any) -> "SparkType":
    import pyspark.sql.types as spark

    if isinstance(spec, ColSpec):
        return to_spark_type(spec.type)
    assert isinstance(spec, TensorSpec)
    name = "IntegerType" if spec.type.name in _SMALL else _KINDS.get(spec.type.kind, "StringType")
    if spec.type.name in {"float16", "float32"}:
        name = "FloatType"
    found: SparkType = getattr(spark, name)()
    for _ in spec.shape[1:]:
        found = spark.ArrayType(found)
    return found
