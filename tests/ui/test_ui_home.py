"""The home page in a real browser: what runs, what ran, what is in use and what needs attention."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from playwright.sync_api import Request, expect

from headwater.protocol.alerts import AlertLevel, RaiseAlert
from headwater.protocol.errors import PermissionDenied
from headwater.protocol.governance import SetPolicy
from headwater.protocol.home import ReadHome
from headwater.protocol.policies import Gate, Policy, RequiredTag
from headwater.protocol.registered_models import CreateRegisteredModel, SetRegisteredModelAlias
from headwater.protocol.runs import RunStatus
from headwater.testing.servers import live_server
from headwater.testing.stores import sqlite_store
from ui.model_pages import add_versions, put_model
from ui.run_pages import append_points, find_violations
from ui.run_tables import Scheme, add_run, make_experiment, served_store, watched_page

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """Return a server on which something of everything goes on, and a browser."""
    with served_store(tmp_path_factory.mktemp("home")) as served:
        store = served.store
        served.churn, served.demand = make_experiment(store, "team/churn"), make_experiment(store, "demand")
        for number in range(12):
            add_run(store, served.churn, f"brave-owl-{number}", metrics={"auc": 0.9 - number / 100}, age_s=600 + number)
        served.first = add_run(store, served.demand, "old-elk", metrics={"loss": 0.4}, age_s=90_000)
        served.live = add_run(store, served.churn, "keen-fox", metrics={}, status=RunStatus.RUNNING, age_s=300)
        append_points(store, served.live, {"auc": np.linspace(0.2, 0.8, 300)})
        served.failed = add_run(store, served.churn, "sad-elk", metrics={}, status=RunStatus.FAILED, age_s=900)
        store.alerts.create(RaiseAlert(served.live, "Loss is NaN", "at step 3", AlertLevel.ERROR))
        store.registered_models.create(CreateRegisteredModel("churn"))
        put_model(store, served.first)
        add_versions(store, "churn", served.first, 2)
        store.registered_models.set_alias(SetRegisteredModelAlias("churn", "champion", "1", user_id="ada"))
        gate = Gate(alias="champion", tags=[RequiredTag("validated", "yes")])
        store.governance.set_policy(SetPolicy("churn", Policy(gates=[gate])))
        with pytest.raises(PermissionDenied):
            store.registered_models.set_alias(SetRegisteredModelAlias("churn", "champion", "2", user_id="bob"))
        yield served


def test_one_request_answers_the_whole_page(served: SimpleNamespace) -> None:
    asked: list[str] = []

    def note(request: Request) -> None:
        if "/api/" in request.url and not request.url.endswith("/events?"):
            asked.append(request.url.rpartition("/api/")[2])

    with watched_page(served.browser, served.url) as page:
        page.on("request", note)
        page.goto(served.url)

        running = page.get_by_role("region", name="Running now")
        expect(running.get_by_role("row").filter(has_text="keen-fox")).to_contain_text("0.8000 auc")
        assert running.locator("svg path").get_attribute("d", timeout=5000).count("L") == 59  # type: ignore[union-attr]
        recent = page.get_by_role("region", name="Recent runs").get_by_role("row")
        expect(recent).to_have_count(11)
        experiment = (
            page.get_by_role("region", name="Your experiments").get_by_role("row").filter(has_text="team/churn")
        )
        expect(experiment).to_contain_text("14 · 1 running")
        expect(experiment).to_contain_text("auc 0.9000 (highest)")
        expect(page.get_by_role("region", name="Models in use")).to_contain_text("churn@champion → 1")
        attention = page.get_by_role("region", name="Needs attention")
        expect(attention).to_contain_text("Loss is NaN")
        expect(attention).to_contain_text("sad-elk")
        expect(attention).to_contain_text("the policy asks that its tag 'validated' is 'yes'")
        assert asked == ["headwater/1/home/read"]


def test_a_starred_experiment_stays_at_the_top(served: SimpleNamespace) -> None:
    with watched_page(served.browser, served.url) as page:
        page.goto(served.url)
        names = page.get_by_role("region", name="Your experiments").get_by_role("rowheader")
        expect(names.first).to_have_text("team/churn")

        page.get_by_role("button", name="Star demand").click()

        expect(names.first).to_have_text("demand")
        page.reload()
        expect(names.first).to_have_text("demand")
        page.get_by_role("button", name="Star demand").click()
        expect(names.first).to_have_text("team/churn")


def test_a_run_that_begins_appears_by_itself(served: SimpleNamespace) -> None:
    with watched_page(served.browser, served.url) as page:
        page.goto(served.url)
        recent = page.get_by_role("region", name="Recent runs")
        expect(recent).to_contain_text("brave-owl-0")

        add_run(served.store, served.demand, "just-begun", metrics={})

        expect(recent.get_by_role("link", name="just-begun")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(served: SimpleNamespace, scheme: Scheme) -> None:
    with watched_page(served.browser, served.url, scheme=scheme) as page:
        page.goto(served.url)
        expect(page.get_by_role("region", name="Models in use")).to_be_visible()

        assert find_violations(page) == []


def test_sample_data_come_and_go_by_a_click(served: SimpleNamespace, tmp_path: Path) -> None:
    with sqlite_store(tmp_path) as store, live_server(store) as url, watched_page(served.browser, url) as page:
        page.goto(url)
        page.get_by_role("button", name="Load sample data").wait_for()
        found = find_violations(page)

        page.get_by_role("button", name="Load sample data").click()
        expect(page.get_by_role("link", name="Sample data/two moons").first).to_be_visible(timeout=60_000)
        remove = page.get_by_role("button", name="Remove sample data…")
        remove.click(timeout=60_000)
        page.get_by_role("dialog").get_by_role("button", name="Remove").click()
        expect(page.get_by_role("button", name="Load sample data")).to_be_enabled(timeout=60_000)

        assert found + find_violations(page) == []
        assert store.home.read(ReadHome()).recent == []
