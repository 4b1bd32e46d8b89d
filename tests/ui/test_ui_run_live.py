"""What a running run prints and raises, as it appears on its page: told by the server, in its colours, harmless."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from headwater.capture.lines import LineAssembler, format_lines
from headwater.protocol.alerts import AlertLevel, RaiseAlert
from headwater.protocol.logs import AppendLog
from headwater.stores.interface import Store
from headwater.testing.servers import live_server
from headwater.testing.stores import sqlite_store
from ui.run_pages import find_violations_in_both, make_named_run, open_browser, open_page, put_artifacts

_TIME = 1_700_000_000
_MINUTE_MS = 60_000
_PRINTED = b"\x1b[1;32mready\x1b[0m\nepoch \x1b[31m1\x1b[0m of 9\n\x1b]8;;https://example.org\x1b\\link\x1b]8;;\x1b\\\n"


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
    with live_server(run_store, poll_s=0.1) as address:
        yield address


@pytest.fixture
def run_id(run_store: Store) -> str:
    return make_named_run(run_store, "owl")


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with open_page(browser) as opened:
        yield opened


def _print(store: Store, run_id: str, *texts: str, position: int = 0) -> int:
    """Append lines to a run's log and return where it ends."""
    data = format_lines(_TIME, "out", list(texts)).encode()
    store.logs.append(AppendLog(run_id, "console.log", position, data))
    return position + len(data)


def _collect(page: Page, *parts: str) -> list[Request]:
    """Return a list that grows with each request whose address has one of `parts`."""
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request) if any(part in request.url for part in parts) else None)
    return asked


def test_lines_appear_as_they_are_printed_and_an_idle_page_asks_for_nothing(
    page: Page, url: str, run_store: Store, run_id: str
) -> None:
    end = _print(run_store, run_id, "one")
    page.clock.install()
    page.goto(f"{url}/runs/{run_id}/logs")
    lines = page.get_by_role("region", name="Lines of the log")
    expect(lines).to_contain_text("one")
    end = _print(run_store, run_id, "two", position=end)
    expect(lines).to_contain_text("two")
    asked = _collect(page, "/api/", "/get-artifact")

    page.clock.run_for(_MINUTE_MS)
    quiet = len(asked)
    _print(run_store, run_id, "three", position=end)

    expect(lines).to_contain_text("three")
    assert quiet == 0
    assert all("/logs/" in request.url for request in asked)


def test_alerts_come_with_the_stream_too(page: Page, url: str, run_store: Store, run_id: str) -> None:
    page.clock.install()
    page.goto(f"{url}/runs/{run_id}")
    expect(page.get_by_text("No metrics yet.")).to_be_visible()
    expect(page.get_by_text("live", exact=True)).to_be_visible()
    asked = _collect(page, "/alerts/")

    page.clock.run_for(_MINUTE_MS)
    quiet = len(asked)
    run_store.alerts.create(RaiseAlert(run_id, title="diverging", level=AlertLevel.ERROR))

    expect(page.get_by_role("region", name="Alerts")).to_contain_text("diverging")
    assert quiet == 0


def test_where_no_stream_comes_through_the_page_asks(page: Page, url: str, run_store: Store, run_id: str) -> None:
    page.route("**/api/headwater/1/events*", lambda route: route.abort())
    end = _print(run_store, run_id, "one")
    page.goto(f"{url}/runs/{run_id}/logs")
    lines = page.get_by_role("region", name="Lines of the log")
    expect(lines).to_contain_text("one")

    _print(run_store, run_id, "two", position=end)

    expect(lines).to_contain_text("two")


def test_a_log_has_its_colours_and_nothing_of_it_acts(page: Page, url: str, run_store: Store, run_id: str) -> None:
    lines = LineAssembler().feed(_PRINTED, 0.0)
    _print(run_store, run_id, *lines, "<b>bold</b> \x1b]8;;javascript:alert(1)\x07old log\x1b]8;;\x07")
    page.goto(f"{url}/runs/{run_id}/logs")
    shown = page.get_by_role("region", name="Lines of the log")

    expect(shown.locator("[data-ansi=green]")).to_have_text("ready")
    expect(shown).to_contain_text("<b>bold</b> old log")
    assert shown.locator("a").count() == shown.locator("a[aria-label^=Line]").count() == 4
    assert find_violations_in_both(page) == []
    page.get_by_label("Search the log").fill("EPOCH 1 of")
    expect(page.get_by_text("1 of 4 lines match")).to_be_visible()
    expect(page.locator("mark")).to_have_text(["epoch ", "1", " of"])


def test_an_artifact_shows_the_colours_too(page: Page, url: str, run_store: Store, run_id: str) -> None:
    put_artifacts(run_store, "1", run_id, {"out.txt": _PRINTED})
    page.goto(f"{url}/runs/{run_id}/artifacts/out.txt")
    text = page.get_by_role("region", name="Text of out.txt")

    expect(text.locator("[data-ansi=red]")).to_have_text("1")
    expect(text).to_contain_text("link")
    assert text.locator("a[href*=example]").count() == 0
    page.get_by_label("Search in the text").fill("epoch 1 of")
    expect(page.get_by_text("1 of 1 lines")).to_be_visible()
