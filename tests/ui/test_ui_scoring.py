"""The page to try a served model, in a real browser on a real server."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from headwater.testing.scoring_servers import live_scoring
from scoring.models import save_echo, save_linear
from ui.run_pages import find_violations, open_browser

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as opened:
        yield opened


@pytest.fixture(params=["light", "dark"])
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Return a page that may complain of nothing: no error of a script, no breach of the policy."""
    context = browser.new_context(viewport={"width": 1200, "height": 800}, color_scheme=request.param)
    found = context.new_page()
    complaints: list[str] = []
    found.on("pageerror", lambda error: complaints.append(str(error)))
    found.on("console", lambda said: complaints.append(said.text) if "Policy" in said.text else None)
    yield found
    context.close()
    assert not complaints


@pytest.fixture(scope="module")
def line_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with live_scoring(str(save_linear(tmp_path_factory.mktemp("page") / "line"))) as scoring:
        yield scoring.url


@pytest.fixture(scope="module")
def echo_urls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    folder = tmp_path_factory.mktemp("page")
    with (
        live_scoring(str(save_echo(folder, "columns")), allow_pickle=True) as columns,
        live_scoring(str(save_echo(folder, "tensor")), allow_pickle=True) as tensor,
    ):
        yield {"columns": columns.url, "tensor": tensor.url}


def test_a_form_made_from_the_signature_predicts(page: Page, line_url: str) -> None:
    page.goto(line_url)
    page.get_by_label("a", exact=False).first.fill("2")
    page.locator("[data-name=b]").fill("0.5")
    page.get_by_role("button", name="Predict").click()

    expect(page.locator(".one")).to_contain_text("4.5")
    expect(page.get_by_role("heading", level=1)).to_have_text("line")
    expect(page.locator("#command")).to_contain_text('{"columns":["a","b"],"data":[[2,0.5]]}')


def test_the_example_fills_the_form_and_the_json(page: Page, line_url: str) -> None:
    page.goto(line_url)
    page.locator("[data-name=a]").fill("7")
    page.get_by_role("button", name="Fill in the example").click()

    expect(page.locator("[data-name=a]")).to_have_value("0")

    page.get_by_role("button", name="JSON").click()
    page.locator("#body").fill('{"dataframe_records": [{"a": 1, "b": 1}, {"a": 2, "b": 1}]}')
    page.keyboard.press("Control+Enter")

    expect(page.locator("tbody tr")).to_have_count(2)


def test_every_type_has_a_field_and_reaches_the_model(page: Page, echo_urls: dict[str, str]) -> None:
    page.goto(echo_urls["columns"])
    values = {
        "d": "1.5",
        "l": "9007199254740993",
        "s": "hey",
        "t": "2026-01-31T10:20:30",
        "x": "aGk=",
        "i": "3",
        "k": "7",
    }
    for name, value in values.items():
        page.locator(f"[data-name={name}]").fill(value)
    page.locator("[data-name=b]").select_option("true")
    page.get_by_role("button", name="Predict").click()

    answer = page.locator("#output pre")
    for text in ["2026-01-31T10:20:30", "bytes b'hi'", '"k": 7', "true", '"hey"']:
        expect(answer).to_contain_text(text)


def test_what_is_missing_is_said_in_the_form_and_what_is_wrong_by_the_server(
    page: Page, echo_urls: dict[str, str]
) -> None:
    page.goto(echo_urls["columns"])
    page.get_by_role("button", name="Predict").click()

    expect(page.locator("[data-name=l]")).to_be_focused()
    expect(page.locator("#output")).to_contain_text("Fill in the form")

    page.locator("[data-name=l]").fill("1")
    page.locator("[data-name=x]").fill("!!")
    page.get_by_role("button", name="Predict").click()

    expect(page.get_by_role("alert")).to_contain_text("got '!!' (str), wanted binary")


def test_a_model_of_arrays_takes_json(page: Page, echo_urls: dict[str, str]) -> None:
    page.goto(echo_urls["tensor"])
    page.locator("#body").fill('{"inputs": [[1, 2]]}')
    page.get_by_role("button", name="Predict").click()

    expect(page.locator("#output pre")).to_contain_text('"float32"')


@pytest.mark.parametrize("name", ["columns", "tensor"])
def test_the_page_is_accessible(name: str, page: Page, echo_urls: dict[str, str]) -> None:
    page.goto(echo_urls[name])
    page.get_by_role("button", name="Predict").click()

    assert not find_violations(page)
