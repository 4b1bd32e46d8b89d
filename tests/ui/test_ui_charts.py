"""Charts in a real browser, on a real server."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, Request, expect

from headwater.stores.interface import Store
from headwater.testing.servers import live_server
from headwater.testing.stores import sqlite_store
from ui.run_pages import (
    append_points,
    count_painted,
    find_violations,
    learning_curve,
    make_named_run,
    open_browser,
    open_page,
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as opened:
        yield opened


@pytest.fixture
def run_store(tmp_path: Path) -> Iterator[Store]:
    with sqlite_store(tmp_path) as opened:
        yield opened


@pytest.fixture
def url(run_store: Store) -> Iterator[str]:
    with live_server(run_store) as address:
        yield address


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with open_page(browser) as opened:
        yield opened


def wait_for_chart(page: Page, name: str) -> None:
    page.locator(f'[data-chart="{name}"] [data-drawn]').wait_for()


def test_a_line_is_drawn_and_described(page: Page, url: str, run_store: Store) -> None:
    run_id = make_named_run(run_store, "owl")
    append_points(run_store, run_id, {"loss": np.array([1.0, 0.25])})

    page.goto(f"{url}/runs/{run_id}/metrics")

    label = "loss: Line of owl, 2 points, 0.25 to 1, last 0.25."
    expect(page.get_by_role("img", name=label)).to_be_visible()
    assert count_painted(page, "loss") > 100


def test_only_charts_in_view_are_read_all_with_one_request(page: Page, url: str, run_store: Store) -> None:
    run_id = make_named_run(run_store, "many")
    append_points(run_store, run_id, {f"metric_{index:03}": learning_curve(5, seed=index) for index in range(150)})
    queries: list[list[str]] = []

    def note(request: Request) -> None:
        if "series/query" in request.url and request.post_data is not None:
            queries.append(json.loads(request.post_data)["keys"])

    page.on("request", note)

    page.goto(f"{url}/runs/{run_id}/metrics")
    wait_for_chart(page, "metric_000")

    assert len(queries) == 1
    assert 4 <= len(queries[0]) <= 40
    page.locator('[data-chart="metric_149"]').scroll_into_view_if_needed()
    wait_for_chart(page, "metric_149")
    assert not set(queries[0]) & set(queries[-1])


def test_what_the_reader_sets_is_in_the_address_and_comes_back(page: Page, url: str, run_store: Store) -> None:
    run_id = make_named_run(run_store, "owl")
    append_points(run_store, run_id, {"val/loss": learning_curve(50), "val/auc": learning_curve(50)})
    page.goto(f"{url}/runs/{run_id}/metrics")

    page.get_by_role("button", name="Relative").click()
    page.get_by_label("Smoothing").fill("0.6")
    page.get_by_role("searchbox", name=re.compile("Find metrics")).fill("auc$")

    expect(page).to_have_url(re.compile(r"x=relative&smooth=0\.6&keys=auc"))
    page.reload()
    expect(page.get_by_role("button", name="Relative")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_text("1 of 2 metrics")).to_be_visible()
    expect(page.locator("[data-chart]")).to_have_count(1)


def test_a_card_sets_its_y_axis_and_moves_to_the_front(page: Page, url: str, run_store: Store) -> None:
    run_id = make_named_run(run_store, "elk")
    append_points(run_store, run_id, {"acc": learning_curve(5000), "loss": learning_curve(5000)})
    page.goto(f"{url}/runs/{run_id}/metrics")
    wait_for_chart(page, "loss")
    before = count_painted(page, "loss")

    page.get_by_role("button", name="Menu of loss").click()
    page.get_by_label("y from").fill("0.5")
    page.get_by_label("to", exact=True).fill("0.6")
    page.get_by_label("Least and greatest of each bucket, all charts").uncheck()
    page.get_by_role("button", name="Move to the front").click()

    expect(page).to_have_url(re.compile(r"bands=0&ylim=loss~0\.5~0\.6&first=loss"))
    expect(page.locator("[data-chart]").first).to_have_attribute("data-chart", "loss")
    page.reload()
    wait_for_chart(page, "loss")
    assert count_painted(page, "loss") < before
    page.get_by_role("button", name="Menu of loss").click()
    expect(page.get_by_label("y from")).to_have_value("0.5")
    page.get_by_role("button", name="Move back to its place").click()
    expect(page.locator("[data-chart]").first).to_have_attribute("data-chart", "acc")


def test_dragging_zooms_in_and_asks_for_finer_buckets(page: Page, url: str, run_store: Store) -> None:
    run_id = make_named_run(run_store, "long")
    append_points(run_store, run_id, {"loss": learning_curve(20_000)})
    page.goto(f"{url}/runs/{run_id}/metrics")
    wait_for_chart(page, "loss")
    box = page.locator('[data-chart="loss"] .u-over').bounding_box()
    assert box is not None

    page.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 60, steps=5)
    page.mouse.up()

    expect(page).to_have_url(re.compile(r"range=\d+(\.\d+)?~\d+"))
    expect(
        page.get_by_role("img", name=re.compile("50\\d\\d points|49\\d\\d points|[45],\\d{3} points"))
    ).to_be_visible()
    page.locator('[data-chart="loss"] .u-over').dblclick()
    expect(page.get_by_role("img", name=re.compile("20,000 points"))).to_be_visible()


def test_the_tooltip_reads_the_line_and_nan_leaves_a_gap(page: Page, url: str, run_store: Store) -> None:
    run_id = make_named_run(run_store, "gap")
    values = np.full(101, 0.5)
    values[50] = np.nan
    append_points(run_store, run_id, {"loss": values})
    page.goto(f"{url}/runs/{run_id}/metrics")
    wait_for_chart(page, "loss")

    page.locator('[data-chart="loss"] .u-over').hover()

    expect(page.locator('[data-chart="loss"]')).to_contain_text("step 50gapNaN")


def test_a_chart_can_be_read_as_a_table_and_shown_large(page: Page, url: str, run_store: Store) -> None:
    run_id = make_named_run(run_store, "owl")
    append_points(run_store, run_id, {"loss": np.array([1.0, np.nan, -np.inf])})
    page.goto(f"{url}/runs/{run_id}/metrics")

    page.get_by_role("button", name="Menu of loss").click()
    page.get_by_role("button", name="Show as table").click()
    expect(page.get_by_role("region", name="loss as a table")).to_contain_text("step 01step 1NaNstep 2−∞")
    page.get_by_role("button", name="Expand loss").click()

    expect(page.get_by_role("dialog", name="loss").get_by_role("img")).to_be_visible()
    expect(page).to_have_url(re.compile("chart=loss"))
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="loss")).to_have_count(0)


def test_points_can_be_saved_as_csv(page: Page, url: str, run_store: Store) -> None:
    run_id = make_named_run(run_store, "owl")
    append_points(run_store, run_id, {"val/loss": np.array([1.0, np.nan])})
    page.goto(f"{url}/runs/{run_id}/metrics")
    wait_for_chart(page, "val/loss")

    page.get_by_role("button", name="Menu of val/loss").click()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save points (CSV)").click()

    lines = Path(saved.value.path()).read_text().splitlines()
    assert saved.value.suggested_filename == "val-loss.csv"
    assert lines[1:] == [f"{run_id},owl,val/loss,0,1,1,1", f"{run_id},owl,val/loss,1,NaN,NaN,NaN"]


def test_a_failed_reading_is_said_in_the_card_and_can_be_repeated(page: Page, url: str, run_store: Store) -> None:
    run_id = make_named_run(run_store, "owl")
    append_points(run_store, run_id, {"loss": learning_curve(5)})
    page.route("**/series/query", lambda route: route.fulfill(status=503, body='{"message": "Too busy."}'))
    page.goto(f"{url}/runs/{run_id}/metrics")
    expect(page.get_by_role("alert")).to_contain_text("Too busy.")

    page.unroute("**/series/query")
    page.get_by_role("button", name="Retry").click()

    wait_for_chart(page, "loss")
    expect(page.get_by_role("alert")).to_have_count(0)


def test_an_open_menu_and_a_large_chart_hinder_nobody(page: Page, url: str, run_store: Store) -> None:
    run_id = make_named_run(run_store, "owl")
    append_points(run_store, run_id, {"loss": learning_curve(5)})
    page.goto(f"{url}/runs/{run_id}/metrics")
    page.get_by_role("button", name="Menu of loss").click()
    problems = find_violations(page)

    page.goto(f"{url}/runs/{run_id}/metrics?chart=loss")
    page.locator("dialog [data-drawn]").wait_for()
    problems += find_violations(page)

    assert problems == []


def test_a_metric_of_one_value_a_run_is_shown_as_bars(page: Page, url: str, run_store: Store) -> None:
    runs = [make_named_run(run_store, name, experiment=name) for name in ("owl", "fox")]
    for run_id, value in zip(runs, (0.5, 0.25), strict=True):
        append_points(run_store, run_id, {"accuracy": np.array([value])})

    page.goto(f"{url}/compare?runs={','.join(runs)}&tab=curves")

    bars = "accuracy: bars of 2 runs, from 0.25 to 0.5."
    expect(page.get_by_role("img", name=bars)).to_be_visible()
    page.get_by_role("button", name="Menu of accuracy").click()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save picture (SVG)").click()
    assert "fox" in Path(saved.value.path()).read_text()
