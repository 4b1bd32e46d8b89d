"""Datasets: what is described, where it comes from, and that runs remember what they read."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

import headwater as hw
from headwater.data import DeltaSource, FileSource, HttpSource, HuggingFaceSource, MetaDataset, SparkSource, get_source
from headwater.entities import Dataset, DatasetInput, InputTag
from unit.tracking_places import own_place


@pytest.fixture(autouse=True)
def uri(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with own_place(tmp_path, monkeypatch) as place:
        yield place


FRAME = pd.DataFrame({"a": [1, 2, 3], "b": [0.5, None, 1.5], "c": ["x", "y", None]})


def test_a_described_frame_tells_its_schema_profile_and_source() -> None:
    dataset = hw.data.from_pandas(FRAME, "train.csv", targets="a", name="houses", predictions="b")

    assert dataset.df is FRAME
    assert (dataset.name, dataset.targets, dataset.predictions) == ("houses", "a", "b")
    assert dataset.profile == {"num_rows": 3, "num_elements": 9}
    assert dataset.schema is not None
    assert dataset.schema.to_dict() == {
        "mlflow_colspec": [
            {"type": "long", "name": "a", "required": True},
            {"type": "double", "name": "b", "required": False},
            {"type": "string", "name": "c", "required": False},
        ]
    }
    assert json.loads(dataset.to_json()) == dataset.to_dict()
    assert dataset.to_dict()["source"] == '{"uri": "train.csv"}'
    assert repr(dataset) == f"<PandasDataset 'houses' {dataset.digest} from FileSource(uri='train.csv')>"


def test_a_digest_changes_with_the_data_and_only_with_them() -> None:
    digest = hw.data.from_pandas(FRAME).digest

    assert hw.data.from_pandas(FRAME.copy(), "elsewhere.csv", name="other").digest == digest
    assert hw.data.from_pandas(FRAME.assign(a=[1, 2, 4])).digest != digest
    assert hw.data.from_pandas(FRAME.rename(columns={"a": "z"})).digest != digest
    assert hw.data.from_pandas(FRAME, digest="mine").digest == "mine"
    first, second = np.zeros((10, 2)), np.zeros((2, 10))
    assert hw.data.from_numpy(first).digest != hw.data.from_numpy(second).digest
    assert hw.data.from_polars(pl.DataFrame({"a": [1]})).digest != hw.data.from_polars(pl.DataFrame({"a": [2]})).digest


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda: hw.data.from_pandas(FRAME, targets="z"), "targets column 'z'"),
        (lambda: hw.data.from_polars(pl.DataFrame({"a": [1]}), predictions="z"), "predictions column 'z'"),
        (lambda: hw.data.from_numpy([1, 2]), "type 'list'"),  # type: ignore[arg-type]  # the mistake
        (lambda: hw.data.from_huggingface({"train": 1}), "instance of `datasets.Dataset`"),
        (lambda: hw.data.from_pandas(FRAME, source=3), "resolver for the specified dataset source: 3"),
        (lambda: hw.data.source_from_json("[", "local"), "Invalid dataset source"),
        (lambda: hw.data.source_from_json("{}", "http"), "Invalid dataset source"),
    ],
)
def test_what_is_not_a_dataset_is_refused(make: Any, complaint: str) -> None:
    with pytest.raises(hw.InvalidParameterValue, match=complaint):
        make()


@pytest.mark.parametrize(
    ("source", "kind", "described"),
    [
        ("x.csv", "local", FileSource("x.csv")),
        (Path("/data/x.csv"), "local", FileSource("/data/x.csv")),
        ("C:\\data\\x.csv", "local", FileSource("C:\\data\\x.csv")),
        ("s3://bucket/key", "s3", FileSource("s3://bucket/key")),
        ("runs:/0a/x.csv", "runs", FileSource("runs:/0a/x.csv")),
        ("https://a/b?c=1", "http", HttpSource("https://a/b?c=1")),
        (HuggingFaceSource("imdb", split="train"), "hugging_face", HuggingFaceSource("imdb", split="train")),
        (SparkSource(table_name="t"), "spark", SparkSource(table_name="t")),
        (DeltaSource(path="p", delta_table_version=3), "delta_table", DeltaSource(path="p", delta_table_version=3)),
    ],
)
def test_a_source_is_found_again_in_what_was_logged(source: Any, kind: str, described: Any) -> None:
    with hw.start_run() as run:
        hw.log_input(hw.data.from_pandas(FRAME, source))

    logged = hw.get_run(run.info.run_id).inputs.dataset_inputs[0]
    assert logged.dataset.source_type == kind
    assert get_source(logged) == get_source(logged.dataset) == described


def test_a_local_source_and_an_artifact_can_be_loaded_again(tmp_path: Path) -> None:
    (tmp_path / "train.csv").write_text("a,b\n1,2\n")
    with hw.start_run() as run:
        hw.log_artifact("train.csv")
    artifact = MetaDataset(f"runs:/{run.info.run_id}/train.csv", name="kept")

    assert get_source(MetaDataset("train.csv")).load() == str(tmp_path / "train.csv")
    assert Path(artifact.source.load(tmp_path / "there")).read_text() == "a,b\n1,2\n"
    with pytest.raises(hw.NotSupported, match="type 'code'"):
        hw.data.from_pandas(FRAME).source.load()


def test_a_description_takes_the_schema_of_a_model() -> None:
    schema = hw.types.Schema([hw.types.ColSpec("long", "a")])

    described = MetaDataset("s3://bucket/train.parquet", schema=schema)

    assert described.schema == hw.data.Schema(({"type": "long", "name": "a", "required": True},))
    assert described.to_evaluation_dataset() is described


def test_inputs_are_kept_with_contexts_and_tags() -> None:
    train, test = hw.data.from_pandas(FRAME, name="train"), hw.data.from_numpy(np.ones(3), name="test")
    with hw.start_run() as run:
        hw.log_input(train, "training", {"fold": "1"})
        hw.log_inputs([test, Dataset("plain", "d", "local", "{}")], contexts=["eval", None])
        with pytest.raises(hw.InvalidParameterValue, match=r"same length, got \[1, 2\]"):
            hw.log_inputs([train, test], contexts=["eval"])
        with pytest.raises(hw.InvalidParameterValue, match="type 'DataFrame'"):
            hw.log_input(FRAME)  # type: ignore[arg-type]  # the mistake

    inputs = {given.dataset.name: given for given in hw.get_run(run.info.run_id).inputs.dataset_inputs}
    assert inputs["train"] == DatasetInput(
        train.to_entity(), [InputTag("fold", "1"), InputTag("mlflow.data.context", "training")]
    )
    assert inputs["test"].context == "eval"
    assert inputs["plain"].tags == []
    assert json.loads(inputs["train"].dataset.profile) == {"num_rows": 3, "num_elements": 9}
    assert [found.info.run_id for found in hw.search_runs(filter_string="dataset.name = 'train'", output_format="list")]


def test_an_input_without_a_run_starts_one() -> None:
    hw.log_input(hw.data.from_pandas(FRAME), context="training")

    run = hw.active_run()
    assert run is not None
    assert len(hw.get_run(run.info.run_id).inputs.dataset_inputs) == 1
