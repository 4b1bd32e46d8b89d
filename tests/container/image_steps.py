"""Executes the steps of a Dockerfile in a folder of this machine, where no container engine runs.

Paths of the image are paths below that folder. What needs another kernel namespace, such as the user, is only noted.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from uv import find_uv_bin

_NETWORK = ("UV_", "PIP_", "SSL_", "HTTP_", "HTTPS_", "NO_PROXY", "http_", "https_", "no_proxy", "REQUESTS_")
"""Beginnings of variables that say how this machine reaches an index of packages."""

_NOT_HERE = ("groupadd", "apt-get")
_START_TRIES = 600


class Machine:
    """What an image becomes: its files below a folder, its variables, and who would run in it."""

    def __init__(self, folder: Path, context: Path, dockerfile: str = "Dockerfile") -> None:
        self.context = context
        self._dockerfile = dockerfile
        self.user = ""
        self.exposed = ""
        self._base = folder / "base"
        self._stage = folder / "build"
        self._final = folder / "final"
        self._root = self._stage
        self._command: list[str] = []
        self._health = ""
        self._working = "/"
        network = {name: value for name, value in os.environ.items() if name.startswith(_NETWORK)}
        self.variables = network | {"PATH": f"{self._base / 'bin'}:/usr/bin:/bin", "HOME": str(folder)}

    def build(self) -> None:
        """Execute every step; the base image is an environment with pip and nothing else."""
        uv = [find_uv_bin(), "venv", "--quiet", "--seed", "--python", sys.executable, str(self._base)]
        subprocess.run(uv, check=True)
        for line in (self.context / self._dockerfile).read_text(encoding="utf-8").splitlines():
            word, _, rest = line.partition(" ")
            if word and word != "#":
                getattr(self, f"_{word.lower()}")(rest)

    def mount(self, folder: Path, place: str) -> None:
        """Put a folder of this machine at a place of the image."""
        self._path(place).parent.mkdir(parents=True)
        shutil.copytree(folder, self._path(place))

    def execute(self, *command: str) -> "subprocess.CompletedProcess[str]":
        """Run a command of the image to its end."""
        return subprocess.run(
            command, env=self.variables, cwd=self._path(self._working), capture_output=True, text=True, check=False
        )

    @contextmanager
    def started(self, *command: str) -> Iterator[str]:
        """Run a command of the image, which it starts with unless another is given, and yield the server's URL."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        words = list(command or self._command)
        script = self._path("/usr/local/bin") / words[0]
        assert os.access(script, os.X_OK), "the script can be executed in the image"
        text = script.read_text(encoding="utf-8")
        for place in ("/opt/headwater", "/opt/model", "/opt/ml/model"):
            text = text.replace(place, str(self._path(place)))
        script.write_text(text, encoding="utf-8")
        process = subprocess.Popen(
            [str(script), *words[1:]], env={**self.variables, "PORT": str(port)}, cwd=self._path(self._working)
        )
        try:
            _wait_for(f"http://127.0.0.1:{port}/ping", process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(30)

    def is_healthy(self, url: str) -> bool:
        """Return whether the image's own check of its health says so of a server at a URL."""
        text = self._health.replace("/opt/headwater", str(self._path("/opt/headwater")))
        variables = {**self.variables, "PORT": url.rpartition(":")[2]}
        return subprocess.run(["sh", "-c", text], env=variables, capture_output=True, check=False).returncode == 0

    def _from(self, rest: str) -> None:
        self._root = self._stage if rest.endswith(" AS build") else self._final
        self._root.mkdir(parents=True)

    def _env(self, rest: str) -> None:
        for pair in rest.split(" "):
            name, _, value = pair.partition("=")
            for place in ("/opt/", "/home/"):
                value = value.replace(place, f"{self._root}{place}")
            self.variables[name] = value.replace("$PATH", self.variables["PATH"])

    def _run(self, rest: str) -> None:
        if any(word in rest for word in _NOT_HERE):
            return
        words = [self._inside(word) for word in json.loads(rest)]
        program = shutil.which(words[0], path=self.variables["PATH"])
        assert program, f"{words[0]} is in the image"
        done = subprocess.run(
            [program, *words[1:]], env=self.variables, cwd=self._root, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{words}\n{done.stderr}"

    def _copy(self, rest: str) -> None:
        sources = rest.split(" ")
        target = self._path(sources.pop())
        start = self.context
        if sources[0] == "--from=build":
            sources = [sources[1].lstrip("/")]
            start = self._stage
        for name in sources:
            source = start / name
            if source.is_dir():
                shutil.copytree(source, target, symlinks=True)
                self._move_programs(source, target)
            else:
                target.parent.mkdir(parents=True, exist_ok=True)
                if rest.endswith("/"):
                    target.mkdir(exist_ok=True)
                shutil.copy(source, target)

    def _move_programs(self, source: Path, target: Path) -> None:
        """Let programs of an environment find it where it is now; in an image both stages have it at one path."""
        for program in (target / "bin").glob("*"):
            if program.is_file() and not program.is_symlink():
                data = program.read_bytes()
                if data.startswith(b"#!") and str(source).encode() in data:
                    program.write_bytes(data.replace(str(source).encode(), str(target).encode()))

    def _workdir(self, rest: str) -> None:
        self._working = rest
        self._path(rest).mkdir(parents=True, exist_ok=True)

    def _user(self, rest: str) -> None:
        self.user = rest

    def _expose(self, rest: str) -> None:
        self.exposed = rest

    def _healthcheck(self, rest: str) -> None:
        self._health = rest.partition(" CMD ")[2]

    def _entrypoint(self, rest: str) -> None:
        assert json.loads(rest) == []

    def _cmd(self, rest: str) -> None:
        self._command = json.loads(rest)

    def _inside(self, word: str) -> str:
        return f"{self._root}{word}" if word.startswith("/") else word

    def _path(self, place: str) -> Path:
        return self._root / place.lstrip("/")


def _wait_for(url: str, process: "subprocess.Popen[bytes]") -> None:
    """Ask until somebody answers; each refusal takes the time of a short wait for the process."""
    for _ in range(_START_TRIES):
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (OSError, urllib.error.URLError):
            try:
                process.wait(0.1)
            except subprocess.TimeoutExpired:
                continue
            break
    raise AssertionError(f"Nothing answers at {url}.")
