"""Ten thousand runs with forty columns in one table: what scrolling costs, and that the rows are right at the end."""

import json
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from ui.run_tables import add_runs, make_experiment, served_store, watched_page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

COUNT = 10_000
SPEED_PX_PER_S = 7200
FRAMES = 240
WORK_MS_PER_FRAME = 8.0
"""Half of a frame at 60 Hz, so that a regression is seen. The aim is 4; two shared cores measure 3.8 to 5.4."""
WORK = {"EventDispatch", "FireAnimationFrame", "UpdateLayoutTree", "Layout"}
ROUNDS = 4
"""The cheapest of them counts: other work on the machine makes a round dearer, never cheaper."""
CELL_LIMIT = 3000
WORK_MS_PER_SIDEWAYS_FRAME = 25.0
"""To the side whole columns come and go, in steps; the slowest frame stays below 50."""
TYPICAL_PARAMS = ("learning_rate", "max_depth", "model", "seed", "p0", "p1")
ANSWER_BYTES = 500_000
REQUESTS = 8
HEAP_BYTES = 40_000_000

SCROLL = """async ({speed, frames, side}) => {
  const grid = document.querySelector('[role=grid]');
  const gaps = [];
  let last = performance.now();
  for (let frame = 0; frame < frames; frame++) {
    grid[side] += speed / 60;
    await new Promise(requestAnimationFrame);
    const now = performance.now();
    gaps.push(now - last);
    last = now;
  }
  return gaps.sort((a, b) => a - b)[Math.floor(frames / 2)];
}"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """Return a server with ten thousand runs of forty keys, and a browser."""
    with served_store(tmp_path_factory.mktemp("large")) as served:
        served.experiment = make_experiment(served.store, "large")
        add_runs(served.store, served.experiment, COUNT, metrics=23, params=10)
        yield served


def test_ten_thousand_runs_scroll_without_making_elements(
    served: SimpleNamespace, record_property: Callable[[str, object], None]
) -> None:
    columns = [f"metrics.{key}" for key in ("auc", "f1", "log_loss", *(f"extra/m{index}" for index in range(23)))]
    columns += [
        f"params.{key}" for key in ("learning_rate", "max_depth", "model", *(f"p{index}" for index in range(10)))
    ]
    address = f"{served.url}/experiments/{served.experiment}/runs?cols={','.join(columns)}"
    with watched_page(served.browser, served.url) as page:
        page.goto(address)
        expect(page.get_by_text("10,000 matching · 10,000 total")).to_be_visible(timeout=30_000)
        expect(page.get_by_role("grid")).to_have_attribute("aria-rowcount", str(COUNT + 1))
        rounds = [_measure_scroll(served.browser, page) for _ in range(ROUNDS)]
        page.get_by_role("grid").focus()
        page.keyboard.press("End")

        expect(page.locator(f'[aria-rowindex="{COUNT + 1}"] a')).to_have_text("lightgbm-lucky-owl-9999")
        expect(page.locator(f'[aria-rowindex="{COUNT + 1}"] a')).to_be_in_viewport()
        assert page.locator("[role=gridcell]").count() < CELL_LIMIT
    record_property("frame_gap_ms", min(gap for gap, _ in rounds))
    record_property("work_ms_per_frame", min(work for _, work in rounds))
    assert min(work for _, work in rounds) <= WORK_MS_PER_FRAME


def test_ten_thousand_runs_of_twelve_columns_come_in_one_answer(
    served: SimpleNamespace, record_property: Callable[[str, object], None]
) -> None:
    requests: list[Request] = []
    keys = ["metrics.auc", "metrics.f1", "metrics.log_loss", *(f"params.{key}" for key in TYPICAL_PARAMS)]
    columns = ["attributes.status", "attributes.start_time", "attributes.duration", *keys]
    with watched_page(served.browser, served.url) as page:
        page.on("requestfinished", lambda request: requests.append(request))
        page.goto(f"{served.url}/experiments/{served.experiment}/runs?cols={','.join(columns)}")
        expect(page.get_by_text("10,000 matching · 10,000 total")).to_be_visible(timeout=30_000)
        answers = [request for request in requests if request.url.endswith("/runs/query")]
        size = answers[0].sizes()["responseBodySize"]
        session = page.context.new_cdp_session(page)
        session.send("HeapProfiler.collectGarbage")
        heap = session.send("Runtime.getHeapUsage")["usedSize"]

        record_property("answer_s", (answers[0].timing["responseEnd"] - answers[0].timing["requestStart"]) / 1000)
        record_property("answer_bytes", size)
        record_property("heap_bytes", heap)
        assert (len(answers), len(columns)) == (1, 12)
        assert size <= ANSWER_BYTES
        assert len({request.url for request in requests}) <= REQUESTS
        assert heap <= HEAP_BYTES


def test_two_hundred_columns_scroll_to_the_side(
    served: SimpleNamespace, record_property: Callable[[str, object], None]
) -> None:
    columns = [f"metrics.extra/m{index}" for index in range(23)] + [f"params.p{index}" for index in range(10)]
    columns += [f"metrics.absent/{index}" for index in range(200 - len(columns))]
    with watched_page(served.browser, served.url) as page:
        page.goto(f"{served.url}/experiments/{served.experiment}/runs?cols={','.join(columns)}")
        expect(page.get_by_role("grid")).to_have_attribute("aria-rowcount", str(COUNT + 1), timeout=30_000)
        rounds = [_measure_scroll(served.browser, page, side="scrollLeft") for _ in range(ROUNDS)]

        expect(page.get_by_role("grid")).to_have_attribute("aria-colcount", "202")
        assert page.locator("[role=gridcell]").count() < CELL_LIMIT
    record_property("frame_gap_ms", min(gap for gap, _ in rounds))
    record_property("work_ms_per_frame", min(work for _, work in rounds))
    assert min(work for _, work in rounds) <= WORK_MS_PER_SIDEWAYS_FRAME


def test_ten_thousand_runs_are_grouped(served: SimpleNamespace) -> None:
    with watched_page(served.browser, served.url) as page:
        page.goto(f"{served.url}/experiments/{served.experiment}/runs?group=params.model,params.max_depth")

        expect(page.get_by_text("10,000 matching · 10,000 total · 10 groups")).to_be_visible(timeout=30_000)
        expect(page.locator('[aria-rowindex="2"]')).to_contain_text("1000")


def _measure_scroll(browser: Browser, page: Page, side: str = "scrollTop") -> tuple[float, float]:
    """Scroll and return the median gap between frames, and the CPU time of script, style and layout a frame, in ms."""
    page.evaluate("side => { document.querySelector('[role=grid]')[side] = 0; }", side)
    browser.start_tracing(page=page, categories=["devtools.timeline"])
    gap_ms: float = page.evaluate(SCROLL, {"speed": SPEED_PX_PER_S, "frames": FRAMES, "side": side})
    events = json.loads(browser.stop_tracing())["traceEvents"]
    (thread,) = {event["tid"] for event in events if event["name"] == "UpdateLayoutTree"}
    work = [event for event in events if event["tid"] == thread and event["name"] in WORK and event["ph"] == "X"]
    spent = end = 0
    for event in sorted(work, key=lambda event: (event["ts"], -event["dur"])):
        if event["ts"] >= end:  # else it lies within the one before, which counts it already
            spent += event.get("tdur", 0)
            end = event["ts"] + event["dur"]
    return gap_ms, spent / 1000 / FRAMES
