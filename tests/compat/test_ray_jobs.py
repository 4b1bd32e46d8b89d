"""Projects on a real Ray cluster of one node."""

from collections.abc import Iterator

import pytest

from compat.client_process import HERE, Session, checks_in, run_checks
from compat.test_engines import OURS

JOBS = HERE / "engine_ray_jobs.py"
pytestmark = [pytest.mark.compat, pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def jobs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    with run_checks("engines", JOBS, tmp_path_factory.mktemp("ray"), variables=OURS, timeout_s=600) as found:
        yield found


@pytest.mark.parametrize("check", checks_in(JOBS))
def test_projects_run_on_ray(jobs: Session, check: str) -> None:
    assert not jobs.report[check], jobs.report[check]
