"""How many requests the pages of runs take until they can be used: each is a wait.

The table of runs has a budget of eight in all. A comparison is opened from it, its code comes in parts that other
pages share; it asks for data once.
"""

import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import expect

from ui.run_tables import add_runs, make_experiment, served_store, watched_page

pytestmark = pytest.mark.browser

BUDGET = 8


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """Return a server with an experiment of fifty runs, and a browser."""
    with served_store(tmp_path_factory.mktemp("requests")) as served:
        served.experiment = make_experiment(served.store, "churn")
        served.runs = add_runs(served.store, served.experiment, 50)
        yield served


@pytest.mark.parametrize("page_name", ["runs", "comparison"])
def test_a_page_is_usable_after_few_requests(served: SimpleNamespace, page_name: str) -> None:
    addresses = {
        "runs": f"/experiments/{served.experiment}/runs",
        "comparison": f"/compare?runs={','.join(served.runs)}",
    }
    asked: list[str] = []

    def note(event: dict[str, Any]) -> None:
        if event["request"]["url"].startswith("http"):
            asked.append(event["request"]["url"].removeprefix(served.url))

    with watched_page(served.browser, served.url) as page:
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.on("Network.requestWillBeSent", note)

        page.goto(served.url + addresses[page_name])
        expect(page.get_by_text("max_depth", exact=True).first).to_be_visible()
        if page_name == "runs":
            expect(page.get_by_text("xgboost-keen-owl-0", exact=True)).to_be_visible()

        assert page_name != "runs" or len(asked) <= BUDGET, json.dumps(asked, indent=1)
        data = [url for url in asked if url.startswith("/api/") and "/events" not in url]
        assert len(data) <= {"runs": 3, "comparison": 1}[page_name]
