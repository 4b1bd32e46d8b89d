"""Counters in memory that all workers of a server share, and the Prometheus text made of them."""

import mmap
import os
import tempfile
import threading
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from typing import Final

import psutil

from headwater.protocol.exposition import SECONDS, Labels, head, histogram, process_lines, sample

ROUTES: Final = ("invocations", "infer", "other")
STATUSES: Final = (200, 400, 403, 404, 405, 413, 415, 429, 500, 503, 504)
LOADS: Final = ("loaded", "failed")
BATCH_ROWS: Final = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 4096)

_REQUESTS = 0
_LOADS = _REQUESTS + len(ROUTES) * (len(STATUSES) + 1)
_WAITING = _LOADS + len(LOADS)
_LATENCY = _WAITING + 1
_LATENCY_SIZE = len(SECONDS) + 2  # one count a bucket, one beyond the last, and the sum
_PREDICTING = _LATENCY + len(ROUTES) * _LATENCY_SIZE
_BATCHES = _PREDICTING + _LATENCY_SIZE
_SLOTS = _BATCHES + len(BATCH_ROWS) + 2
_NUMBER_BYTES = 8
_STATUS_INDEX = {status: index for index, status in enumerate(STATUSES)}


def shared_memory_file(workers: int) -> int:
    """Return the descriptor of an unnamed file that the counters of so many workers fit into; the caller closes it."""
    with tempfile.TemporaryFile() as file:
        file.truncate(workers * _SLOTS * _NUMBER_BYTES)
        return os.dup(file.fileno())


class Metrics:
    """Counts what one worker does; any worker tells what all of them did. Predictions may be counted in any thread.

    Args:
        descriptor: of a file from `shared_memory_file`; None: memory of this process alone.
        worker: the number of this one.
        workers: how many share the file.
    """

    def __init__(self, descriptor: int | None = None, worker: int = 0, workers: int = 1) -> None:
        self._map = mmap.mmap(-1 if descriptor is None else descriptor, workers * _SLOTS * _NUMBER_BYTES)
        self._all = memoryview(self._map).cast("d")
        self._own = self._all[worker * _SLOTS : (worker + 1) * _SLOTS]
        self._own[_WAITING] = 0.0
        self._predicting = threading.Lock()

    def count_request(self, route: str, status: int, seconds: float) -> None:
        """Count an answer."""
        number = ROUTES.index(route)
        self._own[_REQUESTS + number * (len(STATUSES) + 1) + _STATUS_INDEX.get(status, len(STATUSES))] += 1
        self._observe(_LATENCY + number * _LATENCY_SIZE, SECONDS, seconds)

    def count_prediction(self, rows: int, seconds: float) -> None:
        """Count a call of the model's predict with so many rows."""
        with self._predicting:
            self._observe(_PREDICTING, SECONDS, seconds)
            self._observe(_BATCHES, BATCH_ROWS, rows)

    def count_load(self, outcome: str) -> None:
        """Count a model that was loaded or could not be."""
        self._own[_LOADS + LOADS.index(outcome)] += 1

    def set_waiting(self, number: int) -> None:
        """Say how many requests wait or are predicted."""
        self._own[_WAITING] = number

    def render(self, model: Mapping[str, str]) -> str:
        """Return all workers' counters as Prometheus reads them; `model` labels what is served."""
        return "\n".join(self._lines(model)) + "\n"

    def _observe(self, start: int, bounds: tuple[float, ...], value: float) -> None:
        self._own[start + bisect_left(bounds, value)] += 1
        self._own[start + len(bounds) + 1] += value

    def _total(self, slot: int) -> float:
        return sum(self._all[slot::_SLOTS])

    def _lines(self, model: Mapping[str, str]) -> Iterator[str]:
        yield from head("headwater_scoring_model_info", "gauge", "The model that is served.")
        yield sample("headwater_scoring_model_info", model.items(), 1)
        yield from head("headwater_scoring_requests_total", "counter", "Answers by route and HTTP status.")
        for number, route in enumerate(ROUTES):
            for index, status in enumerate((*STATUSES, "other")):
                if total := self._total(_REQUESTS + number * (len(STATUSES) + 1) + index):
                    labels = (("route", route), ("status", str(status)))
                    yield sample("headwater_scoring_requests_total", labels, total)
        yield from head("headwater_scoring_request_seconds", "histogram", "Time from a request's head to its answer.")
        for number, route in enumerate(ROUTES):
            start = _LATENCY + number * _LATENCY_SIZE
            yield from self._histogram("headwater_scoring_request_seconds", (("route", route),), start, SECONDS)
        yield from head("headwater_scoring_predict_seconds", "histogram", "Time of one call of the model's predict.")
        yield from self._histogram("headwater_scoring_predict_seconds", (), _PREDICTING, SECONDS)
        yield from head("headwater_scoring_batch_rows", "histogram", "Rows of one call of the model's predict.")
        yield from self._histogram("headwater_scoring_batch_rows", (), _BATCHES, BATCH_ROWS)
        yield from head("headwater_scoring_waiting", "gauge", "Requests that wait or are predicted.")
        yield sample("headwater_scoring_waiting", (), self._total(_WAITING))
        yield from head("headwater_scoring_model_loads_total", "counter", "Loads of a model, by outcome.")
        for index, outcome in enumerate(LOADS):
            loads = self._total(_LOADS + index)
            yield sample("headwater_scoring_model_loads_total", (("outcome", outcome),), loads)
        process = psutil.Process()
        times = process.cpu_times()
        yield from process_lines(process.memory_info().rss, times.user + times.system)

    def _histogram(self, name: str, labels: Labels, start: int, bounds: tuple[float, ...]) -> Iterator[str]:
        counts = [self._total(start + index) for index in range(len(bounds) + 1)]
        return histogram(name, labels, bounds, counts, self._total(start + len(bounds) + 1))
