"""A server process starts quickly, says when it cannot, and stops at once without losing anything."""

import http.client
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from headwater.protocol.errors import InvalidParameterValue
from headwater.server.serve import listen, serve
from headwater.server.settings import ServerSettings

SERVE = """
import sys
from headwater.server.serve import serve
from headwater.server.settings import ServerSettings
serve(ServerSettings(store_uri=sys.argv[1], port=0), lambda url: print(url, flush=True))
print("stopped", flush=True)
"""


@contextmanager
def server_process(folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run a server over a SQLite file below `folder` and yield its process and URL."""
    command = [sys.executable, "-c", SERVE, f"sqlite:///{folder / 'headwater.db'}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline().strip()
        finally:
            process.kill()


def open_stream(url: str) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
    """Return an event stream that has begun."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=20)
    connection.request("GET", "/api/headwater/1/events")
    response = connection.getresponse()
    assert response.readline() == b"retry: 2000\n"
    return connection, response


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_a_server_with_open_streams_within_two_seconds(tmp_path: Path, number: signal.Signals) -> None:
    with server_process(tmp_path) as (process, url):
        streams = [open_stream(url) for _ in range(3)]
        begun = time.monotonic()

        process.send_signal(number)
        status = process.wait(20)

        elapsed_s = time.monotonic() - begun
        assert process.stdout is not None
        assert process.stdout.read() == "stopped\n"
        for connection, response in streams:
            assert b"event" not in response.read()
            connection.close()
    assert (status, elapsed_s < 2) == (0, True)


def test_a_signal_stops_a_server_with_a_half_sent_upload(tmp_path: Path) -> None:
    with server_process(tmp_path) as (process, url):
        address = urlsplit(url)
        with socket.create_connection((address.hostname, address.port), timeout=20) as connection:
            head = (
                "PUT /api/headwater/1/blobs/"
                + "0" * 64
                + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nhalf"
            )
            connection.sendall(head.encode())
            other = http.client.HTTPConnection(urlsplit(url).netloc, timeout=20)
            other.request("GET", "/health")
            assert other.getresponse().read() == b"OK"
            other.close()

            process.send_signal(signal.SIGTERM)
            status = process.wait(20)

    assert status == 0
    assert not [file for file in (tmp_path / "artifacts").rglob("*") if file.is_file()]


def test_a_taken_port_is_said_clearly(tmp_path: Path) -> None:
    with listen(ServerSettings(port=0)) as listener:
        port = listener.getsockname()[1]

        with pytest.raises(InvalidParameterValue, match=f"Cannot listen on '127.0.0.1:{port}': Address already in use"):
            serve(ServerSettings(store_uri=f"sqlite:///{tmp_path / 'headwater.db'}", port=port))


def test_an_idle_server_is_small(tmp_path: Path) -> None:
    with server_process(tmp_path) as (process, url):
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=20)
        for path in ("/health", "/", "/api/2.0/mlflow/experiments/get?experiment_id=0"):
            connection.request("GET", path)
            assert connection.getresponse().read()
        connection.close()

        lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()

    resident_kib = int(next(line for line in lines if line.startswith("VmRSS")).split()[1])
    assert resident_kib < 100_000
