"""The real mlflow clients, newest and 2.x, against our server on a real socket."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from compat.client_process import HERE, Session, checks_in, run_checks
from ui.run_pages import open_browser

SCRIPT = HERE / "mlflow_verbs.py"
CHECKS = checks_in(SCRIPT)

pytestmark = [pytest.mark.compat, pytest.mark.slow]


@pytest.fixture(scope="module", params=["mlflow-3", "mlflow-2"])
def session(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """Run every check in one process of the client."""
    with run_checks(request.param, SCRIPT, tmp_path_factory.mktemp(request.param)) as found:
        yield found


@pytest.mark.parametrize("check", CHECKS)
def test_client_and_server_understand_each_other(session: Session, check: str) -> None:
    assert not session.report[check], session.report[check]


def test_client_asks_for_no_endpoint_that_is_missing(session: Session) -> None:
    missing = [line for line in session.asked if 'endpoint="unknown"' in line]

    assert session.asked
    assert missing == []


def test_printed_address_is_the_page_of_the_run(session: Session) -> None:
    line = re.search(r"^URL (\d+) (\w+)$", session.printed, re.MULTILINE)

    assert line is not None
    assert f"{session.url}/#/experiments/{line[1]}/runs/{line[2]}" in session.printed


def test_printed_addresses_open_their_pages_in_a_browser(session: Session) -> None:
    line = re.search(r"^URL (\d+) (\w+)$", session.printed, re.MULTILINE)
    assert line is not None
    printed = re.findall(rf"{re.escape(session.url)}/#/experiments/{line[1]}\S*", session.printed)

    with open_browser() as browser:
        page = browser.new_page()
        for address, heading in zip(sorted(set(printed)), ("url-", "seen"), strict=True):
            page.goto(address)

            expect(page.get_by_role("heading", level=1)).to_contain_text(heading)
            expect(page.locator("body")).to_contain_text("seen")
