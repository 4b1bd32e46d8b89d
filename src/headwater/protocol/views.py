"""Saved views: what somebody looks at (columns, filters, charts …) under a name, to come back to and to share."""

from typing import Any

import msgspec

from headwater.protocol.endpoint import NATIVE_BASE, Empty, Endpoint, Permission
from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.names import check_experiment_id, check_length, check_no_nul, check_run_id, missing, require

MAX_NAME = 500
MAX_KIND = 50
MAX_STATE_BYTES = 1_000_000


class View(msgspec.Struct, frozen=True):
    """One version of a view; its `state` is any JSON object, which the store keeps as it is.

    `experiment_id` is empty for a view across experiments. `owner` made the view, `user_id` this version of it. `kind`
    says what it is of: empty for runs, `report` for a report.
    """

    view_id: str
    experiment_id: str
    name: str
    owner: str
    creation_time: int
    last_update_time: int
    version: int
    user_id: str
    state: dict[str, Any]
    kind: str = ""


class ViewInfo(msgspec.Struct, frozen=True):
    """A view without its state."""

    view_id: str
    experiment_id: str
    name: str
    owner: str
    creation_time: int
    last_update_time: int
    version: int
    kind: str = ""


class CreateView(msgspec.Struct, frozen=True, omit_defaults=True):
    """Save a view, of an experiment or across; with a `view_id` that exists, it answers with the view made before."""

    name: str
    state: dict[str, Any]
    experiment_id: str = ""
    user_id: str = ""
    view_id: str = ""
    kind: str = ""

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless name, experiment, kind and state are allowed."""
        _check_kind(self.kind)
        _check_name(require("name", self.name))
        _check_state(self.state)
        check_no_nul("user_id", self.user_id)
        if self.experiment_id:
            check_experiment_id(self.experiment_id)
        if self.view_id:
            check_run_id(self.view_id)


class ViewResponse(msgspec.Struct, frozen=True):
    """The view made, changed or asked for."""

    view: View


class GetView(msgspec.Struct, frozen=True, omit_defaults=True):
    """Get a view, its newest version unless another is named."""

    view_id: str
    version: int = 0

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the view is named and the version possible."""
        _check_view_id(self.view_id)
        if self.version < 0:
            raise InvalidParameterValue(f"Invalid version '{self.version}'. Versions count from 1; 0 is the newest.")


class ListViews(msgspec.Struct, frozen=True, omit_defaults=True):
    """List the views of a kind of an experiment, or without one those across experiments, by name."""

    experiment_id: str = ""
    kind: str = ""

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the experiment and the kind are possible."""
        _check_kind(self.kind)
        if self.experiment_id:
            check_experiment_id(self.experiment_id)


class ListViewsResponse(msgspec.Struct, frozen=True):
    """The views, without their states."""

    views: list[ViewInfo]


class ListViewVersions(msgspec.Struct, frozen=True):
    """List the versions of a view, the newest first."""

    view_id: str

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the view is named."""
        _check_view_id(self.view_id)


class ViewVersion(msgspec.Struct, frozen=True):
    """Who saved a version of a view, and when."""

    version: int
    user_id: str
    time: int


class ListViewVersionsResponse(msgspec.Struct, frozen=True):
    """The versions."""

    versions: list[ViewVersion]


class UpdateView(msgspec.Struct, frozen=True, omit_defaults=True):
    """Save a new version of a view, with another name or state; what is absent stays.

    `version` is the one that was changed: if somebody saved a newer one meanwhile, the answer is RESOURCE_CONFLICT.
    """

    view_id: str
    version: int
    name: str = ""
    state: dict[str, Any] | None = None
    user_id: str = ""

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the view is named and name and state are allowed."""
        _check_view_id(self.view_id)
        _check_name(self.name)
        check_no_nul("user_id", self.user_id)
        if self.state is not None:
            _check_state(self.state)


class DeleteView(msgspec.Struct, frozen=True):
    """Delete a view with all its versions; none is no error."""

    view_id: str

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the view is named."""
        _check_view_id(self.view_id)


def _check_view_id(view_id: str) -> None:
    if not view_id:
        raise missing("view_id")


def _check_name(name: str) -> None:
    check_no_nul("name", name)
    check_length("name", name, MAX_NAME)


def _check_kind(kind: str) -> None:
    check_no_nul("kind", kind)
    check_length("kind", kind, MAX_KIND)


def _check_state(state: dict[str, Any]) -> None:
    size = len(msgspec.json.encode(state))
    if size > MAX_STATE_BYTES:
        raise InvalidParameterValue(f"The state has '{size}' bytes as JSON; at most {MAX_STATE_BYTES} are kept.")


CREATE = Endpoint(
    resource="views",
    verb="create",
    methods=("POST",),
    path="views/create",
    request=CreateView,
    response=ViewResponse,
    permission=Permission.EDIT,
    bases=NATIVE_BASE,
)
GET = Endpoint(
    resource="views",
    verb="get",
    methods=("GET",),
    path="views/get",
    request=GetView,
    response=ViewResponse,
    permission=Permission.READ,
    bases=NATIVE_BASE,
)
LIST = Endpoint(
    resource="views",
    verb="list",
    methods=("GET",),
    path="views/list",
    request=ListViews,
    response=ListViewsResponse,
    permission=Permission.READ,
    bases=NATIVE_BASE,
)
LIST_VERSIONS = Endpoint(
    resource="views",
    verb="list_versions",
    methods=("GET",),
    path="views/versions",
    request=ListViewVersions,
    response=ListViewVersionsResponse,
    permission=Permission.READ,
    bases=NATIVE_BASE,
)
UPDATE = Endpoint(
    resource="views",
    verb="update",
    methods=("POST",),
    path="views/update",
    request=UpdateView,
    response=ViewResponse,
    permission=Permission.EDIT,
    bases=NATIVE_BASE,
)
DELETE = Endpoint(
    resource="views",
    verb="delete",
    methods=("POST",),
    path="views/delete",
    request=DeleteView,
    response=Empty,
    permission=Permission.EDIT,
    bases=NATIVE_BASE,
)

ENDPOINTS = (CREATE, GET, LIST, LIST_VERSIONS, UPDATE, DELETE)
