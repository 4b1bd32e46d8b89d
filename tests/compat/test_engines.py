"""Batch prediction, sweeps and autologging on the real Ray, Dask and Spark, in an environment that has them."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import headwater
from compat.client_process import HERE, SHORT_LIVED_JAVA, Session, checks_in, run_checks

BATCHES = HERE / "engine_batches.py"
SWEEPS = HERE / "engine_sweeps.py"
SPARK = HERE / "engine_spark_udf.py"
SOURCES = HERE / "engine_spark_sources.py"
OURS = {
    "PYTHONPATH": str(Path(headwater.__file__).parents[1]),
    "HEADWATER_HOME": "home",
    "RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0",  # else Ray starts its workers in the environment of `uv run` around the tests
}

pytestmark = [
    pytest.mark.compat,
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(shutil.which("java") is None, reason="Spark needs Java"),
]


@pytest.fixture(scope="module")
def batches(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    with run_checks("engines", BATCHES, tmp_path_factory.mktemp("e"), variables=OURS, timeout_s=600) as found:
        yield found


@pytest.fixture(scope="module")
def sweeps(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    with run_checks("engines", SWEEPS, tmp_path_factory.mktemp("w"), variables=OURS, timeout_s=600) as found:
        yield found


@pytest.fixture(scope="module")
def functions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    with run_checks("engines", SPARK, tmp_path_factory.mktemp("s"), variables=OURS, timeout_s=600) as found:
        yield found


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    variables = {**OURS, **SHORT_LIVED_JAVA}
    with run_checks("engines", SOURCES, tmp_path_factory.mktemp("r"), variables=variables, timeout_s=600) as found:
        yield found


@pytest.mark.parametrize("check", checks_in(BATCHES))
def test_engines_predict_for_files(batches: Session, check: str) -> None:
    assert not batches.report[check], batches.report[check]


@pytest.mark.parametrize("check", checks_in(SPARK))
def test_models_are_functions_of_columns(functions: Session, check: str) -> None:
    assert not functions.report[check], functions.report[check]


@pytest.mark.parametrize("check", checks_in(SOURCES))
def test_runs_name_what_they_read_with_spark(sources: Session, check: str) -> None:
    assert not sources.report[check], sources.report[check]


@pytest.mark.parametrize("check", checks_in(SWEEPS))
def test_engines_carry_out_the_trials_of_sweeps(sweeps: Session, check: str) -> None:
    assert not sweeps.report[check], sweeps.report[check]
