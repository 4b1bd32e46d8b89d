"""Somebody else's runs, models and files, reached for by every id that a request can hold."""

from typing import Any

import pytest

from headwater.protocol.artifacts import GetTree
from headwater.protocol.experiments import GetExperimentByName
from headwater.protocol.governance import ListEvents
from headwater.protocol.roles import EVERYTHING, Grant, Kind, Level, ListGrants, PutGrant
from headwater.protocol.runs import CreateRun, GetRun, RunTag
from headwater.protocol.users import CreateUser
from server.access_team import Team
from server.access_world import HUSH, bearer, make_token
from server.caller import API, FILES, NATIVE, call, get, post


def test_whoever_creates_manages_and_nobody_else_sees(team: Team) -> None:
    for kind, resource in ((Kind.EXPERIMENT, team.own["experiment_id"]), (Kind.REGISTERED_MODEL, "anns")):
        (grant,) = team.store.roles.list_grants(ListGrants(kind, resource)).grants
        assert (grant.username, grant.level) == ("ann", Level.MANAGE)
    assert team.get(f"experiments/get?experiment_id={team.own['experiment_id']}").status == 200
    answer = get(team.url, f"experiments/get?experiment_id={team.own['experiment_id']}", team.bob)
    assert answer.status == 403
    assert answer.message == (
        f"User 'bob' needs READ on the experiment '{team.own['experiment_id']}'. "
        "An administrator, or whoever may manage it, can grant that."
    )


def test_whoever_manages_shares_and_takes_back(team: Team) -> None:
    grant = {"kind": "experiment", "resource": team.own["experiment_id"], "level": "READ", "username": "bob"}
    target = f"experiments/get?experiment_id={team.own['experiment_id']}"

    assert team.post(f"{NATIVE}/grants/put", {"grant": grant}).status == 200
    assert get(team.url, target, team.bob).status == 200
    assert post(team.url, f"{NATIVE}/grants/put", {"grant": {**grant, "level": "MANAGE"}}, team.bob).status == 403
    listed = team.get(f"{NATIVE}/grants/list?kind=experiment&resource={team.own['experiment_id']}").json
    assert (listed["default"], len(listed["grants"])) == ("NO_PERMISSIONS", 2)
    del grant["level"]
    assert team.post(f"{NATIVE}/grants/delete", grant).status == 200
    assert get(team.url, target, team.bob).status == 403


def test_only_administrators_grant_on_everything(team: Team) -> None:
    grant = {"kind": "experiment", "resource": "*", "level": "MANAGE", "username": "ann"}

    assert team.post(f"{NATIVE}/grants/put", {"grant": grant}).status == 403
    assert team.get(f"{NATIVE}/grants/list?kind=experiment&resource=*").status == 403


def test_a_model_that_is_renamed_keeps_its_grants(team: Team) -> None:
    team.post("registered-models/create", {"name": "before"})

    assert team.post("registered-models/rename", {"name": "before", "new_name": "after"}).status == 200
    assert team.get("registered-models/get?name=after").status == 200


POINT = {"key": "a", "value": 1, "timestamp": 1}
RULE = {"name": "v", "condition": "metrics.a > 1"}
JOURNAL = {"journal_id": "j1", "first_seq": 1, "last_seq": 1}
ONE_OF_TWO: list[tuple[str, dict[str, Any]]] = [
    ("runs/log-batch", {"run_id": "own", "metrics": [{**POINT, "model_id": "model_id"}]}),
    ("runs/log-metric", {"run_id": "own", "key": "a", "value": 1, "timestamp": 1, "model_id": "model_id"}),
    ("runs/set-tag", {"run_id": "own", "run_uuid": "run_id", "key": "a", "value": "b"}),
    ("runs/log-inputs", {"run_id": "own", "models": [{"model_id": "model_id"}]}),
    ("runs/outputs", {"run_id": "own", "models": [{"model_id": "model_id"}]}),
    ("logged-models", {"experiment_id": "own", "name": "x", "source_run_id": "run_id"}),
    (f"{NATIVE}/runs/tag", {"changes": [{"key": "a", "run_ids": ["own"]}, {"key": "a", "run_ids": ["own", "run_id"]}]}),
    (f"{NATIVE}/runs/archive", {"run_ids": ["own", "run_id"]}),
    (f"{NATIVE}/runs/move", {"run_ids": ["own"], "experiment_id": "experiment_id"}),
    (f"{NATIVE}/runs/move", {"run_ids": ["run_id"], "experiment_id": "own"}),
    (f"{NATIVE}/runs/copy", {"run_id": "run_id", "experiment_id": "own"}),
    (f"{NATIVE}/runs/copy", {"run_id": "own", "experiment_id": "experiment_id"}),
    (f"{NATIVE}/runs/copy", {"run_id": "own", "new_run_id": "run_id"}),
    (f"{NATIVE}/runs/append", {**JOURNAL, "run_id": "run_id"}),
    (f"{NATIVE}/runs/append", {**JOURNAL, "run_id": "fresh", "create": {"experiment_id": "experiment_id"}}),
    (f"{NATIVE}/series/query", {"run_ids": ["own", "run_id"], "keys": ["loss"]}),
    (f"{NATIVE}/runs/compare", {"run_ids": ["own", "run_id"]}),
    (f"{NATIVE}/runs/files", {"run_ids": ["own", "run_id"]}),
    (f"{NATIVE}/runs/importance", {"run_ids": ["own", "run_id"], "metric": "loss"}),
    (f"{NATIVE}/imports/summarize", {"run_ids": ["own", "run_id"]}),
    (f"{NATIVE}/views/create", {"name": "v", "state": {}, "experiment_id": "own", "view_id": "view_id"}),
    (f"{NATIVE}/alert-rules/create", {**RULE, "experiment_id": "own", "rule_id": "rule_id"}),
    (f"{NATIVE}/alert-rules/create", RULE),
    (f"{NATIVE}/registry/policy", {"policy": None}),
    ("model-versions/create", {"name": "anns", "source": "runs:/run_id/m", "run_id": "run_id"}),
    ("model-versions/create", {"name": "anns", "source": "models:/guarded/1"}),
    ("model-versions/create", {"name": "anns", "source": "mlflow-artifacts:/root/m", "run_id": "run_id"}),
    ("model-versions/create", {"name": "anns", "source": "models:/model_id", "model_id": "model_id"}),
    ("model-versions/create", {"name": "anns", "source": "s3://b/x", "run_id": "run_id"}),
    ("artifacts/presigned-upload-url", {"model_id": "model_id", "path": "x"}),
    (f"{NATIVE}/artifacts/commit", {"root": "root", "files": []}),
    (f"{NATIVE}/artifacts/delete", {"path": "root"}),
    ("experiments/create", {"name": "in another", "artifact_location": "mlflow-artifacts:/root"}),
    ("experiments/create", {"name": "in another", "artifact_location": "mlflow-artifacts://root"}),
]  # fmt: skip


@pytest.mark.parametrize(("target", "body"), ONE_OF_TWO, ids=str)
def test_one_thing_of_somebody_else_in_a_request_is_enough_to_refuse_it(
    team: Team, target: str, body: dict[str, Any]
) -> None:
    answer = team.post(target, _fill(body, team))

    assert (answer.status, answer.json["error_code"]) == (403, "PERMISSION_DENIED"), answer.body


def _fill(value: Any, team: Team) -> Any:
    """Return a body with ids in the place of their names; `own` is Ann's."""
    if isinstance(value, dict):
        own = {"experiment_id": team.own["experiment_id"]}
        return {
            key: own.get(key, team.own["run_id"]) if part == "own" else _fill(part, team) for key, part in value.items()
        }
    if isinstance(value, list):
        return [team.own["run_id"] if part == "own" else _fill(part, team) for part in value]
    if isinstance(value, str):
        for name in ("experiment_id", "run_id", "model_id", "view_id", "rule_id", "root"):
            value = team.hidden[name] if value == name else value.replace(f"/{name}", f"/{team.hidden[name]}")
    return value


@pytest.mark.parametrize(
    "target",
    [
        "runs/get?run_id={own}&run_uuid={run_id}",
        "runs/get?run_uuid={run_id}",
        "runs/get?runId={run_id}",
        "experiments/get?experiment_id=00{experiment_id}",
        "experiments/get-by-name?experiment_name=hush%20experiment",
        "metrics/get-history-bulk-interval?metric_key=loss&run_ids={own}&run_ids={run_id}",
        "/ajax-api/2.0/mlflow/metrics/get-history-bulk?metric_key=loss&run_id={own}&run_id={run_id}",
        "/get-artifact?path=file.csv&run_id={own}&run_id={run_id}",
        "/get-artifact?path=file.csv&run_id={run_id}&run_id={own}",
        "/get-artifact?path=file.csv&run_uuid={run_id}",
        "/model-versions/get-artifact?name=anns&name=guarded&version=1&path=x",
        "/ajax-api/2.0/mlflow/logged-models/{model_id}/artifacts/files?artifact_file_path=x",
        NATIVE + "/artifacts/archive?model_id={model_id}",
        NATIVE + "/artifacts/archive?run_id={own}&model_id={model_id}",
        NATIVE + "/artifacts/tree?root={experiment_id}",
        NATIVE + "/artifacts/tree?root={root}",
        "/api/2.0/mlflow-artifacts/artifacts?path={root}",
        "/api/2.0/mlflow-artifacts/artifacts?path={experiment_id}",
        "/api/2.0/mlflow-artifacts/artifacts?path=",
        "/api/2.0/mlflow-artifacts/artifacts",
        FILES + "/{root}/file.csv",
        FILES + "/%31/{run_id}/artifacts/file.csv",
        NATIVE + "/registry/lineage?run_id={run_id}",
        NATIVE + "/registry/lineage?dataset_digest=d1",
        "/api/2.0/mlflow-artifacts/artifacts?path=registry",
        NATIVE + "/registry/compare?name=anns&old=1&new=1&new_name=guarded",
        NATIVE + "/views/get?view_id={view_id}",
        NATIVE + "/alerts/list?rule_id={rule_id}",
        NATIVE + "/alerts/list?run_id={run_id}",
        NATIVE + "/registry/events?name=guarded",
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_nothing_is_read_by_an_id_in_a_path_or_query(team: Team, method: str, target: str) -> None:
    path = target.format(own=team.own["run_id"], **team.hidden)
    answer = call(team.url, method, path if path.startswith("/") else f"{API}/{path}", headers=team.ann)

    assert answer.status == 403, answer.body
    assert b"said the file" not in answer.body


@pytest.mark.parametrize(
    "path", ["/../{root}/file.csv", "/{own}/../{root}/file.csv", "//{root}/file.csv", "/{root}%2Ffile.csv"]
)
def test_no_spelling_of_a_path_reaches_a_file(team: Team, path: str) -> None:
    answer = team.get(FILES + path.format(own=team.own["experiment_id"], root=team.hidden["root"]))

    assert answer.status in {400, 403}


@pytest.mark.parametrize("path", ["somewhere/else/x.txt", "999/x/artifacts/x.txt", "x.txt"])
def test_files_that_belong_to_nothing_are_for_administrators(team: Team, path: str) -> None:
    assert team.send("PUT", f"{FILES}/{path}", b"x").status in {400, 403}
    assert team.send("DELETE", f"{FILES}/{path}").status in {400, 403}


def test_own_files_are_kept_and_read_over_every_way(team: Team) -> None:
    root = f"{team.own['experiment_id']}/{team.own['run_id']}/artifacts"

    assert team.send("PUT", f"{FILES}/{root}/a.txt", b"mine").status == 200
    assert team.get(f"{FILES}/{root}/a.txt").body == b"mine"
    assert team.get(f"/get-artifact?path=a.txt&run_id={team.own['run_id']}").body == b"mine"
    assert team.get(f"{NATIVE}/artifacts/archive?run_id={team.own['run_id']}").status == 200
    assert call(team.url, "GET", f"{FILES}/{root}/a.txt", headers=team.bob).status == 403


def test_files_of_a_run_that_moved_belong_to_where_it_is(team: Team) -> None:
    team.store.roles.put_grant(_grant("bob", team.own["experiment_id"], Level.EDIT))
    run_id = team.post("runs/create", {"experiment_id": team.own["experiment_id"]}).json["run"]["info"]["run_id"]
    root = f"{team.own['experiment_id']}/{run_id}/artifacts"
    team.send("PUT", f"{FILES}/{root}/a.txt", b"moved")
    away = team.post("experiments/create", {"name": "away"}).json["experiment_id"]

    assert team.post(f"{NATIVE}/runs/move", {"run_ids": [run_id], "experiment_id": away}).status == 200

    assert team.get(f"{FILES}/{root}/a.txt").body == b"moved"
    for target in (f"{FILES}/{root}/a.txt", f"{NATIVE}/artifacts/tree?root={team.own['experiment_id']}"):
        assert call(team.url, "GET", target, headers=team.bob).status == 403
    team.send("POST", f"{NATIVE}/grants/delete", {**_names("bob", team.own["experiment_id"])})


def test_descendants_in_experiments_of_others_do_not_move_along(team: Team) -> None:
    parent = team.post("runs/create", {"experiment_id": team.own["experiment_id"]}).json["run"]["info"]["run_id"]
    child = team.store.runs.create(
        CreateRun(experiment_id=team.hidden["experiment_id"], start_time=1, tags=[RunTag("mlflow.parentRunId", parent)])
    ).run.info.run_id
    away = team.post("experiments/create", {"name": "away with children"}).json["experiment_id"]
    body = {"run_ids": [parent], "experiment_id": away, "children": True}

    assert team.post(f"{NATIVE}/runs/move", body).status == 403
    assert team.store.runs.get(GetRun(run_id=child)).run.info.experiment_id == team.hidden["experiment_id"]
    assert team.post(f"{NATIVE}/runs/move", {**body, "children": False}).status == 200


def test_who_did_it_is_what_the_server_knows(team: Team) -> None:
    team.post("registered-models/create", {"name": "signed", "user_id": "root"})
    team.post(f"{NATIVE}/runs/set-param", {"run_id": team.own["run_id"], "key": "p", "value": "1", "user_id": "root"})
    view = team.post(f"{NATIVE}/views/create", {"name": "mine", "state": {}, "user_id": "root"}).json["view"]

    events = team.store.governance.list_events(ListEvents("signed")).events
    assert {event.user_id for event in events} == {"ann"}
    assert [edit["user_id"] for edit in team.get(f"{NATIVE}/runs/edits?run_id={team.own['run_id']}").json["edits"]] == [
        "ann"
    ]
    assert (view["owner"], view["user_id"]) == ("ann", "ann")


def test_a_view_across_experiments_is_read_by_all_and_changed_by_its_owner(team: Team) -> None:
    view = team.post(f"{NATIVE}/views/create", {"name": "across", "state": {}}).json["view"]
    change = {"view_id": view["view_id"], "version": 1, "name": "taken"}

    assert get(team.url, f"{NATIVE}/views/get?view_id={view['view_id']}", team.bob).status == 200
    assert post(team.url, f"{NATIVE}/views/update", change, team.bob).status == 403
    assert post(team.url, f"{NATIVE}/views/delete", {"view_id": view["view_id"]}, team.bob).status == 403
    assert team.post(f"{NATIVE}/views/update", change).status == 200


def test_grants_on_everything_count_where_nothing_else_is_granted(team: Team) -> None:
    team.store.users.create(CreateUser("auditor"))
    team.store.roles.put_grant(_grant("auditor", EVERYTHING, Level.READ))
    team.store.roles.put_grant(_grant("auditor", team.hidden["experiment_id"], Level.NO_PERMISSIONS))
    auditor = bearer(make_token(team.store, "auditor"))

    assert get(team.url, f"runs/get?run_id={team.own['run_id']}", auditor).status == 200
    assert get(team.url, f"runs/get?run_id={team.hidden['run_id']}", auditor).status == 403
    assert HUSH not in post(team.url, "experiments/search", {"max_results": 100}, auditor).body.decode()


def test_an_administrator_may_do_everything(team: Team) -> None:
    team.store.users.create(CreateUser("root", is_admin=True))
    root = bearer(make_token(team.store, "root"))

    assert get(team.url, f"runs/get?run_id={team.hidden['run_id']}", root).status == 200
    assert HUSH in post(team.url, "experiments/search", {"max_results": 100}, root).body.decode()
    assert get(team.url, "/api/2.0/mlflow-artifacts/artifacts?path=", root).status == 200
    assert post(team.url, f"{NATIVE}/sweep", {}, root).status == 200


def test_what_was_refused_has_not_happened(team: Team) -> None:
    before = len(team.store.artifacts.get_tree(GetTree(team.hidden["root"])).files)

    team.send("PUT", f"{FILES}/{team.hidden['root']}/planted.txt", b"x")
    call(
        team.url,
        "POST",
        f"/ajax-api/2.0/mlflow/upload-artifact?run_uuid={team.hidden['run_id']}&path=p",
        b"x",
        team.ann,
    )

    assert len(team.store.artifacts.get_tree(GetTree(team.hidden["root"])).files) == before
    assert team.store.experiments.get_by_name(GetExperimentByName(f"{HUSH} experiment")).experiment.tags


def test_names_that_are_taken_are_refused_without_a_word_about_what_has_them(team: Team) -> None:
    for target, body in (
        ("experiments/create", {"name": f"{HUSH} experiment"}),
        ("registered-models/create", {"name": "guarded"}),
    ):
        answer = team.post(target, body)
        assert (answer.status, answer.json["error_code"]) == (400, "RESOURCE_ALREADY_EXISTS")
    grants = team.store.roles.list_grants(ListGrants(Kind.REGISTERED_MODEL, "guarded")).grants
    assert grants == []


def _grant(username: str, experiment_id: str, level: Level) -> PutGrant:
    return PutGrant(Grant(kind=Kind.EXPERIMENT, resource=experiment_id, level=level, username=username))


def _names(username: str, experiment_id: str) -> dict[str, str]:
    return {"kind": "experiment", "resource": experiment_id, "username": username}
