"""A Kubernetes cluster, by its official client: one Job, its pods and what they print."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headwater.config import environment
from headwater.projects.backends.job_manifest import Json
from headwater.projects.backends.tail import one_line
from headwater.protocol.errors import HeadwaterError, NotSupported, ResourceDoesNotExist, TemporarilyUnavailable

if TYPE_CHECKING:
    from kubernetes.client import ApiClient, V1Job, V1Pod

_TIMEOUT_S = 30.0
_DELETE_S = 60.0
_NOT_FOUND, _BUSY, _SERVER = 404, 429, 500


@dataclass(frozen=True)
class Cluster:
    """A cluster and the namespace in which jobs run."""

    api: "ApiClient"
    namespace: str

    def create(self, manifest: Json) -> None:
        """Submit a Job."""
        from kubernetes.client import BatchV1Api

        with _answers():
            BatchV1Api(self.api).create_namespaced_job(self.namespace, manifest, _request_timeout=_TIMEOUT_S)

    def read(self, name: str) -> "V1Job":
        """Return a Job with its status; raise `ResourceDoesNotExist` if it is gone."""
        from kubernetes.client import BatchV1Api

        with _answers():
            return BatchV1Api(self.api).read_namespaced_job_status(name, self.namespace, _request_timeout=_TIMEOUT_S)

    def pods(self, name: str) -> "list[V1Pod]":
        """Return the pods of a Job, in the order in which they came."""
        from kubernetes.client import CoreV1Api

        with _answers():
            found = CoreV1Api(self.api).list_namespaced_pod(
                self.namespace, label_selector=f"job-name={name}", _request_timeout=_TIMEOUT_S
            )
        pods: list[V1Pod] = sorted(found.items, key=lambda pod: str(pod.metadata.creation_timestamp))
        return pods

    def delete(self, name: str, poll_s: float) -> None:
        """Delete a Job with its pods, and wait until it is gone or takes too long."""
        from kubernetes.client import BatchV1Api

        deadline = time.monotonic() + _DELETE_S
        try:
            with _answers():
                BatchV1Api(self.api).delete_namespaced_job(
                    name, self.namespace, propagation_policy="Foreground", _request_timeout=_TIMEOUT_S
                )
            while time.monotonic() < deadline:
                self.read(name)
                threading.Event().wait(poll_s)
        except ResourceDoesNotExist:
            return

    def read_log(self, pod: str, container: str) -> bytes:
        """Return everything that a container has printed."""
        parts: list[bytes] = []
        self._stream_log(pod, container, parts.append, follow=False)
        return b"".join(parts)

    def follow_log(self, pod: str, container: str, take: Callable[[bytes], None]) -> None:
        """Pass on what a container prints until it ends."""
        self._stream_log(pod, container, take, follow=True)

    def _stream_log(self, pod: str, container: str, take: Callable[[bytes], None], *, follow: bool) -> None:
        from kubernetes.client import CoreV1Api

        with _answers():
            answer = CoreV1Api(self.api).read_namespaced_pod_log(
                pod, self.namespace, container=container, follow=follow, _preload_content=False
            )
            try:
                for data in answer.stream(None):
                    take(data)
            finally:
                answer.release_conn()


def open_cluster(context: str, namespace: str) -> Cluster:
    """Return the cluster of a context of the user's configuration, of the current one, or the one that we run in.

    Raises `NotSupported` without the client, `HeadwaterError` without a configuration.
    """
    try:
        from kubernetes import client, config
    except ImportError as error:
        raise NotSupported("The backend 'kubernetes' needs its client: pip install 'headwater[kubernetes]'.") from error
    files = environment().get("KUBECONFIG") or str(Path.home() / ".kube" / "config")  # the client asks only once
    try:
        contexts, current = config.list_kube_config_contexts(files)
        chosen = next((item for item in contexts if item["name"] == context), None) if context else current
        if chosen is None:
            names = ", ".join(item["name"] for item in contexts)
            raise HeadwaterError(f"The configuration of Kubernetes has no context '{context}'. It has: {names}.")
        api = config.new_client_from_config(files, chosen["name"])
        return Cluster(api, namespace or chosen["context"].get("namespace") or "default")
    except config.ConfigException as error:
        settings = client.Configuration()
        try:
            config.load_incluster_config(settings)
        except config.ConfigException:
            raise HeadwaterError(
                f"No Kubernetes cluster is configured: {one_line(error)} Set KUBECONFIG, or write ~/.kube/config."
            ) from error
        return Cluster(client.ApiClient(settings), namespace or "default")


def find_end(job: "V1Job") -> bool | None:
    """Return whether a Job was successful; None while it goes on."""
    conditions = {item.type: item for item in job.status.conditions or () if item.status == "True"}
    if "Complete" in conditions:
        return True
    return False if "Failed" in conditions else None


def describe_failure(job: "V1Job", pods: "list[V1Pod]") -> str:
    """Return why a Job failed: what its last container ended of, and what the cluster says."""
    condition = next(item for item in job.status.conditions if item.type == "Failed" and item.status == "True")
    reasons = [f"{condition.reason}: {condition.message}" if condition.message else str(condition.reason)]
    for pod in pods[-1:]:
        if pod.status.reason:
            reasons.insert(0, f"{pod.status.reason}: {pod.status.message or ''}".strip(": "))
        for container in pod.status.container_statuses or ():
            ended = container.state.terminated
            if ended is not None and ended.exit_code:
                reasons.insert(0, f"{ended.reason or 'Error'}, exit status {ended.exit_code}")
    return one_line("; ".join(reasons))


def find_obstacle(pods: "list[V1Pod]") -> str:
    """Return what will keep the newest pod from ever starting; "" if nothing is known to."""
    for pod in pods[-1:]:
        statuses = [*(pod.status.init_container_statuses or ()), *(pod.status.container_statuses or ())]
        for container in statuses:
            waiting = container.state.waiting if container.state else None
            if waiting is not None and waiting.reason in _OBSTACLES:
                return one_line(f"{waiting.reason}: {waiting.message or ''}").strip(": ")
    return ""


def has_started(pod: "V1Pod", container: str) -> bool:
    """Return whether a container of a pod prints, or did."""
    for status in pod.status.container_statuses or ():
        if status.name == container and status.state is not None:
            return status.state.running is not None or status.state.terminated is not None
    return False


_OBSTACLES = {"ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "CreateContainerConfigError"}


@contextmanager
def _answers() -> Iterator[None]:
    """Turn what the client raises into an error of ours."""
    from kubernetes.client.exceptions import ApiException
    from urllib3.exceptions import HTTPError

    try:
        yield
    except ApiException as error:
        message = f"Kubernetes refused the request: {_message(error)}"
        if error.status == _NOT_FOUND:
            raise ResourceDoesNotExist(message) from error
        if error.status == _BUSY or (error.status or 0) >= _SERVER:
            raise TemporarilyUnavailable(message) from error
        raise HeadwaterError(message) from error
    except (HTTPError, OSError) as error:
        raise TemporarilyUnavailable(f"Kubernetes does not answer: {one_line(error)}") from error


def _message(error: Any) -> str:
    try:
        return one_line(json.loads(error.body)["message"])
    except (ValueError, TypeError, KeyError):
        return one_line(f"{error.status} {error.reason}")
