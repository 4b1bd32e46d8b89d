"""Raw HTTP for tests: nothing is added to a request that the test did not ask for."""

import http.client
import json
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from headwater.protocol.experiments import CreateExperiment
from headwater.protocol.runs import CreateRun
from headwater.stores.interface import Store

API = "/api/2.0/mlflow"
NATIVE = "/api/headwater/1"
FILES = "/api/2.0/mlflow-artifacts/artifacts"


class Answer(NamedTuple):
    """An answer, with header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """Return the body as JSON."""
        return json.loads(self.body)

    @property
    def message(self) -> str:
        """Return the message of an error."""
        return str(self.json["message"])


def call(
    url: str, method: str, target: str, body: bytes | str | None = None, headers: dict[str, str] | None = None
) -> Answer:
    """Send one request on a new connection and return the answer."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
    try:
        connection.request(method, target, body.encode() if isinstance(body, str) else body, headers or {})
        response = connection.getresponse()
        return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
    finally:
        connection.close()


def post(url: str, target: str, body: object, headers: dict[str, str] | None = None) -> Answer:
    """Post `body`, as JSON unless it is text already, to a verb below `API` or to an absolute path."""
    text = body if isinstance(body, str) else json.dumps(body)
    path = target if target.startswith("/") else f"{API}/{target}"
    return call(url, "POST", path, text, {"content-type": "application/json", **(headers or {})})


def get(url: str, target: str, headers: dict[str, str] | None = None) -> Answer:
    """Get a verb below `API` or an absolute path."""
    return call(url, "GET", target if target.startswith("/") else f"{API}/{target}", headers=headers)


def make_run(store: Store, name: str) -> tuple[str, str]:
    """Create an experiment called `name` with one run, and return both ids."""
    experiment_id = store.experiments.create(CreateExperiment(name)).experiment_id
    run = store.runs.create(CreateRun(experiment_id=experiment_id, start_time=1)).run
    return experiment_id, run.info.run_id
