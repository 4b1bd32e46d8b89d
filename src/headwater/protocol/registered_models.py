"""Registered models: a name, a description, tags, numbered versions, and aliases that point at versions."""

import msgspec

from headwater.protocol.attributed import Attributed
from headwater.protocol.endpoint import Empty, Endpoint, Permission
from headwater.protocol.model_names import (
    check_alias,
    check_model_name,
    check_model_tag,
    check_model_text,
    check_stage,
    check_version,
)
from headwater.protocol.model_versions import ModelVersion, ModelVersionResponse
from headwater.protocol.names import check_key, check_keys, check_max_results, require

MAX_MODEL_RESULTS = 1000
DEFAULT_MODEL_RESULTS = 100


class RegisteredModelTag(msgspec.Struct, frozen=True):
    """One tag of a registered model."""

    key: str
    value: str = ""


class RegisteredModelAlias(msgspec.Struct, frozen=True):
    """A name for one version of the model, which can be moved to another."""

    alias: str
    version: str


class RegisteredModel(msgspec.Struct, frozen=True, omit_defaults=True):
    """A model; times are milliseconds since 1970, `latest_versions` holds the highest version of each stage."""

    name: str
    creation_timestamp: int
    last_updated_timestamp: int
    description: str | None = None
    latest_versions: list[ModelVersion] = []
    tags: list[RegisteredModelTag] = []
    aliases: list[RegisteredModelAlias] = []


class RegisteredModelResponse(msgspec.Struct, frozen=True):
    """The model as it is now."""

    registered_model: RegisteredModel


class CreateRegisteredModel(Attributed, frozen=True, omit_defaults=True):
    """Create a registered model without versions."""

    name: str
    tags: list[RegisteredModelTag] = msgspec.field(default_factory=list)
    description: str = ""

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the name, tags and description are allowed."""
        self.check_who()
        check_model_name("name", self.name)
        check_keys("tags", "key", (tag.key for tag in self.tags), "key")
        for tag in self.tags:
            check_model_tag(tag.key, tag.value)
        check_model_text("description", self.description)


class GetRegisteredModel(msgspec.Struct, frozen=True):
    """Get a registered model."""

    name: str

    def check(self) -> None:
        """Raise `InvalidParameterValue` if the name is empty."""
        require("name", self.name)


class UpdateRegisteredModel(Attributed, frozen=True, omit_defaults=True):
    """Replace the description of a model; without one it is removed."""

    name: str
    description: str | None = None

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the model is named and the description allowed."""
        self.check_who()
        require("name", self.name)
        check_model_text("description", self.description)


class RenameRegisteredModel(Attributed, frozen=True):
    """Give a model another name, with its versions, tags and aliases."""

    name: str
    new_name: str

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the new name is allowed."""
        self.check_who()
        require("name", self.name)
        check_model_name("new_name", self.new_name)


class DeleteRegisteredModel(Attributed, frozen=True):
    """Delete a model for good, with its versions, tags and aliases; its log stays."""

    name: str

    def check(self) -> None:
        """Raise `InvalidParameterValue` if the name is empty."""
        self.check_who()
        require("name", self.name)


class SearchRegisteredModels(msgspec.Struct, frozen=True, omit_defaults=True):
    """Search models by the grammar of `headwater.protocol.filters`."""

    filter: str = ""
    max_results: int = DEFAULT_MODEL_RESULTS
    order_by: list[str] = []
    page_token: str = ""

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless `max_results` lies in 1…1000."""
        check_max_results(self.max_results, MAX_MODEL_RESULTS)


class SearchRegisteredModelsResponse(msgspec.Struct, frozen=True, omit_defaults=True):
    """One page of models."""

    registered_models: list[RegisteredModel] = []
    next_page_token: str = ""


class GetLatestVersions(msgspec.Struct, frozen=True, omit_defaults=True):
    """Get the highest version of each stage, of the `stages` named or of all."""

    name: str
    stages: list[str] = []

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the model is named and every stage may be one."""
        require("name", self.name)
        for stage in self.stages:
            check_stage(stage)


class GetLatestVersionsResponse(msgspec.Struct, frozen=True, omit_defaults=True):
    """At most one version a stage."""

    model_versions: list[ModelVersion] = []


class SetRegisteredModelTag(Attributed, frozen=True):
    """Set or replace one tag of a model."""

    name: str
    key: str
    value: str = ""

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the model is named and the tag allowed."""
        self.check_who()
        require("name", self.name)
        check_model_tag(self.key, self.value)


class DeleteRegisteredModelTag(Attributed, frozen=True):
    """Remove one tag of a model; removing what is not there is fine."""

    name: str
    key: str

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the model and key are named."""
        self.check_who()
        require("name", self.name)
        check_key("key", self.key)


class SetRegisteredModelAlias(Attributed, frozen=True):
    """Point an alias at a version, wherever it pointed before."""

    name: str
    alias: str
    version: str

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the alias is allowed and the version an integer."""
        self.check_who()
        require("name", self.name)
        check_alias(self.alias)
        check_version(self.version)


class GetModelVersionByAlias(msgspec.Struct, frozen=True):
    """Get the version that an alias points at; `latest` is the highest one."""

    name: str
    alias: str

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the model and alias are named."""
        require("name", self.name)
        require("alias", self.alias)


class DeleteRegisteredModelAlias(Attributed, frozen=True):
    """Remove an alias; removing what is not there is fine."""

    name: str
    alias: str

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the model and alias are named."""
        self.check_who()
        require("name", self.name)
        require("alias", self.alias)


CREATE = Endpoint(
    resource="registered_models",
    verb="create",
    methods=("POST",),
    path="registered-models/create",
    request=CreateRegisteredModel,
    response=RegisteredModelResponse,
    permission=Permission.EDIT,
)
GET = Endpoint(
    resource="registered_models",
    verb="get",
    methods=("GET",),
    path="registered-models/get",
    request=GetRegisteredModel,
    response=RegisteredModelResponse,
    permission=Permission.READ,
)
UPDATE = Endpoint(
    resource="registered_models",
    verb="update",
    methods=("PATCH",),
    path="registered-models/update",
    request=UpdateRegisteredModel,
    response=RegisteredModelResponse,
    permission=Permission.EDIT,
)
RENAME = Endpoint(
    resource="registered_models",
    verb="rename",
    methods=("POST",),
    path="registered-models/rename",
    request=RenameRegisteredModel,
    response=RegisteredModelResponse,
    permission=Permission.EDIT,
)
DELETE = Endpoint(
    resource="registered_models",
    verb="delete",
    methods=("DELETE",),
    path="registered-models/delete",
    request=DeleteRegisteredModel,
    response=Empty,
    permission=Permission.MANAGE,
)
SEARCH = Endpoint(
    resource="registered_models",
    verb="search",
    methods=("GET",),
    path="registered-models/search",
    request=SearchRegisteredModels,
    response=SearchRegisteredModelsResponse,
    permission=Permission.READ,
)
GET_LATEST_VERSIONS = Endpoint(
    resource="registered_models",
    verb="get_latest_versions",
    methods=("GET", "POST"),
    path="registered-models/get-latest-versions",
    request=GetLatestVersions,
    response=GetLatestVersionsResponse,
    permission=Permission.READ,
)
SET_TAG = Endpoint(
    resource="registered_models",
    verb="set_tag",
    methods=("POST",),
    path="registered-models/set-tag",
    request=SetRegisteredModelTag,
    response=Empty,
    permission=Permission.EDIT,
)
DELETE_TAG = Endpoint(
    resource="registered_models",
    verb="delete_tag",
    methods=("DELETE",),
    path="registered-models/delete-tag",
    request=DeleteRegisteredModelTag,
    response=Empty,
    permission=Permission.EDIT,
)
SET_ALIAS = Endpoint(
    resource="registered_models",
    verb="set_alias",
    methods=("POST",),
    path="registered-models/alias",
    request=SetRegisteredModelAlias,
    response=Empty,
    permission=Permission.EDIT,
)
GET_BY_ALIAS = Endpoint(
    resource="registered_models",
    verb="get_by_alias",
    methods=("GET",),
    path="registered-models/alias",
    request=GetModelVersionByAlias,
    response=ModelVersionResponse,
    permission=Permission.READ,
)
DELETE_ALIAS = Endpoint(
    resource="registered_models",
    verb="delete_alias",
    methods=("DELETE",),
    path="registered-models/alias",
    request=DeleteRegisteredModelAlias,
    response=Empty,
    permission=Permission.EDIT,
)

ENDPOINTS = (
    CREATE,
    GET,
    UPDATE,
    RENAME,
    DELETE,
    SEARCH,
    GET_LATEST_VERSIONS,
    SET_TAG,
    DELETE_TAG,
    SET_ALIAS,
    GET_BY_ALIAS,
    DELETE_ALIAS,
)
