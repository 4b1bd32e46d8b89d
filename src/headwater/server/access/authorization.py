"""Whether a caller may do what a request asks: before a verb, and after it what of the answer may be seen."""

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from headwater.protocol import (
    experiments,
    imports,
    permissions,
    registered_models,
    roles,
    trash,
    users,
)
from headwater.protocol.endpoint import Endpoint, Permission
from headwater.protocol.errors import HeadwaterError, PermissionDenied
from headwater.protocol.roles import Grant, Kind, Level, PutGrant
from headwater.protocol.runs import CreateRun
from headwater.server.access.caller import Caller
from headwater.server.access.checks import CHECKS, Context
from headwater.server.access.pruning import prune
from headwater.server.access.things import spell_experiment
from headwater.server.access.touched import Touch, What, collect, derive_touches, is_accounted_for
from headwater.server.guards import ABOUT_USERS

Call = Callable[[Any], msgspec.Struct]
GuardedCall = Callable[[Caller, Any], msgspec.Struct]
After = Callable[[Context, Caller, Any, Any], msgspec.Struct]

_CHANGE_RIGHTS = frozenset(
    {registered_models.RENAME.name, registered_models.DELETE.name, trash.PURGE.name, imports.PUT_MODEL.name}
)
"""Verbs after which grants are about other names."""


class Authorization:
    """Wraps verbs. Thread-safe.

    Raises:
        HeadwaterError: for a verb of which nobody has said who may use it.
    """

    def __init__(self, context: Context, default: Level) -> None:
        self._context = context
        self._default = default

    def protect(self, endpoint: Endpoint[Any, Any], call: Call) -> GuardedCall:
        """Return what does `call` for a caller who may, as that caller."""
        check_accounted_for([endpoint])
        touches, check, after = derive_touches(endpoint), CHECKS.get(endpoint.name), _AFTER.get(endpoint.name)
        narrows = endpoint.permission is Permission.READ
        is_reading = endpoint.methods == ("GET",)
        is_about_users = endpoint.resource in ABOUT_USERS and endpoint.methods != ("GET",)
        changes_rights = is_about_users or endpoint.name in _CHANGE_RIGHTS

        def ask(caller: Caller, request: Any) -> msgspec.Struct:
            caller.check_scope(endpoint.permission, is_reading=is_reading, made=_MADE.get(endpoint.name))
            if endpoint.permission is Permission.ADMIN and not caller.is_admin:
                raise PermissionDenied(f"Only administrators may do this; user '{caller.username}' is none.")
            request = _sign(caller, request)
            if check is not None:
                request = check(self._context, caller, request)
            for touch in () if caller.is_admin else touches:
                request = self._allow(caller, touch, request, narrows=narrows)
            response = call(request)
            if after is not None:
                response = after(self._context, caller, request, response)
            if changes_rights:
                self._context.authentication.forget(passwords=endpoint.resource == users.CREATE.resource)
            return prune(self._context.things, caller, self._with_default(request, response))

        return ask

    def _allow(self, caller: Caller, touch: Touch, request: Any, *, narrows: bool) -> Any:
        """Return the request as far as it is allowed; raise `PermissionDenied` if it is not."""
        if touch.what is What.PATH:
            self._context.things.require_path(caller, getattr(request, touch.steps[0]), touch.level)
            return request
        names = collect(request, touch.steps)
        if narrows and touch.steps == ("experiment_ids",) and names:
            readable = [name for name in request.experiment_ids if caller.reads(spell_experiment(name))]
            if readable:
                return msgspec.structs.replace(request, experiment_ids=readable)
        self._context.things.require(caller, touch.what, names, touch.level)
        return request

    def _with_default(self, request: Any, response: msgspec.Struct) -> msgspec.Struct:
        """Return an answer with what this server lets users do with what nobody granted."""
        if isinstance(response, roles.ListGrantsResponse):
            return msgspec.structs.replace(response, default=self._default)
        if isinstance(response, permissions.PermissionResponse):
            thing = (permissions.read_kind(request.resource_type), request.resource_id)
            level = self._context.authentication.load(request.username).level(thing)
            return permissions.PermissionResponse(level in {Level.EDIT, Level.MANAGE}, level)
        return response


def check_accounted_for(endpoints: Iterable[Endpoint[Any, Any]]) -> None:
    """Raise `HeadwaterError` for a verb of which nobody has said who may use it."""
    for endpoint in endpoints:
        is_own = endpoint.permission is Permission.SELF
        if endpoint.name not in CHECKS and (is_own or not is_accounted_for(endpoint)):
            raise HeadwaterError(
                f"Nobody has said who may use '{endpoint.name}': it touches nothing that is known. "
                "Add it to headwater/server/access/exceptions.py or checks.py."
            )


def _sign(caller: Caller, request: Any) -> Any:
    """Return a request that says who sends it as the server knows it; a new run says who its program's user is."""
    if "user_id" in request.__struct_fields__ and not isinstance(request, CreateRun):
        return msgspec.structs.replace(request, user_id=caller.username)
    return request


def _own(context: Context, caller: Caller, kind: Kind, resource: str) -> None:
    grant = Grant(kind=kind, resource=resource, level=Level.MANAGE, username=caller.username)
    context.store.roles.put_grant(PutGrant(grant))
    context.authentication.forget()


def _own_experiment(
    context: Context, caller: Caller, _request: Any, response: experiments.CreateExperimentResponse
) -> msgspec.Struct:
    _own(context, caller, Kind.EXPERIMENT, response.experiment_id)
    return response


def _own_model(
    context: Context, caller: Caller, _request: Any, response: registered_models.RegisteredModelResponse
) -> msgspec.Struct:
    _own(context, caller, Kind.REGISTERED_MODEL, response.registered_model.name)
    return response


_AFTER: dict[str, After] = {
    experiments.CREATE.name: _own_experiment,
    registered_models.CREATE.name: _own_model,
}
"""What follows a verb: whoever creates something manages it."""
_MADE = {experiments.CREATE.name: Kind.EXPERIMENT, registered_models.CREATE.name: Kind.REGISTERED_MODEL}
"""What a verb makes that rights are about."""
