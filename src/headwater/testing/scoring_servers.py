"""Real scoring servers for tests, in a thread of this process."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from headwater.models.scoring.app import ScoringApp
from headwater.models.scoring.following import identify
from headwater.models.scoring.metrics import Metrics
from headwater.models.scoring.model import load_served
from headwater.models.scoring.serve import ScoringServer
from headwater.models.scoring.settings import ScoringSettings
from headwater.models.scoring.sockets import address, bind
from headwater.protocol.errors import TemporarilyUnavailable

_START_TIMEOUT_S = 30
_STOP_TIMEOUT_S = 30


class Scoring(NamedTuple):
    """A running server: its URL and what it is made of."""

    url: str
    app: ScoringApp
    metrics: Metrics


@contextmanager
def live_scoring(model_uri: str, **settings: Any) -> Iterator[Scoring]:
    """Serve a model on a free port of this machine, with the settings of `ScoringSettings`, and yield the server."""
    chosen = ScoringSettings(**{"model_uri": model_uri, "port": 0, **settings})
    served = load_served(identify(model_uri, chosen.name), allow_pickle=chosen.allow_pickle)
    metrics = Metrics()
    with bind(chosen) as bound:
        url = address(bound)
        ready = threading.Event()
        app = ScoringApp(served, chosen, metrics)
        server = ScoringServer(app, chosen, ready.set)
        thread = threading.Thread(target=server.run, args=([bound],), name="headwater-test-scoring")
        thread.start()
        try:
            if not ready.wait(_START_TIMEOUT_S):
                raise TemporarilyUnavailable(f"The test server did not start within {_START_TIMEOUT_S} s.")
            yield Scoring(url, app, metrics)
        finally:
            server.should_exit = True
            thread.join(_STOP_TIMEOUT_S)
