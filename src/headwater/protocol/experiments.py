"""Experiments: a name, a place for artifacts, tags, and the runs inside."""

import enum

import msgspec

from headwater.protocol.endpoint import Empty, Endpoint, Permission
from headwater.protocol.entity import Entity, find_member
from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.names import (
    MAX_ARTIFACT_LOCATION,
    MAX_EXPERIMENT_NAME,
    MAX_EXPERIMENT_TAG_VALUE,
    check_experiment_id,
    check_key,
    check_keys,
    check_length,
    check_max_results,
    check_no_nul,
    missing,
    require,
)


class ViewType(enum.StrEnum):
    """Which lifecycle stages a search returns; also accepted as the numbers 1, 2 and 3."""

    ACTIVE_ONLY = "ACTIVE_ONLY"
    DELETED_ONLY = "DELETED_ONLY"
    ALL = "ALL"

    @staticmethod
    def from_string(view: str) -> "ViewType":
        """Return the view with this name."""
        return find_member(ViewType, view)

    @staticmethod
    def to_string(view: "ViewType | str | int") -> str:
        """Return the name of a view in lower case; it may be given as a number."""
        return find_member(ViewType, view).value.lower()


_FOREIGN_SCHEMES = frozenset(
    {
        "http",
        "https",
        "ftp",
        "ftps",
        "sftp",
        "ssh",
        "scp",
        "smb",
        "nfs",
        "dav",
        "davs",
        "ldap",
        "gopher",
        "dict",
        "jar",
        "data",
        "javascript",
    }
)


class LifecycleStage(enum.StrEnum):
    """Whether a thing is in use or in the trash."""

    ACTIVE = "active"
    DELETED = "deleted"

    @staticmethod
    def is_valid(stage: str) -> bool:
        """Return whether there is a stage of this name."""
        return stage in {*LifecycleStage}

    @staticmethod
    def view_type_to_stages(view_type: "ViewType | str | int" = ViewType.ALL) -> "list[LifecycleStage]":
        """Return the stages that a view shows."""
        view = find_member(ViewType, view_type)
        shown = {ViewType.ACTIVE_ONLY: [LifecycleStage.ACTIVE], ViewType.DELETED_ONLY: [LifecycleStage.DELETED]}
        return shown.get(view, list(LifecycleStage))

    @staticmethod
    def matches_view_type(view_type: "ViewType | str | int", stage: str) -> bool:
        """Return whether a view shows things in this stage."""
        return stage in LifecycleStage.view_type_to_stages(view_type)


class ExperimentTag(Entity, msgspec.Struct, frozen=True):
    """One tag of an experiment."""

    key: str
    value: str = ""


class Experiment(msgspec.Struct, frozen=True, omit_defaults=True):
    """An experiment; times are milliseconds since 1970."""

    experiment_id: str
    name: str
    artifact_location: str
    lifecycle_stage: LifecycleStage
    last_update_time: int
    creation_time: int
    tags: list[ExperimentTag] = []


class CreateExperiment(msgspec.Struct, frozen=True, omit_defaults=True):
    """Create an experiment; an empty `artifact_location` takes the store's default."""

    name: str
    artifact_location: str = ""
    tags: list[ExperimentTag] = []

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the name, location and tags are allowed."""
        _check_name("name", self.name)
        check_artifact_location(self.artifact_location)
        check_keys("tags", "key", (tag.key for tag in self.tags), "key")
        for tag in self.tags:
            _check_tag_value(tag.value)


class CreateExperimentResponse(msgspec.Struct, frozen=True):
    """The id of the new experiment."""

    experiment_id: str


class GetExperiment(msgspec.Struct, frozen=True):
    """Get an experiment, deleted or not."""

    experiment_id: str

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the id is a decimal integer."""
        check_experiment_id(self.experiment_id)


class GetExperimentByName(msgspec.Struct, frozen=True):
    """Get an experiment by its name, deleted or not."""

    experiment_name: str

    def check(self) -> None:
        """Raise `InvalidParameterValue` if the name is empty."""
        require("experiment_name", self.experiment_name)


class GetExperimentResponse(msgspec.Struct, frozen=True):
    """The experiment asked for."""

    experiment: Experiment


class SearchExperiments(msgspec.Struct, frozen=True, omit_defaults=True):
    """Search experiments by the grammar of `headwater.protocol.filters`."""

    max_results: int = 0
    filter: str = ""
    order_by: list[str] = []
    view_type: ViewType = ViewType.ACTIVE_ONLY
    page_token: str = ""

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless `max_results` lies in 1…50000."""
        check_max_results(self.max_results)


class SearchExperimentsResponse(msgspec.Struct, frozen=True, omit_defaults=True):
    """One page of experiments."""

    experiments: list[Experiment] = []
    next_page_token: str = ""


class UpdateExperiment(msgspec.Struct, frozen=True):
    """Rename an experiment."""

    experiment_id: str
    new_name: str

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the id and the new name are allowed."""
        check_experiment_id(self.experiment_id)
        _check_name("new_name", self.new_name)


class DeleteExperiment(GetExperiment, frozen=True):
    """Move an experiment and its runs to the trash."""


class RestoreExperiment(GetExperiment, frozen=True):
    """Take an experiment and its runs out of the trash."""


class SetExperimentTag(msgspec.Struct, frozen=True):
    """Set or replace one tag."""

    experiment_id: str
    key: str
    value: str = ""

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the id, key and value are allowed."""
        check_experiment_id(self.experiment_id)
        check_key("key", self.key)
        _check_tag_value(self.value)


class DeleteExperimentTag(msgspec.Struct, frozen=True):
    """Remove one tag."""

    experiment_id: str
    key: str

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the id and key are given."""
        check_experiment_id(self.experiment_id)
        if not self.key:
            raise missing("key")


def check_artifact_location(location: str) -> None:
    """Raise `InvalidParameterValue` unless an experiment may keep its artifacts there; empty is allowed."""
    check_length("artifact_location", location, MAX_ARTIFACT_LOCATION)
    check_no_nul("artifact_location", location)
    if "#" in location or ";" in location:
        raise InvalidParameterValue(
            f"Invalid artifact location '{location}': it must have no '#fragment' and no ';params'."
        )
    scheme = location.partition(":")[0].lower()
    if scheme in _FOREIGN_SCHEMES:
        raise InvalidParameterValue(
            f"Invalid artifact location '{location}': '{scheme}' names a host, which nothing is "
            "written to. Use s3://, gs://, az://, a folder, or none for the store's own."
        )
    if location.startswith("runs:/"):
        raise InvalidParameterValue(f"Invalid artifact location '{location}': it must not point into a run.")


def _check_name(parameter: str, name: str) -> None:
    require(parameter, name)
    check_length(parameter, name, MAX_EXPERIMENT_NAME)
    check_no_nul(parameter, name)


def _check_tag_value(value: str) -> None:
    check_length("value", value, MAX_EXPERIMENT_TAG_VALUE)
    check_no_nul("value", value)


CREATE = Endpoint(
    resource="experiments",
    verb="create",
    methods=("POST",),
    path="experiments/create",
    request=CreateExperiment,
    response=CreateExperimentResponse,
    permission=Permission.EDIT,
)
GET = Endpoint(
    resource="experiments",
    verb="get",
    methods=("GET",),
    path="experiments/get",
    request=GetExperiment,
    response=GetExperimentResponse,
    permission=Permission.READ,
)
GET_BY_NAME = Endpoint(
    resource="experiments",
    verb="get_by_name",
    methods=("GET",),
    path="experiments/get-by-name",
    request=GetExperimentByName,
    response=GetExperimentResponse,
    permission=Permission.READ,
)
SEARCH = Endpoint(
    resource="experiments",
    verb="search",
    methods=("POST", "GET"),
    path="experiments/search",
    request=SearchExperiments,
    response=SearchExperimentsResponse,
    permission=Permission.READ,
)
UPDATE = Endpoint(
    resource="experiments",
    verb="update",
    methods=("POST",),
    path="experiments/update",
    request=UpdateExperiment,
    response=Empty,
    permission=Permission.EDIT,
)
DELETE = Endpoint(
    resource="experiments",
    verb="delete",
    methods=("POST",),
    path="experiments/delete",
    request=DeleteExperiment,
    response=Empty,
    permission=Permission.MANAGE,
)
RESTORE = Endpoint(
    resource="experiments",
    verb="restore",
    methods=("POST",),
    path="experiments/restore",
    request=RestoreExperiment,
    response=Empty,
    permission=Permission.MANAGE,
)
SET_TAG = Endpoint(
    resource="experiments",
    verb="set_tag",
    methods=("POST",),
    path="experiments/set-experiment-tag",
    request=SetExperimentTag,
    response=Empty,
    permission=Permission.EDIT,
)
DELETE_TAG = Endpoint(
    resource="experiments",
    verb="delete_tag",
    methods=("POST",),
    path="experiments/delete-experiment-tag",
    request=DeleteExperimentTag,
    response=Empty,
    permission=Permission.EDIT,
)

ENDPOINTS = (CREATE, GET, GET_BY_NAME, SEARCH, UPDATE, DELETE, RESTORE, SET_TAG, DELETE_TAG)
