"""The flavor for Spark ML: fitted pipelines and the models they are made of; and what Spark reads, as a tag of runs."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, Unpack

from headwater.flavors.spark_files import as_pipeline, find_unsafe, get_session, read_model, write_model
from headwater.flavors.spark_sources_autolog import autolog
from headwater.models.environment import choose_environment
from headwater.models.flavor import Flavor
from headwater.models.load import load_flavor
from headwater.models.log import LogOptions, log_flavor
from headwater.models.model_file import ModelInfo
from headwater.models.positional import log_by_position, save_by_position
from headwater.models.save import SaveOptions, save_flavor

__all__ = [
    "FLAVOR",
    "autolog",
    "get_default_conda_env",
    "get_default_pip_requirements",
    "load_model",
    "log_model",
    "save_model",
]


@save_by_position("mlflow_model conda_env code_paths dfs_tmpdir")
def save_model(
    spark_model: Any, path: str | Path, *, dfs_tmpdir: str | None = None, **options: Unpack[SaveOptions]
) -> None:
    """Save a fitted model into a new folder.

    Args:
        spark_model: a `PipelineModel`, or another fitted model of `pyspark.ml`, which becomes a pipeline of one stage.
        path: the folder, absent or empty.
        dfs_tmpdir: a place that the whole cluster can write to, from which the files are copied; default: the folder
            itself, which does for Spark on this machine.
        options: see `SaveOptions`.

    Example:
        >>> hw.spark.save_model(pipeline.fit(frame), "fitted")
    """
    save_flavor(FLAVOR, as_pipeline(spark_model), path, partial(write_model, dfs_tmpdir), options)


@log_by_position("conda_env code_paths dfs_tmpdir")
def log_model(
    spark_model: Any, artifact_path: str | None = None, *, dfs_tmpdir: str | None = None, **options: Unpack[LogOptions]
) -> ModelInfo:
    """Log a fitted model as a model of the active run.

    `artifact_path` is the older word for `name`; the other arguments are those of `save_model` and `LogOptions`.

    Example:
        >>> info = hw.spark.log_model(pipeline.fit(frame), name="fitted", registered_model_name="churn")
        >>> hw.pyfunc.load_model(info.model_uri).predict(frame.toPandas())  # the column "prediction" as a list
    """
    return log_flavor(FLAVOR, as_pipeline(spark_model), partial(write_model, dfs_tmpdir), artifact_path, options)


def load_model(
    model_uri: str | Path,
    dfs_tmpdir: str | None = None,
    dst_path: str | Path | None = None,
    *,
    allow_pickle: bool | None = None,
) -> Any:
    """Return the `PipelineModel` that a URI names, in the active Spark session, else in a new one on this machine.

    See `headwater.sklearn.load_model` for the arguments; `dfs_tmpdir` is a place that the whole cluster can read, to
    which the files are copied first.

    Example:
        >>> hw.spark.load_model("models:/churn@champion").transform(frame)
    """
    return load_flavor(FLAVOR, model_uri, dst_path, allow_pickle=allow_pickle, dfs_tmpdir=dfs_tmpdir)


class _Predictor:
    """Transforms a DataFrame of pandas, and returns the column of predictions as a list."""

    def __init__(self, model: Any) -> None:
        self._model = model

    def predict(self, data: Any, params: Mapping[str, Any] | None = None) -> Any:  # noqa: ARG002 - Spark has none
        frame = data if hasattr(data, "sparkSession") else get_session().createDataFrame(data)
        last = self._model.stages[-1] if getattr(self._model, "stages", None) else self._model
        column = last.getPredictionCol() if hasattr(last, "getPredictionCol") else "prediction"
        return [row[0] for row in self._model.transform(frame).select(column).collect()]


FLAVOR = Flavor(
    name="spark",
    package="pyspark",
    version_key="pyspark_version",
    distributions=("pyspark",),
    load=read_model,
    predictor=lambda model, _section: _Predictor(model),
    find_unsafe=find_unsafe,
)


def get_default_pip_requirements(is_spark_connect_model: bool = False) -> list[str]:  # noqa: FBT001 - as MLflow has it
    """Return what every model of Spark ML needs, pinned; those of Spark Connect need its client."""
    lines = FLAVOR.get_default_pip_requirements()
    return [line.replace("pyspark", "pyspark[connect]", 1) for line in lines] if is_spark_connect_model else lines


def get_default_conda_env(is_spark_connect_model: bool = False) -> dict[str, Any]:  # noqa: FBT001
    """Return the same as a description of a conda environment."""
    return choose_environment(get_default_pip_requirements(is_spark_connect_model)).describe_conda()
