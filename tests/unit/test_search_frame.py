"""Found runs as frames of pandas and polars: the same from columns of the store and from whole runs."""

import math
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from polars.testing import assert_frame_equal

import headwater as hw
from headwater.protocol.columns import Sweep
from headwater.protocol.journals import Append
from headwater.protocol.metrics import Metric
from headwater.protocol.runs import CreateRun, LogBatch, Param, RunTag, UpdateRun
from headwater.stores import open_store
from headwater.tracking.run_frame import to_pandas, to_polars, wire_columns
from unit.tracking_places import own_place

FIXED = ["run_id", "experiment_id", "status", "artifact_uri", "start_time", "end_time"]


@pytest.fixture(autouse=True)
def uri(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with own_place(tmp_path, monkeypatch) as place:
        yield place


@pytest.fixture
def runs(uri: str) -> list[hw.Run]:
    """Make runs with gaps in every column, and return them as the list that a search gives."""
    store = open_store(uri)
    for number in range(30):
        run_id = store.runs.create(CreateRun("0", start_time=1_600_000_000_123 + number)).run.info.run_id
        metrics = [Metric("loss", number / 3, 1), Metric("odd", math.nan if number % 4 == 1 else math.inf, 1)]
        store.runs.log_batch(
            LogBatch(
                run_id,
                metrics[: 1 + number % 2],
                [Param("depth", str(number % 3))] if number % 5 else [],
                [RunTag("größe", "x" * number)] if number % 7 else [],
            )
        )
        if number % 3:
            store.runs.update(UpdateRun(run_id=run_id, status=hw.RunStatus.FINISHED, end_time=1_600_000_009_999))
    store.close()
    found: list[hw.Run] = hw.search_runs(output_format="list")
    return found


def test_columns_and_whole_runs_make_the_same_frames(runs: list[hw.Run]) -> None:
    pandas, polars = hw.search_runs(), hw.search_runs(output_format="polars")

    names = [*FIXED, *sorted(pandas.columns[6:], key=lambda name: (name.split(".")[0], name))]
    assert list(pandas.columns) == polars.columns == names
    pd.testing.assert_frame_equal(pandas, to_pandas(wire_columns(runs))[names])
    assert_frame_equal(polars, to_polars(wire_columns(runs))[names])


def test_a_frame_says_what_the_runs_are(runs: list[hw.Run]) -> None:
    pandas = hw.search_runs(filter_string="metrics.loss < 9", order_by=["metrics.loss ASC"])
    polars = hw.search_runs(order_by=["metrics.loss ASC"], output_format="polars")

    assert list(pandas["metrics.loss"]) == [number / 3 for number in range(27)]
    assert pandas["start_time"].dtype == pandas["end_time"].dtype == "datetime64[ns, UTC]"
    assert pandas["start_time"][0] == pd.Timestamp(1_600_000_000_123, unit="ms", tz="UTC")
    assert pandas["end_time"].isna().sum() == 9
    assert np.isinf(pandas["metrics.odd"][3])
    assert pandas["params.depth"][:3].tolist()[1:] == ["1", "2"]
    assert pd.isna(pandas["params.depth"][0])
    assert set(pandas["status"]) == {"RUNNING", "FINISHED"}
    assert polars.schema["start_time"] == pl.Datetime("ms", "UTC")
    assert polars["metrics.odd"].null_count() == 15  # a lack is null, NaN is a value
    assert polars["metrics.odd"].is_nan().sum() == 8
    assert polars["params.depth"].null_count() == 6


@pytest.mark.parametrize("output_format", ["pandas", "polars"])
def test_no_runs_are_a_frame_with_the_fixed_columns(output_format: str) -> None:
    frame: Any = hw.search_runs(filter_string="metrics.none > 1", output_format=output_format)
    nowhere: Any = hw.search_runs(experiment_names=["unknown"], output_format=output_format)

    assert list(frame.columns) == list(nowhere.columns) == FIXED
    assert len(frame) == len(nowhere) == 0


def test_a_lost_run_has_failed(uri: str) -> None:
    store = open_store(uri)
    create = CreateRun("0", run_id="0" * 32, start_time=1)
    store.runs.append(Append("a", "0" * 32, 1, 1, create=create, heartbeat=True))
    store.columns.sweep(Sweep(0))
    store.close()

    assert hw.search_runs()["status"].tolist() == [run.info.status for run in hw.search_runs(output_format="list")]


class OldServer(BaseHTTPRequestHandler):
    """A server that knows MLflow's protocol only, and one run."""

    def do_POST(self) -> None:
        is_search = self.path.endswith("/api/2.0/mlflow/runs/search")
        body = FOUND if is_search else b'{"error_code": "ENDPOINT_NOT_FOUND", "message": "none"}'
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200 if is_search else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the method it replaces
        """Say nothing."""


FOUND = b"""{"runs": [{"info": {"run_uuid": "a", "run_id": "a", "experiment_id": "1", "run_name": "n", "user_id": "u",
"status": "FINISHED", "start_time": 5, "end_time": 6, "artifact_uri": "x", "lifecycle_stage": "active"},
"data": {"metrics": [{"key": "m", "value": 0.5, "timestamp": 1, "step": 0}]}, "inputs": {}}]}"""


def test_a_server_that_answers_no_columns_is_asked_for_runs() -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), OldServer) as server:
        threading.Thread(target=server.serve_forever).start()
        hw.set_tracking_uri(f"http://127.0.0.1:{server.server_port}")
        frame: pd.DataFrame = hw.search_runs(["1"])
        server.shutdown()

    assert frame[["run_id", "status", "metrics.m"]].values.tolist() == [["a", "FINISHED", 0.5]]
