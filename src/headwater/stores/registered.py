"""What a store offers for the model registry; a part of `stores.interface`."""

from typing import Protocol

from headwater.protocol.endpoint import Empty
from headwater.protocol.governance import (
    Approve,
    CheckPromotion,
    CheckPromotionResponse,
    GetPolicy,
    ListApprovals,
    ListApprovalsResponse,
    ListEvents,
    ListEventsResponse,
    PolicyResponse,
    RollBack,
    RollBackResponse,
    SetPolicy,
)
from headwater.protocol.lineage import (
    Deploy,
    GetLineage,
    GetProvenance,
    Lineage,
    ProvenanceResponse,
    PutVersionCopy,
    Undeploy,
)
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
from headwater.protocol.promotions import (
    ApprovePromotion,
    CommentPromotion,
    GetPromotion,
    ListPromotions,
    ListPromotionsResponse,
    PromotionResponse,
    RejectPromotion,
    RequestPromotion,
    WithdrawPromotion,
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
from headwater.protocol.version_comparison import CompareVersions, VersionComparison
from headwater.protocol.version_table import QueryVersions, QueryVersionsResponse


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

    def query(self, request: QueryVersions) -> QueryVersionsResponse:
        """See `QueryVersions`."""

    def transition_stage(self, request: TransitionModelVersionStage) -> ModelVersionResponse:
        """See `TransitionModelVersionStage`."""

    def get_download_uri(self, request: GetDownloadUri) -> GetDownloadUriResponse:
        """See `GetDownloadUri`."""

    def set_tag(self, request: SetModelVersionTag) -> Empty:
        """See `SetModelVersionTag`."""

    def delete_tag(self, request: DeleteModelVersionTag) -> Empty:
        """See `DeleteModelVersionTag`."""


class Governance(Protocol):
    """The registry's log, policies, approvals and rollbacks."""

    def list_events(self, request: ListEvents) -> ListEventsResponse:
        """See `ListEvents`."""

    def get_policy(self, request: GetPolicy) -> PolicyResponse:
        """See `GetPolicy`."""

    def set_policy(self, request: SetPolicy) -> PolicyResponse:
        """See `SetPolicy`."""

    def approve(self, request: Approve) -> Empty:
        """See `Approve`."""

    def list_approvals(self, request: ListApprovals) -> ListApprovalsResponse:
        """See `ListApprovals`."""

    def check_promotion(self, request: CheckPromotion) -> CheckPromotionResponse:
        """See `CheckPromotion`."""

    def roll_back(self, request: RollBack) -> RollBackResponse:
        """See `RollBack`."""


class Promotions(Protocol):
    """Requests for promotions."""

    def create(self, request: RequestPromotion) -> PromotionResponse:
        """See `RequestPromotion`."""

    def get(self, request: GetPromotion) -> PromotionResponse:
        """See `GetPromotion`."""

    def list(self, request: ListPromotions) -> ListPromotionsResponse:
        """See `ListPromotions`."""

    def comment(self, request: CommentPromotion) -> Empty:
        """See `CommentPromotion`."""

    def approve(self, request: ApprovePromotion) -> PromotionResponse:
        """See `ApprovePromotion`."""

    def reject(self, request: RejectPromotion) -> PromotionResponse:
        """See `RejectPromotion`."""

    def withdraw(self, request: WithdrawPromotion) -> PromotionResponse:
        """See `WithdrawPromotion`."""


class LineageGraphs(Protocol):
    """What versions were made of and where they are used."""

    def get(self, request: GetLineage) -> Lineage:
        """See `GetLineage`."""

    def get_provenance(self, request: GetProvenance) -> ProvenanceResponse:
        """See `GetProvenance`."""

    def compare(self, request: CompareVersions) -> VersionComparison:
        """See `CompareVersions`."""

    def put_copy(self, request: PutVersionCopy) -> ModelVersionResponse:
        """See `PutVersionCopy`."""

    def deploy(self, request: Deploy) -> Empty:
        """See `Deploy`."""

    def undeploy(self, request: Undeploy) -> Empty:
        """See `Undeploy`."""
