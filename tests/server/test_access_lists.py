"""Lists, searches and live updates hold only what the caller may see."""

import http.client
import json
from typing import Any
from urllib.parse import urlsplit

import pytest

from faults.programs import wait_for
from headwater.protocol.model_versions import CreateModelVersion
from headwater.protocol.roles import Grant, Kind, Level, PutGrant
from headwater.protocol.runs import CreateRun, SetTag
from headwater.protocol.users import CreateUser, DeleteUser
from server.access_team import Team
from server.access_world import HUSH, bearer, make_token
from server.caller import NATIVE, get, post


@pytest.mark.parametrize(
    ("target", "body"),
    [
        ("experiments/search", {"max_results": 100}),
        ("experiments/search", {"max_results": 100, "view_type": "ALL", "filter": "name LIKE 'hush%'"}),
        (f"{NATIVE}/experiments/overview", {"experiment_ids": []}),
        (f"{NATIVE}/home/read", {"among": ["{experiment_id}"]}),
        ("/get:registered-models/search?max_results=10", {}),
        ("/get:model-versions/search?max_results=10", {}),
        ("/get:model-versions/search?filter=run_id%3D'{run_id}'", {}),
        (f"/get:{NATIVE}/find?text=hush", {}),
        (f"/get:{NATIVE}/find?text={{run_id}}", {}),
        (f"/get:{NATIVE}/alerts/list", {}),
        (f"/get:{NATIVE}/alert-rules/list", {}),
        (f"/get:{NATIVE}/views/list", {}),
        (f"/get:{NATIVE}/changes?since=1", {}),
        (f"/get:{NATIVE}/registry/events", {}),
    ],
)
def test_lists_hold_only_what_may_be_seen(team: Team, target: str, body: dict[str, Any]) -> None:
    filled = json.loads(json.dumps(body).replace("{experiment_id}", team.hidden["experiment_id"]))
    path = target.removeprefix("/get:").replace("{run_id}", team.hidden["run_id"])
    answer = team.get(path) if target.startswith("/get:") else team.post(path, filled)

    assert answer.status == 200, answer.body
    for secret in (HUSH, team.hidden["run_id"], "guarded"):
        assert secret not in answer.body.decode(), answer.body


def test_home_and_search_look_among_what_may_be_seen(team: Team) -> None:
    for number in range(20):
        run = CreateRun(experiment_id=team.hidden["experiment_id"], run_name=f"busy {number}", start_time=number + 10)
        team.store.runs.create(run)
    hidden = [team.hidden["experiment_id"], team.own["experiment_id"]]

    home = team.post(f"{NATIVE}/home/read", {}).json
    asked = team.post(f"{NATIVE}/home/read", {"among": hidden}).json
    found = team.get(f"{NATIVE}/find?text=&limit=5").json

    assert team.own["run_id"] in [progress["run"]["run_id"] for progress in home["running"]]
    assert home["running_total"] == len(home["running"])
    assert asked["running_total"] <= home["running_total"]
    assert team.own["run_id"] in [run["run_id"] for run in found["runs"]]


def test_lists_of_experiments_are_narrowed_to_those_that_may_be_read(team: Team) -> None:
    both = [team.own["experiment_id"], team.hidden["experiment_id"]]

    for target in ("runs/search", f"{NATIVE}/runs/query", f"{NATIVE}/keys/list", "logged-models/search"):
        assert team.post(target, {"experiment_ids": both}).status == 200
        assert HUSH not in team.post(target, {"experiment_ids": both}).body.decode()
        assert team.post(target, {"experiment_ids": both[1:]}).status == 403
    assert team.own["run_id"] in team.post("runs/search", {"experiment_ids": both}).body.decode()


def test_a_model_tells_nothing_of_runs_that_its_reader_may_not_see(team: Team) -> None:
    team.store.users.create(CreateUser("reader"))
    grant = Grant(kind=Kind.REGISTERED_MODEL, resource="guarded", level=Level.READ, username="reader")
    team.store.roles.put_grant(PutGrant(grant))
    team.store.model_versions.create(CreateModelVersion("guarded", "models:/guarded/1", description="a copy"))
    reader, run_id = bearer(make_token(team.store, "reader")), team.hidden["run_id"]

    table = post(
        team.url, f"{NATIVE}/registry/versions", {"name": "guarded", "metrics": ["loss"], "params": ["p"]}, reader
    )
    provenance = get(team.url, f"{NATIVE}/registry/provenance?name=guarded&version=1", reader).json["provenance"]
    comparison = get(team.url, f"{NATIVE}/registry/compare?name=guarded&old=1&new=2&include_equal=true", reader).json

    [_copy, row] = table.json["rows"]
    assert row["version"]["run_id"] == run_id
    assert [row.get(field) for field in ("run_name", "metrics", "params")] == [None, None, None]
    assert provenance["run"] == {"run_id": run_id}
    assert [comparison.get(part) for part in ("params", "metrics", "datasets", "lineage")] == [None] * 4
    assert f"runs:/{run_id}" in comparison["unread"]


def test_live_updates_tell_of_readable_runs_alone_and_stop_when_the_right_is_gone(team: Team) -> None:
    team.store.users.create(CreateUser("listener"))
    team.store.roles.put_grant(_grant("listener", team.own["experiment_id"], Level.READ))
    connection = http.client.HTTPConnection(urlsplit(team.url).netloc, timeout=10)
    connection.request("GET", f"{NATIVE}/events", headers=bearer(make_token(team.store, "listener")))
    stream = connection.getresponse()
    assert stream.status == 200

    team.store.runs.set_tag(SetTag(run_id=team.hidden["run_id"], key="a", value="1"))
    team.store.runs.set_tag(SetTag(run_id=team.own["run_id"], key="a", value="1"))

    told = _read_change(stream)
    assert team.own["run_id"] in told
    assert team.hidden["run_id"] not in told
    team.store.users.delete(DeleteUser("listener"))
    wait_for(lambda: stream.read1(100) == b"")
    connection.close()


def _grant(username: str, experiment_id: str, level: Level) -> PutGrant:
    return PutGrant(Grant(kind=Kind.EXPERIMENT, resource=experiment_id, level=level, username=username))


def _read_change(stream: http.client.HTTPResponse) -> str:
    for line in stream:
        if line.startswith(b"data:"):
            return line.decode()
    raise AssertionError("The stream ended before it told of a change.")
