"""Projects as jobs of a Ray cluster, by its own client for jobs."""

import asyncio
import json
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headwater.projects.backends.backend import Execution, Job, Outcome
from headwater.projects.backends.ray_job import ENTRY_COMMAND, join_runtime_env, write_working_dir
from headwater.projects.backends.reach import (
    is_loopback,
    lasting_variables,
    values_elsewhere,
    variables_elsewhere,
    with_tracking_uri,
)
from headwater.projects.backends.settings import read_settings
from headwater.projects.backends.steps import Cancelled, Steps, StepsExecution
from headwater.projects.backends.tail import Tail, one_line
from headwater.projects.backends.tracked import keep_job_file, name_job
from headwater.projects.project_log import ProjectLog
from headwater.protocol.errors import HeadwaterError, InvalidParameterValue, NotSupported
from headwater.protocol.runs import RunStatus

if TYPE_CHECKING:
    from ray.job_submission import JobSubmissionClient

_SETTINGS: dict[str, type] = {
    "address": str,
    "runtime-env": dict,
    "entrypoint-num-cpus": float,
    "entrypoint-num-gpus": float,
    "entrypoint-memory": int,
    "entrypoint-resources": dict,
    "headers": dict,
    "tracking-uri": str,
    "poll-s": float,
}
_RESOURCES = ("entrypoint-num-cpus", "entrypoint-num-gpus", "entrypoint-memory", "entrypoint-resources")
_DEFAULT_ADDRESS = "http://127.0.0.1:8265"
_POLL_S = 1.0
_NOT_READY = "No available agent"
_LOST_S = 120.0
_CANCEL_S = 60.0
_STATUSES = {"SUCCEEDED": RunStatus.FINISHED, "FAILED": RunStatus.FAILED, "STOPPED": RunStatus.KILLED}


class RayBackend:
    """Submits jobs to a Ray cluster, with the code as their working directory."""

    is_elsewhere = True

    def start(self, job: Job) -> Execution:
        """Check what the user says, and leave the rest to the execution."""
        settings = read_settings("ray", job.config, _SETTINGS)
        if job.project.docker_env is not None:
            raise InvalidParameterValue(
                "The project names an image, in which the backend 'ray' does not run it. Use 'docker' or 'kubernetes', "
                "or leave out docker_env and give 'image_uri' as runtime-env."
            )
        uri = settings.get("tracking-uri", "")
        is_here = is_loopback(settings.get("address", _DEFAULT_ADDRESS))
        variables = with_tracking_uri(job, uri) if is_here else variables_elsewhere(job, uri, "ray")
        values = values_elsewhere(job, ".", "ray")
        return StepsExecution(job, _Submission(job, settings, {**lasting_variables(), **variables, **values}).work)


@dataclass(frozen=True)
class _Submission:
    job: Job
    settings: dict[str, Any]
    variables: dict[str, str]

    def work(self, steps: Steps) -> Outcome:
        """Submit the job and follow it until it ends."""
        address = self.settings.get("address", _DEFAULT_ADDRESS)
        with _answers(address):
            client = _open_client(address, self.settings.get("headers"))
        with _answers(address):
            job_id = self._submit(client, steps)
        name_job(self.job, job_id)
        steps.log.say(f"Submitted as job '{job_id}' of Ray at {address}.")
        tail = _make_tail(client, job_id, steps.log)
        try:
            return self._follow(client, job_id, steps)
        except Cancelled:
            self._stop(client, job_id, address)
            raise
        finally:
            tail.close()

    def _submit(self, client: "JobSubmissionClient", steps: Steps) -> str:
        job = self.job
        with tempfile.TemporaryDirectory(prefix="headwater-ray-") as scratch:
            ours = write_working_dir(job, Path(scratch) / "code", self.variables)
            runtime_env = join_runtime_env(ours, self.settings.get("runtime-env", {}))
            keep_job_file(job, "runtime_env.json", json.dumps({**runtime_env, "working_dir": "."}, indent=1))
            resources = {name.replace("-", "_"): self.settings[name] for name in _RESOURCES if name in self.settings}
            deadline = time.monotonic() + _LOST_S
            while True:
                steps.check()
                try:
                    submitted: str = client.submit_job(
                        entrypoint=ENTRY_COMMAND,
                        submission_id=f"headwater-{job.writer.run_id}",
                        runtime_env=dict(runtime_env),
                        metadata={"run_id": job.writer.run_id, "project": job.project.name or job.folder.name},
                        **resources,
                    )
                except RuntimeError as error:  # a cluster that has just started
                    if _NOT_READY not in str(error) or time.monotonic() > deadline:
                        raise
                    steps.pause(self._poll_s)
                else:
                    return submitted

    def _follow(self, client: "JobSubmissionClient", job_id: str, steps: Steps) -> Outcome:
        known = time.monotonic()
        while True:
            try:
                info = client.get_job_info(job_id)
                known = time.monotonic()
            except (RuntimeError, OSError) as error:
                if time.monotonic() - known > _LOST_S:
                    return Outcome(RunStatus.FAILED, f"job '{job_id}' of Ray is lost: {one_line(error)}")
            else:
                if status := _STATUSES.get(str(info.status)):
                    is_good = status == RunStatus.FINISHED
                    return Outcome(status, "" if is_good else f"job '{job_id}' of Ray: {info.status}, {_why(info)}")
            steps.pause(self._poll_s)

    def _stop(self, client: "JobSubmissionClient", job_id: str, address: str) -> None:
        with _answers(address):
            client.stop_job(job_id)
            deadline = time.monotonic() + _CANCEL_S
            while str(client.get_job_status(job_id)) not in _STATUSES and time.monotonic() < deadline:
                threading.Event().wait(self._poll_s)

    @property
    def _poll_s(self) -> float:
        seconds: float = self.settings.get("poll-s", _POLL_S)
        return seconds


def _make_tail(client: "JobSubmissionClient", job_id: str, log: ProjectLog) -> Tail:
    def read_all() -> bytes:
        text: str = client.get_job_logs(job_id)
        return text.encode()

    def follow(take: Callable[[bytes], None]) -> None:
        async def follow_lines() -> None:
            async for text in client.tail_job_logs(job_id):
                take(text.encode())

        asyncio.run(follow_lines())

    return Tail(log, follow, read_all)


def _open_client(address: str, headers: dict[str, Any] | None) -> "JobSubmissionClient":
    try:
        from ray.job_submission import JobSubmissionClient
    except ImportError as error:
        raise NotSupported("The backend 'ray' needs Ray's client: pip install 'ray[default]'.") from error
    return JobSubmissionClient(address, headers=headers)


@contextmanager
def _answers(address: str) -> Iterator[None]:
    """Turn what Ray's client raises into an error of ours."""
    try:
        yield
    except ConnectionError as error:
        raise HeadwaterError(
            f"No Ray cluster answers at '{address}'. Start one by `ray start --head`, or give its 'address'."
        ) from error
    except (RuntimeError, ValueError, TypeError, OSError) as error:
        raise HeadwaterError(f"Ray at '{address}' refused the job: {one_line(error)}") from error


def _why(info: Any) -> str:
    code = getattr(info, "driver_exit_code", None)
    return f"exit status {code}" if code else one_line(info.message or "no reason given")


BACKEND = RayBackend()
