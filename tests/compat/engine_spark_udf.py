"""Checks of models as functions of Spark's columns; run by the Python of an environment that has Spark."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.functions import col, struct
from pyspark.sql.types import ArrayType, DoubleType, LongType, StringType, StructField, StructType
from reporting import report_checks  # type: ignore[import-not-found]  # beside it
from sklearn.linear_model import LinearRegression

import headwater as hw
from headwater.models.schema.infer import infer_signature
from headwater.models.schema.types import Array, ColSpec, Map, Schema, TensorSpec
from headwater.pyfunc import spark_udf

PEOPLE = pd.DataFrame({"name": ["Ann", "Bo", "Cy"], "age": [31.0, 42.0, 53.0], "height": [1.6, 1.9, 1.8]})


def spark() -> SparkSession:
    """Return the session of all checks."""
    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    return builder.config("spark.sql.shuffle.partitions", "2").getOrCreate()


def people() -> DataFrame:
    """Return three people."""
    return spark().createDataFrame(PEOPLE)


def save(name: str, outputs: int = 1, *, has_signature: bool = True) -> str:
    """Return the folder of a model that adds age and height, `outputs` times with factors 1, 2 and so on."""
    path = Path(name)
    if not path.exists():
        inputs = PEOPLE[["age", "height"]]
        total = inputs.sum(axis=1)
        targets: Any = total if outputs == 1 else np.stack([total * (n + 1) for n in range(outputs)], axis=1)
        estimator = LinearRegression().fit(inputs, targets)
        signature = infer_signature(inputs, estimator.predict(inputs)) if has_signature else None
        hw.sklearn.save_model(estimator, path, signature=signature, pip_requirements=[])
    return str(path)


def values(frame: DataFrame) -> list[Any]:
    """Return the column `p`, in the order of the names."""
    return [row.p for row in frame.orderBy("name").collect()]


def close(found: list[Any], expected: list[float]) -> bool:
    """Return whether these are the numbers expected."""
    return bool(np.allclose(np.array(found, dtype=float), expected))


def failure_of(call: Callable[[], object]) -> str:
    """Return what the error says that a call raises."""
    try:
        call()
    except Exception as error:  # noqa: BLE001  # Spark wraps what the model raised
        return str(error)
    return ""


def check_columns_by_name() -> None:
    predict = spark_udf(spark(), save("sum"))

    found = people().withColumn("p", predict("age", "height"))

    assert close(values(found), [32.6, 43.9, 54.8])
    assert found.schema["p"].dataType == DoubleType()


def check_a_struct_of_columns() -> None:
    predict = spark_udf(spark(), save("sum"))

    found = people().withColumn("p", predict(struct("height", "name", "age")))

    assert close(values(found), [32.6, 43.9, 54.8])


def check_no_columns_means_those_of_the_signature() -> None:
    predict = spark_udf(spark(), save("sum"))

    assert close(values(people().withColumn("p", predict())), [32.6, 43.9, 54.8])


def check_names_are_kept_without_a_signature() -> None:
    predict = spark_udf(spark(), save("free", has_signature=False))

    assert close(values(people().withColumn("p", predict("age", "height"))), [32.6, 43.9, 54.8])


def check_an_array_of_the_signature() -> None:
    predict = spark_udf(spark(), save("two", 2))

    found = people().withColumn("p", predict("age", "height"))

    assert found.schema["p"].dataType == ArrayType(DoubleType())
    assert close(values(found), [[32.6, 65.2], [43.9, 87.8], [54.8, 109.6]])  # type: ignore[list-item]


def check_a_single_type_takes_the_leftmost_and_a_struct_takes_names() -> None:
    first = spark_udf(spark(), save("two", 2), "float")
    fields = StructType([StructField("prediction_1", DoubleType()), StructField("prediction_0", StringType())])
    both = spark_udf(spark(), save("two", 2), fields)

    rows = values(people().withColumn("p", both("age", "height")))

    assert close(values(people().withColumn("p", first("age", "height"))), [32.6, 43.9, 54.8])
    assert close([row.prediction_1 for row in rows], [65.2, 87.8, 109.6])
    assert rows[0].prediction_0.startswith("32.6")


def check_a_type_without_predictions_is_refused() -> None:
    predict = spark_udf(spark(), save("sum"), LongType())

    said = failure_of(lambda: values(people().withColumn("p", predict("age", "height"))))

    assert "No prediction is of the type 'bigint'" in said, said


def check_unknown_types_are_refused() -> None:
    said = failure_of(lambda: spark_udf(spark(), save("sum"), "nosuch<type>"))

    assert "nosuch<type>" in said, said


def check_it_can_be_registered_for_sql() -> None:
    spark().udf.register("add", spark_udf(spark(), save("sum")))
    people().createOrReplaceTempView("people")

    assert close(values(spark().sql("select name, add(age, height) p from people")), [32.6, 43.9, 54.8])


def check_columns_may_be_expressions() -> None:
    predict = spark_udf(spark(), save("sum"))

    found = people().withColumn("p", predict(col("age") * 0, col("height")))

    assert close(values(found), [1.6, 1.9, 1.8])


def check_variables_reach_the_processes() -> None:
    path = Path("env")
    hw.pyfunc.save_model(path, python_model=read_variable, pip_requirements=[])
    predict = spark_udf(spark(), str(path), "string", extra_env={"WORD": "there"})

    assert values(people().withColumn("p", predict("name"))) == ["there"] * 3


def read_variable(model_input: list[str]) -> list[str]:
    """Answer with an environment variable."""
    return [os.environ["WORD"]] * len(model_input)


def check_a_signature_is_a_schema_of_spark() -> None:
    kinds = ("boolean", "integer", "long", "float", "double", "string", "binary", "datetime")
    columns: list[ColSpec | TensorSpec] = [ColSpec(kind, kind) for kind in kinds]
    schema = Schema([*columns, ColSpec(Array("long"), "many", required=False), ColSpec(Map("double"), "by_name")])

    text = schema.as_spark_schema().simpleString()

    assert text == (
        "struct<boolean:boolean,integer:int,long:bigint,float:float,double:double,string:string,binary:binary,"
        "datetime:timestamp,many:array<bigint>,by_name:map<string,double>>"
    ), text
    assert schema.as_spark_schema()["many"].nullable
    assert not schema.as_spark_schema()["long"].nullable


def check_a_cluster_gets_the_model_sent() -> None:
    spark().stop()
    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = SparkSession.builder.master("local-cluster[1,1,1024]").config("spark.ui.enabled", "false")
    session = builder.config("spark.executorEnv.PYTHONPATH", os.environ["PYTHONPATH"]).getOrCreate()
    predict = spark_udf(session, save("sum"))
    try:
        found = session.createDataFrame(PEOPLE).withColumn("p", predict("age", "height"))
        assert close(values(found), [32.6, 43.9, 54.8])
    finally:
        session.stop()


if __name__ == "__main__":
    report_checks(globals())
