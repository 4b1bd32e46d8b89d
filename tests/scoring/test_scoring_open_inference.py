"""The Open Inference Protocol, version 2, on live servers."""

import json
from typing import Any

import pytest

from headwater.testing.scoring_servers import Scoring
from headwater.version import __version__
from server.caller import Answer, call


def infer(scoring: Scoring, name: str, *inputs: dict[str, Any], **more: Any) -> Answer:
    return call(scoring.url, "POST", f"/v2/models/{name}/infer", json.dumps({"inputs": list(inputs), **more}))


def tensor(name: str, datatype: str, data: Any, shape: list[int] | None = None) -> dict[str, Any]:
    return {"name": name, "datatype": datatype, "shape": shape or [len(data)], "data": data}


def test_the_server_and_the_model_describe_themselves(linear: Scoring) -> None:
    server = call(linear.url, "GET", "/v2").json
    model = call(linear.url, "GET", "/v2/models/line").json

    assert server == {"name": "headwater", "version": __version__, "extensions": []}
    assert model == {
        "name": "line",
        "versions": ["1"],
        "platform": "headwater_sklearn",
        "inputs": [
            {"name": "a", "datatype": "FP64", "shape": [-1]},
            {"name": "b", "datatype": "FP64", "shape": [-1]},
        ],
        "outputs": [{"name": "output-0", "datatype": "FP64", "shape": [-1]}],
    }


@pytest.mark.parametrize(
    "path", ["/v2/health/live", "/v2/health/ready", "/v2/models/line/ready", "/v2/models/line/versions/1/ready"]
)
def test_a_loaded_model_is_ready(path: str, linear: Scoring) -> None:
    assert call(linear.url, "GET", path).status == 200


@pytest.mark.parametrize("path", ["/v2/models/other", "/v2/models/other/ready", "/v2/models/line/versions/2"])
def test_another_model_is_not_found(path: str, linear: Scoring) -> None:
    answer = call(linear.url, "GET", path)

    assert answer.status == 404
    assert answer.json == {"error": f"No model {_named(path)} is served here, but 'line', version '1'."}


def _named(path: str) -> str:
    return "'line', version '2'," if "versions" in path else "'other'"


def test_columns_are_inputs(linear: Scoring) -> None:
    answer = infer(linear, "line", tensor("b", "FP64", [1.0, 0.0]), tensor("a", "INT64", [1, 2], [2, 1]), id="mine")

    assert answer.json == {
        "model_name": "line",
        "model_version": "1",
        "outputs": [
            {"name": "output-0", "shape": [2], "datatype": "FP64", "data": [pytest.approx(3.0), pytest.approx(4.0)]}
        ],
        "id": "mine",
    }


def test_all_columns_may_come_in_one_matrix(linear: Scoring) -> None:
    flat = infer(linear, "line", tensor("x", "FP32", [1, 1, 2, 0], [2, 2])).json
    nested = infer(linear, "line", tensor("x", "FP32", [[1, 1], [2, 0]], [2, 2])).json

    assert flat == nested
    assert flat["outputs"][0]["data"] == [pytest.approx(3.0), pytest.approx(4.0)]


def test_texts_and_params_reach_the_model(echoes: dict[str, Scoring]) -> None:
    answer = infer(
        echoes["columns"],
        "columns",
        tensor("d", "FP64", [1.5]),
        tensor("l", "INT32", [2]),
        tensor("s", "BYTES", ["hey"]),
        tensor("b", "BOOL", [True]),
        parameters={"k": 7},
    )

    (output,) = answer.json["outputs"]
    assert (output["datatype"], output["shape"]) == ("BYTES", [1])
    assert json.loads(output["data"][0]) == {
        "kind": "frame",
        "columns": ["d", "l", "s", "b"],
        "rows": [[1.5, 2, "hey", True]],
        "params": {"k": 7, "temp": 0.5},
    }


def test_tensors_reach_the_model(echoes: dict[str, Scoring]) -> None:
    one = infer(echoes["tensor"], "tensor", tensor("any", "FP64", [1, 2, 3, 4], [2, 2])).json
    two = infer(echoes["tensors"], "tensors", tensor("a", "FP32", [1, 2], [1, 2]), tensor("b", "INT64", [5])).json
    free = infer(echoes["free"], "free", tensor("any", "INT8", [1, 2])).json

    assert json.loads(one["outputs"][0]["data"][0])["values"] == [[1.0, 2.0], [3.0, 4.0]]
    assert json.loads(two["outputs"][0]["data"][0])["items"]["b"]["values"] == [5]
    assert json.loads(free["outputs"][0]["data"][0])["type"] == "int8"


def test_a_frame_without_a_signature_is_asked_for(echoes: dict[str, Scoring]) -> None:
    answer = infer(echoes["free"], "free", tensor("a", "INT64", [1]), parameters={"content_type": "pd"}).json

    assert json.loads(answer["outputs"][0]["data"][0])["kind"] == "frame"


def test_the_columns_of_a_returned_frame_are_outputs(echoes: dict[str, Scoring]) -> None:
    wish = tensor("what", "BYTES", ["frame"])

    everything = infer(echoes["returns"], "returns", wish).json["outputs"]
    some = infer(echoes["returns"], "returns", wish, outputs=[{"name": "b"}]).json["outputs"]

    assert everything == [
        {"name": "a", "shape": [2], "datatype": "INT64", "data": [1, 2]},
        {"name": "b", "shape": [2], "datatype": "BYTES", "data": ["x", "y"]},
    ]
    assert some == everything[1:]


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ([], "The request has no inputs."),
        ([tensor("a", "FP99", [1.0])], "unknown datatype 'FP99'"),
        ([tensor("a", "FP64", [1.0], [2]), tensor("b", "FP64", [1.0])], "has the shape [2] but 1 values"),
        ([tensor("a", "FP64", [1.0, 2.0]), tensor("b", "FP64", [1.0])], "different numbers of rows"),
        ([tensor("a", "FP64", [1.0])], "Model is missing inputs ['b']."),
        ([tensor("a", "FP64", ["x"]), tensor("b", "FP64", [1.0])], "got 'x' (str), wanted double"),
        ([{"name": "a"}], "missing required field `shape`"),
    ],
)
def test_bad_requests_are_refused_with_what_is_wrong(inputs: list[Any], message: str, linear: Scoring) -> None:
    answer = infer(linear, "line", *inputs)

    assert answer.status == 400
    assert message in answer.json["error"]


def test_an_unknown_output_and_a_body_that_is_no_json_are_refused(linear: Scoring) -> None:
    inputs = [tensor("a", "FP64", [1.0]), tensor("b", "FP64", [1.0])]

    unknown = infer(linear, "line", *inputs, outputs=[{"name": "zz"}])
    bad = call(linear.url, "POST", "/v2/models/line/infer", "{bad")

    assert (unknown.status, unknown.json["error"]) == (400, "The model has no output 'zz'. It has output-0.")
    assert bad.status == 400
