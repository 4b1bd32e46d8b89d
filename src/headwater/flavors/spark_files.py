"""The files of Spark ML's models, on this machine or by way of a place that a whole cluster reaches."""

import json
import uuid
from importlib import import_module
from pathlib import Path
from typing import Any

from headwater.models.flavor import ModelFolder, Saved
from headwater.protocol.errors import InvalidParameterValue

_FOLDER = "sparkml"
_PIPELINE = "pyspark.ml.pipeline.PipelineModel"
_OWN = ("org.apache.spark.ml.", "pyspark.ml.")


def get_session() -> Any:
    """Return the active Spark session, else a new one on this machine."""
    from pyspark.sql import SparkSession

    return SparkSession.getActiveSession() or SparkSession.builder.master("local[1]").getOrCreate()


def as_pipeline(model: Any) -> Any:
    """Return a fitted model as a pipeline, of one stage if it is none."""
    from pyspark.ml import PipelineModel, Transformer

    if not isinstance(model, Transformer):
        raise InvalidParameterValue(f"A '{type(model).__name__}' is no fitted model of pyspark.ml. Fit it first.")
    return model if isinstance(model, PipelineModel) else PipelineModel([model])


def write_model(dfs_tmpdir: str | None, model: Any, folder: Path) -> Saved:
    """Write a pipeline into the folder, first to `dfs_tmpdir` if the workers do not share this machine's disk."""
    target = (folder / _FOLDER).resolve().as_uri()
    if dfs_tmpdir is None:
        model.write().overwrite().save(target)
    else:
        place = f"{dfs_tmpdir.rstrip('/')}/{uuid.uuid4().hex}"
        model.write().overwrite().save(place)
        _copy(place, target, moves=True)
    return Saved({"model_data": _FOLDER, "model_class": _PIPELINE}, {"data": _FOLDER})


def read_model(folder: ModelFolder, dfs_tmpdir: str | None = None) -> Any:
    """Return the pipeline of a model, by way of `dfs_tmpdir` if the workers do not share this machine's disk."""
    get_session()
    place = _find_folder(folder).as_uri()
    if dfs_tmpdir is not None:
        shared = f"{dfs_tmpdir.rstrip('/')}/{uuid.uuid4().hex}"
        _copy(place, shared, moves=False)
        place = shared
    module, _, name = _find_class(folder).rpartition(".")
    return getattr(import_module(module), name).load(place)


def find_unsafe(folder: ModelFolder) -> list[str]:
    """Return, for people, the classes in a model that are none of Spark's own, which it would load by name."""
    names = {_find_class(folder)}
    for path in _find_folder(folder).rglob("metadata/part-*"):
        names |= {str(json.loads(line).get("class")) for line in path.read_text(encoding="utf-8").splitlines() if line}
    return [f"the class '{name}'" for name in sorted(names) if not name.startswith(_OWN)]


def _find_folder(folder: ModelFolder) -> Path:
    return folder.file(str(folder.section("spark").get("model_data") or _FOLDER))


def _find_class(folder: ModelFolder) -> str:
    return str(folder.section("spark").get("model_class") or _PIPELINE)


def _copy(source: str, target: str, *, moves: bool) -> None:
    """Copy a folder between two places that Hadoop knows."""
    context = get_session().sparkContext
    hadoop, settings = context._jvm.org.apache.hadoop.fs, context._jsc.hadoopConfiguration()  # noqa: SLF001 - the only way
    places = [hadoop.Path(place) for place in (source, target)]
    systems = [place.getFileSystem(settings) for place in places]
    hadoop.FileUtil.copy(systems[0], places[0], systems[1], places[1], moves, settings)
