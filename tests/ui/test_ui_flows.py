"""What a day does to an open page, in a real browser: runs arrive, servers go, readers leave and return."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from headwater.protocol.runs import GetRun, SetTag
from headwater.protocol.views import CreateView, GetView, UpdateView
from headwater.testing.servers import live_server
from headwater.testing.stores import sqlite_store
from ui.run_tables import add_run, add_runs, make_experiment, served_store, watched_page

pytestmark = pytest.mark.browser

NOT_REACHED = "Failed to load resource"
"""What the console says of requests that a test lets fail."""

HIDE = """isHidden => {
  Object.defineProperty(document, "hidden", {configurable: true, get: () => isHidden});
  document.dispatchEvent(new Event("visibilitychange"));
}"""
"""Chromium without a window takes each page for one in sight."""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """Return a server with an experiment of eighty runs, and a browser."""
    with served_store(tmp_path_factory.mktemp("flows")) as served:
        served.experiment = make_experiment(served.store, "churn")
        served.runs = add_runs(served.store, served.experiment, 80)
        yield served


def _open_runs(page: Page, served: SimpleNamespace, experiment: str = "", query: str = "") -> None:
    page.goto(f"{served.url}/experiments/{experiment or served.experiment}/runs{query}")
    expect(page.locator('[aria-rowindex="2"]')).to_be_visible()


def _top(page: Page) -> int:
    top: int = page.locator("[role=grid], [role=treegrid]").evaluate("grid => grid.scrollTop")
    return top


def _active(page: Page) -> Locator:
    return page.locator("[data-active=true] [data-column=name] a")


def test_rows_stay_where_they_are_while_runs_arrive_above_them(served: SimpleNamespace) -> None:
    experiment = make_experiment(served.store, "arrivals")
    add_runs(served.store, experiment, 60)
    with watched_page(served.browser, served.url) as page:
        _open_runs(page, served, experiment)
        page.get_by_role("grid").focus()
        for _ in range(40):
            page.keyboard.press("j")
        name = _active(page).text_content() or ""
        before = page.get_by_role("link", name=name, exact=True).bounding_box()

        add_run(served.store, experiment, "newcomer", metrics={"auc": 0.5})
        expect(page.get_by_text("61 matching")).to_be_visible(timeout=10_000)

        expect(_active(page)).to_have_text(name)
        assert page.get_by_role("link", name=name, exact=True).bounding_box() == before


def test_another_order_begins_at_the_top(served: SimpleNamespace) -> None:
    with watched_page(served.browser, served.url) as page:
        _open_runs(page, served)
        page.get_by_role("grid").focus()
        page.keyboard.press("End")
        expect(page.locator('[aria-rowindex="81"]')).to_be_in_viewport()

        page.get_by_role("columnheader", name="auc").get_by_role("button").first.click()

        expect(page.locator('[aria-rowindex="2"]')).to_be_in_viewport()


def test_another_filter_begins_at_the_top_also_after_a_reload(served: SimpleNamespace) -> None:
    with watched_page(served.browser, served.url) as page:
        _open_runs(page, served, query="?sort=metrics.auc")
        page.get_by_role("grid").focus()
        page.keyboard.press("End")
        page.evaluate("new Promise(done => setTimeout(done, 200))")
        page.reload()
        expect(page.locator("[data-row]").first).to_be_attached()
        assert _top(page) > 0

        page.get_by_role("combobox", name="Filter runs").fill("metrics.auc > 0.1")

        expect(page.locator('[aria-rowindex="2"]')).to_be_in_viewport()


def test_who_comes_back_is_where_they_were(served: SimpleNamespace) -> None:
    parent = add_run(served.store, served.experiment, "sweep", metrics={"auc": 0.1})
    add_run(served.store, served.experiment, "trial", metrics={"auc": 0.2}, parent=parent)
    with watched_page(served.browser, served.url) as page:
        _open_runs(page, served)
        page.get_by_role("row").filter(has_text="sweep").locator("[data-toggle]").click()
        expect(page.get_by_role("link", name="trial")).to_be_visible()
        page.get_by_role("treegrid").focus()
        for _ in range(50):
            page.keyboard.press("j")
        name = _active(page).text_content()
        top = _top(page)
        assert top > 0

        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        page.go_back()

        expect(_active(page)).to_have_text(name or "")
        assert _top(page) == top
        page.reload()
        expect(_active(page)).to_have_text(name or "")
        page.get_by_role("treegrid").press("Home")
        expect(page.get_by_role("link", name="trial")).to_be_visible()


def test_a_page_out_of_sight_has_no_stream_and_catches_up_when_it_is_looked_at(served: SimpleNamespace) -> None:
    experiment = make_experiment(served.store, "aside")
    add_run(served.store, experiment, "first", metrics={"auc": 0.1})
    with watched_page(served.browser, served.url) as page:
        _open_runs(page, served, experiment)
        live = page.get_by_role("button", name="Live updates: live")
        expect(live).to_be_visible()
        page.evaluate(HIDE, True)
        expect(page.get_by_role("button", name="Live updates")).to_have_count(0)

        add_run(served.store, experiment, "second", metrics={"auc": 0.2})
        page.evaluate(HIDE, False)

        expect(live).to_be_visible()
        expect(page.get_by_role("link", name="second")).to_be_visible()


def test_a_page_that_was_opened_aside_catches_up_when_it_is_looked_at(served: SimpleNamespace) -> None:
    experiment = make_experiment(served.store, "opened aside")
    add_run(served.store, experiment, "first", metrics={"auc": 0.1})
    with watched_page(served.browser, served.url) as page:
        page.add_init_script(f"({HIDE})(true)")
        _open_runs(page, served, experiment)
        expect(page.get_by_role("button", name="Live updates")).to_have_count(0)
        add_run(served.store, experiment, "second", metrics={"auc": 0.2})

        page.evaluate(HIDE, False)

        expect(page.get_by_role("link", name="second")).to_be_visible()


def test_a_page_that_is_paused_stays_as_it_is(served: SimpleNamespace) -> None:
    experiment = make_experiment(served.store, "paused")
    add_run(served.store, experiment, "first", metrics={"auc": 0.1})
    with watched_page(served.browser, served.url) as page:
        _open_runs(page, served, experiment)
        page.get_by_role("button", name="Live updates: live").click()
        resume = page.get_by_role("button", name="Live updates: paused")
        expect(resume).to_be_visible()

        add_run(served.store, experiment, "second", metrics={"auc": 0.2})
        page.evaluate("new Promise(done => setTimeout(done, 700))")
        expect(page.get_by_role("link", name="second")).to_have_count(0)
        resume.click()

        expect(page.get_by_role("link", name="second")).to_be_visible()


def test_a_stream_that_a_proxy_refused_is_asked_for_again(served: SimpleNamespace) -> None:
    refused: list[str] = []

    def refuse(route: Route) -> None:
        refused.append(route.request.url)
        route.fulfill(status=502, body="bad gateway") if len(refused) < 2 else route.continue_()

    with watched_page(served.browser, served.url, expected=NOT_REACHED) as page:
        page.route("**/api/headwater/1/events?*", refuse)
        _open_runs(page, served)

        expect(page.get_by_role("button", name="Live updates: live")).to_be_visible(timeout=10_000)
    assert len(refused) == 2


def test_a_server_that_is_gone_is_said_to_be_and_the_page_goes_on_when_it_is_back(served: SimpleNamespace) -> None:
    with watched_page(served.browser, served.url, expected=NOT_REACHED, is_cold=True) as page:
        page.goto(f"{served.url}/models")
        expect(page.get_by_role("heading", name="Models", exact=True)).to_be_visible()
        page.context.set_offline(True)

        page.get_by_role("link", name="Reports").click()

        banner = page.get_by_role("alert").filter(has_text="The server cannot be reached. What you see")
        expect(banner).to_be_visible()
        expect(page.get_by_text("This part of the page could not be loaded")).to_be_visible()
        page.context.set_offline(False)
        expect(banner).to_have_count(0, timeout=10_000)
        expect(page.get_by_text("A report puts text")).to_be_visible()


def test_a_page_whose_code_is_of_an_older_version_is_loaded_anew(served: SimpleNamespace) -> None:
    asked: list[str] = []

    def forget(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(status=404) if len(asked) == 1 else route.continue_()

    with watched_page(served.browser, served.url, expected=NOT_REACHED, is_cold=True) as page:
        page.route("**/assets/reports-page*.js", forget)
        page.goto(f"{served.url}/models")
        expect(page.get_by_role("heading", name="Models", exact=True)).to_be_visible()

        page.get_by_role("link", name="Reports").click()

        expect(page.get_by_text("A report puts text")).to_be_visible()
    assert len(asked) == 2


def test_a_server_that_is_started_again_is_followed_again(tmp_path: Path, served: SimpleNamespace) -> None:
    with sqlite_store(tmp_path) as store, ExitStack() as first:
        experiment = make_experiment(store, "restarts")
        add_run(store, experiment, "before", metrics={"auc": 0.1})
        url = first.enter_context(live_server(store))
        with watched_page(served.browser, url, expected=NOT_REACHED) as page:
            _open_runs(page, SimpleNamespace(url=url), experiment)
            expect(page.get_by_role("button", name="Live updates: live")).to_be_visible()
            first.close()
            banner = page.get_by_role("alert").filter(has_text="The server cannot be reached. What you see")
            expect(banner).to_be_visible(timeout=10_000)
            expect(page.get_by_role("link", name="before")).to_be_visible()
            add_run(store, experiment, "meanwhile", metrics={"auc": 0.2})

            with live_server(store, port=int(url.rsplit(":", 1)[1])):
                expect(page.get_by_role("link", name="meanwhile")).to_be_visible(timeout=20_000)
                expect(banner).to_have_count(0)


def test_notes_that_are_being_written_outlive_the_page(served: SimpleNamespace) -> None:
    run_id = served.runs[0]
    with watched_page(served.browser, served.url) as page:
        page.goto(f"{served.url}/runs/{run_id}")
        page.get_by_role("button", name="Write").click()
        page.get_by_role("textbox", name="Notes in Markdown").fill("half a thought")
        page.get_by_role("link", name="Models", exact=True).click()
        expect(page.get_by_role("heading", name="Models", exact=True)).to_be_visible()
        page.go_back()
        expect(page.get_by_role("textbox", name="Notes in Markdown")).to_have_value("half a thought")
        page.reload()

        expect(page.get_by_text("You wrote this before and have not saved it.")).to_be_visible()
        served.store.runs.set_tag(SetTag(run_id=run_id, key="mlflow.note.content", value="theirs"))
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_role("alert")).to_contain_text("It says now: “theirs”")
        page.get_by_role("textbox", name="Notes in Markdown").press("Control+Enter")

        expect(page.get_by_role("textbox", name="Notes in Markdown")).to_have_count(0)
    tags = {tag.key: tag.value for tag in served.store.runs.get(GetRun(run_id=run_id)).run.data.tags}
    assert tags["mlflow.note.content"] == "half a thought"


def test_a_report_that_is_being_written_outlives_the_page_and_overwrites_nobody(served: SimpleNamespace) -> None:
    blocks = {"blocks": [{"type": "markdown", "text": "First"}]}
    report = served.store.views.create(CreateView("Weekly", blocks, kind="report")).view.view_id
    with watched_page(served.browser, served.url, expected=" 409 ") as page:
        page.goto(f"{served.url}/reports/{report}")
        page.get_by_role("button", name="Edit").click()
        page.get_by_role("textbox", name="Markdown").fill("Mine")
        theirs = {"blocks": [{"type": "markdown", "text": "Theirs"}]}
        served.store.views.update(UpdateView(report, 1, state=theirs))
        page.reload()
        expect(page.get_by_text("You wrote this before and have not saved it.")).to_be_visible()
        expect(page.get_by_role("textbox", name="Markdown")).to_have_value("Mine")

        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_role("alert")).to_contain_text("Somebody has saved version 2")
        assert served.store.views.get(GetView(report)).view.state == theirs
        page.get_by_role("button", name="Save", exact=True).click()

        expect(page.get_by_role("button", name="Edit")).to_be_visible()
    assert served.store.views.get(GetView(report)).view.version == 3


def test_runs_of_several_experiments_that_were_moved_go_back_to_their_own(served: SimpleNamespace) -> None:
    homes = [make_experiment(served.store, name) for name in ("home a", "home b")]
    target = make_experiment(served.store, "away")
    runs = [add_run(served.store, home, f"from-{home}", metrics={"auc": 0.1}) for home in homes]
    with watched_page(served.browser, served.url) as page:
        _open_runs(page, served, ",".join(homes), f"?sel={','.join(runs)}&cols=metrics.auc")
        page.get_by_role("button", name="Move…").click()
        page.get_by_role("searchbox", name="Search experiments").fill("away")
        page.get_by_role("listbox").select_option("away")
        page.get_by_role("dialog").get_by_role("button", name="Move").click()
        expect(page.get_by_text("2 runs moved")).to_be_visible()
        assert {_home(served, run) for run in runs} == {target}

        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_text("2 runs moved back")).to_be_visible()

    assert [_home(served, run) for run in runs] == homes


def _home(served: SimpleNamespace, run_id: str) -> str:
    experiment_id: str = served.store.runs.get(GetRun(run_id=run_id)).run.info.experiment_id
    return experiment_id


def test_links_are_copied_on_pages_without_https(served: SimpleNamespace) -> None:
    with watched_page(served.browser, served.url) as page:
        page.add_init_script(
            "Object.defineProperty(window, 'isSecureContext', {value: false});"
            "Object.defineProperty(navigator, 'clipboard', {value: undefined});"
            "addEventListener('copy', event => { window.copied = event.target.value; });"
        )
        _open_runs(page, served)

        page.get_by_role("button", name="Share link").click()

        expect(page.get_by_text("Link copied")).to_be_visible()
        assert page.evaluate("window.copied") == page.url
