"""What a server counts about itself, and the page that Prometheus reads: requests, times, queues and sizes."""

from bisect import bisect_left
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
from starlette.requests import Request
from starlette.responses import Response

from headwater.protocol.endpoint import Permission
from headwater.protocol.exposition import CONTENT_TYPE, SECONDS, head, histogram, process_lines, sample
from headwater.server.routes import Route
from headwater.version import __version__

METRICS_PATH = "/metrics"
PAGES = "pages"
UNKNOWN = "unknown"

_REQUESTS = "headwater_server_requests_total"
_LATENCY = "headwater_server_request_seconds"
_QUEUES = "headwater_server_queue"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_JOURNALS = {"database": "", "journal": "-wal"}


class ServerMetrics:
    """Counts the answers of one server; used in its event loop only.

    Args:
        queues: how many wait or are at work in each queue, by its name.
        store_uri: where runs are kept; of a SQLite file the sizes are told too.
    """

    def __init__(self, queues: dict[str, Callable[[], int]], store_uri: str) -> None:
        self._queues = queues
        self._answers: dict[tuple[str, str, int], int] = {}
        self._times: dict[str, list[float]] = {}
        is_file = store_uri.startswith("sqlite:///")
        self._database = Path(store_uri.removeprefix("sqlite:///")).expanduser() if is_file else None

    def routes(self) -> list[Route]:
        """Return the route of the page."""
        return [Route(path=METRICS_PATH, methods=("GET",), permission=Permission.READ, handler=self._answer)]

    def count(self, endpoint: str, method: str, status: int, seconds: float) -> None:
        """Count an answer: `endpoint` is a path of the route table, so that there are only so many of them."""
        key = (endpoint, method if method in _METHODS else "other", status)
        self._answers[key] = self._answers.get(key, 0) + 1
        times = self._times.setdefault(endpoint, [0.0] * (len(SECONDS) + 2))
        times[bisect_left(SECONDS, seconds)] += 1
        times[-1] += seconds

    async def _answer(self, _request: Request, _rest: str) -> Response:
        headers = {"content-type": CONTENT_TYPE, "cache-control": "no-store"}
        return Response("\n".join(self._lines()) + "\n", 200, headers)

    def _lines(self) -> Iterator[str]:
        yield from head("headwater_server_info", "gauge", "The server.")
        yield sample("headwater_server_info", [("version", __version__)], 1)
        yield from head(_REQUESTS, "counter", "Answers by endpoint, method and HTTP status.")
        for (endpoint, method, status), count in sorted(self._answers.items()):
            labels = (("endpoint", endpoint), ("method", method), ("status", str(status)))
            yield sample(_REQUESTS, labels, count)
        yield from head(_LATENCY, "histogram", "Time from a request's head to the end of its answer.")
        for endpoint, times in sorted(self._times.items()):
            yield from histogram(_LATENCY, [("endpoint", endpoint)], SECONDS, times[:-1], times[-1])
        yield from head(_QUEUES, "gauge", "How many wait or are at work.")
        for queue, length in self._queues.items():
            yield sample(_QUEUES, [("queue", queue)], length())
        if self._database is not None:
            yield from head("headwater_server_store_bytes", "gauge", "Size of the SQLite file and of its journal.")
            for part, suffix in _JOURNALS.items():
                file = self._database.with_name(self._database.name + suffix)
                size = file.stat().st_size if file.exists() else 0
                yield sample("headwater_server_store_bytes", [("file", part)], size)
        process = psutil.Process()
        times_of_cpu = process.cpu_times()
        yield from process_lines(process.memory_info().rss, times_of_cpu.user + times_of_cpu.system)
