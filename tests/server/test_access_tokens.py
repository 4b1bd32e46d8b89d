"""Tokens that may do less than their users."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from headwater.protocol.endpoint import Permission
from headwater.protocol.experiments import CreateExperiment
from headwater.protocol.registered_models import CreateRegisteredModel
from headwater.protocol.runs import CreateRun
from headwater.protocol.trash import PurgeTrash
from headwater.protocol.users import CreateUser, TokenScope
from headwater.testing.servers import live_server
from headwater.testing.stores import sqlite_store
from server.access_world import bearer, make_token
from server.caller import NATIVE, get, post


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """Return a server that knows an administrator, with two experiments of one run each and two models."""
    with sqlite_store(tmp_path_factory.mktemp("tokens")) as store, live_server(store, authentication=True) as url:
        store.users.create(CreateUser("root", is_admin=True))
        ids = [store.experiments.create(CreateExperiment(name)).experiment_id for name in ("one", "two")]
        runs = [store.runs.create(CreateRun(experiment_id=one, start_time=1)).run.info.run_id for one in ids]
        for name in ("scorer", "ranker"):
            store.registered_models.create(CreateRegisteredModel(name))
        yield SimpleNamespace(store=store, url=url, ids=ids, runs=runs)


def _headers(served: SimpleNamespace, level: Permission = Permission.ADMIN, **things: list[str]) -> dict[str, str]:
    return bearer(make_token(served.store, "root", scope=TokenScope(level=level, **things)))


def _statuses(served: SimpleNamespace, headers: dict[str, str]) -> dict[str, Any]:
    """Return what a caller gets for reading, writing and managing things, and as who they are."""
    one, (run, other), url = served.ids[0], served.runs, served.url
    tag = {"key": "k", "value": "v"}
    return {
        "read one": get(url, f"experiments/get?experiment_id={one}", headers).status,
        "read two": get(url, f"runs/get?run_id={other}", headers).status,
        "tag one": post(url, "runs/set-tag", {"run_id": run, **tag}, headers).status,
        "tag two": post(url, "runs/set-tag", {"run_id": other, **tag}, headers).status,
        "read scorer": get(url, "registered-models/get?name=scorer", headers).status,
        "tag scorer": post(url, "registered-models/set-tag", {"name": "scorer", **tag}, headers).status,
        "tag ranker": post(url, "registered-models/set-tag", {"name": "ranker", **tag}, headers).status,
        "users": get(url, f"{NATIVE}/users/list", headers).status,
        "new token": post(url, f"{NATIVE}/tokens/create", {"name": "more"}, headers).status,
        "own tokens": get(url, f"{NATIVE}/tokens/list", headers).status,
    }


def test_a_token_that_may_read_changes_nothing(served: SimpleNamespace) -> None:
    statuses = _statuses(served, _headers(served, Permission.READ))

    allowed = {what for what, status in statuses.items() if status == 200}
    assert allowed == {"read one", "read two", "read scorer", "own tokens"}
    assert set(statuses.values()) == {200, 403}


def test_a_token_that_may_manage_is_no_administrator_and_makes_no_tokens(served: SimpleNamespace) -> None:
    statuses = _statuses(served, _headers(served, Permission.MANAGE))

    assert {what for what, status in statuses.items() if status == 403} == {"users", "new token"}


def test_a_token_for_an_experiment_reaches_nothing_else(served: SimpleNamespace) -> None:
    one, two = served.ids
    headers = _headers(served, Permission.EDIT, experiments=[one])

    statuses = _statuses(served, headers)
    found = post(served.url, "experiments/search", {"max_results": 10}, headers).json["experiments"]
    runs = post(served.url, "runs/search", {"experiment_ids": [one, two]}, headers).json["runs"]
    home = post(served.url, f"{NATIVE}/home/read", {}, headers).json

    assert {what for what, status in statuses.items() if status == 200} == {"read one", "tag one", "own tokens"}
    assert [each["experiment_id"] for each in found] == [one]
    assert [run["info"]["experiment_id"] for run in runs] == [one]
    assert {run["experiment_id"] for run in home["recent"]} == {one}


def test_a_token_for_the_registry_sees_no_experiment(served: SimpleNamespace) -> None:
    statuses = _statuses(served, _headers(served, registered_models=["*"]))

    allowed = {what for what, status in statuses.items() if status == 200}
    assert allowed == {"read scorer", "tag scorer", "tag ranker", "own tokens"}


def test_only_a_token_for_all_of_a_kind_makes_one_more(served: SimpleNamespace) -> None:
    def make(headers: dict[str, str], name: str) -> tuple[int, int]:
        return (
            post(served.url, "experiments/create", {"name": name}, headers).status,
            post(served.url, "registered-models/create", {"name": name}, headers).status,
        )

    assert make(_headers(served, Permission.EDIT, experiments=[served.ids[0]], registered_models=["*"]), "a") == (
        403,
        200,
    )
    assert make(_headers(served, Permission.EDIT, experiments=["*"]), "b") == (200, 403)
    assert make(_headers(served, Permission.READ), "c") == (403, 403)


def test_what_a_token_is_not_for_is_said_of_the_token(served: SimpleNamespace) -> None:
    one, two = served.ids
    answers = [
        post(served.url, "runs/set-tag", {"run_id": served.runs[0], "key": "k", "value": "v"}, headers).json["message"]
        for headers in (_headers(served, Permission.READ), _headers(served, experiments=[two]))
    ]

    assert answers == [
        "This token of 'root' may READ at most, and this needs EDIT. Sign in with another.",
        f"This token of user 'root' needs EDIT on the experiment '{one}', which the run '{served.runs[0]}' is in. "
        "Sign in with another, or let the user be granted that.",
    ]


def test_a_token_whose_last_experiment_is_gone_reaches_nothing(served: SimpleNamespace) -> None:
    gone = served.store.experiments.create(CreateExperiment("gone")).experiment_id
    headers = _headers(served, experiments=[gone])
    assert get(served.url, f"experiments/get?experiment_id={gone}", headers).status == 200

    post(served.url, "experiments/delete", {"experiment_id": gone}, _headers(served))
    served.store.trash.purge(PurgeTrash())

    assert get(served.url, f"experiments/get?experiment_id={served.ids[0]}", headers).status == 403
    assert get(served.url, "registered-models/get?name=scorer", headers).status == 403
