"""The target "local": each deployment is a server on this machine, which outlives the process that started it."""

import re
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from headwater import config as settings
from headwater.deployments.calling import post, post_stream
from headwater.deployments.client import BaseDeploymentClient, Config, Described, PredictionsResponse
from headwater.deployments.server_process import Choices, ServerProcess, find_port, is_serving, start, stop
from headwater.models.schema.example import to_serving_input
from headwater.protocol.errors import (
    InvalidParameterValue,
    ResourceAlreadyExists,
    ResourceDoesNotExist,
    TemporarilyUnavailable,
)
from headwater.tracking.artifact_files import local_folder

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?", re.ASCII)
_HELP = """\
The target "local" serves models on this machine, each in a process of its own that goes on when you log out.

Configuration, each as -C name=value:
  port           default: a free one
  host           default: 127.0.0.1
  workers        processes that predict; default: 1
  timeout        seconds that a request may take; default: 60
  env-manager    auto, local or uv; default: auto, the model's own environment if this one lacks something
  allow-pickle   true: the model may run code of somebody else
  start-timeout  seconds that loading may take; default: 300
"""


class _Deployment(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of a deployment, in its folder."""

    name: str
    model_uri: str
    flavor: str | None
    port: int
    process: ServerProcess
    config: dict[str, str]
    created_ms: int
    updated_ms: int


@dataclass(frozen=True)
class _Wanted:
    model_uri: str
    config: dict[str, str]
    choices: Choices


class LocalDeploymentClient(BaseDeploymentClient):
    """Serves models on this machine by `headwater models serve`."""

    def create_deployment(
        self,
        name: str,
        model_uri: str,
        flavor: str | None = None,
        config: Config | None = None,
        endpoint: str | None = None,
    ) -> Described:
        """Serve a model under a new name, and return once it answers.

        Raises `ResourceAlreadyExists` if the name is taken, `InvalidParameterValue` with the end of the server's log if
        it does not start.
        """
        self._refuse_endpoint(endpoint)
        if not _NAME.fullmatch(name):
            raise InvalidParameterValue(
                f"Invalid name '{name[:100]}' of a deployment. Use at most 64 letters, digits, '.', '-' and '_'."
            )
        wanted = _wanted(model_uri, config)
        folder = self._folder(name)
        try:
            folder.mkdir(mode=0o700, parents=True)
        except FileExistsError:
            raise ResourceAlreadyExists(f"The deployment '{name}' exists. Update it or choose another name.") from None
        try:
            port = find_port(wanted.choices)
            process = start(wanted.model_uri, port, wanted.choices, folder / "server.log")
        except BaseException:
            shutil.rmtree(folder)
            raise
        now = _now()
        return self._keep(
            _Deployment(
                name=name,
                model_uri=wanted.model_uri,
                flavor=flavor,
                port=port,
                process=process,
                config=wanted.config,
                created_ms=now,
                updated_ms=now,
            )
        )

    def update_deployment(
        self,
        name: str,
        model_uri: str | None = None,
        flavor: str | None = None,
        config: Config | None = None,
        endpoint: str | None = None,
    ) -> Described:
        """Serve another model, or the same one anew, at the same address, without a moment in which nothing answers.

        The server in use goes on until the new one is ready, and stays if that does not start.
        """
        self._refuse_endpoint(endpoint)
        kept = self._read(name)
        wanted = _wanted(model_uri or kept.model_uri, {**kept.config, **(config or {})})
        if wanted.choices.port not in (None, kept.port) or wanted.choices.host != _wanted("", kept.config).choices.host:
            raise InvalidParameterValue("A deployment keeps its host and its port. Delete it and create it again.")
        process = start(wanted.model_uri, kept.port, wanted.choices, self._folder(name) / "server.log")
        stop(kept.process)
        changes = {"model_uri": wanted.model_uri, "config": wanted.config, "process": process, "updated_ms": _now()}
        return self._keep(msgspec.structs.replace(kept, **changes, flavor=flavor or kept.flavor))

    def delete_deployment(self, name: str, config: Config | None = None, endpoint: str | None = None) -> None:  # noqa: ARG002
        """Stop a server, which finishes its requests, and forget it; one that does not exist is no error."""
        self._refuse_endpoint(endpoint)
        try:
            kept = self._read(name)
        except ResourceDoesNotExist:
            return
        stop(kept.process)
        shutil.rmtree(self._folder(name))

    def list_deployments(self, endpoint: str | None = None) -> list[Described]:
        """Describe every deployment, by name."""
        self._refuse_endpoint(endpoint)
        root = settings.home() / "deployments"
        return [self.get_deployment(path.parent.name) for path in sorted(root.glob("*/deployment.json"))]

    def get_deployment(self, name: str, endpoint: str | None = None) -> Described:
        """Describe a deployment: its model, URL, log, process, and whether that is running."""
        self._refuse_endpoint(endpoint)
        return self._describe(self._read(name))

    def predict(
        self, deployment_name: str | None = None, inputs: Any = None, endpoint: str | None = None
    ) -> PredictionsResponse:
        """Return what a deployed model predicts; see `BaseDeploymentClient.predict`.

        Raises `TemporarilyUnavailable` if its server is not running, and what the server answers if it refuses.
        """
        return PredictionsResponse(post(self._running(deployment_name, endpoint), _payload(inputs)))

    def predict_stream(
        self, deployment_name: str | None = None, inputs: Any = None, endpoint: str | None = None
    ) -> Iterator[Described]:
        """Yield what a deployed model with `predict_stream` yields, as it does; raise as `predict` does.

        Raises `NotSupported` for a model that does not stream.
        """
        return post_stream(self._running(deployment_name, endpoint), _payload(inputs))

    def _running(self, deployment_name: str | None, endpoint: str | None) -> str:
        """Return the URL of the server of a deployment; raise `TemporarilyUnavailable` if it does not run."""
        self._refuse_endpoint(endpoint)
        if deployment_name is None:
            raise InvalidParameterValue("Missing the name of the deployment.")
        kept = self._read(deployment_name)
        if not is_serving(kept.process):
            raise TemporarilyUnavailable(
                f"The server of '{deployment_name}' is not running. Start it: "
                f"headwater deployments update -t local --name {deployment_name}"
            )
        return self._url(kept)

    def _keep(self, deployment: _Deployment) -> Described:
        path = self._folder(deployment.name) / "deployment.json"
        part = path.with_suffix(".part")
        part.write_bytes(msgspec.json.encode(deployment))
        part.replace(path)
        return self._describe(deployment)

    def _read(self, name: str) -> _Deployment:
        missing = ResourceDoesNotExist(
            f"No such deployment: '{name[:100]}'. List them: headwater deployments list -t local"
        )
        if not _NAME.fullmatch(name):
            raise missing
        try:
            return msgspec.json.decode((self._folder(name) / "deployment.json").read_bytes(), type=_Deployment)
        except FileNotFoundError:
            raise missing from None

    def _describe(self, deployment: _Deployment) -> Described:
        return {
            "name": deployment.name,
            "status": "RUNNING" if is_serving(deployment.process) else "STOPPED",
            "url": self._url(deployment),
            "model_uri": deployment.model_uri,
            "flavor": deployment.flavor,
            "config": deployment.config,
            "pid": deployment.process.pid,
            "log": str(self._folder(deployment.name) / "server.log"),
            "created_ms": deployment.created_ms,
            "updated_ms": deployment.updated_ms,
        }

    def _url(self, deployment: _Deployment) -> str:
        host = deployment.config.get("host", "")
        name = "127.0.0.1" if host in ("", "0.0.0.0") else host  # noqa: S104 - compared only
        return f"http://[{name}]:{deployment.port}" if ":" in name else f"http://{name}:{deployment.port}"

    def _folder(self, name: str) -> Any:
        return settings.home() / "deployments" / name

    def _refuse_endpoint(self, endpoint: str | None) -> None:
        if endpoint:
            raise self._lacks("endpoints")


def run_local(name: str, model_uri: str, flavor: str | None = None, config: Config | None = None) -> Described:
    """Serve a model under a new name; see `LocalDeploymentClient.create_deployment`."""
    return LocalDeploymentClient("local").create_deployment(name, model_uri, flavor, config)


def target_help() -> str:
    """Return what the configuration of a deployment may say."""
    return _HELP


def _wanted(model_uri: str, config: Config | None) -> _Wanted:
    texts = {str(name).replace("_", "-"): str(value) for name, value in (config or {}).items()}
    folder = local_folder(model_uri) if model_uri else None
    return _Wanted(str(folder.resolve()) if folder is not None else model_uri, texts, Choices.read(texts))


def _payload(inputs: Any) -> bytes:
    """Return a request: a text or a dictionary that is one already, or any data as an input example is written."""
    if isinstance(inputs, str | bytes):
        return inputs.encode() if isinstance(inputs, str) else inputs
    fields = {"dataframe_split", "dataframe_records", "instances", "inputs"}
    if isinstance(inputs, dict) and len(fields & inputs.keys()) == 1:
        return msgspec.json.encode(inputs)
    return to_serving_input(inputs).encode()


def _now() -> int:
    return int(time.time() * 1000)
