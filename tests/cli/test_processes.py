"""The command line as processes: servers that start and stop, and programs that end badly."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

HEAVY = {"numpy", "pandas", "rich", "starlette", "uvicorn", "sqlite3", "urllib3", "psycopg", "asyncio"}


@contextmanager
def started(folder: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start a serving command; yield it and the address that it announced."""
    with subprocess.Popen(
        [sys.executable, "-m", "headwater", *arguments],
        cwd=folder,
        env={**os.environ, "HEADWATER_HOME": str(folder / "home")},
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stderr is not None
            seen = []
            for line in process.stderr:
                seen.append(line)
                if "Headwater is at " in line:
                    yield process, line.split("Headwater is at ")[1].split()[0]
                    break
            else:
                raise AssertionError("".join(seen))
        finally:
            process.kill()


def call(address: str, path: str) -> dict[str, list[dict[str, str]]]:
    with urllib.request.urlopen(address + path, timeout=10) as answer:
        found: dict[str, list[dict[str, str]]] = json.load(answer)
    return found


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_server_answers_and_stops_when_told(tmp_path: Path, stop: signal.Signals) -> None:
    with started(tmp_path, "server", "--port", "0", "--backend-store-uri", "sqlite:///runs.db") as (process, address):
        found = call(address, "/api/2.0/mlflow/experiments/search?max_results=5")

        process.send_signal(stop)

        assert [experiment["name"] for experiment in found["experiments"]] == ["Default"]
        assert process.wait(10) == 0
        assert (tmp_path / "runs.db").exists()


def test_ui_takes_another_port_if_its_own_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        monkeypatch.setenv("HEADWATER_PORT", str(taken))

        with started(tmp_path, "ui", "--no-browser") as (_, address):
            assert not address.endswith(f":{taken}")
            assert call(address, "/api/2.0/mlflow/experiments/search?max_results=5")["experiments"]


def test_ui_opens_the_browser_that_the_environment_names_below_the_prefix(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, program = tmp_path / "opened", tmp_path / "browser.sh"
    os.mkfifo(opened)
    program.write_text(f'#!/bin/sh\necho "$1" > "{opened}"\n')
    program.chmod(0o755)
    monkeypatch.setenv("BROWSER", str(program))

    with started(tmp_path, "ui", "--port", "0", "--static-prefix", "/team/hw") as (_, address):
        page = opened.read_text().strip()

    assert address.endswith("/team/hw")
    assert page == f"{address}/"


def test_server_says_that_its_port_is_taken(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])

        done = subprocess.run(
            [sys.executable, "-m", "headwater", "server", "--port", port],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )

    assert done.returncode == 1
    assert f"'127.0.0.1:{port}'" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_importing_the_command_line_loads_nothing_heavy() -> None:
    code = "import sys; import headwater.cli; print(*sys.modules)"

    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)

    assert not HEAVY.intersection(done.stdout.split())
