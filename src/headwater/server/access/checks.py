"""What a few verbs need beside what their fields touch: each a function that returns the request as it may go on."""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import msgspec

from headwater.protocol import (
    alerts,
    edits,
    experiments,
    finding,
    governance,
    home,
    model_versions,
    numbered_roles,
    permissions,
    roles,
    users,
)
from headwater.protocol.errors import NotSupported, PermissionDenied
from headwater.protocol.model_names import is_model_uri, parse_model_uri
from headwater.protocol.model_sources import check_source, source_scheme
from headwater.protocol.roles import EVERYTHING, Kind, Level
from headwater.server.access.authentication import Authentication
from headwater.server.access.caller import Caller
from headwater.server.access.things import Things, spell_experiment
from headwater.server.access.touched import What
from headwater.stores.interface import Store

NamedT = TypeVar("NamedT", bound=msgspec.Struct)


class Context(NamedTuple):
    """What a check may ask."""

    store: Store
    things: Things
    authentication: Authentication


Check = Callable[[Context, Caller, Any], Any]


def _check_source(context: Context, caller: Caller, request: model_versions.CreateModelVersion) -> Any:
    """Whoever makes a version shows others the files of its source."""
    check_source(request.source, request.run_id, request.model_id)
    if is_model_uri(request.source):
        name = parse_model_uri(request.source).name
        context.things.require(caller, What.REGISTERED_MODEL, [name] if name else [], Level.READ)
    elif source_scheme(request.source) == "mlflow-artifacts" and "://" not in request.source:
        path = request.source.partition(":")[2].strip("/")
        context.things.require_path(caller, path, Level.READ)
    return request


def _check_copy(context: Context, caller: Caller, request: edits.CopyRun) -> Any:
    if not request.experiment_id:
        context.things.require(caller, What.RUN, [request.run_id], Level.EDIT)
    return request


def _check_move(context: Context, caller: Caller, request: edits.MoveRuns) -> Any:
    """Descendants move along, wherever they are."""
    if request.children and not caller.may_with_all(Kind.EXPERIMENT, Level.EDIT):
        context.things.require(caller, What.RUN, context.things.descendants_of_runs(request.run_ids), Level.EDIT)
    return request


def _check_place(context: Context, caller: Caller, request: experiments.CreateExperiment) -> Any:
    """Only administrators put experiments where this server reads and writes with its own rights."""
    place = request.artifact_location
    if place and not caller.is_admin and _is_served(context.store, place):
        raise PermissionDenied(
            f"Only administrators may create experiments whose artifacts are at '{place[:200]}', which this server "
            "reads with rights of its own. Leave artifact_location out."
        )
    return request


def _is_served(store: Store, place: str) -> bool:
    if place.startswith("mlflow-artifacts:"):
        return True
    try:
        store.locations.open(place)
    except NotSupported:
        return False
    return True


def _check_rule(context: Context, caller: Caller, request: alerts.CreateAlertRule) -> Any:
    if not request.experiment_id:
        context.things.require_thing(caller, (Kind.EXPERIMENT, EVERYTHING), Level.EDIT)
    return request


def _check_policy(context: Context, caller: Caller, request: governance.SetPolicy) -> Any:
    if not request.name:
        context.things.require_thing(caller, (Kind.REGISTERED_MODEL, EVERYTHING), Level.MANAGE)
    return request


def _look_among_own(_context: Context, caller: Caller, request: home.ReadHome | finding.Find) -> Any:
    """Let those who see few experiments find something in them, not among the many that are left out afterwards."""
    among = request.among
    if among is None and not caller.may((Kind.EXPERIMENT, EVERYTHING), Level.READ):
        among = [grant.resource for grant in caller.rights.grants if grant.kind is Kind.EXPERIMENT]
        among += caller.named(Kind.EXPERIMENT)
    if among is None:
        return request
    readable = {each for each in among if each != EVERYTHING and caller.reads(spell_experiment(each))}
    return msgspec.structs.replace(request, among=sorted(readable))


def _check_grant(context: Context, caller: Caller, request: roles.PutGrant) -> Any:
    _require_manage(context, caller, request.grant.kind, request.grant.resource)
    return request


def _check_grants(context: Context, caller: Caller, request: roles.DeleteGrant | roles.ListGrants) -> Any:
    _require_manage(context, caller, request.kind, request.resource)
    return request


def _check_permission(
    context: Context, caller: Caller, request: permissions.GrantPermission | permissions.NamePermission
) -> Any:
    _require_manage(context, caller, permissions.read_kind(request.resource_type), request.resource_id)
    return request


def _require_manage(context: Context, caller: Caller, kind: Kind, resource: str) -> None:
    if resource == EVERYTHING and not caller.is_admin:
        raise PermissionDenied("Only administrators grant on all things of a kind. Name one of them.")
    spelled = spell_experiment(resource) if kind is Kind.EXPERIMENT else resource
    context.things.require_thing(caller, (kind, spelled), Level.MANAGE)


def _be_oneself(_context: Context, caller: Caller, request: NamedT) -> NamedT:
    """Fill in the caller's name, or refuse to touch somebody else."""
    named: str = getattr(request, "username")  # noqa: B009 - every one of these requests has it
    if not named:
        return msgspec.structs.replace(request, username=caller.username)
    if named != caller.username and not caller.is_admin:
        raise PermissionDenied(f"User '{caller.username}' may not do this for '{named[:100]}'. Ask an administrator.")
    return request


def _name_oneself(_context: Context, caller: Caller, request: NamedT) -> NamedT:
    """Fill in the caller's name, whatever stands there."""
    return msgspec.structs.replace(request, username=caller.username)


def _check_password(context: Context, caller: Caller, request: users.UpdatePassword) -> users.UpdatePassword:
    """A session that was left open must not be enough to take an account over."""
    request = _be_oneself(context, caller, request)
    request.check()
    if request.username == caller.username:
        context.authentication.check_own_password(caller.username, request.current_password)
    return request


CHECKS: dict[str, Check] = {
    model_versions.CREATE.name: _check_source,
    edits.COPY_RUN.name: _check_copy,
    edits.MOVE_RUNS.name: _check_move,
    experiments.CREATE.name: _check_place,
    alerts.CREATE_RULE.name: _check_rule,
    governance.SET_POLICY.name: _check_policy,
    home.READ.name: _look_among_own,
    finding.FIND.name: _look_among_own,
    roles.PUT_GRANT.name: _check_grant,
    roles.DELETE_GRANT.name: _check_grants,
    roles.LIST_GRANTS.name: _check_grants,
    permissions.GRANT.name: _check_permission,
    permissions.REVOKE.name: _check_permission,
    permissions.GET.name: _be_oneself,
    permissions.LIST.name: _be_oneself,
    permissions.LIST_CURRENT.name: _name_oneself,
    numbered_roles.LIST_OF_USER.name: _be_oneself,
    users.GET_CURRENT.name: _name_oneself,
    users.GET.name: _be_oneself,
    users.UPDATE_PASSWORD.name: _check_password,
    users.CREATE_TOKEN.name: _be_oneself,
    users.LIST_TOKENS.name: _be_oneself,
    users.REVOKE_TOKEN.name: _be_oneself,
}
"""By the verb's name. A verb of oneself must stand here."""
