"""What the verbs give and take: runs, experiments, points, datasets, and the words for their states."""

from headwater.protocol.artifacts import FileInfo
from headwater.protocol.experiments import ExperimentTag, LifecycleStage, ViewType
from headwater.protocol.inputs import Dataset, DatasetInput, InputTag, RunInputs, RunOutputs
from headwater.protocol.inputs import ModelInput as LoggedModelInput
from headwater.protocol.inputs import ModelOutput as LoggedModelOutput
from headwater.protocol.logged_models import LoggedModelParam as LoggedModelParameter
from headwater.protocol.logged_models import LoggedModelTag
from headwater.protocol.metrics import Metric
from headwater.protocol.model_versions import ModelVersionStatus, ModelVersionTag
from headwater.protocol.registered_models import RegisteredModelAlias, RegisteredModelTag
from headwater.protocol.runs import Param, RunInfo, RunStatus, RunTag
from headwater.protocol.source_type import SourceType
from headwater.protocol.webhook_events import WebhookAction, WebhookEntity, WebhookEvent
from headwater.protocol.webhooks import (
    WebhookStatus,
    WebhookTestResult,
)
from headwater.registry.entities import ModelVersion, RegisteredModel
from headwater.registry.webhook_verbs import Webhook
from headwater.tracking.connected import PagedList
from headwater.tracking.logged_model import LoggedModel, LoggedModelStatus
from headwater.tracking.run import Experiment, Run, RunData

ModelVersionSearch, RegisteredModelSearch = ModelVersion, RegisteredModel
"""What MLflow calls those that a search finds."""

__all__ = [
    "Dataset",
    "DatasetInput",
    "Experiment",
    "ExperimentTag",
    "FileInfo",
    "InputTag",
    "LifecycleStage",
    "LoggedModel",
    "LoggedModelInput",
    "LoggedModelOutput",
    "LoggedModelParameter",
    "LoggedModelStatus",
    "LoggedModelTag",
    "Metric",
    "ModelVersion",
    "ModelVersionSearch",
    "ModelVersionStatus",
    "ModelVersionTag",
    "PagedList",
    "Param",
    "RegisteredModel",
    "RegisteredModelAlias",
    "RegisteredModelSearch",
    "RegisteredModelTag",
    "Run",
    "RunData",
    "RunInfo",
    "RunInputs",
    "RunOutputs",
    "RunStatus",
    "RunTag",
    "SourceType",
    "ViewType",
    "Webhook",
    "WebhookAction",
    "WebhookEntity",
    "WebhookEvent",
    "WebhookStatus",
    "WebhookTestResult",
]
