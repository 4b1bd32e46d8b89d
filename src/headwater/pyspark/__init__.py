"""What MLflow's users know as `mlflow.pyspark`: autologging of Spark ML is in `headwater.pyspark.ml`."""

from headwater.pyspark import ml

__all__ = ["ml"]
