"""The settings in a real browser: webhooks that are made, tested and told of events, and the trash that is emptied."""

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from playwright.sync_api import Page, expect

from headwater.config import WEBHOOK_PRIVATE_HOSTS
from headwater.protocol.runs import DeleteRun, GetRun
from headwater.testing.contract_webhooks import make_webhook
from headwater.testing.receiver import Receiver, running_receiver
from headwater.testing.servers import live_server
from headwater.testing.stores import sqlite_store
from ui.run_pages import find_violations, open_browser
from ui.run_tables import add_run, make_experiment, watched_page

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    """Return a receiver on this machine, which may be sent to."""
    with pytest.MonkeyPatch.context() as patch, running_receiver() as running:
        patch.setenv(WEBHOOK_PRIVATE_HOSTS.name, "127.0.0.1")
        yield running


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, receiver: Receiver) -> Iterator[SimpleNamespace]:
    """Return a server that sends at once, its store, a receiver and a browser."""
    with (
        sqlite_store(tmp_path_factory.mktemp("settings")) as store,
        live_server(store, courier_s=0.05) as url,
        open_browser() as browser,
    ):
        yield SimpleNamespace(store=store, url=url, browser=browser, receiver=receiver)


def _open(page: Page, served: SimpleNamespace, tab: str) -> None:
    page.goto(f"{served.url}/settings")
    page.get_by_role("navigation", name="Settings").get_by_role("link", name=tab).click()
    expect(page).to_have_title(f"{tab} · Settings · Headwater")


def test_a_webhook_is_made_tested_and_its_deliveries_are_read(served: SimpleNamespace) -> None:
    with watched_page(served.browser, served.url) as page:
        _open(page, served, "Webhooks")
        expect(page.get_by_text("A webhook is an address that is told of events")).to_be_visible()
        page.get_by_role("button", name="New webhook").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Name").fill("team")
        dialog.get_by_label("Address").fill(served.receiver.url)
        expect(dialog.get_by_role("button", name="Create")).to_be_disabled()
        dialog.get_by_label("A run fails").check()
        dialog.get_by_label("A run begins").check()
        dialog.get_by_label("Secret").fill("s3cret")
        dialog.get_by_role("button", name="Create").click()

        page.get_by_role("button", name="Test team").click()

        expect(page.get_by_text("team works: it answered 200")).to_be_visible()
        assert served.receiver.take().event == "run.created"
        served.receiver.answer(500)
        run_id = add_run(served.store, make_experiment(served.store, "hooks"), "owl", metrics={"auc": 0.9})
        assert served.receiver.take().message["data"]["run_id"] == run_id
        page.get_by_role("button", name="Refresh").click()
        row = page.get_by_role("listitem").filter(has_text="run.created").filter(has_text="waiting")
        row.locator("summary").click()
        expect(row).to_contain_text("1 attempt, answered 500")
        expect(row.locator("pre")).to_contain_text(run_id)
        assert find_violations(page) == []
        row.get_by_role("button", name="Send again").click()
        assert served.receiver.take().message["data"]["run_id"] == run_id


def test_a_webhook_is_paused_changed_and_deleted(served: SimpleNamespace) -> None:
    make_webhook(served.store, served.receiver, ["model_version.created", "run.failed"], name="other")
    with watched_page(served.browser, served.url) as page:
        _open(page, served, "Webhooks")
        item = page.get_by_role("listitem").filter(has=page.get_by_text("other", exact=True))

        item.get_by_role("button", name="Pause other").click()
        expect(item).to_contain_text("paused")
        item.get_by_role("button", name="Change other").click()
        dialog = page.get_by_role("dialog")
        expect(dialog.get_by_label("A model gets a version")).to_be_checked()
        dialog.get_by_label("Address").fill("http://169.254.169.254/latest")
        dialog.get_by_role("button", name="Change").click()
        expect(dialog.get_by_role("alert")).to_contain_text("169.254.169.254")
        assert find_violations(page) == []
        dialog.get_by_role("button", name="Cancel").click()
        item.get_by_role("button", name="Delete other").click()
        dialog.get_by_role("button", name="Delete").click()

        expect(page.get_by_text("Webhook other deleted")).to_be_visible()
        expect(item).to_have_count(0)


def test_the_trash_is_emptied_once_the_word_is_typed(served: SimpleNamespace) -> None:
    experiment = make_experiment(served.store, "trash")
    runs = [add_run(served.store, experiment, f"old-{number}", metrics={"auc": 0.5}) for number in range(3)]
    for run_id in runs[:2]:
        served.store.runs.delete(DeleteRun(run_id))
    with watched_page(served.browser, served.url) as page:
        _open(page, served, "Storage")
        facts = page.get_by_role("region", name="Trash")
        expect(facts).to_contain_text("Runs2")

        page.get_by_role("button", name="Delete for good…").click()
        dialog = page.get_by_role("dialog")
        expect(dialog.get_by_role("button", name="Delete")).to_be_disabled()
        dialog.get_by_label("Type “delete”").fill("delete")
        dialog.get_by_role("button", name="Delete").click()

        expect(facts).to_contain_text("Runs0")
        expect(page.get_by_role("button", name="Delete for good…")).to_be_disabled()
        page.get_by_role("button", name="Count unused artifacts").click()
        expect(page.get_by_text("0 files, 0 B can be deleted")).to_be_visible()
        page.get_by_role("button", name="Compact the database").click()
        expect(page.get_by_text("given back to the disk")).to_be_visible()
    assert served.store.runs.get(GetRun(run_id=runs[2])).run.info.run_name == "old-2"
