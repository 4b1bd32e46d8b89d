"""Comparing, governing and managing models in a real browser, on a real server with a real database."""

import re
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from headwater.protocol.artifacts import ArtifactFile, CommitArtifacts
from headwater.protocol.runs import GetRun
from headwater.stores.interface import Store
from ui.model_pages import MODEL_FILE, make_governed_model, put_model
from ui.run_pages import find_violations
from ui.run_tables import Scheme, add_run, make_experiment, served_store, watched_page

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
        expect(page.get_by_text("Choose two versions to compare")).to_be_visible()
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
        page.get_by_role("button", name="Swap").click()
        expect(metrics.get_by_role("row", name="auc")).to_contain_text("−0.2000")
        assert page.url.endswith("/diff?a=3&b=1&all=1")
        page.get_by_role("combobox", name="Old version").select_option("2")
        expect(page.get_by_text("no difference").first).to_be_visible()


@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 420)])
def test_axe_finds_nothing_where_models_are_managed(served: SimpleNamespace, scheme: Scheme, width: int) -> None:
    pages = {
        "/models/churn/diff?a=1&b=3&all=1": "table",
        "/models/churn/diff?a=1&b=99": "main a",
    }
    with watched_page(served.browser, served.url, scheme=scheme, width=width, expected=" 404 ") as page:
        for path, shown in pages.items():
            page.goto(served.url + path)
            page.locator(shown).first.wait_for()

            assert (path, find_violations(page)) == (path, [])
