"""Projects as Jobs of Kubernetes, in an image that is built from the project and pushed, or in a ready one."""

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

from headwater.environments.image_names import check_image
from headwater.projects.backends.backend import Execution, Job, Outcome
from headwater.projects.backends.cluster import (
    Cluster,
    describe_failure,
    find_end,
    find_obstacle,
    has_started,
    open_cluster,
)
from headwater.projects.backends.docker import build_image, tag_image
from headwater.projects.backends.engine import opened_engine
from headwater.projects.backends.image import CODE, name_image
from headwater.projects.backends.job_manifest import Json, read_template, render_manifest
from headwater.projects.backends.reach import lasting_variables, values_elsewhere, variables_elsewhere
from headwater.projects.backends.settings import read_settings
from headwater.projects.backends.steps import Cancelled, Steps, StepsExecution
from headwater.projects.backends.tail import Tail
from headwater.projects.backends.tracked import keep_job_file, name_job
from headwater.protocol.errors import InvalidParameterValue, ResourceDoesNotExist, TemporarilyUnavailable
from headwater.protocol.runs import RunStatus

if TYPE_CHECKING:
    from kubernetes.client import V1Pod

_SETTINGS: dict[str, type] = {
    "kube-context": str,
    "kube-job-template-path": str,
    "repository-uri": str,
    "image": str,
    "base-image": str,
    "build-image": bool,
    "docker-auth": dict,
    "tracking-uri": str,
    "poll-s": float,
}
_POLL_S = 2.0
_LOST_S = 300.0


class KubernetesBackend:
    """Submits jobs to a Kubernetes cluster."""

    is_elsewhere = True

    def start(self, job: Job) -> Execution:
        """Check what the user says and the template, and leave the rest to the execution."""
        settings = read_settings("kubernetes", job.config, _SETTINGS)
        if ("image" in settings) == ("repository-uri" in settings):
            raise InvalidParameterValue(
                "The backend 'kubernetes' needs 'repository-uri' in its backend_config, where the project's image is "
                "pushed to, or instead 'image', one that is there and has the code."
            )
        image = settings.get("image") or f"{settings['repository-uri']}:{name_image(job).rpartition(':')[2]}"
        template = read_template(settings.get("kube-job-template-path", ""), job.folder)
        variables = {
            **lasting_variables(),
            **variables_elsewhere(job, settings.get("tracking-uri", ""), "kubernetes"),
            **values_elsewhere(job, CODE, "kubernetes"),
        }
        return StepsExecution(job, _Submission(job, settings, check_image(image), template, variables).work)


@dataclass(frozen=True)
class _Submission:
    job: Job
    settings: dict[str, Any]
    image: str
    template: Json
    variables: dict[str, str]

    def work(self, steps: Steps) -> Outcome:
        """Get the image into its registry, submit the Job and follow it until it ends."""
        cluster = open_cluster(
            self.settings.get("kube-context", ""), (self.template.get("metadata") or {}).get("namespace", "")
        )
        image = self._push(steps) if "image" not in self.settings else self.image
        manifest = render_manifest(self.template, self.job, image, self.variables)
        steps.check()
        cluster.create(manifest)
        name = manifest["metadata"]["name"]
        name_job(self.job, f"{cluster.namespace}/{name}")
        keep_job_file(self.job, "job.yaml", yaml.safe_dump(manifest, sort_keys=False))
        steps.log.say(f"Submitted as Job '{name}' in the namespace '{cluster.namespace}' of Kubernetes.")
        container = manifest["spec"]["template"]["spec"]["containers"][0]["name"]
        return _Following(cluster, name, container, self.settings.get("poll-s", _POLL_S), steps).follow()

    def _push(self, steps: Steps) -> str:
        """Build the image, push it, and return its name with the digest, so that the pods run this very one."""
        with opened_engine(self.settings.get("docker-auth", {}), self.image) as engine:
            build_image(self.job, engine, steps, self.settings.get("base-image", ""), self.image)
            engine.push(steps, self.image)
            tag_image(self.job, self.image, engine.find_image(self.image))
            return engine.find_digest(self.image)


@dataclass(frozen=True)
class _Following:
    """A Job that was submitted."""

    cluster: Cluster
    name: str
    container: str
    poll_s: float
    steps: Steps
    tails: dict[str, Tail] = field(default_factory=dict)

    def follow(self) -> Outcome:
        """Follow the Job until it ends; a job that is cancelled, or can never start, is deleted."""
        known = time.monotonic()
        while True:
            try:
                outcome = self._look()
                known = time.monotonic()
            except ResourceDoesNotExist:
                self._close_tails()
                return Outcome(RunStatus.KILLED, f"Job '{self.name}' of Kubernetes was deleted")
            except TemporarilyUnavailable as error:
                outcome = None
                if time.monotonic() - known > _LOST_S:
                    outcome = Outcome(RunStatus.FAILED, f"Job '{self.name}' of Kubernetes is lost: {error.message}")
            if outcome is not None:
                self._close_tails()
                return outcome
            try:
                self.steps.pause(self.poll_s)
            except Cancelled:
                self._close_tails()
                self.cluster.delete(self.name, self.poll_s)
                raise

    def _look(self) -> Outcome | None:
        """Return how the Job ended, None while it goes on; follow what its pods print."""
        job = self.cluster.read(self.name)
        pods = self.cluster.pods(self.name)
        for pod in pods:
            if has_started(pod, self.container) and pod.metadata.name not in self.tails:
                self.tails[pod.metadata.name] = self._make_tail(pod)
        match find_end(job):
            case True:
                return Outcome(RunStatus.FINISHED)
            case False:
                reason = f"Job '{self.name}' of Kubernetes failed: {describe_failure(job, pods)}"
                return Outcome(RunStatus.FAILED, reason)
            case None if obstacle := find_obstacle(pods):
                self.cluster.delete(self.name, self.poll_s)
                return Outcome(RunStatus.FAILED, f"Job '{self.name}' of Kubernetes cannot start: {obstacle}")
        return None

    def _make_tail(self, pod: "V1Pod") -> Tail:
        name = pod.metadata.name
        return Tail(
            self.steps.log,
            lambda take: self.cluster.follow_log(name, self.container, take),
            lambda: self.cluster.read_log(name, self.container),
        )

    def _close_tails(self) -> None:
        for tail in self.tails.values():
            tail.close()


BACKEND = KubernetesBackend()
