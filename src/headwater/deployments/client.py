"""What a target for deployments must offer; plugins derive from this class."""
# ruff: noqa: ARG002 - what a target lacks is refused, whatever is asked of it

import json
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from headwater.protocol.errors import NotSupported

Described = dict[str, Any]
Config = Mapping[str, Any]


class PredictionsResponse(dict[str, Any]):
    """The answer of a deployed model: a dictionary with "predictions"."""

    def get_predictions(self, predictions_format: str = "dataframe", dtype: Any = None) -> Any:
        """Return the predictions as a pandas frame, or as an array for the format "ndarray"."""
        import pandas as pd  # needed for this only

        frame = pd.DataFrame(self["predictions"], dtype=dtype)
        if predictions_format == "dataframe":
            return frame
        if predictions_format == "ndarray":
            return frame.to_numpy()
        raise NotSupported(f"Unknown predictions_format '{predictions_format}'. Use 'dataframe' or 'ndarray'.")

    def to_json(self, path: str | Path | None = None) -> str | None:
        """Return the answer as JSON text, or write it to a file."""
        text = json.dumps(self)
        if path is None:
            return text
        Path(path).write_text(text, encoding="utf-8")
        return None


class BaseDeploymentClient(ABC):
    """Deploys to one target.

    A deployment is described by a dictionary with at least its `name`. Errors are those of
    `headwater.protocol.errors`: `ResourceAlreadyExists`, `ResourceDoesNotExist` and so on.

    Args:
        target_uri: what the user gave: the name of the target, perhaps with `:/` and more.
    """

    def __init__(self, target_uri: str) -> None:
        self.target_uri = target_uri

    @abstractmethod
    def create_deployment(
        self,
        name: str,
        model_uri: str,
        flavor: str | None = None,
        config: Config | None = None,
        endpoint: str | None = None,
    ) -> Described:
        """Deploy a model under a new name, wait until it answers, and describe the deployment."""

    @abstractmethod
    def update_deployment(
        self,
        name: str,
        model_uri: str | None = None,
        flavor: str | None = None,
        config: Config | None = None,
        endpoint: str | None = None,
    ) -> Described:
        """Change the model or the configuration of a deployment, and describe it."""

    @abstractmethod
    def delete_deployment(self, name: str, config: Config | None = None, endpoint: str | None = None) -> None:
        """Remove a deployment; one that does not exist is no error."""

    @abstractmethod
    def list_deployments(self, endpoint: str | None = None) -> list[Described]:
        """Describe every deployment."""

    @abstractmethod
    def get_deployment(self, name: str, endpoint: str | None = None) -> Described:
        """Describe one deployment."""

    @abstractmethod
    def predict(
        self, deployment_name: str | None = None, inputs: Any = None, endpoint: str | None = None
    ) -> PredictionsResponse:
        """Return what a deployed model predicts for a frame, an array, a list or a request's dictionary."""

    def predict_stream(
        self, deployment_name: str | None = None, inputs: Any = None, endpoint: str | None = None
    ) -> Iterator[Described]:
        """Yield parts of a prediction."""
        raise self._lacks("streams")

    def explain(self, deployment_name: str | None = None, df: Any = None, endpoint: str | None = None) -> Any:
        """Return explanations of predictions."""
        raise self._lacks("explanations")

    def create_endpoint(self, name: str, config: Config | None = None) -> Described:
        """Make an endpoint, which leads requests to deployments, and describe it."""
        raise self._lacks("endpoints")

    def update_endpoint(self, endpoint: str, config: Config | None = None) -> Described:
        """Change an endpoint and describe it."""
        raise self._lacks("endpoints")

    def delete_endpoint(self, endpoint: str) -> None:
        """Remove an endpoint."""
        raise self._lacks("endpoints")

    def list_endpoints(self) -> list[Described]:
        """Describe every endpoint."""
        raise self._lacks("endpoints")

    def get_endpoint(self, endpoint: str) -> Described:
        """Describe one endpoint."""
        raise self._lacks("endpoints")

    def _lacks(self, what: str) -> NotSupported:
        return NotSupported(f"The target '{self.target_uri}' has no {what}. Use another target.")
