"""A model as a function of Spark's columns."""

import functools
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headwater.models.batch.pinning import open_pinned, pin_uri
from headwater.models.batch.scorer import LOCAL, ChunkScorer
from headwater.models.batch.spark_files import SentModel, send_model
from headwater.models.batch.spark_results import to_spark_values
from headwater.models.batch.spark_types import find_result_type
from headwater.models.schema.types import Schema
from headwater.protocol.errors import InvalidParameterValue, NotSupported

if TYPE_CHECKING:
    from pyspark.sql import Column, SparkSession


def spark_udf(
    spark: "SparkSession",
    model_uri: str | Path,
    result_type: Any = None,
    env_manager: str | None = None,
    params: Mapping[str, Any] | None = None,
    extra_env: Mapping[str, str] | None = None,
    prebuilt_env_uri: str | None = None,
    model_config: str | Path | Mapping[str, Any] | None = None,
    *,
    allow_pickle: bool | None = None,
) -> "Callable[..., Column]":
    """Return a function of columns that predicts with a model, in the processes of Spark.

    It takes a column for each feature in the signature's order, or one struct of them; called without any, the
    columns that the signature names. It may be given to `spark.udf.register`. Names of columns are the model's names
    for them unless it has a signature.

    Args:
        spark: the session.
        model_uri: any that `load_model` takes; an alias is looked up now.
        result_type: a type of Spark, or its name, such as "double" or "array<double>"; default: what the signature
            says, else double. Of several predictions in a row, a single type takes the leftmost one of its kind, an
            array all of its kind, a struct those with its fields' names.
        env_manager: "local", or "uv" for an environment of the model's own on each machine.
        params: of the prediction.
        extra_env: environment variables for the processes.
        prebuilt_env_uri: of Databricks; refused here.
        model_config: replaces entries of the configuration that the model was saved with.
        allow_pickle: load it even if that runs code of somebody else.

    Raises `ResourceDoesNotExist` if there is no such model, `InvalidParameterValue` for an unknown type.

    Example:
        >>> predict = hw.pyfunc.spark_udf(spark, "models:/churn@champion")
        >>> df.withColumn("prediction", predict("name", "age")).show()
    """
    if prebuilt_env_uri:
        raise NotSupported("prebuilt_env_uri is known to Databricks alone. Use env_manager='uv'.")
    pinned = pin_uri(model_uri)
    folder, is_allowed = open_pinned(pinned, allow_pickle)
    scorer = ChunkScorer(
        pinned,
        params,
        allow_pickle=is_allowed,
        environment=tuple(sorted((extra_env or {}).items())),
        env_manager=env_manager or LOCAL,
        model_config=model_config if isinstance(model_config, Mapping | None) else str(Path(model_config).resolve()),
    )
    schema = folder.model.get_input_schema()
    kind = _parse_type(result_type, folder.model.get_output_schema())
    return _as_function(scorer, send_model(spark, pinned), schema, kind)


def _parse_type(given: Any, outputs: Schema | None) -> Any:
    if given is None:
        return find_result_type(outputs)
    if not isinstance(given, str):
        return given
    from pyspark.errors import PySparkException
    from pyspark.sql.types import DataType, StructType

    try:
        found = DataType.fromDDL(given)
    except PySparkException as error:
        raise InvalidParameterValue(
            f"Spark knows no type '{given}'. Use one such as 'double', 'string' or 'array<double>'."
        ) from error
    is_single = isinstance(found, StructType) and " " not in given and "<" not in given and ":" not in given
    return found[0].dataType if is_single else found


def _as_function(scorer: ChunkScorer, sent: SentModel, schema: Schema | None, kind: Any) -> "Callable[..., Column]":
    default = _make_udf(scorer, sent, schema, kind, ())

    @functools.wraps(default)
    def predict(*columns: Any) -> "Column":
        if not columns:
            if schema is None or not schema.has_input_names():
                raise InvalidParameterValue("The model has no signature that names its columns. Name them.")
            return default(*map(str, schema.names))
        is_named = schema is None and all(isinstance(column, str) for column in columns)
        return (_make_udf(scorer, sent, schema, kind, columns) if is_named else default)(*columns)

    return predict


def _make_udf(scorer: ChunkScorer, sent: SentModel, schema: Schema | None, kind: Any, names: Sequence[str]) -> Any:
    import pandas as pd
    from pyspark.sql.functions import pandas_udf

    def predict(batches: "Iterator[Any]") -> "Iterator[Any]":
        model = replace(scorer, model_uri=sent.locate()).model()
        for parts in batches:
            frame = join_columns(parts if isinstance(parts, tuple) else (parts,), schema, names)
            yield to_spark_values(model.predict(frame, scorer.params), kind, len(frame))

    output = pd.DataFrame if kind.typeName() == "struct" else pd.Series
    either = typing.Union[pd.Series, pd.DataFrame]  # noqa: UP007 - Spark reads these, and knows the older forms only
    given = typing.Iterator[typing.Tuple[either, ...]]  # noqa: UP006
    predict.__annotations__ = {"batches": given, "return": typing.Iterator[output]}  # type: ignore[valid-type]  # read at run time
    return pandas_udf(predict, kind)


def join_columns(parts: "Sequence[Any]", schema: Schema | None, names: Sequence[str]) -> Any:
    """Return the columns that Spark gave as one frame: the fields of structs, and single ones by name or position.

    Raises `InvalidParameterValue` if there are more than the model takes.
    """
    import pandas as pd

    if len(parts) == 1 and hasattr(parts[0], "columns"):
        return parts[0]
    if schema is not None and schema.has_input_names():
        names = [str(name) for name in schema.names]
        if len(parts) > len(names):
            raise InvalidParameterValue(f"The model takes the columns {names}, but {len(parts)} were given.")
    columns = {names[place] if place < len(names) else str(place): part for place, part in enumerate(parts)}
    return pd.DataFrame(columns, copy=False)
