"""The wire codec: what it accepts, what it refuses and with which words, and what it writes."""

import contextlib
import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.protocol.codec import (
    decode_body,
    decode_msgpack,
    decode_query,
    decode_response,
    decode_series,
    encode,
    encode_msgpack,
    encode_series,
)
from headwater.protocol.columns import QueryRunsResponse, RunColumn, Series, SeriesHeader
from headwater.protocol.errors import InvalidParameterValue, TemporarilyUnavailable
from headwater.protocol.experiments import CreateExperiment, ExperimentTag, SearchExperiments, ViewType
from headwater.protocol.journals import Append
from headwater.protocol.metrics import GetHistoryInterval, Metric
from headwater.protocol.runs import CreateRun, LogBatch, LogMetric, Param, RunStatus, SearchRuns, UpdateRun

HINT = "See the API docs for more information about request parameters."
POINT = '"run_id": "r", "key": "k", "timestamp": 5'


@pytest.mark.parametrize(
    ("spelled", "value"),
    [
        ("1", 1.0),
        ("1.5", 1.5),
        ('"1.5"', 1.5),
        ("-0.0", -0.0),
        ("1e308", 1e308),
        ("true", 1.0),
        ("false", 0.0),
        ("NaN", math.nan),
        ('"NaN"', math.nan),
        ("Infinity", math.inf),
        ('"Infinity"', math.inf),
        ("-Infinity", -math.inf),
        ('"-Infinity"', -math.inf),
    ],
)
def test_a_double_is_accepted_in_every_spelling(spelled: str, value: float) -> None:
    request = decode_body(LogMetric, f'{{{POINT}, "value": {spelled}}}'.encode())

    assert repr(request.value) == repr(value)


@pytest.mark.parametrize("spelled", ["7", "7.0", '"7"', "70e-1"])
def test_an_integer_is_accepted_in_every_spelling(spelled: str) -> None:
    request = decode_body(LogMetric, f'{{{POINT}, "value": NaN, "step": {spelled}}}'.encode())

    assert request.step == 7


@pytest.mark.parametrize(
    ("spelled", "type_name"),
    [
        ("1.5", "float"),
        ('"abc"', "str"),
        ('"1.5"', "str"),
        ("true", "bool"),
        ("[1]", "list"),
        ("{}", "dict"),
        ("9223372036854775808", "int"),
        ("-9223372036854775809", "int"),
        ('"9223372036854775808"', "str"),
        ("1e300", "float"),
    ],
)
def test_what_is_no_64_bit_integer_is_refused_by_its_name(spelled: str, type_name: str) -> None:
    with pytest.raises(InvalidParameterValue) as caught:
        decode_body(CreateRun, f'{{"experiment_id": "1", "start_time": {spelled}}}'.encode())

    assert caught.value.message == (
        f"Invalid value {json.dumps(json.loads(spelled))} for parameter 'start_time' supplied:  "
        f"Hint: Value was of type '{type_name}'. {HINT}"
    )


@pytest.mark.parametrize("spelled", ['"FINISHED"', "3", '"3"'])
def test_an_enum_is_accepted_as_name_or_number(spelled: str) -> None:
    request = decode_body(UpdateRun, f'{{"run_id": "r", "status": {spelled}}}'.encode())

    assert request.status is RunStatus.FINISHED


@pytest.mark.parametrize("number", range(1, 4))
def test_view_types_are_numbered_from_one(number: int) -> None:
    assert decode_body(SearchRuns, f'{{"runViewType": {number}}}'.encode()).run_view_type == list(ViewType)[number - 1]


@pytest.mark.parametrize("spelled", ['"BOGUS"', "0", "6", "true", "1.5", "[]"])
def test_an_unknown_enum_value_is_refused_with_the_choices(spelled: str) -> None:
    with pytest.raises(
        InvalidParameterValue, match="'status' supplied: it must be one of RUNNING, SCHEDULED, FINISHED"
    ):
        decode_body(UpdateRun, f'{{"run_id": "r", "status": {spelled}}}'.encode())


def test_camel_case_is_accepted_at_every_level() -> None:
    body = b'{"experimentId": "1", "runName": "n", "startTime": "3", "tags": [{"key": "a", "value": "b"}]}'

    request = decode_body(CreateRun, body)

    assert (request.experiment_id, request.run_name, request.start_time, len(request.tags)) == ("1", "n", 3, 1)


def test_both_spellings_of_a_field_are_refused() -> None:
    with pytest.raises(InvalidParameterValue) as caught:
        decode_body(CreateExperiment, b'{"name": "n", "artifact_location": "a", "artifactLocation": "b"}')

    assert caught.value.message == (
        "Request specifies both 'artifact_location' and 'artifactLocation'; provide only one of them."
    )


@pytest.mark.parametrize(
    ("body", "parameter"),
    [
        ({"run_id": "r", "metrics": [{"key": "k", "value": 1}]}, "metrics[0].timestamp"),
        ({"run_id": "r", "metrics": [{"value": 1, "timestamp": 1}]}, "metrics[0].key"),
        ({"run_id": "r", "params": [{"key": "a"}, {"value": "b"}]}, "params[1].key"),
    ],
)
def test_a_missing_nested_field_is_named_with_its_place(body: object, parameter: str) -> None:
    with pytest.raises(InvalidParameterValue) as caught:
        decode_body(LogBatch, json.dumps(body).encode())

    assert caught.value.message == f"Missing value for required parameter '{parameter}'. {HINT}"


def test_unknown_fields_and_nulls_are_ignored() -> None:
    request = decode_body(CreateRun, b'{"experiment_id": "1", "run_name": null, "nobody": [1, {"knows": null}]}')

    assert request == CreateRun(experiment_id="1")


def test_json_inside_a_json_string_is_accepted() -> None:
    assert decode_body(CreateExperiment, json.dumps('{"name": "n"}').encode()) == CreateExperiment("n")


@pytest.mark.parametrize("body", [b"[1]", b"1", b"null", b'"[1]"', b'""'])
def test_what_is_no_object_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidParameterValue, match="JSON"):
        decode_body(CreateExperiment, body)


@pytest.mark.parametrize(
    ("body", "at"), [(b'{"name": "n",}', 13), (b'{"name"', 7), (b"{'name': 1}", 1), ('{"ä": x}'.encode(), 7)]
)
def test_malformed_json_is_refused_at_its_byte(body: bytes, at: int) -> None:
    with pytest.raises(InvalidParameterValue, match=f"malformed JSON at byte {at}:"):
        decode_body(CreateExperiment, body)


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"a":' * 100_000, b'{"name": ' + b"[" * 100_000])
def test_deeply_nested_json_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidParameterValue, match="nested too deeply"):
        decode_body(CreateExperiment, body)


@pytest.mark.parametrize("body", [b'{"name": "\xff"}', b'{"name": ' + b"9" * 5000 + b"}"])
def test_bytes_that_are_no_text_and_endless_numbers_are_refused(body: bytes) -> None:
    with pytest.raises(InvalidParameterValue):
        decode_body(CreateExperiment, body)


@pytest.mark.parametrize("text", ['"\\u0000"', '"a\\u0000b"', '"\\ud800"'])
def test_text_that_no_database_keeps_is_refused_by_its_name(text: str) -> None:
    with pytest.raises(InvalidParameterValue, match="'filter'"):
        decode_body(SearchRuns, f'{{"filter": {text}}}'.encode())


def test_an_empty_body_is_an_empty_object() -> None:
    with pytest.raises(InvalidParameterValue, match="Missing value for required parameter 'name'"):
        decode_body(CreateExperiment, b"")


def test_a_query_string_spells_lists_numbers_and_enums() -> None:
    pairs = [("run_ids", "a"), ("run_ids", "b"), ("metricKey", "k"), ("start_step", "-3"), ("end_step", "4")]

    assert decode_query(GetHistoryInterval, pairs) == GetHistoryInterval("k", ["a", "b"], -3, 4)
    assert decode_query(SearchExperiments, [("max_results", "2"), ("view_type", "3")]).view_type is ViewType.ALL


def test_non_finite_doubles_are_written_as_text_and_absent_ones_as_null() -> None:
    numbers = [1.0, None, math.nan, math.inf, -math.inf]
    response = QueryRunsResponse(1, 1, 0, ["r"], ["null"], [""], [RunColumn("m", numbers=numbers)])

    encoded = encode(response)

    assert json.loads(encoded)["columns"][0]["numbers"] == [1.0, None, "NaN", "Infinity", "-Infinity"]
    assert repr(decode_response(QueryRunsResponse, encoded)) == repr(response)


@given(st.lists(st.floats() | st.none(), max_size=30), st.floats())
def test_every_double_survives_the_wire(numbers: list[float | None], value: float) -> None:
    column = RunColumn("m", numbers=numbers)
    metric = Metric("k", value, 1)

    assert repr(decode_response(RunColumn, encode(column))) == repr(column)
    assert repr(decode_body(Metric, encode(metric))) == repr(metric)


@given(st.text(), st.lists(st.builds(ExperimentTag, st.text(), st.text())))
def test_a_request_survives_the_wire_or_is_refused(name: str, tags: list[ExperimentTag]) -> None:
    request = CreateExperiment(name, "", tags)
    texts = [name, *(text for tag in tags for text in (tag.key, tag.value))]

    if any("\0" in text for text in texts):
        with pytest.raises(InvalidParameterValue, match="NUL"):
            decode_body(CreateExperiment, encode(request))
    else:
        assert decode_body(CreateExperiment, encode(request)) == request


@given(st.binary(max_size=200))
def test_any_bytes_are_a_request_or_refused(body: bytes) -> None:
    for request_type in (LogBatch, CreateRun, Append):
        with contextlib.suppress(InvalidParameterValue):
            assert isinstance(decode_body(request_type, body), request_type)


def test_series_and_messagepack_survive_the_wire() -> None:
    series = Series([SeriesHeader("r", "k", 2, 2, raw=True)], bytes(range(16)))
    append = Append("j", "r", 1, 1, values=b"\0" * 8, params=[Param("a", "b")])

    encoded = encode_series(series)

    assert (int.from_bytes(encoded[:4], "little") + 4) % 8 == 0
    assert decode_series(encoded) == series
    assert decode_msgpack(Append, encode_msgpack(append)) == append


@pytest.mark.parametrize("body", [b"<html>", b"", b"\xff\xff\xff\xff", b"[]"])
def test_an_answer_that_is_not_ours_is_a_passing_failure(body: bytes) -> None:
    with pytest.raises(TemporarilyUnavailable):
        decode_response(Metric, body)
    with pytest.raises(TemporarilyUnavailable):
        decode_series(body or b"\4\0\0\0")
