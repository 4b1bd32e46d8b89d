"""What every test may ask for: a store of each kind, and a real PostgreSQL."""

import os
import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

pytest.register_assert_rewrite("headwater.testing")

from headwater.stores.interface import Store  # noqa: E402 - assertions in headwater.testing are rewritten first
from headwater.testing.azure import CONTAINER, azure_server  # noqa: E402
from headwater.testing.environments import node_program  # noqa: E402
from headwater.testing.gcs import gcs_server  # noqa: E402
from headwater.testing.postgres import create_database, drop_database, postgres_server  # noqa: E402
from headwater.testing.s3 import BUCKET, s3_server  # noqa: E402
from headwater.testing.stores import (  # noqa: E402
    postgresql_store,
    rest_in_process_store,
    rest_live_store,
    sqlite_store,
)

HERE = Path(__file__).parent
BUCKETS = {
    "s3": ("s3_environment", BUCKET),
    "gs": ("gcs_environment", BUCKET),
    "az": ("azure_environment", CONTAINER),
}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a soak kill more often than a test run has time for."""
    parser.addoption("--kills", type=int, default=5, help="how often each test of kills kills its program")


@pytest.fixture(autouse=True)
def own_settings() -> Iterator[None]:
    """Undo what a test says by calls such as `set_tracking_uri`, which put settings in force for the whole process."""
    before = _settings()
    yield
    for name in _settings().keys() - before.keys():
        del os.environ[name]
    os.environ.update(before)


def _settings() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith(("HEADWATER_", "MLFLOW_"))}


@pytest.fixture(scope="session")
def kills(request: pytest.FixtureRequest) -> int:
    """Return how often to kill a program."""
    number: int = request.config.getoption("--kills")
    return number


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Return the URL of the administrator's database of a PostgreSQL that runs as long as the tests."""
    with postgres_server() as url:
        yield url


@pytest.fixture(scope="session")
def s3_environment() -> Iterator[dict[str, str]]:
    """Return the variables that lead to an S3 server, which are in force as long as the tests run."""
    with s3_server() as variables, pytest.MonkeyPatch.context() as patch:
        for name, value in variables.items():
            patch.setenv(name, value)
        yield variables


@pytest.fixture
def s3_uri(s3_environment: dict[str, str]) -> str:
    """Return a new, empty folder of a bucket."""
    return f"s3://{BUCKET}/{uuid.uuid4().hex}"


@pytest.fixture(scope="session")
def gcs_environment(s3_environment: dict[str, str]) -> Iterator[dict[str, str]]:
    """Return the variables that lead to the same buckets by Google's interface, in force as long as the tests run."""
    with gcs_server(s3_environment["AWS_ENDPOINT_URL"]) as variables, pytest.MonkeyPatch.context() as patch:
        for name, value in variables.items():
            patch.setenv(name, value)
        yield variables


@pytest.fixture(scope="session")
def azure_environment() -> Iterator[dict[str, str]]:
    """Return the variables that lead to Azure's emulator, which are in force as long as the tests run."""
    program = node_program("azurite-blob", HERE / "servers", HERE.parent / ".cache" / "environments")
    with azure_server(program) as variables, pytest.MonkeyPatch.context() as patch:
        for name, value in variables.items():
            patch.setenv(name, value)
        yield variables


@pytest.fixture(params=["s3", "gs", "az"])
def bucket_uri(request: pytest.FixtureRequest) -> str:
    """Return a new, empty folder of a bucket, once of each provider."""
    environment, bucket = BUCKETS[request.param]
    request.getfixturevalue(environment)
    return f"{request.param}://{bucket}/{uuid.uuid4().hex}"


@pytest.fixture(params=["sqlite", "postgresql", "rest-in-process", "rest-live"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """Return a new store, once of each kind."""
    with _open(request, tmp_path) as opened:
        yield opened


@pytest.fixture(params=["sqlite", "postgresql"])
def database_uri(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Yield the URI of a new database, once of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'headwater.db'}"
        return
    admin_url = request.getfixturevalue("postgres_url")
    url = create_database(admin_url)
    yield url
    drop_database(admin_url, url)


def _open(request: pytest.FixtureRequest, folder: Path) -> AbstractContextManager[Store]:
    match request.param:
        case "sqlite":
            return sqlite_store(folder)
        case "postgresql":
            return postgresql_store(request.getfixturevalue("postgres_url"), folder)
        case "rest-in-process":
            return rest_in_process_store(folder)
        case _:
            return rest_live_store(folder)
