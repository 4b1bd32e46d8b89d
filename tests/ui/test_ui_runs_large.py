"""Ten thousand runs with forty columns in one table: what scrolling costs, and that the rows are right at the end."""

import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest
from playwright.sync_api import Locator, Page, Request, expect

from headwater.protocol.registered_models import GetRegisteredModel
from ui.instruments import WATCH_SHIFTS, ask_natively, heap_bytes, traced, watch_traffic
from ui.model_pages import MODEL_FILE, REQUIREMENTS, make_logged_model
from ui.run_pages import put_artifacts
from ui.run_tables import add_run, add_runs, make_experiment, served_store, watched_page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

COUNT = 10_000
SPEED_PX_PER_S = 7200
FRAMES = 240
WORK_MS_PER_FRAME = 12.0
"""Of script, style, layout and paint, well below a frame at 60 Hz, so that a regression is seen."""
ROUNDS = 4
"""The cheapest of them counts: other work on the machine makes a round dearer, never cheaper."""
CELL_LIMIT = 3000
WORK_MS_PER_SIDEWAYS_FRAME = 25.0
"""To the side whole columns come and go, in steps; the slowest frame stays below 50."""
TYPICAL_PARAMS = ("learning_rate", "max_depth", "model", "seed", "p0", "p1")
ANSWER_BYTES = 500_000
REQUESTS = 8
HEAP_BYTES = 40_000_000
SHARED = 1.5
"""Two threads on one core, and two programs in one cache, make the same work so much dearer."""
CPU_MS = 500 * SHARED
LONG_TASK_MS = 100 * SHARED
LONG_TASKS_MS = 200 * SHARED
FILTER_CPU_MS = 150 * SHARED
LAYOUT_SHIFT = 0.02
SMALL_COUNT = 2000
MOST_STOPS = 60
FRAME_MS = 50 * SHARED
"""No frame may take longer: the longest task of the cheapest round."""

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
        served.small = make_experiment(served.store, "small")
        served.experiments = {COUNT: served.experiment, SMALL_COUNT: served.small}
        add_runs(served.store, served.experiment, COUNT, metrics=23, params=10)
        add_runs(served.store, served.small, SMALL_COUNT - 1, params=10)
        served.best = add_run(served.store, served.small, "best-of-all", metrics={"auc": 0.99}, age_s=100_000)
        model_id = make_logged_model(served.store, served.small, served.best)
        files = {"MLmodel": MODEL_FILE, "requirements.txt": REQUIREMENTS}
        put_artifacts(served.store, served.small, f"models/{model_id}", files)
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
        rounds = [_measure_scroll(served, page) for _ in range(ROUNDS)]
        page.get_by_role("grid").focus()
        page.keyboard.press("End")

        expect(page.locator(f'[aria-rowindex="{COUNT + 1}"] a')).to_have_text("lightgbm-lucky-owl-9999")
        expect(page.locator(f'[aria-rowindex="{COUNT + 1}"] a')).to_be_in_viewport()
        assert page.locator("[role=gridcell]").count() < CELL_LIMIT
    _note_scroll(record_property, rounds)
    assert min(longest for _, _, longest in rounds) <= FRAME_MS
    assert min(work for _, work, _ in rounds) <= WORK_MS_PER_FRAME


@pytest.mark.parametrize(("count", "bytes_allowed"), [(SMALL_COUNT, 250_000), (COUNT, 750_000)])
def test_runs_of_twelve_columns_come_in_one_answer(
    served: SimpleNamespace, record_property: Callable[[str, object], None], count: int, bytes_allowed: int
) -> None:
    keys = ["metrics.auc", "metrics.f1", "metrics.log_loss", *(f"params.{key}" for key in TYPICAL_PARAMS)]
    columns = ["attributes.status", "attributes.start_time", "attributes.duration", *keys]
    address = f"{served.url}/experiments/{served.experiments[count]}/runs?cols={','.join(columns)}"
    rounds, shifts = [], []
    requests: list[Request] = []
    with watched_page(served.browser, served.url) as page:
        page.on("requestfinished", lambda request: requests.append(request))
        page.add_init_script(WATCH_SHIFTS)
        for _ in range(2):
            page.goto("about:blank")
            requests.clear()
            traffic = watch_traffic(page)
            with traced(served.browser, page) as trace:
                page.goto(address)
                expect(page.get_by_text(f"{count:,} matching · {count:,} total")).to_be_visible(timeout=30_000)
            rounds.append(trace)
            shifts.append(page.evaluate("window.shift"))
        answers = [request for request in requests if request.url.endswith("/runs/query")]
        size = answers[0].sizes()["responseBodySize"]
        heap = heap_bytes(page)

    best = min(rounds, key=lambda trace: trace.total_ms)
    record_property("answer_s", (answers[0].timing["responseEnd"] - answers[0].timing["requestStart"]) / 1000)
    record_property("answer_bytes", size)
    record_property("received_bytes", traffic.received)
    record_property("heap_bytes", heap)
    record_property("cpu_ms", best.total_ms)
    record_property("longest_ms", best.longest_ms)
    assert (len(answers), len(columns)) == (1, 12)
    assert size <= ANSWER_BYTES
    assert len(traffic.urls) <= REQUESTS, traffic.urls
    assert traffic.received <= bytes_allowed
    assert heap <= HEAP_BYTES
    assert best.total_ms <= CPU_MS
    assert (best.longest_ms <= LONG_TASK_MS, best.long_ms <= LONG_TASKS_MS) == (True, True)
    assert min(shifts) <= LAYOUT_SHIFT


@pytest.mark.parametrize(
    ("question", "limit_ms"),
    [
        ({}, 50),
        ({"order_by": ["metrics.auc DESC"]}, 80),
        ({"filter": "metrics.auc > 0.5 AND params.model = 'xgboost'"}, 80),
    ],
    ids=["page", "sorted", "filtered"],
)
def test_the_server_finds_runs_among_ten_thousand_with_little_work(
    served: SimpleNamespace, record_property: Callable[[str, object], None], question: dict[str, object], limit_ms: int
) -> None:
    columns = [f"metrics.{key}" for key in ("auc", "f1", "log_loss")] + [f"params.{key}" for key in TYPICAL_PARAMS]
    body = {"experiment_ids": [served.experiment], "columns": columns, "limit": 100, **question}
    spent = []
    for _ in range(5):
        start = time.process_time()
        ask_natively(served.url, "runs/query", body)
        spent.append(1000 * (time.process_time() - start))

    record_property("cpu_ms", min(spent))
    assert min(spent) <= limit_ms * SHARED


def test_what_is_typed_into_the_filter_soon_shows_its_rows(
    served: SimpleNamespace, record_property: Callable[[str, object], None]
) -> None:
    with watched_page(served.browser, served.url) as page:
        page.goto(f"{served.url}/experiments/{served.experiment}/runs")
        expect(page.get_by_text("10,000 matching · 10,000 total")).to_be_visible(timeout=30_000)
        box = page.get_by_role("combobox", name="Filter runs")
        rounds = []
        for word, count in (("xgboost", "5,000"), ("owl", "3,334")) * 2:
            with traced(served.browser, page) as trace:
                box.fill(word)
                expect(page.get_by_text(f"{count} matching")).to_be_visible()
            rounds.append(trace)

    best = min(rounds, key=lambda trace: trace.total_ms)
    record_property("cpu_ms", best.total_ms)
    assert best.total_ms <= FILTER_CPU_MS
    assert best.longest_ms <= LONG_TASK_MS


def test_two_hundred_columns_scroll_to_the_side(
    served: SimpleNamespace, record_property: Callable[[str, object], None]
) -> None:
    columns = [f"metrics.extra/m{index}" for index in range(23)] + [f"params.p{index}" for index in range(10)]
    columns += [f"metrics.absent/{index}" for index in range(200 - len(columns))]
    with watched_page(served.browser, served.url) as page:
        page.goto(f"{served.url}/experiments/{served.experiment}/runs?cols={','.join(columns)}")
        expect(page.get_by_role("grid")).to_have_attribute("aria-rowcount", str(COUNT + 1), timeout=30_000)
        rounds = [_measure_scroll(served, page, side="scrollLeft") for _ in range(ROUNDS)]

        expect(page.get_by_role("grid")).to_have_attribute("aria-colcount", "202")
        assert page.locator("[role=gridcell]").count() < CELL_LIMIT
    _note_scroll(record_property, rounds)
    assert min(longest for _, _, longest in rounds) <= FRAME_MS
    assert min(work for _, work, _ in rounds) <= WORK_MS_PER_SIDEWAYS_FRAME


def test_ten_thousand_runs_are_grouped(served: SimpleNamespace) -> None:
    with watched_page(served.browser, served.url) as page:
        page.goto(f"{served.url}/experiments/{served.experiment}/runs?group=params.model,params.max_depth")

        expect(page.get_by_text("10,000 matching · 10,000 total · 10 groups")).to_be_visible(timeout=30_000)
        expect(page.locator('[aria-rowindex="2"]')).to_contain_text("1000")


def test_the_keyboard_alone_finds_the_best_of_two_thousand_compares_registers_and_promotes_it(
    served: SimpleNamespace,
) -> None:
    with watched_page(served.browser, served.url) as page:
        page.goto(served.url)
        page.get_by_role("heading", level=1).wait_for()
        page.keyboard.press("Control+k")
        page.keyboard.type("small")
        expect(page.get_by_role("option", selected=True)).to_contain_text("small")
        page.keyboard.press("Enter")
        expect(page.get_by_text("2,000 matching · 2,000 total")).to_be_visible()

        header = page.get_by_role("columnheader", name="auc")
        _press(page, header.get_by_role("button").first, "Enter")
        expect(header).to_have_attribute("aria-sort", "descending")
        _press(page, page.get_by_role("grid"), "Home")
        for key in ("x", "Shift+ArrowDown", "Shift+ArrowDown"):
            page.keyboard.press(key)
        expect(page.get_by_text("3 selected")).to_be_visible()
        page.keyboard.press("c")
        expect(page.get_by_role("heading", level=1, name="Compare 3 runs")).to_be_focused()
        _press(page, page.get_by_role("link", name="best-of-all").first, "Enter")

        expect(page.get_by_role("heading", level=1, name="best-of-all")).to_be_focused()
        _press(page, page.get_by_role("button", name="Register…"), "Enter")
        _press(page, page.get_by_label("Registered model"), "Control+a")
        page.keyboard.type("best")
        page.keyboard.press("Enter")
        expect(page).to_have_url(f"{served.url}/models/best/versions/1")
        _press(page, page.get_by_role("button", name="Promote…"), "Enter")
        _press(page, page.get_by_label("Alias"), "Control+a")
        page.keyboard.type("champion")
        page.keyboard.press("Enter")

        expect(page.get_by_text("@champion").first).to_be_visible()
        aliases = served.store.registered_models.get(GetRegisteredModel("best")).registered_model.aliases
        assert [(alias.alias, alias.version) for alias in aliases] == [("champion", "1")]


def _press(page: Page, target: Locator, key: str) -> None:
    """Go to an element by Tab alone, and press a key there."""
    target.wait_for()
    for _ in range(MOST_STOPS):
        if target.evaluate("element => element === document.activeElement"):
            break
        page.keyboard.press("Tab")
    expect(target).to_be_focused()
    page.keyboard.press(key)


def _measure_scroll(served: SimpleNamespace, page: Page, side: str = "scrollTop") -> tuple[float, float, float]:
    """Scroll and return the median gap between frames, the CPU time a frame, and that of the longest task, in ms."""
    page.evaluate("side => { document.querySelector('[role=grid]')[side] = 0; }", side)
    with traced(served.browser, page) as trace:
        gap_ms: float = page.evaluate(SCROLL, {"speed": SPEED_PX_PER_S, "frames": FRAMES, "side": side})
    return gap_ms, trace.total_ms / FRAMES, trace.longest_ms


def _note_scroll(record_property: Callable[[str, object], None], rounds: list[tuple[float, float, float]]) -> None:
    record_property("frame_gap_ms", min(gap for gap, _, _ in rounds))
    record_property("work_ms_per_frame", min(work for _, work, _ in rounds))
    record_property("longest_ms", min(longest for _, _, longest in rounds))
