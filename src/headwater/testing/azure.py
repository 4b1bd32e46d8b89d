"""Microsoft's Azure emulator for tests, where it is installed: `npm install --global azurite`."""

import base64
import email.utils
import hashlib
import hmac
import http.client
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from headwater.protocol.errors import TemporarilyUnavailable

CONTAINER = "headwater-test"
_ACCOUNT = "devstoreaccount1"
_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="  # everybody's
_PORT = 10000  # the only one that clients of the emulator look at
_START_TIMEOUT_S = 60


def azure_emulator() -> str | None:
    """Return the emulator's program, None if it is not installed."""
    return shutil.which("azurite-blob")


@contextmanager
def azure_server(program: str, folder: Path) -> Iterator[dict[str, str]]:
    """Run the emulator with an empty container `CONTAINER`, and yield the environment variables that lead to it."""
    process = subprocess.Popen(
        [program, "--blobPort", str(_PORT), "--location", str(folder), "--skipApiVersionCheck"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _create_container(process)
        yield {
            "AZURE_STORAGE_USE_EMULATOR": "true",
            "AZURE_STORAGE_ACCOUNT_NAME": _ACCOUNT,
            "AZURE_STORAGE_ACCOUNT_KEY": _KEY,
        }
    finally:
        process.kill()  # asked to end, it waits for connections that its clients keep
        process.wait()


def _create_container(process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_TIMEOUT_S
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
    while time.monotonic() < deadline and process.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", _PORT, timeout=10)
        try:
            connection.request("PUT", f"/{_ACCOUNT}/{CONTAINER}?restype=container", headers=headers)
            if connection.getresponse().status == 201:
                return
        except OSError:
            time.sleep(0.05)
        finally:
            connection.close()
    raise TemporarilyUnavailable(f"The Azure emulator did not start within {_START_TIMEOUT_S} s.")
