"""What a server refuses although a store would do it.

Requests may not name files of the server's own disk. And where nobody is asked who they are, nobody manages users:
whoever could would be an administrator as soon as the server begins to ask.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from headwater.protocol import model_versions, numbered_roles, permissions, roles, users
from headwater.protocol.endpoint import Endpoint
from headwater.protocol.errors import FeatureDisabled, InvalidParameterValue
from headwater.protocol.model_sources import local_path
from headwater.protocol.model_versions import CreateModelVersion
from headwater.protocol.runs import GetRun
from headwater.stores.interface import Store

T = TypeVar("T", bound=msgspec.Struct)
Call = Callable[[Any], msgspec.Struct]
Guard = Callable[[Store, Any], None]

NOBODY_KNOWN = "This server asks nobody who they are. Start it with --auth to have users."
ABOUT_USERS = frozenset(
    endpoint.resource for endpoint in (users.CREATE, roles.CREATE, permissions.GRANT, numbered_roles.CREATE)
)
"""The resources whose verbs are about who may do what."""


def refuse_users(_request: msgspec.Struct) -> msgspec.Struct:
    """Refuse a verb about users, on a server that knows none."""
    raise FeatureDisabled(f"{NOBODY_KNOWN} Or manage them in its database: headwater users --help")


def guarded(endpoint: Endpoint[Any, Any], call: Call, store: Store) -> Call:
    """Return `call`, or what refuses a request before it."""
    guard = _GUARDS.get(endpoint.name)
    if guard is None:
        return call

    def ask_first(request: msgspec.Struct) -> msgspec.Struct:
        guard(store, request)
        return call(request)

    return ask_first


def _refuse_foreign_files(store: Store, request: CreateModelVersion) -> None:
    """Raise `InvalidParameterValue` if a version's source is a path that is not among the artifacts of its run."""
    request.check()
    path = local_path(request.source)
    if path is None or (request.is_prompt and "/" not in request.source):
        return
    root = None
    if request.run_id:
        root = local_path(store.runs.get(GetRun(run_id=request.run_id)).run.info.artifact_uri)
    if root is None or not path.is_relative_to(root):
        raise InvalidParameterValue(
            f"Invalid model version source: '{request.source[:200]}'. A path on disk must lie inside the artifact "
            "directory of the run that the run_id request parameter names. Log the files as artifacts instead."
        )


_GUARDS: dict[str, Guard] = {model_versions.CREATE.name: _refuse_foreign_files}
