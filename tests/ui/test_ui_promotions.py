"""Requests for promotions, the table of versions and trying models in a real browser, on a real server."""

import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from headwater.protocol.model_versions import CreateModelVersion
from headwater.protocol.promotions import ListPromotions, RejectPromotion, RequestPromotion
from headwater.protocol.registered_models import CreateRegisteredModel, GetModelVersionByAlias
from headwater.testing.scoring_servers import live_scoring
from headwater.testing.servers import live_server
from scoring.models import save_linear
from ui.model_pages import add_versions, make_governed_model, point, put_model
from ui.run_pages import find_violations, find_violations_in
from ui.run_tables import add_run, make_experiment, served_store, watched_page

pytestmark = pytest.mark.browser

LONG = "demand-forecast-for-all-branches-in-the-north-with-weather-and-holidays-" * 3 + "end"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """Return a server with a governed model, one of a long name, one whose files are elsewhere, and a browser."""
    with served_store(tmp_path_factory.mktemp("promotions")) as served:
        store = served.store
        experiment = make_experiment(store, "churn")
        served.runs = [
            add_run(store, experiment, f"owl-{number}", metrics={"auc": 0.7 + number / 10, "f1": 0.5 - number / 10})
            for number in range(3)
        ]
        for run_id in served.runs:
            put_model(store, run_id)
        make_governed_model(store, "churn", served.runs)
        store.registered_models.create(CreateRegisteredModel(LONG))
        add_versions(store, LONG, served.runs[0], 2)
        point(store, LONG, "a-very-long-alias-name-for-a-region-and-a-customer-segment", "2")
        store.registered_models.create(CreateRegisteredModel("elsewhere"))
        store.model_versions.create(CreateModelVersion("elsewhere", "s3://bucket/model"))
        yield served


def test_a_promotion_is_asked_for_commented_refused_and_approved(served: SimpleNamespace) -> None:
    with watched_page(served.browser, served.url, expected=" 403 ") as page:
        page.goto(f"{served.url}/models/churn/versions/2")
        page.get_by_role("button", name="More actions").click()
        page.get_by_role("button", name="Request promotion…").click()
        dialog = page.get_by_role("dialog", name="Request a promotion of version 2 of “churn”")
        dialog.get_by_label("Alias", exact=True).fill("@champion")
        expect(dialog).to_contain_text("@champion points at version 1 now, and leaves it.")
        dialog.get_by_label("Reason").fill("better recall")
        dialog.get_by_label("Your name").fill("ada")
        dialog.get_by_role("button", name="Request", exact=True).click()

        request = page.get_by_role("article", name="the request for @champion of version 2")
        expect(request).to_contain_text("asked by ada, just now")
        page.get_by_role("button", name="1 open request").click()
        expect(page.get_by_role("heading", name="Requests")).to_be_focused()
        request.get_by_label("Comment on the request").fill("May's data")
        request.get_by_role("button", name="Comment", exact=True).click()
        expect(request.get_by_role("list", name="Comments")).to_contain_text("ada, just nowMay's data")

        page.goto(served.url)
        attention = page.get_by_role("region", name="Needs attention")
        expect(attention).to_contain_text("1 version waits")
        expect(attention).to_contain_text("ada asks for it: better recall · 1 comment · may be promoted now")
        page.goto(f"{served.url}/models/churn")
        row = page.get_by_role("row").filter(has=page.get_by_role("link", name="2", exact=True))
        expect(row).to_contain_text("@champion?")
        page.get_by_role("button", name="Approve the request for @champion of version 2").click()
        dialog = page.get_by_role("dialog", name="Approve: @champion for version 2 of “churn”")
        expect(dialog.get_by_role("listitem").nth(1)).to_contain_text("met: a reason is given")
        dialog.get_by_label("Your name").fill("grace")
        dialog.get_by_role("button", name="Approve").click()

        expect(page.get_by_role("region", name="Aliases")).to_contain_text("@champion→version 2")
        page.get_by_text("1 decided request").click()
        expect(page.get_by_role("region", name="Requests")).to_contain_text(
            "approved by grace: better recall, just now"
        )
        (made,) = served.store.promotions.list(ListPromotions("churn")).requests
        assert (made.status, made.decided_by) == ("APPROVED", "grace")
        champion = GetModelVersionByAlias("churn", "champion")
        assert served.store.registered_models.get_by_alias(champion).model_version.version == "2"


def test_a_request_is_rejected_with_a_reason_or_withdrawn_by_who_asked(served: SimpleNamespace) -> None:
    store = served.store
    store.promotions.create(RequestPromotion("churn", "3", "shadow", user_id="ada"))
    store.promotions.create(RequestPromotion("churn", "3", "", "Staging", user_id="eve"))
    with watched_page(served.browser, served.url) as page:
        page.goto(served.url)
        page.evaluate("localStorage.setItem('headwater.user', 'eve')")
        page.goto(f"{served.url}/models/churn/versions/3")
        page.get_by_role("button", name="Reject the request for @shadow").click()
        dialog = page.get_by_role("dialog", name="Reject: @shadow for version 3 of “churn”")
        expect(dialog.get_by_role("button", name="Reject")).to_be_disabled()
        dialog.get_by_label("Reason").fill("bias")
        dialog.get_by_role("button", name="Reject").click()
        expect(page.get_by_role("button", name="Withdraw the request for @shadow")).to_have_count(0)
        page.get_by_role("button", name="Withdraw the request for stage Staging").click()
        page.get_by_role("dialog").get_by_role("button", name="Withdraw").click()
        expect(page.get_by_text("Nothing waits for a decision.")).to_be_visible()

        page.goto(f"{served.url}/models/churn/history?about=requests")
        table = page.get_by_role("table", name="History of churn")
        expect(table.get_by_role("row").nth(2)).to_contain_text("rejected the request that version 3 becomes @shadow")
        expect(table).not_to_contain_text("registered version")
        page.get_by_label("Show", exact=True).select_option("versions")
        expect(table).to_contain_text("registered version 3")
        assert page.url.endswith("/models/churn/history?about=versions")


def test_the_table_is_sorted_filtered_and_its_columns_chosen_in_the_address(served: SimpleNamespace) -> None:
    with watched_page(served.browser, served.url) as page:
        page.goto(f"{served.url}/models/churn")
        grid = page.get_by_role("grid")
        first = page.locator('[aria-rowindex="2"]')
        expect(page.get_by_role("columnheader", name="Signature")).to_be_visible()
        page.get_by_role("columnheader", name="f1").get_by_role("button").click()
        expect(first).to_contain_text("0.5000")
        assert "sort=metrics.f1+DESC" in page.url

        page.get_by_role("button", name="Columns").click()
        page.get_by_role("searchbox", name="Search columns").fill("au")
        page.get_by_role("checkbox", name="auc").uncheck()
        page.keyboard.press("Escape")
        expect(page.get_by_role("columnheader", name="auc")).to_have_count(0)
        assert "cols=" in page.url
        page.reload()
        expect(page.get_by_role("columnheader", name="f1")).to_be_visible()
        expect(page.get_by_role("columnheader", name="auc")).to_have_count(0)

        page.get_by_role("combobox", name="Search versions").fill("tags.validated = 'yes'")
        expect(page.get_by_text("2 of 3 versions")).to_be_visible()
        page.get_by_role("combobox", name="Search versions").fill("3")
        expect(grid).to_have_attribute("aria-rowcount", "2")
        page.get_by_role("combobox", name="Search versions").fill("weight > 3")
        expect(page.get_by_role("alert").first).to_contain_text("weight")


def test_aliases_are_changed_in_the_table_by_keys(served: SimpleNamespace) -> None:
    with watched_page(served.browser, served.url) as page:
        page.goto(f"{served.url}/models/{LONG}")
        page.get_by_role("grid").focus()
        page.keyboard.press("a")
        dialog = page.get_by_role("dialog", name=re.compile("^Aliases of version 2"))
        field = dialog.get_by_label("Aliases")
        expect(field).to_have_value("a-very-long-alias-name-for-a-region-and-a-customer-segment")
        field.fill("@live, next")

        expect(dialog).to_contain_text("@live is new.")
        expect(dialog).to_contain_text("segment is removed: programs that load")
        dialog.get_by_role("button", name="Save").click()

        expect(page.get_by_role("region", name="Aliases")).to_contain_text("@live→version 2")
        expect(page.locator('[aria-rowindex="2"]')).to_contain_text("@live@next")


def test_several_versions_are_compared_with_the_lowest(served: SimpleNamespace) -> None:
    with watched_page(served.browser, served.url) as page:
        page.goto(f"{served.url}/models/churn")
        for number in ("1", "2", "3"):
            page.get_by_role("checkbox", name=f"Choose version {number}").click()
        expect(page.get_by_text("Versions 1, 2 and 3")).to_be_visible()
        page.get_by_role("link", name="Compare").click()

        expect(page).to_have_url(f"{served.url}/models/churn/diff?a=1&b=2,3")
        metrics = page.get_by_role("region", name="Metrics", exact=True)
        expect(metrics.get_by_role("row", name="auc")).to_have_text("auc0.70000.80000.9000")
        signature = page.get_by_role("region", name="Signature", exact=True)
        expect(signature.get_by_role("listitem").first).to_contain_text("version 2: Identical")
        expect(page.get_by_role("region", name="Files", exact=True).get_by_role("table")).to_have_count(0)
        page.get_by_label("Only differences").uncheck()
        expect(page.get_by_role("region", name="Files", exact=True).get_by_role("table")).to_be_visible()


def test_a_version_whose_files_are_elsewhere_has_a_page(served: SimpleNamespace) -> None:
    with watched_page(served.browser, served.url, expected=" 501 ") as page:
        page.goto(f"{served.url}/models/elsewhere/versions/1")

        expect(page.get_by_role("region", name="Signature")).to_contain_text("where this server does not read")
        expect(page.get_by_role("region", name="Files", exact=True)).to_contain_text(
            "headwater models download models:/elsewhere/1"
        )
        expect(page.get_by_role("alert")).to_have_count(0)


@pytest.mark.parametrize("width", [1440, 1000, 400])
def test_long_names_leave_room_for_the_rest(served: SimpleNamespace, width: int) -> None:
    with watched_page(served.browser, served.url, width=width) as page:
        page.goto(f"{served.url}/models/{LONG}/versions/1")
        crumbs = page.get_by_role("navigation", name="Breadcrumb").get_by_role("listitem")
        expect(crumbs.last).to_have_text("Version 1")

        for crumb in (crumbs.first, crumbs.last):
            assert crumb.evaluate("element => element.scrollWidth <= element.clientWidth")
        expect(page.get_by_role("heading", level=1).get_by_text("version 1", exact=True)).to_be_in_viewport()
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_model_is_tried_on_a_scoring_server_that_the_operator_names(served: SimpleNamespace, tmp_path: Path) -> None:
    store = served.store
    store.registered_models.create(CreateRegisteredModel("line"))
    add_versions(store, "line", served.runs[0], 1)
    linear = str(save_linear(tmp_path / "line"))
    with (
        live_scoring(linear, allowed_origins=("*",)) as scoring,
        live_server(store, scoring_servers=(scoring.url,)) as url,
    ):
        context = served.browser.new_context()
        page = context.new_page()
        page.goto(f"{url}/models/line/versions/1")
        panel = page.get_by_role("region", name="Try it")
        panel.get_by_label("Scoring server").fill(scoring.url)
        panel.get_by_role("button", name="JSON").click()
        panel.get_by_label("Request", exact=True).fill(
            '{"dataframe_split": {"columns": ["a", "b"], "data": [[2, 0.5]]}}'
        )
        panel.get_by_role("button", name="Predict").click()

        expect(panel.get_by_label("Answer", exact=True)).to_contain_text("4.5")
        context.close()


def test_axe_finds_nothing_where_promotions_are_asked_for(served: SimpleNamespace) -> None:
    store = served.store
    asked = store.promotions.create(RequestPromotion("churn", "1", "axe", user_id="ada", reason="why")).request
    done = store.promotions.create(RequestPromotion("churn", "3", "axe", user_id="ada")).request
    store.promotions.reject(RejectPromotion("churn", done.request_id, user_id="eve", reason="bias"))
    pages = {
        "/models/churn/versions/1": "article",
        "/models/churn/versions/3": "details",
        "/models/churn/diff?a=1&b=2,3&all=1": "table",
        "/models/churn/history?about=requests": "table",
        f"/models/{LONG}": '[aria-rowindex="2"]',
        "/models/elsewhere/versions/1": "text=where this server does not read",
        "/": "#needs-attention",
        "/models/churn": "article",
    }
    with watched_page(served.browser, served.url, expected=" 501 ") as page:
        for path, shown in pages.items():
            page.goto(served.url + path)
            page.locator(shown).first.wait_for()

            assert (path, find_violations_in(page, ("light", 1440), ("dark", 420))) == (path, [])
        page.get_by_role("button", name="Columns").click()
        page.get_by_role("searchbox", name="Search columns").wait_for()
        assert find_violations(page) == []
        page.keyboard.press("Escape")
        page.get_by_role("button", name=f"Reject the request for @axe of version {asked.version}").click()
        page.get_by_role("dialog").wait_for()
        assert find_violations(page) == []
