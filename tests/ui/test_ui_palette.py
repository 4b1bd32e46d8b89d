"""The command palette in a real browser: everything is a few letters away."""

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from headwater.protocol.registered_models import CreateRegisteredModel, SetRegisteredModelAlias
from ui.model_pages import add_versions, put_model
from ui.run_pages import find_violations
from ui.run_tables import Scheme, add_run, make_experiment, served_store, watched_page

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """Return a server with an experiment, runs and a model, and a browser."""
    with served_store(tmp_path_factory.mktemp("palette")) as served:
        store = served.store
        served.experiment = make_experiment(store, "customer churn")
        served.runs = [
            add_run(store, served.experiment, f"brave-owl-{number}", metrics={"auc": 0.9}, age_s=60 * number)
            for number in range(30)
        ]
        store.registered_models.create(CreateRegisteredModel("churn"))
        put_model(store, served.runs[0])
        add_versions(store, "churn", served.runs[0], 1)
        store.registered_models.set_alias(SetRegisteredModelAlias("churn", "champion", "1"))
        yield served


def test_a_few_letters_and_enter_lead_anywhere(served: SimpleNamespace) -> None:
    with watched_page(served.browser, served.url) as page:
        page.goto(served.url)
        page.get_by_role("button", name="Go to…").wait_for()
        for letters, first, target in (
            ("customer", "customer churn", f"/experiments/{served.experiment}/runs"),
            ("champagne", "", ""),
            ("churn@ch", "churn@champion", "/models/churn/versions/1"),
            (served.runs[7][:10], "brave-owl-7", f"/runs/{served.runs[7]}"),
            ("web", "Webhooks", "/settings/webhooks"),
        ):
            page.keyboard.press("Control+k")
            page.get_by_role("combobox", name="Go to").fill(letters)
            if letters == "web":
                page.keyboard.press("Enter")  # before anything is found
                page.wait_for_url(f"{served.url}{target}*")
                continue
            if not first:
                expect(page.get_by_text(f"Nothing is called “{letters}”.")).to_be_visible()
                page.keyboard.press("Escape")
                expect(page.get_by_role("dialog")).to_have_count(0)
                continue
            expect(page.get_by_role("dialog").get_by_role("option", selected=True)).to_contain_text(first)
            page.keyboard.press("Enter")
            page.wait_for_url(f"{served.url}{target}*")


def test_arrows_choose_and_the_latest_come_without_letters(served: SimpleNamespace) -> None:
    with watched_page(served.browser, served.url) as page:
        page.goto(served.url)
        page.get_by_role("button", name="Go to…").click()
        expect(page.get_by_role("option").filter(has_text="brave-owl-0")).to_be_visible()
        expect(page.get_by_role("option", selected=True)).to_contain_text("customer churn")

        page.keyboard.press("ArrowDown")
        expect(page.get_by_role("option", selected=True)).to_contain_text("Default")
        page.keyboard.press("ArrowUp")
        page.keyboard.press("ArrowUp")
        expect(page.get_by_role("option", selected=True)).to_contain_text("brave-owl-7")
        assert find_violations(page) == []


def test_what_was_visited_lately_and_the_selection_come_first(served: SimpleNamespace) -> None:
    chosen = ",".join(served.runs[:2])
    with watched_page(served.browser, served.url) as page:
        page.goto(f"{served.url}/runs/{served.runs[20]}")
        expect(page).to_have_title("brave-owl-20 · Headwater")
        page.goto(f"{served.url}/experiments/{served.experiment}/runs?sel={chosen}")
        page.get_by_role("button", name="Compare 2").wait_for()

        page.keyboard.press("Control+k")
        options = page.get_by_role("dialog").get_by_role("option")
        expect(options.nth(0)).to_contain_text("Compare")
        expect(options.nth(0)).to_contain_text("2 selected runs")
        expect(options.filter(has_text="visited lately")).to_have_count(2)
        found = find_violations(page)
        page.get_by_role("combobox", name="Go to").fill("owl2")
        expect(options.nth(0)).to_contain_text("brave-owl-20")
        page.get_by_role("combobox", name="Go to").fill("comp")
        expect(options.nth(0)).to_contain_text("Compare")
        page.keyboard.press("Enter")

        page.wait_for_url(f"{served.url}/compare?runs={chosen}")
        assert found == []


@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 390)])
def test_the_results_are_a_page_too(served: SimpleNamespace, scheme: Scheme, width: int) -> None:
    with watched_page(served.browser, served.url, scheme=scheme, width=width) as page:
        page.goto(f"{served.url}/search?q=owl")
        expect(page.get_by_role("listitem").filter(has_text="brave-owl-29")).to_be_visible()

        page.get_by_role("searchbox", name="Search").fill("owl-2")

        expect(page.get_by_role("listitem").filter(has_text="brave-owl")).to_have_count(11)
        assert page.url.endswith("q=owl-2")
        assert find_violations(page) == []
        page.keyboard.press("Control+k")
        page.get_by_role("option").first.wait_for()
        assert find_violations(page) == []
