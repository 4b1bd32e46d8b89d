"""Live servers of the models that the tests of this folder talk to."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from headwater.testing.scoring_servers import Scoring, live_scoring
from scoring.models import SIGNATURES, save_echo, save_linear
from server.caller import Answer, call

Score = Callable[..., Answer]
JSON = {"content-type": "application/json"}


@pytest.fixture(scope="session")
def echoes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Scoring]]:
    """Return a server of each echoing model, by the name of its signature."""
    folder = tmp_path_factory.mktemp("echoes")
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(live_scoring(str(save_echo(folder, name)), allow_pickle=True))
            for name in SIGNATURES
        }


@pytest.fixture(scope="session")
def linear(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scoring]:
    """Return a server of y = 2a + b, a model of scikit-learn with the columns a and b."""
    folder = save_linear(tmp_path_factory.mktemp("linear") / "line")
    with live_scoring(str(folder)) as scoring:
        yield scoring


@pytest.fixture
def score() -> Score:
    """Return what posts a body to a server."""

    def post(scoring: Scoring, body: str | bytes, content_type: str = "application/json", **headers: str) -> Answer:
        given = {"content-type": content_type, **{name.replace("_", "-"): value for name, value in headers.items()}}
        return call(scoring.url, "POST", "/invocations", body, given)

    return post


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return this test's own HEADWATER_HOME and store."""
    monkeypatch.setenv("HEADWATER_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HEADWATER_TRACKING_URI", f"sqlite:///{tmp_path / 'headwater.db'}")
    return tmp_path
