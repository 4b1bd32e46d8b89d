"""Answers in parts: how they are written, who waits for whom, and what ends them."""

import http.client
import json
import queue
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from headwater.models.manifest import write_manifest
from headwater.models.model_file import Model
from headwater.testing.scoring_servers import Scoring, live_scoring
from scoring import streaming_model
from server.caller import Answer, call

EVENTS, LINES = "text/event-stream", "application/x-ndjson"
QUIET_S = 0.5
DEADLINE_S = 30


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("streaming") / "model"
    path.mkdir()
    model = Model(mlflow_version="3.17.2")
    model.add_flavor("python_function", loader_module="scoring.streaming_model", python_version="3.11.7")
    model.save(path / "MLmodel")
    write_manifest(path)
    return path


@pytest.fixture(scope="module")
def streaming(folder: Path) -> Iterator[Scoring]:
    with live_scoring(str(folder), allow_pickle=True, streams=2) as scoring:
        yield scoring


@pytest.fixture(autouse=True)
def nothing_said() -> None:
    for said in (streaming_model.TAKEN, streaming_model.ENDED):
        while not said.empty():
            said.get_nowait()


def ask(scoring: Scoring, body: object, accept: str = "*/*") -> Answer:
    headers = {"content-type": "application/json", "accept": accept}
    return call(scoring.url, "POST", "/invocations", json.dumps(body), headers)


def chat(wish: str) -> dict[str, object]:
    return {"messages": wish, "stream": True}


@contextmanager
def open_stream(scoring: Scoring, wish: str) -> Iterator[tuple[http.client.HTTPConnection, http.client.HTTPResponse]]:
    """Begin a stream with little room for what is not read yet."""
    address = urlsplit(scoring.url)
    connection = http.client.HTTPConnection(address.netloc, timeout=DEADLINE_S)
    connection.sock = socket.socket()
    connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
    connection.sock.settimeout(DEADLINE_S)
    connection.sock.connect((address.hostname, address.port))
    connection.request("POST", "/invocations", json.dumps(chat(wish)), {"content-type": "application/json"})
    response = connection.getresponse()
    try:
        yield connection, response
    finally:
        response.close()
        connection.close()


def taken_until_quiet() -> int:
    """Return the number of the last part that the model was asked for, once it is asked for no more."""
    last = 0
    while True:
        try:
            last = streaming_model.TAKEN.get(timeout=QUIET_S)
        except queue.Empty:
            return last


def test_a_chat_is_answered_by_events_with_bare_parts(streaming: Scoring) -> None:
    answer = ask(streaming, chat("hello"))

    assert answer.status == 200
    assert answer.headers["content-type"] == EVENTS
    assert answer.headers["transfer-encoding"] == "chunked"
    assert answer.body.decode() == 'data: {"text":"über","times":1}\n\ndata: NaN\n\ndata: [DONE]\n\n'


def test_other_inputs_are_answered_by_events_like_whole_answers(streaming: Scoring) -> None:
    answer = ask(streaming, {"inputs": ["hello"], "stream": True})

    part = 'data: {"predictions":{"text":"über","times":1}}\n\n'
    assert answer.body.decode() == part + 'data: {"predictions":NaN}\n\nevent: end\ndata: {}\n\n'


def test_lines_of_json_are_had_by_asking_for_them(streaming: Scoring) -> None:
    answer = ask(streaming, {"inputs": ["hello"]}, f"{LINES}; nan=null, application/json")

    assert answer.headers["content-type"] == LINES
    assert [json.loads(line)["predictions"] for line in answer.body.splitlines()] == [
        {"text": "über", "times": 1},
        None,
    ]


def test_a_model_that_streams_answers_in_one_piece_who_does_not_ask(streaming: Scoring) -> None:
    answer = ask(streaming, {"inputs": ["hello"], "stream": False}, "application/json; nan=null")

    assert answer.json == {"predictions": [{"text": "über", "times": 1}, None]}


def test_a_model_that_does_not_stream_answers_in_one_piece(linear: Scoring) -> None:
    body = {"dataframe_split": {"columns": ["a", "b"], "data": [[1, 1]]}, "stream": True}

    answer = ask(linear, body, EVENTS)

    assert answer.json == {"predictions": [pytest.approx(3.0)]}


def test_what_fails_before_the_first_part_is_an_error_like_any_other(streaming: Scoring) -> None:
    answer = ask(streaming, chat("fail"))

    assert answer.status == 400
    assert answer.json["error_code"] == "BAD_REQUEST"
    assert answer.message.endswith("Error: ValueError: asked to fail")


@pytest.mark.parametrize("form", [EVENTS, LINES])
def test_what_fails_later_ends_the_stream_with_an_error(streaming: Scoring, form: str) -> None:
    answer = ask(streaming, chat("fail later"), form)

    *_, name, last = answer.body.decode().strip().splitlines()
    error = json.loads(last.removeprefix("data: "))
    error = error.get("error", error)
    assert answer.status == 200
    assert (name == "event: error") == (form == EVENTS)
    assert error["error_code"] == "BAD_REQUEST"
    assert error["message"].endswith("Error: ValueError: asked to fail later")


def test_a_stream_stays_in_one_thread(streaming: Scoring) -> None:
    ask(streaming, chat("hello"))

    assert streaming_model.ENDED.get(timeout=DEADLINE_S) == "same thread"


def test_the_model_waits_for_who_does_not_read(streaming: Scoring) -> None:
    with open_stream(streaming, "endless") as (_, response):
        before = taken_until_quiet()
        for _ in range(before):
            response.read(100_000)
        after = taken_until_quiet()

    assert 0 < before < 100
    assert before < after < before + 100


def test_a_client_that_goes_away_ends_the_model_s_generator(streaming: Scoring) -> None:
    with open_stream(streaming, "endless") as (_, response):
        response.read(1000)

    assert streaming_model.ENDED.get(timeout=DEADLINE_S) == "same thread"


def test_beyond_the_limit_streams_are_refused_with_a_time_to_come_back(streaming: Scoring) -> None:
    with open_stream(streaming, "endless"), open_stream(streaming, "endless"):
        answer = ask(streaming, chat("hello"))
        whole = ask(streaming, {"inputs": ["hello"]}, "application/json; nan=null")

    assert answer.status == 429
    assert answer.headers["retry-after"] == "1"
    assert whole.status == 200


def test_a_model_that_yields_nothing_for_too_long_is_answered_with_504(folder: Path) -> None:
    streaming_model.GATE.clear()
    with live_scoring(str(folder), allow_pickle=True, timeout_s=0.2) as scoring:
        answer = ask(scoring, chat("wait"))
        streaming_model.GATE.set()

    assert answer.status == 504
    assert answer.message.startswith("The model yielded nothing for 0.2 s.")


def test_a_client_that_reads_nothing_for_too_long_is_given_up(folder: Path) -> None:
    with (
        live_scoring(str(folder), allow_pickle=True, timeout_s=0.2) as scoring,
        open_stream(scoring, "endless"),
    ):
        ended = streaming_model.ENDED.get(timeout=DEADLINE_S)

    assert ended == "same thread"


def test_the_openapi_document_says_that_a_model_streams(streaming: Scoring, linear: Scoring) -> None:
    found = [call(each.url, "GET", "/openapi.json").json for each in (streaming, linear)]

    posts = [document["paths"]["/invocations"]["post"] for document in found]
    types = [set(post["responses"]["200"]["content"]) for post in posts]
    asked = [
        "stream" in post["requestBody"]["content"]["application/json"]["schema"]["oneOf"][0]["properties"]
        for post in posts
    ]
    assert types == [{"application/json", EVENTS, LINES}, {"application/json"}]
    assert asked == [True, False]
