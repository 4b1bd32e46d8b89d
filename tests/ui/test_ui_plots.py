"""Charts of runs in a real browser: every kind, added by the reader, kept in the address."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Page, Request, expect

from headwater.protocol.experiments import CreateExperiment
from headwater.stores.interface import Store
from headwater.testing.servers import live_server
from headwater.testing.stores import sqlite_store
from ui.run_pages import (
    add_run,
    append_points,
    find_violations_in_both,
    learning_curve,
    log_params,
    make_png,
    open_browser,
    open_page,
    put_artifacts,
)

COUNT = 30
PARALLEL = "charts=parallel:axis=params.model,axis=params.lr,axis=metrics.loss,color=metrics.loss"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def run_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with sqlite_store(tmp_path_factory.mktemp("plots")) as opened:
        yield opened


@pytest.fixture(scope="module")
def runs(run_store: Store) -> list[str]:
    """Make thirty runs of a sweep, two of them with images; the first experiment of the store has the id 1."""
    experiment_id = run_store.experiments.create(CreateExperiment("sweep")).experiment_id
    run_ids = []
    for number in range(COUNT):
        run_id = add_run(run_store, experiment_id, f"run-{number:02}")
        rate = 10 ** (-4 + number / 10)
        log_params(
            run_store,
            run_id,
            {"lr": f"{rate:.3g}", "depth": str(number * 7 % 11), "model": "mlp" if number % 2 else "forest"},
        )
        loss = learning_curve(50, seed=number) + number / COUNT
        append_points(run_store, run_id, {"loss": loss, "epoch": np.floor(np.arange(50) / 10)})
        if number < 2:
            name = "images/samples+step+{0}+timestamp+17+{1}{0}.png"
            put_artifacts(
                run_store,
                experiment_id,
                run_id,
                {name.format(step, number): make_png(20 + step, 20) for step in (0, 5)},
            )
        run_ids.append(run_id)
    return run_ids


@pytest.fixture(scope="module")
def url(run_store: Store, runs: list[str]) -> Iterator[str]:
    with live_server(run_store) as address:
        yield f"{address}/experiments/1/runs?layout=charts"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with open_page(browser) as opened:
        yield opened


def find_card(page: Page, title: str) -> Locator:
    """Return a card once its picture is drawn."""
    card = page.locator(f'[data-plot="{title}"]')
    card.locator("[data-drawn]").wait_for()
    return card


def choose(page: Page, title: str, entry: str) -> None:
    """Choose an entry of a card's menu."""
    page.get_by_role("button", name=f"Menu of {title}", exact=True).click()
    page.get_by_role("button", name=entry, exact=True).click()


def test_a_chart_is_added_changed_and_removed_and_stays_in_the_address(page: Page, url: str) -> None:
    page.goto(url)

    page.get_by_role("button", name="+ Add chart").click()
    dialog = page.get_by_role("dialog", name="Add a chart")
    dialog.get_by_role("button", name="Box").click()
    dialog.get_by_label("Value").select_option("metrics.loss")
    dialog.get_by_role("button", name="Add", exact=True).click()
    find_card(page, "loss by model")
    choose(page, "loss by model", "Change…")
    page.get_by_label("Group by").select_option("params.depth")
    page.get_by_role("button", name="Change", exact=True).click()

    find_card(page, "loss by depth")
    expect(page).to_have_url(re.compile(r"charts=box:x=params\.depth,y=metrics\.loss"))
    page.reload()
    find_card(page, "loss by depth")
    choose(page, "loss by depth", "Remove")
    expect(page.locator("[data-plot]")).to_have_count(0)
    expect(page).not_to_have_url(re.compile("charts="))


def test_every_kind_is_drawn_and_described_with_one_request_for_all_values(page: Page, url: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "runs/compare" in request.url else None)
    charts = [
        "bar:y=metrics.loss",
        "difference:y=metrics.loss",
        "scatter:x=params.lr,y=metrics.loss,size=params.depth,color=params.model,log=params.lr",
        "box:x=params.model,y=metrics.loss",
        "contour:x=params.lr,y=params.depth,color=metrics.loss,log=params.lr",
        PARALLEL.removeprefix("charts="),
        "importance:y=loss",
        "line:y=loss,x=metrics.epoch",
        "note:text=Look+**here**",
    ]

    page.goto(url + "".join(f"&charts={chart}" for chart in charts))

    for sentence in (
        "loss: bars of 10 runs, from",
        "loss: difference of 9 runs to",
        "Scatter of 30 runs: loss against lr.",
        "Boxes of loss by model: 30 runs in 2 groups.",
        "Contours of loss over lr and depth, between 30 runs.",
        "Parallel coordinates of 30 runs over model, lr, loss.",
        "What matters for loss over 30 runs: lr",
    ):
        expect(page.get_by_role("img", name=re.compile(re.escape(sentence)))).to_be_attached(timeout=30_000)
    expect(page.get_by_role("region", name="Note").get_by_text("here")).to_be_attached()
    line = page.get_by_role("region", name="loss over epoch")
    line.scroll_into_view_if_needed()
    expect(line.get_by_role("img", name=re.compile("loss: Lines"))).to_be_attached(timeout=15_000)
    assert len(asked) == 1


def test_a_contour_of_few_runs_says_why_there_is_none(page: Page, url: str) -> None:
    page.goto(f"{url}&q=params.lr < 0.001&charts=contour:x=params.lr,y=params.depth,color=metrics.loss")

    expect(page.get_by_text("10 runs have all three values. At least 20 are needed")).to_be_visible()


def test_ranges_are_dragged_on_axes_set_by_keys_and_become_the_filter(page: Page, url: str) -> None:
    page.goto(f"{url}&{PARALLEL}")
    card = find_card(page, "Parallel coordinates")
    strip = card.locator('[data-axis="metrics.loss"]').bounding_box()
    assert strip is not None

    page.mouse.move(strip["x"] + 10, strip["y"] + strip["height"] - 1)
    page.mouse.down()
    page.mouse.move(strip["x"] + 10, strip["y"] + strip["height"] / 2, steps=4)
    page.mouse.up()
    expect(card).to_contain_text(re.compile(r"\d+ of 30 runs within the ranges"))
    page.get_by_role("button", name="Axis model").click()
    page.get_by_label("mlp").uncheck()
    page.keyboard.press("Escape")
    choose(page, "Parallel coordinates", "Filter the table by the ranges")

    expect(page).to_have_url(re.compile(r"q=metrics\.loss\+BETWEEN\+.*AND\+params\.model\+=\+.*forest"))
    expect(page.get_by_role("status").filter(has_text="matching")).not_to_contain_text("30 matching")


def test_axes_move_by_the_arrow_keys(page: Page, url: str) -> None:
    page.goto(f"{url}&{PARALLEL}")
    find_card(page, "Parallel coordinates")

    page.get_by_role("button", name="Axis loss").press("ArrowLeft")

    expect(page).to_have_url(re.compile(r"axis=params\.model,axis=metrics\.loss,axis=params\.lr"))


def test_a_chart_is_kept_as_table_and_files(page: Page, url: str) -> None:
    page.goto(f"{url}&charts=box:x=params.model,y=metrics.loss")
    card = find_card(page, "loss by model")
    saved = {}

    for entry in ("Save picture (SVG)", "Save picture (PNG)", "Save values (CSV)"):
        with page.expect_download() as download:
            choose(page, "loss by model", entry)
        saved[download.value.suggested_filename] = Path(download.value.path()).read_bytes()
    choose(page, "loss by model", "Show as table")

    expect(card.get_by_role("region", name="loss by model as a table")).to_contain_text("forest15")
    assert saved["loss-by-model.svg"].startswith(b"<svg")
    assert b"var(" not in saved["loss-by-model.svg"]
    assert saved["loss-by-model.png"].startswith(b"\x89PNG")
    assert saved["loss-by-model.csv"].startswith(b"model,runs,min,q1,median,q3,max\nforest,15,")


def test_lines_are_kept_as_svg(page: Page, url: str) -> None:
    page.goto(f"{url}&keys=loss")
    page.locator('[data-chart="loss"] [data-drawn]').wait_for()

    with page.expect_download() as download:
        choose(page, "loss", "Save picture (SVG)")

    text = Path(download.value.path()).read_text()
    assert text.count("<path") > 10
    assert "var(" not in text


def test_the_code_of_a_chart_runs(browser: Browser, url: str, tmp_path: Path) -> None:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(f"{url}&keys=none&charts=scatter:x=params.model,y=metrics.loss,color=params.lr")
    find_card(page, "loss against model")

    choose(page, "loss against model", "Copy as Python code")
    expect(page.get_by_text("Copied as Python code.")).to_be_visible()
    code = page.evaluate("navigator.clipboard.readText()")
    context.close()

    program = tmp_path / "chart.py"
    picture = tmp_path / "chart.png"
    program.write_text(code.replace("plt.show()", f"plt.savefig({json.dumps(str(picture))})"))
    subprocess.run(
        [sys.executable, str(program)], check=True, capture_output=True, env={**os.environ, "MPLBACKEND": "Agg"}
    )
    assert picture.stat().st_size > 5000


def test_images_follow_the_slider(page: Page, url: str, runs: list[str]) -> None:
    page.goto(f"{url}&sel={runs[0]},{runs[1]}&charts=images:")
    expect(page.get_by_role("img", name="samples of run-01 at step 5")).to_be_visible()

    page.get_by_role("slider", name="Step").fill("0")

    expect(page.get_by_role("img", name="samples of run-01 at step 0")).to_be_visible()
    expect(page.get_by_role("img", name="samples of run-01 at step 5")).to_have_count(0)


def test_lines_are_grouped_faceted_and_read_against_a_metric(page: Page, url: str) -> None:
    asked: list[dict[str, object]] = []

    def note(request: Request) -> None:
        if "series/query" in request.url and request.post_data:
            asked.append(json.loads(request.post_data))

    page.on("request", note)
    page.goto(f"{url}&keys=loss")
    page.locator('[data-chart="loss"] [data-drawn]').wait_for()

    page.get_by_role("button", name="More: settings of the charts").click()
    page.get_by_role("combobox", name="X axis").select_option("metrics.epoch")
    page.get_by_label("A card for each value of").select_option("params.model")
    page.get_by_label("Mean and range by").select_option("params.model")
    page.keyboard.press("Escape")

    expect(page).to_have_url(re.compile(r"x=metrics\.epoch&by=params\.model&facet=params\.model"))
    expect(page.get_by_role("heading", name="loss · model = mlp")).to_be_visible()
    expect(page.get_by_role("img", name=re.compile(r"Line of mlp · \d runs"))).to_be_visible()
    assert asked[-1]["x_key"] == "epoch"


def test_charts_hinder_nobody(page: Page, url: str) -> None:
    page.goto(f"{url}&{PARALLEL}&by=params.model&charts=bar:y=metrics.loss&charts=images:&charts=note:text=a")
    find_card(page, "Parallel coordinates")
    find_card(page, "loss by run")
    problems = find_violations_in_both(page)

    page.get_by_role("button", name="Axis model").click()
    problems += find_violations_in_both(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="+ Add chart").click()
    problems += find_violations_in_both(page)

    assert problems == []


def test_a_run_is_followed_from_the_chart_to_the_table_and_back(page: Page, url: str) -> None:
    page.goto(url.replace("layout=charts", "layout=split") + "&keys=none&charts=bar:y=metrics.loss")
    card = find_card(page, "loss by run")
    canvas = card.locator("canvas")
    unfocused = canvas.evaluate("canvas => canvas.toDataURL()")

    canvas.hover(position={"x": 200, "y": 12})
    marked = page.locator("[role=row][data-focused]")
    expect(marked).to_have_count(1)
    name = card.locator("b").inner_text()
    expect(marked).to_contain_text(name)
    page.get_by_role("heading", name="sweep").hover()
    expect(marked).to_have_count(0)
    page.get_by_role("row").filter(has_text=name).hover()

    assert canvas.evaluate("canvas => canvas.toDataURL()") != unfocused


def test_a_zoom_of_a_chart_with_its_own_axis_leaves_the_others_alone(page: Page, url: str) -> None:
    page.goto(f"{url}&keys=loss&charts=line:y=loss,x=metrics.epoch")
    card = page.get_by_role("region", name="loss over epoch")
    card.locator("[data-drawn]").wait_for()
    box = card.locator(".u-over").bounding_box()
    assert box is not None

    page.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.75, box["y"] + 20, steps=4)
    page.mouse.up()

    expect(card.get_by_role("img", name=re.compile("(2|3)00 points"))).to_be_visible()
    expect(page).not_to_have_url(re.compile("range="))
