"""Tables, stepped images, streams and YAML, read back from a real SQLite store."""

import io
import json
import math
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
import yaml
from PIL import Image as Pillow
from plotly import graph_objects

import headwater as hw
from unit.tracking_places import own_place


@pytest.fixture(autouse=True)
def uri(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with own_place(tmp_path, monkeypatch) as place:
        yield place


def read_table(run: hw.Run, name: str) -> Any:
    return json.loads(hw.artifacts.load_text(f"runs:/{run.info.run_id}/{name}"))


def test_rows_are_appended_to_a_table_and_columns_matched_by_name() -> None:
    with hw.start_run() as run:
        hw.log_table({"a": [1, 2], "b": ["x", None]}, "t.json")
        hw.log_table({"b": ["y"], "a": [3], "c": [True]}, "t.json")
        hw.log_table({"a": 4, "c": False}, "t.json")
        hw.log_table({"other": [1]}, "sub/other.json")

    expected = {"columns": ["a", "b", "c"], "data": [[1, "x", None], [2, None, None], [3, "y", True], [4, None, False]]}
    assert read_table(run, "t.json") == expected
    tag = json.loads(hw.get_run(run.info.run_id).data.tags["mlflow.loggedArtifacts"])
    assert tag == [{"path": "t.json", "type": "table"}, {"path": "sub/other.json", "type": "table"}]


def test_cells_are_kept_exactly_and_what_json_lacks_as_text_or_null() -> None:
    third = 1 / 3
    frame = pd.DataFrame(
        {
            "number": [third, math.nan],
            "time": [pd.Timestamp("2020-01-01"), pd.NaT],
            "nested": [{"x": [np.float32(0.5)]}, None],
            "gap": pd.array([1, None], dtype="Int64"),
        }
    )
    with hw.start_run() as run:
        hw.log_table(frame, "pandas.json")
        hw.log_table(pl.DataFrame({"n": [1, None], "s": ["a", "b"]}), "polars.json")
        hw.log_table(
            {"day": date(2020, 1, 2), "at": datetime(2020, 1, 2, tzinfo=UTC), "set": "ü", "o": [1, 2]}, "d.json"
        )

    assert read_table(run, "pandas.json")["data"] == [
        [third, "2020-01-01T00:00:00.000", {"x": [0.5]}, 1],
        [None, None, None, None],
    ]
    assert read_table(run, "polars.json") == {"columns": ["n", "s"], "data": [[1, "a"], [None, "b"]]}
    assert read_table(run, "d.json")["data"][1] == ["2020-01-02", "2020-01-02T00:00:00.000+00:00", "ü", 2]


def test_a_resumed_run_goes_on_with_its_tables() -> None:
    with hw.start_run() as run:
        hw.log_table({"a": [1]}, "t.json")
    hw.flush()

    with hw.start_run(run.info.run_id):
        hw.log_table({"a": [2]}, "t.json")
        hw.log_table({"a": [3]}, "u.json")
    hw.Client().log_table(run.info.run_id, {"a": [4]}, "u.json")

    assert read_table(run, "t.json")["data"] == [[1], [2]]
    assert read_table(run, "u.json")["data"] == [[3], [4]]
    tag = json.loads(hw.get_run(run.info.run_id).data.tags["mlflow.loggedArtifacts"])
    assert [entry["path"] for entry in tag] == ["t.json", "u.json"]


@pytest.mark.parametrize(
    ("data", "name", "complaint"),
    [
        ({"a": [1]}, "t.csv", "'.json' or '.parquet'"),
        ({"a": [1]}, "t[.json", r"forbidden character: \["),
        ([1], "t.json", "type 'list'"),
        ({"a": [1, 2], "b": [1]}, "t.json", r"lengths \[1, 2\]"),
        ({"a": [1]}, "../t.json", "without"),
    ],
)
def test_a_table_that_cannot_be_is_refused(data: Any, name: str, complaint: str) -> None:
    with hw.start_run(), pytest.raises(hw.InvalidParameterValue, match=complaint):
        hw.log_table(data, name)


def test_tables_of_many_runs_are_read_with_columns_of_the_runs() -> None:
    with hw.start_run() as first:
        hw.log_param("depth", 3)
        hw.log_table({"q": ["a"], "run_id": ["mine"]}, "t.json")
    with hw.start_run() as second:
        hw.log_param("depth", 4)
        hw.log_table({"q": ["b", "c"]}, "t.json")
    with hw.start_run():
        pass

    frame = hw.load_table("t.json", extra_columns=["run_id", "params.depth"])
    assert sorted(frame["q"]) == ["a", "b", "c"]
    own = frame[frame["q"] == "a"].iloc[0]
    assert (own["run_id"], own["run_id_"], own["params.depth"]) == ("mine", first.info.run_id, "3")
    assert set(frame[frame["q"] != "a"]["run_id"]) == {second.info.run_id}
    assert list(hw.load_table("t.json", run_ids=[second.info.run_id])["q"]) == ["b", "c"]
    with pytest.raises(hw.ResourceDoesNotExist, match=r"'none\.json'"):
        hw.load_table("none.json")
    with pytest.raises(hw.InvalidParameterValue, match=r"'metrics\.x'"):
        hw.load_table("t.json", extra_columns=["metrics.x"])


def test_images_in_a_table_are_files_beside_it() -> None:
    pixels = np.zeros((4, 6, 3), np.uint8)
    with hw.start_run() as run:
        hw.log_table({"n": [1, 2], "pixels": [hw.Image(pixels), Pillow.fromarray(pixels)]}, "sub/t.json")

    for _, cell in read_table(run, "sub/t.json")["data"]:
        assert cell["type"] == "image"
        assert cell["filepath"].startswith("table_images/sub/t/")
        with hw.artifacts.load_image(f"runs:/{run.info.run_id}/{cell['filepath']}") as image:
            assert image.size == (6, 4)
        with hw.artifacts.load_image(f"runs:/{run.info.run_id}/{cell['compressed_filepath']}") as image:
            assert image.format == "WEBP"


def test_stepped_images_are_named_so_that_clients_find_them() -> None:
    with hw.start_run() as run:
        hw.log_image(np.full((8, 8), 0.5), key="samples/a b", step=3, timestamp=1234)
        with pytest.raises(hw.InvalidParameterValue, match="'a#b'"):
            hw.log_image(np.zeros((2, 2)), key="a#b")

    names = sorted(entry.path for entry in hw.list_artifacts(run_id=run.info.run_id, artifact_path="images"))
    stem = "images/samples~a b+step+3+timestamp+1234+"
    identifier = names[1].removeprefix(stem).removesuffix(".png")
    assert names == [f"{stem}{identifier}+compressed.webp", f"{stem}{identifier}.png"]
    assert [len(part) for part in identifier.split("-")] == [8, 4, 4, 4, 12]
    assert hw.get_run(run.info.run_id).data.tags["mlflow.loggedImages"] == "True"


def test_an_image_is_made_of_arrays_lists_files_and_pillow_images(tmp_path: Path) -> None:
    image = hw.Image([[0, 255], [255, 0]])
    image.resize((8, 4)).save(tmp_path / "x.png")

    assert image.to_list() == [0, 255, 255, 0]
    assert hw.Image(tmp_path / "x.png").size == hw.Image(str(tmp_path / "x.png")).to_pil().size == (8, 4)
    assert hw.Image(np.ones((2, 3, 3))).to_array().shape == (2, 3, 3)
    with pytest.raises(hw.InvalidParameterValue, match=r"shape '\(3,\)'"):
        hw.Image([1, 2, 3])
    with hw.start_run(), pytest.raises(hw.InvalidParameterValue, match=r"'\.xyz'"):
        hw.log_image(tmp_path / "x.png", "x.xyz")


def test_floats_of_an_image_that_are_not_between_0_and_1_count_as_the_nearest(caplog: pytest.LogCaptureFixture) -> None:
    image = hw.Image(np.array([[-2.0, 0.0], [1.0, 7.5]]))

    assert image.to_list() == [0, 0, 255, 255]
    assert "not between 0 and 1" in caplog.text


def test_what_is_no_image_is_told_when_it_is_read_as_one() -> None:
    with hw.start_run() as run:
        hw.log_text("hello", "a.txt")

    with pytest.raises(hw.InvalidParameterValue, match=r"a\.txt' is no image"):
        hw.artifacts.load_image(f"runs:/{run.info.run_id}/a.txt")


def test_a_stream_is_kept_from_where_it_stands() -> None:
    stream = io.BytesIO(b"head" + bytes(3_000_000))
    stream.seek(4)
    with hw.start_run() as run:
        hw.log_stream(stream, "weights.bin")

        for wrong in ("text", io.TextIOWrapper(io.BytesIO(b"x"), "utf-8")):
            with pytest.raises(hw.InvalidParameterValue, match="Invalid stream"):
                hw.log_stream(wrong, "wrong.bin")  # type: ignore[arg-type]  # the mistake

    path = Path(hw.download_artifacts(f"runs:/{run.info.run_id}/weights.bin"))
    assert path.read_bytes() == bytes(3_000_000)


def test_yaml_artifacts_are_yaml_in_block_style() -> None:
    data = {"b": {"c": [1, {"d": None}]}, "a": "yes", "day": date(2020, 1, 1), "o": Path("x"), "n": np.float64(0.5)}
    with hw.start_run() as run:
        hw.log_dict(data, "settings.yaml")
        hw.log_dict([1, {"a": 2}], "list.yml")

    text = hw.artifacts.load_text(f"runs:/{run.info.run_id}/settings.yaml")
    assert text.startswith("b:\n  c:\n  - 1\n  - d: null\na: 'yes'\n")
    assert yaml.safe_load(text)["o"] == "x"
    assert yaml.safe_load(hw.artifacts.load_text(f"runs:/{run.info.run_id}/list.yml")) == [1, {"a": 2}]


def test_plotly_figures_are_pages() -> None:
    figure = graph_objects.Figure(graph_objects.Bar(y=[1, 2]))
    with hw.start_run() as run:
        hw.log_figure(figure, "plots/bars.html")
        with pytest.raises(hw.InvalidParameterValue, match=r"'bars\.xyz'"):
            hw.log_figure(figure, "bars.xyz")

    page = hw.artifacts.load_text(f"runs:/{run.info.run_id}/plots/bars.html")
    assert "<html>" in page
    assert 'src="https://cdn.plot.ly' in page
    assert len(page) < 100_000  # the library is not in it
