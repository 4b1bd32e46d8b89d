"""Charts in a browser: a series of a million points, five hundred lines under the pointer, fifty runs compared."""

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import numpy.typing as npt
from measure import Row, table
from playwright.sync_api import Page, sync_playwright

from headwater.protocol.experiments import CreateExperiment
from headwater.protocol.journals import Append
from headwater.protocol.runs import CreateRun, LogBatch, Param
from headwater.protocol.views import CreateView
from headwater.stores import open_store
from headwater.stores.interface import Store
from headwater.testing.servers import live_server

LONG_POINTS = 1_000_000
LINES = 500
LINE_POINTS = 500
MANY_RUNS, MANY_METRICS, MANY_POINTS = 200, 10, 200
COMPARED = 50
PARAMS = 40
HOVER_MS = 2000
ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]

# Resolves when a chart of the name has been painted, with the milliseconds since the call.
UNTIL_DRAWN = """
([name, act]) => new Promise(done => {
  const find = () => document.querySelector(`[data-chart="${name}"] canvas`);
  const before = find()?.getAttribute("aria-label") ?? "";
  const start = performance.now();
  (0, eval)(act);
  const look = () => {
    const canvas = find();
    const label = canvas?.getAttribute("aria-label") ?? "";
    if (!label || label === before) return requestAnimationFrame(look);
    requestAnimationFrame(() => done(performance.now() - start));
  };
  look();
})
"""
SEARCH = """(() => {
  const box = document.querySelector('[aria-label^="Find metrics"]');
  box.value = "%s"; box.dispatchEvent(new Event("input", {bubbles: true}));
})()"""
FRAMES = """
milliseconds => new Promise(done => {
  const times = [];
  const start = performance.now();
  const over = document.querySelector(".u-over");
  const box = over.getBoundingClientRect();
  const step = now => {
    times.push(now);
    const share = (now - start) / milliseconds;
    if (share >= 1) return done(times.slice(1).map((time, index) => time - times[index]));
    const place = {
      clientX: box.left + box.width * share,
      clientY: box.top + box.height * (0.5 + 0.4 * Math.sin(share * 20)),
      bubbles: true,
    };
    over.dispatchEvent(new MouseEvent("mousemove", place));
    requestAnimationFrame(step);
  };
  over.dispatchEvent(new MouseEvent("mouseenter", {clientX: box.left, clientY: box.top}));
  requestAnimationFrame(step);
})
"""


def append(store: Store, run_id: str, key: str, values: npt.NDArray[np.float64]) -> None:
    """Append one value a step to a metric, in requests of 100,000."""
    for number, start in enumerate(range(0, len(values), 100_000), start=1):
        some = values[start : start + 100_000]
        steps = np.arange(start, start + len(some), dtype=np.int64)
        store.runs.append(
            Append(
                journal_id=f"{key}{run_id}",
                run_id=run_id,
                first_seq=number,
                last_seq=number,
                keys=[key],
                key_index=np.zeros(len(some), np.int32).tobytes(),
                steps=steps.tobytes(),
                timestamps=(1_700_000_000_000 + steps).tobytes(),
                values=some.tobytes(),
            )
        )


def fill(store: Store) -> tuple[str, str, list[str]]:
    """Make the runs; return the long one, the view of the many, and those to compare."""
    noise = np.random.default_rng(0)
    experiment_id = store.experiments.create(CreateExperiment("charts")).experiment_id

    def make(name: str) -> str:
        request = CreateRun(experiment_id=experiment_id, run_name=name, start_time=1, user_id="ada")
        return store.runs.create(request).run.info.run_id

    long = make("long")
    append(store, long, "loss", np.exp(-np.linspace(0, 4, LONG_POINTS)) + noise.normal(0, 0.01, LONG_POINTS))
    append(store, long, "warm", np.ones(2))
    many = []
    for number in range(LINES):
        run_id = make(f"run {number}")
        append(store, run_id, "loss", np.exp(-np.linspace(0, 4, LINE_POINTS)) + noise.normal(0, 0.05, LINE_POINTS))
        if number < COMPARED:
            params = [Param(f"param_{key}", str(noise.integers(9))) for key in range(PARAMS)]
            store.runs.log_batch(LogBatch(run_id, params=params))
        if number < MANY_RUNS:
            for metric in range(MANY_METRICS):
                append(store, run_id, f"m{metric}", noise.normal(0, 1, MANY_POINTS).cumsum())
        many.append(run_id)
    view = store.views.create(CreateView("many", {"kind": "comparison", "runs": many})).view
    return long, view.view_id, many


@contextmanager
def opened(url: str) -> Iterator[Page]:
    """Yield a page of a fresh browser."""
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1440, "height": 900}, base_url=url)
        yield page
        browser.close()


def measure_long(page: Page, run_id: str) -> list[Row]:
    """Draw a million points, and a quarter of them after a zoom."""
    page.goto(f"/runs/{run_id}/metrics?keys=warm")
    page.locator('[data-chart="warm"] [data-drawn]').wait_for()
    drawn = page.evaluate(UNTIL_DRAWN, ["loss", SEARCH % "loss"])
    box = page.locator('[data-chart="loss"] .u-over').bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 50, steps=4)
    label = page.locator('[data-chart="loss"] canvas').get_attribute("aria-label") or ""
    start = time.perf_counter()
    page.mouse.up()
    page.wait_for_function(
        "old => { const now = document.querySelector('[data-chart=\"loss\"] canvas').getAttribute('aria-label');"
        " return now !== old && / 2[0-9]{2},/.test(now); }",
        arg=label,
    )
    zoomed = (time.perf_counter() - start) * 1000
    return [
        Row(name="A series of 1,000,000 points, asked for and drawn", unit="ms", ours=drawn, note="budget 200 ms"),
        Row(name="The same after a zoom to a quarter", unit="ms", ours=zoomed, note="budget 200 ms"),
    ]


def measure_many(page: Page, run_ids: list[str]) -> list[Row]:
    """Draw all cards of many runs, from a fresh page."""
    view = page.request.post(
        "/api/headwater/1/views/create", data={"name": "many", "state": {"kind": "comparison", "runs": run_ids}}
    )
    page.set_viewport_size({"width": 1440, "height": 2400})
    page.goto("about:blank")
    start = time.perf_counter()
    page.goto(f"/compare?set={view.json()['view']['view_id']}&tab=curves&keys=^m")
    page.wait_for_function(f"document.querySelectorAll('[data-chart] [data-drawn]').length === {MANY_METRICS}")
    drawn = (time.perf_counter() - start) * 1000
    page.set_viewport_size({"width": 1440, "height": 900})
    name = f"{MANY_RUNS} runs of {MANY_METRICS} metrics of {MANY_POINTS} points, all charts in view"
    return [Row(name=name, unit="ms", ours=drawn, note="budget 500 ms; the page itself included")]


def measure_hover(page: Page, view_id: str) -> list[Row]:
    """Move over a chart of many lines."""
    page.goto(f"/compare?set={view_id}&tab=curves&keys=^loss$&chart=loss")
    page.locator("dialog [data-drawn]").wait_for(timeout=60_000)
    page.wait_for_timeout(1000)
    page.evaluate("document.querySelectorAll('[data-chart]').forEach(one => one.closest('dialog') || one.remove())")
    frames = sorted(page.evaluate(FRAMES, HOVER_MS))
    median, late = frames[len(frames) // 2], frames[int(len(frames) * 0.95)]
    note = "budget 30; 200 of them as lines, the rest as density"
    return [
        Row(
            name=f"{LINES} lines of {LINE_POINTS} points under the pointer",
            unit="frames/s",
            ours=1000 / median,
            more_is_better=True,
            note=note,
        ),
        Row(name="The same, the slowest of twenty frames", unit="ms", ours=late),
    ]


def measure_compare(page: Page, run_ids: list[str]) -> list[Row]:
    """Open the comparison of fifty runs, from a warm page."""
    page.goto("/compare")
    page.get_by_text("No runs are chosen yet").wait_for()
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url) if "/api/" in request.url else None)
    view = page.request.post(
        "/api/headwater/1/views/create", data={"name": "fifty", "state": {"kind": "comparison", "runs": run_ids}}
    )
    address = f"/compare?set={view.json()['view']['view_id']}"
    elapsed = page.evaluate(
        """address => new Promise(done => {
          const start = performance.now();
          history.pushState(null, "", address);
          dispatchEvent(new PopStateEvent("popstate"));
          const look = () => document.querySelectorAll("tbody td").length > 100
            ? requestAnimationFrame(() => done(performance.now() - start)) : requestAnimationFrame(look);
          look();
        })""",
        address,
    )
    asked = [one for one in requests if "/events" not in one and "views/create" not in one]
    return [
        Row(name=f"{COMPARED} runs compared", unit="ms", ours=elapsed, note=f"budget 400 ms; {PARAMS} params"),
        Row(name="The same", unit="requests", ours=len(asked), note="budget 2"),
    ]


def measure() -> list[Row]:
    """Measure everything once."""
    folder = Path(tempfile.mkdtemp())
    store = open_store(f"sqlite:///{folder / 'headwater.db'}")
    try:
        long, view_id, many = fill(store)
        with live_server(store) as url, opened(url) as page:
            return [
                *measure_long(page, long),
                *measure_many(page, many[:MANY_RUNS]),
                *measure_hover(page, view_id),
                *measure_compare(page, many[:COMPARED]),
            ]
    finally:
        store.close()
        shutil.rmtree(folder)


if __name__ == "__main__":
    print(table(measure()))
