"""Tokens, users, roles and grants in a real browser, and what who may only read sees."""

import re
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from playwright.sync_api import Page, expect

from headwater.protocol.endpoint import Permission
from headwater.protocol.errors import Unauthenticated
from headwater.protocol.experiments import GetExperiment
from headwater.protocol.governance import ListEvents
from headwater.protocol.roles import AssignRole, CreateRole, Kind, Level, ListGrants, ListRoles
from headwater.protocol.users import (
    CreateToken,
    CreateUser,
    GetUser,
    ListTokens,
    ListUsers,
    RevokeToken,
    TokenScope,
)
from headwater.protocol.views import CreateView
from headwater.stores.rest import RestStore
from ui.access_pages import CHECK_MS, PASSWORD, grant, served_users, sign_in, signed_in
from ui.run_pages import find_violations, find_violations_in
from ui.run_tables import add_run, make_experiment

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """Return a server that knows users, and a browser."""
    with served_users(tmp_path_factory.mktemp("access")) as served:
        yield served


def test_a_token_is_made_for_some_things_alone(served: SimpleNamespace) -> None:
    with signed_in(served, "bob", "/settings/account") as page:
        page.get_by_role("button", name="New token").click()
        dialog = page.get_by_role("dialog", name="New token")
        dialog.get_by_label("What it is for").fill("dashboard")
        dialog.get_by_role("radio", name="Read", exact=True).check()
        dialog.get_by_role("radio", name="These alone:").check()
        expect(dialog.get_by_role("button", name="Create")).to_be_disabled()
        dialog.get_by_label("Experiments: mark several with Ctrl").select_option("churn")
        assert find_violations(page) == []
        dialog.get_by_role("button", name="Create").click()
        page.get_by_role("button", name="I have copied it").click()

        row = page.get_by_role("row").filter(has_text="dashboard")
        expect(row).to_contain_text("read: churn")
    (token,) = served.store.users.list_tokens(ListTokens("bob")).tokens
    served.store.users.revoke_token(RevokeToken(token.token_id, "bob"))
    assert token.scope == TokenScope(level=Permission.READ, experiments=[served.experiment], registered_models=[])


def test_a_token_is_shown_once_copied_used_and_revoked(
    served: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with signed_in(served, "bob", "/settings/account") as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        expect(page.get_by_text("There are no tokens yet.")).to_be_visible()
        page.get_by_role("button", name="New token").click()
        dialog = page.get_by_role("dialog", name="New token")
        expect(dialog.get_by_role("button", name="Create")).to_be_disabled()
        dialog.get_by_label("What it is for").fill("training on gpu-3")
        dialog.get_by_label("It ends").select_option("in 30 days")
        dialog.get_by_role("button", name="Create").click()

        dialog = page.get_by_role("dialog", name="Copy the token “training on gpu-3” now")
        dialog.get_by_role("button", name="Copy token").click()
        secret = page.evaluate("() => navigator.clipboard.readText()")
        assert secret.startswith("hwt_")
        assert find_violations(page) == []
        dialog.get_by_role("button", name="I have copied it").click()
        row = page.get_by_role("row").filter(has_text="training on gpu-3")
        expect(row).to_contain_text(f"{secret[:8]}")
        expect(page.locator("body")).not_to_contain_text(secret)

        monkeypatch.setenv("HEADWATER_TOKEN", secret)
        remote = RestStore(served.url, retries=0)
        assert remote.experiments.get(GetExperiment(served.experiment)).experiment.name == "churn"
        row.get_by_role("button", name="Revoke the token training on gpu-3").click()
        page.get_by_role("dialog").get_by_role("button", name="Revoke", exact=True).click()
        expect(row).to_have_count(0)
        with pytest.raises(Unauthenticated):
            remote.experiments.get(GetExperiment(served.experiment))
        remote.close()
    assert served.store.users.list_tokens(ListTokens("bob")).tokens == []


def test_a_password_is_changed_by_who_knows_the_old_one(served: SimpleNamespace) -> None:
    served.store.users.create(CreateUser("eve", PASSWORD))
    with signed_in(served, "eve", "/settings/account") as page:
        form = page.get_by_role("region", name="Password")
        form.get_by_label("Current password", exact=True).fill("not the password")
        form.get_by_label("New password", exact=True).fill("a whole new password")
        form.get_by_role("button", name="Change the password").click()
        expect(form.get_by_role("alert")).to_contain_text("current_password", timeout=CHECK_MS)

        form.get_by_label("Current password", exact=True).fill(PASSWORD)
        form.get_by_role("button", name="Change the password").click()

        expect(page.get_by_text("Password changed.")).to_be_visible(timeout=CHECK_MS)
        page.reload()
        expect(page.get_by_role("button", name="Account: eve")).to_be_visible()
        page.get_by_role("button", name="Account: eve").click()
        page.get_by_role("button", name="Sign out").click()
        sign_in(page, "eve", "a whole new password")


def test_users_are_made_promoted_disabled_and_deleted(served: SimpleNamespace) -> None:
    with signed_in(served, "ada", "/settings/users") as page:
        page.get_by_role("button", name="New user").click()
        dialog = page.get_by_role("dialog", name="New user")
        dialog.get_by_label("Username").fill("zoe")
        expect(dialog.get_by_role("button", name="Create")).to_be_disabled()
        dialog.get_by_role("button", name="Generate one").click()
        dialog.get_by_role("button", name="Show: password").click()
        expect(dialog.get_by_label("Password", exact=True)).to_have_value(re.compile(r"([a-z2-9]{5}-){3}[a-z2-9]{5}"))
        dialog.get_by_label("Password", exact=True).fill(PASSWORD)
        dialog.get_by_role("button", name="Create").click()
        row = page.get_by_role("row").filter(has_text="zoe")

        _choose(page, "zoe", "Make an administrator")
        expect(row).to_contain_text("administrator")
        _choose(page, "zoe", "Disable")
        expect(row).to_contain_text("disabled")
        assert not _user(served, "zoe").is_active
        _choose(page, "zoe", "Enable")
        expect(row).not_to_contain_text("disabled")
        _choose(page, "zoe", "Tokens…")
        expect(page.get_by_role("region", name="Tokens of zoe")).to_contain_text("There are no tokens yet.")
        _choose(page, "zoe", "Set a password…")
        dialog = page.get_by_role("dialog", name="A new password for zoe")
        dialog.get_by_label("Password", exact=True).fill(f"second {PASSWORD}")
        dialog.get_by_role("button", name="Set", exact=True).click()
        expect(page.get_by_text("zoe has a new password")).to_be_visible()

        _choose(page, "zoe", "Delete…")
        dialog = page.get_by_role("dialog", name="Delete the user “zoe”")
        expect(dialog.get_by_role("button", name="Delete")).to_be_disabled()
        dialog.get_by_label("Write zoe to confirm").fill("zoe")
        dialog.get_by_role("button", name="Delete").click()
        expect(row).to_have_count(0)
    assert "zoe" not in [user.username for user in served.store.users.list(ListUsers()).users]


def test_the_last_administrator_is_told_why_they_stay_one(served: SimpleNamespace) -> None:
    with signed_in(served, "ada", "/signup") as page:  # where MLflow's administrators make users
        expect(page).to_have_url(f"{served.url}/settings/users")
        _choose(page, "ada", "No longer an administrator")

        expect(page.get_by_role("main").locator("..").get_by_role("status").filter(has_text="last")).to_be_visible()
        expect(page.get_by_role("row").filter(has_text="ada")).to_contain_text("administrator")


def test_a_role_is_made_given_and_what_it_allows_changed(served: SimpleNamespace) -> None:
    served.store.users.create(CreateUser("fay", PASSWORD))
    experiment = make_experiment(served.store, "segmentation")
    with signed_in(served, "ada", "/settings/roles") as page:
        page.get_by_role("button", name="New role").click()
        dialog = page.get_by_role("dialog", name="New role")
        dialog.get_by_label("Name").fill("vision")
        dialog.get_by_label("Description").fill("People who work on images")
        dialog.get_by_role("button", name="Create").click()
        role = page.get_by_role("listitem", name="vision")
        expect(role).to_contain_text("Nobody has it.")
        role.get_by_label("Give vision to").select_option("fay")
        expect(role.get_by_role("button", name="Take vision from fay")).to_be_visible()
        role.get_by_role("button", name="Grant something to vision").click()
        dialog = page.get_by_role("dialog", name="Grant to the role “vision”")
        one = dialog.get_by_label("Name of the experiment")
        one.fill("segm")
        expect(dialog.locator("datalist option")).to_have_text(["segmentation"])
        dialog.get_by_role("button", name="Grant", exact=True).click()
        expect(dialog.get_by_role("alert")).to_contain_text("'segm'")
        one.fill("segmentation")
        dialog.get_by_label("Read and edit").check()
        dialog.get_by_role("button", name="Grant", exact=True).click()

        level = role.get_by_label("What vision may do with segmentation")
        expect(level).to_have_value("EDIT")
        level.select_option("MANAGE")
        expect(level).to_have_value("MANAGE")
        [found] = [one for one in served.store.roles.list(ListRoles()).roles if one.name == "vision"]
        assert found.users == ["fay"]
        assert [(one.resource, one.level) for one in found.grants] == [(experiment, Level.MANAGE)]
        role.get_by_role("button", name="Take back the grant on segmentation from vision").click()
        expect(role).to_contain_text("It allows nothing yet.")
        role.get_by_role("button", name="Delete the role vision").click()
        expect(page.get_by_role("dialog")).to_contain_text("1 user (fay) loses what it allows")
        page.get_by_role("dialog").get_by_role("button", name="Delete").click()
        expect(role).to_have_count(0)


def test_who_manages_an_experiment_grants_on_it_and_takes_back(served: SimpleNamespace) -> None:
    for name in ("gus", "hal"):
        served.store.users.create(CreateUser(name, PASSWORD))
    experiment = make_experiment(served.store, "granted")
    grant(served.store, Level.MANAGE, experiment=experiment, username="gus")
    with signed_in(served, "gus", f"/experiments/{experiment}/settings") as page:
        panel = page.get_by_role("region", name="Who may do what")
        expect(panel).to_contain_text("Everybody elseRead")
        panel.get_by_role("button", name="Grant…").click()
        dialog = page.get_by_role("dialog", name="Grant on this experiment")
        dialog.get_by_label("Username").fill("nobody-of-this-name")
        dialog.get_by_role("button", name="Grant", exact=True).click()
        expect(dialog.get_by_role("alert")).to_contain_text("nobody-of-this-name")
        dialog.get_by_label("Username").fill("hal")
        dialog.get_by_role("button", name="Grant", exact=True).click()
        expect(panel.get_by_label("What hal may do")).to_have_value("EDIT")
        panel.get_by_label("What hal may do").select_option("NO_PERMISSIONS")
        expect(panel.get_by_label("What hal may do")).to_have_value("NO_PERMISSIONS")
        with signed_in(served, "hal", f"/experiments/{experiment}/runs") as other:
            expect(other.get_by_role("heading", name="You may not see this")).to_be_visible()
            assert find_violations(other) == []
            other.goto(f"{served.url}/experiments")
            expect(other.get_by_role("row").filter(has_text="churn")).to_be_visible()
            expect(other.get_by_role("row").filter(has_text="granted")).to_have_count(0)
        panel.get_by_role("button", name="Take back the grant to hal").click()
        expect(panel.get_by_label("What hal may do")).to_have_count(0)

        panel.get_by_label("What gus may do").select_option("READ")
        dialog = page.get_by_role("dialog", name="Give up managing it")
        dialog.get_by_role("button", name="Cancel").click()
        expect(panel.get_by_label("What gus may do")).to_have_value("MANAGE")
        panel.get_by_label("What gus may do").select_option("READ")
        dialog.get_by_role("button", name="Give up").click()

        expect(page.get_by_role("button", name="Read only: why?")).to_be_visible()
        expect(panel).to_have_count(0)
    request = ListGrants(kind=Kind.EXPERIMENT, resource=experiment)
    assert [(one.username, one.level) for one in served.store.roles.list_grants(request).grants] == [
        ("gus", Level.READ)
    ]


def test_a_grant_to_a_role_on_a_model_lets_its_users_change_it_in_their_own_name(served: SimpleNamespace) -> None:
    served.store.users.create(CreateUser("ivy", PASSWORD))
    served.store.roles.create(CreateRole("stewards"))
    served.store.roles.assign(AssignRole("stewards", "ivy"))
    with signed_in(served, "ada", "/models/scorer/access") as page:
        page.get_by_role("button", name="Grant…").click()
        dialog = page.get_by_role("dialog", name="Grant on this model")
        dialog.get_by_role("button", name="A role").click()
        dialog.get_by_label("Role", exact=True).fill("stewards")
        dialog.get_by_label("Manage: edit, delete and grant").check()
        dialog.get_by_role("button", name="Grant", exact=True).click()
        expect(page.get_by_label("What role stewards may do")).to_have_value("MANAGE")
    with signed_in(served, "ivy", "/models/scorer") as page:
        page.get_by_role("button", name="More actions").click()
        page.get_by_role("button", name="Rename…").click()
        dialog = page.get_by_role("dialog", name="Rename “scorer”")
        expect(dialog.get_by_label("Your name")).to_have_count(0)
        expect(dialog).to_contain_text("The history says that ivy did it.")
        dialog.get_by_label("Name", exact=True).fill("scorer-2")
        dialog.get_by_role("button", name="Rename").click()
        expect(page.get_by_role("heading", name="scorer-2")).to_be_visible()
        page.get_by_role("link", name="Access").click()
        expect(page.get_by_label("What role stewards may do")).to_have_value("MANAGE")
        page.get_by_role("button", name="More actions").click()
        page.get_by_role("button", name="Rename…").click()
        page.get_by_role("dialog").get_by_label("Name", exact=True).fill("scorer")
        page.get_by_role("dialog").get_by_role("button", name="Rename").click()
        expect(page.get_by_role("heading", name="scorer", exact=True)).to_be_visible()
    events = served.store.governance.list_events(ListEvents("scorer", newest_first=True)).events
    assert events[0].user_id == "ivy"


def test_who_may_only_read_sees_everything_and_no_way_to_change_it(served: SimpleNamespace) -> None:
    words = {"blocks": [{"type": "markdown", "text": "words of ada"}]}
    report = served.store.views.create(CreateView("Weekly", words, user_id="ada", kind="report")).view.view_id
    with signed_in(served, "bob", f"/experiments/{served.experiment}/runs") as page:
        mark = page.get_by_role("button", name="Read only: why?")
        mark.press("Enter")
        expect(page.get_by_text("You may read this experiment, not edit it.")).to_be_visible()
        page.keyboard.press("Escape")
        page.get_by_role("row").filter(has_text="keen-owl").get_by_role("checkbox").check()
        expect(page.get_by_text("1 selected of")).to_be_visible()
        for name in ("Tag…", "Move…", "Archive 1"):
            expect(page.get_by_role("button", name=name)).to_have_count(0)

        page.goto(f"{served.url}/runs/{served.run}")
        expect(page.get_by_role("heading", name="keen-owl")).to_be_visible()
        expect(mark).to_be_visible()
        for name in ("Star", "keen-owl", "Add", "Write"):
            expect(page.get_by_role("button", name=name, exact=True)).to_have_count(0)
        page.get_by_role("button", name="More actions").click()
        expect(page.get_by_role("link", name="Download all artifacts")).to_be_visible()
        expect(page.get_by_role("button", name="Archive")).to_have_count(0)

        page.goto(f"{served.url}/models/scorer")
        expect(mark).to_be_visible()
        page.get_by_role("checkbox", name="Choose version 1").check()
        expect(page.get_by_role("button", name="Request promotion…")).to_be_visible()
        for name in ("Set alias…", "Promote…", "Delete…", "Change the aliases of version 1"):
            expect(page.get_by_role("button", name=name)).to_have_count(0)
        page.goto(f"{served.url}/models/scorer/access")
        expect(page.get_by_role("region", name="Who may do what")).to_contain_text("You may read this model")
        page.goto(f"{served.url}/experiments/{served.experiment}/settings")
        expect(page.get_by_text("You may read this experiment, not edit it.")).to_be_visible()
        expect(page.get_by_role("heading", name="Archive")).to_have_count(0)

        page.goto(f"{served.url}/reports/{report}")
        expect(page.get_by_text("words of ada")).to_be_visible()
        mark.press("Enter")
        expect(page.get_by_text("It belongs to ada: only they")).to_be_visible()
        page.keyboard.press("Escape")
        for name in ("Edit", "Delete…"):
            expect(page.get_by_role("button", name=name)).to_have_count(0)
        page.get_by_role("button", name="Make a copy").click()
        expect(page.get_by_role("heading", name="Weekly (copy)")).to_be_visible()
        expect(page.get_by_role("button", name="Edit")).to_be_visible()


def test_settings_of_the_server_are_for_administrators(served: SimpleNamespace) -> None:
    with signed_in(served, "bob", "/settings") as page:
        links = page.get_by_role("navigation", name="Settings").get_by_role("link")
        expect(links).to_have_text(["General", "Account"])
        for tab in ("users", "roles", "webhooks", "storage"):
            page.goto(f"{served.url}/settings/{tab}")
            expect(page.get_by_text("Only administrators of this server have these settings.")).to_be_visible()


def test_a_right_that_is_taken_while_the_page_is_open_is_seen_after_the_first_refusal(served: SimpleNamespace) -> None:
    served.store.users.create(CreateUser("kim", PASSWORD))
    experiment = make_experiment(served.store, "taken")
    add_run(served.store, experiment, "calm-fox", metrics={"auc": 0.9})
    grant(served.store, Level.EDIT, experiment=experiment, username="kim")
    with signed_in(served, "kim", f"/experiments/{experiment}/notes") as page:
        page.get_by_role("button", name="Write").click()
        page.get_by_label("Notes in Markdown").fill("mine")
        with signed_in(served, "ada", f"/experiments/{experiment}/settings") as other:
            other.get_by_label("What kim may do").select_option("READ")
            expect(other.get_by_label("What kim may do")).to_have_value("READ")

        page.get_by_role("button", name="Save").click()

        expect(page.get_by_role("alert")).to_contain_text("EDIT")
        expect(page.get_by_label("Notes in Markdown")).to_have_value("mine")
        expect(page.get_by_role("button", name="Read only: why?")).to_be_visible()


def test_axe_finds_nothing_where_users_are_managed(served: SimpleNamespace) -> None:
    served.store.roles.create(CreateRole("looked-at"))
    served.store.roles.assign(AssignRole("looked-at", "bob"))
    grant(served.store, Level.EDIT, experiment=served.experiment, role="looked-at")
    served.store.users.create_token(CreateToken("ci", "ada"))
    pages = {
        "/settings/account": "text=hwt_",
        "/settings/roles": "text=looked-at",
        f"/experiments/{served.experiment}/settings": "text=Everybody else",
        "/models/scorer/access": "text=Everybody",
        "/settings/users": "text=bob",
    }
    with signed_in(served, "ada") as page:
        for path, shown in pages.items():
            page.goto(served.url + path)
            page.locator(shown).first.wait_for()
            assert (path, find_violations_in(page, ("light", 1440), ("dark", 1000), ("light", 400))) == (path, [])
            assert (path, page.evaluate("document.documentElement.scrollWidth > innerWidth")) == (path, False)
        page.get_by_role("button", name="New user").click()
        assert find_violations_in(page, ("light", 400), ("dark", 1440)) == []


def _choose(page: Page, username: str, action: str) -> None:
    page.get_by_role("button", name=f"Actions for {username}").click()
    page.get_by_role("dialog", name=f"Actions for {username}").get_by_role("button", name=action).click()


def _user(served: SimpleNamespace, username: str) -> SimpleNamespace:
    user = served.store.users.get(GetUser(username)).user
    return SimpleNamespace(is_active=user.is_active, is_admin=user.is_admin)
