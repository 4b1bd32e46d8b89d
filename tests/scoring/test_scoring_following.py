"""A server of an alias follows it, loses no request while it does, and keeps what it has when it cannot."""

import http.client
import json
import shutil
import threading
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from headwater.models.scoring.following import identify, is_moving
from headwater.protocol.errors import ResourceDoesNotExist
from headwater.testing.scoring_servers import Scoring, live_scoring
from headwater.tracking.client import Client
from scoring.models import save_linear
from server.caller import Answer, call

CLIENTS = 4
DEADLINE_S = 60
BODY = json.dumps({"dataframe_split": {"columns": ["a", "b"], "data": [[1, 0]]}}).encode()
JSON = {"content-type": "application/json"}


def register(folder: Path, slope: float) -> str:
    """Save and register y = slope · a + b as a new version of `line`, and return the version."""
    client = Client()
    if not any(model.name == "line" for model in client.search_registered_models()):
        client.create_registered_model("line")
    return str(client.create_model_version("line", str(save_linear(folder / f"line-{slope}", slope=slope))).version)


class Clients:
    """Connections that send the same request again and again, and remember every answer."""

    def __init__(self, scoring: Scoring) -> None:
        self._netloc = urlsplit(scoring.url).netloc
        self._stop = threading.Event()
        self._seen = threading.Condition()
        self.answers: list[tuple[int, float, str]] = []
        self.lost: list[Exception] = []
        self._threads = [threading.Thread(target=self._send) for _ in range(CLIENTS)]
        for thread in self._threads:
            thread.start()

    def wait_for(self, version: str, count: int) -> None:
        """Return once so many answers came from a version."""
        with self._seen:
            found = self._seen.wait_for(
                lambda: sum(answer[2] == version for answer in self.answers) >= count, timeout=DEADLINE_S
            )
        assert found, self.answers[-1:]

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _send(self) -> None:
        connection = http.client.HTTPConnection(self._netloc, timeout=30)
        while not self._stop.is_set():
            try:
                connection.request("POST", "/invocations", BODY, JSON)
                response = connection.getresponse()
                said = json.loads(response.read())
            except (OSError, http.client.HTTPException) as error:
                self.lost.append(error)
                return
            with self._seen:
                predicted = said.get("predictions", [0])[0]
                self.answers.append((response.status, round(predicted, 6), response.headers["x-model-version"]))
                self._seen.notify_all()
        connection.close()


def test_a_moved_alias_is_followed_and_no_request_is_lost(home: Path) -> None:
    first, second = register(home, 2.0), register(home, 3.0)
    client = Client()
    client.set_registered_model_alias("line", "champion", first)

    with live_scoring("models:/line@champion", follow_s=0.05) as scoring:
        clients = Clients(scoring)
        clients.wait_for(first, 100)
        client.set_registered_model_alias("line", "champion", second)
        clients.wait_for(second, 100)
        clients.stop()
        metadata = call(scoring.url, "GET", "/v2/models/line").json

    assert not clients.lost
    assert {answer[0] for answer in clients.answers} == {200}
    assert {answer[1:] for answer in clients.answers} == {(2.0, first), (3.0, second)}
    assert metadata["versions"] == [second]


def test_a_version_that_cannot_be_loaded_does_not_replace_the_one_in_use(home: Path) -> None:
    first, second = register(home, 2.0), register(home, 3.0)
    client = Client()
    client.set_registered_model_alias("line", "champion", first)
    shutil.rmtree(home / "line-3.0")

    with live_scoring("models:/line@champion", follow_s=0.05) as scoring:
        client.set_registered_model_alias("line", "champion", second)
        failures = _wait_until_counted(scoring, 'headwater_scoring_model_loads_total{outcome="failed"}')
        answer = _score(scoring)

    assert failures >= 1
    assert (answer.status, answer.headers["x-model-version"]) == (200, first)


def test_a_registry_that_does_not_answer_changes_nothing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    version = register(home, 2.0)
    client = Client()
    client.set_registered_model_alias("line", "champion", version)

    with live_scoring("models:/line@champion", follow_s=0.05) as scoring:
        client.delete_registered_model_alias("line", "champion")
        answers = [_score(scoring) for _ in range(50)]

    assert {answer.status for answer in answers} == {200}


def test_a_reload_serves_what_the_files_say_now(tmp_path: Path) -> None:
    folder = save_linear(tmp_path / "line", slope=2.0)
    with live_scoring(str(folder)) as scoring:
        before = _score(scoring).json
        shutil.rmtree(folder)
        save_linear(folder, slope=5.0)

        scoring.app.request_reload()

        _wait_until_counted(scoring, 'headwater_scoring_model_loads_total{outcome="loaded"}')
        after = _score(scoring).json
    assert before == {"predictions": [pytest.approx(2.0)]}
    assert after == {"predictions": [pytest.approx(5.0)]}


def test_uris_say_which_model_they_mean_now(home: Path) -> None:
    register(home, 2.0)
    latest = register(home, 3.0)
    Client().transition_model_version_stage("line", "1", "Production")

    found = [identify(f"models:/line/{word}") for word in ("latest", "Production", "1")]

    assert [(one.name, one.version, one.uri) for one in found] == [
        ("line", latest, f"models:/line/{latest}"),
        ("line", "1", "models:/line/1"),
        ("line", "1", "models:/line/1"),
    ]
    assert identify("/some/where/churn/", "").name == "churn"
    assert identify("/some/where/churn", "other").name == "other"
    with pytest.raises(ResourceDoesNotExist):
        identify("models:/line/Staging")


def test_only_aliases_stages_and_latest_may_move() -> None:
    moving = ["models:/line@champion", "models:/line/latest", "models:/line/Production"]
    fixed = ["models:/line/3", f"models:/m-{'0' * 32}", "runs:/abc/model", "/a/folder"]

    assert [is_moving(uri) for uri in [*moving, *fixed]] == [True] * 3 + [False] * 4


def _score(scoring: Scoring) -> Answer:
    return call(scoring.url, "POST", "/invocations", BODY, JSON)


def _wait_until_counted(scoring: Scoring, line: str) -> float:
    """Return a counter once it is above 0."""
    for _ in range(2000):
        text = call(scoring.url, "GET", "/metrics").body.decode()
        value = next(float(row.rsplit(" ", 1)[1]) for row in text.splitlines() if row.startswith(line))
        if value:
            return value
    raise AssertionError(line)
