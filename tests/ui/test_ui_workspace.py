"""What the workspace of runs can do beyond a table: groups, views, chips, menus, bulk changes, many experiments."""

import re
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from playwright.sync_api import Locator, Page, expect

from headwater.protocol.inputs import Dataset, DatasetInput, InputTag, LogInputs
from headwater.protocol.metrics import Metric
from headwater.protocol.runs import LogBatch, RunStatus
from headwater.stores.interface import Store
from ui.run_pages import find_violations
from ui.run_tables import Scheme, add_run, add_runs, make_experiment, served_store, watched_page

pytestmark = pytest.mark.browser

COUNT = 24
GROUP_SIZE = COUNT // 2


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """Return a server with experiments that people have, and a browser."""
    with served_store(tmp_path_factory.mktemp("workspace")) as served:
        served.experiment = make_experiment(served.store, "churn")
        served.runs = add_runs(served.store, served.experiment, COUNT)
        served.other = make_experiment(served.store, "vision/detection")
        served.parent = add_run(served.store, served.other, "sweep", metrics={"auc": 0.5})
        served.child = add_run(served.store, served.other, "trial", metrics={"auc": 0.7}, parent=served.parent)
        add_run(served.store, served.other, "live", metrics={"auc": 0.6}, status=RunStatus.RUNNING)
        yield served


def _open(page: Page, served: SimpleNamespace, query: str = "", experiment: str = "") -> None:
    page.goto(f"{served.url}/experiments/{experiment or served.experiment}/runs{query}")
    expect(_row(page, 0)).to_be_visible()


def _row(page: Page, number: int) -> Locator:
    return page.locator(f'[aria-rowindex="{number + 2}"]')


def _cell(page: Page, number: int, column: str) -> Locator:
    return _row(page, number).locator(f'[data-column="{column}"]')


def _menu(page: Page, column: str) -> Locator:
    header = page.locator(f'[role=columnheader][data-column="{column}"]')
    header.hover()
    header.locator("[data-menu]").click()
    return page.get_by_role("dialog", name=re.compile("Menu of"))


def _tab(page: Page, name: str) -> Locator:
    return page.get_by_role("navigation", name="Experiment", exact=True).get_by_role("link", name=name)


def _copy_run(store: Store, name: str) -> str:
    experiment = make_experiment(store, name)
    add_runs(store, experiment, 4)
    return experiment


def test_runs_are_grouped_and_summed_up(served: SimpleNamespace) -> None:
    with watched_page(served.browser, served.url) as page:
        _open(page, served)
        page.get_by_role("button", name="Group", exact=True).click()
        page.get_by_role("checkbox", name=re.compile("^model")).check()
        page.keyboard.press("Escape")

        expect(_row(page, 0)).to_contain_text(f"model = xgboost{GROUP_SIZE}")
        expect(_cell(page, 0, "best")).to_have_text("0.9850 · xgboost-keen-owl-0")
        expect(_cell(page, 0, "metrics.auc")).to_have_text(re.compile(r"^0\.98\d\d ± 0\.0029$"))
        expect(page.get_by_text(f"{COUNT} matching · {COUNT} total · 2 groups")).to_be_visible()
        assert "group=params.model" in page.url

        _row(page, 1).locator("[data-toggle]").click()
        expect(_row(page, 2)).to_contain_text("lightgbm-calm-fox-1")
        expect(_row(page, 2)).to_have_attribute("aria-level", "2")
        page.get_by_role("checkbox", name="Select model = lightgbm").check()
        expect(page.get_by_text(f"{GROUP_SIZE} selected of")).to_be_visible()

        page.get_by_role("columnheader", name="auc").get_by_role("button", name="auc", exact=True).click()
        page.get_by_role("columnheader", name="auc").get_by_role("button", name="auc", exact=True).click()
        expect(_row(page, 0)).to_contain_text("model = lightgbm")


def test_a_view_is_saved_opened_made_the_default_and_deleted(served: SimpleNamespace) -> None:
    experiment = _copy_run(served.store, "views")
    with watched_page(served.browser, served.url) as page:
        _open(page, served, "?group=params.model&cols=metrics.auc", experiment)
        page.get_by_role("button", name=re.compile("^View:")).click()
        page.get_by_role("button", name="Save as…").click()
        page.get_by_role("textbox", name="Name").fill("by model")
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_role("button", name=re.compile("^View:"))).to_contain_text("by model")
        (view,) = re.findall(r"view=(\w+)", page.url)
        page.get_by_role("button", name="Split").click()
        expect(page.get_by_role("button", name="View: by model, changed")).to_be_visible()
        page.get_by_role("button", name="Table").click()
        expect(page.get_by_role("button", name="View: by model", exact=True)).to_be_visible()

        page.goto(f"{served.url}/experiments/{experiment}/runs?view={view}")
        expect(_row(page, 0)).to_contain_text("model = xgboost")
        page.get_by_role("button", name=re.compile("^View:")).click()
        page.get_by_role("button", name="Default for all").click()
        page.goto(f"{served.url}/experiments")
        page.get_by_role("link", name="views").click()
        expect(_row(page, 0)).to_contain_text("model = xgboost")

        page.get_by_role("button", name=re.compile("^View:")).click()
        page.get_by_role("button", name="Delete by model").click()
        expect(page.get_by_text("View “by model” deleted")).to_be_visible()
        page.get_by_role("button", name="Undo").click()
        page.get_by_role("button", name=re.compile("^View:")).click()
        expect(page.get_by_role("button", name="Rename by model")).to_be_visible()


def test_a_long_address_is_kept_by_the_server_when_it_is_shared(served: SimpleNamespace) -> None:
    experiment = make_experiment(served.store, "long")
    add_runs(served.store, experiment, 70)
    with watched_page(served.browser, served.url) as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        _open(page, served, "", experiment)
        page.get_by_role("checkbox", name="Select all 70 runs").check()
        expect(page.get_by_text("70 selected of")).to_be_visible()
        page.get_by_role("button", name="Share link").click()
        expect(page.get_by_text("Link copied")).to_be_visible()
        link = page.evaluate("navigator.clipboard.readText()")

        page.goto(f"{served.url}/experiments")
        page.goto(link)

        assert len(link) < 200
        expect(page.get_by_text("70 selected of")).to_be_visible()


def test_several_experiments_stand_in_one_table(served: SimpleNamespace) -> None:
    with watched_page(served.browser, served.url) as page:
        page.goto(f'{served.url}/#/compare-experiments/s?experiments=["{served.experiment}","{served.other}"]')

        expect(page).to_have_url(f"{served.url}/experiments/{served.experiment},{served.other}/runs")
        expect(page.get_by_role("heading", level=1, name="churn + vision/detection")).to_be_visible()
        expect(page.get_by_text(f"{COUNT + 3} matching · {COUNT + 3} total")).to_be_visible()
        page.get_by_role("combobox", name="Filter runs").fill("live")
        expect(_cell(page, 0, "attributes.experiment_id")).to_have_text("vision/detection")


def test_values_are_completed_with_how_many_runs_have_them(served: SimpleNamespace) -> None:
    with watched_page(served.browser, served.url) as page:
        _open(page, served)
        box = page.get_by_role("combobox", name="Filter runs")

        box.press_sequentially("params.model = ")
        expect(page.get_by_role("option", name="'lightgbm'")).to_contain_text(f"{GROUP_SIZE} runs")
        box.press_sequentially("'x")
        expect(page.get_by_role("option")).to_have_count(1)
        box.press("ArrowDown")
        box.press("Enter")

        expect(box).to_have_value("params.model = 'xgboost' ")
        expect(page.get_by_text(f"{GROUP_SIZE} matching")).to_be_visible()


def test_chips_are_the_same_filter_as_the_text(served: SimpleNamespace) -> None:
    with watched_page(served.browser, served.url) as page:
        _open(page, served, "?q=metrics.auc > 0.5")
        box = page.get_by_role("combobox", name="Filter runs")
        page.get_by_role("button", name="Chips").click()
        page.get_by_role("button", name="Add a filter").click()
        page.get_by_role("dialog").get_by_role("button", name="model", exact=True).click()
        page.get_by_role("checkbox", name=f"xgboost {GROUP_SIZE}").check()
        expect(box).to_have_value("metrics.auc > 0.5 AND params.model = 'xgboost'")
        page.get_by_role("button", name="All fields").click()
        page.get_by_role("dialog").get_by_role("button", name="f1", exact=True).click()
        page.get_by_role("slider", name="At least").fill("0.94")
        page.keyboard.press("Escape")

        expect(box).to_have_value(re.compile(r"AND metrics\.f1 >= 0\.9\d+$"))
        page.get_by_role("button", name="Remove params.model = 'xgboost'").click()
        expect(box).to_have_value(re.compile(r"^metrics\.auc > 0\.5 AND metrics\.f1 >= 0\.9\d+$"))


def test_a_filter_without_matches_offers_to_leave_out_its_last_clause(served: SimpleNamespace) -> None:
    with watched_page(served.browser, served.url) as page:
        page.goto(f"{served.url}/experiments/{served.experiment}/runs?q=params.model = 'xgboost' AND metrics.auc > 7")
        expect(page.get_by_role("heading", name=f"0 of {COUNT} runs match")).to_be_visible()

        page.get_by_role("button", name="Without metrics.auc > 7").click()

        expect(page.get_by_text(f"{GROUP_SIZE} matching")).to_be_visible()


def test_many_runs_are_tagged_moved_and_archived_with_a_way_back(served: SimpleNamespace) -> None:
    experiment, target = _copy_run(served.store, "bulk"), make_experiment(served.store, "bulk target")
    with watched_page(served.browser, served.url) as page:
        _open(page, served, "", experiment)
        page.get_by_role("checkbox", name="Select all 4 runs").check()
        page.keyboard.press("t")
        page.get_by_role("textbox", name="Key").fill("team")
        page.get_by_role("textbox", name="Value").fill("vision")
        page.get_by_role("button", name="Set the tag").click()
        expect(page.get_by_text("4 runs tagged")).to_be_visible()
        page.get_by_role("combobox", name="Filter runs").fill("visi")
        expect(page.get_by_text("4 matching")).to_be_visible()
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_role("heading", name="0 of 4 runs match")).to_be_visible()
        page.get_by_role("button", name="Clear the filter").last.click()

        page.get_by_role("button", name="Move…").click()
        page.get_by_role("searchbox", name="Search experiments").fill("bulk target")
        page.get_by_role("listbox").or_(page.get_by_label("To the experiment")).first.select_option(target)
        page.get_by_role("button", name="Move", exact=True).click()
        expect(page.get_by_text("Waiting for the first run")).to_be_visible()
        page.get_by_role("heading", level=1).focus()
        page.keyboard.press("z")
        expect(page.get_by_text("4 matching · 4 total")).to_be_visible()
        page.keyboard.press("Shift+Z")
        expect(page.get_by_text("Waiting for the first run")).to_be_visible()


def test_the_menu_of_a_column_changes_what_it_shows(served: SimpleNamespace) -> None:
    experiment = make_experiment(served.store, "columns")
    run_id = add_run(served.store, experiment, "curve", metrics={"loss": 4.0}, status=RunStatus.RUNNING)
    served.store.runs.log_batch(
        LogBatch(run_id, [Metric("loss", value, 1, step + 1) for step, value in enumerate((1.0, 2.0))])
    )
    add_run(served.store, experiment, "flat", metrics={"loss": 3.0}, params={"model": "m"})
    with watched_page(served.browser, served.url) as page:
        _open(page, served, "?sort=metrics.loss", experiment)
        expect(_cell(page, 0, "metrics.loss")).to_have_text("2")
        _menu(page, "metrics.loss").get_by_role("button", name="Min").click()
        expect(_cell(page, 1, "min:metrics.loss").or_(_cell(page, 0, "min:metrics.loss")).first).to_be_visible()
        expect(page.locator('[data-column="min:metrics.loss"]').filter(has_text=re.compile("^1$"))).to_have_count(1)

        menu = _menu(page, "min:metrics.loss")
        menu.get_by_role("button", name="Heat").click()
        menu.get_by_role("button", name="Pin beside the name").click()
        expect(page.get_by_role("columnheader").nth(2)).to_contain_text("min loss")
        _menu(page, "attributes.duration").get_by_role("button", name="Hide").click()
        expect(page.get_by_role("columnheader", name="Duration")).to_have_count(0)
        page.keyboard.press("z")

        expect(page.get_by_role("columnheader", name="Duration")).to_be_visible()
        assert "look=min:metrics.loss+heat" in page.url
        assert "pin=min:metrics.loss" in page.url


def test_the_main_metric_comes_first_and_decides_what_is_best(served: SimpleNamespace) -> None:
    experiment = _copy_run(served.store, "main metric")
    with watched_page(served.browser, served.url) as page:
        page.goto(f"{served.url}/experiments/{experiment}/settings")
        page.get_by_role("combobox", name="Metric").fill("log_loss")
        expect(page.get_by_role("combobox", name="Best is")).to_have_value("min")
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_text("log_loss is the main metric")).to_be_visible()
        _tab(page, "Runs").click()

        expect(page.get_by_role("columnheader").nth(4)).to_contain_text("log_loss")
        expect(_cell(page, 0, "metrics.log_loss")).to_have_css("font-weight", "700")
        page.get_by_role("navigation", name="Main").get_by_role("link", name="Experiments").click()
        expect(page.locator("[data-row]").filter(has_text="main metric")).to_contain_text("0.1150 log_loss")


def test_a_run_is_looked_at_in_a_drawer_that_follows_the_keys(served: SimpleNamespace) -> None:
    with watched_page(served.browser, served.url) as page:
        _open(page, served)
        page.keyboard.press("j")
        page.keyboard.press("o")
        drawer = page.get_by_role("complementary", name="Run in brief")
        expect(drawer.get_by_role("heading", name="lightgbm-calm-fox-1")).to_be_visible()
        page.keyboard.press("j")
        expect(drawer.get_by_role("heading", name="xgboost-brave-elk-2")).to_be_visible()
        assert f"peek={served.runs[2]}" in page.url
        page.keyboard.press("Escape")
        expect(drawer).to_have_count(0)

        page.keyboard.press("?")
        expect(page.get_by_role("dialog", name="Keys on this page")).to_contain_text("Look at the run in a drawer")
        page.keyboard.press("Escape")
        page.get_by_role("button", name=re.compile("^View:")).click()
        page.get_by_role("button", name="compact").click()
        expect(_row(page, 0)).to_have_css("height", "24px")


def test_a_filter_keeps_the_parents_of_what_matches(served: SimpleNamespace) -> None:
    with watched_page(served.browser, served.url) as page:
        _open(page, served, "?q=trial", served.other)

        expect(_row(page, 1)).to_contain_text("trial")
        expect(_row(page, 0)).to_contain_text("sweep")
        expect(_row(page, 1)).to_have_attribute("aria-level", "2")
        expect(page.get_by_text("1 matching · 3 total")).to_be_visible()


def test_the_tabs_show_datasets_models_and_notes(served: SimpleNamespace) -> None:
    experiment = _copy_run(served.store, "tabs")
    run_id = add_run(served.store, experiment, "reader", metrics={"auc": 1.0})
    dataset = Dataset("train", "abc123", "local", "{}")
    served.store.inputs.log(LogInputs(run_id, [DatasetInput(dataset, [InputTag("mlflow.data.context", "training")])]))
    with watched_page(served.browser, served.url) as page:
        _open(page, served, "", experiment)
        _tab(page, "Notes").click()
        page.get_by_role("button", name="Write").click()
        page.get_by_role("textbox", name="Notes in Markdown").fill("Why we *did* this")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("Why we did this")).to_be_visible()
        _tab(page, "Models").click()
        expect(page.get_by_text("has logged a model yet")).to_be_visible()
        _tab(page, "Datasets 1").click()
        expect(_row(page, 0)).to_contain_text("abc123")
        _row(page, 0).click()

        expect(page.get_by_text("1 matching")).to_be_visible()
        expect(page.get_by_role("link", name="reader")).to_be_visible()


def test_experiments_are_a_tree_with_stars_that_opens_several_together(served: SimpleNamespace) -> None:
    with watched_page(served.browser, served.url) as page:
        page.goto(f"{served.url}/experiments")
        folder = page.locator("[data-row]").filter(has_text="vision/")
        expect(folder).to_contain_text("1 running")
        page.get_by_role("button", name="Close the folder vision/").click()
        expect(page.get_by_role("link", name="detection")).to_have_count(0)
        page.get_by_role("button", name="Open the folder vision/").click()
        page.get_by_role("button", name="Star churn", exact=True).click()
        expect(_row(page, 0)).to_contain_text("churn")

        page.get_by_role("checkbox", name="Select churn", exact=True).click()
        page.get_by_role("checkbox", name="Select vision/detection").click()
        page.get_by_role("button", name="Open 2 experiments together").click()
        expect(page.get_by_role("heading", level=1, name="churn + vision/detection")).to_be_visible()


def test_several_experiments_are_archived_with_a_way_back(served: SimpleNamespace) -> None:
    for name in ("old-a", "old-b"):
        make_experiment(served.store, name)
    with watched_page(served.browser, served.url) as page:
        page.goto(f"{served.url}/experiments?q=old-")
        page.get_by_role("checkbox", name="Select old-a").click()
        page.get_by_role("checkbox", name="Select old-b").click()
        page.get_by_role("button", name="Archive 2 experiments").click()
        expect(page.get_by_text("2 experiments archived")).to_be_visible()
        expect(page.get_by_text("No experiment matches")).to_be_visible()

        page.get_by_role("button", name="Undo").click()

        expect(page.get_by_role("link", name="old-a")).to_be_visible()
        expect(page.get_by_role("link", name="old-b")).to_be_visible()


def test_a_run_is_given_a_colour_for_everybody(served: SimpleNamespace) -> None:
    experiment = _copy_run(served.store, "coloured")
    with watched_page(served.browser, served.url) as page:
        _open(page, served, "", experiment)
        page.keyboard.press("j")
        page.keyboard.press(".")
        page.get_by_role("button", name="Colour 3").click()
        expect(page.get_by_text("1 run coloured")).to_be_visible()
        name = _cell(page, 1, "name")
        expect(name.locator("span").first).to_have_css("background-color", "rgb(177, 38, 101)")

        name.get_by_role("link").click()

        expect(page.locator("main header line, main h1 line").first).to_have_css("stroke", "rgb(177, 38, 101)")


def test_narrow_screens_show_cards(served: SimpleNamespace) -> None:
    with watched_page(served.browser, served.url, width=390, height=800) as page:
        _open(page, served)

        expect(_row(page, 0)).to_contain_text(re.compile(r"xgboost-keen-owl-0.*finished.*auc 0\.9850.*f1 0\.9450"))
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.get_by_role("link", name="xgboost-keen-owl-0").click()
        expect(page).to_have_url(f"{served.url}/runs/{served.runs[0]}")


def test_the_selected_runs_are_exported_as_parquet_markdown_and_code(served: SimpleNamespace) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    with watched_page(served.browser, served.url) as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        _open(page, served, f"?cols=metrics.auc,params.model&sel={served.runs[0]},{served.runs[3]}&q=metrics.auc > 0.5")
        page.get_by_role("button", name="Export").click()
        with page.expect_download() as download:
            page.get_by_role("button", name="Parquet, 2 runs").click()
        table = parquet.read_table(download.value.path())
        page.get_by_role("button", name="Export").click()
        page.get_by_role("button", name="Copy as pandas code").click()
        expect(page.get_by_text("Code copied")).to_be_visible()
        code = page.evaluate("navigator.clipboard.readText()")

        assert table.to_pydict() == {
            "run_id": [served.runs[0], served.runs[3]],
            "run_name": ["xgboost-keen-owl-0", "lightgbm-lucky-owl-3"],
            "metrics.auc": [0.985, 0.9838],
            "params.model": ["xgboost", "lightgbm"],
        }
        assert 'filter_string="metrics.auc > 0.5"' in code
        compile(code, "copied", "exec")


@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 390)])
def test_axe_finds_nothing_in_what_opens(served: SimpleNamespace, scheme: Scheme, width: int) -> None:
    runs = f"/experiments/{served.experiment}/runs"
    states = {
        f"{runs}?group=params.model&color=group&peek={served.runs[0]}&look=metrics.auc heat": "",
        f"{runs}?sel={served.runs[0]},{served.runs[1]}&color=metrics.auc&pin=metrics.auc": "Export",
        f"{runs}?q=metrics.auc > 0.5 AND params.model = 'xgboost'": "Chips",
        f"/experiments/{served.experiment},{served.other}/runs": "View",
        "/experiments": "New experiment",
    }
    with watched_page(served.browser, served.url, scheme=scheme, width=width) as page:
        for path, button in states.items():
            page.goto(served.url + path)
            page.wait_for_load_state("load")
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            page.wait_for_timeout(300)
            if button:
                page.get_by_role("button", name=re.compile(f"^{button}")).first.click()

            assert (path, find_violations(page)) == (path, [])


def test_an_experiment_is_made_with_tags_and_a_main_metric(served: SimpleNamespace) -> None:
    with watched_page(served.browser, served.url) as page:
        page.goto(f"{served.url}/experiments")
        expect(page.get_by_role("link", name="churn", exact=True)).to_be_visible()
        page.keyboard.press("n")
        page.get_by_role("textbox", name="Name").fill("made/whole")
        page.get_by_role("textbox", name="Tags").fill("team: growth, urgent")
        page.get_by_role("textbox", name="Main metric").fill("auc")
        page.get_by_role("button", name="Create", exact=True).click()
        expect(page.get_by_role("heading", level=1, name="made/whole")).to_be_visible()
        _tab(page, "Settings").click()

        expect(page.get_by_role("combobox", name="Metric")).to_have_value("auc")
        expect(page.get_by_text("growth")).to_be_visible()
