"""Manifests that run an image on Kubernetes: by itself, by KServe or by Seldon Core."""

from collections.abc import Callable
from typing import Any

import yaml

from headwater.environments.image_names import check_image, check_resource
from headwater.models.container.dockerfile import PORT, USER_ID

Json = dict[str, Any]


def write_manifest_text(kind: str, name: str, image: str) -> str:
    """Return the YAML that runs an image; `kind` is one of `KINDS`.

    Raises `InvalidParameterValue` if a name is none.
    """
    return yaml.safe_dump_all(KINDS[kind](check_resource(name), check_image(image)), sort_keys=False)


def _kserve(name: str, image: str) -> list[Json]:
    predictor = {"containers": [_container("kserve-container", name, image, port="")]}
    return [_resource("serving.kserve.io/v1beta1", "InferenceService", name, {"predictor": predictor})]


def _seldon(name: str, image: str) -> list[Json]:
    predictor = {
        "name": "default",
        "replicas": 1,
        "graph": {"name": name, "type": "MODEL"},
        "componentSpecs": [{"spec": {"containers": [_container(name, name, image)]}}],
    }
    spec = {"protocol": "v2", "predictors": [predictor]}
    return [_resource("machinelearning.seldon.io/v1", "SeldonDeployment", name, spec)]


def _kubernetes(name: str, image: str) -> list[Json]:
    labels = {"app.kubernetes.io/name": name}
    pod = {"metadata": {"labels": dict(labels)}, "spec": {"containers": [_container("model", name, image)]}}
    deployment = {"replicas": 1, "selector": {"matchLabels": dict(labels)}, "template": pod}
    service = {"selector": labels, "ports": [{"name": "http", "port": 80, "targetPort": "http"}]}
    return [
        _resource("apps/v1", "Deployment", name, deployment),
        _resource("v1", "Service", name, service),
    ]


def _container(container: str, model: str, image: str, port: str = "http") -> Json:
    """Return the container that serves the model under its name in the Open Inference Protocol.

    `port` names its port, which Knative, below KServe, allows no name but its own.
    """
    return {
        "name": container,
        "image": image,
        "args": ["serve", "--name", model],
        "ports": [{**({"name": port} if port else {}), "containerPort": PORT, "protocol": "TCP"}],
        "readinessProbe": {"httpGet": {"path": "/v2/health/ready", "port": PORT}, "periodSeconds": 5},
        "livenessProbe": {"httpGet": {"path": "/ping", "port": PORT}, "initialDelaySeconds": 60},
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": USER_ID,
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
        },
    }


def _resource(version: str, kind: str, name: str, spec: Json) -> Json:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name}, "spec": spec}


KINDS: dict[str, Callable[[str, str], list[Json]]] = {
    "kserve": _kserve,
    "seldon": _seldon,
    "kubernetes": _kubernetes,
}
