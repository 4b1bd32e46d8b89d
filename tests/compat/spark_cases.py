"""Fits of Spark ML that are logged by the real `mlflow` and by us, to be compared.

Called as `python spark_cases.py mlflow|headwater`; prints one JSON object: what the runs of each case hold.
"""

import os
import sys
import warnings
from functools import cache
from typing import Any

os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"

import numpy as np
import pandas as pd
from case_logging import log_cases  # type: ignore[import-not-found]  # beside it
from pyspark.ml import Pipeline
from pyspark.ml.classification import LogisticRegression, OneVsRest
from pyspark.ml.evaluation import RegressionEvaluator
from pyspark.ml.feature import VectorAssembler
from pyspark.ml.regression import LinearRegression
from pyspark.ml.tuning import ParamGridBuilder, TrainValidationSplit
from pyspark.sql import SparkSession

warnings.simplefilter("ignore")
RANDOM = np.random.default_rng(7)
TABLE = pd.DataFrame(RANDOM.normal(size=(60, 2)), columns=["a", "b"])


@cache
def make_frame() -> Any:
    builder = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
    session = builder.config("spark.sql.shuffle.partitions", "1").getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    label = TABLE["a"] * 2 - TABLE["b"] + RANDOM.normal(size=60)
    return session.createDataFrame(TABLE.assign(label=label, kind=(label > 0) * 1.0))


def make_assembler() -> Any:
    return VectorAssembler(inputCols=["a", "b"], outputCol="features")


@cache
def make_vectors() -> Any:
    data = make_frame()  # which starts Spark
    return make_assembler().transform(data)


def case_spark_pipeline_with_metrics() -> None:
    data = make_frame()
    pipeline = Pipeline(stages=[make_assembler(), Pipeline(stages=[LinearRegression(maxIter=3)])])
    predictions = pipeline.fit(data).transform(data)
    RegressionEvaluator(metricName="rmse").evaluate(predictions)
    RegressionEvaluator(metricName="rmse").evaluate(predictions)


def case_spark_estimator_with_a_map_of_params() -> None:
    data = make_vectors()
    estimator = LinearRegression(maxIter=2)
    estimator.fit(data, {estimator.maxIter: 3})


def case_spark_one_against_the_rest() -> None:
    data = make_vectors()
    OneVsRest(classifier=LogisticRegression(maxIter=1), labelCol="kind").fit(data)


def case_spark_search() -> None:
    data = make_frame()
    line = LinearRegression(maxIter=1)
    grid = ParamGridBuilder().addGrid(line.regParam, [0.0, 10.0]).build()
    pipeline = Pipeline(stages=[make_assembler(), line])
    TrainValidationSplit(
        estimator=pipeline, estimatorParamMaps=grid, evaluator=RegressionEvaluator(), seed=1, trainRatio=0.5
    ).fit(data)


if __name__ == "__main__":
    make_vectors()
    log_cases(sys.argv[1], ("pyspark.ml",), globals())
