"""The words of refusals, exactly as MLflow's clients know them, through raw HTTP."""

import json
import math

import pytest

from headwater.protocol.experiments import CreateExperiment, DeleteExperiment
from headwater.protocol.metrics import GetHistory
from headwater.protocol.runs import DeleteRun, GetRun
from server.caller import API, get, post
from server.conftest import Served

HINT = "See the API docs for more information about request parameters."
CHARACTERS = (
    "Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colon(:) "
    "and slashes (/)."
)
POINT = {"key": "k", "value": 1, "timestamp": 1}


def missing(parameter: str) -> str:
    return f"Missing value for required parameter '{parameter}'. {HINT}"


def wrong(value: object, parameter: str, kind: str) -> str:
    fault = f"Invalid value {json.dumps(value)} for parameter '{parameter}' supplied:  "
    return f"{fault}Hint: Value was of type '{kind}'. {HINT}"


CASES = [
    ("experiments/create", {}, missing("name")),
    ("experiments/create", {"name": ""}, missing("name")),
    ("experiments/create", {"name": 123}, wrong(123, "name", "int")),
    ("experiments/create", {"name": "n" * 501}, "'name' exceeds the maximum length of 500 characters"),
    (
        "experiments/create",
        {"name": "n", "artifact_location": "a", "artifactLocation": "b"},
        "Request specifies both 'artifact_location' and 'artifactLocation'; provide only one of them.",
    ),
    ("experiments/delete", {}, missing("experiment_id")),
    ("experiments/search", {}, "Invalid value 0 for parameter 'max_results' supplied. It must be a positive integer"),
    ("runs/create", {"experiment_id": "0", "start_time": "abc"}, wrong("abc", "start_time", "str")),
    ("runs/create", {"experiment_id": "0", "start_time": 1.5}, wrong(1.5, "start_time", "float")),
    ("runs/create", {"experiment_id": "0", "start_time": 2**63}, wrong(2**63, "start_time", "int")),
    (
        "runs/create",
        {"experiment_id": "0", "run_name": "a", "tags": [{"key": "mlflow.runName", "value": "b"}]},
        "Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values "
        "(run_name='a', mlflow.runName='b').",
    ),
    ("runs/log-metric", {"run_id": "RUN", "key": "k", "value": 1}, missing("timestamp")),
    ("runs/log-metric", {"run_id": "RUN", **POINT, "step": 1.5}, wrong(1.5, "step", "float")),
    ("runs/log-metric", {"run_id": "RUN", **POINT, "value": "abc"}, wrong("abc", "value", "str")),
    ("runs/log-metric", {**POINT}, missing("run_id")),
    (
        "runs/log-metric",
        {"run_id": "RUN", **POINT, "key": "a*b"},
        f"Invalid value \"a*b\" for parameter 'key' supplied: {CHARACTERS}",
    ),
    (
        "runs/log-metric",
        {"run_id": "RUN", **POINT, "key": "k" * 251},
        "'Metric name' exceeds the maximum length of 250 characters",
    ),
    (
        "runs/log-parameter",
        {"run_id": "RUN", "key": "/a", "value": "1"},
        "Invalid value \"/a\" for parameter 'key' supplied: Names may be treated as files in certain cases, "
        "and must not resolve to other names when treated as such. This name would resolve to '/a'",
    ),
    (
        "runs/log-parameter",
        {"run_id": "RUN", "key": "k" * 251},
        "'Param key' exceeds the maximum length of 250 characters",
    ),
    ("runs/log-parameter", {"run_id": "RUN", "key": "p", "value": 1}, wrong(1, "value", "int")),
    ("runs/log-batch", {"run_id": "RUN", "metrics": [{"key": "k", "value": 1}]}, missing("metrics[0].timestamp")),
    (
        "runs/log-batch",
        {"run_id": "RUN", "metrics": [{**POINT, "key": "a*b"}]},
        f"Invalid value \"a*b\" for parameter 'metrics[0].name' supplied: {CHARACTERS}",
    ),
    (
        "runs/log-batch",
        {"run_id": "RUN", "params": [{"key": f"p{index}"} for index in range(101)]},
        "A batch logging request can contain at most 100 params. Got 101 params. "
        "Please split up params across multiple requests and try again.",
    ),
    (
        "runs/log-batch",
        {"run_id": "RUN", "params": [{"key": "p", "value": "1"}, {"key": "p", "value": "1"}]},
        "Duplicate parameter keys have been submitted: ['p']. "
        "Please ensure the request contains only one param value per param key.",
    ),
    ("runs/search", {"experiment_ids": [9]}, wrong(9, "experiment_ids[0]", "int")),
    (
        "runs/search",
        {"experiment_ids": ["abc"]},
        "Invalid experiment ID 'abc'. Experiment ID must be a valid integer.",
    ),
    ("runs/search", {"page_token": "ä"}, "Invalid page token, could not base64-decode"),
    ("runs/search", {"page_token": "a"}, "Invalid page token, could not base64-decode"),
    ("runs/search", {"page_token": "eHh4"}, "Invalid page token, decoded value=b'xxx'"),
    (
        "runs/update",
        {"run_id": "RUN", "status": "BOGUS"},
        "Invalid value \"BOGUS\" for parameter 'status' supplied: "
        "it must be one of RUNNING, SCHEDULED, FINISHED, FAILED, KILLED.",
    ),
]


@pytest.mark.parametrize(("path", "body", "message"), CASES)
def test_a_bad_request_is_refused_in_known_words(served: Served, path: str, body: object, message: str) -> None:
    text = json.dumps(body).replace('"RUN"', f'"{served.run_id}"')

    answer = post(served.url, path, text)

    assert (answer.status, answer.message) == (400, message)
    assert (answer.json["error_code"], answer.json["sqlstate"]) == ("INVALID_PARAMETER_VALUE", "KAM00")


def test_unknown_things_are_a_404_in_known_words(served: Served) -> None:
    run = get(served.url, "runs/get?run_id=nope")
    experiment = get(served.url, "experiments/get?experiment_id=987654")
    by_name = get(served.url, "experiments/get-by-name?experiment_name=nobody")

    assert [answer.status for answer in (run, experiment, by_name)] == [404, 404, 404]
    assert run.json == {
        "error_code": "RESOURCE_DOES_NOT_EXIST",
        "message": "Run with id=nope not found",
        "sqlstate": "KAM00",
        "error_class": "RESOURCE_NOT_FOUND",
    }
    assert experiment.message == "No Experiment with id=987654 exists"
    assert by_name.message == "Could not find experiment with name 'nobody'"


def test_deleted_things_are_not_written_to(served: Served) -> None:
    served.store.runs.delete(DeleteRun(served.run_id))
    other = served.store.experiments.create(CreateExperiment("to be deleted")).experiment_id
    served.store.experiments.delete(DeleteExperiment(other))

    run = post(served.url, "runs/log-metric", {"run_id": served.run_id, **POINT})
    experiment = post(served.url, "runs/create", {"experiment_id": other})

    state = "must be in the 'active' state. Current state is deleted."
    assert (run.status, run.message) == (400, f"The run {served.run_id} {state}")
    assert (experiment.status, experiment.message) == (400, f"The experiment {other} {state}")


@pytest.mark.parametrize("query", ["runs/get", "runs/get?run_id=", "runs/get?runid=a"])
def test_a_missing_query_parameter_is_named(served: Served, query: str) -> None:
    answer = get(served.url, query)

    assert (answer.status, answer.message) == (400, missing("run_id"))


@pytest.mark.parametrize(
    "query", ["max_results=abc", "max_results=1.5", "max_results=99999999999999999999", "max_results="]
)
def test_a_query_parameter_that_is_no_number_is_refused(served: Served, query: str) -> None:
    answer = get(served.url, f"metrics/get-history?run_id={served.run_id}&metric_key=k&{query}")

    value = query.partition("=")[2]
    assert (answer.status, answer.message) == (400, wrong(value, "max_results", "str"))


def test_a_query_string_that_is_not_utf_8_is_refused(served: Served) -> None:
    assert get(served.url, "runs/get?run_id=%ff").status == 400


@pytest.mark.parametrize(
    "spelled", ["NaN", '"NaN"', "Infinity", '"Infinity"', "-Infinity", '"-Infinity"', "-0.0", "5e-324"]
)
def test_every_double_makes_the_round_trip(served: Served, spelled: str) -> None:
    value = float(spelled.strip('"'))
    body = f'{{"run_id": "{served.run_id}", "key": "k", "value": {spelled}, "timestamp": "7"}}'

    written = post(served.url, "runs/log-metric", body)
    history = get(served.url, f"metrics/get-history?run_id={served.run_id}&metric_key=k")

    assert written.status == 200
    on_the_wire = history.json["metrics"][0]["value"]
    assert on_the_wire == (value if math.isfinite(value) else spelled.strip('"'))
    assert repr(served.store.metrics.get_history(GetHistory("k", run_id=served.run_id)).metrics[0].value) == repr(value)


def test_64_bit_integers_are_numbers_in_answers(served: Served) -> None:
    lowest, highest = -(2**63), 2**63 - 1
    body = {"run_id": served.run_id, "key": "k", "value": 1, "timestamp": str(highest), "step": str(lowest)}

    post(served.url, "runs/log-metric", body)
    metric = get(served.url, f"runs/get?run_id={served.run_id}").json["run"]["data"]["metrics"][0]

    assert metric == {"key": "k", "value": 1.0, "timestamp": highest, "step": lowest}


def test_empty_answers_are_empty_objects(served: Served) -> None:
    assert post(served.url, "runs/search", {"experiment_ids": []}).body == b"{}"
    assert get(served.url, f"metrics/get-history?run_id={served.run_id}&metric_key=none").body == b"{}"
    assert post(served.url, "runs/set-tag", {"run_id": served.run_id, "key": "a"}).body == b"{}"
    assert ("a", "") in {(t.key, t.value) for t in served.store.runs.get(GetRun(run_id=served.run_id)).run.data.tags}


def test_an_error_never_shows_the_servers_inside(served: Served) -> None:
    answers = [
        post(served.url, "runs/search", {"experiment_ids": ["0"], "filter": "' OR 1=1 --"}),
        post(served.url, "runs/search", {"experiment_ids": ["0"], "order_by": ["(select sleep(5))"]}),
        get(served.url, f"{API}/<script>alert(1)</script>"),
    ]

    for answer in answers:
        assert answer.status in {400, 404}
        assert answer.headers["content-type"] == "application/json"
        assert not any(word in answer.message.lower() for word in ("traceback", "sqlite", ".py", 'file "'))
