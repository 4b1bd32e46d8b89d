"""Microsoft's emulator of Azure's blob storage for tests, in a process of its own."""

import base64
import email.utils
import hashlib
import hmac
import http.client
import re
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from headwater.protocol.errors import TemporarilyUnavailable

CONTAINER = "headwater-test"
_ACCOUNT = "devstoreaccount1"
_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="  # everybody's
_START_TIMEOUT_S = 60
_LISTENS = re.compile(r"listens on http://127\.0\.0\.1:([0-9]+)")


@contextmanager
def azure_server(program: Sequence[str]) -> Iterator[dict[str, str]]:
    """Run the emulator with an empty container `CONTAINER`, and yield the environment variables that lead to it.

    `program` is the command of `azurite-blob`; what it keeps is in its memory and goes with it.
    """
    options = ["--blobPort", "0", "--inMemoryPersistence", "--skipApiVersionCheck", "--disableTelemetry"]
    with tempfile.TemporaryDirectory(prefix="headwater-azure-") as folder:
        log = Path(folder) / "log"
        with log.open("wb") as output:
            process = subprocess.Popen([*program, *options], cwd=folder, stdout=output, stderr=output)
        try:
            port = _wait_for_port(process, log)
            _create_container(port)
            yield {
                "AZURE_STORAGE_USE_EMULATOR": "true",
                "AZURITE_BLOB_STORAGE_URL": f"http://127.0.0.1:{port}",
                "AZURE_STORAGE_ACCOUNT_NAME": _ACCOUNT,
                "AZURE_STORAGE_ACCOUNT_KEY": _KEY,
            }
        finally:
            process.kill()  # asked to end, it waits for connections that its clients keep
            process.wait()


def _wait_for_port(process: subprocess.Popen[bytes], log: Path) -> int:
    deadline = time.monotonic() + _START_TIMEOUT_S
    while time.monotonic() < deadline and process.poll() is None:
        if match := _LISTENS.search(log.read_text()):
            return int(match[1])
        time.sleep(0.05)
    raise TemporarilyUnavailable(f"The Azure emulator did not start within {_START_TIMEOUT_S} s:\n{log.read_text()}")


def _create_container(port: int) -> None:
    date = email.utils.formatdate(usegmt=True)
    text = (
        f"PUT{chr(10) * 12}x-ms-date:{date}\nx-ms-version:2020-10-02\n/{_ACCOUNT}/{_ACCOUNT}/{CONTAINER}\n"
        "restype:container"
    )
    signature = base64.b64encode(hmac.new(base64.b64decode(_KEY), text.encode(), hashlib.sha256).digest()).decode()
    headers = {
        "x-ms-date": date,
        "x-ms-version": "2020-10-02",
        "authorization": f"SharedKey {_ACCOUNT}:{signature}",
        "content-length": "0",
    }
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_START_TIMEOUT_S)
    connection.request("PUT", f"/{_ACCOUNT}/{CONTAINER}?restype=container", headers=headers)
    status = connection.getresponse().status
    connection.close()
    if status != 201:
        raise TemporarilyUnavailable(f"The Azure emulator answered with status {status} when asked for a container.")
