"""Speaks the few routes of the Kubernetes API that projects need, and runs the container of a Job as a process.

What it is sent must be what the official client's own models describe. Commands and variables are expanded as a kubelet
does, and a container gets its own variables only.
"""

import json
import os
import re
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import yaml
from kubernetes.client import ApiClient

Json = dict[str, Any]
CODE = "/mlflow/projects/code"
_JOBS = re.compile(r"/apis/batch/v1/namespaces/([^/]+)/jobs(?:/([^/]+))?(?:/status)?")
_PODS = re.compile(r"/api/v1/namespaces/([^/]+)/pods")
_LOG = re.compile(r"/api/v1/namespaces/([^/]+)/pods/([^/]+)/log")
_EXPANDED = re.compile(r"\$\$|\$\(([^)]*)\)")


class Node:
    """The jobs of a cluster.

    Attributes:
        code: what the images have at `CODE`.
        obstacle: why no container starts, such as ImagePullBackOff.
        outages: how many requests are answered with 503 from now on.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.code = folder
        self.obstacle = ""
        self.outages = 0
        self.jobs: dict[str, Json] = {}
        self.deleted: list[str] = []
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def create(self, manifest: Json) -> Json:
        """Take a Job and start its container."""
        check(manifest)
        name = manifest["metadata"]["name"]
        self.jobs[name] = manifest
        if not self.obstacle:
            self._processes[name] = self._start(name, manifest["spec"]["template"]["spec"]["containers"][0])
        return manifest

    def delete(self, name: str) -> None:
        """Delete a Job; its container is killed."""
        self.deleted.append(name)
        del self.jobs[name]
        if name in self._processes:
            with suppress(ProcessLookupError):
                os.killpg(self._processes[name].pid, signal.SIGKILL)

    def status(self, name: str) -> Json:
        """Return a Job with its status."""
        code = self._code(name)
        conditions: list[Json] = []
        if code == 0:
            conditions = [{"type": kind, "status": "True"} for kind in ("SuccessCriteriaMet", "Complete")]
        elif code is not None:
            message = "Job has reached the specified backoff limit"
            conditions = [{"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded", "message": message}]
        return {**self.jobs[name], "status": {"conditions": conditions, "active": int(code is None)}}

    def pod(self, name: str) -> Json:
        """Return the pod of a Job."""
        code = self._code(name)
        state: Json = {"running": {"startedAt": "2026-01-01T00:00:00Z"}}
        if self.obstacle:
            state = {"waiting": {"reason": self.obstacle, "message": "Back-off pulling image"}}
        elif code is not None:
            state = {"terminated": {"exitCode": code, "reason": "Completed" if code == 0 else "Error"}}
        container = self.jobs[name]["spec"]["template"]["spec"]["containers"][0]
        status = {"name": container["name"], "state": state, "image": container["image"], "imageID": ""}
        status |= {"ready": False, "restartCount": 0}
        metadata = {"name": f"{name}-x1", "labels": {"job-name": name}, "creationTimestamp": "2026-01-01T00:00:00Z"}
        return {"metadata": metadata, "status": {"phase": "Pending", "containerStatuses": [status]}}

    def read_log(self, pod: str, *, follow: bool) -> Iterator[bytes]:
        """Yield what a container printed, until it ends if it is followed."""
        name = pod.removesuffix("-x1")
        with (self.folder / f"{name}.log").open("rb") as log:
            while True:
                is_over = not follow or self._code(name) is not None
                while data := log.read(4096):
                    yield data
                if is_over:
                    return
                threading.Event().wait(0.02)

    def close(self) -> None:
        """Kill what still runs."""
        for name in list(self.jobs):
            self.delete(name)
        for process in self._processes.values():
            process.wait()

    def _code(self, name: str) -> int | None:
        process = self._processes.get(name)
        return None if process is None else process.poll()

    def _start(self, name: str, container: Json) -> "subprocess.Popen[bytes]":
        variables = {"PATH": os.environ["PATH"], "HOME": str(self.folder)}
        for item in container.get("env", []):
            value = expand(item.get("value", ""), variables)
            variables[item["name"]] = f"{self.code}{value[len(CODE) :]}" if value.startswith(CODE) else value
        assert container["workingDir"] == CODE
        command = [expand(word, variables) for word in container["command"]]
        with (self.folder / f"{name}.log").open("wb") as log:
            return subprocess.Popen(
                command, env=variables, cwd=self.code, stdout=log, stderr=log, start_new_session=True
            )


def expand(text: str, variables: dict[str, str]) -> str:
    """Expand `$(NAME)` as a kubelet does; `$$` is one dollar, and what it does not know stays."""
    return _EXPANDED.sub(lambda match: "$" if match[0] == "$$" else variables.get(match[1], match[0]), text)


def check(manifest: Json) -> None:
    """Fail for a manifest that is not wholly what the client's models describe."""
    client = ApiClient()
    job = client.deserialize(json.dumps(manifest), "V1Job", "application/json")
    assert client.sanitize_for_serialization(job) == manifest


class _Answer(BaseHTTPRequestHandler):
    node: ClassVar[Node]
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        query = parse_qs(url.query)
        if self._is_out():
            return
        if match := _LOG.fullmatch(url.path):
            self._stream(match[2], follow=query.get("follow") == ["True"])
        elif _PODS.fullmatch(url.path):
            name = query["labelSelector"][0].removeprefix("job-name=")
            self._say(200, {"items": [self.node.pod(name)] if name in self.node.jobs else []})
        elif (match := _JOBS.fullmatch(url.path)) and match[2] in self.node.jobs:
            self._say(200, self.node.status(match[2]))
        else:
            self._refuse(404, f'jobs.batch "{url.path}" not found')

    def do_POST(self) -> None:
        match = _JOBS.fullmatch(urlsplit(self.path).path)
        manifest = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if match is None or match[1] != "team":
            self._refuse(403, "jobs.batch is forbidden: User cannot create resource")
        else:
            self._say(201, self.node.create(manifest))

    def do_DELETE(self) -> None:
        match = _JOBS.fullmatch(urlsplit(self.path).path)
        options = json.loads(self.rfile.read(int(self.headers.get("content-length") or 0)) or b"{}")
        query = parse_qs(urlsplit(self.path).query)
        assert options.get("propagationPolicy", query.get("propagationPolicy", [""])[0]) == "Foreground"
        assert match is not None
        self.node.delete(match[2])
        self._say(200, {"kind": "Status", "status": "Success"})

    def _is_out(self) -> bool:
        if self.node.outages:
            self.node.outages -= 1
            self._refuse(503, "the server is currently unable to handle the request")
            return True
        return False

    def _stream(self, pod: str, *, follow: bool) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/plain")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        for data in self.node.read_log(pod, follow=follow):
            self.wfile.write(b"%x\r\n%b\r\n" % (len(data), data))
        self.wfile.write(b"0\r\n\r\n")

    def _refuse(self, code: int, message: str) -> None:
        self._say(code, {"kind": "Status", "status": "Failure", "message": message, "code": code})

    def _say(self, code: int, body: Json) -> None:
        data = json.dumps(body).encode()
        self.send_response(code)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Say nothing."""


@contextmanager
def running_node(folder: Path) -> Iterator[tuple[Node, Path]]:
    """Run a cluster and yield its jobs and the configuration, for KUBECONFIG."""
    node = Node(folder)

    answer = type("Answer", (_Answer,), {"node": node})
    server = ThreadingHTTPServer(("127.0.0.1", 0), answer)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield node, _write_configuration(folder, f"http://127.0.0.1:{server.server_address[1]}")
    finally:
        node.close()
        server.shutdown()
        thread.join()
        server.server_close()


def _write_configuration(folder: Path, url: str) -> Path:
    path = folder / "kubeconfig"
    contexts = [
        {"name": name, "context": {"cluster": "c", "user": "u", "namespace": name}} for name in ("team", "other")
    ]
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "c", "cluster": {"server": url}}],
        "users": [{"name": "u", "user": {}}],
        "contexts": contexts,
        "current-context": "team",
    }
    path.write_text(yaml.safe_dump(content))
    return path
