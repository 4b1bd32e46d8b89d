"""Projects in containers of this machine, by docker or podman."""

import csv
import io
import os
import re
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from headwater import config
from headwater.projects.backends.backend import Execution, Job, Outcome
from headwater.projects.backends.engine import Engine, opened_engine, option_words
from headwater.projects.backends.image import CODE, SHELL, name_image, write_context
from headwater.projects.backends.process import describe_status
from headwater.projects.backends.reach import is_file_uri, is_loopback, lasting_variables, with_tracking_uri
from headwater.projects.backends.settings import read_settings
from headwater.projects.backends.steps import Steps, StepsExecution
from headwater.projects.project_file import DockerEnvironment
from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.runs import RunStatus
from headwater.tracking.client import Client

_SETTINGS: dict[str, type] = {
    "docker-args": dict,
    "docker-auth": dict,
    "build-image": bool,
    "base-image": str,
    "tracking-uri": str,
}
_CREDENTIALS = (config.USERNAME, config.PASSWORD, config.TOKEN)
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)


class DockerBackend:
    """Runs jobs in the image that the project names, or in one that is built from the project."""

    is_elsewhere = True

    def start(self, job: Job) -> Execution:
        """Check what the user says and the project asks for, and leave the rest to the execution."""
        settings = read_settings("docker", job.config, _SETTINGS)
        options = option_words(settings.get("docker-args", {}))
        asked = job.project.docker_env or DockerEnvironment("")
        _check_variables(asked)
        volumes = [f"--volume={_check_volume(text, job.folder)}" for text in asked.volumes]
        return StepsExecution(job, _Container(job, settings, [*volumes, *options]).work)


@dataclass(frozen=True)
class _Container:
    job: Job
    settings: dict[str, Any]
    options: list[str]

    def work(self, steps: Steps) -> Outcome:
        """Get the image, and run the command in a container of it."""
        asked = self.job.project.docker_env
        is_built = asked is None or self.settings.get("build-image", False)
        named = "" if asked is None else asked.image
        with opened_engine(self.settings.get("docker-auth", {}), named) as engine:
            image = build_image(self.job, engine, steps, self.settings.get("base-image", "")) if is_built else named
            if not is_built and not engine.find_image(image):
                engine.pull(steps, image)
            tag_image(self.job, image, engine.find_image(image))
            return self._run(engine, steps, image, is_built=is_built)

    def _run(self, engine: Engine, steps: Steps, image: str, *, is_built: bool) -> Outcome:
        name = f"headwater-{self.job.writer.run_id}"
        variables = {
            **lasting_variables(),
            **with_tracking_uri(self.job, self.settings.get("tracking-uri", "")),
            **self.job.command.variables,
        }
        places = [] if is_built else [_mount(self.job.folder, CODE)]
        command = [
            engine.program, "run", "--rm", "--init", f"--name={name}", *self._user_words(engine), *places,
            *self._store_words(variables[config.TRACKING_URI.name]), *self._input_words(), f"--workdir={CODE}",
            *self._variable_words(variables), *self.options, "--", image, *SHELL, self.job.command.text,
        ]  # fmt: skip
        try:
            code = steps.run(command, folder=self.job.folder, variables={**variables, **engine.variables})
        except BaseException:
            engine.remove(name)
            raise
        if code:
            return Outcome(RunStatus.FAILED, f"container of '{image}': {describe_status(code)}")
        return Outcome(RunStatus.FINISHED)

    def _user_words(self, engine: Engine) -> list[str]:
        """Return the options by which files that are written belong to the user who runs the project."""
        if any(word.startswith(("--user=", "--userns=")) for word in self.options):
            return []
        user = "--userns=keep-id" if engine.is_podman else f"--user={os.getuid()}:{os.getgid()}"
        return [user, "--env=HOME=/tmp"]

    def _store_words(self, uri: str) -> list[str]:
        """Return the options by which the store is reached: folders at the same place, or our network."""
        if is_loopback(uri):
            has_network = any(word.startswith(("--network=", "--net=")) for word in self.options)
            return [] if has_network else ["--network=host"]
        if not is_file_uri(uri):
            return []
        path = Path(unquote(urlsplit(uri).path)[1:] if uri.startswith("sqlite:") else unquote(urlsplit(uri).path))
        folders = [path.parent if uri.startswith("sqlite:") else path]
        artifacts = Client(self.job.writer.uri).get_run(self.job.writer.run_id).info.artifact_uri or ""
        if urlsplit(artifacts).scheme == "file":
            folders.append(Path(unquote(urlsplit(artifacts).path)))
        first = folders[0].resolve()
        more = [folder for folder in folders[1:] if not folder.resolve().is_relative_to(first)]
        for folder in more:
            folder.mkdir(parents=True, exist_ok=True)
        return [_mount(folder, str(folder)) for folder in [first, *more]]

    def _input_words(self) -> list[str]:
        """Return the options by which files that parameters name are where this machine has them, to be read."""
        values = self.job.command.variables
        return [_mount(Path(values[name]), values[name], "readonly") for name in sorted(self.job.command.paths)]

    def _variable_words(self, variables: Iterable[str]) -> list[str]:
        """Return the options for the container's variables: ours by name, so that no value is on a command line."""
        known = config.environment()
        names = [name for setting in _CREDENTIALS for name in (setting.name, setting.mlflow_name) if name in known]
        asked = self.job.project.docker_env.variables if self.job.project.docker_env else {}
        set_here = [f"--env={name}" if value is None else f"--env={name}={value}" for name, value in asked.items()]
        return [*(f"--env={name}" for name in (*variables, *names)), *set_here]


def build_image(job: Job, engine: Engine, steps: Steps, base: str = "", name: str = "") -> str:
    """Build the image of a project and return its name."""
    image = name or name_image(job)
    with tempfile.TemporaryDirectory(prefix="headwater-image-") as scratch:
        context = Path(scratch) / "context"
        write_context(job, context, base)
        engine.build(steps, context, image)
    return image


def tag_image(job: Job, image: str, image_id: str) -> None:
    """Keep which image a run used, as MLflow does."""
    job.writer.set_tags(
        {"mlflow.docker.image.uri": image, **({"mlflow.docker.image.id": image_id} if image_id else {})},
        synchronous=None,
    )


def _mount(source: Path, target: str, *flags: str) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(["type=bind", f"source={source}", f"target={target}", *flags])
    return f"--mount={text.getvalue()}"


def _check_volume(text: str, folder: Path) -> str:
    host, mark, inside = text.partition(":")
    if not mark or not host or not inside.startswith("/") or any(symbol in text for symbol in "\n\r\0"):
        raise InvalidParameterValue(f"The docker_env has the volume '{text}'. Give it as host:/path or host:/path:ro.")
    is_relative = host.startswith(".")
    return f"{(folder / host).resolve() if is_relative else host}:{inside}"


def _check_variables(asked: DockerEnvironment) -> None:
    for name, value in asked.variables.items():
        if not _VARIABLE.fullmatch(name) or "\0" in (value or ""):
            raise InvalidParameterValue(f"The docker_env has the variable '{name}', which is no name of one.")


BACKEND = DockerBackend()
