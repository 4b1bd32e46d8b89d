"""Whatever the OpenAPI document allows or forbids, the server answers: never 5xx, never late, always our JSON."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings

from headwater.protocol.openapi import describe_api
from headwater.protocol.table import ENDPOINTS
from headwater.stores import open_store
from headwater.testing.servers import live_server

LONGEST_S = 5.0  # generous, because machines that run tests are busy; a handler that hangs takes longer

schema = schemathesis.openapi.from_dict(describe_api("0"))
preferred = schema.include(path=[endpoint.urls[0] for endpoint in ENDPOINTS])


@pytest.fixture(scope="module")
def fuzzed_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the URL of a server that nobody else uses."""
    folder = tmp_path_factory.mktemp("fuzzed")
    store = open_store(f"sqlite:///{folder / 'headwater.db'}")
    with live_server(store) as url:
        yield url
    store.close()


@pytest.mark.slow
@preferred.parametrize()
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_request_makes_the_server_fail(case: Any, fuzzed_url: str) -> None:
    begun = time.monotonic()

    response = case.call(base_url=fuzzed_url)

    assert response.status_code < 500, (response.status_code, response.text)
    assert time.monotonic() - begun < LONGEST_S
    if response.status_code >= 400:
        assert set(response.json()) == {"error_code", "message", "sqlstate", "error_class"}
