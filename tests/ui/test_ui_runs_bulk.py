"""Changes of many runs from the table, ranges and stars, in a real browser."""

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from playwright.sync_api import Page, expect

from headwater.protocol.edits import ListEdits
from headwater.testing.stores import get_run, get_tags
from ui.run_pages import find_violations
from ui.run_tables import add_run, make_experiment, served_store, watched_page

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """Return a server and a browser."""
    with served_store(tmp_path_factory.mktemp("bulk")) as served:
        yield served


def _make_runs(served: SimpleNamespace, name: str) -> tuple[str, list[str]]:
    experiment = make_experiment(served.store, name)
    ids = [
        add_run(served.store, experiment, f"run-{number}", metrics={"loss": 1.0}, params={"lr": "0.1"}, age_s=number)
        for number in range(6)
    ]
    return experiment, ids


def _open(page: Page, served: SimpleNamespace, experiment: str, query: str = "") -> None:
    page.goto(f"{served.url}/experiments/{experiment}/runs{query}")
    expect(page.locator('[aria-rowindex="2"]')).to_be_visible()


def _params(served: SimpleNamespace, ids: list[str]) -> list[list[str]]:
    return [[param.key for param in get_run(served.store, run_id).data.params] for run_id in ids]


def test_a_parameter_of_the_selected_runs_is_renamed_and_undone(served: SimpleNamespace) -> None:
    experiment, ids = _make_runs(served, "rename")
    with watched_page(served.browser, served.url) as page:
        _open(page, served, experiment, f"?sel={ids[0]},{ids[1]}")
        page.get_by_role("button", name="Keys…").click()
        dialog = page.get_by_role("dialog", name="Rename or delete a key of 2 selected runs")
        dialog.get_by_role("button", name="Parameter").click()
        dialog.get_by_role("combobox", name="Parameter").fill("lr")
        dialog.get_by_role("textbox", name="New name").fill("learning_rate")
        assert find_violations(page) == []

        dialog.get_by_role("button", name="Rename", exact=True).click()

        expect(page.get_by_text("2 runs have “learning_rate” now, not “lr”")).to_be_visible()
        assert _params(served, ids[:3]) == [["learning_rate"], ["learning_rate"], ["lr"]]
        page.keyboard.press("z")
        expect(page.get_by_text("2 runs changed back")).to_be_visible()
        assert _params(served, ids[:3]) == [["lr"], ["lr"], ["lr"]]
    assert len(served.store.edits.list(ListEdits(ids[0])).edits) == 2


def test_a_metric_of_all_matching_runs_is_deleted_after_a_word_of_warning(served: SimpleNamespace) -> None:
    experiment, ids = _make_runs(served, "delete")
    with watched_page(served.browser, served.url) as page:
        _open(page, served, experiment)
        page.get_by_role("columnheader", name="loss").hover()
        page.locator("[data-menu='metrics.loss']").click()
        page.get_by_role("button", name="Rename or delete the key…").click()
        dialog = page.get_by_role("dialog", name="Rename or delete a key of 6 matching runs")
        dialog.get_by_role("checkbox", name="Delete it instead").check()
        expect(dialog).to_contain_text("cannot be undone")

        dialog.get_by_role("button", name="Delete for good").click()

        expect(page.get_by_text("6 runs lost “loss”")).to_be_visible()
        expect(page.get_by_role("button", name="Undo")).to_have_count(0)
        expect(page.get_by_role("columnheader", name="loss")).to_have_count(0)
    assert all(get_run(served.store, run_id).data.metrics == [] for run_id in ids)


def test_a_name_that_is_taken_is_said_in_the_dialog(served: SimpleNamespace) -> None:
    experiment = make_experiment(served.store, "taken")
    add_run(served.store, experiment, "both", metrics={}, params={"lr": "0.1", "rate": "0.2"})
    with watched_page(served.browser, served.url) as page:
        _open(page, served, experiment, "?cols=params.lr,params.rate")
        page.get_by_role("columnheader", name="lr").hover()
        page.locator("[data-menu='params.lr']").click()
        page.get_by_role("button", name="Rename or delete the key…").click()
        page.get_by_role("textbox", name="New name").fill("rate")

        page.get_by_role("button", name="Rename", exact=True).click()

        expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("has a param 'rate' already")


def test_ranges_grow_and_shrink_by_keys_and_by_clicks(served: SimpleNamespace) -> None:
    experiment, _ = _make_runs(served, "ranges")
    with watched_page(served.browser, served.url) as page:
        _open(page, served, experiment)
        page.get_by_role("checkbox", name="Select run-5").check()
        page.get_by_role("grid").focus()
        page.keyboard.press("Home")
        for key, count in (("ArrowDown", 3), ("ArrowDown", 4), ("ArrowUp", 3), ("End", 6)):
            page.keyboard.press(f"Shift+{key}")
            expect(page.get_by_text(f"{count} selected")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_text("selected of")).to_have_count(0)

        page.get_by_role("checkbox", name="Select run-1").check()
        page.locator('[aria-rowindex="6"] [data-column=check]').click(modifiers=["Shift"])
        expect(page.get_by_text("4 selected")).to_be_visible()
        page.locator('[aria-rowindex="4"] [data-column=check]').click(modifiers=["Shift"])
        expect(page.get_by_text("2 selected")).to_be_visible()
        page.keyboard.press("Control+a")

        expect(page.get_by_text("6 selected")).to_be_visible()


def test_a_run_is_starred_by_key_found_by_its_star_and_unstarred_by_undo(served: SimpleNamespace) -> None:
    experiment, ids = _make_runs(served, "stars")
    with watched_page(served.browser, served.url) as page:
        _open(page, served, experiment)
        page.get_by_role("grid").focus()
        page.keyboard.press("j")
        page.keyboard.press("s")

        star = page.get_by_role("button", name="Star run-1")
        expect(star).to_have_attribute("aria-pressed", "true")
        assert get_tags(served.store, ids[1])["headwater.starred"] == "true"
        page.get_by_role("button", name="Chips").click()
        page.get_by_role("button", name="★ Starred").click()
        expect(page.get_by_text("1 matching · 6 total")).to_be_visible()
        page.get_by_role("button", name="★ Starred").click()
        expect(page.get_by_text("6 matching")).to_be_visible()
        page.get_by_role("button", name="Undo").click()

        expect(star).to_have_attribute("aria-pressed", "false")
        page.get_by_role("button", name="Star run-0").click()
        expect(page.get_by_role("button", name="Star run-0")).to_have_attribute("aria-pressed", "true")


def test_a_star_of_an_experiment_is_seen_by_everybody(served: SimpleNamespace) -> None:
    make_experiment(served.store, "zz first")
    with watched_page(served.browser, served.url) as page:
        page.goto(f"{served.url}/experiments?sort=name+ASC")
        page.get_by_role("button", name="Star zz first").click()
        expect(page.locator('[aria-rowindex="2"]')).to_contain_text("zz first")
    with watched_page(served.browser, served.url) as page:
        page.goto(served.url)

        expect(page.get_by_role("region", name="Your experiments").get_by_role("rowheader").first).to_have_text(
            "zz first"
        )


def test_the_drawer_the_menu_of_the_row_and_the_keys_work_together(served: SimpleNamespace) -> None:
    experiment, ids = _make_runs(served, "drawer")
    with watched_page(served.browser, served.url) as page:
        _open(page, served, experiment)
        page.get_by_role("grid").focus()
        page.keyboard.press("o")
        drawer = page.get_by_role("complementary", name="Run in brief")
        expect(drawer.get_by_role("heading", name="run-0")).to_be_visible()
        page.keyboard.press("j")
        expect(drawer.get_by_role("heading", name="run-1")).to_be_visible()
        assert f"peek={ids[1]}" in page.url
        page.keyboard.press("Escape")
        expect(drawer).to_have_count(0)
        page.keyboard.press(".")
        expect(page.get_by_role("dialog", name="Menu of the row")).to_be_visible()
        page.get_by_role("dialog", name="Menu of the row").get_by_role("button", name="Archive").click()
        expect(page.get_by_text("5 matching · 5 total")).to_be_visible()
        page.keyboard.press("z")
        expect(page.get_by_text("6 matching · 6 total")).to_be_visible()
        page.keyboard.press("Shift+Z")

        expect(page.get_by_text("5 matching · 5 total")).to_be_visible()


def test_words_are_chips_and_all_ancestors_of_what_matches_are_shown(served: SimpleNamespace) -> None:
    experiment = make_experiment(served.store, "family")
    parent = ""
    for name in ("root", "branch", "twig", "leaf one"):
        parent = add_run(served.store, experiment, name, metrics={"loss": 1.0}, parent=parent)
    with watched_page(served.browser, served.url) as page:
        _open(page, served, experiment, "?q=leaf one")

        rows = page.locator("[data-row]:not([hidden]) [data-column=name] a")
        expect(rows).to_have_text(["root", "branch", "twig", "leaf one"])
        expect(page.get_by_text("1 matching · 4 total")).to_be_visible()
        page.get_by_role("button", name="Chips").click()
        page.get_by_role("button", name="Remove leaf").click()
        expect(page.get_by_role("combobox", name="Filter runs")).to_have_value("one")
        page.get_by_role("heading", level=1).click()
        page.keyboard.press("4")

        expect(page).to_have_url(f"{served.url}/experiments/{experiment}/notes")
        expect(page).to_have_title("notes · family · Headwater")
        page.keyboard.press("1")
        expect(page).to_have_title("runs · family · Headwater")
