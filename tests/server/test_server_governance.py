"""The registry's governance over HTTP, as any client may ask for it."""

import base64
from urllib.parse import urlencode

import pytest

from headwater.protocol.registered_models import CreateRegisteredModel
from headwater.stores.interface import Store
from server.caller import NATIVE, get, post


def basic(user: str) -> str:
    return f"Basic {base64.b64encode(f'{user}:secret'.encode()).decode()}"


@pytest.mark.parametrize(
    ("given", "header", "expected"),
    [
        ("", "", ""),
        ("", basic("grace"), "grace"),
        ("", basic("g" * 300), "g" * 256),
        ("ada", basic("grace"), "ada"),
        ("", "Bearer token", ""),
        ("", "Basic !!!", ""),
        ("", "Basic /////w==", ""),
    ],
)
def test_who_asks_is_the_field_else_the_user_of_the_credentials(
    live_url: str, served_store: Store, given: str, header: str, expected: str
) -> None:
    name = f"who {given} {header}".replace("/", "")[:100]

    answer = post(live_url, "registered-models/create", {"name": name, "user_id": given}, {"authorization": header})

    assert answer.status == 200
    events = get(live_url, f"{NATIVE}/registry/events?{urlencode({'name': name})}").json["events"]
    assert [event.get("user_id", "") for event in events] == [expected]


def test_a_policy_and_a_lineage_are_plain_json(live_url: str, served_store: Store) -> None:
    served_store.registered_models.create(CreateRegisteredModel("governed"))
    policy = {"stages": ["QA"], "gates": [{"stage": "qa", "metrics": [{"metric": "f1", "at_least": "0.5"}]}]}

    made = post(live_url, f"{NATIVE}/registry/policy", {"name": "governed", "policy": policy})
    post(live_url, "model-versions/create", {"name": "governed", "source": "s3://b/x"})
    graph = get(live_url, f"{NATIVE}/registry/lineage?name=governed&version=1").json
    entering = {"name": "governed", "version": "1", "stage": "QA"}
    refused = post(live_url, "model-versions/transition-stage", entering)

    assert made.json["policy"]["gates"][0]["metrics"] == [{"metric": "f1", "at_least": 0.5}]
    assert (graph["root"], [node["kind"] for node in graph["nodes"]]) == ("models:/governed/1", ["version"])
    assert (refused.status, refused.json["error_code"]) == (403, "PERMISSION_DENIED")
    assert "at least 0.5 (it has none)" in refused.message
