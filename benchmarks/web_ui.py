"""Our pages and the peer's in the same browser, on the same runs: until the table is usable, scrolling, idling, charts.

    python benchmarks/web_ui.py [runs ...]

The runs, by default 2,000 and 10,000, each with 12 columns (8 metrics, 4 params), and a run with a million points, are
written into our SQLite file and copied row by row into the peer's. Each page is opened in a fresh profile; what is
counted is what Chromium's own instruments say.
"""

import json
import random
import sqlite3
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from measure import Row, Server, lean_peer_server, memory_bytes, our_server, report, scratch
from playwright.sync_api import Browser, CDPSession, Page, sync_playwright
from search_server import copy_runs

from headwater.protocol.journals import Append
from headwater.stores import open_store
from headwater.stores.sql.connection import Connection
from headwater.stores.sql.database import Database

SIZES = (2_000, 10_000)
POINTS = 1_000_000
COMPARED = 50
METRICS = [f"m{number}" for number in range(8)]
PARAMS = [f"p{number}" for number in range(4)]
TAGS = {"mlflow.runName": "", "mlflow.user": "ada", "mlflow.source.name": "train.py"}  # the peer's pages want tags
ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
CHROMIUM = "/usr/bin/chromium"
SCROLL_S = 3.0
IDLE_S = 40.0
PATIENCE_MS = 90_000
WATCH = """
window.shift_ = 0;
new PerformanceObserver(list => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift_ += entry.value;
}).observe({type: "layout-shift", buffered: true});
"""
PAINT = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"
FRAMES = """() => {
  window.frames_ = [];
  let last = performance.now();
  const note = now => { window.frames_.push(now - last); last = now; window.going_ = requestAnimationFrame(note); };
  requestAnimationFrame(now => { last = now; requestAnimationFrame(note); });
}"""


@dataclass(frozen=True)
class Site:
    """Where one of the two shows what: formats of `experiment` and `run`."""

    server: Server
    runs: str
    series: str
    drawn: str
    """What is there once the chart of a series is drawn."""

    compared: Callable[[list[str]], str]


@dataclass(frozen=True)
class Data:
    """What is in both databases: the newest run's name by experiment, and the run with a long series."""

    newest: dict[int, str]
    run_ids: dict[int, list[str]]
    long_run: str


class Traffic:
    """Counts the requests of a page and the bytes that came, headers included."""

    def __init__(self, session: CDPSession) -> None:
        self.requests = 0
        self._finished = 0
        self._open: dict[str, int] = defaultdict(int)
        session.send("Network.enable")
        session.on("Network.requestWillBeSent", self._start)
        session.on("Network.dataReceived", self._receive)
        session.on("Network.loadingFinished", self._finish)

    @property
    def received(self) -> int:
        """Return the bytes so far, those of streams that are still open too."""
        return self._finished + sum(self._open.values())

    def _start(self, event: dict[str, Any]) -> None:
        self.requests += event["request"]["url"].startswith("http")

    def _receive(self, event: dict[str, Any]) -> None:
        self._open[event["requestId"]] += event["encodedDataLength"]

    def _finish(self, event: dict[str, Any]) -> None:
        self._open.pop(event["requestId"], None)
        self._finished += event["encodedDataLength"]


def measure(sizes: tuple[int, ...] = SIZES, idle_s: float = IDLE_S) -> list[Row]:
    """Fill both, then look at ours and at the peer's, one after the other."""
    with scratch() as folder, _browser() as browser:
        data = _fill(folder, sizes)
        with our_server(folder) as server:
            ours = _look(browser, _ours(server), data, idle_s)
            filtered_ms = _filter(browser, _ours(server), data)
        with lean_peer_server(folder) as server:
            _copy(folder, data.long_run)
            peer = _look(browser, _peer(server), data, idle_s)
    rows = [
        Row(name=f"UI: {name}", unit=unit, ours=value, peer=peer.get((name, unit)), note=_note(name))
        for (name, unit), value in ours.items()
    ]
    note = "from the last key to the new rows, of which 120 ms wait for the next key"
    return [*rows, Row(name=f"UI: {max(sizes):,} runs, filtered, time", unit="ms", ours=filtered_ms, note=note)]


def _ours(server: Server) -> Site:
    return Site(
        server,
        "/experiments/{experiment}/runs",
        "/runs/{run}/metrics",
        '[data-chart="loss"] [data-drawn="1"]',
        lambda run_ids: f"/compare?runs={','.join(run_ids)}",
    )


def _peer(server: Server) -> Site:
    runs = "/#/experiments/{experiment}/runs"
    return Site(
        server,
        runs,
        runs + "/{run}/model-metrics",
        ".js-plotly-plot .scatterlayer path.js-line",
        lambda run_ids: f'/#/compare-runs?runs={json.dumps(run_ids)}&experiments=["1"]',
    )


def _note(name: str) -> str:
    if "usable" in name and name.endswith("requests"):
        return "until the newest run is in sight; ours holds every run, the peer's the first 100"
    return f"{SCROLL_S:g} s at 7,200 px a second" if "frame" in name else ""


@contextmanager
def _browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@contextmanager
def _page(browser: Browser) -> Iterator[tuple[Page, CDPSession, Traffic]]:
    """Yield a page in a fresh profile."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})  # so that waiting for a core does not count
    page.add_init_script(WATCH)
    try:
        yield page, session, Traffic(session)
    finally:
        context.close()


def _look(browser: Browser, site: Site, data: Data, idle_s: float) -> dict[tuple[str, str], float]:
    """Return every quantity by its name and unit."""
    found: dict[tuple[str, str], float] = {}
    _open_table(browser, site, data, 1, idle_s=0)  # so that the server has read its own files once
    for experiment, newest in data.newest.items():
        last = newest == list(data.newest.values())[-1]
        figures = _open_table(browser, site, data, experiment, idle_s=idle_s if last else 0)
        size = len(data.run_ids[experiment])
        found.update({(f"{size:,} runs, {name}", unit): value for (name, unit), value in figures.items()})
    found["a million points drawn, time", "ms"] = _draw_series(browser, site, data)
    compared_ms, requests = _compare(browser, site, data)
    found[f"{COMPARED} runs compared, time", "ms"] = compared_ms
    found[f"{COMPARED} runs compared, requests", ""] = requests
    found["server memory after all that", "MB"] = memory_bytes(site.server.pid) / 1e6
    return found


def _open_table(
    browser: Browser, site: Site, data: Data, experiment: int, idle_s: float
) -> dict[tuple[str, str], float]:
    with _page(browser) as (page, session, traffic):
        started = time.perf_counter()
        page.goto(site.server.url + site.runs.format(experiment=experiment))
        page.get_by_text(data.newest[experiment], exact=True).first.wait_for(timeout=PATIENCE_MS)
        found = {
            ("usable, time", "ms"): 1000 * (time.perf_counter() - started),
            ("usable, requests", ""): float(traffic.requests),
            ("usable, received", "kB"): traffic.received / 1000,
            ("usable, renderer CPU", "ms"): 1000 * _instrument(session, "TaskDuration"),
        }
        found["first paint", "ms"] = page.evaluate(PAINT)
        page.wait_for_timeout(1500)
        found["layout shift until it rests", ""] = page.evaluate("window.shift_")
        session.send("HeapProfiler.collectGarbage")
        found["heap", "MB"] = _instrument(session, "JSHeapUsedSize") / 1e6
        frames = _scroll(page)
        found["scrolling, median frame", "ms"] = float(np.median(frames))
        found["scrolling, 95 % of frames within", "ms"] = float(np.quantile(frames, 0.95))
        if idle_s:
            before = traffic.received
            page.wait_for_timeout(1000 * idle_s)
            found[f"idle for {idle_s:g} s, received", "kB"] = (traffic.received - before) / 1000
    return found


def _filter(browser: Browser, site: Site, data: Data) -> float:
    """Return the time from a filter that is typed to the only row that matches it, among the most runs."""
    experiment, newest = max(data.newest.items(), key=lambda item: len(data.run_ids[item[0]]))
    with _page(browser) as (page, _, _):
        page.goto(site.server.url + site.runs.format(experiment=experiment))
        page.get_by_text(newest, exact=True).first.wait_for(timeout=PATIENCE_MS)
        started = time.perf_counter()
        page.get_by_role("combobox", name="Filter runs").fill(newest)
        page.get_by_text("1 matching").wait_for(timeout=PATIENCE_MS)
        return 1000 * (time.perf_counter() - started)


def _instrument(session: CDPSession, name: str) -> float:
    metrics = session.send("Performance.getMetrics")["metrics"]
    return float(next(metric["value"] for metric in metrics if metric["name"] == name))


def _scroll(page: Page) -> list[float]:
    """Turn the wheel over the table and return how long the frames took, in milliseconds."""
    page.mouse.move(700, 500)
    page.evaluate(FRAMES)
    end = time.perf_counter() + SCROLL_S
    while time.perf_counter() < end:
        page.mouse.wheel(0, 120)
        time.sleep(1 / 60)
    frames: list[float] = page.evaluate("() => (cancelAnimationFrame(window.going_), window.frames_)")
    return frames


def _draw_series(browser: Browser, site: Site, data: Data) -> float:
    experiment = len(data.newest) + 1
    with _page(browser) as (page, _, _):
        started = time.perf_counter()
        page.goto(site.server.url + site.series.format(experiment=experiment, run=data.long_run))
        page.locator(site.drawn).first.wait_for(state="attached", timeout=PATIENCE_MS)
        return 1000 * (time.perf_counter() - started)


def _compare(browser: Browser, site: Site, data: Data) -> tuple[float, float]:
    """Return the time and the requests until many runs are compared, a param's row in sight."""
    run_ids = data.run_ids[1][:COMPARED]
    with _page(browser) as (page, _, traffic):
        started = time.perf_counter()
        page.goto(site.server.url + site.compared(run_ids))
        page.get_by_text(PARAMS[0], exact=True).first.wait_for(timeout=PATIENCE_MS)
        return 1000 * (time.perf_counter() - started), float(traffic.requests)


def _fill(folder: Path, sizes: tuple[int, ...]) -> Data:
    """Write an experiment of each size, and one with a single run of many points."""
    uri = f"sqlite:///{folder / 'headwater.db'}"
    open_store(uri).close()
    rng = random.Random(7)
    total, long_experiment = sum(sizes) + 1, len(sizes) + 1
    uuids = [f"{rng.getrandbits(128):032x}" for _ in range(total)]
    experiments = [number for number, size in enumerate(sizes, 1) for _ in range(size)] + [long_experiment]
    database = Database(uri)
    database.write(lambda connection: _write(connection, rng, uuids, experiments))
    database.close()
    run_ids: dict[int, list[str]] = defaultdict(list)
    for uuid, experiment in zip(uuids, experiments, strict=True):
        run_ids[experiment].append(uuid)
    ends = np.cumsum(sizes)
    newest = {experiment: f"run-{end:05}" for experiment, end in enumerate(ends.tolist(), 1)}
    _write_points(uri, uuids[-1])
    return Data(newest, dict(run_ids), uuids[-1])


def _write(connection: Connection, rng: random.Random, uuids: list[str], experiments: list[int]) -> None:
    now = int(time.time() * 1000) - 10**7
    numbers = range(1, len(uuids) + 1)
    connection.many(
        "INSERT INTO experiment (id, name, artifact_location, creation_time, last_update_time) VALUES (?, ?, '', 1, 1)",
        [(experiment, f"experiment {experiment}") for experiment in sorted(set(experiments))],
    )
    keys = connection.key_ids([*METRICS, *PARAMS, *TAGS])
    connection.many(
        "INSERT INTO run (id, uuid, exp_id, name, status, start_time, end_time, artifact_uri, changed) "
        "VALUES (?, ?, ?, ?, 'FINISHED', ?, ?, '', 1)",
        ((n, uuids[n - 1], experiments[n - 1], f"run-{n:05}", now + n, now + n + 5000) for n in numbers),
    )
    connection.many(
        "INSERT INTO latest (exp_id, key_id, run_id, step, time, value) VALUES (?, ?, ?, 1, 1, ?)",
        ((experiments[n - 1], keys[name], n, rng.random()) for n in numbers for name in METRICS),
    )
    values = ((n, name, rng.randrange(1000)) for n in numbers for name in PARAMS)
    connection.many(
        "INSERT INTO param (exp_id, key_id, run_id, value, num) VALUES (?, ?, ?, ?, ?)",
        ((experiments[n - 1], keys[name], n, str(value), float(value)) for n, name, value in values),
    )
    connection.many(
        "INSERT INTO tag (exp_id, key_id, run_id, value) VALUES (?, ?, ?, ?)",
        ((experiments[n - 1], keys[name], n, value or f"run-{n:05}") for n in numbers for name, value in TAGS.items()),
    )
    connection.execute("ANALYZE")


def _write_points(uri: str, run_id: str) -> None:
    steps = np.arange(POINTS, dtype=np.int64)
    noise = np.random.default_rng(7).normal(0, 0.02, POINTS)
    store = open_store(uri)
    for seq, part in enumerate(np.array_split(steps, 10), 1):
        values = 0.3 + np.exp(-part / 2e5) + noise[part]
        store.runs.append(
            Append(
                journal_id="benchmark",
                run_id=run_id,
                first_seq=seq,
                last_seq=seq,
                keys=["loss"],
                key_index=np.zeros(len(part), np.int32).tobytes(),
                steps=part.tobytes(),
                timestamps=(1_700_000_000_000 + part).tobytes(),
                values=values.tobytes(),
            )
        )
    store.close()


def _copy(folder: Path, long_run: str) -> None:
    """Copy the runs into the peer's database, and give the long run as many points there."""
    target = folder / "mlflow.db"
    copy_runs(folder / "headwater.db", target)
    with sqlite3.connect(target, timeout=60) as database:
        database.execute("DELETE FROM metrics WHERE run_uuid = ? AND key = 'loss'", (long_run,))
        database.execute(
            "WITH RECURSIVE place(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM place WHERE n + 1 < ?) "
            "INSERT INTO metrics (key, value, timestamp, run_uuid, step, is_nan) "
            "SELECT 'loss', 0.3 + 1.0 / (1 + n / 1e5) + (n % 97) / 5e3, 1700000000000 + n, ?, n, 0 FROM place",
            (POINTS, long_run),
        )


if __name__ == "__main__":
    chosen = tuple(int(size) for size in sys.argv[1:])
    report(measure(chosen) if chosen else measure())
