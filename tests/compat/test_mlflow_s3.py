"""The real mlflow client with a real S3 server: through our server, past it in parts, and directly with boto3."""

import ast
import json
import os
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest

from headwater.protocol.artifacts import ListArtifacts
from headwater.protocol.experiments import GetExperimentByName
from headwater.protocol.runs import SearchRuns
from headwater.stores import open_store
from headwater.testing.environments import environment_python
from headwater.testing.s3 import BUCKET
from headwater.testing.servers import live_server

HERE = Path(__file__).parent
SCRIPT = HERE / "mlflow_s3.py"
CACHE = HERE.parents[1] / ".cache" / "environments"
CHECKS = [
    node.name
    for node in ast.parse(SCRIPT.read_text(encoding="utf-8")).body
    if isinstance(node, ast.FunctionDef) and node.name.startswith("check_")
]

pytestmark = [pytest.mark.compat, pytest.mark.slow]


class Session(NamedTuple):
    """What the client reported, and what our server lists of the experiment that it wrote past us."""

    report: dict[str, str]
    listed: list[str]


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory, s3_environment: dict[str, str]) -> Session:
    """Run every check in one process of the client."""
    folder = tmp_path_factory.mktemp("mlflow-s3")
    python = environment_python(HERE / "clients" / "mlflow-3.txt", CACHE)
    direct = f"s3://{BUCKET}/mlflow-direct"
    store = open_store(
        f"sqlite:///{folder / 'headwater.db'}", artifacts=f"s3://{BUCKET}/mlflow-proxied", artifact_locations=[direct]
    )
    with live_server(store) as url:
        done = subprocess.run(
            [str(python), str(SCRIPT), *CHECKS],
            cwd=folder,
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(folder),
                "MLFLOW_TRACKING_URI": url,
                "MLFLOW_S3_ENDPOINT_URL": s3_environment["AWS_ENDPOINT_URL"],
                "DIRECT_LOCATION": direct,
                "MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD": "true",
                "MLFLOW_ENABLE_PROXY_MULTIPART_DOWNLOAD": "true",
                "MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE": str(8 * 1024 * 1024),
                "MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE": str(6 * 1024 * 1024),
                "MLFLOW_MULTIPART_DOWNLOAD_MINIMUM_FILE_SIZE": str(8 * 1024 * 1024),
                "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
                "MLFLOW_DISABLE_TELEMETRY": "true",
                "GIT_PYTHON_REFRESH": "quiet",
                **s3_environment,
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=250,
        )
        assert done.returncode == 0, done.stderr
        experiment = store.experiments.get_by_name(GetExperimentByName("direct")).experiment
        run = store.runs.search(SearchRuns(experiment_ids=[experiment.experiment_id])).runs[0]
        listed = store.artifacts.list(ListArtifacts(run.info.run_id)).files
    store.close()
    return Session(json.loads(done.stdout.splitlines()[-1]), [info.path for info in listed])


@pytest.mark.parametrize("check", CHECKS)
def test_client_server_and_bucket_understand_each_other(session: Session, check: str) -> None:
    assert not session.report[check], session.report[check]


def test_the_server_lists_what_the_client_wrote_past_it(session: Session) -> None:
    assert session.listed == ["hello.txt", "tree"]
