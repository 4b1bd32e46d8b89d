"""The real mlflow clients, newest and 2.x, against our server on a real socket."""

import ast
import json
import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from headwater.stores import open_store
from headwater.testing.environments import environment_python
from headwater.testing.servers import live_server

HERE = Path(__file__).parent
SCRIPT = HERE / "mlflow_verbs.py"
CACHE = HERE.parents[1] / ".cache" / "environments"
CHECKS = [
    node.name
    for node in ast.parse(SCRIPT.read_text(encoding="utf-8")).body
    if isinstance(node, ast.FunctionDef) and node.name.startswith("check_")
]

pytestmark = [pytest.mark.compat, pytest.mark.slow]


@dataclass(frozen=True)
class Session:
    """What one client reported, what it printed, and the server it talked to."""

    report: dict[str, str]
    printed: str
    url: str


@pytest.fixture(scope="module", params=["mlflow-3", "mlflow-2"])
def session(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """Run every check in one process of the client."""
    folder = tmp_path_factory.mktemp(request.param)
    python = environment_python(HERE / "clients" / f"{request.param}.txt", CACHE)
    store = open_store(f"sqlite:///{folder / 'headwater.db'}")
    with live_server(store) as url:
        done = subprocess.run(
            [str(python), str(SCRIPT), *CHECKS],
            cwd=folder,
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(folder),
                "MLFLOW_TRACKING_URI": url,
                "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
                "MLFLOW_ARTIFACT_UPLOAD_DOWNLOAD_TIMEOUT": "30",
                "MLFLOW_DISABLE_TELEMETRY": "true",
                "GIT_PYTHON_REFRESH": "quiet",
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=250,
        )
        assert done.returncode == 0, done.stderr
        yield Session(json.loads(done.stdout), done.stderr, url)
    store.close()


@pytest.mark.parametrize("check", CHECKS)
def test_client_and_server_understand_each_other(session: Session, check: str) -> None:
    assert not session.report[check], session.report[check]


def test_printed_address_is_the_page_of_the_run(session: Session) -> None:
    line = re.search(r"^URL (\d+) (\w+)$", session.printed, re.MULTILINE)

    assert line is not None
    assert f"{session.url}/#/experiments/{line[1]}/runs/{line[2]}" in session.printed
