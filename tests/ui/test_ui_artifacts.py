"""The artifacts of a run in a real browser, on a real server."""

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from headwater.protocol.experiments import CreateExperiment
from headwater.protocol.runs import GetRun
from headwater.stores.interface import Store
from headwater.testing.servers import live_server
from headwater.testing.stores import make_run, sqlite_store
from ui.model_pages import MODEL_FILE, REQUIREMENTS
from ui.run_pages import add_run, find_violations, make_named_run, make_png, open_browser, open_page, put_artifacts

_LOG = "\n".join(f"\x1b[31mERROR\x1b[0m line {number}" for number in range(1, 60_001))
_CSV = "id,name\n" + "\n".join(f'{row},"name, {row}"' for row in range(500))
_HTML = """<p id=ours>report</p><script>
ours.textContent += ` drawn by ${origin}`;
try { parent.document.title = 'owned' } catch (error) { }
</script>"""
_TABLE = "<table><tr><td onclick=x>cell</td></tr></table>"
_NOTEBOOK = {
    "metadata": {"kernelspec": {"language": "python"}},
    "cells": [
        {"cell_type": "markdown", "source": "# Training"},
        {
            "cell_type": "code",
            "execution_count": 7,
            "source": "print(len(rows))",
            "outputs": [
                {"output_type": "stream", "name": "stdout", "text": ["\x1b[31m500\x1b[0m\n"]},
                {
                    "output_type": "display_data",
                    "data": {"text/html": "<table><tr><td onclick=x>cell</td></tr></table>"},
                },
            ],
        },
    ],
}


def _make_array() -> bytes:
    output = io.BytesIO()
    np.save(output, np.arange(1000.0).reshape(500, 2))
    return output.getvalue()


_FILES = {
    "plots/roc.png": make_png(320, 200),
    "train.log": _LOG.encode(),
    "data/table.csv": _CSV.encode(),
    "report.html": _HTML.encode(),
    "config.json": b'{"lr": 0.1, "layers": [1, 2]}',
    "model/weights.bin": bytes(range(256)) * 4,
    "README.md": b"# Title\n\n**bold** <script>document.title='owned'</script>",
    "empty.txt": b"",
    "torn.jsonl": b'{"step": 1}\n{"step": 2}\n{"st',
    "NOTES": b"no extension, and text after all",
    "nb.ipynb": json.dumps(_NOTEBOOK).encode(),
    "arrays/array.npy": _make_array(),
    "big.json": json.dumps({"rows": [{"id": row, "name": f"row {row}"} for row in range(1000)]}).encode(),
    "eval.json": b'{"columns": ["question", "score"], "data": [["why?", 0.5], ["how?", 0.75]]}',
    "forest/MLmodel": MODEL_FILE + b"saved_input_example_info: {artifact_path: example.json}\n",
    "forest/requirements.txt": REQUIREMENTS,
    "forest/example.json": b'{"columns": ["age"], "data": [[1.5]]}',
    **{f"many/{number:05}.txt": b"x" for number in range(3000)},
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
    parent = make_named_run(store, "parent")
    experiment_id = store.runs.get(GetRun(run_id=parent)).run.info.experiment_id
    run_id = add_run(store, experiment_id, "files", tags={"mlflow.parentRunId": parent})
    put_artifacts(store, experiment_id, parent, {"plots/roc.png": make_png(10, 10)})
    put_artifacts(store, experiment_id, run_id, _FILES)
    return run_id


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with open_page(browser) as opened:
        yield opened


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
    page.get_by_role("button", name="id", exact=True).click()
    page.get_by_role("button", name="id", exact=True).click()
    expect(page.get_by_role("columnheader", name="id", exact=True)).to_have_attribute("aria-sort", "descending")
    expect(page.get_by_role("row", name="1 499 name, 499", exact=True)).to_be_visible()


def test_json_that_holds_a_table_is_one(page: Page, root: str) -> None:
    page.goto(f"{root}/eval.json")
    expect(page.get_by_role("row", name="2 how? 0.75", exact=True)).to_be_visible()
    expect(page.get_by_role("columnheader", name="0.5 to 0.75")).to_be_visible()

    page.get_by_role("button", name="Text").click()

    expect(page.get_by_role("region", name="Text of eval.json")).to_contain_text('"columns": [')


def test_an_html_page_is_shut_off_and_runs_its_scripts_on_demand(page: Page, root: str) -> None:
    page.goto(f"{root}/report.html")
    shown = page.frame_locator("iframe").locator("#ours")
    expect(shown).to_have_text("report")
    assert page.locator("iframe").get_attribute("sandbox") == ""

    page.get_by_role("button", name="Run scripts").click()

    expect(shown).to_have_text("report drawn by null")
    assert page.locator("iframe").get_attribute("sandbox") == "allow-scripts allow-downloads"
    expect(page).to_have_title(re.compile("^files"))
    page.get_by_role("button", name="Stop the scripts").click()
    expect(shown).to_have_text("report")


def test_code_is_laid_out_and_coloured(page: Page, root: str) -> None:
    page.goto(f"{root}/config.json")

    expect(page.get_by_role("region", name="Text of config.json").locator(".hljs-attr").first).to_have_text('"lr"')
    expect(page.get_by_text("7 lines")).to_be_visible()


def test_markdown_is_rendered_without_scripts(page: Page, root: str) -> None:
    page.goto(f"{root}/README.md")

    expect(page.get_by_role("region", name="Preview").get_by_role("heading", name="Title")).to_be_visible()
    assert page.locator("main script").count() == 0
    expect(page).to_have_title(re.compile("^files"))


def test_a_folder_shows_what_it_holds_and_a_model_what_it_is(page: Page, root: str) -> None:
    page.goto(root)
    preview = page.get_by_role("region", name="Preview")
    expect(preview.get_by_role("heading", name="All artifacts")).to_be_visible()

    preview.get_by_role("button", name="forest/").click()

    expect(page).to_have_url(f"{root}/forest")
    expect(preview.get_by_role("region", name="Model")).to_contain_text("python_function, sklearn")
    expect(preview.get_by_role("region", name="Inputs")).to_contain_text("agedouble")
    expect(preview.get_by_role("region", name="Input example")).to_contain_text("1.5")
    form = preview.get_by_role("region", name="Try it")
    form.get_by_label("age").fill("41")
    expect(form).to_contain_text('"data":[[41,null]]')
    preview.get_by_role("button", name="REST").click()
    expect(preview.get_by_label("code for REST", exact=True)).to_contain_text("/forest --port")
    expect(preview.get_by_role("link", name="Download ZIP")).to_have_attribute("href", re.compile("path=forest$"))


def test_a_notebook_is_shown_as_it_was_saved(page: Page, root: str) -> None:
    page.goto(f"{root}/nb.ipynb")

    notebook = page.get_by_role("region", name="Notebook")
    expect(notebook.get_by_role("heading", name="Training")).to_be_visible()
    expect(notebook).to_contain_text("[7]")
    expect(notebook.locator("[data-ansi=red]")).to_have_text("500")
    expect(notebook.get_by_role("cell", name="cell")).to_be_visible()
    assert notebook.locator("[onclick]").count() == 0


def test_an_array_is_paged_and_filtered_by_the_server(page: Page, root: str) -> None:
    page.goto(f"{root}/arrays/array.npy")
    page.get_by_role("button", name="Values").click()
    expect(page.get_by_text("Rows 1 to 200 of 500 · 2 columns")).to_be_visible()
    expect(page.get_by_text("NumPy array, 500 × 2, float64")).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("^all"))).to_contain_text("float64 0 to 998")

    page.get_by_label("Filter rows").fill("998.0")

    expect(page.get_by_text("Rows 1 to 1 that match, the last")).to_be_visible()
    expect(page.get_by_role("row", name="1 998.0 999.0")).to_be_visible()


def test_long_json_is_a_tree_and_also_text(page: Page, root: str) -> None:
    page.goto(f"{root}/big.json")
    tree = page.get_by_role("region", name="Tree of big.json")

    tree.get_by_role("button", name="rows: 1000 items").click()
    expect(tree.get_by_role("button", name="… 800 more")).to_be_visible()
    tree.get_by_role("button", name="7: 2 entries", exact=True).click()
    expect(tree).to_contain_text('name: "row 7"')
    page.get_by_role("button", name="Text").click()

    expect(page.get_by_role("region", name="Text of big.json")).to_contain_text('"rows": [')


def test_a_line_of_a_text_has_an_address(page: Page, root: str) -> None:
    page.goto(f"{root}/train.log?line=50000")
    text = page.get_by_role("region", name="Text of train.log")

    expect(text.locator("[data-marked=true]")).to_contain_text("line 50000")
    text.get_by_role("link", name="Line 50002", exact=True).click()

    expect(page).to_have_url(f"{root}/train.log?line=50002")


def test_a_picture_is_shown_beside_the_parents(page: Page, root: str) -> None:
    page.goto(f"{root}/plots/roc.png")

    page.get_by_role("button", name="Beside the parent’s").click()

    other = page.get_by_role("img", name="roc.png of the parent run")
    expect(other).to_be_visible()
    assert other.evaluate("image => image.decode().then(() => image.naturalWidth)") == 10


def test_a_file_without_a_known_name_is_shown_as_text_if_it_is_one(page: Page, root: str) -> None:
    page.goto(f"{root}/NOTES")

    expect(page.get_by_role("region", name="Text of NOTES")).to_contain_text("no extension, and text after all")


def test_a_folder_of_thousands_is_walked_without_putting_all_into_the_page(page: Page, root: str) -> None:
    page.goto(f"{root}/many")
    expect(page.get_by_role("treeitem", name="00000.txt")).to_be_visible()

    page.get_by_role("treeitem", name="many").focus()
    page.keyboard.press("End")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Home")
    page.keyboard.press("End")

    expect(page.get_by_role("treeitem").last).to_be_focused()
    assert page.get_by_role("treeitem").count() < 120


def test_a_table_that_cannot_be_read_is_shown_as_text(page: Page, root: str) -> None:
    page.goto(f"{root}/torn.jsonl")

    expect(page.get_by_role("alert")).to_contain_text("The table cannot be read. Cannot read 'torn.jsonl': line '3'")
    expect(page.get_by_role("region", name="Text of torn.jsonl")).to_contain_text('{"step": 2}')


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


def test_no_preview_hinders_anybody(page: Page, root: str) -> None:
    page.emulate_media(color_scheme="dark")
    preview = page.get_by_role("region", name="Preview").get_by_role("heading", level=2).first
    for path in ("plots/roc.png", "train.log", "data/table.csv", "report.html", "README.md", "nb.ipynb", "big.json"):
        page.goto(f"{root}/{path}")
        expect(preview).to_have_text(path)
        assert (path, find_violations(page)) == (path, [])
    page.goto(f"{root}/forest")
    expect(preview).to_be_visible()
    assert find_violations(page) == []
