"""Versions of registered models: numbered, each made of files that a source names, with a stage, tags and aliases."""

import enum

import msgspec

from headwater.protocol.attributed import Attributed
from headwater.protocol.endpoint import Empty, Endpoint, Permission
from headwater.protocol.entity import find_member
from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.model_names import (
    ACTIVE_STAGES,
    PROMPT_TAG,
    check_model_name,
    check_model_tag,
    check_model_text,
    check_stage,
    check_version,
    is_active_stage,
)
from headwater.protocol.model_sources import check_source
from headwater.protocol.names import (
    MAX_ARTIFACT_LOCATION,
    check_key,
    check_keys,
    check_max_results,
    check_run_id,
    require,
)
from headwater.protocol.provenance import Provenance

MAX_VERSION_RESULTS = 200_000


class ModelVersionStatus(enum.StrEnum):
    """Whether the files of a version are complete; also accepted as the numbers 1, 2 and 3."""

    PENDING_REGISTRATION = "PENDING_REGISTRATION"
    FAILED_REGISTRATION = "FAILED_REGISTRATION"
    READY = "READY"

    @staticmethod
    def from_string(status: str) -> "ModelVersionStatus":
        """Return the status with this name."""
        return find_member(ModelVersionStatus, status)

    @staticmethod
    def to_string(status: "ModelVersionStatus | str | int") -> str:
        """Return the name of a status, which may be given as a number."""
        return find_member(ModelVersionStatus, status).value

    @staticmethod
    def all_status() -> "list[ModelVersionStatus]":
        """Return every status."""
        return list(ModelVersionStatus)


class ModelVersionTag(msgspec.Struct, frozen=True):
    """One tag of a version."""

    key: str
    value: str = ""


class ModelVersion(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A version; times are milliseconds since 1970, `run_id` is empty if no run is known to have made it."""

    name: str
    version: str
    creation_timestamp: int
    last_updated_timestamp: int
    current_stage: str
    description: str | None = None
    source: str
    run_id: str
    status: ModelVersionStatus
    status_message: str = ""
    tags: list[ModelVersionTag] = []
    run_link: str
    aliases: list[str] = []
    model_id: str = ""


class CreateModelVersion(Attributed, frozen=True, omit_defaults=True):
    """Make the next version of a registered model; numbers rise and are never given twice.

    The store pins the files that it can list, and notes the run if it has it; `provenance` says what it cannot see.
    """

    name: str
    source: str
    run_id: str = ""
    tags: list[ModelVersionTag] = msgspec.field(default_factory=list)
    run_link: str = ""
    description: str = ""
    model_id: str = ""
    provenance: Provenance | None = None

    @property
    def is_prompt(self) -> bool:
        """Return whether this is a version of a prompt, whose source is a word and names no files."""
        return any(tag.key == PROMPT_TAG and tag.value.lower() == "true" for tag in self.tags)

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the name, source and texts are allowed."""
        self.check_who()
        check_model_name("name", self.name)
        check_source(self.source, self.run_id, self.model_id)
        if self.run_id:
            check_run_id(self.run_id)
        check_keys("tags", "key", (tag.key for tag in self.tags), "key")
        for tag in self.tags:
            check_model_tag(tag.key, tag.value)
        check_model_text("run_link", self.run_link, MAX_ARTIFACT_LOCATION)
        check_model_text("model_id", self.model_id, MAX_ARTIFACT_LOCATION)
        check_model_text("description", self.description)
        if self.provenance is not None:
            self.provenance.check()


class GetModelVersion(msgspec.Struct, frozen=True):
    """Get a version."""

    name: str
    version: str

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the name is given and the version is an integer."""
        require("name", self.name)
        check_version(self.version)


class UpdateModelVersion(Attributed, frozen=True, omit_defaults=True):
    """Replace the description of a version; without one it is removed."""

    name: str
    version: str
    description: str | None = None

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the version is named and the description allowed."""
        self.check_who()
        require("name", self.name)
        check_version(self.version)
        check_model_text("description", self.description)


class DeleteModelVersion(Attributed, frozen=True):
    """Delete a version for good, with its tags and aliases; its number is not given again."""

    name: str
    version: str

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the name is given and the version is an integer."""
        self.check_who()
        require("name", self.name)
        check_version(self.version)


class ModelVersionResponse(msgspec.Struct, frozen=True):
    """The version as it is now."""

    model_version: ModelVersion


class SearchModelVersions(msgspec.Struct, frozen=True, omit_defaults=True):
    """Search the versions of all models by the grammar of `headwater.protocol.filters`."""

    filter: str = ""
    max_results: int = MAX_VERSION_RESULTS
    order_by: list[str] = []
    page_token: str = ""

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless `max_results` lies in 1…200000."""
        check_max_results(self.max_results, MAX_VERSION_RESULTS)


class SearchModelVersionsResponse(msgspec.Struct, frozen=True, omit_defaults=True):
    """One page of versions."""

    model_versions: list[ModelVersion] = []
    next_page_token: str = ""


class TransitionModelVersionStage(Attributed, frozen=True, omit_defaults=True):
    """Move a version to another stage, the others that are there to Archived if that is asked for."""

    name: str
    version: str
    stage: str
    archive_existing_versions: bool = False

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the stage may be one and archiving makes sense there."""
        self.check_who()
        require("name", self.name)
        check_version(self.version)
        stage = check_stage(self.stage).capitalize()
        if self.archive_existing_versions and not is_active_stage(stage):
            raise InvalidParameterValue(
                "Model version transition cannot archive existing model versions because "
                f"'{stage}' is not an Active stage. Valid stages are {', '.join(ACTIVE_STAGES)}"
            )


class GetDownloadUriResponse(msgspec.Struct, frozen=True):
    """Where the files of a version are."""

    artifact_uri: str


class GetDownloadUri(GetModelVersion, frozen=True):
    """Get where the files of a version are; of a copy, where those of its original are."""


class SetModelVersionTag(Attributed, frozen=True):
    """Set or replace one tag of a version."""

    name: str
    version: str
    key: str
    value: str = ""

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the version is named and the tag allowed."""
        self.check_who()
        require("name", self.name)
        check_version(self.version)
        check_model_tag(self.key, self.value)


class DeleteModelVersionTag(Attributed, frozen=True):
    """Remove one tag of a version; removing what is not there is fine."""

    name: str
    version: str
    key: str

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the version and key are named."""
        self.check_who()
        require("name", self.name)
        check_version(self.version)
        check_key("key", self.key)


CREATE = Endpoint(
    resource="model_versions",
    verb="create",
    methods=("POST",),
    path="model-versions/create",
    request=CreateModelVersion,
    response=ModelVersionResponse,
    permission=Permission.EDIT,
)
GET = Endpoint(
    resource="model_versions",
    verb="get",
    methods=("GET",),
    path="model-versions/get",
    request=GetModelVersion,
    response=ModelVersionResponse,
    permission=Permission.READ,
)
UPDATE = Endpoint(
    resource="model_versions",
    verb="update",
    methods=("PATCH",),
    path="model-versions/update",
    request=UpdateModelVersion,
    response=ModelVersionResponse,
    permission=Permission.EDIT,
)
DELETE = Endpoint(
    resource="model_versions",
    verb="delete",
    methods=("DELETE",),
    path="model-versions/delete",
    request=DeleteModelVersion,
    response=Empty,
    permission=Permission.MANAGE,
)
SEARCH = Endpoint(
    resource="model_versions",
    verb="search",
    methods=("GET",),
    path="model-versions/search",
    request=SearchModelVersions,
    response=SearchModelVersionsResponse,
    permission=Permission.READ,
)
TRANSITION_STAGE = Endpoint(
    resource="model_versions",
    verb="transition_stage",
    methods=("POST",),
    path="model-versions/transition-stage",
    request=TransitionModelVersionStage,
    response=ModelVersionResponse,
    permission=Permission.EDIT,
)
GET_DOWNLOAD_URI = Endpoint(
    resource="model_versions",
    verb="get_download_uri",
    methods=("GET",),
    path="model-versions/get-download-uri",
    request=GetDownloadUri,
    response=GetDownloadUriResponse,
    permission=Permission.READ,
)
SET_TAG = Endpoint(
    resource="model_versions",
    verb="set_tag",
    methods=("POST",),
    path="model-versions/set-tag",
    request=SetModelVersionTag,
    response=Empty,
    permission=Permission.EDIT,
)
DELETE_TAG = Endpoint(
    resource="model_versions",
    verb="delete_tag",
    methods=("DELETE",),
    path="model-versions/delete-tag",
    request=DeleteModelVersionTag,
    response=Empty,
    permission=Permission.EDIT,
)

ENDPOINTS = (CREATE, GET, UPDATE, DELETE, SEARCH, TRANSITION_STAGE, GET_DOWNLOAD_URI, SET_TAG, DELETE_TAG)
