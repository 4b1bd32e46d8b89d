"""Data of Spark and TensorFlow are described as the real MLflow describes them."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import headwater
from compat.client_process import HERE, Session, checks_in, run_checks

CASES = HERE / "deep_dataset_cases.py"
VARIABLES = {
    "PYTHONPATH": str(Path(headwater.__file__).parents[1]),
    "SPARK_LOCAL_IP": "127.0.0.1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
}

pytestmark = [
    pytest.mark.compat,
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(shutil.which("java") is None, reason="Spark needs Java"),
]


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    folder = tmp_path_factory.mktemp("data")
    with run_checks("frameworks", CASES, folder, by_pip=True, variables=VARIABLES) as found:
        yield found


@pytest.mark.parametrize("check", checks_in(CASES))
def test_data_of_frameworks_are_described_as_by_mlflow(session: Session, check: str) -> None:
    assert not session.report[check], session.report[check]
