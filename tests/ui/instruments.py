"""What Chromium's own instruments say of a page: the CPU time of its tasks, its memory, and what came over the wire."""

import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, Page

CODE = {"Script", "Stylesheet"}
UNCOUNTED = {"EventSource", "Other"}
"""The stream of changes, and what the browser asks for itself: the icon of the tab."""

WATCH_SHIFTS = """
window.shift = 0;
new PerformanceObserver(list => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
}).observe({type: "layout-shift", buffered: true});
"""


@dataclass
class Trace:
    """The tasks of a page's main thread, each with the CPU time that it took; waiting for a busy machine is none."""

    tasks_ms: list[float] = field(default_factory=list, repr=False)

    @property
    def total_ms(self) -> float:
        """Return the CPU time of all."""
        return sum(self.tasks_ms)

    @property
    def longest_ms(self) -> float:
        """Return the CPU time of the one during which the page answered nobody the longest."""
        return max(self.tasks_ms, default=0.0)

    @property
    def long_ms(self) -> float:
        """Return the CPU time of the long ones, above 50 ms, together."""
        return sum(task for task in self.tasks_ms if task > 50)


@contextmanager
def traced(browser: Browser, page: Page) -> Iterator[Trace]:
    """Yield a trace that is complete at the end."""
    trace = Trace()
    browser.start_tracing(page=page, categories=["toplevel"])
    try:
        yield trace
    finally:
        events = json.loads(browser.stop_tracing())["traceEvents"]
    threads = {
        (event["pid"], event["tid"])
        for event in events
        if event["name"] == "thread_name" and event["args"]["name"] == "CrRendererMain"
    }
    by_thread: dict[tuple[int, int], list[float]] = {thread: [] for thread in threads}
    for event in events:
        if event["name"] == "ThreadControllerImpl::RunTask" and (event["pid"], event["tid"]) in threads:
            by_thread[event["pid"], event["tid"]].append(event.get("tdur", 0) / 1000)
    # The browser keeps a renderer in reserve, which does next to nothing.
    trace.tasks_ms = max(by_thread.values(), key=sum, default=[])


@dataclass
class Traffic:
    """What a page has asked for, and the bytes that came, headers included."""

    urls: list[str] = field(default_factory=list)
    received: int = 0
    code: int = 0
    """The bytes of scripts and style sheets, as they are packed."""


def watch_traffic(page: Page) -> Traffic:
    """Return what counts from now on."""
    traffic = Traffic()
    kinds: dict[str, str] = {}
    heads: dict[str, int] = {}
    session = page.context.new_cdp_session(page)

    def start(event: dict[str, Any]) -> None:
        kinds[event["requestId"]] = event.get("type", "")
        if event["request"]["url"].startswith("http") and event.get("type") not in UNCOUNTED:
            traffic.urls.append(event["request"]["url"])

    def note_head(event: dict[str, Any]) -> None:
        heads[event["requestId"]] = int(event["response"]["encodedDataLength"])

    def finish(event: dict[str, Any]) -> None:
        traffic.received += int(event["encodedDataLength"])
        if kinds.get(event["requestId"]) in CODE:
            traffic.code += int(event["encodedDataLength"]) - heads.get(event["requestId"], 0)

    session.send("Network.enable")
    session.on("Network.requestWillBeSent", start)
    session.on("Network.responseReceived", note_head)
    session.on("Network.loadingFinished", finish)
    return traffic


def heap_bytes(page: Page) -> int:
    """Return the bytes of JavaScript's heap that are in use after the garbage is collected."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    used: int = session.send("Runtime.getHeapUsage")["usedSize"]
    return used


def count_elements(page: Page) -> int:
    """Return how many elements the document has."""
    count: int = page.evaluate("document.querySelectorAll('*').length")
    return count


def ask_natively(url: str, path: str, body: object) -> bytes:
    """Return what the server answers to a question of our own protocol."""
    request = urllib.request.Request(
        f"{url}/api/headwater/1/{path}", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        content: bytes = answer.read()
    return content
