"""A server of a model as a process that goes on without its parent: started, found again, stopped."""

import os
import socket
import sys
import time
from pathlib import Path
from typing import Self

import msgspec
import psutil

from headwater.config import environment
from headwater.protocol.errors import InvalidParameterValue
from headwater.tracking.client import Client

_POLL_S = 0.05
_STOP_S = 70.0
_LOG_LINES = 15
_CLOCK_S = 1.0
_ENVIRONMENTS = ("auto", "local", "uv", "virtualenv")


class ServerProcess(msgspec.Struct, frozen=True):
    """A process by its number and the moment it began, because numbers are used again."""

    pid: int
    began_s: float


class Choices(msgspec.Struct, frozen=True, kw_only=True):
    """What the configuration of a deployment says, checked."""

    port: int | None = None
    host: str = "127.0.0.1"
    workers: int = 1
    timeout: float = 60.0
    env_manager: str = "auto"
    allow_pickle: bool = False
    start_timeout: float = 300.0

    @classmethod
    def read(cls, texts: dict[str, str]) -> Self:
        """Return what texts by name say; raise `InvalidParameterValue` that names the one that is wrong."""
        values = {name.replace("-", "_"): text for name, text in texts.items()}
        unknown = sorted(values.keys() - set(cls.__struct_fields__))
        if unknown:
            known = ", ".join(name.replace("_", "-") for name in cls.__struct_fields__)
            raise InvalidParameterValue(f"Unknown configuration '{unknown[0]}'. Use {known}.")
        try:
            found = msgspec.convert(values, cls, strict=False)
        except msgspec.ValidationError as error:
            raise InvalidParameterValue(f"The configuration {texts} is not as expected: {error}.") from error
        if found.workers < 1 or found.timeout <= 0 or found.start_timeout <= 0 or not 0 <= (found.port or 0) < 65536:
            raise InvalidParameterValue(f"The configuration {texts} has a number that is none of its kind. Correct it.")
        if found.env_manager not in _ENVIRONMENTS:
            raise InvalidParameterValue(f"Unknown env-manager '{found.env_manager}'. Use {', '.join(_ENVIRONMENTS)}.")
        return found


def find_port(choices: Choices) -> int:
    """Return the port that was chosen, or a free one; raise `InvalidParameterValue` if somebody has it."""
    family = socket.AF_INET6 if ":" in choices.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((choices.host, choices.port or 0))
        except OSError as error:
            raise InvalidParameterValue(
                f"Cannot listen on '{choices.host}:{choices.port}': {error.strerror}. Choose another port."
            ) from error
        port: int = probe.getsockname()[1]
    return port


def start(model_uri: str, port: int, choices: Choices, log: Path) -> ServerProcess:
    """Start a server that writes to `log`, and return once it listens, beside another one at that port if need be.

    Raises `InvalidParameterValue` with the end of its log if it ends before, or is too slow.
    """
    command = [
        sys.executable, "-m", "headwater", "models", "serve", "--model-uri", model_uri, "--host", choices.host,
        "--port", str(port), "--share-port", "--workers", str(choices.workers), "--timeout", str(choices.timeout),
        "--env-manager", choices.env_manager, *(["--allow-pickle"] if choices.allow_pickle else []),
    ]  # fmt: skip
    begin = log.stat().st_size if log.exists() else 0
    variables = {**environment(), "HEADWATER_TRACKING_URI": Client().tracking_uri}
    writing = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    pid = os.posix_spawn(
        sys.executable,
        command,
        variables,
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, str(log), writing, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
        setsid=True,
    )
    process = psutil.Process(pid)
    started = ServerProcess(pid, process.create_time())
    try:
        _wait_until_listening(process, port, choices.start_timeout, log, begin)
    except BaseException:
        stop(started)
        raise
    return started


def is_serving(process: ServerProcess) -> bool:
    """Return whether a process is still the one that was started."""
    return _find(process) is not None


def stop(process: ServerProcess) -> None:
    """End a server, which finishes its requests first; what does not end in time is killed."""
    found = _find(process)
    if found is None:
        return
    family = [found, *found.children(recursive=True)]
    found.terminate()
    _, left = psutil.wait_procs(family, timeout=_STOP_S)
    for other in left:
        other.kill()
    psutil.wait_procs(left, timeout=_STOP_S)


def _find(process: ServerProcess) -> psutil.Process | None:
    try:
        found = psutil.Process(process.pid)
        is_same = abs(found.create_time() - process.began_s) < _CLOCK_S and found.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return None
    return found if is_same else None


def _wait_until_listening(process: psutil.Process, port: int, timeout_s: float, log: Path, begin: int) -> None:
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        try:
            process.wait(_POLL_S)
        except psutil.TimeoutExpired:
            if _is_listening(process, port):
                return
        else:
            raise InvalidParameterValue(f"The server did not start:\n{_log_end(log, begin)}")
    raise InvalidParameterValue(f"The server was not ready within {timeout_s:g} s:\n{_log_end(log, begin)}")


def _is_listening(process: psutil.Process, port: int) -> bool:
    """Return whether a process, or one that it started, accepts connections: servers do so once they are ready."""
    try:
        for each in [process, *process.children(recursive=True)]:
            for link in each.net_connections("tcp"):
                if link.status == psutil.CONN_LISTEN and link.laddr.port == port:
                    return True
    except psutil.NoSuchProcess:  # a worker that just ended
        pass
    return False


def _log_end(log: Path, begin: int) -> str:
    with log.open("rb") as stream:
        stream.seek(begin)
        return "\n".join(stream.read().decode(errors="replace").splitlines()[-_LOG_LINES:])
