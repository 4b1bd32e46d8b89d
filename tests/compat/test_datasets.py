"""Descriptions of data equal those that the real mlflow makes of the same objects."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from headwater.testing.environments import environment_python

HERE = Path(__file__).parent
CACHE = HERE.parents[1] / ".cache" / "environments"

pytestmark = [pytest.mark.compat, pytest.mark.slow]


def test_digests_schemas_profiles_and_sources_are_those_of_mlflow(tmp_path: Path) -> None:
    python = environment_python(HERE / "clients" / "mlflow-data.txt", CACHE)

    done = subprocess.run(
        [str(python), str(HERE / "dataset_cases.py")],
        cwd=tmp_path,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "PYTHONPATH": str(HERE.parents[1] / "src"),
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "GIT_PYTHON_REFRESH": "quiet",
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=250,
    )

    assert done.returncode == 0, done.stderr
    report: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    assert len(report) > 200
    assert {name: difference for name, difference in report.items() if difference} == {}
