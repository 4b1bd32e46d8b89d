"""Every page in every state, in a real browser: complete, empty, on its way, failed, out of reach, not there."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from types import SimpleNamespace

import pytest
from playwright.sync_api import Page, Request, Response, Route, expect

from headwater.testing.servers import live_server
from headwater.testing.stores import sqlite_store
from ui.every_page import PLACES, WITH_USERS, Place, fill_world, read_routes, read_tabs
from ui.instruments import WATCH_SHIFTS, watch_traffic
from ui.run_pages import count_painted, find_violations
from ui.run_tables import Scheme, served_store, watched_page

pytestmark = pytest.mark.browser

ANSWERS = re.compile(r"/(api/|ajax-api/|get-artifact|version$)(?!.*/events)")
"""What is asked of the server beside the files of the pages and the stream of changes."""

WIDTHS = (1440, 1000, 400)
SCHEMES: tuple[Scheme, Scheme] = ("light", "dark")
LOOKS = list(product(WIDTHS, SCHEMES))
REFLOW_WIDTHS = (*WIDTHS, 720, 320)
"""The last two are 1,440 px magnified twice, and 1,280 px magnified four times."""

FIRST_BYTES = 120_000
"""Of code, before anything is known of what the page is to show."""
WHOLE_BYTES = 190_000
"""Of code, until everything is drawn: what draws charts comes after the page stands."""
LAYOUT_SHIFT = 0.02
"""What readers do not notice."""
LOADS = 3
"""How often a page may be loaded until it moves by no more: a busy machine draws some in more steps."""
SKELETON_MS = 200
"""Skeletons come after 150 ms."""

STATES = ("loading", "complete", "empty", "failed", "not there")
FACTS = """() => {
  const shown = document.getAnimations().filter(one => one.playState === "running");
  const moving = shown.map(one => one.effect.target.className).join(", ");
  return [document.querySelectorAll("h1").length, document.scrollingElement.scrollWidth, document.title, moving];
}"""
PROBLEM = "The disk is full."
PRESS_RETRY = """() => {
  const found = [...document.querySelectorAll("main button")].filter(button => button.textContent.trim() === "Retry");
  for (const button of found) button.click();
  return found.length;
}"""
MOST_RETRIES = 50
OUT_OF_REACH = "The server cannot be reached"
RETRY_AT_ONCE = """
const later = window.setTimeout;
window.setTimeout = (work, ms, ...rest) => later(work, ms === 400 || ms === 800 ? 0 : ms, ...rest);
"""


@dataclass
class Gate:
    """Stands between a page and the server: lets answers through, holds them back, fails them or cuts them off."""

    mode: str = "open"
    held: list[Route] = field(default_factory=list)

    def answer(self, route: Route) -> None:
        """Answer a request as the mode says."""
        if self.mode == "hold":
            self.held.append(route)
        elif self.mode == "fail":
            body = json.dumps({"error_code": "INTERNAL_ERROR", "message": PROBLEM})
            route.fulfill(status=500, content_type="application/json", body=body)
        elif self.mode == "cut":
            route.abort("internetdisconnected")
        else:
            route.continue_()

    def turn(self, mode: str) -> None:
        """Answer what was held back, and all that comes, in another way."""
        self.mode = mode
        held, self.held = self.held, []
        for route in held:
            self.answer(route)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """Return a server with something of everything, a `bare_url` of one without anything, and a browser."""
    with (
        served_store(tmp_path_factory.mktemp("full")) as served,
        sqlite_store(tmp_path_factory.mktemp("bare")) as store,
        live_server(store) as served.bare_url,
    ):
        served.names = fill_world(served.store)
        yield served


def test_every_route_has_a_page_in_the_table() -> None:
    paths = [place.path.partition("?")[0].format_map(_Anything()) for place in PLACES]
    paths += WITH_USERS
    tabs = [path.rpartition("/")[2] for path in paths if path.startswith("/runs/")]
    comparisons = [match[1] for place in PLACES if (match := re.search(r"/compare\?.*tab=(\w+)", place.path))]

    assert [route.pattern for route in read_routes() if not any(route.search(path) for path in paths)] == []
    assert [tab for tab in read_tabs("run/route.ts")[1:] if tab not in tabs] == []
    assert [tab for tab in read_tabs("compare/state.ts")[1:] if tab not in comparisons] == []


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.path)
def test_a_page_comes_without_hindering_anybody(served: SimpleNamespace, place: Place) -> None:
    gate = Gate("hold")
    with watched_page(served.browser, served.url, is_cold=True) as page:
        failed = _watch_failures(page)
        traffic = watch_traffic(page)
        page.emulate_media(reduced_motion="reduce")
        page.add_init_script(WATCH_SHIFTS)
        page.route(ANSWERS, gate.answer)
        page.goto(served.url + place.path.format_map(served.names))
        page.wait_for_timeout(SKELETON_MS)
        first = traffic.code
        gate.turn("open")
        _wait(page, place)
        shift = page.evaluate("window.shift")
        whole = traffic.code
        problems = _look(page, place, "complete", 2)

    assert (problems, failed) == ([], [])
    assert first <= FIRST_BYTES
    assert whole <= WHOLE_BYTES
    for width, shifts in ((WIDTHS[0], [shift]), (WIDTHS[-1], [_measure_shift(served, place, WIDTHS[-1])])):
        while shifts[-1] > LAYOUT_SHIFT and len(shifts) < LOADS:
            shifts.append(_measure_shift(served, place, width))
        assert min(shifts) <= LAYOUT_SHIFT, f"{width} px: {shifts}"


def _measure_shift(served: SimpleNamespace, place: Place, width: int) -> float:
    """Return by how much a page moves while it loads."""
    with watched_page(served.browser, served.url, width=width, is_cold=True) as page:
        page.emulate_media(reduced_motion="reduce")
        page.add_init_script(WATCH_SHIFTS)
        page.goto(served.url + place.path.format_map(served.names))
        _wait(page, place)
        return float(page.evaluate("window.shift"))


@pytest.mark.parametrize("place", [place for place in PLACES if place.empty], ids=lambda place: place.path)
def test_a_page_without_content_says_so(served: SimpleNamespace, place: Place) -> None:
    host = served.url if place.bare else served.bare_url
    with watched_page(served.browser, host) as page:
        failed = _watch_failures(page)
        page.emulate_media(reduced_motion="reduce")
        page.goto(host + (place.bare or place.path).format_map(served.names))
        expect(page.locator("main")).to_contain_text(place.empty)
        problems = _look(page, place, "empty", 1)

    assert (problems, failed) == ([], [])


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.path)
def test_a_page_that_fails_says_why_and_comes_on_request(served: SimpleNamespace, place: Place) -> None:
    gate = Gate("hold")
    problems, early = [], ""
    with watched_page(served.browser, served.url, expected="Failed to load resource") as page:
        page.emulate_media(reduced_motion="reduce")
        page.add_init_script(RETRY_AT_ONCE)
        page.route(ANSWERS, gate.answer)
        alert = page.get_by_role("alert").first
        if place.asks:
            page.goto(served.url + place.path.format_map(served.names))
            page.get_by_role("heading", level=1).wait_for(state="attached")
            page.wait_for_timeout(SKELETON_MS)
            problems += _look(page, place, "loading", 1)
            early = page.locator("main").inner_text()
            gate.turn("fail")
            expect(alert).to_contain_text(PROBLEM)
            problems += _look(page, place, "failed", 1)
            gate.turn("cut")
            page.get_by_role("main").get_by_role("button", name="Retry").first.click()
            expect(alert).to_contain_text(OUT_OF_REACH)
            gate.turn("open")
            _retry(page)
            _wait(page, place)
        if place.missing:
            gate.turn("open")
            page.goto(served.url + place.missing.format_map(served.names))
            expect(page.locator("main")).to_contain_text(place.gone)
            problems += _look(page, place, "not there", 1)
    assert problems == []
    assert not place.empty or place.empty not in early, "what is on its way is shown as emptiness"


def test_the_readers_own_colours_leave_lines_theirs_and_frame_what_is_chosen(served: SimpleNamespace) -> None:
    with watched_page(served.browser, served.url) as page:
        page.emulate_media(forced_colors="active")
        page.goto(f"{served.url}/experiments/{served.names['e']}/runs?layout=split&sel={served.names['r']}")
        page.locator('[data-chart="loss"] [data-drawn]').wait_for()

        assert count_painted(page, "loss") > 100
        expect(page.get_by_role("button", name="Split")).to_have_css("outline-style", "solid")
        expect(page.get_by_role("button", name="Table")).to_have_css("outline-style", "none")


def _retry(page: Page) -> None:
    """Press what asks to try again, as long as there is such a button."""
    for _ in range(MOST_RETRIES):
        if not page.evaluate(PRESS_RETRY):
            return
        page.wait_for_timeout(100)


class _Anything(dict[str, str]):
    """Gives something for every name."""

    def __missing__(self, name: str) -> str:
        return "m-1" if name == "m" else "1"


def _wait(page: Page, place: Place) -> None:
    expect(page.locator("main")).to_contain_text(place.shown)
    if place.drawn:
        page.locator(place.drawn).first.wait_for()


def _watch_failures(page: Page) -> list[str]:
    """Return a list to which what fails is added; a stream that ends when the page is left is no failure."""
    failed: list[str] = []

    def note_failure(request: Request) -> None:
        if request.resource_type != "eventsource" and "ERR_ABORTED" not in (request.failure or ""):
            failed.append(f"{request.failure}: {request.url}")

    def note_response(response: Response) -> None:
        if response.status >= 400:
            failed.append(f"{response.status}: {response.url}")

    page.on("requestfailed", note_failure)
    page.on("response", note_response)
    return failed


def _look(page: Page, place: Place, state: str, count: int) -> list[str]:
    """Return what is wrong with a page at every width, and what axe finds in it in some of the looks.

    Which ones goes round, so that each state is seen in each look on some page.
    """
    problems = []
    for width in REFLOW_WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        headings, broad, title, moving = page.evaluate(FACTS)
        here = f"{state}, {width} px"
        if headings != 1:
            problems.append(f"{here}: {headings} headings of the first level")
        if broad > width:
            problems.append(f"{here}: {broad} px wide")
        if not title.endswith("Headwater"):
            problems.append(f"{here}: the title is {title!r}")
        if moving:
            problems.append(f"{here}: {moving} moves though the reader wants no motion")
    turn = PLACES.index(place) + STATES.index(state)
    for width, scheme in [LOOKS[(turn + step * 3) % len(LOOKS)] for step in range(count)]:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        problems += [f"{state}, {width} px, {scheme}: {problem}" for problem in find_violations(page)]
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})
    return problems
