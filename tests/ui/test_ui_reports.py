"""Reports in a real browser: written in place, kept in versions, and always up to date."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from headwater.protocol.views import CreateView, GetView, UpdateView
from ui.run_pages import append_points, find_violations, make_png, put_artifacts
from ui.run_tables import add_run, make_experiment, served_store, watched_page

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """Return a server with runs, a report of every kind of block, and a browser."""
    with served_store(tmp_path_factory.mktemp("reports")) as served:
        store = served.store
        served.experiment = make_experiment(store, "churn")
        served.runs = [
            add_run(store, served.experiment, f"owl-{number}", metrics={"auc": 0.9 - number / 10}, params={"lr": "0.1"})
            for number in range(4)
        ]
        for number, run_id in enumerate(served.runs):
            append_points(store, run_id, {"loss": np.linspace(1, number / 10, 50)})
        sample = "images/sample%step%3%timestamp%5%0b3f.png"
        put_artifacts(store, served.experiment, served.runs[0], {"plots/roc.png": make_png(), sample: make_png()})
        saved = {
            "query": "q=metrics.auc > 0.75&cols=metrics.auc&charts=scatter:x=params.lr,y=metrics.auc"
            "&charts=line:y=loss,x=relative&charts=images"
        }
        view = store.views.create(CreateView("Good ones", saved, served.experiment)).view.view_id
        query = {"experiment_id": served.experiment, "filter": "metrics.auc > 0.65", "order": "metrics.auc DESC"}
        blocks = [
            {
                "type": "markdown",
                "text": "# Week 1\n\nThe **best** is [here](https://a.example).",
            },
            {"type": "runs", **query, "columns": ["metrics.auc", "params.lr"], "limit": 2},
            {"type": "chart", **query, "keys": ["loss"], "limit": 5},
            {"type": "view", "experiment_id": served.experiment, "view_id": view, "limit": 3},
            {"type": "image", "run_id": served.runs[0], "path": "plots/roc.png", "caption": "ROC"},
        ]
        state = {"blocks": blocks}
        served.report = store.views.create(CreateView("Weekly", state, user_id="ada", kind="report")).view.view_id
        yield served


def _open(page: Page, served: SimpleNamespace) -> None:
    page.goto(f"{served.url}/reports/{served.report}")
    expect(page.get_by_role("heading", name="Week 1")).to_be_visible()


def test_a_report_shows_text_tables_charts_and_images(served: SimpleNamespace) -> None:
    with watched_page(served.browser, served.url) as page:
        _open(page, served)

        rows = page.get_by_role("region", name="Runs").first.locator("tbody tr")
        expect(rows).to_have_count(2)
        expect(rows.first).to_contain_text("owl-0")
        expect(rows.first).to_contain_text("0.9000")
        expect(page.get_by_text("2 of 3 runs")).to_be_visible()
        expect(page.locator('[data-chart="loss"] [data-drawn="3"]')).to_be_visible()
        image = page.get_by_role("img", name="ROC", exact=True)
        assert image.evaluate("element => element.decode().then(() => element.naturalWidth)") == 64
        expect(page.get_by_role("link", name="Good ones")).to_be_visible()
        expect(page.get_by_role("img", name="Scatter of 2 runs: auc against lr.")).to_be_visible()


def test_a_report_is_saved_as_markdown(served: SimpleNamespace) -> None:
    with watched_page(served.browser, served.url) as page:
        _open(page, served)

        with page.expect_download() as download:
            page.get_by_role("button", name="Save as a file").click()
            page.get_by_role("button", name="Markdown: charts as links").click()

        text = download.value.path().read_text("utf-8")
        assert text.startswith("# Weekly\n\n# Week 1\n\n")
        assert f"| [owl-0]({served.url}/runs/{served.runs[0]}) | 0.9000 | 0.1 |" in text
        assert download.value.suggested_filename.endswith(".md")


def test_a_report_is_saved_as_one_file_that_asks_for_nothing(served: SimpleNamespace, tmp_path: Path) -> None:
    file = tmp_path / "weekly.html"
    with watched_page(served.browser, served.url) as page:
        _open(page, served)
        page.get_by_role("button", name="Save as a file").click()
        with page.expect_download() as download:
            page.get_by_role("button", name="HTML: one file").click()
        download.value.save_as(file)

    page = served.browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    page.get_by_role("heading", name="Week 1").wait_for()

    assert [address for address in asked if not address.startswith(("file:", "data:"))] == []
    assert page.locator("svg").count() == 3
    grid = page.get_by_role("img", name="sample of owl-0")
    assert grid.evaluate("element => element.naturalWidth") == 64
    assert page.locator("svg path[stroke^=rgb]").count() > 3
    assert page.get_by_role("img", name="ROC", exact=True).evaluate("element => element.naturalWidth") == 64
    assert page.locator("table").first.locator("tbody tr").count() == 2
    assert page.locator("[onerror], script").count() == 0
    assert find_violations(page) == []
    page.close()


def test_filters_and_columns_are_completed_as_they_are_typed(served: SimpleNamespace) -> None:
    block = {"type": "runs", "experiment_id": served.experiment, "filter": "", "columns": ["metrics.auc", "params.lr"]}
    made = served.store.views.create(CreateView("Draft", {"blocks": [block]}, kind="report"))
    with watched_page(served.browser, served.url) as page:
        page.goto(f"{served.url}/reports/{made.view.view_id}")
        page.get_by_role("button", name="Edit").click()

        page.get_by_role("combobox", name="Filter").fill("au")
        page.get_by_role("option", name="metrics.auc").click()
        page.get_by_role("combobox", name="Filter").type("> 0.85")
        expect(page.get_by_text("1 run where")).to_be_visible()
        assert find_violations(page) == []
        columns = page.get_by_role("group", name="Columns")
        offered = columns.locator("option").all_text_contents()
        page.get_by_role("button", name="Remove params.lr").press("ArrowLeft")
        expect(columns.get_by_role("listitem").first).to_contain_text("params.lr")
        page.get_by_role("button", name="Remove metrics.auc").click()
        page.get_by_role("button", name="Save", exact=True).click()

        expect(page.get_by_label("Version")).to_contain_text("Version 2, the newest, ")
    assert "attributes.duration" in offered
    assert "metrics.auc" not in offered
    (saved,) = served.store.views.get(GetView(made.view.view_id)).view.state["blocks"]
    assert (saved["filter"], saved["columns"]) == ("metrics.auc > 0.85", ["params.lr"])


def test_a_report_is_written_in_place_and_keeps_its_versions(served: SimpleNamespace) -> None:
    with watched_page(served.browser, served.url) as page:
        page.goto(f"{served.url}/reports")
        page.get_by_role("button", name="New report").click()
        page.get_by_role("dialog").get_by_label("Name").fill("Monthly")
        page.get_by_role("dialog").get_by_role("button", name="Create").click()
        page.get_by_label("Text in Markdown").fill("## First words")
        expect(page.get_by_role("heading", name="First words")).to_be_visible()
        page.get_by_role("button", name="Table of runs").click()
        page.get_by_role("combobox", name="Experiment").select_option("churn")
        page.get_by_role("combobox", name="Columns").fill("metrics.auc")
        page.get_by_role("combobox", name="Columns").press("Enter")
        expect(page.get_by_text("4 runs")).to_be_visible()
        page.get_by_role("button", name="Move up: Table of runs, block 2").click()
        page.get_by_role("button", name="Save", exact=True).click()

        expect(page.get_by_role("button", name="Edit")).to_be_visible()
        address = page.url
        page.get_by_role("button", name="Edit").click()
        page.get_by_role("button", name="Remove: Table of runs, block 1").click()
        page.get_by_role("button", name="Save", exact=True).click()
        versions = page.get_by_label("Version")
        expect(versions).to_have_value("3")
        expect(page.get_by_text("4 runs")).to_have_count(0)
        versions.select_option("2")
        expect(page.get_by_text("4 runs")).to_be_visible()

        assert page.url == f"{address}?version=2"
        state = served.store.views.get(GetView(address.rpartition("/")[2], 2)).view.state
        assert [block["type"] for block in state["blocks"]] == ["runs", "markdown"]


def test_a_text_shows_what_it_says_and_does_nothing(served: SimpleNamespace) -> None:
    text = "Before <img src=data:, alt=x onerror=document.title='run'> <script>document.title='run'</script> after"
    made = served.store.views.create(CreateView("Odd", {"blocks": [{"type": "markdown", "text": text}]}, kind="report"))
    with watched_page(served.browser, served.url, expected="inline event handler") as page:
        page.goto(f"{served.url}/reports/{made.view.view_id}")

        expect(page.get_by_text("Before")).to_contain_text("after")
        assert page.locator("img[onerror], article script").count() == 0
        assert page.title().startswith("Odd")


def test_nobody_overwrites_what_he_has_not_seen(served: SimpleNamespace) -> None:
    made = served.store.views.create(
        CreateView("Shared", {"blocks": [{"type": "markdown", "text": "old"}]}, kind="report")
    )
    report = made.view.view_id
    with watched_page(served.browser, served.url, expected=" 409 ") as page:
        page.goto(f"{served.url}/reports/{report}")
        page.get_by_role("button", name="Edit").click()
        page.get_by_label("Text in Markdown").fill("mine")
        served.store.views.update(UpdateView(report, 1, state={"blocks": []}))

        page.get_by_role("button", name="Save", exact=True).click()

        expect(page.get_by_role("alert")).to_contain_text("Somebody has saved version 2 since you began")
        expect(page.get_by_label("Text in Markdown")).to_have_value("mine")


def test_a_filter_that_cannot_be_read_is_said_in_its_block(served: SimpleNamespace) -> None:
    block = {"type": "runs", "experiment_id": served.experiment, "filter": "metrics.auc >", "columns": []}
    made = served.store.views.create(CreateView("Wrong", {"blocks": [block]}, kind="report"))
    with watched_page(served.browser, served.url) as page:
        page.goto(f"{served.url}/reports/{made.view.view_id}")

        expect(page.get_by_role("alert")).to_contain_text("a value is missing")
        expect(page.get_by_role("heading", name="Wrong")).to_be_visible()


def test_a_report_is_found_and_deleted(served: SimpleNamespace) -> None:
    served.store.views.create(CreateView("Of no use", {"blocks": [{"type": "markdown", "text": "x"}]}, kind="report"))
    with watched_page(served.browser, served.url) as page:
        page.goto(f"{served.url}/reports")
        page.get_by_label("Search names").fill("use")
        expect(page.get_by_role("main").get_by_role("listitem")).to_have_count(1)
        page.get_by_role("link", name="Of no use").click()

        page.get_by_role("button", name="Delete…").click()
        page.get_by_role("dialog").get_by_role("button", name="Delete").click()

        expect(page).to_have_url(f"{served.url}/reports")
        expect(page.get_by_role("link", name="Weekly")).to_be_visible()
        expect(page.get_by_role("link", name="Of no use")).to_have_count(0)
