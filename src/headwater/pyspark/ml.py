"""Spark ML: `headwater.pyspark.ml.autolog`. Its models are saved by `headwater.spark`."""

from headwater.flavors.spark_autolog import autolog

__all__ = ["autolog"]
