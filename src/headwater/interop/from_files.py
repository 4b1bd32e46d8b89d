"""Read MLflow's file store: a folder `mlruns` with a folder for each experiment and run."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from headwater.interop.file_store import META, RUN_STATUSES, StoreFiles, folders_in, named_files
from headwater.interop.files_models import read_logged_models
from headwater.interop.source import ArtifactFolders, Problem, SourceFile, is_elsewhere, left_out
from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.experiments import ExperimentTag, LifecycleStage
from headwater.protocol.imports import PutExperiment, PutLoggedModel, PutModel, PutRun, PutVersion
from headwater.protocol.inputs import (
    Dataset,
    DatasetInput,
    InputTag,
    ModelInput,
    ModelOutput,
    RunInputs,
    RunOutputs,
)
from headwater.protocol.model_versions import ModelVersion, ModelVersionStatus, ModelVersionTag
from headwater.protocol.names import RUN_NAME_TAG
from headwater.protocol.registered_models import RegisteredModel, RegisteredModelAlias, RegisteredModelTag
from headwater.protocol.runs import Param, RunStatus, RunTag
from headwater.stores.sql.blocks import NO_POINTS, Points, sort_points

_TRASH = ".trash"
_NO_EXPERIMENTS = {"models", _TRASH}


class FileSource:
    """A folder that MLflow's file store wrote; what is damaged is told to `problem`, and the rest is read."""

    def __init__(self, root: Path, folders: ArtifactFolders, problem: Problem) -> None:
        inner = root / "mlruns"
        self._root = inner if inner.is_dir() and not _experiment_folders(root) else root
        if not self._root.is_dir() or not (_experiment_folders(self._root) or _experiment_folders(self._root / _TRASH)):
            raise InvalidParameterValue(
                f"'{root}' is no MLflow folder: it has no experiments. Give the folder 'mlruns'."
            )
        self._folders = folders
        self._problem = problem
        self._files = StoreFiles(problem)
        self._experiments: dict[str, Path] = {}

    @property
    def name(self) -> str:
        """Return the folder."""
        return str(self._root)

    def experiments(self) -> list[tuple[PutExperiment, int]]:
        """Return every experiment, those in the trash too, and how many runs it has."""
        found: list[tuple[PutExperiment, int]] = []
        for folder in (*_experiment_folders(self._root), *_experiment_folders(self._root / _TRASH)):
            meta = self._files.read_meta(folder, "experiment")
            if meta is None:
                continue
            experiment = self._experiment(folder, meta)
            self._experiments[experiment.experiment_id] = folder
            found.append((experiment, len(_run_folders(folder))))
        return found

    def runs(self, experiment_id: str) -> Iterator[PutRun]:
        """Yield the runs of an experiment, without their points."""
        for folder in _run_folders(self._experiments[experiment_id]):
            meta = self._files.read_meta(folder, "run")
            if meta is not None:
                yield self._run(folder, meta, experiment_id)

    def series(self, run: PutRun) -> Iterator[tuple[str, Points]]:
        """Yield the points of each metric; a line that is not a point is told and left out."""
        for key, path in named_files(self._run_folder(run) / "metrics"):
            yield key, self._read_points(path)

    def artifacts(self, run: PutRun) -> list[SourceFile] | None:
        """Return the files in the run's own folder, else in the local folder that its URI names."""
        return self._files_of(self._run_folder(run), run.artifact_uri, run.run_id)

    def logged_models(self, experiment_id: str) -> Iterator[PutLoggedModel]:
        """Yield the logged models of an experiment."""
        return read_logged_models(
            self._files, self._experiments[experiment_id] / "models", experiment_id, self._problem
        )

    def model_artifacts(self, model: PutLoggedModel) -> list[SourceFile] | None:
        """Return the files in the model's own folder, else in the local folder that its URI names."""
        info = model.model.info
        folder = self._experiments[info.experiment_id] / "models" / info.model_id
        return self._files_of(folder, info.artifact_uri, info.model_id)

    def models(self) -> Iterator[PutModel]:
        """Yield the registered models with their versions."""
        for folder in folders_in(self._root / "models"):
            meta = self._files.read_meta(folder, "registered model")
            if meta is not None:
                yield self._model(folder, meta)

    def left_out(self) -> list[str]:
        """Say how many traces there are."""
        count = sum(len(folders_in(folder / "traces")) for folder in self._experiments.values())
        return [left_out(count, "traces")] if count else []

    def close(self) -> None:
        """Do nothing: nothing is open."""

    def _files_of(self, owner: Path, uri: str, owner_id: str) -> list[SourceFile] | None:
        if is_elsewhere(uri):
            return None
        own = owner / "artifacts"
        if not (own.is_dir() or uri):
            return []
        folder = own if own.is_dir() else self._folders.find(uri, owner_id)
        return None if folder is None else self._folders.files(folder)

    def _run_folder(self, run: PutRun) -> Path:
        return self._experiments[run.experiment_id] / run.run_id

    def _experiment(self, folder: Path, meta: Mapping[str, Any]) -> PutExperiment:
        tags = self._files.read_texts(folder / "tags")
        # Being in the trash counts: MLflow 1.x leaves the stage as it was.
        is_deleted = folder.parent.name == _TRASH or meta.get("lifecycle_stage") == "deleted"
        return PutExperiment(
            str(meta.get("name", folder.name)),
            folder.name,
            str(meta.get("artifact_location") or ""),
            LifecycleStage.DELETED if is_deleted else LifecycleStage.ACTIVE,
            int(meta.get("creation_time") or 0),
            int(meta.get("last_update_time") or 0),
            [ExperimentTag(key, value) for key, value in tags.items()],
        )

    def _run(self, folder: Path, meta: Mapping[str, Any], experiment_id: str) -> PutRun:
        tags = self._files.read_texts(folder / "tags")
        status = str(meta.get("status", "FINISHED"))
        deleted_time = meta.get("deleted_time")
        return PutRun(
            run_id=folder.name,
            experiment_id=experiment_id,
            run_name=str(meta.get("run_name") or tags.get(RUN_NAME_TAG) or meta.get("name") or ""),
            user_id=str(meta.get("user_id") or ""),
            status=RunStatus(RUN_STATUSES.get(status, status)),
            start_time=int(meta.get("start_time") or 0),
            end_time=None if meta.get("end_time") is None else int(meta["end_time"]),
            artifact_uri=str(meta.get("artifact_uri") or ""),
            lifecycle_stage=LifecycleStage.DELETED
            if meta.get("lifecycle_stage") == "deleted"
            else LifecycleStage.ACTIVE,
            deleted_time=None if deleted_time is None else int(deleted_time),
            params=[Param(key, value) for key, value in self._files.read_texts(folder / "params").items()],
            tags=[RunTag(key, value) for key, value in tags.items()],
            inputs=self._inputs(folder),
            outputs=self._outputs(folder),
        )

    def _inputs(self, run: Path) -> RunInputs:
        """Return the datasets and models that a run read."""
        inputs = RunInputs([], [])
        for folder in folders_in(run / "inputs"):
            meta = self._files.read_meta(folder, "input")
            if meta is None:
                continue
            if meta.get("source_type") == "DATASET":
                found = self._files.read_meta(run.parent / "datasets" / str(meta.get("source_id")), "dataset")
                tags = [InputTag(str(key), str(value)) for key, value in sorted((meta.get("tags") or {}).items())]
                if found is not None:
                    dataset = Dataset(**{name: str(found.get(name) or "") for name in Dataset.__struct_fields__})
                    inputs.dataset_inputs.append(DatasetInput(dataset, tags))
            else:
                inputs.model_inputs.append(ModelInput(str(meta.get("source_id"))))
        return inputs

    def _outputs(self, run: Path) -> RunOutputs:
        """Return the models that a run made."""
        metas = [self._files.read_meta(folder, "output") for folder in folders_in(run / "outputs")]
        return RunOutputs(
            [
                ModelOutput(str(meta.get("destination_id") or meta.get("source_id")), int(meta.get("step") or 0))
                for meta in metas
                if meta is not None
            ]
        )

    def _model(self, folder: Path, meta: Mapping[str, Any]) -> PutModel:
        aliases = meta.get("aliases") or self._files.read_texts(folder / "aliases")
        name = str(meta.get("name", folder.name))
        model = RegisteredModel(
            name,
            int(meta.get("creation_timestamp") or 0),
            int(meta.get("last_updated_timestamp") or 0),
            meta.get("description"),
            tags=[RegisteredModelTag(*pair) for pair in self._files.read_texts(folder / "tags").items()],
            aliases=[RegisteredModelAlias(str(alias), str(version)) for alias, version in sorted(aliases.items())],
        )
        versions = []
        for place in folders_in(folder):
            found = self._files.read_meta(place, "model version") if place.name.startswith("version-") else None
            if found is not None and found.get("current_stage") != "Deleted_Internal":
                tags = [ModelVersionTag(*pair) for pair in self._files.read_texts(place / "tags").items()]
                versions.append(PutVersion(_version(name, found, tags)))
        return PutModel(model, versions)

    def _read_points(self, path: Path) -> Points:
        try:
            lines = path.read_bytes().decode("utf-8", "replace").splitlines()
        except OSError as error:
            self._problem(f"'{path}' is left out: {error}.")
            return NO_POINTS
        if all(line.count(" ") == 2 for line in lines):
            tokens = " ".join(lines).split(" ")
            try:
                return sort_points(_points(tokens[0::3], tokens[1::3], tokens[2::3]))
            except (ValueError, OverflowError):
                pass  # some line is not a point: look at each
        return sort_points(self._read_lines(path, lines))

    def _read_lines(self, path: Path, lines: list[str]) -> Points:
        """Return the points of the lines `timestamp value [step [dataset_name dataset_digest]]`."""
        rows: list[tuple[int, float, int]] = []
        for number, line in enumerate(lines, 1):
            parts = line.split(" ")
            try:
                if len(parts) not in {2, 3, 5}:
                    raise ValueError("it has not 2, 3 or 5 parts")
                point = int(parts[0]), float(parts[1]), int(parts[2]) if len(parts) > 2 else 0
                np.array(point[::2], np.int64)
                rows.append(point)
            except (ValueError, OverflowError):
                self._problem(f"Line {number} of '{path}' is left out: '{line[:80]}' is not a point.")
        times, values, steps = zip(*rows, strict=True) if rows else ((), (), ())
        return _points(times, values, steps)


def _version(name: str, meta: Mapping[str, Any], tags: list[ModelVersionTag]) -> ModelVersion:
    return ModelVersion(
        name=name,
        version=str(meta.get("version")),
        creation_timestamp=int(meta.get("creation_timestamp") or 0),
        last_updated_timestamp=int(meta.get("last_updated_timestamp") or 0),
        current_stage=str(meta.get("current_stage") or "None"),
        description=meta.get("description"),
        source=str(meta.get("source") or ""),
        run_id=str(meta.get("run_id") or ""),
        status=ModelVersionStatus(str(meta.get("status") or "READY")),
        status_message=str(meta.get("status_message") or ""),
        tags=tags,
        run_link=str(meta.get("run_link") or ""),
        model_id=str(meta.get("model_id") or ""),
    )


def _points(times: Any, values: Any, steps: Any) -> Points:
    columns = (list(map(int, steps)), list(map(int, times)))
    steps_column, times_column = (np.array(column, np.int64) for column in columns)
    return Points(steps_column, times_column, np.array(list(map(float, values)), np.float64))


def _experiment_folders(root: Path) -> list[Path]:
    """Return the folders of experiments; anything else in the folder is none."""
    if not root.is_dir():
        return []
    found = [path for path in root.iterdir() if path.is_dir() and path.name not in _NO_EXPERIMENTS]
    return sorted(
        (path for path in found if (path / META).exists() or path.name.isdigit()),
        key=lambda path: (not path.name.isdigit(), len(path.name), path.name),
    )


def _run_folders(experiment: Path) -> list[Path]:
    others = {"tags", "datasets", "models", "traces", "assessments"}
    return sorted(
        path
        for path in experiment.iterdir()
        if path.is_dir() and path.name not in others and ((path / META).exists() or (path / "metrics").is_dir())
    )
