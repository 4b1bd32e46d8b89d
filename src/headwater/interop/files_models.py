"""The logged models of MLflow's file store: a folder of params, tags and metrics for each."""

from collections.abc import Iterator
from pathlib import Path

from headwater.interop.file_store import MODEL_STATUSES, StoreFiles, folders_in, named_files
from headwater.interop.source import Problem
from headwater.protocol.experiments import LifecycleStage
from headwater.protocol.imports import PutLoggedModel
from headwater.protocol.logged_models import (
    LoggedModel,
    LoggedModelData,
    LoggedModelInfo,
    LoggedModelParam,
    LoggedModelStatus,
    LoggedModelTag,
)
from headwater.protocol.metrics import Metric


def read_logged_models(
    files: StoreFiles, folder: Path, experiment_id: str, problem: Problem
) -> Iterator[PutLoggedModel]:
    """Yield the models of an experiment; what is damaged is told to `problem` and left out."""
    for place in folders_in(folder):
        meta = files.read_meta(place, "logged model")
        if meta is None:
            continue
        status = str(meta.get("status") or LoggedModelStatus.READY)
        info = LoggedModelInfo(
            model_id=place.name,
            experiment_id=experiment_id,
            name=str(meta.get("name") or ""),
            creation_timestamp_ms=int(meta.get("creation_timestamp") or 0),
            last_updated_timestamp_ms=int(meta.get("last_updated_timestamp") or 0),
            artifact_uri=str(meta.get("artifact_location") or ""),
            status=LoggedModelStatus(MODEL_STATUSES.get(status, status)),
            model_type=str(meta.get("model_type") or ""),
            source_run_id=str(meta.get("source_run_id") or ""),
            tags=[LoggedModelTag(*pair) for pair in files.read_texts(place / "tags").items()],
        )
        params = [LoggedModelParam(*pair) for pair in files.read_texts(place / "params").items()]
        metrics = [
            metric
            for key, path in named_files(place / "metrics")
            for metric in _read_metrics(key, path, place.name, problem)
        ]
        is_deleted = meta.get("lifecycle_stage") == "deleted"
        stage = LifecycleStage.DELETED if is_deleted else LifecycleStage.ACTIVE
        yield PutLoggedModel(LoggedModel(info, LoggedModelData(params, metrics)), stage)


def _read_metrics(key: str, path: Path, model_id: str, problem: Problem) -> Iterator[Metric]:
    """Yield the points of the lines `timestamp value step run_id [dataset_name dataset_digest]`."""
    try:
        lines = path.read_bytes().decode("utf-8", "replace").splitlines()
    except OSError as error:
        problem(f"'{path}' is left out: {error}.")
        return
    for number, line in enumerate(lines, 1):
        parts = line.split(" ")
        try:
            if len(parts) != 4 and len(parts) < 6:
                raise ValueError("it has not 4 or 6 parts")
            # A dataset's name may have blanks, its digest has none.
            name, digest = (" ".join(parts[4:-1]), parts[-1]) if len(parts) > 4 else ("", "")
            yield Metric(key, float(parts[1]), int(parts[0]), int(parts[2]), name, digest, model_id, parts[3])
        except ValueError:
            problem(f"Line {number} of '{path}' is left out: '{line[:80]}' is not a point of a model.")
