"""Runs side by side in a real browser."""

import re
from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, Request, expect

from headwater.protocol.experiments import CreateExperiment
from headwater.protocol.runs import LogBatch, RunTag
from headwater.stores.interface import Store
from headwater.testing.servers import live_server
from headwater.testing.stores import sqlite_store
from ui.run_pages import (
    add_run,
    append_points,
    find_violations_in_both,
    log_params,
    make_png,
    open_browser,
    open_page,
    put_artifacts,
)

PATCH = "diff --git a/train.py b/train.py\n-lr = 0.1\n+lr = {0}\n"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def run_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with sqlite_store(tmp_path_factory.mktemp("compare")) as opened:
        yield opened


@pytest.fixture(scope="module")
def runs(run_store: Store) -> list[str]:
    """Make fifty runs, the second in another experiment; the first three have captured code and a picture."""
    first, second = (run_store.experiments.create(CreateExperiment(name)).experiment_id for name in ("churn", "fraud"))
    run_ids = []
    for number in range(50):
        experiment_id = second if number == 1 else first
        run_id = add_run(run_store, experiment_id, f"run-{number:02}")
        params = {"lr": str(0.1 + number), "model": "mlp", "notes": f"warm start from the {number} old weights"}
        log_params(run_store, run_id, params)
        append_points(run_store, run_id, {"loss": np.array([1.0, 0.5 + 0.1 * number])})
        run_store.runs.log_batch(LogBatch(run_id, tags=[RunTag("mlflow.source.git.commit", f"{number % 2}" * 40)]))
        if number < 3:
            files = {
                "code/diff.patch": PATCH.format(number % 2).encode(),
                "code/requirements.txt": f"numpy==2.{number % 2}\npandas==2.2\n".encode(),
                "config.json": f'{{\n "seed": {number % 2}\n}}\n'.encode(),
                "plots/roc.png": make_png(40 + number, 30),
            }
            put_artifacts(run_store, experiment_id, run_id, files)
        run_ids.append(run_id)
    return run_ids


@pytest.fixture(scope="module")
def url(run_store: Store, runs: list[str]) -> Iterator[str]:
    with live_server(run_store) as address:
        yield address


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with open_page(browser) as opened:
        yield opened


def row(page: Page, name: str) -> list[str]:
    """Return the cells of a row of the differences."""
    found = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=name, exact=True))
    expect(found).to_have_count(1)
    return found.get_by_role("cell").all_inner_texts()


def test_differences_come_first_with_one_request(page: Page, url: str, runs: list[str]) -> None:
    asked: list[str] = []

    def note(request: Request) -> None:
        if "/api/" in request.url and "/events" not in request.url:
            asked.append(request.url)

    page.on("request", note)

    page.goto(f"{url}/compare?runs={','.join(runs[:3])}")

    assert row(page, "loss") == ["0.5000", "0.6000 ▲ +0.1 (+20 %)\nworse", "0.7000 ▲ +0.2 (+40 %)\nworse"]
    assert row(page, "lr") == ["0.1", "1.1 ▲ +1", "2.1 ▲ +2"]
    assert row(page, "experiment") == ["churn", "fraud", "churn"]
    assert row(page, "numpy") == ["2.0", "2.1", "2.0"]
    expect(page.get_by_role("cell", name="warm start from the 01 old weights").locator("ins")).to_have_text("1")
    expect(page.get_by_role("rowheader", name="model")).to_have_count(0)
    expect(page.get_by_role("rowheader", name="pandas")).to_have_count(0)
    expect(page.get_by_role("heading", name="Uncommitted changes: 2 versions")).to_be_visible()
    assert len(asked) == 1


def test_what_is_the_same_shows_on_request_and_rows_are_found(page: Page, url: str, runs: list[str]) -> None:
    page.goto(f"{url}/compare?runs={runs[0]},{runs[1]}")

    page.get_by_label("Only differences").uncheck()
    page.get_by_label("Find rows by name").fill("mod")

    assert row(page, "model") == ["mlp", "mlp"]
    expect(page).to_have_url(re.compile("all=1&find=mod"))


def test_the_baseline_is_chosen_and_runs_leave_and_come(page: Page, url: str, runs: list[str]) -> None:
    page.goto(f"{url}/compare?runs={','.join(runs[:3])}")

    page.get_by_role("button", name="Make run-02 the baseline").click()
    page.get_by_role("button", name="Remove run-01").click()
    page.get_by_role("link", name="run-00").press("ArrowLeft")
    page.get_by_role("button", name="Add run to compare").click()
    page.get_by_label("Find a run to add").fill("run-41")
    page.get_by_role("button", name="run-41 churn").click()

    expect(page).to_have_url(re.compile(f"runs={runs[0]},{runs[2]},{runs[41]}"))
    expect(page.get_by_role("heading", name="Compare 3 runs")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="Compare 2 runs")).to_be_visible()


def test_many_runs_are_kept_by_the_server_and_compared_in_two_requests(page: Page, url: str) -> None:
    page.goto(f"{url}/experiments/1/runs")
    page.get_by_role("checkbox", name=re.compile("Select all")).check()

    page.get_by_role("button", name="Compare 49").click()

    expect(page).to_have_url(re.compile(r"/compare\?set=\w+$"))
    expect(page.get_by_role("heading", name="Compare 49 runs")).to_be_visible()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if re.search("views|runs/", request.url) else None)
    page.reload()
    expect(page.get_by_role("rowheader", name="loss")).to_be_visible()
    assert len(asked) == 2
    headers, table = page.get_by_role("columnheader"), page.get_by_role("region", name="Differences")
    assert headers.count() < 50
    for count in range(headers.count() + 10, 51, 10):
        table.evaluate("element => { element.scrollLeft = element.scrollWidth }")
        page.wait_for_function("count => document.querySelectorAll('thead th').length >= count", arg=count)
    table.evaluate("element => { element.scrollLeft = element.scrollWidth }")
    expect(headers).to_have_count(50)


def test_each_tab_draws_the_runs(page: Page, url: str, runs: list[str]) -> None:
    page.goto(f"{url}/compare?runs={','.join(runs[:3])}")

    for tab, name in (
        ("Curves", "loss: Lines of 3 runs, 6 points"),
        ("Parallel", "Parallel coordinates of 3 runs over"),
        ("Scatter", "Scatter of 3 runs: loss against lr."),
        ("Box", "Boxes of loss"),
    ):
        page.get_by_role("button", name=tab, exact=True).click()
        expect(page.get_by_role("img", name=re.compile(re.escape(name)))).to_be_visible(timeout=15_000)
        expect(page).to_have_url(re.compile(f"tab={tab.lower()}"))


def test_files_of_the_same_path_stand_side_by_side(page: Page, url: str, runs: list[str]) -> None:
    page.goto(f"{url}/compare?runs={','.join(runs[:3])}&tab=files")

    page.get_by_role("button", name="plots/roc.png differs").click()
    expect(page.get_by_role("region", name="plots/roc.png of run-02").get_by_role("img")).to_be_visible()
    page.get_by_role("button", name="config.json differs").click()

    change = page.get_by_role("region", name="config.json of run-01")
    expect(change.locator("del")).to_contain_text('"seed": 0')
    expect(change.locator("ins")).to_contain_text('"seed": 1')
    expect(page.get_by_role("region", name="config.json of run-02")).to_contain_text("same as run-00")


def test_what_is_no_run_is_said_and_no_runs_are_no_error(page: Page, url: str, runs: list[str]) -> None:
    unknown = "f" * 32

    page.goto(f"{url}/compare?runs={runs[0]},{unknown}")
    expect(page.get_by_text(f"There is no run {unknown}")).to_be_visible()
    page.goto(f"{url}/compare")
    expect(page.get_by_text("No runs are chosen yet.")).to_be_visible()
    page.goto(f"{url}/compare?set=gone")

    expect(page.get_by_role("alert")).to_contain_text("No view has the id 'gone'")


def test_a_comparison_hinders_nobody(page: Page, url: str, runs: list[str]) -> None:
    three = f"{url}/compare?runs={','.join(runs[:3])}"
    problems = []
    for query, drawn in (
        ("&all=1", "tbody"),
        ("&tab=scatter", "[data-plot] [data-drawn]"),
        ("&tab=files&file=config.json", "ins"),
    ):
        page.goto(three + query)
        page.locator(drawn).first.wait_for()
        problems += find_violations_in_both(page)

    assert problems == []
