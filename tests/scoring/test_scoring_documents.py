"""What a server says of itself: OpenAPI, metrics, request ids, and whom it refuses."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings

from headwater.testing.scoring_servers import Scoring, live_scoring
from scoring.conftest import JSON, Score
from scoring.models import SIGNATURES, save_linear
from server.caller import call

FUZZ = settings(
    max_examples=15, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck), derandomize=True
)


@pytest.mark.parametrize("name", SIGNATURES)
def test_the_openapi_document_describes_what_the_server_takes(name: str, echoes: dict[str, Scoring]) -> None:
    document = call(echoes[name].url, "GET", "/openapi.json").json

    schema = schemathesis.openapi.from_dict(document)
    schema.validate()
    operations = {(each.method.upper(), each.path) for each in operations_of(schema)}
    assert document["openapi"] == "3.1.0"
    assert ("POST", "/invocations") in operations
    assert ("POST", f"/v2/models/{name}/infer") in operations
    for part in document["components"]["schemas"].values():
        assert jsonschema_rs.meta.is_valid(part)


def test_records_that_fit_the_document_are_predicted(linear: Scoring, score: Score) -> None:
    document = call(linear.url, "GET", "/openapi.json").json
    body = document["paths"]["/invocations"]["post"]["requestBody"]["content"]["application/json"]
    payload = {"components": document["components"], **body["schema"]}
    good: list[Any] = [body["example"], {"dataframe_records": [{"a": 1.5, "b": 2}]}]
    bad: list[Any] = [{"dataframe_records": [{"a": 1.5}]}, {"dataframe_records": [{"a": "x", "b": 1}]}, {}]

    answers = [score(linear, json.dumps(one)).status for one in [*good, *bad]]

    validator = jsonschema_rs.Draft202012Validator(payload)
    assert [validator.is_valid(one) for one in [*good, *bad]] == [True, True, False, False, False]
    assert answers == [200, 200, 400, 400, 400]


@pytest.mark.parametrize("name", ["columns", "tensor", "nested"])
def test_no_request_of_a_fuzzer_is_a_failure_of_the_server(name: str, echoes: dict[str, Scoring]) -> None:
    scoring = echoes[name]
    schema = schemathesis.openapi.from_url(f"{scoring.url}/openapi.json")
    statuses: set[int] = set()

    for operation in operations_of(schema):

        @FUZZ
        @given(case=operation.as_strategy())
        def check(case: Any) -> None:
            statuses.add(case.call(base_url=scoring.url).status_code)

        check()

    assert statuses
    assert all(status < 500 for status in statuses), statuses


def operations_of(schema: Any) -> list[Any]:
    return [found.ok() for found in schema.get_all_operations()]


def test_metrics_tell_what_was_answered(tmp_path: Path, score: Score) -> None:
    folder = save_linear(tmp_path / "line")
    with live_scoring(str(folder)) as scoring:
        score(scoring, '{"dataframe_split": {"columns": ["a", "b"], "data": [[1, 1], [2, 2]]}}')
        score(scoring, "{bad")

        answer = call(scoring.url, "GET", "/metrics")

    lines = answer.body.decode().splitlines()
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert 'headwater_scoring_requests_total{route="invocations",status="200"} 1' in lines
    assert 'headwater_scoring_requests_total{route="invocations",status="400"} 1' in lines
    assert 'headwater_scoring_request_seconds_count{route="invocations"} 2' in lines
    assert 'headwater_scoring_model_info{name="line",version="1",flavor="sklearn"} 1' in lines
    assert "headwater_scoring_batch_rows_sum 2.0" in lines
    assert all(re.fullmatch(r"# (HELP|TYPE) .+|[a-z_]+(\{.*\})? [-+.e0-9]+", line) for line in lines)


def test_buckets_of_histograms_grow(linear: Scoring) -> None:
    text = call(linear.url, "GET", "/metrics").body.decode()

    for name in ("headwater_scoring_predict_seconds", "headwater_scoring_batch_rows"):
        counts = [float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if line.startswith(f"{name}_bucket")]
        (total,) = [float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if line.startswith(f"{name}_count")]
        assert counts == sorted(counts)
        assert counts[-1] == total > 0


def test_a_request_keeps_its_id_or_gets_one(linear: Scoring) -> None:
    given = call(linear.url, "GET", "/ping", headers={"x-request-id": "mine-1"})
    bad = call(linear.url, "GET", "/ping", headers={"x-request-id": "<script>"})
    none = call(linear.url, "GET", "/ping")

    assert given.headers["x-request-id"] == "mine-1"
    assert len({bad.headers["x-request-id"], none.headers["x-request-id"], "<script>"}) == 3


def test_requests_to_another_host_are_refused_but_for_probes(linear: Scoring) -> None:
    other = {"host": "evil.example.com"}

    statuses = [call(linear.url, "GET", path, headers=other).status for path in ("/", "/model.json", "/ping")]

    assert statuses == [403, 403, 200]


def test_hosts_and_origins_are_allowed_by_name(tmp_path: Path) -> None:
    folder = save_linear(tmp_path / "line")
    body = '{"dataframe_split": {"columns": ["a", "b"], "data": [[1, 1]]}}'
    foreign = {**JSON, "origin": "https://app.example.com"}
    with live_scoring(
        str(folder), allowed_hosts=("model.example.com",), allowed_origins=("https://app.example.com",)
    ) as scoring:
        host = call(scoring.url, "GET", "/", headers={"host": "model.example.com"})
        origin = call(scoring.url, "POST", "/invocations", body, foreign)
        preflight = call(scoring.url, "OPTIONS", "/invocations", headers=foreign)

    assert host.status == 200
    assert (origin.status, origin.headers["access-control-allow-origin"]) == (200, "https://app.example.com")
    assert preflight.headers["access-control-allow-headers"] == "content-type"


def test_pages_of_other_sites_cannot_score(linear: Scoring) -> None:
    answer = call(
        linear.url,
        "POST",
        "/invocations",
        "a,b\n1,1\n",
        {"content-type": "text/csv", "origin": "https://evil.example.com"},
    )

    assert answer.status == 403


def test_a_compressed_body_is_refused_with_a_reason(linear: Scoring) -> None:
    answer = call(linear.url, "POST", "/invocations", b"x", {**JSON, "content-encoding": "br"})

    assert (answer.status, "Content-Encoding 'br'" in answer.body.decode()) == (415, True)
