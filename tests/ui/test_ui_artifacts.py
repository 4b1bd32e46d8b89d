"""The artifacts of a run in a real browser, on a real server."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from headwater.protocol.experiments import CreateExperiment
from headwater.protocol.runs import GetRun
from headwater.stores.interface import Store
from headwater.testing.servers import live_server
from headwater.testing.stores import make_run, sqlite_store
from ui.run_pages import find_violations, make_named_run, make_png, open_browser, put_artifacts

_LOG = "\n".join(f"\x1b[31mERROR\x1b[0m line {number}" for number in range(1, 60_001))
_CSV = "id,name\n" + "\n".join(f'{row},"name, {row}"' for row in range(500))
_HTML = "<p id=ours>report</p><script>try { parent.document.title = 'owned' } catch (error) { }</script>"
_FILES = {
    "plots/roc.png": make_png(320, 200),
    "train.log": _LOG.encode(),
    "data/table.csv": _CSV.encode(),
    "report.html": _HTML.encode(),
    "config.json": b'{"lr": 0.1, "layers": [1, 2]}',
    "model/weights.bin": bytes(range(256)) * 4,
    "README.md": b"# Title\n\n**bold** <script>document.title='owned'</script>",
    "empty.txt": b"",
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with sqlite_store(tmp_path_factory.mktemp("artifacts")) as store, live_server(store) as url:
        yield f"{url}/runs/{_fill(store)}/artifacts"


def _fill(store: Store) -> str:
    run_id = make_named_run(store, "files")
    put_artifacts(store, store.runs.get(GetRun(run_id=run_id)).run.info.experiment_id, run_id, _FILES)
    return run_id


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    yield context.new_page()
    context.close()


def test_the_tree_opens_folders_and_puts_the_choice_in_the_address(page: Page, root: str) -> None:
    page.goto(root)

    page.get_by_role("treeitem", name="plots").click()
    page.get_by_role("treeitem", name="roc.png").click()

    expect(page).to_have_url(f"{root}/plots/roc.png")
    expect(page.get_by_role("img", name="roc.png")).to_be_visible()
    expect(page.get_by_text("320 × 200")).to_be_visible()


def test_the_tree_is_walked_by_keys(page: Page, root: str) -> None:
    page.goto(root)
    page.get_by_role("treeitem", name="data").focus()

    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("treeitem", name="table.csv")).to_be_visible()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")

    expect(page).to_have_url(f"{root}/data/table.csv")


def test_a_link_to_a_file_opens_the_folders_above_it(page: Page, root: str) -> None:
    page.goto(f"{root}/model/weights.bin")

    expect(page.get_by_role("treeitem", name="weights.bin")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("region", name="First bytes")).to_contain_text("00000010  10 11 12")


def test_a_long_log_is_read_in_pieces_with_colours_and_searched(page: Page, root: str) -> None:
    sizes: list[str] = []
    page.on(
        "request",
        lambda request: sizes.append(request.headers.get("range", "")) if "get-artifact" in request.url else None,
    )
    page.goto(f"{root}/train.log")
    text = page.get_by_role("region", name="Text of train.log")

    expect(text).to_contain_text("ERROR line 1")
    expect(text.locator("[data-ansi=red]").first).to_have_text("ERROR")
    assert sizes == ["bytes=0-999999"]
    page.get_by_role("button", name="Load more").click()
    expect(page.get_by_text("60,000 lines")).to_be_visible()
    page.get_by_label("Search in the text").fill("line 59999")
    expect(page.get_by_text("1 of 1 lines")).to_be_visible()

    expect(text).to_contain_text("ERROR line 59999")


def test_a_table_is_paged_by_the_server(page: Page, root: str) -> None:
    page.goto(f"{root}/data/table.csv")
    expect(page.get_by_text("Rows 1 to 200")).to_be_visible()
    expect(page.get_by_role("row", name="1 0 name, 0", exact=True)).to_be_visible()

    page.get_by_role("button", name="Next").click()

    expect(page.get_by_text("Rows 201 to 400")).to_be_visible()


def test_an_html_page_is_shown_on_demand_and_shut_off(page: Page, root: str) -> None:
    page.goto(f"{root}/report.html")
    assert page.locator("iframe").count() == 0

    page.get_by_role("button", name="Show the page").click()

    expect(page.frame_locator("iframe").locator("#ours")).to_have_text("report")
    sandbox = page.locator("iframe").get_attribute("sandbox")
    assert sandbox == "allow-scripts"
    expect(page).to_have_title(re.compile("^files"))


def test_code_is_laid_out_and_coloured(page: Page, root: str) -> None:
    page.goto(f"{root}/config.json")

    expect(page.get_by_role("region", name="Text of config.json").locator(".hljs-attr").first).to_have_text('"lr"')
    expect(page.get_by_text("7 lines")).to_be_visible()


def test_markdown_is_rendered_without_scripts(page: Page, root: str) -> None:
    page.goto(f"{root}/README.md")

    expect(page.get_by_role("region", name="Preview").get_by_role("heading", name="Title")).to_be_visible()
    assert page.locator("main script").count() == 0
    expect(page).to_have_title(re.compile("^files"))


def test_missing_and_empty_files_say_so(page: Page, root: str) -> None:
    page.goto(f"{root}/plots/gone.png")
    expect(page.get_by_text("There is no artifact “plots/gone.png” in this run.")).to_be_visible()

    page.goto(f"{root}/empty.txt")

    expect(page.get_by_text("The file is empty.")).to_be_visible()


def test_a_run_without_artifacts_teaches_how_to_log_one(page: Page, tmp_path: Path) -> None:
    with sqlite_store(tmp_path) as store, live_server(store) as url:
        page.goto(f"{url}/runs/{make_named_run(store, 'empty')}/artifacts")

        expect(page.get_by_role("heading", name="No artifacts yet")).to_be_visible()
        expect(page.get_by_label("Python code", exact=True)).to_contain_text("hw.log_artifact")


def test_a_run_whose_artifacts_are_elsewhere_says_where(page: Page, tmp_path: Path) -> None:
    with sqlite_store(tmp_path) as store, live_server(store) as url:
        experiment = store.experiments.create(CreateExperiment("elsewhere", "s3://team-bucket/vision"))
        run_id = make_run(store, experiment.experiment_id)

        page.goto(f"{url}/runs/{run_id}/artifacts")

        expect(page.get_by_text(f"s3://team-bucket/vision/{run_id}/artifacts")).to_be_visible()
        expect(page.get_by_text("HEADWATER_ARTIFACT_LOCATIONS")).to_be_visible()
        assert find_violations(page) == []


@pytest.mark.parametrize(
    "path", ["plots/roc.png", "train.log", "data/table.csv", "report.html", "config.json", "README.md"]
)
def test_no_preview_hinders_anybody(page: Page, root: str, path: str) -> None:
    page.emulate_media(color_scheme="dark")
    page.goto(f"{root}/{path}")
    expect(page.get_by_role("region", name="Preview").get_by_role("heading", level=2)).to_be_visible()

    assert find_violations(page) == []
