"""The pages of the model registry in a real browser, on a real server with a real database."""

import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from playwright.sync_api import Locator, Page, expect

from headwater.protocol.governance import ListEvents, RegistryEvent
from headwater.protocol.model_versions import GetModelVersion
from headwater.protocol.registered_models import CreateRegisteredModel, GetRegisteredModel
from headwater.testing.servers import live_server
from headwater.testing.stores import sqlite_store
from ui.model_pages import add_versions, make_governed_model, make_logged_model, point, put_model
from ui.run_pages import find_violations
from ui.run_tables import add_run, make_experiment, served_store, watched_page

pytestmark = pytest.mark.browser

MANY = 1200


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """Return a server with a model that has everything, one with a name that is hard to write, many, and a browser."""
    with served_store(tmp_path_factory.mktemp("models")) as served:
        store = served.store
        experiment = make_experiment(store, "churn")
        served.runs = [add_run(store, experiment, f"owl-{number}", metrics={"auc": 0.9}) for number in range(3)]
        for run_id in served.runs:
            put_model(store, run_id)
        served.model_id = make_logged_model(store, experiment, served.runs[2])
        for number in range(MANY):
            store.registered_models.create(CreateRegisteredModel(f"demand-{number:04}"))
        store.registered_models.create(CreateRegisteredModel("it's 50% a+b"))
        add_versions(store, "it's 50% a+b", served.runs[0], 2)
        make_governed_model(store, "churn", served.runs, model_id=served.model_id)
        yield served


def _row(page: Page, number: int) -> Locator:
    return page.locator(f'[aria-rowindex="{number + 2}"]')


def _last_event(served: SimpleNamespace, name: str) -> RegistryEvent:
    events: list[RegistryEvent] = served.store.governance.list_events(ListEvents(name, "", True, 1)).events
    return events[0]


def test_models_are_found_sorted_and_opened_by_keys(served: SimpleNamespace) -> None:
    with watched_page(served.browser, served.url) as page:
        page.goto(served.url)
        page.get_by_role("navigation", name="Main").get_by_role("link", name="Models").click()
        expect(page.get_by_role("heading", level=1, name="Models")).to_be_focused()
        row = page.get_by_role("row").filter(has=page.get_by_role("link", name="churn", exact=True))
        expect(row).to_have_text(re.compile(r"^churn3@champion → 1.*Production 1.*(ada|grace)team: growth"))

        page.get_by_role("columnheader", name="Model").get_by_role("button").click()
        expect(page.get_by_role("columnheader", name="Model")).to_have_attribute("aria-sort", "ascending")
        page.get_by_role("combobox", name="Search models").fill("tags.team = 'growth'")
        expect(page.get_by_text("1 match")).to_be_visible()
        assert "sort=name" in page.url
        assert "q=tags.team" in page.url
        page.keyboard.press("Tab")
        page.get_by_role("grid").focus()
        page.keyboard.press("Enter")

        expect(page.get_by_role("heading", level=1, name="churn")).to_be_focused()


def test_more_models_than_one_page_come_as_the_reader_scrolls(served: SimpleNamespace) -> None:
    with watched_page(served.browser, served.url) as page:
        page.goto(f"{served.url}/models?sort=name+DESC&q=demand")
        expect(_row(page, 0)).to_contain_text(f"demand-{MANY - 1}")
        page.get_by_role("grid").focus()

        page.keyboard.press("End")
        expect(page.get_by_text(f"{MANY:,} matches")).to_be_visible()
        expect(page.get_by_role("grid")).to_have_attribute("aria-rowcount", str(MANY + 1))
        page.keyboard.press("End")

        expect(_row(page, MANY - 1)).to_contain_text("demand-0000")
        assert page.locator("[data-row]").count() < 80


def test_a_search_that_cannot_be_read_says_why(served: SimpleNamespace) -> None:
    with watched_page(served.browser, served.url) as page:
        page.goto(f"{served.url}/models?q=name+>>+1")
        expect(page.get_by_role("alert")).to_contain_text("Invalid comparator '>>'")
        assert find_violations(page) == []

        page.get_by_role("button", name="Show all models").click()

        expect(page.get_by_role("link", name="churn", exact=True)).to_be_visible()


def test_a_models_page_shows_versions_aliases_history_and_a_safe_description(served: SimpleNamespace) -> None:
    with watched_page(served.browser, served.url) as page:
        page.goto(f"{served.url}/models/churn")
        expect(_row(page, 2)).to_have_text(
            re.compile(r"^1✎@championProduction0\.9000owl-0[0-9a-f]{8}2\.4 kB2.* ago|just now")
        )
        expect(page.get_by_role("region", name="Aliases")).to_contain_text("@champion→version 1")
        description = page.get_by_role("region", name="Description")
        expect(description.locator("strong")).to_have_text("leaves")
        assert description.locator("script").count() == 0

        page.get_by_role("link", name="History").click()

        table = page.get_by_role("table", name="History of churn")
        expect(table).to_contain_text(re.compile("grace ?set the policy ?agreed"))
        expect(table).to_contain_text(re.compile("ada ?pointed @champion at version 1 ?open ?the first one"))
        expect(page).to_have_title("churn · Headwater")
        assert page.url.endswith("/models/churn/history")


def test_a_gate_says_what_is_missing_and_its_refusal_is_shown(served: SimpleNamespace) -> None:
    with watched_page(served.browser, served.url, expected=" 403 ") as page:
        page.goto(f"{served.url}/models/churn/versions/3")
        page.get_by_role("button", name="Promote…").click()
        dialog = page.get_by_role("dialog", name="Promote version 3 of “churn”")
        dialog.get_by_label("Alias").fill("champion")
        expect(dialog).to_contain_text("@champion points at version 1 now, and leaves it.")
        expect(dialog.get_by_role("listitem")).to_have_text(
            [re.compile("not met: .*'validated'"), re.compile("not met: .*reason")]
        )
        assert find_violations(page) == []

        dialog.get_by_label("Reason").fill("I want it")
        dialog.get_by_label("Your name").fill("eve")
        expect(dialog.get_by_role("listitem").nth(1)).to_contain_text("met: ")
        dialog.get_by_role("button", name="Promote").click()

        expect(dialog.get_by_role("alert")).to_contain_text(
            "Version 3 of model 'churn' may not become '@champion'. The policy asks that its tag 'validated' is 'yes'"
        )
        event = _last_event(served, "churn")
        assert (event.action, event.user_id, event.reason) == ("refuse", "eve", "I want it")


def test_aliases_are_set_moved_rolled_back_and_removed_with_a_reason(served: SimpleNamespace) -> None:
    store, name = served.store, "it's 50% a+b"
    with watched_page(served.browser, served.url) as page:
        page.goto(f"{served.url}/models")
        page.get_by_role("link", name=name).click()
        page.get_by_role("button", name="Set alias…").click()
        page.get_by_label("Alias", exact=True).fill("live")
        page.get_by_label("Reason").fill("begin")
        page.get_by_label("Your name").fill("grace")
        page.get_by_role("button", name="Set", exact=True).click()
        aliases = page.get_by_role("region", name="Aliases")
        expect(aliases).to_contain_text("@live→version 2")

        page.get_by_role("button", name="Actions for @live").click()
        page.get_by_role("button", name="Move…", exact=True).click()
        page.get_by_label("Version", exact=True).fill("1")
        expect(page.get_by_label("Your name")).to_have_value("grace")
        page.get_by_role("button", name="Set", exact=True).click()
        expect(aliases).to_contain_text("@live→version 1")

        page.get_by_role("button", name="Actions for @live").click()
        page.get_by_role("button", name="Roll back…").click()
        page.get_by_label("Reason").fill("alarms")
        page.get_by_role("button", name="Roll back", exact=True).click()
        expect(aliases).to_contain_text("@live→version 2")
        event = _last_event(served, name)
        assert (event.action, event.user_id, event.reason, event.new) == ("set_alias", "grace", "alarms", "2")

        page.get_by_role("button", name="Actions for @live").click()
        page.get_by_role("button", name="Remove…").click()
        page.get_by_role("button", name="Remove", exact=True).click()

        expect(aliases).to_contain_text("No aliases.")
        assert store.registered_models.get(GetRegisteredModel(name)).registered_model.aliases == []


def test_a_stage_is_changed_and_a_description_and_tag_are_written(served: SimpleNamespace) -> None:
    store, name = served.store, "it's 50% a+b"
    with watched_page(served.browser, served.url) as page:
        page.goto(f"{served.url}/models/it's%2050%25%20a+b/versions/1")
        page.get_by_role("button", name="More actions").click()
        page.get_by_role("button", name="Change stage…").click()
        page.get_by_role("combobox", name="Stage").select_option("Staging")
        page.get_by_label("Reason").fill("to try")
        page.get_by_role("button", name="Change", exact=True).click()
        expect(page.locator("header").get_by_text("Staging", exact=True)).to_be_visible()

        page.get_by_role("region", name="Description").get_by_role("button", name="Write").click()
        page.get_by_label("Description in Markdown").fill("# Good")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("heading", name="Good")).to_be_visible()
        page.get_by_role("region", name="Tags").get_by_role("button", name="Add").click()
        page.get_by_label("New tag's key").fill("checked")
        page.get_by_label("New tag's value").fill("yes")
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="Remove tag checked")).to_be_visible()

        version = store.model_versions.get(GetModelVersion(name, "1")).model_version
        assert (version.current_stage, version.description) == ("Staging", "# Good")
        assert [(tag.key, tag.value) for tag in version.tags] == [("checked", "yes")]


def test_a_versions_page_tells_signature_files_lineage_and_how_to_load_it(served: SimpleNamespace) -> None:
    with watched_page(served.browser, served.url) as page:
        page.goto(f"{served.url}/models/churn/versions/3")
        signature = page.get_by_role("region", name="Signature")
        expect(signature.get_by_role("row", name="city")).to_have_text("citystringno")
        expect(signature.get_by_role("row", name="threshold")).to_have_text("thresholddouble0.5")
        expect(page.get_by_role("region", name="Files", exact=True).get_by_role("row")).to_have_count(4)
        expect(page.get_by_label("requirements.txt", exact=True)).to_have_text("mlflow\nscikit-learn==1.9.0")
        with page.expect_download() as download:
            page.get_by_role("link", name="model.pkl").click()
        assert download.value.path().read_bytes() == b"x" * 2000

        graph = page.get_by_role("region", name="Lineage graph")
        things = graph.get_by_role("listitem")
        expect(things.filter(has_text=re.compile("^dataset"))).to_contain_text("was read by run owl-2")
        expect(things.filter(has_text=re.compile("^logged model"))).to_contain_text("is registered as version churn 3")
        page.get_by_role("button", name="REST").click()
        expect(page.get_by_label("code for REST", exact=True)).to_contain_text('"columns":["age","city"]')
        graph.get_by_role("link", name="owl-2").click()

        expect(page.get_by_role("heading", level=1)).to_have_text("owl-2")
        models = page.get_by_role("region", name="Models")
        expect(models).to_contain_text(f"forestclassifier · ready · {served.model_id}")
        models.get_by_role("link", name="churn version 3").click()
        expect(page).to_have_title("churn · version 3 · Headwater")


def test_a_model_of_a_run_is_registered_from_its_page(served: SimpleNamespace) -> None:
    with watched_page(served.browser, served.url, expected=" 400 ") as page:
        page.goto(f"{served.url}/runs/{served.runs[2]}")
        page.get_by_role("button", name="Register…").click()
        dialog = page.get_by_role("dialog", name="Register a model of this run")
        dialog.get_by_label("Registered model").fill("a/b")
        dialog.get_by_role("button", name="Register").click()
        expect(dialog.get_by_role("alert")).to_contain_text("Names cannot contain '/' or ':'")

        dialog.get_by_label("Registered model").fill("recall")
        dialog.get_by_role("button", name="Register").click()

        expect(page).to_have_url(f"{served.url}/models/recall/versions/1")
        version = served.store.model_versions.get(GetModelVersion("recall", "1")).model_version
        assert (version.source, version.run_id) == (f"models:/{served.model_id}", served.runs[2])


def test_the_page_follows_what_others_do(served: SimpleNamespace) -> None:
    with watched_page(served.browser, served.url) as page:
        page.clock.install()
        page.goto(f"{served.url}/models/churn")
        expect(_row(page, 2)).to_contain_text("@champion")

        point(served.store, "churn", "shadow", "2")
        page.clock.run_for(11_000)

        expect(page.get_by_role("region", name="Aliases")).to_contain_text("@shadow→version 2")


def test_an_empty_registry_says_how_the_first_model_gets_there(served: SimpleNamespace, tmp_path: Path) -> None:
    with sqlite_store(tmp_path) as store, live_server(store) as url, watched_page(served.browser, url) as page:
        page.goto(f"{url}/models")

        expect(page.get_by_role("heading", name="No models yet")).to_be_visible()
        expect(page.get_by_label("Python", exact=True)).to_contain_text("hw.register_model(")
