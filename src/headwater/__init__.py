"""Headwater: track, compare and reproduce machine-learning experiments.

import headwater as hw

hw.set_experiment("churn")
with hw.start_run():
    hw.log_params({"depth": 6})
    hw.log_metric("accuracy", 0.97)
"""

from headwater.protocol.artifacts import FileInfo
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
from headwater.protocol.experiments import LifecycleStage, ViewType
from headwater.protocol.inputs import Dataset, DatasetInput, InputTag, RunInputs, RunOutputs
from headwater.protocol.inputs import ModelInput as LoggedModelInput
from headwater.protocol.inputs import ModelOutput as LoggedModelOutput
from headwater.protocol.metrics import Metric
from headwater.protocol.runs import Param, RunInfo, RunStatus, RunTag
from headwater.tracking import artifacts
from headwater.tracking.active import (
    ActiveRun,
    active_run,
    end_run,
    get_tracking_uri,
    is_tracking_uri_set,
    last_active_run,
    set_experiment,
    set_tracking_uri,
    start_run,
)
from headwater.tracking.artifacts import download_artifacts, list_artifacts
from headwater.tracking.capture_choice import (
    disable_system_metrics_logging,
    enable_system_metrics_logging,
    set_system_metrics_node_id,
    set_system_metrics_samples_before_logging,
    set_system_metrics_sampling_interval,
)
from headwater.tracking.client import Client
from headwater.tracking.connected import PagedList
from headwater.tracking.fluent import (
    create_experiment,
    delete_experiment,
    delete_experiment_tag,
    delete_run,
    delete_tag,
    flush,
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
    log_param,
    log_params,
    log_text,
    restore_experiment,
    restore_run,
    search_experiments,
    set_experiment_tag,
    set_experiment_tags,
    set_tag,
    set_tags,
)
from headwater.tracking.run import Experiment, Run, RunData
from headwater.tracking.search import search_runs
from headwater.tracking.shipper import SyncReport, sync_journals
from headwater.version import __version__

MlflowClient = Client

__all__ = [
    "ActiveRun",
    "Client",
    "DataLoss",
    "Dataset",
    "DatasetInput",
    "Experiment",
    "FileInfo",
    "HeadwaterError",
    "InputTag",
    "InsufficientStorage",
    "InvalidParameterValue",
    "LifecycleStage",
    "LoggedModelInput",
    "LoggedModelOutput",
    "Metric",
    "MlflowClient",
    "NotSupported",
    "PagedList",
    "Param",
    "PermissionDenied",
    "RequestLimitExceeded",
    "ResourceAlreadyExists",
    "ResourceConflict",
    "ResourceDoesNotExist",
    "Run",
    "RunData",
    "RunInfo",
    "RunInputs",
    "RunOutputs",
    "RunStatus",
    "RunTag",
    "SyncReport",
    "TemporarilyUnavailable",
    "Unauthenticated",
    "ViewType",
    "__version__",
    "active_run",
    "artifacts",
    "create_experiment",
    "delete_experiment",
    "delete_experiment_tag",
    "delete_run",
    "delete_tag",
    "disable_system_metrics_logging",
    "download_artifacts",
    "enable_system_metrics_logging",
    "end_run",
    "flush",
    "get_artifact_uri",
    "get_experiment",
    "get_experiment_by_name",
    "get_parent_run",
    "get_run",
    "get_tracking_uri",
    "is_tracking_uri_set",
    "last_active_run",
    "list_artifacts",
    "log_artifact",
    "log_artifacts",
    "log_dict",
    "log_figure",
    "log_image",
    "log_metric",
    "log_metrics",
    "log_param",
    "log_params",
    "log_text",
    "restore_experiment",
    "restore_run",
    "search_experiments",
    "search_runs",
    "set_experiment",
    "set_experiment_tag",
    "set_experiment_tags",
    "set_system_metrics_node_id",
    "set_system_metrics_samples_before_logging",
    "set_system_metrics_sampling_interval",
    "set_tag",
    "set_tags",
    "set_tracking_uri",
    "start_run",
    "sync_journals",
]
