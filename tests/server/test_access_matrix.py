"""Every route times every kind of caller: who is answered, who is refused, and what nobody is told by the way."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from headwater.protocol.endpoint import Permission
from headwater.protocol.roles import Level
from headwater.server.access.access import Access
from headwater.server.access.exceptions import FREE
from headwater.server.app import create_app
from headwater.server.routes import Route
from headwater.server.settings import ServerSettings
from headwater.stores import open_store
from headwater.testing.servers import live_server
from server.access_requests import ask, find_endpoint
from server.access_world import CALLERS, HUSH, LEVELS, STRANGERS, World, make_model, make_world
from server.caller import Answer, call

LAST = ("delete", "rename", "purge", "move", "archive", "set-active", "update-admin")
"""What takes away what other requests name, and so is asked last."""

MAKE = {"experiments.create", "registered_models.create"}
OF_ONESELF = {"users.get_current", "permissions.list_current"}
NATIVE = "/api/headwater/1"
NAMES_NOTHING = {"/metrics", *(f"{NATIVE}/{name}" for name in ("blobs", "blobs/", "events", "samples"))}
DIGEST_ANSWERS = {"/api/headwater/1/blobs/"}  # who knows a digest has been told of the file


@pytest.fixture(scope="module")
def routes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Route]]:
    """Return all routes of a server with every part switched on, the destructive ones last."""
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('routes') / 'h.db'}")
    settings = ServerSettings(exposes_metrics=True)
    app = create_app(store, settings, Access(store, settings))
    yield sorted(
        app.table.routes, key=lambda route: any(word in route.path for word in LAST) or "DELETE" in route.methods
    )
    app.close()
    store.close()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Return a filled store."""
    store = open_store(f"sqlite:///{tmp_path / 'h.db'}")
    yield make_world(store)
    store.close()


def needed(route: Route) -> Permission | Level | None:
    """Return what a request of `ask` needs by the route's own words; the level READ of all things is none."""
    endpoint = find_endpoint(route)
    if endpoint is not None and endpoint.name in OF_ONESELF:
        return Level.NO_PERMISSIONS
    if route.permission is Permission.SELF:
        return Permission.ADMIN  # the request names somebody else
    if endpoint is not None and endpoint.name in FREE and endpoint.name != "experiments.get_by_name":
        return Level.NO_PERMISSIONS
    if route.path in NAMES_NOTHING or "server-info" in route.path:
        return Level.NO_PERMISSIONS
    if "/workspaces" in route.path and route.permission is Permission.READ:
        return Level.NO_PERMISSIONS
    if route.permission is None or route.permission is Permission.ADMIN:
        return route.permission
    return Level(route.permission.value)


def is_allowed(caller: str, wanted: Permission | Level | None, route: Route) -> bool:
    """Return whether a caller has what is wanted."""
    if wanted is None or caller == "admin":
        return True
    if caller == "reader":
        return wanted is not Permission.ADMIN and route.permission not in {Permission.EDIT, Permission.MANAGE}
    if caller == "elsewhere":
        endpoint = find_endpoint(route)
        return wanted is Level.NO_PERMISSIONS and (endpoint is None or endpoint.name not in MAKE)
    if isinstance(wanted, Permission) or caller not in LEVELS:
        return False
    return LEVELS.index(Level(caller)) >= LEVELS.index(wanted)


@pytest.mark.parametrize("caller", CALLERS)
def test_every_route_answers_whoever_may_and_refuses_whoever_may_not(
    world: World, routes: list[Route], caller: str
) -> None:
    wrong = []
    with live_server(
        world.store, authentication=True, default_level=Level.NO_PERMISSIONS, exposes_metrics=True, poll_s=0.01
    ) as url:
        for route in routes:
            for method in route.methods:
                answer = send(url, world, route, method, caller)
                if route.path.endswith("/registered-models/delete"):
                    make_model(world.store, world.ids["run_id"], world.ids["model_id"])
                if fault := judge(answer, caller, route):
                    wrong.append(f"{method} {route.path}: {fault} {answer.body[:300]!r}")

    assert not wrong, "\n".join(wrong)


def judge(answer: Answer, caller: str, route: Route) -> str:
    """Return what is wrong with an answer."""
    wanted = needed(route)
    if caller in STRANGERS and wanted is not None:
        expected = {401}
    elif is_allowed(caller, wanted, route):
        expected = {200, 206, 400, 404, 409, 501, 503}
        if answer.status == 400 and answer.json.get("error_code") == "INTERNAL_ERROR":
            return "the request could not be read"
    else:
        expected = {403}
    if answer.status not in expected:
        return f"{answer.status}, not {sorted(expected)}"
    is_told = HUSH.encode() in answer.body and caller in {*STRANGERS, Level.NO_PERMISSIONS, "elsewhere"}
    return "tells what is hidden" if is_told and route.path not in DIGEST_ANSWERS else ""


def send(url: str, world: World, route: Route, method: str, caller: str) -> Answer:
    """Send the request of a route as a caller."""
    asked = ask(route, method, world.ids)
    return call(url, asked.method, asked.target, asked.body, {**asked.headers, **world.headers[caller]})
