"""Export → import → export: the same folder, byte by byte, whatever a store holds."""

import math
import tempfile
from contextlib import closing
from pathlib import Path

import msgspec
import numpy as np
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from headwater.interop.load import Choices, import_source
from headwater.interop.opening import open_mlflow
from headwater.interop.report import Report
from headwater.interop.to_mlflow import MlflowWriter
from headwater.protocol.artifacts import ArtifactFile, CommitArtifacts
from headwater.protocol.experiments import ExperimentTag, LifecycleStage
from headwater.protocol.imports import (
    PointColumns,
    PutExperiment,
    PutLoggedModel,
    PutModel,
    PutRun,
    PutRuns,
    PutVersion,
)
from headwater.protocol.inputs import Dataset, DatasetInput, InputTag, ModelInput, ModelOutput, RunInputs, RunOutputs
from headwater.protocol.logged_models import (
    LoggedModel,
    LoggedModelData,
    LoggedModelInfo,
    LoggedModelParam,
    LoggedModelStatus,
    LoggedModelTag,
)
from headwater.protocol.metrics import Metric
from headwater.protocol.model_versions import ModelVersion, ModelVersionStatus, ModelVersionTag
from headwater.protocol.registered_models import RegisteredModel, RegisteredModelAlias, RegisteredModelTag
from headwater.protocol.runs import Param, RunStatus, RunTag
from headwater.stores import open_store
from headwater.stores.interface import Store
from headwater.testing.progress import NoProgress

INT64 = st.integers(-(2**63), 2**63 - 1)
TIMES = st.integers(0, 2**63 - 1)
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
PARTS = st.text("abcü1_-", min_size=1, max_size=5)
KEYS = st.builds(lambda folder, name: f"{folder}.d/{name}" if folder else name, st.just("") | PARTS, PARTS)
VALUES = st.floats(allow_nan=False) | st.sampled_from([math.nan, math.inf, -0.0])
MODEL_IDS = st.text("abc1", min_size=1, max_size=5)
STAGES = st.sampled_from(LifecycleStage)
DATASETS = st.builds(
    DatasetInput,
    st.builds(Dataset, TEXTS, PARTS, TEXTS, TEXTS, TEXTS, TEXTS),
    st.dictionaries(PARTS, TEXTS, max_size=2).map(lambda tags: [InputTag(*pair) for pair in sorted(tags.items())]),
)


def _columns(key: str, points: list[tuple[int, int, float]]) -> PointColumns:
    steps, times, values = zip(*points, strict=True)
    return PointColumns(
        key, np.array(steps, "<i8").tobytes(), np.array(times, "<i8").tobytes(), np.array(values, "<f8").tobytes()
    )


POINTS = st.lists(st.tuples(INT64, TIMES, VALUES), min_size=1, max_size=8)
PAIRS = st.dictionaries(KEYS, TEXTS, max_size=3).map(lambda found: sorted(found.items()))
RUNS = st.builds(
    PutRun,
    run_id=st.uuids().map(lambda found: found.hex),
    experiment_id=st.just(""),
    run_name=TEXTS,
    user_id=TEXTS,
    status=st.sampled_from(RunStatus),
    start_time=TIMES,
    end_time=st.none() | TIMES,
    lifecycle_stage=STAGES,
    params=PAIRS.map(lambda pairs: [Param(*pair) for pair in pairs]),
    tags=PAIRS.map(lambda pairs: [RunTag(*pair) for pair in pairs]),
    inputs=st.builds(
        RunInputs,
        st.lists(DATASETS, max_size=2, unique_by=lambda entry: (entry.dataset.name, entry.dataset.digest)),
        st.lists(st.builds(ModelInput, MODEL_IDS), max_size=1),
    ),
    outputs=st.builds(RunOutputs, st.lists(st.builds(ModelOutput, MODEL_IDS, INT64), max_size=1)),
    series=st.dictionaries(KEYS, POINTS, max_size=2).map(lambda found: [_columns(*pair) for pair in found.items()]),
)
EXPERIMENTS = st.builds(
    PutExperiment,
    TEXTS.filter(str.strip),
    st.integers(1, 10**17).map(str),
    st.just(""),
    STAGES,
    TIMES,
    TIMES,
    PAIRS.map(lambda pairs: [ExperimentTag(*pair) for pair in pairs]),
)
POINTS_OF_MODELS = st.builds(
    Metric, KEYS, VALUES, TIMES, INT64, dataset_name=st.just("") | PARTS, dataset_digest=st.just("") | PARTS
).filter(lambda point: bool(point.dataset_name) == bool(point.dataset_digest))
MODELS = st.builds(
    PutLoggedModel,
    st.builds(
        LoggedModel,
        st.builds(
            LoggedModelInfo,
            model_id=st.uuids().map(lambda found: f"m-{found.hex}"),
            experiment_id=st.just(""),
            name=PARTS,
            creation_timestamp_ms=TIMES,
            last_updated_timestamp_ms=TIMES,
            artifact_uri=st.just(""),
            status=st.sampled_from(LoggedModelStatus),
            model_type=PARTS,
            tags=PAIRS.map(lambda pairs: [LoggedModelTag(*pair) for pair in pairs]),
        ),
        st.builds(
            LoggedModelData,
            PAIRS.map(lambda pairs: [LoggedModelParam(*pair) for pair in pairs]),
            st.lists(POINTS_OF_MODELS, max_size=3),
        ),
    ),
    STAGES,
)
VERSIONS = st.builds(
    ModelVersion,
    name=st.just(""),
    version=st.integers(1, 9).map(str),
    creation_timestamp=TIMES,
    last_updated_timestamp=TIMES,
    current_stage=st.sampled_from(["None", "Production"]),
    description=st.none() | TEXTS.filter(bool),
    source=st.just(""),
    run_id=st.just(""),
    status=st.sampled_from(ModelVersionStatus),
    status_message=TEXTS,
    tags=PAIRS.map(lambda pairs: [ModelVersionTag(*pair) for pair in pairs]),
    run_link=TEXTS,
)
REGISTERED = st.builds(
    RegisteredModel,
    name=PARTS,
    creation_timestamp=TIMES,
    last_updated_timestamp=TIMES,
    description=st.none() | TEXTS.filter(bool),
    tags=PAIRS.map(lambda pairs: [RegisteredModelTag(*pair) for pair in pairs]),
)
STORES = st.lists(
    st.tuples(
        EXPERIMENTS,
        st.lists(RUNS, max_size=3, unique_by=lambda run: run.run_id),
        st.lists(MODELS, max_size=2, unique_by=lambda put: put.model.info.model_id),
    ),
    max_size=2,
    unique_by=(lambda pair: pair[0].name, lambda pair: pair[0].experiment_id),
)


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(
    STORES,
    st.lists(
        st.tuples(REGISTERED, st.lists(VERSIONS, max_size=2, unique_by=lambda version: version.version)),
        max_size=2,
        unique_by=lambda pair: pair[0].name,
    ),
)
def test_an_export_that_is_imported_and_exported_again_is_identical(
    things: list[tuple[PutExperiment, list[PutRun], list[PutLoggedModel]]],
    registered: list[tuple[RegisteredModel, list[ModelVersion]]],
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with closing(open_store(f"sqlite:///{folder / 'first' / 'headwater.db'}")) as store:
            for experiment, runs, models in things:
                _put(store, experiment, runs, models)
            for model, versions in registered:
                _put_registered(store, model, versions, [put for _, _, models in things for put in models])
            first = _export(store, folder / "out")

        with closing(open_store(f"sqlite:///{folder / 'second' / 'headwater.db'}")) as store:
            report = Report("out")
            with closing(open_mlflow(str(folder / "out"), report.add_problem)) as source:
                import_source(source, store, report, NoProgress(), Choices())
            (folder / "out").rename(folder / "kept")
            second = _export(store, folder / "out")

        assert (report.problems, report.differences) == ([], [])
        assert second == first


def _put(store: Store, experiment: PutExperiment, runs: list[PutRun], models: list[PutLoggedModel]) -> None:
    experiment_id = store.imports.put_experiment(experiment).experiment_id
    for run in runs:
        kept = {name: getattr(run, name) for name in run.__struct_fields__} | {"experiment_id": experiment_id}
        store.imports.put_runs(PutRuns([PutRun(**kept)]))
        digest, size = store.blobs.write([run.run_id.encode()])
        root = f"{experiment_id}/{run.run_id}/artifacts"
        store.artifacts.commit(CommitArtifacts(root, [ArtifactFile("a/b.txt", digest, size)]))
    for put in models:
        info = msgspec.structs.replace(put.model.info, experiment_id=experiment_id)
        points = [
            msgspec.structs.replace(point, run_id=run.run_id)
            for point, run in zip(put.model.data.metrics, runs, strict=False)
        ]
        data = LoggedModelData(put.model.data.params, points)
        store.imports.put_logged_model(PutLoggedModel(LoggedModel(info, data), put.lifecycle_stage))


def _put_registered(
    store: Store, model: RegisteredModel, versions: list[ModelVersion], models: list[PutLoggedModel]
) -> None:
    """Put a registered model, whose versions are made of logged models if there are any."""
    made = []
    for number, version in enumerate(versions):
        model_id = models[number % len(models)].model.info.model_id if models else ""
        source = f"models:/{model_id}" if model_id else "s3://bucket/x"
        made.append(PutVersion(msgspec.structs.replace(version, name=model.name, source=source, model_id=model_id)))
    aliases = [RegisteredModelAlias("best", versions[0].version)] if versions else []
    store.imports.put_model(PutModel(msgspec.structs.replace(model, aliases=aliases), made))


def _export(store: Store, folder: Path) -> dict[str, bytes | None]:
    problems: list[str] = []
    MlflowWriter(folder, artifacts=True, problem=problems.append).write(store)
    assert problems == []
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }
