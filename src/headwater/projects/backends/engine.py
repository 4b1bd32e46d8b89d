"""Docker or podman, by its program: every argument is one word, and names follow `--`."""

import base64
import json
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from headwater.config import environment
from headwater.environments.image_names import check_image
from headwater.environments.images import find_engine
from headwater.projects.backends.image import DOCKERFILE
from headwater.projects.backends.steps import Steps, ask
from headwater.protocol.errors import HeadwaterError, InvalidParameterValue

_ADVICE = "Install one of them, or run the project without an image."
_HUB = "https://index.docker.io/v1/"
_RUN_OPTIONS = frozenset((
    "add-host", "annotation", "blkio-weight", "cap-add", "cap-drop", "cgroup-parent", "cgroupns", "cpu-period",
    "cpu-quota", "cpu-shares", "cpus", "cpuset-cpus", "cpuset-mems", "device", "device-cgroup-rule", "dns",
    "dns-option", "dns-search", "domainname", "entrypoint", "env", "env-file", "expose", "gpus", "group-add",
    "hostname", "ip", "ipc", "isolation", "label", "log-driver", "log-opt", "mac-address", "memory",
    "memory-reservation", "memory-swap", "memory-swappiness", "mount", "net", "network", "network-alias",
    "oom-kill-disable", "oom-score-adj", "pid", "pids-limit", "platform", "privileged", "publish",
    "publish-all", "pull", "read-only", "runtime", "security-opt", "shm-size", "stop-signal", "stop-timeout",
    "storage-opt", "sysctl", "tmpfs", "ulimit", "user", "userns", "uts", "volume", "volumes-from", "workdir",
))  # fmt: skip
_SHORT = {"c": "cpu-shares", "e": "env", "h": "hostname", "l": "label", "m": "memory", "p": "publish", "u": "user"}
_SHORT |= {"P": "publish-all", "v": "volume", "w": "workdir"}


@dataclass(frozen=True)
class Engine:
    """A container engine's program, and what its calls need in their environment."""

    program: str
    variables: Mapping[str, str]

    @property
    def is_podman(self) -> bool:
        """Return whether it is podman, which has ways of its own to run as the user."""
        return Path(self.program).name == "podman"

    def build(self, steps: Steps, context: Path, name: str) -> None:
        """Build the image of a context."""
        self._run(steps, context, "build", f"--tag={check_image(name)}", f"--file={context / DOCKERFILE}", "--", ".")

    def pull(self, steps: Steps, name: str) -> None:
        """Fetch an image."""
        self._run(steps, Path.cwd(), "pull", "--", check_image(name))

    def push(self, steps: Steps, name: str) -> None:
        """Put an image into its registry."""
        self._run(steps, Path.cwd(), "push", "--", check_image(name))

    def remove(self, container: str) -> None:
        """End and remove a container, if it is still there."""
        ask([self.program, "rm", "--force", "--", container], advice=_ADVICE)

    def find_image(self, name: str) -> str:
        """Return the id of an image, "" if this machine does not have it."""
        command = [self.program, "image", "inspect", "--format={{.Id}}", "--", check_image(name)]
        found = ask(command, advice=_ADVICE)
        return found.out.strip() if not found.code else ""

    def find_digest(self, name: str) -> str:
        """Return what the registry calls an image that was pushed: its name with the digest."""
        command = [self.program, "image", "inspect", "--format={{json .RepoDigests}}", "--", check_image(name)]
        found = ask(command, advice=_ADVICE)
        repository = re.sub(r":[^/:]*$", "", name)
        digests = json.loads(found.out) if not found.code else []
        return next((str(digest) for digest in digests or [] if str(digest).startswith(f"{repository}@")), name)

    def _run(self, steps: Steps, folder: Path, *words: str) -> None:
        code = steps.run([self.program, *words], folder=folder, variables=self.variables)
        if code:
            program = Path(self.program).name
            raise HeadwaterError(f"'{program} {words[0]}' failed with status {code}. What it said is in the log.")


@contextmanager
def opened_engine(auth: Mapping[str, Any], image: str) -> Iterator[Engine]:
    """Yield the engine of this machine, with credentials for an image's registry if they are given."""
    program = find_engine(_ADVICE)
    if not auth:
        yield Engine(program, {})
        return
    with tempfile.TemporaryDirectory(prefix="headwater-registry-") as scratch:
        path = Path(scratch) / "config.json"
        path.touch(mode=0o600)
        path.write_text(json.dumps(_with_credentials(auth, image, Path(scratch))), encoding="utf-8")
        yield Engine(program, {"DOCKER_CONFIG": scratch, "REGISTRY_AUTH_FILE": str(path)})


def option_words(given: Mapping[str, Any]) -> list[str]:
    """Return options of `docker run` as words: true for a switch, a list for one that is repeated.

    Raises `InvalidParameterValue` for what is no option there, or one that Headwater sets itself.
    """
    words: list[str] = []
    for key, value in given.items():
        name = _SHORT.get(str(key), str(key)).replace("_", "-")
        if name not in _RUN_OPTIONS:
            raise InvalidParameterValue(
                f"The option '{key}' of docker_args is not taken. Use long options of `docker run`, such as 'gpus' or "
                "'shm-size'; Headwater sets name, rm and detach itself."
            )
        for one in value if isinstance(value, list | tuple) else [value]:
            if not isinstance(one, str | int | float) or "\0" in str(one):
                raise InvalidParameterValue(f"The option '{key}' of docker_args is '{one}'. Give a text or true.")
            if one is not False:
                words.append(f"--{name}" if one is True else f"--{name}={one}")
    return words


def _with_credentials(auth: Mapping[str, Any], image: str, folder: Path) -> dict[str, Any]:
    """Return the engine's configuration with credentials added; what else belongs to it is linked into the folder."""
    unknown = auth.keys() - {"username", "password", "registry"}
    if unknown or not {"username", "password"} <= auth.keys():
        raise InvalidParameterValue("The docker_auth needs 'username' and 'password', perhaps 'registry', and no more.")
    first, slash, _ = image.partition("/")
    of_image = first if slash and (set(".:") & set(first) or first == "localhost") else _HUB
    token = base64.b64encode(f"{auth['username']}:{auth['password']}".encode()).decode()
    usual = Path(environment().get("DOCKER_CONFIG") or Path.home() / ".docker")
    known: dict[str, Any] = {}
    for path in usual.iterdir() if usual.is_dir() else ():
        if path.name == "config.json":
            known = json.loads(path.read_text(encoding="utf-8"))
        else:
            (folder / path.name).symlink_to(path)
    known.pop("credsStore", None)  # which would be asked instead
    auths = {**known.get("auths", {}), str(auth.get("registry") or of_image): {"auth": token}}
    return {**known, "auths": auths}
