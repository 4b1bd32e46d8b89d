"""A real S3 server for tests: moto's, in a process of its own."""

import http.client
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from headwater.protocol.errors import TemporarilyUnavailable

BUCKET = "headwater-test"
_START_TIMEOUT_S = 180
_STOP_TIMEOUT_S = 30
_RUNNING = re.compile(r"Running on http://127\.0\.0\.1:([0-9]+)")


@contextmanager
def s3_server() -> Iterator[dict[str, str]]:
    """Run an S3 server with an empty bucket `BUCKET`, and yield the environment variables that lead to it."""
    with tempfile.TemporaryDirectory(prefix="headwater-s3-") as folder:
        log = Path(folder) / "log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "moto.server", "--host", "127.0.0.1", "--port", "0"],
                stdout=output,
                stderr=output,
            )
        try:
            port = _wait_for_port(process, log)
            _create_bucket(port)
            yield {
                "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
                "AWS_ACCESS_KEY_ID": "test-key",
                "AWS_SECRET_ACCESS_KEY": "test-secret",
                "AWS_REGION": "us-east-1",
                "AWS_DEFAULT_REGION": "us-east-1",
            }
        finally:
            process.terminate()
            process.wait(_STOP_TIMEOUT_S)


def _wait_for_port(process: subprocess.Popen[bytes], log: Path) -> int:
    deadline = time.monotonic() + _START_TIMEOUT_S
    while time.monotonic() < deadline and process.poll() is None:
        if match := _RUNNING.search(log.read_text()):
            return int(match[1])
        time.sleep(0.05)
    raise TemporarilyUnavailable(f"The S3 server did not start within {_START_TIMEOUT_S} s:\n{log.read_text()}")


def _create_bucket(port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_START_TIMEOUT_S)
    connection.request("PUT", f"/{BUCKET}")
    status = connection.getresponse().status
    connection.close()
    if status != 200:
        raise TemporarilyUnavailable(f"The S3 server answered with status {status} when asked for a bucket.")
