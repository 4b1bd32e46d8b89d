"""Models that the real mlflow client wrote into a bucket predict here, copied or where they are."""

import os
import subprocess
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

import headwater as hw
from headwater.interop.copying import Artifacts
from headwater.interop.load import Choices, import_source
from headwater.interop.opening import open_mlflow
from headwater.interop.report import Report
from headwater.protocol.logged_models import GetLoggedModel
from headwater.stores import open_store
from headwater.testing.environments import environment_python
from headwater.testing.progress import NoProgress
from headwater.testing.s3 import BUCKET

HERE = Path(__file__).parent
CACHE = HERE.parents[1] / ".cache" / "environments"

pytestmark = [pytest.mark.compat, pytest.mark.slow]


def test_models_in_a_bucket_predict_copied_or_where_they_are(tmp_path: Path, s3_environment: dict[str, str]) -> None:
    location = f"s3://{BUCKET}/mlflow-import"
    model_id = _log_model(tmp_path, location, s3_environment)
    answers, uris = [], []

    for choice in (Artifacts.AUTO, Artifacts.COPY):
        uri = f"sqlite:///{tmp_path / choice / 'headwater.db'}"
        report = Report("mlruns")
        with closing(open_store(uri)) as store, closing(open_mlflow(str(tmp_path / "mlruns"), _fail)) as source:
            import_source(source, store, report, NoProgress(), Choices(artifacts=choice))
            uris.append(store.logged_models.get(GetLoggedModel(model_id)).model.info.artifact_uri)
        assert report.is_complete
        hw.set_tracking_uri(uri)
        answers.append(hw.pyfunc.load_model(f"models:/{model_id}").predict(np.array([[0.0], [9.0]])).tolist())

    assert answers == [[False, True]] * 2
    assert [uri.partition(":")[0] for uri in uris] == ["s3", "mlflow-artifacts"]


def _log_model(folder: Path, location: str, s3_environment: dict[str, str]) -> str:
    python = environment_python(HERE / "clients" / "mlflow-3.txt", CACHE)
    done = subprocess.run(
        [str(python), "-W", "ignore", str(HERE / "mlflow_bucket.py"), str(folder / "mlruns"), location],
        cwd=folder,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "MLFLOW_ALLOW_FILE_STORE": "true",
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "MLFLOW_S3_ENDPOINT_URL": s3_environment["AWS_ENDPOINT_URL"],
            "GIT_PYTHON_REFRESH": "quiet",
            **s3_environment,
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1]


def _fail(problem: str) -> None:
    raise AssertionError(problem)
