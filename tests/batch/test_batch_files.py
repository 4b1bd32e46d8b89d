"""Predictions for whole files in this process."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import psutil
import pytest

from batch.conftest import READERS, WRITERS
from headwater.models.batch.run import predict_batch
from headwater.models.schema.types import ColSpec
from headwater.protocol.errors import (
    BadRequest,
    InvalidParameterValue,
    PermissionDenied,
    ResourceDoesNotExist,
    SchemaEnforcementFailed,
)

Save = Callable[..., Path]
FRAME = pd.DataFrame(
    {"key": [f"k{n}" for n in range(1000)], "b": np.arange(1000) / 8, "a": np.arange(1000.0), "other": "x"}
)


@pytest.mark.parametrize("source", WRITERS)
@pytest.mark.parametrize("target", READERS)
@pytest.mark.usefixtures("home")
def test_every_format_becomes_every_other(line: Path, source: str, target: str) -> None:
    given, output = Path(f"in.{source}"), Path(f"out.{target}")
    WRITERS[source](FRAME, given)

    rows = predict_batch(line, given, output, keep=["key"], chunk_rows=300)

    found = READERS[target](output)
    assert rows == 1000
    assert list(found.columns) == ["key", "prediction"]
    assert found["key"].tolist() == FRAME["key"].tolist()
    np.testing.assert_allclose(found["prediction"], 2 * FRAME["a"] + FRAME["b"], atol=1e-9)


@pytest.mark.usefixtures("home")
def test_predictions_do_not_depend_on_the_chunks(line: Path) -> None:
    FRAME.to_parquet("in.parquet")

    for rows in (1, 7, 1000, 5000):
        predict_batch(line, "in.parquet", f"{rows}.csv", chunk_rows=rows if rows > 1 else 250)

    assert len({Path(f"{rows}.csv").read_bytes() for rows in (1, 7, 1000, 5000)}) == 1


@pytest.mark.usefixtures("home")
def test_the_document_is_that_of_mlflow(line: Path) -> None:
    FRAME[:2].to_csv("in.csv", index=False)

    predict_batch(line, "in.csv", "out.json")

    assert json.loads(Path("out.json").read_text())["predictions"] == pytest.approx([0.0, 2.125], abs=1e-9)


@pytest.mark.usefixtures("home")
def test_all_files_of_a_folder_are_read_in_order(line: Path) -> None:
    folder = Path("parts")
    folder.mkdir()
    FRAME[:600].to_parquet(folder / "part-0.parquet")
    FRAME[600:].to_parquet(folder / "part-1.parquet")
    (folder / "_SUCCESS").touch()

    predict_batch(line, folder, "out.csv", keep=["key"])

    assert pd.read_csv("out.csv")["key"].tolist() == FRAME["key"].tolist()


@pytest.mark.usefixtures("home")
def test_an_empty_file_gives_an_empty_one(line: Path) -> None:
    FRAME[:0].to_csv("in.csv", index=False)

    for target in ("csv", "parquet", "json", "jsonl"):
        assert predict_batch(line, "in.csv", f"out.{target}") == 0

    assert json.loads(Path("out.json").read_text()) == {"predictions": []}
    assert len(pd.read_parquet("out.parquet")) == 0


@pytest.mark.usefixtures("home")
def test_columns_of_text_files_have_the_types_of_the_signature(shaped: Save) -> None:
    kinds = ("double", "float", "long", "integer", "boolean", "string", "datetime", "binary")
    model = shaped("types", *(ColSpec(kind, f"c_{kind}") for kind in kinds))
    Path("in.csv").write_text(
        ",".join(f"c_{kind}" for kind in kinds) + "\n1,0.5,3,4,true,007,2026-01-31T10:00:00,aGk=\n", encoding="utf-8"
    )

    predict_batch(model, "in.csv", "out.json")

    (said,) = json.loads(Path("out.json").read_text())["predictions"]
    assert [word.split() for word in said.split(", ")] == [
        ["c_double", "float64"],
        ["c_float", "float32"],
        ["c_long", "int64"],
        ["c_integer", "int32"],
        ["c_boolean", "bool"],
        ["c_string", "str"],
        ["c_datetime", "datetime64[ns]"],
        ["c_binary", "object"],
    ]


@pytest.mark.usefixtures("home")
def test_the_first_value_of_another_type_is_named(shaped: Save) -> None:
    model = shaped("mirror", ColSpec("long", "n"))
    Path("in.csv").write_text("n\n" + "1\n" * 900_000 + "2.5\n", encoding="utf-8")

    with pytest.raises(BadRequest, match=r"column n to type 'int64'.*got '2\.5'"):
        predict_batch(model, "in.csv", "out.parquet")


@pytest.mark.usefixtures("home")
def test_types_are_guessed_from_the_whole_file_without_a_signature(shaped: Save) -> None:
    model = shaped("types")
    head = "n,f,late,when,gap,flag\n"
    Path("in.csv").write_text(head + "1,1,1,2026-01-01,1,true\n" * 300_000 + "2,2.5,x,2026-01-02,,\n", encoding="utf-8")

    predict_batch(model, "in.csv", "out.jsonl", chunk_rows=100_000)

    said = {json.loads(text)["prediction"] for text in Path("out.jsonl").read_text().splitlines()}
    assert said == {"n int64, f float64, late str, when str, gap float64, flag str"}


@pytest.mark.usefixtures("home")
def test_csv_is_read_without_arrow_as_with_it(line: Path, shaped: Save, monkeypatch: pytest.MonkeyPatch) -> None:
    model = shaped("types")
    FRAME.to_csv("in.csv", index=False)
    Path("guess.csv").write_text("n,f,text\n1,1,a\n1,1,b\n1,2.5,\n", encoding="utf-8")
    outputs = []

    for is_hidden in (False, True):
        if is_hidden:
            monkeypatch.setattr("headwater.models.batch.reading.find_spec", lambda _name: None)
            monkeypatch.setattr("headwater.models.batch.writing.find_spec", lambda _name: None)
        predict_batch(line, "in.csv", "out.csv", keep=["key"], chunk_rows=300)
        predict_batch(model, "guess.csv", "guess.jsonl", chunk_rows=1)
        outputs.append((pd.read_csv("out.csv"), Path("guess.jsonl").read_text()))

    pd.testing.assert_frame_equal(outputs[0][0], outputs[1][0])
    assert outputs[0][1] == outputs[1][1].replace("object", "str")


@pytest.mark.usefixtures("home")
def test_only_the_columns_that_are_needed_are_read(line: Path) -> None:
    frame = FRAME.assign(other=pd.Series([{"n": n} for n in range(1000)], dtype=object))
    frame.to_parquet("in.parquet")
    (Path("in.parquet")).write_bytes(_spoil(Path("in.parquet").read_bytes(), "other"))

    assert predict_batch(line, "in.parquet", "out.csv") == 1000


def _spoil(data: bytes, column: str) -> bytes:
    """Return a Parquet file in which the pages of a column are noise."""
    import io

    import pyarrow.parquet as pq

    chunks = pq.read_metadata(io.BytesIO(data)).row_group(0)
    for place in range(chunks.num_columns):
        chunk = chunks.column(place)
        if chunk.path_in_schema.startswith(column):
            start = chunk.dictionary_page_offset or chunk.data_page_offset
            data = data[:start] + b"\xff" * chunk.total_compressed_size + data[start + chunk.total_compressed_size :]
    return data


@pytest.mark.slow
@pytest.mark.usefixtures("home")
def test_memory_does_not_grow_with_the_file(line: Path) -> None:
    rows = 3_000_000
    pd.DataFrame({name: np.arange(float(rows)) for name in "abcdef"}).to_parquet("in.parquet", index=False)
    process, seen = psutil.Process(), []

    predict_batch(line, "in.parquet", "out.parquet", watch=lambda _done, _total: seen.append(process.memory_info().rss))

    assert len(seen) == 15
    assert max(seen[7:]) - max(seen[:7]) < 40e6, "the frame of the second half alone would have 72 MB"


@pytest.mark.usefixtures("home")
def test_the_watch_hears_of_every_chunk(line: Path) -> None:
    FRAME.to_parquet("in.parquet")
    FRAME.to_csv("in.csv", index=False)
    heard: list[tuple[int, int | None]] = []

    predict_batch(line, "in.parquet", "a.csv", chunk_rows=400, watch=lambda *what: heard.append(what))
    predict_batch(line, "in.csv", "b.csv", watch=lambda *what: heard.append(what))

    assert heard == [(400, 1000), (800, 1000), (1000, 1000), (1000, None)]


@pytest.mark.usefixtures("home")
def test_a_failure_leaves_the_former_output_and_no_trace(line: Path) -> None:
    Path("in.csv").write_text("a,b\n1,2\nno,2\n", encoding="utf-8")
    Path("out.csv").write_text("former", encoding="utf-8")

    with pytest.raises(BadRequest, match="'no'"):
        predict_batch(line, "in.csv", "out.csv")

    assert Path("out.csv").read_text() == "former"
    assert sorted(path.name for path in Path().iterdir() if path.is_file()) == ["in.csv", "out.csv"]


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("shape", "reason"),
    [
        ("fail", "The model failed on rows with the columns .*ZeroDivisionError: this model divides by zero"),
        ("short", "returned 2 predictions for 3 rows"),
        ("summary", "returned a dict for 3 rows"),
        ("key", "predicts a column 'key', which cannot be kept"),
    ],
)
def test_answers_that_are_not_one_for_each_row_are_refused(shaped: Save, shape: str, reason: str) -> None:
    model = shaped(shape)
    FRAME[:3].to_csv("in.csv", index=False)

    with pytest.raises(InvalidParameterValue, match=reason):
        predict_batch(model, "in.csv", "out.csv", keep=["key"])

    assert not Path("out.csv").exists()


@pytest.mark.usefixtures("home")
def test_what_cannot_be_used_is_said_clearly(line: Path) -> None:
    FRAME.to_csv("in.csv", index=False)
    FRAME[["a"]].to_csv("less.csv", index=False)
    Path("twice.csv").write_text("a,a\n1,2\n", encoding="utf-8")
    Path("not.parquet").write_text("no Parquet", encoding="utf-8")
    Path("bad.jsonl").write_text('{"a": 1, "b": 2}\n[1, 2]\n', encoding="utf-8")
    cases: list[tuple[tuple[str, str], type[Exception], str]] = [
        (("nosuch.csv", "out.csv"), ResourceDoesNotExist, "No such file: 'nosuch.csv'"),
        (("in.csv", "out"), InvalidParameterValue, "'out' does not say the format"),
        (("in.csv", "nosuch/out.csv"), InvalidParameterValue, "Cannot write 'nosuch/out.csv'"),
        (("less.csv", "out.csv"), SchemaEnforcementFailed, "missing inputs \\['b'\\]"),
        (("twice.csv", "out.csv"), InvalidParameterValue, "each by another name"),
        (("not.parquet", "out.csv"), BadRequest, "'not.parquet' cannot be read"),
        (("bad.jsonl", "out.csv"), BadRequest, "Line 2 of 'bad.jsonl' is no JSON object"),
    ]

    for paths, kind, reason in cases:
        with pytest.raises(kind, match=reason):
            predict_batch(line, *paths)
    with pytest.raises(InvalidParameterValue, match="no column 'nosuch' to keep"):
        predict_batch(line, "in.csv", "out.csv", keep=["nosuch"])
    with pytest.raises(InvalidParameterValue, match="Unknown engine 'flink'"):
        predict_batch(line, "in.csv", "out.csv", engine="flink")


@pytest.mark.usefixtures("home")
def test_a_strangers_code_needs_consent(shaped: Save, monkeypatch: pytest.MonkeyPatch) -> None:
    model = shaped("mirror")
    FRAME.to_csv("in.csv", index=False)
    monkeypatch.setenv("HEADWATER_HOME", "another-home")

    with pytest.raises(PermissionDenied):
        predict_batch(model, "in.csv", "out.csv")

    assert predict_batch(model, "in.csv", "out.csv", allow_pickle=True) == 1000
