"""Describe data of Spark and TensorFlow with MLflow and with Headwater in one process, beside these frameworks."""

import json
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mlflow
import mlflow.data
import numpy as np
from reporting import report_checks  # type: ignore[import-not-found]  # beside it

import headwater as hw
import headwater.data

X, Y = np.arange(12.0).reshape(3, 4), np.array([1, 2, 3])


def is_same(verb: str, *data: Any, **options: Any) -> None:
    """Assert that both describe the data alike."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = getattr(mlflow.data, verb)(*data, **options).to_dict()
    found = getattr(hw.data, verb)(*data, **options).to_dict()
    assert found == expected, (found, expected, options)


def refuses_alike(verb: str, *data: Any, **options: Any) -> None:
    """Assert that both raise MLflow's kind of error with the same first words."""
    messages = []
    for module in (mlflow.data, hw.data):
        try:
            getattr(module, verb)(*data, **options)
        except (mlflow.MlflowException, hw.HeadwaterError) as error:
            messages.append(str(error))
    assert len(messages) == 2, (messages, options)
    assert messages[1].startswith(messages[0].rstrip(".")), messages


def check_tensors_and_pipelines_are_described_as_by_mlflow() -> None:
    import tensorflow as tf

    slices = tf.data.Dataset.from_tensor_slices
    for tensor in (X, np.float32(X), Y, [True, False], np.random.default_rng(1).random((300, 50)), ["a", "b"]):
        is_same("from_tensorflow", tf.constant(tensor))
    is_same("from_tensorflow", tf.constant(X), targets=tf.constant(Y), name="n", source="/data/x.csv")
    is_same("from_tensorflow", tf.Variable(X), digest="d")
    pairs: list[Any] = [(X, Y), {"b": X, "a": Y}, ((X, Y), Y), (X, X, X)]
    for pair in pairs:
        is_same("from_tensorflow", slices(pair))
        is_same("from_tensorflow", slices(pair).batch(2))
    is_same("from_tensorflow", slices(X))
    is_same("from_tensorflow", slices(np.random.default_rng(1).random((12_000, 2))))
    is_same("from_tensorflow", slices(X).batch(2), targets=slices(Y).batch(2))
    signature = tf.TensorSpec((), tf.int32)
    is_same("from_tensorflow", tf.data.Dataset.from_generator(lambda: iter([1, 2, 3]), output_signature=signature))


def check_what_is_no_data_of_tensorflow_is_refused_as_by_mlflow() -> None:
    import tensorflow as tf

    slices = tf.data.Dataset.from_tensor_slices
    refuses_alike("from_tensorflow", X)
    refuses_alike("from_tensorflow", slices(X), targets=tf.constant(Y))
    refuses_alike("from_tensorflow", tf.constant(X), targets=slices(Y))


def check_a_pipeline_of_texts_and_one_without_end_have_digests() -> None:
    import tensorflow as tf

    slices = tf.data.Dataset.from_tensor_slices
    texts, endless = hw.data.from_tensorflow(slices(["a", "b"])), hw.data.from_tensorflow(slices(X).repeat())

    assert len(texts.digest) == len(endless.digest) == 8
    assert endless.profile == {"features_cardinality": -1}
    assert hw.data.from_tensorflow(slices(np.zeros((0, 3)))).digest != texts.digest


def with_spark(check: Callable[[Any], None]) -> None:
    from pyspark.sql import SparkSession

    """Run a check with a session of Spark."""
    check(SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate())


def check_frames_of_spark_are_described_as_by_mlflow() -> None:
    with_spark(_compare_frames)


def _compare_frames(spark: Any) -> None:
    from pyspark.sql import types as kinds

    frame = spark.createDataFrame([(1, 2.5, "a"), (2, None, "b")], ["n", "x", "s"])
    frame.write.mode("overwrite").parquet("rows")
    frame.createOrReplaceTempView("rows_view")
    frame.write.mode("overwrite").saveAsTable("rows_table")
    cases: list[dict[str, Any]] = [
        {},
        {"path": str(Path("rows").absolute())},
        {"table_name": "rows_view"},
        {"table_name": "rows_table"},
        {"sql": "SELECT 1"},
        {"targets": "x", "predictions": "n", "name": "houses"},
        {"digest": "d"},
    ]
    for options in cases:
        is_same("from_spark", frame, **options)
    is_same("from_spark", spark.read.parquet("rows"), path="rows")
    nested = kinds.StructType(
        [
            kinds.StructField("small", kinds.ShortType(), nullable=False),
            kinds.StructField("words", kinds.ArrayType(kinds.StringType())),
        ]
    )
    columns = [kinds.ByteType(), kinds.FloatType(), kinds.BinaryType(), kinds.DateType(), kinds.TimestampType(), nested]
    columns += [kinds.MapType(kinds.StringType(), kinds.IntegerType()), kinds.BooleanType(), kinds.DecimalType(5, 2)]
    for index, dtype in enumerate(columns):
        value = [({"a": 1},)] if isinstance(dtype, kinds.MapType) else [(None,)]
        is_same("from_spark", spark.createDataFrame(value, kinds.StructType([kinds.StructField(f"c{index}", dtype)])))
    mistakes: list[dict[str, Any]] = [
        {"path": "a", "table_name": "b"},
        {"table_name": "a", "sql": "b"},
        {"targets": "z"},
        {"path": "rows", "version": 1},
        {"table_name": "rows_view", "version": 1},
    ]
    for options in mistakes:
        refuses_alike("from_spark", frame, **options)
    refuses_alike("load_delta")
    refuses_alike("load_delta", path="a", table_name="b")


def check_runs_read_frames_of_spark_and_the_source_gives_them_back() -> None:
    with_spark(_read_again)


def _read_again(spark: Any) -> None:
    spark.createDataFrame([(1, "a")], ["n", "s"]).write.mode("overwrite").parquet("again")
    path = str(Path("again").absolute())
    hw.set_tracking_uri("sqlite:///spark.db")
    with hw.start_run() as run:
        hw.log_input(hw.data.from_spark(spark.read.parquet(path), path=path, name="again"), context="training")
    logged = hw.get_run(run.info.run_id).inputs.dataset_inputs[0]

    assert [tuple(row) for row in hw.data.get_source(logged).load().collect()] == [(1, "a")]
    assert json.loads(logged.dataset.profile) == {"approx_count": 1}


if __name__ == "__main__":
    report_checks({name: check for name, check in globals().items() if name.startswith("check_")})
