"""What pages may cost: bytes, requests, CPU time, memory and elements; how long they take is only recorded.

CPU time is that of the page's main thread alone, and the cheapest of some rounds counts: other work on the machine
makes a round dearer, never cheaper.
"""

import re
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import numpy as np
import pytest
from playwright.sync_api import Response, expect

from headwater.protocol.runs import RunStatus
from headwater.protocol.views import CreateView
from headwater.stores.interface import Store
from ui.instruments import Trace, ask_natively, count_elements, heap_bytes, traced, watch_traffic
from ui.run_pages import append_points, learning_curve
from ui.run_tables import add_run, make_experiment, served_store, watched_page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

Record = Callable[[str, object], None]

RUNS, METRICS, POINTS = 200, 10, 200
LONG_POINTS = 1_000_000
COMPARED, PARAMS = 50, 40
MANY_KEYS = 12_000
ROUNDS = 2

SHARED = 1.5
"""Two threads on one core, and two programs in one cache, make the same work so much dearer."""
LONG_TASK_MS = 100 * SHARED
ELEMENTS = 2500

HOVER = """async ([selector, frames]) => {
  const over = document.querySelector(selector);
  const box = over.getBoundingClientRect();
  over.dispatchEvent(new MouseEvent("mouseenter", {clientX: box.left, clientY: box.top}));
  for (let frame = 0; frame < frames; frame++) {
    const share = frame / frames;
    const clientX = box.left + box.width * share;
    const clientY = box.top + box.height * (0.5 + 0.4 * Math.sin(share * 20));
    over.dispatchEvent(new MouseEvent("mousemove", {clientX, clientY, bubbles: true}));
    await new Promise(requestAnimationFrame);
  }
}"""
FRAMES = 60


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """Return a server with runs of many lines, of a long one and of many keys, and a browser."""
    with served_store(tmp_path_factory.mktemp("budgets")) as served:
        store = served.store
        served.experiment = make_experiment(store, "charts")
        served.runs = [_add_lines(store, served.experiment, number) for number in range(RUNS)]
        served.set = _keep_set(store, served.runs)
        served.few = _keep_set(store, served.runs[:COMPARED])
        other = make_experiment(store, "long")
        served.long = add_run(store, other, "long", metrics={"warm": 1.0})
        noise = np.random.default_rng(0).normal(0, 0.01, LONG_POINTS)
        for number, part in enumerate(np.split(np.exp(-np.linspace(0, 4, LONG_POINTS)) + noise, 5), start=1):
            append_points(store, served.long, {"loss": part}, first_step=(number - 1) * len(part), seq=number)
        served.wide_experiment = make_experiment(store, "wide")
        served.wide = add_run(store, served.wide_experiment, "wide", metrics={}, status=RunStatus.FINISHED)
        keys = [f"layer{number // 40}/block{number % 40}/grad_norm" for number in range(MANY_KEYS)]
        append_points(store, served.wide, {key: np.ones(1) for key in keys})
        yield served


def test_two_hundred_runs_of_ten_metrics_are_drawn_at_once(served: SimpleNamespace, record_property: Record) -> None:
    with watched_page(served.browser, served.url, height=2400, is_cold=True) as page:
        traces = []
        for _ in range(ROUNDS):
            page.goto("about:blank")
            traffic = watch_traffic(page)
            with traced(served.browser, page) as trace:
                page.goto(f"{served.url}/compare?set={served.set}&tab=curves")
                expect(page.locator("[data-chart] [data-drawn]")).to_have_count(METRICS, timeout=30_000)
            traces.append(trace)
        heap = heap_bytes(page)

    series = [url for url in traffic.urls if "series/query" in url]
    best = _record(record_property, traces)
    record_property("heap_bytes", heap)
    assert len(series) == 1
    assert heap <= 80_000_000
    assert best.total_ms <= 500 * SHARED
    assert best.longest_ms <= LONG_TASK_MS


def test_a_million_points_are_drawn_and_zoomed_at_once(served: SimpleNamespace, record_property: Record) -> None:
    answers: list[Response] = []
    with watched_page(served.browser, served.url, is_cold=True) as page:
        page.on("response", lambda response: answers.append(response) if "series/query" in response.url else None)
        drawn, zoomed = [], []
        for _ in range(ROUNDS):
            page.goto(f"{served.url}/runs/{served.long}/metrics?keys=warm")
            page.locator('[data-chart="warm"] [data-drawn]').wait_for()
            with traced(served.browser, page) as trace:
                page.get_by_label(re.compile("^Find metrics")).fill("loss")
                expect(page.get_by_role("img", name=re.compile("1,000,000 points"))).to_be_visible()
            drawn.append(trace)
            box = page.locator('[data-chart="loss"] .u-over').bounding_box()
            assert box is not None
            page.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + 50)
            page.mouse.down()
            page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 60, steps=5)
            with traced(served.browser, page) as trace:
                page.mouse.up()
                expect(page.get_by_role("img", name=re.compile(r"2\d\d,\d{3} points"))).to_be_visible()
            zoomed.append(trace)
        sizes = [answer.request.sizes()["responseBodySize"] for answer in answers]

    record_property("answer_bytes", max(sizes))
    assert max(sizes) <= 15_000
    assert _record(record_property, drawn, "drawn").total_ms <= 200 * SHARED
    assert _record(record_property, zoomed, "zoomed").total_ms <= 200 * SHARED


def test_the_lines_of_many_runs_follow_the_pointer(served: SimpleNamespace, record_property: Record) -> None:
    with watched_page(served.browser, served.url, is_cold=True) as page:
        page.goto(f"{served.url}/compare?set={served.set}&tab=curves&keys=^m0$&chart=m0")
        page.locator("dialog [data-drawn]").wait_for()
        traces = []
        for _ in range(ROUNDS):
            with traced(served.browser, page) as trace:
                page.evaluate(HOVER, ["dialog .u-over", FRAMES])
            traces.append(trace)

    best = _record(record_property, traces)
    assert best.total_ms / FRAMES <= 1000 / 30
    assert best.longest_ms <= 50 * SHARED


def test_fifty_runs_are_compared_with_two_requests(served: SimpleNamespace, record_property: Record) -> None:
    with watched_page(served.browser, served.url, is_cold=True) as page:
        traces = []
        for _ in range(ROUNDS):
            page.goto("about:blank")
            traffic = watch_traffic(page)
            with traced(served.browser, page) as trace:
                page.goto(f"{served.url}/compare?set={served.few}")
                page.get_by_role("rowheader", name=f"p{PARAMS - 1}", exact=True).wait_for()
            traces.append(trace)
        assert len([url for url in traffic.urls if "/api/" in url]) == 2

    best = _record(record_property, traces)
    assert best.total_ms <= 400 * SHARED
    assert best.longest_ms <= LONG_TASK_MS


def test_twelve_thousand_keys_freeze_neither_the_column_picker_nor_the_filter(
    served: SimpleNamespace, record_property: Record
) -> None:
    with watched_page(served.browser, served.url, is_cold=True) as page, traced(served.browser, page) as trace:
        page.goto(f"{served.url}/experiments/{served.wide_experiment}/runs")
        page.get_by_role("button", name=re.compile("^Columns")).click()
        expect(page.get_by_role("checkbox", name="layer0/block0/grad_norm")).to_be_visible()
        opened = count_elements(page)
        page.get_by_role("searchbox", name="Search columns").press_sequentially("layer299/block39")
        page.get_by_role("checkbox", name="layer299/block39/grad_norm").check()
        page.keyboard.press("Escape")
        expect(page).to_have_url(re.compile("layer299"))
        page.get_by_role("combobox", name="Filter runs").press_sequentially("layer298/bl")
        page.get_by_role("option", name="layer298/block0/grad_norm").wait_for()

    record_property("elements", opened)
    assert opened < ELEMENTS
    assert _record(record_property, [trace]).longest_ms <= LONG_TASK_MS


def test_twelve_thousand_keys_do_not_freeze_the_page_of_the_run(
    served: SimpleNamespace, record_property: Record
) -> None:
    with watched_page(served.browser, served.url, is_cold=True) as page, traced(served.browser, page) as trace:
        page.goto(f"{served.url}/runs/{served.wide}")
        expect(page.get_by_role("row", name=re.compile("^layer0.block0.grad_norm"))).to_be_visible()
        overview = count_elements(page)
        page.keyboard.press("2")
        expect(page.get_by_role("heading", name="layer0/block0")).to_be_visible()
        page.get_by_label(re.compile("^Find metrics")).fill("layer299/block39")
        expect(page.get_by_role("heading", name="layer299/block39")).to_be_visible()
        charts = count_elements(page)

    assert max(overview, charts) < ELEMENTS
    assert _record(record_property, [trace]).longest_ms <= LONG_TASK_MS


def test_a_page_that_nobody_touches_asks_for_nothing(served: SimpleNamespace) -> None:
    with watched_page(served.browser, served.url, is_cold=True) as page:
        page.clock.install()
        page.goto(f"{served.url}/experiments/{served.experiment}/runs")
        expect(page.locator('[aria-rowindex="2"]')).to_be_visible()
        page.clock.run_for(2000)
        traffic = watch_traffic(page)

        page.clock.run_for(40_000)

        assert traffic.urls == []


def test_the_server_answers_charts_with_little_work(served: SimpleNamespace, record_property: Record) -> None:
    body = {"run_ids": [served.long], "keys": ["loss"], "buckets": 300}
    spent = []
    for _ in range(5):
        start = time.process_time()
        ask_natively(served.url, "series/query", body)
        spent.append(1000 * (time.process_time() - start))

    record_property("cpu_ms", min(spent))
    assert min(spent) <= 20 * SHARED


def _record(record_property: Record, traces: list[Trace], name: str = "page") -> Trace:
    """Note the cheapest of some rounds, and return it."""
    best = Trace(min((trace.tasks_ms for trace in traces), key=sum))
    best.tasks_ms = [task for task in best.tasks_ms if task > 0]
    record_property(f"{name}_cpu_ms", round(best.total_ms))
    record_property(f"{name}_longest_ms", round(min(trace.longest_ms for trace in traces)))
    return best


def _add_lines(store: Store, experiment_id: str, number: int) -> str:
    few = {f"p{index}": str(number * index % 7) for index in range(PARAMS)} if number < COMPARED else {}
    run_id = add_run(store, experiment_id, f"run-{number:03}", metrics={}, params=few, age_s=number)
    append_points(store, run_id, {f"m{index}": learning_curve(POINTS, seed=number) for index in range(METRICS)})
    return run_id


def _keep_set(store: Store, runs: list[str]) -> str:
    return store.views.create(CreateView("set", {"kind": "comparison", "runs": runs})).view.view_id
