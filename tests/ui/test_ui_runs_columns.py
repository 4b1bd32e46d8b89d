"""The columns of the runs table in a real browser: statistics that sort, widths, places, badges and colours."""

from collections.abc import Iterator
from types import SimpleNamespace

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from headwater.protocol.journals import Append
from headwater.protocol.runs import CreateRun, Param
from ui.run_pages import find_violations
from ui.run_tables import Scheme, make_experiment, served_store, watched_page

pytestmark = pytest.mark.browser

LOSSES = {"steep": [9.0, 1.0, 5.0], "flat": [4.0, 3.0, 3.0], "rising": [2.0, 6.0, 8.0]}
COLUMNS = "attributes.status,metrics.loss,params.model,params.lr"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """Return a server with three runs whose losses go different ways, and a browser."""
    with served_store(tmp_path_factory.mktemp("columns")) as served:
        served.experiment = make_experiment(served.store, "losses")
        for number, (name, losses) in enumerate(LOSSES.items()):
            served.store.runs.append(_course(served.experiment, name, losses, start=number))
        yield served


def _course(experiment: str, name: str, losses: list[float], start: int) -> Append:
    run_id = f"{start + 1:032x}"
    steps = np.arange(len(losses), dtype=np.int64)
    return Append(
        journal_id=name,
        run_id=run_id,
        first_seq=1,
        last_seq=1,
        create=CreateRun(experiment, run_name=name, start_time=1_700_000_000_000 - start, run_id=run_id),
        keys=["loss"],
        key_index=np.zeros(len(losses), np.int32).tobytes(),
        steps=steps.tobytes(),
        timestamps=(1_700_000_000_000 + steps).tobytes(),
        values=np.array(losses).tobytes(),
        params=[Param("model", name[0]), Param("lr", f"0.{start}")],
    )


def _open(page: Page, served: SimpleNamespace, query: str = "") -> None:
    page.goto(f"{served.url}/experiments/{served.experiment}/runs?cols={COLUMNS}{query}")
    expect(page.locator('[aria-rowindex="2"]')).to_be_visible()


def _header(page: Page, name: str) -> Locator:
    return page.get_by_role("columnheader", name=name)


def _names(page: Page) -> list[str]:
    cells = page.locator("[data-row]:not([hidden])").evaluate_all(
        "rows => rows.map(row => [Number(row.dataset.row), row.querySelector('[data-column=name] a').textContent])"
    )
    return [name for _, name in sorted(cells)]


def _order(page: Page) -> list[str]:
    found: list[str] = page.locator("[role=columnheader]").evaluate_all(
        "cells => cells.map(cell => cell.dataset.column)"
    )
    return found


def _drag(page: Page, start: Locator, x: float, *, steps: int = 8) -> None:
    box = start.bounding_box()
    assert box is not None
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, y)
    page.mouse.down()
    page.mouse.move(x, y, steps=steps)
    page.mouse.up()


def _width(cell: Locator) -> float:
    box = cell.bounding_box()
    assert box is not None
    return box["width"]


def test_runs_are_sorted_by_a_statistic_of_a_metric(served: SimpleNamespace) -> None:
    with watched_page(served.browser, served.url) as page:
        _open(page, served)
        _header(page, "loss").get_by_role("button").first.click()
        expect(_header(page, "loss")).to_have_attribute("aria-sort", "ascending")
        assert _names(page) == ["flat", "steep", "rising"]

        for statistic, names in (
            ("Min", ["steep", "rising", "flat"]),
            ("Max", ["flat", "rising", "steep"]),
            ("First", ["rising", "flat", "steep"]),
        ):
            page.locator("[data-menu$='metrics.loss']").click()
            page.get_by_role("group", name="Which value").get_by_role("button", name=statistic).click()
            header = _header(page, f"{statistic.lower()} loss")
            expect(header).to_have_attribute("aria-sort", "ascending")
            expect(page.locator('[aria-rowindex="2"]')).to_contain_text(names[0])
            assert _names(page) == names
        header.get_by_role("button").first.click()

        expect(header).to_have_attribute("aria-sort", "descending")
        expect(page.locator('[aria-rowindex="2"]')).to_contain_text("steep")
        assert "sort=first:metrics.loss+desc" in page.url
        page.reload()
        expect(page.locator('[aria-rowindex="2"]')).to_contain_text("steep")


def test_columns_are_widened_by_pointer_menu_and_keys_and_stay_so(served: SimpleNamespace) -> None:
    with watched_page(served.browser, served.url) as page:
        _open(page, served)
        header = _header(page, "model")
        before = _width(header)
        box = header.bounding_box()
        assert box is not None

        _drag(page, header.locator("[data-grip]"), box["x"] + box["width"] + 100)
        expect(header).not_to_have_css("width", f"{before:g}px")
        dragged = _width(header)
        header.get_by_role("button").first.focus()
        page.keyboard.press("Shift+ArrowRight")
        by_key = _width(header)
        page.reload()

        assert dragged == pytest.approx(before + 100, abs=8)
        assert by_key == dragged + 16
        assert _width(header) == by_key
        assert _width(page.locator('[aria-rowindex="2"] [data-column="params.model"]')) == by_key
        header.hover()
        page.locator("[data-menu='params.model']").click()
        page.get_by_role("group", name="Width of the column").get_by_role("button", name="Reset").click()
        expect(header).to_have_css("width", f"{before:g}px")
        assert "sort" not in page.url


def test_columns_are_moved_by_pointer_menu_and_keys_and_undone(served: SimpleNamespace) -> None:
    with watched_page(served.browser, served.url) as page:
        _open(page, served)
        target = _header(page, "loss").bounding_box()
        assert target is not None

        _drag(page, _header(page, "lr"), target["x"] + 5)
        expect(_header(page, "lr")).to_have_attribute("aria-colindex", "4")
        assert _order(page)[2:] == ["attributes.status", "params.lr", "metrics.loss", "params.model"]
        _header(page, "lr").get_by_role("button").first.focus()
        page.keyboard.press("Control+ArrowLeft")
        expect(_header(page, "lr")).to_have_attribute("aria-colindex", "3")
        page.keyboard.press("z")
        page.keyboard.press("z")
        expect(_header(page, "lr")).to_have_attribute("aria-colindex", "6")
        page.keyboard.press("Shift+Z")

        expect(_header(page, "lr")).to_have_attribute("aria-colindex", "4")
        assert "sort" not in page.url


def test_a_column_that_is_dropped_on_a_pinned_one_is_pinned(served: SimpleNamespace) -> None:
    with watched_page(served.browser, served.url) as page:
        _open(page, served, "&pin=attributes.status")
        target = _header(page, "Status").bounding_box()
        assert target is not None

        _drag(page, _header(page, "model"), target["x"] + target["width"] - 5)

        expect(_header(page, "model")).to_have_attribute("aria-colindex", "4")
        assert "pin=attributes.status,params.model" in page.url


def test_badges_tell_a_metric_from_a_parameter(served: SimpleNamespace) -> None:
    with watched_page(served.browser, served.url) as page:
        _open(page, served)

        assert _header(page, "loss").get_by_title("metric", exact=True).inner_text() == "M"
        assert _header(page, "model").get_by_title("parameter", exact=True).inner_text() == "P"
        page.get_by_role("button", name="Columns").click()
        expect(page.get_by_role("dialog").get_by_title("parameter", exact=True)).to_have_count(2)


def test_the_status_stands_before_the_name_when_it_has_no_column(served: SimpleNamespace) -> None:
    with watched_page(served.browser, served.url) as page:
        page.goto(f"{served.url}/experiments/{served.experiment}/runs?cols=metrics.loss")

        name = page.locator('[aria-rowindex="2"] [data-column=name]')
        expect(name.get_by_role("img", name="running")).to_be_visible()
        _open(page, served)
        expect(name.get_by_role("img", name="running")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_by_a_metric_are_those_of_the_charts_with_a_scale(served: SimpleNamespace, scheme: Scheme) -> None:
    with watched_page(served.browser, served.url, scheme=scheme) as page:
        _open(page, served, "&layout=split&color=metrics.loss")

        legend = page.get_by_role("group", name="Colours: loss")
        expect(legend).to_contain_text("3")
        expect(legend).to_contain_text("8")
        expect(page.locator("[data-chart=loss] [data-drawn]").first).to_be_attached()
        swatches = page.locator("[data-row] [data-column=name] > span:nth-of-type(1)").evaluate_all(
            "spans => spans.slice(0, 3).map(span => getComputedStyle(span).backgroundColor)"
        )
        assert len(set(swatches)) == 3
        assert find_violations(page) == []
        page.get_by_role("button", name="Colour: loss").click()
        page.get_by_role("radio", name="model").click()
        expect(page.get_by_role("group", name="Colours: model")).to_contain_text("f")
        page.get_by_role("button", name="Colour: model").click()
        page.get_by_role("radio", name="run", exact=True).click()
        expect(page.get_by_role("group", name="Colours: model")).to_have_count(0)
