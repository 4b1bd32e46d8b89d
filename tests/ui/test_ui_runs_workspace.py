"""The workspace of runs in a real browser, on a real server with a real database."""

import re
import time
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from playwright.sync_api import Locator, Page, expect

from headwater.protocol.runs import GetRun, RunStatus
from ui.run_pages import find_violations
from ui.run_tables import Scheme, add_run, add_runs, make_experiment, served_store, watched_page

pytestmark = pytest.mark.browser

COUNT = 60


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """Return a server with an experiment of sixty runs, and a browser."""
    with served_store(tmp_path_factory.mktemp("runs")) as served:
        served.experiment = make_experiment(served.store, "churn")
        served.runs = add_runs(served.store, served.experiment, COUNT)
        served.empty = make_experiment(served.store, "nothing yet")
        yield served


def _open_runs(page: Page, served: SimpleNamespace, query: str = "") -> None:
    page.goto(f"{served.url}/experiments/{served.experiment}/runs{query}")
    expect(_row(page, 0)).to_be_visible()


def _row(page: Page, number: int) -> Locator:
    return page.locator(f'[aria-rowindex="{number + 2}"]')


def _names(page: Page) -> list[str]:
    cells = page.locator("[data-row]:not([hidden])").evaluate_all(
        "rows => rows.map(row => [Number(row.dataset.row), row.querySelector('[data-column=name] a').textContent])"
    )
    return [name for _, name in sorted(cells)]


def test_a_journey_from_the_experiments_to_the_charts_of_the_best_runs(served: SimpleNamespace) -> None:
    with watched_page(served.browser, served.url) as page:
        page.goto(f"{served.url}/experiments")
        page.get_by_role("link", name="churn").click()
        expect(page.get_by_role("heading", level=1, name="churn")).to_be_focused()
        expect(page.get_by_text(f"{COUNT} matching · {COUNT} total")).to_be_visible()

        page.get_by_role("combobox", name="Filter runs").fill("params.model = 'xgboost'")
        expect(page.get_by_text(f"{COUNT // 2} matching")).to_be_visible()
        page.get_by_role("columnheader", name="log_loss").get_by_role("button").first.click()
        expect(page.get_by_role("columnheader", name="log_loss")).to_have_attribute("aria-sort", "ascending")
        page.get_by_role("checkbox", name="Select xgboost-keen-owl-0", exact=True).check()
        page.get_by_role("checkbox", name="Select xgboost-brave-elk-2", exact=True).check()
        page.get_by_role("button", name="Split").click()

        expect(page.get_by_text("2 selected")).to_be_visible()
        expect(page.locator("[data-chart=auc] canvas").first).to_be_visible()
        assert f"sel={served.runs[0]},{served.runs[2]}" in page.url
        assert "sort=metrics.log_loss" in page.url
        assert "layout=split" in page.url

        shared = page.url
        page.go_back()
        expect(page.get_by_role("button", name="Table")).to_have_attribute("aria-pressed", "true")
        page.goto(shared)
        expect(page.get_by_text("2 selected")).to_be_visible()
        assert _names(page)[0] == "xgboost-keen-owl-0"


def test_a_filter_that_cannot_be_read_says_why_and_keeps_the_rows(served: SimpleNamespace) -> None:
    with watched_page(served.browser, served.url) as page:
        _open_runs(page, served)
        before = _names(page)

        page.get_by_role("combobox", name="Filter runs").fill("metrics.auc >> 0.9")

        expect(page.get_by_role("alert")).to_contain_text("Invalid comparator '>>'")
        assert _names(page) == before


def test_an_address_with_a_filter_that_cannot_be_read_offers_to_clear_it(served: SimpleNamespace) -> None:
    with watched_page(served.browser, served.url) as page:
        page.goto(f"{served.url}/experiments/{served.experiment}/runs?q=metrics.auc%20%3E%3E%200.9")
        expect(page.get_by_role("heading", name="The filter cannot be read")).to_be_visible()

        page.get_by_role("button", name="Clear the filter").last.click()

        expect(page.get_by_role("grid")).to_be_visible()


def test_plain_words_search_names(served: SimpleNamespace) -> None:
    with watched_page(served.browser, served.url) as page:
        _open_runs(page, served)

        page.get_by_role("combobox", name="Filter runs").fill("OWL-0 keen")

        expect(page.get_by_text("1 matching")).to_be_visible()
        assert _names(page) == ["xgboost-keen-owl-0"]


def test_keys_are_completed_as_the_language_writes_them(served: SimpleNamespace) -> None:
    with watched_page(served.browser, served.url) as page:
        _open_runs(page, served)
        box = page.get_by_role("combobox", name="Filter runs")

        box.press_sequentially("log_l")
        page.get_by_role("option", name="metrics.log_loss").wait_for()
        box.press("ArrowDown")
        box.press("Enter")
        box.press_sequentially("< 0.12")

        expect(box).to_have_value("metrics.log_loss < 0.12")
        expect(page.get_by_text("13 matching")).to_be_visible()


def test_several_columns_sort_and_the_best_value_is_bold(served: SimpleNamespace) -> None:
    with watched_page(served.browser, served.url) as page:
        _open_runs(page, served)

        page.get_by_role("columnheader", name="model").get_by_role("button").first.click()
        page.get_by_role("columnheader", name="auc").get_by_role("button").first.click(modifiers=["Shift"])

        expect(page.get_by_role("columnheader", name="auc")).to_have_attribute("aria-sort", "descending")
        expect(_row(page, 0)).to_contain_text("lightgbm-calm-fox-1")
        assert "sort=params.model,metrics.auc+desc" in page.url
        page.goto(f"{served.url}/experiments/{served.experiment}/runs?sort=metrics.auc desc")
        best = page.locator('[aria-rowindex="2"] [data-column="metrics.auc"]')
        expect(best).to_have_text("0.9850")
        expect(best).to_have_css("font-weight", "700")


def test_columns_are_chosen_and_kept_in_the_address(served: SimpleNamespace) -> None:
    with watched_page(served.browser, served.url) as page:
        _open_runs(page, served)
        expect(page.get_by_role("columnheader", name="seed")).to_have_count(0)
        expect(page.get_by_text("Same for all: seed = 7")).to_be_visible()

        page.get_by_role("button", name="Columns").click()
        page.get_by_role("searchbox", name="Search columns").fill("se")
        page.get_by_role("checkbox", name=re.compile("seed")).check()
        page.keyboard.press("Escape")

        expect(page.get_by_role("columnheader", name="seed")).to_be_visible()
        expect(page.locator('[aria-rowindex="2"] [data-column="params.seed"]')).to_have_text("7")
        assert "params.seed" in page.url


def test_the_keyboard_alone_selects_and_opens(served: SimpleNamespace) -> None:
    with watched_page(served.browser, served.url) as page:
        _open_runs(page, served)

        page.keyboard.press("j")
        page.keyboard.press("x")
        page.keyboard.press("Shift+ArrowDown")
        expect(page.get_by_text("2 selected")).to_be_visible()
        expect(_row(page, 1)).to_have_attribute("aria-selected", "true")
        page.keyboard.press("End")
        expect(_row(page, COUNT - 1)).to_be_in_viewport()
        page.keyboard.press("/")
        expect(page.get_by_role("combobox", name="Filter runs")).to_be_focused()
        page.get_by_role("grid").focus()
        page.keyboard.press("Enter")

        expect(page).to_have_url(f"{served.url}/runs/{served.runs[-1]}")


def test_a_run_that_is_logged_appears_by_itself(served: SimpleNamespace) -> None:
    experiment = make_experiment(served.store, "live")
    with watched_page(served.browser, served.url) as page:
        page.goto(f"{served.url}/experiments/{experiment}/runs")
        expect(page.get_by_text("Waiting for the first run")).to_be_visible()
        expect(page.get_by_text("live", exact=True).last).to_be_visible()

        add_run(served.store, experiment, "first", metrics={"loss": 1.0}, status=RunStatus.RUNNING)
        expect(page.get_by_role("link", name="first")).to_be_visible(timeout=10_000)
        expect(page.get_by_role("columnheader", name="loss")).to_be_visible()
        page.evaluate("document.querySelector('[data-row=\"0\"]').marked = true")
        add_run(served.store, experiment, "second", metrics={"loss": 0.5})

        expect(page.get_by_role("link", name="second")).to_be_visible(timeout=10_000)
        assert page.evaluate("[...document.querySelectorAll('[data-row]')].some(row => row.marked)")


def test_archived_runs_come_back_with_undo_and_from_the_archive(served: SimpleNamespace) -> None:
    experiment = make_experiment(served.store, "to archive")
    ids = add_runs(served.store, experiment, 3)
    with watched_page(served.browser, served.url) as page:
        page.goto(f"{served.url}/experiments/{experiment}/runs?sel={ids[0]},{ids[1]}")
        page.get_by_role("button", name="Archive 2").click()
        expect(page.get_by_text("1 matching · 1 total")).to_be_visible()
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_text("3 matching · 3 total")).to_be_visible()

        page.get_by_role("checkbox", name="Select xgboost-keen-owl-0", exact=True).check()
        page.get_by_role("button", name="Archive 1").click()
        expect(page.get_by_text("2 matching · 2 total")).to_be_visible()
        page.get_by_role("group", name="Which runs").get_by_role("button", name="Archive").click()
        page.get_by_role("checkbox", name="Select xgboost-keen-owl-0", exact=True).check()
        page.get_by_role("button", name="Restore 1").click()

        expect(page.get_by_text("Nothing is archived")).to_be_visible()
    assert served.store.runs.get(GetRun(run_id=ids[0])).run.info.lifecycle_stage == "active"


def test_child_runs_stand_below_their_parent(served: SimpleNamespace) -> None:
    experiment = make_experiment(served.store, "nested")
    parent = add_run(served.store, experiment, "sweep", metrics={"auc": 0.5})
    add_run(served.store, experiment, "trial", metrics={"auc": 0.7}, parent=parent)
    with watched_page(served.browser, served.url) as page:
        page.goto(f"{served.url}/experiments/{experiment}/runs")
        expect(_row(page, 0)).to_contain_text("sweep")
        assert _names(page) == ["sweep"]

        page.get_by_role("treegrid").focus()
        page.keyboard.press("ArrowRight")

        expect(_row(page, 1)).to_contain_text("trial")
        expect(_row(page, 1)).to_have_attribute("aria-level", "2")


def test_the_table_is_exported_as_it_is_shown(served: SimpleNamespace) -> None:
    with watched_page(served.browser, served.url) as page:
        _open_runs(page, served, "?q=owl-0&cols=metrics.auc,params.model")
        page.get_by_role("button", name="Export").click()

        with page.expect_download() as download:
            page.get_by_role("button", name="CSV, 1 runs").or_(page.get_by_role("button", name="CSV")).first.click()

        text = download.value.path().read_text()
        assert download.value.suggested_filename == "churn.csv"
        assert text == f"run_id,run_name,metrics.auc,params.model\n{served.runs[0]},xgboost-keen-owl-0,0.985,xgboost\n"


@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 420)])
def test_axe_finds_nothing_in_a_table_that_is_sorted_filtered_or_archived(
    served: SimpleNamespace, scheme: Scheme, width: int
) -> None:
    runs = f"/experiments/{served.experiment}/runs"
    places = {
        "/experiments?q=zebra": "No experiment matches",
        f"{runs}?sort=metrics.auc desc&sel={served.runs[0]}": "1 selected",
        f"{runs}?q=zebra": "0 of 60 runs match",
        f"{runs}?q=metrics.auc >> 1": "The filter cannot be read",
        f"{runs}?state=archived": "Nothing is archived",
    }
    with watched_page(served.browser, served.url, scheme=scheme, width=width) as page:
        for path, text in places.items():
            page.goto(served.url + path)
            expect(page.locator("main")).to_contain_text(text)

            assert (path, find_violations(page)) == (path, [])


def test_an_unknown_experiment_and_a_failing_server_say_so(served: SimpleNamespace) -> None:
    with watched_page(served.browser, served.url, expected="Failed to load resource") as page:
        page.goto(f"{served.url}/experiments/987654/runs")
        expect(page.get_by_role("alert")).to_contain_text("987654")

        _open_runs(page, served)
        page.route("**/runs/query", lambda route: route.fulfill(status=500, body="<h1>proxy</h1>"))
        page.get_by_role("columnheader", name="auc").get_by_role("button").first.click()
        expect(page.get_by_role("alert")).to_contain_text("500", timeout=10_000)
        expect(_row(page, 0)).to_be_visible()
        page.unroute("**/runs/query")
        page.get_by_role("button", name="Retry").click()

        expect(page.get_by_role("alert")).to_have_count(0)


def test_an_experiment_is_created_renamed_archived_and_restored(served: SimpleNamespace) -> None:
    name = f"made here {time.time_ns()}"
    with watched_page(served.browser, served.url) as page:
        page.goto(f"{served.url}/experiments")
        page.get_by_role("button", name="New experiment").click()
        page.get_by_role("textbox", name="Name").fill("churn")
        page.get_by_role("button", name="Create", exact=True).click()
        expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("churn")
        page.get_by_role("textbox", name="Name").fill(name)
        page.get_by_role("textbox", name="Description").fill("What it is for")
        page.get_by_role("button", name="Create", exact=True).click()
        expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()

        page.get_by_role("navigation", name="Main").get_by_role("link", name="Experiments").click()
        expect(page.get_by_text("What it is for")).to_be_visible()
        page.get_by_role("button", name=f"Actions for {name}").click()
        page.get_by_role("button", name="Rename…").click()
        page.get_by_role("textbox", name="Name").fill(f"{name} again")
        page.get_by_role("button", name="Rename", exact=True).click()
        page.get_by_role("button", name=f"Actions for {name} again").click()
        page.get_by_role("dialog").get_by_role("button", name="Archive").click()
        expect(page.get_by_role("link", name=f"{name} again")).to_have_count(0)
        page.get_by_role("button", name="Undo").click()

        expect(page.get_by_role("link", name=f"{name} again")).to_be_visible()
