"""Write a store as MLflow's file store: a folder `mlruns` that its clients read.

Runs and points stream through: what is held at a time is one page of runs, one page of points and one chunk of a file.
Writing the same store twice gives the same bytes.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from headwater.interop.file_store_folder import StoreFolder, is_held, write_meta
from headwater.interop.reading import read_experiments, read_runs, read_series
from headwater.interop.source import Problem
from headwater.interop.to_mlflow_models import write_logged_models, write_registry
from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.experiments import Experiment, LifecycleStage
from headwater.protocol.imports import PointColumns
from headwater.protocol.inputs import DatasetInput
from headwater.protocol.runs import Run, RunStatus
from headwater.stores.interface import Store

_STATUSES = {
    RunStatus.RUNNING: 1,
    RunStatus.SCHEDULED: 2,
    RunStatus.FINISHED: 3,
    RunStatus.FAILED: 4,
    RunStatus.KILLED: 5,
}
_LOCAL = 4


class MlflowWriter:
    """Writes experiments, runs and models below `root`, which must be empty or new.

    Args:
        root: the folder to be `mlruns`.
        artifacts: copy the runs' files, too.
        problem: is told of what cannot be written; the export goes on.
    """

    def __init__(self, root: Path, *, artifacts: bool, problem: Problem) -> None:
        if root.exists() and (not root.is_dir() or any(root.iterdir())):
            raise InvalidParameterValue(f"'{root}' is not an empty folder. Name a new one.")
        self._root = root.absolute()
        self._folder = StoreFolder(self._root, problem)
        self._artifacts = artifacts
        self._problem = problem
        self.runs = 0
        self.points = 0
        self.logged_models = 0
        self.versions = 0

    def write(self, store: Store) -> None:
        """Write every experiment with all its runs and models, those in the trash too, and the registry."""
        self._root.mkdir(parents=True, exist_ok=True)
        (self._root / ".trash").mkdir(exist_ok=True)
        for experiment in read_experiments(store):
            folder = self._write_experiment(experiment)
            for run in read_runs(store, experiment.experiment_id):
                self._write_run(store, folder, run)
        self.logged_models = write_logged_models(store, self._folder, artifacts=self._artifacts)
        self.versions = write_registry(store, self._folder, artifacts=self._artifacts)

    def _write_experiment(self, experiment: Experiment) -> Path:
        is_deleted = experiment.lifecycle_stage is LifecycleStage.DELETED
        folder = self._folder.add_experiment(experiment.experiment_id, is_deleted=is_deleted)
        meta = {
            "artifact_location": self._folder.location(experiment.artifact_location, experiment.experiment_id),
            "creation_time": experiment.creation_time,
            "experiment_id": experiment.experiment_id,
            "last_update_time": experiment.last_update_time,
            "lifecycle_stage": str(experiment.lifecycle_stage),
            "name": experiment.name,
        }
        write_meta(folder, meta)
        self._folder.write_texts(folder / "tags", {tag.key: tag.value for tag in experiment.tags})
        return folder

    def _write_run(self, store: Store, experiment: Path, run: Run) -> None:
        info = run.info
        folder = experiment / info.run_id
        own = f"{info.experiment_id}/{info.run_id}/artifacts"
        meta: dict[str, object] = {
            "artifact_uri": self._folder.location(info.artifact_uri, own),
            "end_time": info.end_time,
            "entry_point_name": "",
            "experiment_id": info.experiment_id,
            "lifecycle_stage": str(info.lifecycle_stage),
            "run_id": info.run_id,
            "run_name": info.run_name,
            "run_uuid": info.run_id,
            "source_name": "",
            "source_type": _LOCAL,
            "source_version": "",
            "start_time": info.start_time,
            "status": _STATUSES[info.status],
            "tags": [],
            "user_id": info.user_id,
        }
        write_meta(folder, meta)
        self._folder.write_texts(folder / "params", {param.key: param.value for param in run.data.params})
        self._folder.write_texts(folder / "tags", {tag.key: tag.value for tag in run.data.tags})
        (folder / "metrics").mkdir()
        for metric in run.data.metrics:
            self._write_series(store, folder / "metrics", info.run_id, metric.key)
        _write_links(experiment, folder, run)
        target = folder / "artifacts"
        target.mkdir()
        if self._artifacts and is_held(info.artifact_uri):
            self._folder.download(store, info.artifact_uri, target, f"run '{info.run_id}'")
        self.runs += 1

    def _write_series(self, store: Store, folder: Path, run_id: str, key: str) -> None:
        path = self._folder.place(folder, key)
        if path is None:
            return
        with path.open("w", encoding="ascii", newline="\n") as file:
            for columns in read_series(store, run_id, key):
                file.writelines(_lines(columns))
                self.points += len(columns.steps) // 8


def _write_links(experiment: Path, folder: Path, run: Run) -> None:
    """Write what a run read and made."""
    run_id = run.info.run_id
    for entry in run.inputs.dataset_inputs:
        dataset_id = _write_dataset(experiment, entry)
        _write_link(folder / "inputs" / _md5(dataset_id + run_id), dataset_id, "DATASET", run_id, "RUN", entry)
    for model in run.inputs.model_inputs:
        _write_link(folder / "inputs" / _md5(model.model_id + run_id), model.model_id, "MODEL", run_id, "RUN")
    for made in run.outputs.model_outputs:
        _write_link(
            folder / "outputs" / made.model_id, run_id, "RUN_OUTPUT", made.model_id, "MODEL_OUTPUT", step=made.step
        )


def _write_link(
    folder: Path,
    source_id: str,
    source_type: str,
    destination_id: str,
    destination_type: str,
    entry: DatasetInput | None = None,
    *,
    step: int | None = None,
) -> None:
    meta: dict[str, object] = {
        "destination_id": destination_id,
        "destination_type": destination_type,
        "source_id": source_id,
        "source_type": source_type,
        "tags": {tag.key: tag.value for tag in entry.tags} if entry else {},
    }
    write_meta(folder, meta if step is None else {**meta, "step": step})


def _write_dataset(experiment: Path, entry: DatasetInput) -> str:
    """Write a dataset of the experiment, once, and return its id."""
    dataset = entry.dataset
    dataset_id = _md5(dataset.name + dataset.digest)
    folder = experiment / "datasets" / dataset_id
    if not folder.exists():
        write_meta(folder, {name: getattr(dataset, name) for name in dataset.__struct_fields__})
    return dataset_id


def _lines(columns: PointColumns) -> Iterator[str]:
    """Yield the points as `timestamp value step`."""
    times, values, steps = (
        np.frombuffer(data, kind).tolist()
        for data, kind in ((columns.timestamps, "<i8"), (columns.values, "<f8"), (columns.steps, "<i8"))
    )
    for time, value, step in zip(times, values, steps, strict=True):
        yield f"{time} {value!r} {step}\n"


def _md5(text: str) -> str:
    """Return the name that MLflow gives to a folder; nothing is guarded by it."""
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
