"""Sample data: writing them into a store, finding them again, and removing them without a trace."""

import hashlib
import time
import uuid
from collections.abc import Callable, Sequence
from itertools import groupby

import msgspec
import numpy as np

from headwater.protocol.artifacts import ArtifactFile, CommitArtifacts
from headwater.protocol.experiments import (
    CreateExperiment,
    DeleteExperiment,
    DeleteExperimentTag,
    Experiment,
    ExperimentTag,
    SearchExperiments,
    ViewType,
)
from headwater.protocol.inputs import Dataset, DatasetInput, InputTag, LogInputs
from headwater.protocol.journals import Append
from headwater.protocol.runs import CreateRun, DeleteRun, Param, RunStatus, RunTag, SearchRuns, UpdateRun
from headwater.protocol.trash import PurgeTrash
from headwater.protocol.views import CreateView
from headwater.protocol.workspace import DIRECTION_TAG, MAIN_METRIC_TAG, SAMPLE_TAG
from headwater.server.sample_training import EPOCHS, TRIALS, Epoch, Points, Shape, Trial, make_points, train
from headwater.stores.interface import Store

_EXPERIMENTS: dict[Shape, str] = {"moons": "Sample data/two moons", "rings": "Sample data/rings"}
TOTAL = len(_EXPERIMENTS) * len(TRIALS)
_USER = "sample data"
_NOTE = """Small neural networks that tell two kinds of points apart, trained when the sample data was loaded.

Try: sort by `val/accuracy`, select some runs, compare them, or open the saved view **What helps?**.
`Remove sample data` on the home page takes all of this away."""
_VIEW = (
    "layout=split&charts=parallel:axis=params.units,axis=params.rate,axis=params.activation,axis=metrics.val/accuracy,"
    "log=params.units,log=params.rate,color=metrics.val/accuracy&charts=box:x=params.activation,y=metrics.val/accuracy"
    "&charts=importance:y=val/accuracy&charts=images:"
)


def find_samples(store: Store) -> list[Experiment]:
    """Return the experiments that were loaded as sample data, those in the archive too."""
    found = store.experiments.search(
        SearchExperiments(filter=f"tags.`{SAMPLE_TAG}` = 'yes'", view_type=ViewType.ALL, max_results=1000)
    )
    return found.experiments


def load_samples(store: Store, on_run: Callable[[], object], is_over: Callable[[], bool]) -> None:
    """Train every trial on both sets of points, each as a run; `on_run` is called after each, until `is_over`."""
    for shape, name in _EXPERIMENTS.items():
        tags = {SAMPLE_TAG: "yes", MAIN_METRIC_TAG: "val/accuracy", DIRECTION_TAG: "max", "mlflow.note.content": _NOTE}
        experiment_id = store.experiments.create(
            CreateExperiment(name, tags=[ExperimentTag(key, value) for key, value in tags.items()])
        ).experiment_id
        store.views.create(CreateView("What helps?", {"query": _VIEW}, experiment_id, user_id=_USER))
        points = make_points(shape)
        for trial in TRIALS:
            if is_over():
                return
            _add_run(store, experiment_id, shape, trial, points)
            on_run()


def remove_samples(store: Store) -> None:
    """Delete the sample data for good; runs that others logged into their experiments stay, with the experiment."""
    for experiment in find_samples(store):
        ours, others = _sort_runs(store, experiment.experiment_id)
        if not others:
            store.experiments.delete(DeleteExperiment(experiment.experiment_id))
            _purge(store, PurgeTrash(experiment_ids=[experiment.experiment_id]))
            continue
        for run_id in ours:
            store.runs.delete(DeleteRun(run_id))
        for _, part in groupby(enumerate(ours), lambda numbered: numbered[0] // 500):
            _purge(store, PurgeTrash(run_ids=[run_id for _, run_id in part]))
        store.experiments.delete_tag(DeleteExperimentTag(experiment.experiment_id, SAMPLE_TAG))


def _sort_runs(store: Store, experiment_id: str) -> tuple[list[str], list[str]]:
    """Return the ids of the sample's runs in an experiment, and of the others."""
    ours: list[str] = []
    others: list[str] = []
    token = ""
    while True:
        page = store.runs.search(
            SearchRuns(experiment_ids=[experiment_id], run_view_type=ViewType.ALL, max_results=1000, page_token=token)
        )
        for run in page.runs:
            is_ours = any(tag.key == SAMPLE_TAG for tag in run.data.tags)
            (ours if is_ours else others).append(run.info.run_id)
        token = page.next_page_token
        if not token:
            return ours, others


def _purge(store: Store, request: PurgeTrash) -> None:
    while store.trash.purge(request).remaining:
        pass


def _add_run(store: Store, experiment_id: str, shape: Shape, trial: Trial, points: Points) -> None:
    run_id = uuid.uuid4().hex
    began = _now()
    epochs: list[Epoch] = []
    times: list[int] = []
    for epoch in train(trial, points):
        epochs.append(epoch)
        times.append(_now())
    tags = [RunTag(SAMPLE_TAG, "yes"), RunTag("mlflow.source.name", "sample data"), RunTag("points", shape)]
    name = f"{trial.activation}-{trial.units}-{trial.rate:g}"
    status = RunStatus.FINISHED if len(epochs) == EPOCHS else RunStatus.FAILED
    keys = list(epochs[0].metrics)
    count = len(epochs)
    store.runs.append(
        Append(
            journal_id=f"sample{run_id}",
            run_id=run_id,
            first_seq=1,
            last_seq=1,
            create=CreateRun(
                experiment_id=experiment_id, user_id=_USER, run_name=name, start_time=began, tags=tags, run_id=run_id
            ),
            keys=keys,
            key_index=np.repeat(np.arange(len(keys), dtype=np.int32), count).tobytes(),
            steps=np.tile(np.arange(count, dtype=np.int64), len(keys)).tobytes(),
            timestamps=np.tile(np.array(times, np.int64), len(keys)).tobytes(),
            values=np.array([epoch.metrics[key] for key in keys for epoch in epochs], np.float64).tobytes(),
            params=[Param(key, value) for key, value in trial.params.items()],
            update=UpdateRun(run_id=run_id, status=status, end_time=_now()),
        )
    )
    store.inputs.log(LogInputs(run_id, [_describe(shape, points)]))
    _add_files(store, experiment_id, run_id, epochs, times)


def _describe(shape: Shape, points: Points) -> DatasetInput:
    digest = hashlib.sha256(points.x_train.tobytes()).hexdigest()[:8]
    columns = [{"name": name, "type": "double"} for name in ("x", "y", "kind")]
    dataset = Dataset(
        name=shape,
        digest=digest,
        source_type="code",
        source=msgspec.json.encode({"tags": {"mlflow.source.name": "sample data"}}).decode(),
        schema=msgspec.json.encode({"mlflow_colspec": columns}).decode(),
        profile=msgspec.json.encode({"num_rows": len(points.x_train)}).decode(),
    )
    return DatasetInput(dataset, [InputTag("mlflow.data.context", "training")])


def _add_files(store: Store, experiment_id: str, run_id: str, epochs: Sequence[Epoch], times: Sequence[int]) -> None:
    rows = "\n".join(
        ",".join(f"{value:.6g}" for value in (number, *epoch.metrics.values())) for number, epoch in enumerate(epochs)
    )
    files = {"epochs.csv": f"epoch,{','.join(epochs[0].metrics)}\n{rows}\n".encode()}
    for number, (epoch, moment) in enumerate(zip(epochs, times, strict=True)):
        if epoch.picture:
            files[f"images/decision+step+{number}+timestamp+{moment}+{uuid.uuid4()}.png"] = epoch.picture
    named = []
    for path, content in files.items():
        digest, size = store.blobs.write([content])
        named.append(ArtifactFile(path, digest, size))
    store.artifacts.commit(CommitArtifacts(f"{experiment_id}/{run_id}/artifacts", named))


def _now() -> int:
    return time.time_ns() // 1_000_000
