"""Headwater: track, compare and reproduce machine-learning experiments.

import headwater as hw

hw.set_experiment("churn")
with hw.start_run():
    hw.log_params({"depth": 6})
    hw.log_metric("accuracy", 0.97)
"""

from importlib import import_module
from typing import TYPE_CHECKING

from headwater.flavors import FLAVORS
from headwater.flavors.universal import autolog
from headwater.interop.alias import install_as_mlflow
from headwater.protocol.alerts import Alert, AlertLevel, AlertRule
from headwater.protocol.artifacts import FileInfo
from headwater.protocol.edits import Edit
from headwater.protocol.errors import (
    DataLoss,
    HeadwaterError,
    InsufficientStorage,
    InvalidParameterValue,
    NotSupported,
    PermissionDenied,
    RequestLimitExceeded,
    ResourceAlreadyExists,
    ResourceConflict,
    ResourceDoesNotExist,
    TemporarilyUnavailable,
    Unauthenticated,
)
from headwater.protocol.experiments import ExperimentTag, LifecycleStage, ViewType
from headwater.protocol.governance import RegistryAction, RegistryEvent
from headwater.protocol.inputs import Dataset, DatasetInput, InputTag, RunInputs, RunOutputs
from headwater.protocol.inputs import ModelInput as LoggedModelInput
from headwater.protocol.inputs import ModelOutput as LoggedModelOutput
from headwater.protocol.lineage import Lineage, LineageEdge, LineageNode
from headwater.protocol.metrics import Metric
from headwater.protocol.policies import ApprovalRule, Better, Gate, Policy, RequiredTag, Threshold
from headwater.protocol.provenance import Provenance
from headwater.protocol.runs import Param, RunInfo, RunStatus, RunTag
from headwater.protocol.source_type import SourceType
from headwater.protocol.views import View, ViewInfo
from headwater.protocol.webhook_events import WebhookEvent
from headwater.protocol.webhooks import (
    WebhookStatus,
    WebhookTestResult,
)
from headwater.registry.entities import ModelVersion, RegisteredModel
from headwater.registry.webhook_verbs import Webhook
from headwater.tracking import artifacts
from headwater.tracking.active import (
    ActiveRun,
    active_run,
    end_run,
    get_registry_uri,
    get_tracking_uri,
    is_tracking_uri_set,
    last_active_run,
    set_experiment,
    set_registry_uri,
    set_tracking_uri,
    start_run,
)
from headwater.tracking.alerting import alert
from headwater.tracking.artifacts import download_artifacts, list_artifacts
from headwater.tracking.capture_choice import (
    disable_system_metrics_logging,
    enable_system_metrics_logging,
    set_system_metrics_node_id,
    set_system_metrics_samples_before_logging,
    set_system_metrics_sampling_interval,
)
from headwater.tracking.client import Client
from headwater.tracking.comparing import compare_model_versions, lineage
from headwater.tracking.connected import PagedList
from headwater.tracking.distributed import is_main_process, rank, start_distributed_run, world_size
from headwater.tracking.doctor import doctor
from headwater.tracking.fluent import (
    create_experiment,
    delete_experiment,
    delete_experiment_tag,
    delete_run,
    delete_tag,
    flush,
    flush_artifact_async_logging,
    flush_async_logging,
    get_artifact_uri,
    get_experiment,
    get_experiment_by_name,
    get_parent_run,
    get_run,
    log_artifact,
    log_artifacts,
    log_dict,
    log_figure,
    log_image,
    log_metric,
    log_metrics,
    log_outputs,
    log_param,
    log_params,
    log_stream,
    log_text,
    restore_experiment,
    restore_run,
    search_experiments,
    set_experiment_tag,
    set_experiment_tags,
    set_tag,
    set_tags,
)
from headwater.tracking.fluent_tables import load_table, log_table
from headwater.tracking.inputs import log_input, log_inputs
from headwater.tracking.logged_model import LoggedModel, LoggedModelStatus
from headwater.tracking.logged_models import (
    ActiveModel,
    clear_active_model,
    create_external_model,
    delete_logged_model,
    delete_logged_model_tag,
    finalize_logged_model,
    get_active_model_id,
    get_logged_model,
    initialize_logged_model,
    last_logged_model,
    log_model_params,
    search_logged_models,
    set_active_model,
    set_logged_model_tags,
)
from headwater.tracking.media import Image
from headwater.tracking.operations import RunOperations
from headwater.tracking.registering import (
    register_model,
    search_model_versions,
    search_registered_models,
    set_model_version_tag,
)
from headwater.tracking.run import Experiment, Run, RunData
from headwater.tracking.search import search_runs
from headwater.tracking.shipper import SyncReport, sync_journals
from headwater.version import __version__

if TYPE_CHECKING:
    from headwater import catboost as catboost
    from headwater import data, deployments, entities, exceptions, metrics, models, projects, pyfunc, sklearn, types
    from headwater import lightgbm as lightgbm
    from headwater import onnx as onnx
    from headwater import pmdarima as pmdarima
    from headwater import prophet as prophet
    from headwater import spacy as spacy
    from headwater import spark as spark
    from headwater import statsmodels as statsmodels
    from headwater import transformers as transformers
    from headwater import xgboost as xgboost
    from headwater.models.evaluation import evaluate, validate_evaluation_results
    from headwater.projects.launch import run
    from headwater.tracking.charts import chart

MlflowClient = Client
MlflowException = HeadwaterError

_LATE = (
    *("data", "deployments", "entities", "exceptions", "metrics", "models", "projects", "types"),
    *(*FLAVORS, "pyspark", "torch"),
)
_LATE_NAMES = {
    "chart": "headwater.tracking.charts",
    "evaluate": "headwater.models.evaluation",
    "run": "headwater.projects.launch",
    "validate_evaluation_results": "headwater.models.evaluation",
}


def __getattr__(name: str) -> object:
    """Load a part of Headwater that not every program needs."""
    if name in _LATE:
        return import_module(f"headwater.{name}")
    if name in _LATE_NAMES:
        return getattr(import_module(_LATE_NAMES[name]), name)
    raise AttributeError(f"module 'headwater' has no attribute '{name}'")


__all__ = [
    "ActiveModel",
    "ActiveRun",
    "Alert",
    "AlertLevel",
    "AlertRule",
    "ApprovalRule",
    "Better",
    "Client",
    "DataLoss",
    "Dataset",
    "DatasetInput",
    "Edit",
    "Experiment",
    "ExperimentTag",
    "FileInfo",
    "Gate",
    "HeadwaterError",
    "Image",
    "InputTag",
    "InsufficientStorage",
    "InvalidParameterValue",
    "LifecycleStage",
    "Lineage",
    "LineageEdge",
    "LineageNode",
    "LoggedModel",
    "LoggedModelInput",
    "LoggedModelOutput",
    "LoggedModelStatus",
    "Metric",
    "MlflowClient",
    "MlflowException",
    "ModelVersion",
    "NotSupported",
    "PagedList",
    "Param",
    "PermissionDenied",
    "Policy",
    "Provenance",
    "RegisteredModel",
    "RegistryAction",
    "RegistryEvent",
    "RequestLimitExceeded",
    "RequiredTag",
    "ResourceAlreadyExists",
    "ResourceConflict",
    "ResourceDoesNotExist",
    "Run",
    "RunData",
    "RunInfo",
    "RunInputs",
    "RunOperations",
    "RunOutputs",
    "RunStatus",
    "RunTag",
    "SourceType",
    "SyncReport",
    "TemporarilyUnavailable",
    "Threshold",
    "Unauthenticated",
    "View",
    "ViewInfo",
    "ViewType",
    "Webhook",
    "WebhookEvent",
    "WebhookStatus",
    "WebhookTestResult",
    "__version__",
    "active_run",
    "alert",
    "artifacts",
    "autolog",
    "chart",
    "clear_active_model",
    "compare_model_versions",
    "create_experiment",
    "create_external_model",
    "data",
    "delete_experiment",
    "delete_experiment_tag",
    "delete_logged_model",
    "delete_logged_model_tag",
    "delete_run",
    "delete_tag",
    "deployments",
    "disable_system_metrics_logging",
    "doctor",
    "download_artifacts",
    "enable_system_metrics_logging",
    "end_run",
    "entities",
    "evaluate",
    "exceptions",
    "finalize_logged_model",
    "flush",
    "flush_artifact_async_logging",
    "flush_async_logging",
    "get_active_model_id",
    "get_artifact_uri",
    "get_experiment",
    "get_experiment_by_name",
    "get_logged_model",
    "get_parent_run",
    "get_registry_uri",
    "get_run",
    "get_tracking_uri",
    "initialize_logged_model",
    "install_as_mlflow",
    "is_main_process",
    "is_tracking_uri_set",
    "last_active_run",
    "last_logged_model",
    "lineage",
    "list_artifacts",
    "load_table",
    "log_artifact",
    "log_artifacts",
    "log_dict",
    "log_figure",
    "log_image",
    "log_input",
    "log_inputs",
    "log_metric",
    "log_metrics",
    "log_model_params",
    "log_outputs",
    "log_param",
    "log_params",
    "log_stream",
    "log_table",
    "log_text",
    "metrics",
    "models",
    "projects",
    "pyfunc",
    "rank",
    "register_model",
    "restore_experiment",
    "restore_run",
    "run",
    "search_experiments",
    "search_logged_models",
    "search_model_versions",
    "search_registered_models",
    "search_runs",
    "set_active_model",
    "set_experiment",
    "set_experiment_tag",
    "set_experiment_tags",
    "set_logged_model_tags",
    "set_model_version_tag",
    "set_registry_uri",
    "set_system_metrics_node_id",
    "set_system_metrics_samples_before_logging",
    "set_system_metrics_sampling_interval",
    "set_tag",
    "set_tags",
    "set_tracking_uri",
    "sklearn",
    "start_distributed_run",
    "start_run",
    "sync_journals",
    "types",
    "validate_evaluation_results",
    "world_size",
]
