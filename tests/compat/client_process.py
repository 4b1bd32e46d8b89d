"""Running a script of checks in the environment of a real mlflow client, against our server on a real socket."""

import ast
import json
import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from urllib.request import urlopen

from headwater.stores import open_store
from headwater.testing.environments import environment_python
from headwater.testing.servers import live_server

HERE = Path(__file__).parent
CACHE = HERE.parents[1] / ".cache" / "environments"
SHORT_LIVED_JAVA = {"JAVA_TOOL_OPTIONS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"}
"""Lets Java start sooner, at the price of speed that only long programs would have."""


@dataclass(frozen=True)
class Session:
    """What one client reported, what it printed, the server it talked to, and how often it asked for what there."""

    report: dict[str, str]
    printed: str
    url: str
    asked: tuple[str, ...] = ()


def checks_in(script: Path, prefix: str = "check_") -> list[str]:
    """Return the names of a script's checks, or of its functions with another prefix."""
    return [
        node.name
        for node in ast.parse(script.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith(prefix)
    ]


@contextmanager
def run_checks(
    client: str,
    script: Path,
    folder: Path,
    *,
    by_pip: bool = False,
    checks: Sequence[str] = (),
    variables: Mapping[str, str] = MappingProxyType({}),
    timeout_s: float = 250,
    artifact_root: str = "",
    serves_artifacts: bool = True,
) -> Iterator[Session]:
    """Run the checks, by default every one of the script, in one process of a client.

    The client is that of a list of requirements beside this.
    """
    store = open_store(f"sqlite:///{folder / 'headwater.db'}", artifact_root=artifact_root)
    with live_server(store, exposes_metrics=True, serves_artifacts=serves_artifacts) as url:
        done = _run(client, script, folder, url, variables, checks=checks, by_pip=by_pip, timeout_s=timeout_s)
        with urlopen(f"{url}/metrics", timeout=30) as answer:
            lines = answer.read().decode().splitlines()
        asked = tuple(line for line in lines if line.startswith("headwater_server_requests_total"))
        yield Session(json.loads(done.stdout.splitlines()[-1]), done.stderr, url, asked)
    store.close()


def report_of(
    client: str, script: Path, folder: Path, url: str, variables: Mapping[str, str], *, by_pip: bool = False
) -> dict[str, str]:
    """Run every check of a script against a server and return what became of each."""
    done = _run(client, script, folder, url, variables, by_pip=by_pip)
    report: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return report


def _run(
    client: str,
    script: Path,
    folder: Path,
    url: str,
    variables: Mapping[str, str],
    *,
    checks: Sequence[str] = (),
    by_pip: bool = False,
    timeout_s: float = 250,
) -> "subprocess.CompletedProcess[str]":
    python = environment_python(HERE / "clients" / f"{client}.txt", CACHE, by_pip=by_pip)
    done = subprocess.run(
        [str(python), str(script), *(checks or checks_in(script))],
        cwd=folder,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "MLFLOW_TRACKING_URI": url,
            "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
            "MLFLOW_ARTIFACT_UPLOAD_DOWNLOAD_TIMEOUT": "30",
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "GIT_PYTHON_REFRESH": "quiet",
            **variables,
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout_s,
    )
    assert done.returncode == 0, done.stderr
    return done
