"""The pages below a path of another server, behind a reverse proxy that keeps or strips that path."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from headwater.stores import open_store
from headwater.testing.servers import live_server
from ui.prefix_proxy import prefix_proxy
from ui.run_pages import open_browser, put_artifacts
from ui.run_tables import add_run, make_experiment, watched_page

PREFIX = "/team/headwater"
PAGES = [
    "/",
    "/experiments",
    "/experiments/{e}/runs",
    "/experiments/{e}/runs?layout=charts&sel={r}",
    "/runs/{r}",
    "/runs/{r}/metrics",
    "/runs/{r}/artifacts/notes.txt",
    "/models",
    "/search?q=owl",
    "/settings",
    "/settings/webhooks",
    "/settings/storage",
]


@pytest.fixture(scope="module", params=["keeps", "strips"])
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """Serve below the prefix, through a proxy that keeps or strips it."""
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('prefix') / 'headwater.db'}")
    experiment = make_experiment(store, "churn")
    run = add_run(store, experiment, "owl", metrics={"auc": 0.9})
    put_artifacts(store, experiment, run, {"notes.txt": b"behind a proxy"})
    with (
        live_server(store, prefix=PREFIX) as upstream,
        prefix_proxy(upstream, PREFIX, strip=request.param == "strips") as url,
        open_browser() as browser,
    ):
        yield SimpleNamespace(store=store, url=url, browser=browser, experiment=experiment, run=run)
    store.close()


def test_every_page_opens_by_its_address_and_leads_nowhere_outside(served: SimpleNamespace) -> None:
    with watched_page(served.browser, served.url) as page:
        for address in PAGES:
            page.goto(served.url + address.format(e=served.experiment, r=served.run))

            expect(page.get_by_role("heading", level=1)).to_be_visible()
            expect(page.get_by_role("heading", name="No page here")).to_have_count(0)
            links = page.eval_on_selector_all("a[href]", "links => links.map(link => link.href)")
            assert not [link for link in links if not link.startswith(served.url)], address


def test_clicks_reload_and_back_stay_below_the_prefix(served: SimpleNamespace) -> None:
    with watched_page(served.browser, served.url) as page:
        page.goto(f"{served.url}/")
        page.get_by_role("link", name="Experiments").first.click()
        page.get_by_role("link", name="churn").first.click()
        expect(page).to_have_url(f"{served.url}/experiments/{served.experiment}/runs")

        page.reload()
        expect(page.get_by_text("owl").first).to_be_visible()
        page.go_back()

        expect(page).to_have_url(f"{served.url}/experiments")


def test_links_that_mlflow_printed_reach_their_page_below_the_prefix(served: SimpleNamespace) -> None:
    with watched_page(served.browser, served.url) as page:
        page.goto(f"{served.url}/#/experiments/{served.experiment}/runs/{served.run}")

        expect(page).to_have_url(f"{served.url}/runs/{served.run}")
        expect(page.get_by_role("heading", level=1)).to_contain_text("owl")


def test_files_are_downloaded_through_the_proxy(served: SimpleNamespace, tmp_path: Path) -> None:
    with watched_page(served.browser, served.url) as page:
        page.goto(f"{served.url}/runs/{served.run}/artifacts/notes.txt")

        with page.expect_download() as download:
            page.get_by_role("link", name="Download").click()

        download.value.save_as(tmp_path / "notes.txt")
        assert (tmp_path / "notes.txt").read_bytes() == b"behind a proxy"


def test_new_runs_appear_by_themselves_through_the_proxy(served: SimpleNamespace) -> None:
    with watched_page(served.browser, served.url) as page:
        page.goto(f"{served.url}/experiments/{served.experiment}/runs")
        expect(page.get_by_text("owl").first).to_be_visible()
        expect(page.get_by_text("live", exact=True).first).to_be_visible()

        add_run(served.store, served.experiment, "late-elk", metrics={"auc": 0.8})

        expect(page.get_by_text("late-elk").first).to_be_visible()
