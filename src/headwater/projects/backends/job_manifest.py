"""The Job of Kubernetes that a project becomes, from the user's template."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from headwater.projects.backends.backend import Job
from headwater.projects.backends.image import CODE, SHELL
from headwater.protocol.errors import InvalidParameterValue

Json = dict[str, Any]
RUN_LABEL = "headwater/run-id"
_MAX_BYTES = 1_000_000
_NAME_LENGTH = 40
_RUN_DIGITS = 12
_NOT_NAME = re.compile(r"[^a-z0-9]+")
_DEFAULT = "apiVersion: batch/v1\nkind: Job\nspec: {template: {spec: {containers: [{}]}}}\n"


def read_template(name: str, folder: Path) -> Json:
    """Return a template: a file in the working folder or the project's; without a name, a Job of one container.

    Raises `InvalidParameterValue` if it is not one Job with a container.
    """
    path = next((path for path in (Path(name).expanduser(), folder / name) if path.is_file()), None)
    if name and path is None:
        raise InvalidParameterValue(f"The kube-job-template-path '{name}' is no file. Give one with a Job in YAML.")
    if path is not None and path.stat().st_size > _MAX_BYTES:
        raise InvalidParameterValue(f"The file '{path}' is larger than {_MAX_BYTES} bytes. It is no template of a Job.")
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8") if name and path is not None else _DEFAULT)
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidParameterValue(f"The template '{path}' is not YAML of one resource: {error}.") from error
    _check(found, str(path))
    template: Json = found
    return template


def render_manifest(template: Json, job: Job, image: str, variables: Mapping[str, str]) -> Json:
    """Fill a template, which is changed: the Job's name, and of its first container image, command and variables."""
    metadata = template.setdefault("metadata", {})
    metadata["name"] = name_resource(job)
    metadata.pop("generateName", None)
    metadata["labels"] = {**(metadata.get("labels") or {}), RUN_LABEL: job.writer.run_id}
    template["spec"].setdefault("backoffLimit", 0)
    pod = template["spec"]["template"]["spec"]
    pod.setdefault("restartPolicy", "Never")
    container = pod["containers"][0]
    container.setdefault("name", "project")
    container.setdefault("workingDir", CODE)
    container["image"] = image
    container["command"] = [_literal(word) for word in (*SHELL, job.command.text)]
    container.pop("args", None)
    others = [item for item in container.get("env") or () if item.get("name") not in variables]
    container["env"] = [*others, *({"name": name, "value": _literal(value)} for name, value in variables.items())]
    return template


def name_resource(job: Job) -> str:
    """Return a name for what belongs to a run in the cluster."""
    name = _NOT_NAME.sub("-", job.project.name.lower())[:_NAME_LENGTH].strip("-")
    name = name if name[:1].isalpha() else f"project-{name}".strip("-")
    return f"{name}-{job.writer.run_id[:_RUN_DIGITS]}"


def _literal(text: str) -> str:
    """Return a text so that Kubernetes, which expands `$(NAME)` in commands and variables, leaves it as it is."""
    return text.replace("$", "$$")


def _check(found: Any, where: str) -> None:
    is_job = isinstance(found, dict) and found.get("kind") == "Job" and found.get("apiVersion") == "batch/v1"
    try:
        is_right = is_job and all(isinstance(item, dict) for item in found["spec"]["template"]["spec"]["containers"])
        is_right = is_right and len(found["spec"]["template"]["spec"]["containers"]) > 0
    except (KeyError, TypeError):
        is_right = False
    if not is_right:
        raise InvalidParameterValue(
            f"The template '{where}' is no Job of batch/v1 with spec.template.spec.containers. Give one, such as "
            "`kubectl create job --dry-run=client -o yaml` prints."
        )
