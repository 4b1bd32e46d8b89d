"""A model's files on the machines of a Spark cluster, whose processes cannot read the driver's folders."""

import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from headwater.models.fetch import fetch_model
from headwater.tracking.artifact_files import temporary_folder

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


@dataclass(frozen=True)
class SentModel:
    """Where a process of Spark finds a model: in a folder of this machine, or among the files that Spark sent it."""

    folder: str
    archive: str = ""

    def locate(self) -> str:
        """Return the model's folder in the process that asks."""
        if not self.archive:
            return self.folder
        from pyspark import SparkFiles

        return str(SparkFiles.get(self.archive))


def send_model(spark: "SparkSession", model_uri: str) -> SentModel:
    """Make a model known to the processes of Spark, which load it when they get their first rows.

    Where they are of this machine they read it where it is, else Spark gives each machine a copy.
    """
    folder = fetch_model(model_uri)
    context = spark.sparkContext
    if context.master == "local" or context.master.startswith("local["):
        return SentModel(str(folder))
    name = f"headwater-model-{hashlib.sha256(model_uri.encode()).hexdigest()[:16]}"
    packed = shutil.make_archive(str(Path(temporary_folder()) / name), "zip", folder)
    context.addArchive(f"{packed}#{name}")
    return SentModel(str(folder), name)
