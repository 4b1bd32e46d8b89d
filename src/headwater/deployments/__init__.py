"""Models that run somewhere: targets, and what is deployed to them. The verbs are those of `mlflow.deployments`."""

from headwater.deployments.client import BaseDeploymentClient, PredictionsResponse
from headwater.deployments.targets import (
    get_deploy_client,
    get_deployments_target,
    run_local,
    set_deployments_target,
    target_help,
)

__all__ = [
    "BaseDeploymentClient",
    "PredictionsResponse",
    "get_deploy_client",
    "get_deployments_target",
    "run_local",
    "set_deployments_target",
    "target_help",
]
