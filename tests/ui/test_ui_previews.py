"""Previews of large and of numeric artifacts, in a real browser."""

import io
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from headwater.protocol.runs import GetRun
from headwater.testing.servers import live_server
from headwater.testing.stores import sqlite_store
from ui.run_pages import (
    find_violations,
    find_violations_in_both,
    make_named_run,
    make_png,
    open_browser,
    open_page,
    put_artifacts,
)

_LINES = 150_000
_TABLE_COLUMNS = 2_000


def _save(array: NDArray[Any]) -> bytes:
    output = io.BytesIO()
    np.save(output, array)
    return output.getvalue()


def _pack(**arrays: NDArray[Any]) -> bytes:
    output = io.BytesIO()
    np.savez_compressed(output, **arrays)  # type: ignore[arg-type]  # arrays by name
    return output.getvalue()


def _make_tiff(compression: str, *pages: Image.Image) -> bytes:
    output = io.BytesIO()
    pages[0].save(output, "TIFF", compression=compression, save_all=True, append_images=pages[1:])
    return output.getvalue()


_COLOURS = Image.new("RGB", (20, 10), (200, 100, 50))
_DEEP = Image.fromarray(np.arange(600, dtype=np.uint16).reshape(20, 30))

_FILES = {
    "train.txt": b"".join(b"step %06d: everything goes on as before\n" % number for number in range(_LINES)),
    "wide.csv": "\n".join(
        ",".join(cells)
        for cells in [
            [f"feature {place}" for place in range(_TABLE_COLUMNS)],
            *([str(row * place) for place in range(_TABLE_COLUMNS)] for row in range(3)),
        ]
    ).encode(),
    "cube.npy": _save(np.arange(24.0).reshape(2, 3, 4)),
    "weights.npz": _pack(layer=np.arange(6.0).reshape(2, 3), bias=np.array([0.5, 1.5])),
    "line.npy": _save(np.sin(np.arange(2_000) / 100)),
    "words.npy": _save(np.array(["left", "right"])),
    "notes/README.md": b"![curve](../plots/a%20b.png)\n",
    "plots/a b.png": make_png(30, 20),
    "film.mp4": b"no film",
    "scan.tiff": _make_tiff("tiff_lzw", _COLOURS, _DEEP),
    "photo.tif": _make_tiff("jpeg", _COLOURS),
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with sqlite_store(tmp_path_factory.mktemp("previews")) as store, live_server(store) as url:
        run_id = make_named_run(store, "files")
        put_artifacts(store, store.runs.get(GetRun(run_id=run_id)).run.info.experiment_id, run_id, _FILES)
        yield f"{url}/runs/{run_id}/artifacts"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with open_page(browser) as opened:
        yield opened


def test_a_long_text_is_searched_and_linked_without_being_fetched(page: Page, root: str) -> None:
    sizes: list[int] = []
    page.on("response", lambda answer: sizes.append(len(answer.body())) if "/logs/" in answer.url else None)
    page.goto(f"{root}/train.txt")
    expect(page.get_by_text(f"{_LINES:,} lines")).to_be_visible()

    page.get_by_label("Search in the text").fill("STEP 123456")
    expect(page.get_by_text(f"1 of {_LINES:,} lines match")).to_be_visible()
    page.get_by_role("link", name="Show in the log").click()

    expect(page).to_have_url(f"{root}/train.txt?line=123457")
    expect(page.locator("[data-chosen]")).to_contain_text("step 123456: everything")
    page.get_by_role("button", name="Jump to end").click()
    expect(page.get_by_text(f"step {_LINES - 1}: everything")).to_be_in_viewport()
    assert sum(sizes) < len(_FILES["train.txt"]) / 5
    assert find_violations(page) == []


def test_a_table_of_two_thousand_columns_shows_some_and_finds_the_others(page: Page, root: str) -> None:
    page.goto(f"{root}/wide.csv")
    expect(page.get_by_text("Columns 1 to 30 of 2,000")).to_be_visible()

    page.get_by_role("button", name="Next columns").click()
    expect(page.get_by_role("columnheader", name="feature 59", exact=True)).to_be_visible()
    page.get_by_label("Find columns").fill("feature 199")
    expect(page.get_by_text("Columns 1 to 11 of 11 found")).to_be_visible()
    page.get_by_role("button", name="feature 1999").click()
    page.get_by_role("button", name="feature 1999").click()

    expect(page.get_by_role("row").nth(2)).to_contain_text("3998")
    assert page.locator("td").count() == 33
    assert find_violations(page) == []


def test_an_array_is_a_heat_map_of_each_of_its_planes(page: Page, root: str) -> None:
    page.goto(f"{root}/cube.npy")
    expect(page.get_by_text("2 × 3 × 4 float64")).to_be_visible()
    expect(page.get_by_role("img", name="Heat map of cube.npy: 3 rows, 4 columns; 0 to 11, mean 5.5")).to_be_visible()

    place = page.get_by_label("Place in dimension 0")
    place.fill("1")
    place.blur()

    expect(page.get_by_role("img", name="12 to 23, mean 17.5")).to_be_visible()
    colour = "canvas => [...canvas.getContext('2d').getImageData(3, 2, 1, 1).data]"
    assert page.locator("canvas").evaluate(colour) == [0xFD, 0xE7, 0x25, 255]
    assert find_violations_in_both(page) == []
    page.get_by_role("button", name="Values").click()
    expect(page.get_by_role("columnheader", name="2,3", exact=True)).to_be_visible()


def test_an_array_is_a_line_or_a_table_and_an_archive_has_several(page: Page, root: str) -> None:
    page.goto(f"{root}/line.npy")
    expect(page.get_by_role("img", name="2,000 values of line.npy as a line")).to_be_visible()

    page.get_by_role("treeitem", name="words.npy").click()
    expect(page.get_by_role("cell", name="right")).to_be_visible()

    page.get_by_role("treeitem", name="weights.npz").click()
    expect(page.get_by_role("img", name="Heat map of weights.npz: 2 rows, 3 columns")).to_be_visible()
    page.get_by_label("Array").select_option("bias")
    expect(page.get_by_text("2 float64")).to_be_visible()
    page.get_by_role("button", name="Values").click()
    expect(page.get_by_role("cell", name="1.5", exact=True)).to_be_visible()
    expect(page.get_by_role("columnheader", name=re.compile("0.5 to 1.5"))).to_be_visible()


def test_markdown_shows_the_pictures_beside_it(page: Page, root: str) -> None:
    page.goto(f"{root}/notes/README.md")

    picture = page.get_by_role("img", name="curve")

    expect(picture).to_be_visible()
    page.wait_for_function("() => document.querySelector('[alt=curve]').naturalWidth === 30")


def test_what_cannot_be_played_says_so(page: Page, root: str) -> None:
    page.goto(f"{root}/film.mp4")

    expect(page.get_by_text("The browser cannot play this file.")).to_be_visible()


def test_the_pages_of_a_tiff_are_pictures(page: Page, root: str) -> None:
    pixel = "canvas => [...canvas.getContext('2d').getImageData(19, 9, 1, 1).data]"
    page.goto(f"{root}/scan.tiff")
    expect(page.get_by_text("20 × 10", exact=True)).to_be_visible()
    assert page.locator("canvas").evaluate(pixel) == [200, 100, 50, 255]
    assert find_violations(page) == []

    page.get_by_label("Page, of 2").fill("2")
    page.get_by_label("Page, of 2").blur()

    expect(page.get_by_text("30 × 20 · black is 0, white 599")).to_be_visible()
    assert page.locator("canvas").evaluate(pixel) == [123, 123, 123, 255]
    page.get_by_role("treeitem", name="photo.tif").click()
    reason = "The picture is packed as JPEG, which is not shown here."
    expect(page.get_by_role("alert")).to_have_text(f"{reason} Download it instead.")
