"""What the tests of users in the browser share: a server that knows some, and the way in."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

from playwright.sync_api import Browser, Page, expect

from headwater.protocol.model_versions import CreateModelVersion
from headwater.protocol.registered_models import CreateRegisteredModel
from headwater.protocol.roles import Grant, Kind, Level, PutGrant
from headwater.protocol.users import CreateUser
from headwater.server.access.offers import COOKIE
from headwater.stores import find_credentials
from headwater.stores.interface import Store
from headwater.testing.servers import live_server
from headwater.testing.stores import sqlite_store
from ui.run_pages import open_browser
from ui.run_tables import Scheme, add_run, make_experiment, watched_page

PASSWORD = "correct horse battery"
CHECK_MS = 30_000  # checking a password takes time by intent, and more on a busy machine
REFUSED = " status of 4"  # what a browser says of an answer that refuses something


@contextmanager
def served_users(folder: Path) -> Iterator[SimpleNamespace]:
    """Yield a server with the administrator `ada`, the user `bob` who may read, an experiment, a run and a model."""
    with sqlite_store(folder) as store:
        store.users.create(CreateUser("ada", PASSWORD, is_admin=True))
        store.users.create(CreateUser("bob", PASSWORD))
        experiment = make_experiment(store, "churn")
        run = add_run(store, experiment, "keen-owl", metrics={"auc": 0.9})
        store.registered_models.create(CreateRegisteredModel("scorer"))
        store.model_versions.create(CreateModelVersion("scorer", f"runs:/{run}/model", run))
        with live_server(store, authentication=True) as url, open_browser() as browser:
            yield SimpleNamespace(store=store, url=url, browser=browser, experiment=experiment, run=run)


@contextmanager
def signed_in(
    served: SimpleNamespace, username: str, path: str = "/", *, scheme: Scheme = "light", width: int = 1440
) -> Iterator[Page]:
    """Yield a page at `path` whose reader signed in earlier: no password is checked, which takes time by intent."""
    secret = find_credentials(served.store).open_session(username)
    with any_page(served.browser, served.url, scheme=scheme, width=width) as page:
        page.context.add_cookies([{"name": COOKIE, "value": secret, "url": served.url}])
        page.goto(served.url + path)
        expect(page.get_by_role("button", name=f"Account: {username}")).to_be_visible()
        yield page


@contextmanager
def any_page(browser: Browser, url: str, *, scheme: Scheme = "light", width: int = 1440) -> Iterator[Page]:
    """Yield a page that is watched; what the server refuses may be said in the console."""
    with watched_page(browser, url, scheme=scheme, width=width, expected=REFUSED) as page:
        yield page


def sign_in(page: Page, username: str, password: str = PASSWORD) -> None:
    """Fill the form of the page and wait for what follows."""
    page.get_by_role("textbox", name="Username").fill(username)
    page.get_by_label("Password", exact=True).fill(password)
    page.locator("form").get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("button", name=f"Account: {username}")).to_be_visible(timeout=CHECK_MS)


def grant(store: Store, level: Level, **who_and_what: str) -> None:
    """Grant `level` to a `username` or a `role` on an `experiment` or a `model`."""
    if experiment := who_and_what.pop("experiment", ""):
        store.roles.put_grant(PutGrant(Grant(kind=Kind.EXPERIMENT, resource=experiment, level=level, **who_and_what)))
    if model := who_and_what.pop("model", ""):
        kind = Kind.REGISTERED_MODEL
        store.roles.put_grant(PutGrant(Grant(kind=kind, resource=model, level=level, **who_and_what)))
