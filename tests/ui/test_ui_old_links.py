"""Addresses of MLflow's pages, as its clients print them and people keep them, lead to the page of the same thing."""

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from ui.model_pages import make_governed_model, make_logged_model, put_model
from ui.run_tables import add_run, make_experiment, served_store, watched_page

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """Serve two runs, a logged model and a registered one."""
    with served_store(tmp_path_factory.mktemp("links")) as found:
        found.experiment = make_experiment(found.store, "churn")
        found.runs = [
            add_run(found.store, found.experiment, name, metrics={"val/auc": value, "loss": 1 - value})
            for name, value in (("owl", 0.9), ("fox", 0.8))
        ]
        for run in found.runs:
            put_model(found.store, run)
        found.model = make_logged_model(found.store, found.experiment, found.runs[0])
        make_governed_model(found.store, "credit risk", found.runs)
        yield found


LINKS = [
    ("#/experiments", ["churn"]),
    ("#/experiments/{e}", ["owl", "fox"]),
    ("#/experiments/{e}/runs", ["owl", "fox", "/experiments/{e}/runs"]),
    ("#/experiments/{e}/s?searchFilter=metrics.loss%20%3E%200.15&orderByKey=metrics.%60loss%60", ["fox"]),
    ('#/compare-experiments/s?experiments=["{e}"]', ["owl", "fox"]),
    ("#/experiments/{e}/runs/{r}", ["owl", "val/auc"]),
    ("#/experiments/{e}/runs/{r}/model-metrics", ["owl", "auc", "/runs/{r}/metrics"]),
    ("#/experiments/{e}/runs/{r}/system-metrics", ["owl"]),
    ("#/experiments/{e}/runs/{r}/artifacts/model/MLmodel", ["owl", "MLmodel"]),
    ("#/experiments/{e}/runs/{r}/artifactPath/model/MLmodel", ["owl", "MLmodel"]),
    ("#/runs/{r}", ["owl", "val/auc"]),
    ("#/experiments/{e}/models/{m}", ["forest"]),
    ("#/experiments/{e}/models", ["forest", "/experiments/{e}/models"]),
    ('#/compare-runs?runs=["{r}","{s}"]&experiments=["{e}"]', ["{r},{s}"]),
    ("#/compare-runs?runs=[%22{r}%22,%22{s}%22]&experiments=[%22{e}%22]", ["{r},{s}"]),
    ('#/metric?runs=["{r}","{s}"]&metric="val/auc"&experiments=["{e}"]', ["{r},{s}", "auc"]),
    (
        "#/metric?runs=[%22{r}%22]&metric=%22val/auc%22&experiments=[%22{e}%22]&plot_metric_keys=[]",
        ["auc"],
    ),
    ("#/models", ["credit risk"]),
    ("#/models/credit%20risk", ["credit risk"]),
    ("#/models/credit%20risk/versions/1", ["credit risk", "Version 1"]),
    ('#/compare-model-versions?name="credit risk"&runs={{"{r}":"1","{s}":"2"}}', ["credit risk", "owl", "fox"]),
]
"""Addresses, with what is seen on the page that they lead to; where it has braces, in its address."""


def test_an_address_of_mlflow_opens_the_page_of_the_same_thing(served: SimpleNamespace) -> None:
    names = {"e": served.experiment, "r": served.runs[0], "s": served.runs[1], "m": served.model}
    with watched_page(served.browser, served.url) as page:
        for link, seen in LINKS:
            page.goto("about:blank")
            page.goto(f"{served.url}/{link.format(**names)}")

            expect(page.get_by_role("heading", level=1), link).to_be_visible()
            for text in seen:
                if "{" in text:
                    assert text.format(**names) in page.url, link
                else:
                    expect(page.locator("body"), link).to_contain_text(text)
            assert "#" not in page.url
            expect(page.get_by_role("heading", name="No page here"), link).to_have_count(0)
