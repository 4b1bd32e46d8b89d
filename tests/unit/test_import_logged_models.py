"""Logged models of MLflow's folders, with their versions and files, wherever these are."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from headwater.interop.copying import Artifacts
from headwater.interop.load import Choices, import_source
from headwater.interop.opening import open_mlflow
from headwater.interop.report import Report
from headwater.interop.to_mlflow import MlflowWriter
from headwater.protocol.artifacts import GetTree
from headwater.protocol.logged_models import GetLoggedModel, LoggedModelParam, LoggedModelStatus, LoggedModelTag
from headwater.protocol.model_versions import GetDownloadUri, GetModelVersion
from headwater.protocol.trash import ListTrash
from headwater.stores import open_location, open_store
from headwater.stores.interface import Store
from headwater.testing.progress import NoProgress
from headwater.testing.stores import get_run

RUN_ID = "a" * 32
MODEL_ID = f"m-{'b' * 32}"
DELETED_ID = f"m-{'c' * 32}"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Yield a new store."""
    with closing(open_store(f"sqlite:///{tmp_path / 'store' / 'headwater.db'}")) as opened:
        yield opened


@pytest.fixture
def mlruns(tmp_path: Path) -> Path:
    """Return a folder with a run that made a model, a deleted model, and a version of the model."""
    root = tmp_path / "mlruns"
    write(root / "7" / "meta.yaml", "experiment_id: '7'\nname: wine\nartifact_location: file:///gone/7\n")
    write(root / "7" / RUN_ID / "meta.yaml", f"run_id: {RUN_ID}\nartifact_uri: file:///gone/7/{RUN_ID}/artifacts\n")
    (root / "7" / RUN_ID / "metrics").mkdir()
    write(root / "7" / RUN_ID / "artifacts" / "log.txt", "log")
    write(root / "7" / RUN_ID / "outputs" / MODEL_ID / "meta.yaml", f"destination_id: {MODEL_ID}\nstep: 3\n")
    model = root / "7" / "models" / MODEL_ID
    write(
        model / "meta.yaml",
        f"artifact_location: file:///gone/7/models/{MODEL_ID}/artifacts\ncreation_timestamp: 5\n"
        f"last_updated_timestamp: 6\nmodel_id: {MODEL_ID}\nmodel_type: null\nname: clf\nsource_run_id: {RUN_ID}\n"
        "status: 2\n",
    )
    write(model / "params" / "rate", "0.1")
    write(model / "tags" / "team", "a")
    write(model / "metrics" / "acc", f"9 0.5 3 {RUN_ID}\n9 nan 4 {RUN_ID} the wine abc123\n")
    write(model / "artifacts" / "MLmodel", "flavors: {}\n")
    write(model / "artifacts" / "model.bin", "weights")
    deleted = root / "7" / "models" / DELETED_ID / "meta.yaml"
    write(deleted, f"lifecycle_stage: deleted\nmodel_id: {DELETED_ID}\nname: old\nstatus: 3\n")
    write(root / "models" / "reg" / "meta.yaml", "name: reg\naliases: {champion: '1'}\n")
    source = f"run_id: {RUN_ID}\nsource: models:/{MODEL_ID}\n"
    write(root / "models" / "reg" / "version-1" / "meta.yaml", f"name: reg\nversion: 1\n{source}")
    below = f"source: file:///gone/7/models/{MODEL_ID}/artifacts\nrun_id: {RUN_ID}\n"
    write(root / "models" / "reg" / "version-2" / "meta.yaml", f"name: reg\nversion: 2\n{below}")
    return root


def write(path: Path, text: str) -> None:
    """Write a file with its folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def bring(
    source: Path, store: Store | None, artifacts: Artifacts = Artifacts.AUTO, experiments: Sequence[str] = ()
) -> Report:
    """Import."""
    report = Report(str(source), is_dry=store is None)
    with closing(open_mlflow(str(source), report.add_problem)) as opened:
        choices = Choices(experiments=experiments, artifacts=artifacts)
        import_source(opened, store, report, NoProgress(), choices)
    return report


def test_a_model_comes_with_everything_and_its_versions_find_its_files(mlruns: Path, store: Store) -> None:
    report = bring(mlruns, store)

    model = store.logged_models.get(GetLoggedModel(MODEL_ID)).model
    uri = f"mlflow-artifacts:/7/models/{MODEL_ID}/artifacts"
    files = store.artifacts.get_tree(GetTree(f"7/models/{MODEL_ID}/artifacts")).files
    versions = [store.model_versions.get(GetModelVersion("reg", number)).model_version for number in ("1", "2")]
    found = report.experiments[0]
    assert (report.problems, report.differences) == ([], [])
    assert (model.info.name, model.info.status, model.info.artifact_uri) == ("clf", LoggedModelStatus.READY, uri)
    assert (model.info.source_run_id, model.info.tags) == (RUN_ID, [LoggedModelTag("team", "a")])
    assert model.data.params == [LoggedModelParam("rate", "0.1")]
    assert [(m.timestamp, repr(m.value), m.step, m.dataset_name, m.dataset_digest) for m in model.data.metrics] == [
        (9, "0.5", 3, "", ""),
        (9, "nan", 4, "the wine", "abc123"),
    ]
    assert [(output.model_id, output.step) for output in get_run(store, RUN_ID).outputs.model_outputs] == [
        (MODEL_ID, 3)
    ]
    assert [(file.path, file.size) for file in files] == [("MLmodel", 12), ("model.bin", 7)]
    assert [version.model_id for version in versions] == [MODEL_ID, MODEL_ID]
    assert [store.model_versions.get_download_uri(GetDownloadUri("reg", n)).artifact_uri for n in ("1", "2")] == [
        uri
    ] * 2
    assert store.trash.list(ListTrash()).model_ids == [DELETED_ID]
    assert (found.source_models.models, found.source_models.points, found.source_models.files) == (2, 2, 2)
    assert found.is_equal


def test_importing_again_changes_nothing_and_adds_what_is_new(mlruns: Path, store: Store) -> None:
    bring(mlruns, store)
    first = store.logged_models.get(GetLoggedModel(MODEL_ID)).model

    again = bring(mlruns, store)
    unchanged = store.logged_models.get(GetLoggedModel(MODEL_ID)).model
    write(mlruns / "7" / "models" / MODEL_ID / "metrics" / "f1", f"10 0.25 1 {RUN_ID}\n")
    later = bring(mlruns, store)

    added = store.logged_models.get(GetLoggedModel(MODEL_ID)).model
    assert again.is_complete
    assert repr(unchanged) == repr(first)
    assert later.is_complete
    assert [metric.key for metric in added.data.metrics] == ["acc", "acc", "f1"]


def test_what_is_damaged_is_told_and_the_rest_is_imported(mlruns: Path, store: Store) -> None:
    model = mlruns / "7" / "models" / MODEL_ID
    stranger = "d" * 32
    write(model / "metrics" / "acc", f"9 0.5 3 {RUN_ID}\nrubbish\n9 0.5 3 {RUN_ID} wine\n9 0.5 3 {stranger}\n")
    write(mlruns / "7" / "models" / DELETED_ID / "meta.yaml", "status: 17\n")

    report = bring(mlruns, store)

    told = "\n".join(report.problems)
    assert f"Line 2 of '{model / 'metrics' / 'acc'}' is left out: 'rubbish' is not a point of a model." in told
    assert "Line 3 of" in told
    assert f"1 points of logged model '{MODEL_ID}' are left out: the runs that measured them are not here." in told
    assert f"The logged model '{mlruns / '7' / 'models' / DELETED_ID}' is left out" in told
    assert len(report.problems) == 4
    assert report.differences == []
    assert len(store.logged_models.get(GetLoggedModel(MODEL_ID)).model.data.metrics) == 1


def test_a_dry_run_counts_models(mlruns: Path) -> None:
    report = bring(mlruns, None)

    found = report.experiments[0]
    assert (found.source_models.models, found.source_models.points, found.source_models.files) == (2, 2, 2)
    assert (found.source.files, found.store_models.models) == (1, 0)


def test_files_may_stay_where_they_are(mlruns: Path, store: Store) -> None:
    report = bring(mlruns, store, Artifacts.REFERENCE)

    model = store.logged_models.get(GetLoggedModel(MODEL_ID)).model
    assert report.is_complete
    assert model.info.artifact_uri == f"file:///gone/7/models/{MODEL_ID}/artifacts"
    assert get_run(store, RUN_ID).info.artifact_uri == f"file:///gone/7/{RUN_ID}/artifacts"
    assert report.experiments[0].store_models.files == 0


def test_files_may_be_forgotten(mlruns: Path, store: Store) -> None:
    report = bring(mlruns, store, Artifacts.NONE)

    model = store.logged_models.get(GetLoggedModel(MODEL_ID)).model
    assert report.is_complete
    assert model.info.artifact_uri == f"mlflow-artifacts:/7/models/{MODEL_ID}/artifacts"
    assert get_run(store, RUN_ID).info.artifact_uri == f"mlflow-artifacts:/7/{RUN_ID}/artifacts"
    assert store.artifacts.get_tree(GetTree(f"7/models/{MODEL_ID}/artifacts")).files == []


def test_files_in_a_bucket_are_copied_if_that_is_asked_for(mlruns: Path, store: Store, s3_uri: str) -> None:
    places = {RUN_ID: f"{s3_uri}/7/{RUN_ID}/artifacts", MODEL_ID: f"{s3_uri}/7/models/{MODEL_ID}/artifacts"}
    for owner, meta in ((RUN_ID, mlruns / "7" / RUN_ID), (MODEL_ID, mlruns / "7" / "models" / MODEL_ID)):
        old = f"file:///gone/7/{'models/' if owner == MODEL_ID else ''}{owner}/artifacts"
        write(meta / "meta.yaml", (meta / "meta.yaml").read_text().replace(old, places[owner]))
        open_location(places[owner]).write("deep/er.bin", [b"in ", b"the bucket"])

    left = bring(mlruns, store)
    referenced = store.logged_models.get(GetLoggedModel(MODEL_ID)).model.info.artifact_uri
    copied = bring(mlruns, store, Artifacts.COPY)
    again = bring(mlruns, store, Artifacts.COPY)

    tree = store.artifacts.get_tree(GetTree("7")).files
    sizes = {file.path: file.size for file in tree}
    assert left.notes == ["2 runs and models keep the artifact URIs they have; no file was copied."]
    assert referenced == places[MODEL_ID]
    assert (copied.problems, copied.differences, copied.notes) == ([], [], [])
    assert sizes == {f"{RUN_ID}/artifacts/deep/er.bin": 13, f"models/{MODEL_ID}/artifacts/deep/er.bin": 13}
    assert get_run(store, RUN_ID).info.artifact_uri == f"mlflow-artifacts:/7/{RUN_ID}/artifacts"
    assert again.experiments[0].is_equal


def test_a_bucket_that_is_not_there_is_told(mlruns: Path, store: Store, s3_environment: dict[str, str]) -> None:
    assert s3_environment
    meta = mlruns / "7" / "models" / MODEL_ID / "meta.yaml"
    uri = f"s3://no-such-bucket/{MODEL_ID}/artifacts"
    write(meta, meta.read_text().replace(f"file:///gone/7/models/{MODEL_ID}/artifacts", uri))
    other = mlruns / "7" / RUN_ID / "meta.yaml"
    write(other, f"run_id: {RUN_ID}\nartifact_uri: s3://no-such-bucket/everything\n")

    report = bring(mlruns, store, Artifacts.COPY)

    assert len(report.problems) == 2
    assert "'s3://no-such-bucket/everything' is not a folder of their own." in report.problems[0]
    assert f"The artifacts of '{MODEL_ID}' at '{uri}' are not copied: " in report.problems[1]
    assert store.logged_models.get(GetLoggedModel(MODEL_ID)).model.info.artifact_uri == uri


def test_an_export_has_models_and_registry_as_they_were(mlruns: Path, store: Store, tmp_path: Path) -> None:
    bring(mlruns, store)
    problems: list[str] = []
    writer = MlflowWriter(tmp_path / "out", artifacts=True, problem=problems.append)

    writer.write(store)

    with closing(open_store(f"sqlite:///{tmp_path / 'second' / 'headwater.db'}")) as second:
        report = bring(tmp_path / "out", second)
        version = second.model_versions.get(GetModelVersion("reg", "1")).model_version
        there, here = (s.logged_models.get(GetLoggedModel(MODEL_ID)).model for s in (second, store))
    assert (problems, report.problems, report.differences) == ([], [], [])
    assert (writer.runs, writer.logged_models, writer.versions) == (1, 2, 2)
    assert (version.model_id, version.aliases) == (MODEL_ID, ["champion"])
    assert repr(there) == repr(here)
    for name in (f"7/models/{MODEL_ID}/metrics/acc", f"7/models/{MODEL_ID}/artifacts/model.bin", "models/reg/aliases"):
        assert (tmp_path / "out" / name).exists()
    assert (tmp_path / "out" / "7" / "models" / MODEL_ID / "metrics" / "acc").read_text() == (
        mlruns / "7" / "models" / MODEL_ID / "metrics" / "acc"
    ).read_text()
