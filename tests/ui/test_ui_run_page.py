"""The page of a run in a real browser, on a real server."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from headwater.protocol.runs import GetRun, RunStatus, SetTag, UpdateRun
from headwater.stores.interface import Store
from headwater.testing.servers import live_server
from headwater.testing.stores import sqlite_store
from ui.run_pages import (
    add_run,
    append_points,
    count_painted,
    find_violations_in_both,
    learning_curve,
    log_params,
    make_named_run,
    open_browser,
    open_page,
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as opened:
        yield opened


@pytest.fixture
def run_store(tmp_path: Path) -> Iterator[Store]:
    with sqlite_store(tmp_path) as opened:
        yield opened


@pytest.fixture
def url(run_store: Store) -> Iterator[str]:
    with live_server(run_store, poll_s=0.1) as address:
        yield address


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with open_page(browser) as opened:
        yield opened


def experiment_of(store: Store, run_id: str) -> str:
    return store.runs.get(GetRun(run_id=run_id)).run.info.experiment_id


def test_the_overview_shows_metrics_with_their_best_value_and_the_params(
    page: Page, url: str, run_store: Store
) -> None:
    run_id = make_named_run(run_store, "keen-owl", tags={"team": "growth"})
    append_points(run_store, run_id, {"val/loss": np.array([3.0, 0.125, 0.5]), "lr": np.array([np.nan, np.inf, 0.1])})
    log_params(run_store, run_id, {"optim.lr": "0.001", "optim.name": "adamw", "seed": "7"})

    page.goto(f"{url}/runs/{run_id}")

    expect(page.get_by_role("heading", level=1)).to_have_text("keen-owl")
    expect(page.get_by_role("row", name="val/loss")).to_contain_text("0.5000↓ 0.1250 step 10.12503")
    expect(page.get_by_role("row", name="lr", exact=False).last).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("^lr"))).to_contain_text("0.1000–0.1000∞")
    expect(page.get_by_role("region", name="Params")).to_contain_text("optimlr0.001nameadamw")
    expect(page.get_by_role("link", name="churn").first).to_be_visible()
    expect(page).to_have_title("keen-owl · Headwater")


def test_the_page_says_which_code_made_the_run(page: Page, url: str, run_store: Store) -> None:
    tags = {
        "mlflow.source.git.commit": "4f7733c9d2f0aa11",
        "mlflow.source.git.dirty": "true",
        "headwater.source.command": "train.py --lr 0.1",
        "headwater.source.host": "gpu-7",
    }
    run_id = make_named_run(run_store, "traced", tags=tags)

    page.goto(f"{url}/runs/{run_id}")

    about = page.get_by_role("region", name="About")
    expect(about).to_contain_text("Commandtrain.py --lr 0.1")
    expect(about).to_contain_text("Hostgpu-7")
    expect(about).to_contain_text("4f7733c9+ uncommitted changes")


def test_a_run_can_be_renamed_tagged_and_archived(page: Page, url: str, run_store: Store) -> None:
    run_id = make_named_run(run_store, "old-name")
    page.goto(f"{url}/runs/{run_id}")

    page.get_by_role("button", name="old-name").click()
    page.get_by_label("run name").fill("not this one")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="old-name").click()
    page.get_by_label("run name").fill("new-name")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("new-name")
    page.get_by_role("region", name="Tags").get_by_role("button", name="Add").click()
    page.get_by_label("New tag's key").fill("team")
    page.get_by_label("New tag's value").fill("growth")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Remove tag team")).to_be_visible()
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("button", name="Archive").click()
    expect(page.get_by_role("button", name="Restore")).to_be_visible()

    run = run_store.runs.get(GetRun(run_id=run_id)).run
    assert run.info.run_name == "new-name"
    assert ("team", "growth") in [(tag.key, tag.value) for tag in run.data.tags]
    assert run.info.lifecycle_stage == "deleted"


def test_notes_are_markdown_without_scripts(page: Page, url: str, run_store: Store) -> None:
    run_id = make_named_run(run_store, "noted")
    note = "# Result\n\n<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>**good**"
    run_store.runs.set_tag(SetTag(run_id=run_id, key="mlflow.note.content", value=note))

    page.goto(f"{url}/runs/{run_id}")

    notes = page.get_by_role("region", name="Notes")
    expect(notes.get_by_role("heading", name="Result")).to_be_visible()
    expect(notes.locator("strong")).to_have_text("good")
    assert notes.locator("script").count() == 0
    expect(page).to_have_title("noted · Headwater")


def test_parents_and_children_are_linked(page: Page, url: str, run_store: Store) -> None:
    parent = make_named_run(run_store, "parent")
    child = add_run(run_store, experiment_of(run_store, parent), "child", tags={"mlflow.parentRunId": parent})

    page.goto(f"{url}/runs/{child}")
    page.get_by_role("link", name="parent").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("parent")
    page.get_by_text("1 child").click()
    expect(page.get_by_role("link", name="child")).to_be_visible()


def test_the_page_follows_a_run_that_is_still_training(page: Page, url: str, run_store: Store) -> None:
    run_id = make_named_run(run_store, "live")
    append_points(run_store, run_id, {"loss": learning_curve(10)})
    page.goto(f"{url}/runs/{run_id}/metrics")
    chart = page.get_by_role("img", name=re.compile("loss: Line of live, 10 points"))
    expect(chart).to_be_visible()
    canvas = page.locator('[data-chart="loss"] canvas').element_handle()

    append_points(run_store, run_id, {"loss": learning_curve(30)}, first_step=10, seq=2)

    expect(page.get_by_role("img", name=re.compile("loss: Line of live, 40 points"))).to_be_visible()
    assert canvas.evaluate("canvas => canvas.isConnected"), "the chart was made anew, so it blinked"
    assert count_painted(page, "loss") > 100


def test_the_status_follows_the_end_of_a_run(page: Page, url: str, run_store: Store) -> None:
    run_id = make_named_run(run_store, "ending")
    page.goto(f"{url}/runs/{run_id}")
    expect(page.get_by_text(re.compile("^running"))).to_be_visible()

    run_store.runs.update(UpdateRun(run_id=run_id, status=RunStatus.FINISHED, end_time=1_700_000_065_000))

    expect(page.get_by_text("finished · 1 min 5 s")).to_be_visible()


def test_number_keys_go_to_the_tabs(page: Page, url: str, run_store: Store) -> None:
    run_id = make_named_run(run_store, "tabs")
    append_points(run_store, run_id, {"loss": learning_curve(3), "system/cpu": learning_curve(3)})
    page.goto(f"{url}/runs/{run_id}")
    tabs = page.get_by_role("navigation", name="Run")
    expect(tabs).to_have_text("OverviewMetrics1System1Artifacts0LogsLineage")

    page.keyboard.press("3")
    expect(page).to_have_url(f"{url}/runs/{run_id}/system")
    page.keyboard.press("1")

    expect(page).to_have_url(f"{url}/runs/{run_id}")


def test_an_unknown_run_is_named_and_a_way_back_offered(page: Page, url: str) -> None:
    page.goto(f"{url}/runs/0123456789abcdef0123456789abcdef")

    expect(page.get_by_role("heading", level=1)).to_have_text("Run not found")
    expect(page.locator("main")).to_contain_text("0123456789abcdef0123456789abcdef")
    expect(page.get_by_role("link", name="Back to the experiments")).to_be_visible()


def test_a_failing_server_is_not_shown_as_an_empty_run(page: Page, url: str, run_store: Store) -> None:
    run_id = make_named_run(run_store, "hidden")
    answer = json.dumps({"error_code": "INTERNAL_ERROR", "message": "The disk is on fire."})
    page.route("**/runs/get?*", lambda route: route.fulfill(status=500, body=answer))

    page.goto(f"{url}/runs/{run_id}")
    expect(page.get_by_role("alert")).to_contain_text("The disk is on fire.")
    page.unroute("**/runs/get?*")
    page.get_by_role("button", name="Retry").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("hidden")


def test_no_page_of_a_run_hinders_anybody(page: Page, url: str, run_store: Store) -> None:
    run_id = make_named_run(run_store, "accessible", tags={"team": "growth", "mlflow.note.content": "a [link](x)"})
    append_points(run_store, run_id, {"val/loss": learning_curve(50), "system/cpu": learning_curve(50)})
    log_params(run_store, run_id, {f"group.param{index}": str(index) for index in range(12)})
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))

    for tab in ("", "/metrics", "/system", "/artifacts"):
        page.goto(f"{url}/runs/{run_id}{tab}")
        expect(page.get_by_role("heading", level=1)).to_have_text("accessible")
        page.wait_for_load_state("load")
        problems += find_violations_in_both(page)

    assert problems == []
