"""Comparing, governing and managing models in a real browser, on a real server with a real database."""

import re
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from headwater.protocol.artifacts import ArtifactFile, CommitArtifacts
from headwater.protocol.governance import GetPolicy
from headwater.protocol.registered_models import CreateRegisteredModel
from headwater.protocol.runs import GetRun
from headwater.stores.interface import Store
from ui.model_pages import MODEL_FILE, add_versions, make_governed_model, point, put_model
from ui.run_pages import find_violations
from ui.run_tables import add_run, make_experiment, served_store, watched_page

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """Return a server with a governed model whose third version takes less, and a browser."""
    with served_store(tmp_path_factory.mktemp("managed")) as served:
        experiment = make_experiment(served.store, "churn")
        served.runs = [
            add_run(served.store, experiment, f"owl-{number}", metrics={"auc": 0.8 + number / 10, "f1": 0.5})
            for number in range(3)
        ]
        for run_id in served.runs:
            put_model(served.store, run_id)
        _put_file(served.store, served.runs[2], "MLmodel", MODEL_FILE.replace(b'"double", "name"', b'"long", "name"'))
        make_governed_model(served.store, "churn", served.runs)
        yield served


def _put_file(store: Store, run_id: str, path: str, data: bytes) -> None:
    digest, size = store.blobs.write([data])
    root = store.runs.get(GetRun(run_id=run_id)).run.info.artifact_uri.partition(":/")[2] + "/model"
    store.artifacts.commit(CommitArtifacts(root, [ArtifactFile(path, digest, size)]))


def test_two_versions_are_chosen_by_keys_and_compared(served: SimpleNamespace) -> None:
    with watched_page(served.browser, served.url) as page:
        page.goto(f"{served.url}/models/churn")
        expect(page.get_by_text("Choose versions to compare, or one to promote")).to_be_visible()
        page.get_by_role("grid").focus()
        page.keyboard.press("x")
        page.keyboard.press("End")
        page.keyboard.press("Space")
        expect(page.get_by_role("checkbox", name="Choose version 3")).to_be_checked()
        page.get_by_role("link", name="Compare").click()

        expect(page).to_have_url(f"{served.url}/models/churn/diff?a=1&b=3")
        signature = page.get_by_role("region", name="Signature", exact=True)
        expect(signature).to_contain_text("Breaking: some callers of the old version will fail")
        expect(signature.get_by_role("row", name="age")).to_have_text(
            re.compile("inputs ?age ?double ?long.*accepts less")
        )
        metrics = page.get_by_role("region", name="Metrics", exact=True)
        expect(metrics.get_by_role("row", name="auc")).to_have_text(re.compile(r"0\.8000 ?1 ?\+0\.2000 \(\+25 %\)"))
        expect(metrics.get_by_role("row", name="f1")).to_have_count(0)
        expect(page.get_by_role("region", name="Files", exact=True)).to_contain_text("1 difference · 2 the same")
        expect(page.get_by_role("region", name="Tags", exact=True)).to_contain_text("validated")

        page.get_by_label("Only differences").uncheck()
        expect(metrics.get_by_role("row", name="f1")).to_contain_text("=")
        assert find_violations(page) == []
        page.get_by_role("button", name="Swap").click()
        expect(metrics.get_by_role("row", name="auc")).to_contain_text("−0.2000")
        assert page.url.endswith("/diff?a=3&b=1&all=1")
        page.get_by_role("combobox", name="Old version").select_option("2")
        expect(page.get_by_text("no difference").first).to_be_visible()


def test_a_gate_is_made_read_met_and_deleted(served: SimpleNamespace) -> None:
    with watched_page(served.browser, served.url) as page:
        page.goto(f"{served.url}/models/churn/policy")
        page.get_by_role("button", name="Stages and roles…").click()
        page.get_by_role("textbox", name="Roles").fill("reviewer: grace, ada")
        page.get_by_role("button", name="Save").click()
        page.get_by_role("button", name="Add gate…").click()
        dialog = page.get_by_role("dialog", name="Add a gate to “churn”")
        dialog.get_by_label("Alias", exact=True).fill("@shadow")
        dialog.get_by_role("button", name="Add metric").click()
        dialog.get_by_label("Metric 1", exact=True).fill("auc")
        dialog.get_by_label("Value of metric 1").fill("0.85")
        dialog.get_by_role("button", name="Add approvals").click()
        assert find_violations(page) == []
        dialog.get_by_role("button", name="Save").click()
        gate = page.get_by_role("region", name="Gate of @shadow")
        expect(gate.get_by_role("listitem")).to_have_text(["auc is at least 0.85", "1 approval as reviewer"])

        page.goto(f"{served.url}/models/churn/versions/2")
        page.get_by_label("Gate", exact=True).select_option("@shadow")
        promotion = page.get_by_role("region", name="Promotion")
        expect(promotion.get_by_role("listitem")).to_have_text(
            [re.compile("^ ?met: "), re.compile("not met: .*reviewer")]
        )
        page.get_by_role("button", name="Approve…").click()
        page.get_by_label("Reason").fill("looks well")
        page.get_by_label("Your name").fill("grace")
        page.get_by_role("button", name="Approve", exact=True).click()
        expect(promotion).to_contain_text("Nothing is missing.")
        expect(page.get_by_role("region", name="Approvals")).to_contain_text("grace as reviewer, just now: looks well")
        page.get_by_role("button", name="Withdraw the approval of grace").click()
        page.get_by_role("button", name="Withdraw", exact=True).click()
        expect(page.get_by_text("Nobody has approved this version.")).to_be_visible()

        page.goto(f"{served.url}/models/churn/policy")
        page.get_by_role("button", name="Delete the gate of @shadow").click()
        expect(page.get_by_role("dialog")).to_contain_text("Any version may become @shadow then")
        page.get_by_role("button", name="Delete", exact=True).click()
        expect(gate).to_have_count(0)
        policy = served.store.governance.get_policy(GetPolicy("churn")).policy
        assert ([gate.alias for gate in policy.gates], policy.roles) == (["champion"], {"reviewer": ["grace", "ada"]})


def test_a_promotion_names_what_it_replaces(served: SimpleNamespace) -> None:
    with watched_page(served.browser, served.url) as page:
        page.goto(f"{served.url}/models/churn/versions/2")
        page.get_by_role("button", name="Promote…").click()
        dialog = page.get_by_role("dialog", name="Promote version 2 of “churn”")
        dialog.get_by_label("Alias").fill("champion")

        expect(dialog).to_contain_text("@champion points at version 1 now, and leaves it.")
        link = dialog.get_by_role("link", name="Compare them")
        assert (link.get_attribute("href") or "").endswith("/models/churn/diff?a=1&b=2")
        dialog.get_by_label("Reason").fill("better")
        dialog.get_by_role("button", name="Promote").click()

        expect(page.locator("header").locator("span").get_by_text("@champion", exact=True)).to_be_visible()


def test_a_model_is_made_renamed_and_deleted_with_its_versions(served: SimpleNamespace) -> None:
    store = served.store
    with watched_page(served.browser, served.url, expected=" 400 ") as page:
        page.goto(f"{served.url}/models")
        page.get_by_role("link", name="churn", exact=True).wait_for()
        page.keyboard.press("n")
        page.get_by_label("Name", exact=True).fill("draft")
        page.get_by_label("Description").fill("**Not** yet")
        page.get_by_role("button", name="Create", exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_have_text("draft")
        page.wait_for_load_state("networkidle")
        page.get_by_role("button", name="More actions").click()
        page.get_by_role("button", name="Rename…").click()
        page.get_by_label("Name", exact=True).fill("final/1")
        page.get_by_role("button", name="Rename", exact=True).click()
        expect(page.get_by_role("alert")).to_contain_text("'/'")
        page.get_by_label("Name", exact=True).fill("final")
        page.get_by_role("button", name="Rename", exact=True).click()
        expect(page).to_have_url(f"{served.url}/models/final")
        expect(page.get_by_role("heading", level=1)).to_have_text("final")

        add_versions(store, "final", served.runs[0], 2)
        point(store, "final", "live", "2")
        page.goto(f"{served.url}/models/final/versions/2")
        page.wait_for_load_state("networkidle")  # what is asked of a version that is deleted meanwhile is a 404
        page.get_by_role("button", name="More actions").click()
        page.get_by_role("button", name="Delete version…").click()
        dialog = page.get_by_role("dialog", name="Delete version 2 of “final”")
        expect(dialog).to_contain_text("Programs that load models:/final@live will fail.")
        expect(dialog.get_by_role("button", name="Delete")).to_be_disabled()
        expect(dialog).to_contain_text("It has @live.")
        dialog.get_by_label("Write 2 to confirm").fill("2")
        dialog.get_by_role("button", name="Delete").click()
        expect(page).to_have_url(f"{served.url}/models/final")
        page.wait_for_load_state("networkidle")
        page.get_by_role("button", name="More actions").click()
        page.get_by_role("button", name="Delete…", exact=True).click()
        page.get_by_label("Write final to confirm").fill("final")
        page.get_by_role("button", name="Delete", exact=True).click()

        expect(page).to_have_url(f"{served.url}/models")
        expect(page.get_by_role("link", name="churn", exact=True)).to_be_visible()
        expect(page.get_by_role("link", name="final", exact=True)).to_have_count(0)


def test_a_request_is_filled_in_and_sent_where_the_browser_allows_it(served: SimpleNamespace) -> None:
    example = b'{"dataframe_split": {"columns": ["age", "city"], "data": [[41.5, "Ulm"]]}}'
    _put_file(served.store, served.runs[0], "serving_input_example.json", example)
    served.store.registered_models.create(CreateRegisteredModel("tried"))
    add_versions(served.store, "tried", served.runs[0], 1)
    with watched_page(served.browser, served.url, expected=" 404 ") as page:
        page.goto(f"{served.url}/models/tried/versions/1")
        panel = page.get_by_role("region", name="Try it")
        expect(panel.get_by_label("age", exact=False)).to_have_value("41.5")
        panel.get_by_label("city").fill("Bonn's")
        panel.get_by_label("threshold").fill("0.75")

        code = panel.get_by_label("request with curl", exact=True)
        expect(code).to_contain_text("curl http://127.0.0.1:5001/invocations")
        expect(code).to_contain_text('"data":[[41.5,"Bonn\'\\\'\'s"]]},"params":{"threshold":0.75}')
        expect(panel.get_by_role("link", name="scoring server's own page")).to_have_attribute(
            "href", "http://127.0.0.1:5001/"
        )
        panel.get_by_label("age", exact=False).fill("old")
        expect(panel.get_by_role("status")).to_have_text("age is no number: “old”.")
        panel.get_by_label("age", exact=False).fill("40")

        panel.get_by_label("Scoring server").fill(f"{served.url}/nobody")
        panel.get_by_role("button", name="Predict").click()
        expect(panel.get_by_role("alert")).to_contain_text("The server answered 404")


def test_the_history_shows_which_version_had_an_alias_when(served: SimpleNamespace) -> None:
    served.store.registered_models.create(CreateRegisteredModel("timed"))
    add_versions(served.store, "timed", served.runs[0], 2)
    point(served.store, "timed", "live", "1", reason="first")
    point(served.store, "timed", "live", "2", reason="better")
    with watched_page(served.browser, served.url) as page:
        page.goto(f"{served.url}/models/timed")
        expect(page.get_by_role("combobox", name="Model URI")).to_have_value("models:/timed@live")
        page.get_by_role("link", name="History").click()

        spans = page.get_by_role("region", name="Aliases over time").get_by_role("list").nth(1).get_by_role("listitem")
        expect(spans).to_have_text([re.compile("version 1, .* by ada: first"), re.compile("version 2, .*now.*better")])
        assert find_violations(page) == []
