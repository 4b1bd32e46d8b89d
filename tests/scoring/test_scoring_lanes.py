"""Requests at the same time: joined, kept apart, refused, and given up."""

import asyncio
import json
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from headwater.models.scoring.lanes import Lanes
from headwater.protocol.errors import DeadlineExceeded
from headwater.testing.scoring_servers import Scoring, live_scoring
from scoring import echo_model
from scoring.conftest import Score
from scoring.models import save_echo, save_forest, save_linear
from server.caller import Answer, call

CONNECTIONS = 16
REQUESTS = 320


def _split(*rows: Sequence[float | None]) -> str:
    return json.dumps({"dataframe_split": {"columns": ["a", "b"], "data": list(rows)}})


@pytest.fixture
def closed_gate() -> Iterator[None]:
    """Let models that are told to wait do so until the test opens the gate, or ends."""
    echo_model.GATE.clear()
    yield
    echo_model.GATE.set()


@pytest.fixture
def waiting_folder(tmp_path: Path) -> Path:
    return save_echo(tmp_path, "wishes")


def batches_of(scoring: Scoring) -> tuple[float, float]:
    """Return how many calls of predict there were, and how many rows they had."""
    text = call(scoring.url, "GET", "/metrics").body.decode()
    found = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    return float(found["headwater_scoring_batch_rows_count"]), float(found["headwater_scoring_batch_rows_sum"])


def test_requests_at_the_same_time_are_predicted_together_and_each_gets_its_own_answer(tmp_path: Path) -> None:
    folder = save_linear(tmp_path / "line")
    with live_scoring(str(folder)) as scoring, ThreadPoolExecutor(CONNECTIONS) as pool:
        calls_before, rows_before = batches_of(scoring)
        bodies = [_split([number, 1.0]) for number in range(REQUESTS)]

        answers = list(pool.map(lambda body: call(scoring.url, "POST", "/invocations", body, JSON), bodies))

        calls, rows = batches_of(scoring)
    found = [answer.json["predictions"] for answer in answers]
    assert found == [[pytest.approx(2.0 * number + 1)] for number in range(REQUESTS)]
    assert rows - rows_before == REQUESTS
    assert calls - calls_before < REQUESTS


def test_requests_with_several_rows_are_joined_in_order_too(tmp_path: Path) -> None:
    folder = save_linear(tmp_path / "line")
    with live_scoring(str(folder)) as scoring, ThreadPoolExecutor(CONNECTIONS) as pool:
        bodies = [_split(*([number, row] for row in range(1 + number % 5))) for number in range(100)]

        answers = list(pool.map(lambda body: call(scoring.url, "POST", "/invocations", body, JSON), bodies))

    expected = [[pytest.approx(2.0 * number + row) for row in range(1 + number % 5)] for number in range(100)]
    assert [answer.json["predictions"] for answer in answers] == expected


def test_models_of_arrays_are_joined_too(tmp_path: Path) -> None:
    folder = save_forest(tmp_path / "forest")
    with live_scoring(str(folder)) as scoring, ThreadPoolExecutor(CONNECTIONS) as pool:
        rows = [[(-1.0) ** number * 2, 0.1, 0.2] for number in range(100)]

        answers = list(
            pool.map(lambda row: call(scoring.url, "POST", "/invocations", json.dumps({"inputs": [row]}), JSON), rows)
        )

    assert [answer.json["predictions"] for answer in answers] == [[1 - number % 2] for number in range(100)]


def test_a_row_that_the_model_fails_on_spoils_no_other_answer(tmp_path: Path) -> None:
    folder = save_linear(tmp_path / "line")
    with live_scoring(str(folder)) as scoring, ThreadPoolExecutor(CONNECTIONS) as pool:
        bodies = [_split([float(number), 1.0 if number % 10 else None]) for number in range(200)]

        answers = list(pool.map(lambda body: call(scoring.url, "POST", "/invocations", body, JSON), bodies))

    for number, answer in enumerate(answers):
        if number % 10:
            assert answer.json == {"predictions": [pytest.approx(2.0 * number + 1)]}
        else:
            assert (answer.status, answer.json["error_code"]) == (400, "BAD_REQUEST")
            assert "Input X contains NaN." in answer.message


@pytest.mark.usefixtures("closed_gate")
def test_beyond_the_limit_requests_are_refused_at_once_with_a_time_to_come_back(waiting_folder: Path) -> None:
    limits = {"waiting": 2, "threads": 2}
    with live_scoring(str(waiting_folder), allow_pickle=True, **limits) as scoring, ThreadPoolExecutor(2) as pool:
        running = [pool.submit(_wait_in, scoring) for _ in range(2)]
        for _ in running:
            assert echo_model.ENTERED.acquire(timeout=10)

        refused = call(scoring.url, "POST", "/invocations", '{"inputs": {"do": ["nothing"]}}', JSON)
        alive = call(scoring.url, "GET", "/ping")
        echo_model.GATE.set()
        answers = [each.result() for each in running]

    assert (refused.status, refused.json["error_code"]) == (429, "REQUEST_LIMIT_EXCEEDED")
    assert refused.headers["retry-after"] == "1"
    assert alive.status == 200
    assert [answer.status for answer in answers] == [200, 200]


@pytest.mark.usefixtures("closed_gate")
def test_a_request_that_takes_too_long_is_answered_with_504(waiting_folder: Path) -> None:
    with live_scoring(str(waiting_folder), allow_pickle=True, timeout_s=0.2) as scoring:
        answer = _wait_in(scoring)
        echo_model.GATE.set()
        again = call(scoring.url, "POST", "/invocations", '{"inputs": {"do": ["nothing"]}}', JSON)

    assert echo_model.ENTERED.acquire(timeout=10)
    assert (answer.status, answer.json["error_code"]) == (504, "DEADLINE_EXCEEDED")
    assert again.status == 200


def test_a_model_that_answers_by_another_count_of_rows_is_not_joined(tmp_path: Path) -> None:
    """A clustering's fit_predict would depend on its neighbours; a model without the promise is never joined."""
    folder = save_echo(tmp_path, "columns")
    body = json.dumps({"dataframe_records": [{"d": 1, "l": 2}]})
    with live_scoring(str(folder), allow_pickle=True) as scoring, ThreadPoolExecutor(CONNECTIONS) as pool:
        answers = list(pool.map(lambda _: call(scoring.url, "POST", "/invocations", body, JSON), range(64)))

        calls, rows = batches_of(scoring)

    assert {len(answer.json["predictions"]) for answer in answers} == {1}
    assert calls == rows == 64


@pytest.mark.usefixtures("closed_gate")
def test_a_stopping_server_answers_what_it_accepted(waiting_folder: Path) -> None:
    answers: list[Answer] = []
    with live_scoring(str(waiting_folder), allow_pickle=True) as scoring:
        client = threading.Thread(target=lambda: answers.append(_wait_in(scoring)))
        client.start()
        assert echo_model.ENTERED.acquire(timeout=10)
        threading.Timer(0.3, echo_model.GATE.set).start()
    client.join(10)

    assert [answer.status for answer in answers] == [200]


def test_a_body_that_is_too_long_is_refused(tmp_path: Path, score: Score) -> None:
    folder = save_linear(tmp_path / "line")
    with live_scoring(str(folder), max_body_bytes=1000) as scoring:
        refused = score(scoring, _split(*([0.0, 0.0] for _ in range(1000))))
        taken = score(scoring, _split([0.0, 1.0]))

    assert (refused.status, refused.json["error_code"]) == (413, "REQUEST_TOO_LARGE")
    assert taken.status == 200


def test_a_client_that_sends_all_before_it_listens_learns_that_a_body_is_too_long(linear: Scoring) -> None:
    answer = call(linear.url, "POST", "/invocations", b"[" + b" " * 100_000_000, JSON)

    assert (answer.status, answer.json["error_code"]) == (413, "REQUEST_TOO_LARGE")


def test_a_model_that_ends_the_program_ends_its_request_alone(waiting_folder: Path) -> None:
    with live_scoring(str(waiting_folder), allow_pickle=True, threads=1, timeout_s=20) as scoring:
        answers = [call(scoring.url, "POST", "/invocations", _do(wish), JSON) for wish in ("exit", "exit", "none")]

    assert [answer.status for answer in answers] == [400, 400, 200]
    assert answers[0].message.endswith("Error: SystemExit: 3")


@pytest.mark.usefixtures("closed_gate")
def test_predictions_that_do_not_end_leave_room_for_others_until_there_are_too_many(waiting_folder: Path) -> None:
    with live_scoring(str(waiting_folder), allow_pickle=True, threads=2, timeout_s=0.1) as scoring:
        hung = _wait_in(scoring)
        other = call(scoring.url, "POST", "/invocations", _do("none"), JSON)
        alive = call(scoring.url, "GET", "/ping")
        while not scoring.app.is_stuck:
            _wait_in(scoring)
        probes = [call(scoring.url, "GET", path).status for path in ("/ping", "/v2/health/ready", "/v2/health/live")]
        echo_model.GATE.set()

    assert (hung.status, other.status, alive.status) == (504, 200, 200)
    assert probes == [503, 503, 503]


@pytest.mark.parametrize("may_join", [True, False])
def test_threads_that_come_back_are_not_too_many(may_join: bool) -> None:  # noqa: FBT001
    gate = threading.Event()

    def run(work: str) -> str:
        if work == "wait":
            gate.wait(30)
        return work

    async def ask() -> list[object]:
        before = threading.active_count()
        lanes = Lanes(
            lambda works: [run(work) for work in works], run, waiting=9, threads=1, batch_rows=9, timeout_s=0.1
        )
        found: list[object] = [
            *await asyncio.gather(lanes.submit("wait", 1, may_join=may_join), return_exceptions=True),
            await lanes.submit("a", 1, may_join=may_join),
        ]
        gate.set()
        while threading.active_count() > before + 2:
            found.append(await lanes.submit("b", 1, may_join=may_join))
        found.append(await lanes.submit("c", 1, may_join=may_join))
        lanes.close()
        return found

    hung, *others = asyncio.run(ask())

    assert isinstance(hung, DeadlineExceeded)
    assert (others[0], others[-1], set(others[1:-1]) <= {"b"}) == ("a", "c", True)


def _do(wish: str) -> str:
    return json.dumps({"inputs": {"do": [wish]}})


def _wait_in(scoring: Scoring) -> Answer:
    return call(scoring.url, "POST", "/invocations", '{"inputs": {"do": ["wait"]}}', JSON)


JSON = {"content-type": "application/json"}
