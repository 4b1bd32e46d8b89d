"""The text in which a server's counters are read by Prometheus, whoever counts."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0)
"""The bounds of the buckets that times of requests are counted in."""

Labels = Iterable[tuple[str, str]]


def head(name: str, kind: str, meaning: str) -> tuple[str, str]:
    """Return the lines before the values of one name: what it means, and whether it is a counter, a gauge …"""
    return f"# HELP {name} {meaning}", f"# TYPE {name} {kind}"


def sample(name: str, labels: Labels, value: float) -> str:
    """Return the line of one value; whole numbers are written without a point."""
    spelled = f"{value:.0f}" if float(value).is_integer() else str(value)
    return f"{name}{_braces(labels)} {spelled}"


def histogram(
    name: str, labels: Labels, bounds: Sequence[float], counts: Sequence[float], total: float
) -> Iterator[str]:
    """Yield the lines of one histogram.

    Args:
        name: of the histogram.
        labels: what tells it from others of its name.
        bounds: the upper bounds of its buckets, without the last one, which has none.
        counts: of each bucket alone, the last one included.
        total: the sum of all that was observed.
    """
    known = tuple(labels)
    so_far = 0.0
    for bound, count in zip((*bounds, "+Inf"), counts, strict=True):
        so_far += count
        yield sample(f"{name}_bucket", (*known, ("le", str(bound))), so_far)
    yield f"{name}_sum{_braces(known)} {total}"
    yield sample(f"{name}_count", known, so_far)


def process_lines(resident_bytes: int, cpu_s: float) -> Iterator[str]:
    """Yield what Prometheus expects of any process."""
    yield from head("process_resident_memory_bytes", "gauge", "Memory of the process that answers.")
    yield f"process_resident_memory_bytes {resident_bytes}"
    yield from head("process_cpu_seconds_total", "counter", "CPU time of the process that answers.")
    yield f"process_cpu_seconds_total {cpu_s}"


def _braces(labels: Labels) -> str:
    text = ",".join(f'{key}="{_escape(value)}"' for key, value in labels)
    return f"{{{text}}}" if text else ""


def _escape(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
