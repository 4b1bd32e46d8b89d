"""MLflow's scoring protocol, row by row, against live servers."""

import json

import pytest

from headwater.testing.scoring_servers import Scoring
from headwater.version import __version__
from scoring.cases import CASES
from scoring.conftest import Score
from server.caller import call


@pytest.mark.parametrize("name", CASES)
def test_requests_are_answered_as_the_protocol_says(name: str, echoes: dict[str, Scoring], score: Score) -> None:
    case = CASES[name]

    answer = score(echoes[case.model], case.body, case.content_type)

    assert answer.status == case.status, answer.body
    if case.status == 200:
        assert answer.headers["content-type"] == "application/json"
        assert answer.json == {"predictions": [case.said]}
    elif case.status == 415:
        assert answer.headers["content-type"] == "text/plain; charset=utf-8"
        assert answer.body.decode().startswith(case.said) or case.said in answer.body.decode()
    else:
        code, message = case.said
        assert answer.json["error_code"] == code
        assert message in answer.message
        assert set(answer.json) == {"error_code", "message", "sqlstate", "error_class"}


def test_missing_columns_are_named_as_a_failure_of_the_schema(echoes: dict[str, Scoring], score: Score) -> None:
    answer = score(echoes["columns"], '{"dataframe_split": {"columns": ["d"], "data": [[1]]}}')

    assert answer.json["error_class"] == "SCHEMA_ENFORCEMENT_FAILED"
    assert answer.message.startswith("Failed to predict data '")
    assert "\nError: Failed to enforce schema of data " in answer.message


def test_what_json_cannot_say_is_the_model_s_mistake(echoes: dict[str, Scoring], score: Score) -> None:
    answer = score(echoes["returns"], '{"inputs": {"what": ["no text"]}}')

    assert answer.status == 400
    assert answer.message.startswith("What the model returned cannot be written as JSON: UnicodeEncodeError")


@pytest.mark.parametrize(
    ("what", "predictions"),
    [
        ("array", [1.5, 2.5]),
        ("matrix", [[1, 2], [3, 4]]),
        ("frame", [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]),
        ("series", [{"0": 1}, {"0": 2}]),
        ("dict", {"a": [1, 2]}),
        ("scalar", 3),
        ("text", "hello"),
        ("numpy scalar", 2.5),
        ("texts", ["a", "b"]),
        ("moments", [{"t": "2026-01-31T00:00:00"}, {"t": None}]),
    ],
)
def test_whatever_a_model_returns_is_written_as_json(
    what: str, predictions: object, echoes: dict[str, Scoring], score: Score
) -> None:
    answer = score(echoes["returns"], json.dumps({"inputs": {"what": [what]}}))

    assert answer.json == {"predictions": predictions}


def test_nan_and_infinity_are_the_literals_that_python_knows(echoes: dict[str, Scoring], score: Score) -> None:
    answer = score(echoes["returns"], '{"inputs": {"what": ["nan"]}}')

    assert answer.body == b'{"predictions":[1.0,NaN,Infinity]}'


def test_who_cannot_read_nan_may_ask_for_null(echoes: dict[str, Scoring], score: Score) -> None:
    answer = score(echoes["returns"], '{"inputs": {"what": ["nan"]}}', accept="application/json; nan=null")

    assert answer.body == b'{"predictions":[1.0,null,null]}'


@pytest.mark.parametrize("path", ["/ping", "/health"])
def test_a_loaded_model_answers_probes(path: str, linear: Scoring) -> None:
    answer = call(linear.url, "GET", path)

    assert (answer.status, answer.headers["content-type"], answer.body) == (200, "application/json", b"\n")


def test_the_version_is_that_of_headwater(linear: Scoring) -> None:
    assert call(linear.url, "GET", "/version").body.decode() == __version__


@pytest.mark.parametrize(("method", "path"), [("POST", "/ping"), ("GET", "/invocations"), ("PUT", "/invocations")])
def test_other_methods_are_refused(method: str, path: str, linear: Scoring) -> None:
    answer = call(linear.url, method, path)

    assert (answer.status, answer.json) == (405, {"detail": "Method Not Allowed"})


def test_other_paths_are_not_found(linear: Scoring) -> None:
    answer = call(linear.url, "GET", "/nope")

    assert (answer.status, answer.json) == (404, {"detail": "Not Found"})


@pytest.mark.parametrize("key", ["messages", "prompt", "input"])
def test_a_chat_is_passed_as_it_is_and_answered_without_a_wrapper(
    key: str, echoes: dict[str, Scoring], score: Score
) -> None:
    answer = score(echoes["free"], json.dumps({key: "hi"}))

    assert answer.json == [{"kind": "dict", "items": {key: {"kind": "str", "value": "hi"}}, "params": {}}]


def test_a_traceback_is_shown_only_where_the_server_was_told_to(
    tmp_path_factory: pytest.TempPathFactory, score: Score
) -> None:
    from headwater.testing.scoring_servers import live_scoring
    from scoring.models import save_echo

    folder = save_echo(tmp_path_factory.mktemp("open"), "wishes")

    with live_scoring(str(folder), allow_pickle=True, stack_traces=True) as scoring:
        answer = score(scoring, '{"inputs": {"do": ["fail"]}}')

    assert "asked to fail" in answer.json["stack_trace"]
    assert answer.json["stack_trace"].startswith("Traceback (most recent call last):")
