"""What a store offers for the model registry; a part of `stores.interface`."""

from typing import Protocol

from headwater.protocol.endpoint import Empty
from headwater.protocol.model_versions import (
    CreateModelVersion,
    DeleteModelVersion,
    DeleteModelVersionTag,
    GetDownloadUri,
    GetDownloadUriResponse,
    GetModelVersion,
    ModelVersionResponse,
    SearchModelVersions,
    SearchModelVersionsResponse,
    SetModelVersionTag,
    TransitionModelVersionStage,
    UpdateModelVersion,
)
from headwater.protocol.registered_models import (
    CreateRegisteredModel,
    DeleteRegisteredModel,
    DeleteRegisteredModelAlias,
    DeleteRegisteredModelTag,
    GetLatestVersions,
    GetLatestVersionsResponse,
    GetModelVersionByAlias,
    GetRegisteredModel,
    RegisteredModelResponse,
    RenameRegisteredModel,
    SearchRegisteredModels,
    SearchRegisteredModelsResponse,
    SetRegisteredModelAlias,
    SetRegisteredModelTag,
    UpdateRegisteredModel,
)


class RegisteredModels(Protocol):
    """Registered models, their tags and aliases."""

    def create(self, request: CreateRegisteredModel) -> RegisteredModelResponse:
        """See `CreateRegisteredModel`."""

    def get(self, request: GetRegisteredModel) -> RegisteredModelResponse:
        """See `GetRegisteredModel`."""

    def update(self, request: UpdateRegisteredModel) -> RegisteredModelResponse:
        """See `UpdateRegisteredModel`."""

    def rename(self, request: RenameRegisteredModel) -> RegisteredModelResponse:
        """See `RenameRegisteredModel`."""

    def delete(self, request: DeleteRegisteredModel) -> Empty:
        """See `DeleteRegisteredModel`."""

    def search(self, request: SearchRegisteredModels) -> SearchRegisteredModelsResponse:
        """See `SearchRegisteredModels`."""

    def get_latest_versions(self, request: GetLatestVersions) -> GetLatestVersionsResponse:
        """See `GetLatestVersions`."""

    def set_tag(self, request: SetRegisteredModelTag) -> Empty:
        """See `SetRegisteredModelTag`."""

    def delete_tag(self, request: DeleteRegisteredModelTag) -> Empty:
        """See `DeleteRegisteredModelTag`."""

    def set_alias(self, request: SetRegisteredModelAlias) -> Empty:
        """See `SetRegisteredModelAlias`."""

    def get_by_alias(self, request: GetModelVersionByAlias) -> ModelVersionResponse:
        """See `GetModelVersionByAlias`."""

    def delete_alias(self, request: DeleteRegisteredModelAlias) -> Empty:
        """See `DeleteRegisteredModelAlias`."""


class ModelVersions(Protocol):
    """Versions of registered models."""

    def create(self, request: CreateModelVersion) -> ModelVersionResponse:
        """See `CreateModelVersion`."""

    def get(self, request: GetModelVersion) -> ModelVersionResponse:
        """See `GetModelVersion`."""

    def update(self, request: UpdateModelVersion) -> ModelVersionResponse:
        """See `UpdateModelVersion`."""

    def delete(self, request: DeleteModelVersion) -> Empty:
        """See `DeleteModelVersion`."""

    def search(self, request: SearchModelVersions) -> SearchModelVersionsResponse:
        """See `SearchModelVersions`."""

    def transition_stage(self, request: TransitionModelVersionStage) -> ModelVersionResponse:
        """See `TransitionModelVersionStage`."""

    def get_download_uri(self, request: GetDownloadUri) -> GetDownloadUriResponse:
        """See `GetDownloadUri`."""

    def set_tag(self, request: SetModelVersionTag) -> Empty:
        """See `SetModelVersionTag`."""

    def delete_tag(self, request: DeleteModelVersionTag) -> Empty:
        """See `DeleteModelVersionTag`."""
