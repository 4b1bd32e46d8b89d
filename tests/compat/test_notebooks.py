"""`hw.chart` in a real kernel with anywidget, and its front end in a real browser."""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

import headwater
from compat.client_process import CACHE, HERE
from headwater.testing.environments import environment_python
from ui.run_pages import count_painted, find_violations, open_browser

SOURCE = Path(headwater.__file__).parents[1]
FRONT_END = SOURCE / "headwater" / "server" / "static" / "notebook"
PAGE = """<!doctype html><html lang="en"><title>notebook</title><link rel="stylesheet" href="/chart.css">
<body style="background:{ground};color:{ink}"><main><h1>Notebook</h1><div id="cell"></div></main>"""
START = """async state => {
  const read = ({about, points}) => ({
    about, points: new DataView(Uint8Array.from(atob(points), letter => letter.charCodeAt(0)).buffer)});
  let traits = read(state);
  const events = new EventTarget();
  const model = {
    get: name => traits[name],
    on: (event, listener) => events.addEventListener(event, listener),
    off: (event, listener) => events.removeEventListener(event, listener),
  };
  window.change = next => {
    traits = read(next);
    for (const name of ["about", "points"]) events.dispatchEvent(new Event(`change:${name}`));
  };
  const module = await import("/chart.js");
  window.dispose = module.default.render({model, el: document.getElementById("cell")});
}"""
GROUNDS = {"light": ("#fff", "#111"), "dark": ("#111", "#eee")}

pytestmark = [pytest.mark.compat, pytest.mark.slow, pytest.mark.browser]


def run_in_notebooks(program: str, folder: Path, **variables: str) -> dict[str, Any]:
    """Run a program of these tests where notebooks run, and return its report."""
    python = environment_python(HERE / "clients" / "notebook.txt", CACHE)
    done = subprocess.run(
        [str(python), str(HERE / program), str(folder / "report.json")],
        cwd=folder,
        env={
            "PATH": os.pathsep.join([str(python.parent), os.environ["PATH"]]),
            "HOME": str(folder),
            "PYTHONPATH": str(SOURCE),
            "HEADWATER_TRACKING_URI": f"sqlite:///{folder / 'headwater.db'}",
            **variables,
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=250,
    )
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    return report


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return what the kernel said while the notebook ran."""
    return run_in_notebooks("notebook_cells.py", tmp_path_factory.mktemp("notebook"))


def test_runs_of_a_notebook_are_run_again_cell_by_cell(tmp_path: Path) -> None:
    variables = {"HEADWATER_CAPTURE": "code", "JPY_SESSION_NAME": "/home/ada/owl.ipynb"}

    found = run_in_notebooks("notebook_runs.py", tmp_path, **variables)

    assert found == {"same": [True, True], "rates": ["0.5", "0.7"], "source": "/home/ada/owl.ipynb"}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as opened:
        yield opened


def open_chart(browser: Browser, state: dict[str, Any], scheme: str = "light", width: int = 1000) -> Page:
    """Show a state of the chart on a page like a notebook's."""
    ground, ink = GROUNDS[scheme]

    def answer(route: Route) -> None:
        name = route.request.url.rsplit("/", 1)[1]
        if name:
            route.fulfill(path=FRONT_END / name)
        else:
            route.fulfill(body=PAGE.format(ground=ground, ink=ink), content_type="text/html")

    page = browser.new_page(viewport={"width": width, "height": 700})
    page.route("**/*", answer)
    page.goto("http://notebook.test/")
    page.evaluate(START, state)
    page.locator('[data-chart="loss"] canvas').wait_for()
    return page


def test_a_notebook_shows_a_widget_and_keeps_a_picture_for_those_who_have_none(kernel: dict[str, Any]) -> None:
    first = kernel["first"]

    assert first["application/vnd.jupyter.widget-view+json"]["model_id"]
    assert "<svg" in first["text/html"]
    assert first["text/plain"].startswith("Chart of 1 run (live)")


def test_a_chart_grows_while_the_kernel_trains_and_rests_when_the_run_ends(kernel: dict[str, Any]) -> None:
    first, during, after = kernel["states"]

    assert kernel["printed"][0] == "grew while the cell ran"
    assert len(first["points"]) < len(during["points"])
    assert [state["about"]["runs"][0]["status"] for state in kernel["states"]] == ["RUNNING", "RUNNING", "FINISHED"]
    assert after["about"]["keys"] == ["accuracy", "loss"]


@pytest.mark.parametrize("scheme", GROUNDS)
@pytest.mark.parametrize("width", [1000, 360])
def test_the_browser_draws_it_in_the_colours_of_the_notebook(
    browser: Browser, kernel: dict[str, Any], scheme: str, width: int
) -> None:
    last = kernel["states"][-1]

    page = open_chart(browser, last, scheme, width)

    points = int(kernel["printed"][1]) + 1
    expect(page.get_by_role("img", name=f"loss: Line of owl, {points} points")).to_be_visible()
    assert count_painted(page, "loss") > 100
    background = page.locator('[data-chart="loss"]').evaluate("card => getComputedStyle(card).backgroundColor")
    assert background == {"light": "rgb(255, 255, 255)", "dark": "rgb(21, 24, 28)"}[scheme]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert not find_violations(page)
    page.close()


def test_new_points_are_drawn_as_they_come_and_a_removed_chart_is_gone(
    browser: Browser, kernel: dict[str, Any]
) -> None:
    first, _, after = kernel["states"]
    page = open_chart(browser, first)
    expect(page.get_by_role("img", name="loss: Line of owl, 1 point,")).to_be_visible()
    expect(page.get_by_text("running")).to_be_visible()

    page.evaluate("state => change(state)", after)

    expect(page.get_by_role("img", name="loss: Line of owl, 1 point,")).to_have_count(0)
    expect(page.get_by_text("running")).to_have_count(0)
    page.evaluate("dispose()")
    expect(page.locator("#cell")).to_be_empty()
    page.close()


def test_a_run_can_be_switched_off_and_the_pointer_reads_the_lines(browser: Browser, kernel: dict[str, Any]) -> None:
    page = open_chart(browser, kernel["states"][-1])

    page.locator('[data-chart="loss"] .u-over').hover(position={"x": 4, "y": 40})
    expect(page.locator('[data-chart="loss"]')).to_contain_text(re.compile(r"step \d+owl(1|0\.\d+)$"))
    page.get_by_role("button", name="owl").click()

    expect(page.get_by_role("button", name="owl")).to_have_attribute("aria-pressed", "false")
    expect(page.get_by_role("img", name="loss: no points in this range.")).to_be_visible()
    page.close()


def test_the_front_end_asks_no_other_host_for_anything() -> None:
    text = (FRONT_END / "chart.js").read_text(encoding="utf-8") + (FRONT_END / "chart.css").read_text(encoding="utf-8")

    addresses = [part.split("`")[0][:40] for part in text.split("http")[1:] if part.startswith(("://", "s://"))]

    assert not [address for address in addresses if "www.w3.org" not in address]
