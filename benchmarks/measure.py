"""What the benchmarks share: the peer's environment and servers, CPU and memory of a process tree, and the table."""

import contextlib
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from headwater.testing.environments import environment_python

HERE = Path(__file__).parent
CACHE = HERE.parent / ".cache"
PEER = "MLflow 3.17.2"
START_DEADLINE_S = 120
_TRACKING_PROBE = "/api/2.0/mlflow/experiments/search?max_results=1"
TICKS_PER_S = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, kw_only=True)
class Row:
    """One measured quantity of ours and of the peer; `note` says what was done and what was scaled."""

    name: str
    unit: str
    ours: float
    peer: float | None = None
    more_is_better: bool = False
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Return how many times better we are."""
        if self.peer is None or not self.ours or not self.peer:
            return None
        return self.ours / self.peer if self.more_is_better else self.peer / self.ours


@dataclass(frozen=True)
class Server:
    """A running server: its address and the process at the root of its tree."""

    url: str
    pid: int
    ready_s: float


def number(value: float | None) -> str:
    """Return three significant digits, without an exponent."""
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def table(rows: list[Row]) -> str:
    """Return the rows as a Markdown table."""
    lines = [f"| | unit | Headwater | {PEER} | better by | |", "|---|---|---:|---:|---:|---|"]
    for row in rows:
        ratio = f"**{number(row.ratio)} ×**" if row.ratio else ""
        lines.append(f"| {row.name} | {row.unit} | {number(row.ours)} | {number(row.peer)} | {ratio} | {row.note} |")
    return "\n".join(lines)


def peer_python() -> str:
    """Return the Python of an environment with the peer, made at first use."""
    return str(environment_python(HERE / "peers" / "mlflow.txt", CACHE / "environments", is_compiled=True))


def run_code(python: str, code: str, folder: Path, *arguments: str, **variables: str) -> dict[str, Any]:
    """Run a program in a process of its own and return the JSON object that it prints last."""
    done = subprocess.run(
        [python, "-c", code, *arguments],
        cwd=folder,
        env=environment(folder) | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def environment(folder: Path) -> dict[str, str]:
    """Return variables that keep a program inside `folder` and the peer quiet."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "HEADWATER_HOME": str(folder / "home"),
        "HEADWATER_QUIET_URLS": "1",
        "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "1",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "GIT_PYTHON_REFRESH": "quiet",
    }


@contextlib.contextmanager
def scratch() -> Iterator[Path]:
    """Yield an empty folder and remove it."""
    with tempfile.TemporaryDirectory(prefix="headwater-benchmark-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def peer_database(folder: Path) -> str:
    """Return the URI of a new, migrated, empty SQLite database of the peer (migrating takes it many seconds)."""
    template = CACHE / "benchmarks" / "mlflow-empty.db"
    if not template.exists():
        template.parent.mkdir(parents=True, exist_ok=True)
        code = "import mlflow; mlflow.set_tracking_uri('sqlite:///new.db'); mlflow.search_experiments(); print('{}')"
        run_code(peer_python(), code, folder)
        shutil.move(folder / "new.db", template)
    shutil.copyfile(template, folder / "mlflow.db")
    return f"sqlite:///{folder / 'mlflow.db'}"


@contextlib.contextmanager
def our_server(folder: Path) -> Iterator[Server]:
    """Serve a new SQLite file by `headwater server`."""
    port = free_port()
    command = [sys.executable, "-m", "headwater", "server", "--port", str(port)]
    command += ["--backend-store-uri", f"sqlite:///{folder / 'headwater.db'}"]
    with served(command, folder, f"http://127.0.0.1:{port}") as server:
        yield server


@contextlib.contextmanager
def peer_server(folder: Path, *options: str, **variables: str) -> Iterator[Server]:
    """Serve a migrated, empty SQLite file by `mlflow server`."""
    port = free_port()
    command = [peer_python(), "-m", "mlflow", "server", "--port", str(port), *options]
    command += ["--backend-store-uri", peer_database(folder), "--artifacts-destination", str(folder / "artifacts")]
    with served(command, folder, f"http://127.0.0.1:{port}", **variables) as server:
        yield server


@contextlib.contextmanager
def lean_peer_server(folder: Path) -> Iterator[Server]:
    """Serve by `mlflow server` in its leanest setting: one worker, no job execution."""
    with peer_server(folder, "--workers", "1", MLFLOW_SERVER_ENABLE_JOB_EXECUTION="false") as server:
        yield server


@contextlib.contextmanager
def served(
    command: list[str], folder: Path, url: str, probe: str = _TRACKING_PROBE, **variables: str
) -> Iterator[Server]:
    """Run a server in `folder` and yield it once it answers at `probe`."""
    started = time.perf_counter()
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=folder, env=environment(folder) | variables, stdout=log, stderr=log, start_new_session=True
        )
    try:
        _wait_until_ready(url + probe, process, folder / "server.log")
        yield Server(url, process.pid, time.perf_counter() - started)
    finally:
        for pid in reversed(process_tree(process.pid)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, 15)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()


def _wait_until_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_DEADLINE_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (OSError, urllib.error.URLError):
            time.sleep(0.02)
    raise RuntimeError(f"The server did not answer at {url}:\n{log.read_text()[-2000:]}")


def free_port() -> int:
    """Return a port that nothing listens on, out of the range from which systems give ports to whoever asks for any.

    So nobody else is given it while the peer, which takes many seconds, starts.
    """
    while True:
        with (
            contextlib.suppress(OSError),
            socket.create_server(("127.0.0.1", random.randrange(15_000, 30_000))) as found,
        ):
            port: int = found.getsockname()[1]
            return port


def process_tree(root: int) -> list[int]:
    """Return a process and everything it started, parents first."""
    children: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = path.read_text().rsplit(")", 1)[1].split()
            children.setdefault(int(fields[1]), []).append(int(path.parent.name))
    tree = [root]
    for pid in tree:
        tree += children.get(pid, [])
    return tree


def cpu_seconds(root: int) -> float:
    """Return the user and system time of a process tree, ended children included."""
    total = 0
    for pid in process_tree(root):
        with contextlib.suppress(OSError):
            total += sum(map(int, Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[11:15]))
    return total / TICKS_PER_S


def memory_bytes(root: int) -> int:
    """Return the resident memory of a process tree; pages that its processes share count once each."""
    total = 0
    for pid in process_tree(root):
        with contextlib.suppress(OSError):
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
            total += next(int(line.split()[1]) * 1024 for line in rollup.splitlines() if line.startswith("Pss:"))
    return total


def percentile(values: list[float], share: float) -> float:
    """Return the value below which `share` of the values lie."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def report(rows: list[Row]) -> None:
    """Print the table of one benchmark."""
    print(table(rows))
