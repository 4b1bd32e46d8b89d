"""Artifacts and found runs, read back with the fluent functions from a real SQLite store."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

import headwater as hw
from unit.tracking_places import own_place


@pytest.fixture(autouse=True)
def uri(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with own_place(tmp_path, monkeypatch) as place:
        yield place


def test_text_and_dicts_are_artifacts() -> None:
    with hw.start_run() as run:
        hw.log_text("naïve ✓\n", "notes/report.txt")
        hw.log_dict({"features": ["größe", 1, None], "mean": np.float32(0.5), "at": Path("x")}, "features.json")
        hw.log_dict({"depth": np.int64(6), "rates": np.array([0.1, 0.2])}, "settings.yaml")
        uri = hw.get_artifact_uri("features.json")
    run_id = run.info.run_id

    assert uri.endswith(f"/{run_id}/artifacts/features.json")
    assert hw.artifacts.load_text(f"runs:/{run_id}/notes/report.txt") == "naïve ✓\n"
    features = hw.artifacts.load_dict(f"runs:/{run_id}/features.json")
    assert features == {"features": ["größe", 1, None], "mean": 0.5, "at": "x"}
    settings = yaml.safe_load(hw.artifacts.load_text(f"runs:/{run_id}/settings.yaml"))
    assert settings == {"depth": 6, "rates": [0.1, 0.2]}
    with pytest.raises(hw.InvalidParameterValue, match="is not JSON"):
        hw.artifacts.load_dict(f"runs:/{run_id}/notes/report.txt")
    with hw.start_run(), pytest.raises(hw.InvalidParameterValue, match="outside"):
        hw.log_text("x", "../outside")


def test_files_and_folders_make_a_round_trip(tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    (folder / "plots" / "empty").mkdir(parents=True)
    (folder / "plots" / "roc.bin").write_bytes(bytes(range(256)) * 300)
    (folder / "summary.txt").write_text("good")
    with hw.start_run() as run:
        hw.log_artifact(folder / "summary.txt")
        hw.log_artifact(folder, "all")
        hw.log_artifacts(folder, "below")
        (folder / "summary.txt").write_text("changed later")
        with pytest.raises(hw.InvalidParameterValue, match="No such file or directory"):
            hw.log_artifact(tmp_path / "missing")
        with pytest.raises(hw.InvalidParameterValue, match="StringIO"):
            hw.log_stream(io.StringIO("text"), "text.bin")  # type: ignore[arg-type]  # what a careless program does
    run_id = run.info.run_id

    top = hw.list_artifacts(run_id=run_id)
    assert [(entry.path, entry.is_dir, entry.file_size) for entry in top] == [
        ("all", True, None),
        ("below", True, None),
        ("summary.txt", False, 4),
    ]
    assert [entry.path for entry in hw.list_artifacts(f"runs:/{run_id}/below")] == ["below/plots", "below/summary.txt"]
    fetched = Path(hw.download_artifacts(run_id=run_id, dst_path=tmp_path / "fetched"))
    files = sorted(file.relative_to(fetched).as_posix() for file in fetched.rglob("*") if file.is_file())
    assert files == [
        "all/reports/plots/roc.bin",
        "all/reports/summary.txt",
        "below/plots/roc.bin",
        "below/summary.txt",
        "summary.txt",
    ]
    assert (fetched / "below/plots/roc.bin").read_bytes() == bytes(range(256)) * 300
    assert (fetched / "summary.txt").read_text() == "good"
    one = Path(hw.download_artifacts(f"runs:/{run_id}/all/reports/summary.txt", dst_path=tmp_path / "one"))
    assert one.read_text() == "good"
    with pytest.raises(hw.ResourceDoesNotExist, match=r"missing\.txt"):
        hw.download_artifacts(run_id=run_id, artifact_path="missing.txt")
    with pytest.raises(hw.InvalidParameterValue, match="Exactly one of"):
        hw.download_artifacts()
    with pytest.raises(hw.InvalidParameterValue, match="it is a file"):
        hw.download_artifacts(run_id=run_id, dst_path=folder / "summary.txt")


def test_found_runs_are_a_frame_with_fixed_columns_then_metrics_params_and_tags() -> None:
    hw.set_experiment("frames")
    with hw.start_run(tags={"stage": "x"}) as full:
        hw.log_metric("loss", 0.5)
        hw.log_param("depth", 6)
    with hw.start_run() as bare:
        pass

    frame = hw.search_runs(order_by=["start_time ASC", "metrics.loss DESC"])

    fixed = ["run_id", "experiment_id", "status", "artifact_uri", "start_time", "end_time"]
    assert list(frame.columns)[:8] == [*fixed, "metrics.loss", "params.depth"]
    assert all(name.startswith("tags.") for name in frame.columns[8:])
    assert isinstance(frame["start_time"].dtype, pd.DatetimeTZDtype)
    rows = frame.set_index("run_id")
    assert rows.loc[full.info.run_id, "metrics.loss"] == 0.5
    assert rows.loc[full.info.run_id, "params.depth"] == "6"
    assert rows.loc[full.info.run_id, "tags.stage"] == "x"
    assert rows.loc[bare.info.run_id, ["metrics.loss", "params.depth", "tags.stage"]].isna().all()
    assert rows.loc[full.info.run_id, "start_time"].timestamp() * 1000 == pytest.approx(full.info.start_time)
    assert list(hw.search_runs(filter_string="metrics.loss > 1").columns) == fixed


def test_runs_are_found_by_experiment_names_ids_and_everywhere(caplog: pytest.LogCaptureFixture) -> None:
    experiment_id = hw.create_experiment("elsewhere")
    with hw.start_run() as here:
        pass
    with hw.start_run(experiment_id=experiment_id) as there:
        pass

    def found(**where: Any) -> set[str]:
        runs: list[hw.Run] = hw.search_runs(output_format="list", **where)
        return {run.info.run_id for run in runs}

    assert found() == {here.info.run_id}
    assert found(experiment_ids=[experiment_id]) == {there.info.run_id}
    assert found(experiment_ids=experiment_id) == {there.info.run_id}
    assert found(experiment_names="elsewhere", order_by="start_time DESC") == {there.info.run_id}
    assert caplog.messages == []
    assert found(experiment_names=["elsewhere", "unknown"]) == {there.info.run_id}
    assert caplog.messages == ["No experiment is called 'unknown': no runs of it can be found."]
    assert found(search_all_experiments=True) == {here.info.run_id, there.info.run_id}
    assert len(found(search_all_experiments=True, max_results=1)) == 1
    assert found(experiment_names=["unknown"]) == set()
    with pytest.raises(hw.InvalidParameterValue, match="but not both"):
        found(experiment_ids=["0"], experiment_names=["elsewhere"])
    with pytest.raises(hw.InvalidParameterValue, match="Invalid max_results '5' of type 'str'"):
        found(max_results="5")
    with pytest.raises(hw.InvalidParameterValue, match="'csv'"):
        hw.search_runs(output_format="csv")
