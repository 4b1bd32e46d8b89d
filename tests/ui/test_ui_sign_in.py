"""Signing in, being slowed down, signing out, and a session that ends under an open page, in a real browser."""

import re
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from playwright.sync_api import Page, expect

from faults.programs import wait_for
from headwater.protocol.endpoint import NATIVE_BASE
from headwater.protocol.experiments import GetExperiment
from headwater.protocol.users import CreateUser, SetActive, UpdatePassword
from headwater.server.settings import OidcSettings
from headwater.testing.servers import live_server
from headwater.testing.stores import sqlite_store
from ui.access_pages import CHECK_MS, PASSWORD, any_page, served_users, sign_in, signed_in
from ui.run_pages import find_violations, find_violations_in
from ui.run_tables import make_experiment, watched_page

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import oidc_provider_mock  # type: ignore[import-untyped]  # it has no types

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """Return a server that knows users, and a browser."""
    with served_users(tmp_path_factory.mktemp("sign-in")) as served:
        yield served


def test_who_signs_in_gets_the_page_of_the_address_and_signs_out_again(served: SimpleNamespace) -> None:
    with any_page(served.browser, served.url) as page:
        page.goto(f"{served.url}/experiments/{served.experiment}/runs?layout=table&q=owl")
        expect(page).to_have_title("Sign in · Headwater")
        expect(page.get_by_role("heading", name="Sign in to Headwater")).to_be_visible()
        expect(page.get_by_role("textbox", name="Username")).to_be_focused()
        assert page.locator("main img").evaluate("image => image.decode().then(() => image.naturalWidth)") > 0

        sign_in(page, "ada")

        expect(page.get_by_role("row").filter(has_text="keen-owl")).to_be_visible()
        assert page.url.endswith("/runs?layout=table&q=owl")
        page.get_by_role("button", name="Account: ada").click()
        expect(page.get_by_role("dialog", name="Account: ada")).to_contain_text("Administrator")
        assert find_violations_in(page, ("light", 400), ("dark", 1440)) == []
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("heading", name="Sign in to Headwater")).to_be_visible()
        page.reload()
        expect(page.get_by_role("heading", name="Sign in to Headwater")).to_be_visible()
        expect(page.locator("body")).not_to_contain_text("keen-owl")


def test_signing_in_needs_no_mouse(served: SimpleNamespace) -> None:
    with any_page(served.browser, served.url) as page:
        page.goto(f"{served.url}/login")
        page.get_by_role("heading", name="Sign in to Headwater").wait_for()

        page.keyboard.type("bob")
        page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Tab")
        expect(page.get_by_role("button", name="Show: password")).to_be_focused()
        page.keyboard.press("Space")
        expect(page.get_by_label("Password", exact=True)).to_have_attribute("type", "text")
        page.get_by_label("Password", exact=True).press("Enter")

        expect(page.get_by_role("button", name="Account: bob")).to_be_visible(timeout=CHECK_MS)
        assert page.url == f"{served.url}/"


def test_a_wrong_password_is_said_and_the_next_one_can_be_typed(served: SimpleNamespace) -> None:
    with any_page(served.browser, served.url) as page:
        page.goto(served.url)
        page.get_by_role("textbox", name="Username").fill("ada")
        page.get_by_label("Password", exact=True).fill("wrong horse battery")
        page.get_by_role("button", name="Sign in").click()

        expect(page.get_by_role("alert")).to_have_text("Unknown user or wrong password.", timeout=CHECK_MS)
        assert find_violations_in(page, ("light", 1440), ("dark", 1000), ("light", 400)) == []
        expect(page.get_by_label("Password", exact=True)).to_be_focused()
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="Account: ada")).to_be_visible(timeout=CHECK_MS)


def test_who_guesses_is_told_how_long_to_wait_and_may_go_on_after_it(served: SimpleNamespace) -> None:
    served.store.users.create(CreateUser("mallory", PASSWORD))
    with any_page(served.browser, served.url) as page:
        page.goto(served.url)
        page.get_by_role("textbox", name="Username").fill("mallory")
        button = page.locator("form button[type=submit]")
        for number in range(5):
            guess = {"username": "mallory", "password": f"guess number {number}"}
            page.request.post(f"{served.url}{NATIVE_BASE[0]}/session/open", data=guess)
        page.get_by_label("Password", exact=True).fill("the last guess")
        with page.expect_response("**/session/open") as answer:
            button.click()

        assert answer.value.status == 429
        expect(page.get_by_role("alert")).to_contain_text("Too many failed attempts")
        expect(button).to_have_text(re.compile(r"Try again in \d+ s"))
        expect(button).to_be_disabled()
        expect(button).to_be_enabled(timeout=20_000)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="Account: mallory")).to_be_visible(timeout=CHECK_MS)


def test_a_session_that_ends_leaves_the_page_and_what_was_written_there(served: SimpleNamespace) -> None:
    served.store.users.create(CreateUser("carol", PASSWORD, is_admin=True))
    with signed_in(served, "carol", f"/experiments/{served.experiment}/notes") as page:
        page.get_by_role("button", name="Write").click()
        page.get_by_label("Notes in Markdown").fill("What we learnt of churn")
        served.store.users.update_password(UpdatePassword("carol", f"another {PASSWORD}"))
        _wait_until_ended(page)

        page.get_by_role("button", name="Save").click()
        dialog = page.get_by_role("dialog", name="Your session has ended")
        expect(dialog.get_by_role("textbox", name="Username")).to_have_value("carol")
        assert find_violations(page) == []
        dialog.get_by_role("button", name="Not now").click()
        expect(page.get_by_label("Notes in Markdown")).to_have_value("What we learnt of churn")
        page.get_by_role("banner").get_by_role("button", name="Sign in").click()
        sign_in(page, "carol", f"another {PASSWORD}")

        expect(dialog).to_have_count(0)
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_label("Notes in Markdown")).to_have_count(0)
    found = served.store.experiments.get(GetExperiment(served.experiment)).experiment
    assert "What we learnt of churn" in [tag.value for tag in found.tags]


def test_somebody_else_who_signs_in_gets_a_page_of_their_own(served: SimpleNamespace) -> None:
    served.store.users.create(CreateUser("dan", PASSWORD, is_admin=True))
    with signed_in(served, "dan", f"/experiments/{served.experiment}/notes") as page:
        page.get_by_role("button", name=re.compile("Write|Edit")).click()
        page.get_by_label("Notes in Markdown").fill("Secrets of dan")
        served.store.users.set_active(SetActive("dan", is_active=False))
        _wait_until_ended(page)
        page.get_by_role("button", name="Save").click()

        sign_in(page, "bob")

        expect(page.get_by_role("button", name="Read only: why?")).to_be_visible()
        expect(page.locator("body")).not_to_contain_text("Secrets of dan")


def test_signing_out_in_one_tab_is_seen_in_the_other(served: SimpleNamespace) -> None:
    with signed_in(served, "bob", "/experiments") as page:
        other = page.context.new_page()
        other.goto(f"{served.url}/models")
        other.get_by_role("button", name="Account: bob").click()
        other.get_by_role("button", name="Sign out").click()
        expect(other.get_by_role("heading", name="Sign in to Headwater")).to_be_visible()

        expect(page.get_by_role("dialog", name="Your session has ended")).to_be_visible()
        sign_in(other, "bob")
        expect(page.get_by_role("dialog", name="Your session has ended")).to_have_count(0)


def test_the_first_administrator_is_made_with_the_code_that_the_server_tells(
    served: SimpleNamespace, tmp_path: Path
) -> None:
    store = f"sqlite:///{tmp_path}/headwater.db"
    command = [sys.executable, "-m", "headwater", "server", "--auth", "--port", "0", "--backend-store-uri", store]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stderr is not None
            told = next(line for line in server.stderr if "No users yet" in line)
            url, code = re.findall(r"Open (\S+)/setup and enter the code (\S+) to", told)[0]
            with any_page(served.browser, url) as page:
                page.goto(f"{url}/setup")
                expect(page).to_have_title("Set up · Headwater")
                assert find_violations(page) == []
                page.get_by_label("Code").fill("AAAA-AAAA")
                page.get_by_label("Username").fill("root")
                page.get_by_label("Password", exact=True).fill("too short")
                expect(page.get_by_text("3 more characters.")).to_be_visible()
                expect(page.get_by_role("button", name="Create and sign in")).to_be_disabled()
                page.get_by_label("Password", exact=True).fill(PASSWORD)
                page.get_by_role("button", name="Create and sign in").click()
                expect(page.get_by_role("alert")).to_contain_text("not the code")

                page.get_by_label("Code").fill(code.lower())
                page.get_by_role("button", name="Create and sign in").click()

                expect(page.get_by_role("button", name="Account: root")).to_be_visible(timeout=CHECK_MS)
                assert page.url == f"{url}/"
        finally:
            server.terminate()


def test_without_authentication_nobody_is_asked_and_the_settings_say_how_to_change_that(
    served: SimpleNamespace, tmp_path: Path
) -> None:
    with sqlite_store(tmp_path) as store, live_server(store) as url:
        make_experiment(store, "open")
        with watched_page(served.browser, url) as page:
            asked: list[str] = []
            page.on("request", lambda request: asked.append(request.url))
            page.goto(f"{url}/login")
            expect(page).to_have_url(f"{url}/")
            expect(page.get_by_role("heading", name="Home")).to_be_visible()
            expect(page.get_by_role("button", name="Account")).to_have_count(0)
            assert [address for address in asked if "/me" in address] == []

            page.goto(f"{url}/settings")
            expect(page.get_by_role("region", name="Access")).to_contain_text("headwater server --auth")
            links = page.get_by_role("navigation", name="Settings").get_by_role("link")
            expect(links).to_have_text(["General", "Webhooks", "Storage"])
            page.goto(f"{url}/settings/users")
            expect(page.get_by_role("region", name="Access")).to_be_visible()
            page.goto(f"{url}/experiments/1/settings")
            expect(page.get_by_role("heading", name="Where it is")).to_be_visible()
            expect(page.get_by_role("heading", name="Who may do what")).to_have_count(0)
            assert find_violations(page) == []


def test_below_a_prefix_the_session_is_kept_and_ends_like_anywhere(served: SimpleNamespace, tmp_path: Path) -> None:
    with sqlite_store(tmp_path) as store, live_server(store, authentication=True, prefix="/team/hw") as url:
        store.users.create(CreateUser("ada", PASSWORD))
        with any_page(served.browser, url) as page:
            page.goto(f"{url}/models?q=x")
            sign_in(page, "ada")
            assert page.url == f"{url}/models?q=x"
            page.reload()
            page.get_by_role("button", name="Account: ada").click()
            page.get_by_role("link", name="Account and tokens").click()
            expect(page).to_have_url(f"{url}/settings/account")
            page.get_by_role("button", name="Account: ada").click()
            page.get_by_role("button", name="Sign out").click()
            expect(page.get_by_role("heading", name="Sign in to Headwater")).to_be_visible()
            assert page.context.cookies() == []


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the provider's own libraries
def test_who_comes_by_an_identity_provider_gets_the_page_they_asked_for(
    served: SimpleNamespace, tmp_path: Path
) -> None:
    with (
        oidc_provider_mock.run_server_in_thread(port=0, require_nonce=True) as provider,
        sqlite_store(tmp_path) as store,
        live_server(store, authentication=True, oidc=_oidc(provider.server_port)) as url,
    ):
        store.users.create(CreateUser("ada", PASSWORD, is_admin=True))
        experiment = make_experiment(store, "asked for")
        context = served.browser.new_context()
        page = context.new_page()
        page.goto(f"{url}/experiments/{experiment}/runs?layout=table")
        assert find_violations(page) == []
        page.get_by_role("link", name="Company account").click()
        page.locator("input[name=sub]").first.fill("ann@example.com")
        page.get_by_role("button", name="Authorize").first.click()

        expect(page.get_by_role("button", name="Account: ann@example.com")).to_be_visible(timeout=CHECK_MS)
        assert page.url == f"{url}/experiments/{experiment}/runs?layout=table"
        page.goto(f"{url}/settings/account")
        expect(page.get_by_role("heading", name="Tokens")).to_be_visible()
        expect(page.get_by_role("heading", name="Password")).to_have_count(0)
        context.close()


def _oidc(port: int) -> OidcSettings:
    return OidcSettings(
        issuer=f"http://localhost:{port}",
        client_id="headwater",
        client_secret="s",
        label="Company account",
        username_claim="sub",
    )


def _wait_until_ended(page: Page) -> None:
    """Wait until the server has noticed that the session is over: it remembers who somebody is for a while."""
    ask = "fetch('/api/headwater/1/me').then((answer) => answer.json()).then(({ user }) => user === undefined)"
    wait_for(lambda: bool(page.evaluate(ask)), patience_s=15)
