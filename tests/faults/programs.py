"""Programs that log, as processes of their own, and the servers that treat them badly."""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PATIENCE_S = 60.0


def start_program(folder: Path, uri: str, code: str, **variables: str) -> subprocess.Popen[str]:
    """Start Python with `code`, which finds `hw` imported; its journals lie in `folder`."""
    script = folder / f"program-{len(list(folder.glob('program-*')))}.py"
    script.write_text(f"import headwater as hw, os, sys, time\nif __name__ == '__main__':\n{_indent(code)}\n")
    environment = {
        name: value for name, value in os.environ.items() if "HEADWATER" not in name and "MLFLOW" not in name
    }
    environment |= {"HEADWATER_HOME": str(folder / "home"), "HEADWATER_TRACKING_URI": uri, **variables}
    return subprocess.Popen(
        [sys.executable, str(script)],
        env=environment,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run_program(folder: Path, uri: str, code: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run such a program to its end."""
    with start_program(folder, uri, code, **variables) as process:
        output, errors = process.communicate(timeout=PATIENCE_S)
        return subprocess.CompletedProcess(process.args, process.returncode, output, errors)


def wait_for(condition: Callable[[], bool], patience_s: float = PATIENCE_S) -> None:
    """Wait until the condition holds, or fail."""
    deadline = time.monotonic() + patience_s
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError("The condition did not come true in time.")
        threading.Event().wait(0.02)


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def silent_server() -> Iterator[str]:
    """Yield the URL of a server that accepts connections and never answers."""
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(128)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@contextmanager
def answering_server(status: int, body: bytes) -> Iterator[str]:
    """Yield the URL of a server that answers every request alike."""

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_PUT = do_POST  # noqa: N815 - the names that the library calls

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _indent(code: str) -> str:
    return "\n".join(f"    {line}" for line in code.strip("\n").splitlines())
